//! The city of Hà Tĩnh through both reforms of 2025, as `seeds/ha-tinh` tells them (R20): its
//! units, their names and codes, and the counts of every day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use haichieu::access::model::{Grant, Role};
use haichieu::access::session::Token;
use haichieu::audit::model::Actor;
use haichieu::clock::{self, Moment};
use haichieu::db::{Db, Tx};
use haichieu::evaluation::store::counts;
use haichieu::exchange::demo::{build, reform};
use haichieu::exchange::seed::{Folder, load_at};
use haichieu::ids::{AccountId, GrantId, UnitId};
use haichieu::organisation::model::{Unit, UnitKind};
use haichieu::organisation::store::{cells, children, get_by_code, path, periods, successors};
use haichieu::reorganisations::due::settle_due;
use haichieu::statistics::model::{AsOf, Figures};
use haichieu::vietnamese::number::grouped;
use haichieu::{access, organisation, reorganisations, statistics};
use reqwest::StatusCode;

use crate::exchange::{number, texts};
use crate::support::{Page, Site, Visitor, day, fresh_database, visitor};

/// One in so many of the city's people: a few in every cell.
const DIVISOR: i64 = 30;

const BOTH: &str = include_str!("../../seeds/ha-tinh/reorganisations.csv");

/// The last and first days of the three periods.
const EDGES: [&str; 4] = ["2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"];

/// The city as it stood on 31/12/2024, in a transaction of its own database.
async fn city_of_2024(db: &Db) -> Tx {
    let mut tx = db.write().await.unwrap();
    assert!(build(&mut tx, DIVISOR).await.is_ok());
    if let Tx::Postgres(tx) = &mut tx {
        // Rows that nobody has counted yet are taken for few: what a registry's own housekeeping
        // finds out within a minute.
        let large = "ANALYZE attendance, evaluation_sheet, evaluation_step, meeting, member,
                             residence, unit_ancestor";
        sqlx::query(large).execute(&mut **tx).await.unwrap();
    }
    tx
}

/// The city with both reforms applied.
async fn reformed(db: &Db) -> Tx {
    let mut tx = city_of_2024(db).await;
    apply(&mut tx, BOTH, clock::now()).await;
    tx
}

/// Applies what the rows tell, at the moment `at`.
async fn apply(tx: &mut Tx, rows: &'static str, at: Moment) {
    let files = [("reorganisations.csv", rows)];
    let loaded = load_at(tx, &Folder::Within(&files), &Actor::command_line(), at).await;
    if let Err(refused) = loaded {
        panic!("{refused}");
    }
}

/// The rows of the file that are of this day.
fn rows_of(on: &str) -> &'static str {
    let mut lines = BOTH.lines();
    let head = lines.next().unwrap();
    let rows: Vec<&str> = lines.filter(|it| it.starts_with(on)).collect();
    assert!(rows.len() > 20, "{on}");
    format!("{head}\n{}\n", rows.join("\n")).leak()
}

async fn id(tx: &mut Tx, code: &str) -> UnitId {
    organisation::store::find_id(tx, code).await.unwrap().unwrap_or_else(|| panic!("no {code}"))
}

async fn below(tx: &mut Tx, code: &str, on: &str) -> Vec<Unit> {
    let id = id(tx, code).await;
    children(tx, id, day(on)).await.unwrap()
}

/// Every unit that is no cell and stands on `on`.
async fn standing(tx: &mut Tx, on: &str) -> Vec<Unit> {
    let on = day(on);
    let all = periods(tx).await.unwrap();
    let stands = |it: &Unit| it.from_on <= on && it.to_on.is_none_or(|to_on| to_on > on);
    all.into_iter().filter(|it| stands(it) && !it.is_cell()).collect()
}

fn named(units: &[Unit], name: &str) -> Vec<String> {
    let mut codes: Vec<String> =
        units.iter().filter(|it| it.name == name).map(|it| it.code.clone()).collect();
    codes.sort();
    codes
}

async fn figures(tx: &mut Tx, code: &str, on: &str) -> Figures {
    let id = id(tx, code).await;
    let as_of = AsOf { on: day(on), year: 2024 };
    statistics::store::overview(tx, id, as_of).await.unwrap().total
}

/// `normal`, then `exempt`.
async fn people(tx: &mut Tx, code: &str, on: &str) -> (i64, i64) {
    let members = figures(tx, code, on).await.members;
    (members.normal, members.exempt)
}

fn added(parts: &[(i64, i64)]) -> (i64, i64) {
    parts.iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
}

#[tokio::test]
async fn fifteen_units_then_twenty_seven_then_seven() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = reformed(&db).await;
    for (above, on, count) in [
        ("tp-ha-tinh", "2010-01-01", 15),
        ("tp-ha-tinh", "2024-12-31", 15),
        ("tp-ha-tinh", "2025-01-01", 27),
        ("tp-ha-tinh", "2025-06-30", 27),
        ("tp-ha-tinh", "2025-07-01", 0),
        ("tinh-ha-tinh", "2024-12-31", 1),
        ("tinh-ha-tinh", "2025-06-30", 1),
        ("tinh-ha-tinh", "2025-07-01", 7),
    ] {
        assert_eq!(below(&mut tx, above, on).await.len(), count, "{above} on {on}");
    }
    let kinds = |units: &[Unit], kind| units.iter().filter(|it| it.kind == kind).count();
    for (above, on, wards, communes) in [
        ("tp-ha-tinh", "2024-12-31", 10, 5),
        ("tp-ha-tinh", "2025-01-01", 12, 15),
        ("tinh-ha-tinh", "2025-07-01", 3, 4),
    ] {
        let units = below(&mut tx, above, on).await;
        let found = (kinds(&units, UnitKind::Ward), kinds(&units, UnitKind::Commune));
        assert_eq!(found, (wards, communes), "{above} on {on}");
    }
    let names: Vec<String> =
        below(&mut tx, "tinh-ha-tinh", "2025-07-01").await.into_iter().map(|it| it.name).collect();
    let seven = [
        "Phường Hà Huy Tập",
        "Phường Thành Sen",
        "Phường Trần Phú",
        "Xã Cẩm Bình",
        "Xã Đồng Tiến",
        "Xã Thạch Khê",
        "Xã Thạch Lạc",
    ];
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(seven));
    // All cells of the article's city are somewhere on every day, and nobody is lost.
    let province = id(&mut tx, "tinh-ha-tinh").await;
    let before = people(&mut tx, "tinh-ha-tinh", "2024-12-31").await;
    assert!(before.0 > 200 && before.1 == 274, "{before:?}");
    for on in EDGES {
        assert_eq!(cells(&mut tx, province, day(on)).await.unwrap().len(), 117, "{on}");
        assert_eq!(people(&mut tx, "tinh-ha-tinh", on).await, before, "{on}");
    }
}

/// Codes of the statistics office, and names, that went from one unit to another: which unit
/// bears each in the three periods (domain 7.3).
#[tokio::test]
async fn codes_and_names_are_borne_by_one_unit_at_a_time() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = reformed(&db).await;
    let none: &[&str] = &[];
    for (official, by) in [
        ("18073", [&["nam-ha"] as &[&str], &["nam-ha"], &["thanh-sen"]]),
        ("18077", [&["nguyen-du"], &["bac-ha-2025"], none]),
        ("18094", [&["thach-linh"], &["tran-phu-2025"], none]),
        ("18100", [&["thach-ha"], &["thach-ha"], &["tran-phu-2025-07"]]),
        ("18628", [none, &["tuong-son"], &["thach-lac-2025"]]),
        ("18652", [none, &["tan-lam-huong"], &["ha-huy-tap-2025"]]),
    ] {
        for (on, expected) in
            [(EDGES[0], by[0]), (EDGES[1], by[1]), (EDGES[2], by[1]), (EDGES[3], by[2])]
        {
            let units = standing(&mut tx, on).await;
            let bearers: Vec<&str> = units
                .iter()
                .filter(|it| it.official_code.as_deref() == Some(official))
                .map(|it| it.code.as_str())
                .collect();
            assert_eq!(bearers, expected, "{official} on {on}");
        }
    }
    for (name, by) in [
        ("Phường Trần Phú", ["tran-phu", "tran-phu-2025", "tran-phu-2025-07"]),
        ("Phường Bắc Hà", ["bac-ha", "bac-ha-2025", ""]),
        ("Phường Hà Huy Tập", ["ha-huy-tap", "ha-huy-tap", "ha-huy-tap-2025"]),
        ("Xã Cẩm Bình", ["", "cam-binh", "cam-binh-2025"]),
        ("Xã Thạch Lạc", ["", "thach-lac", "thach-lac-2025"]),
        ("Xã Thạch Khê", ["", "thach-khe", "thach-khe-2025"]),
        ("Xã Thạch Hạ", ["thach-ha", "", ""]),
        ("Phường Thạch Hạ", ["", "thach-ha", ""]),
        ("Thành phố Hà Tĩnh", ["tp-ha-tinh", "tp-ha-tinh", ""]),
    ] {
        for (on, code) in
            [(EDGES[0], by[0]), (EDGES[1], by[1]), (EDGES[2], by[1]), (EDGES[3], by[2])]
        {
            let units = standing(&mut tx, on).await;
            assert_eq!(named(&units, name).join(" "), code, "{name} on {on}");
        }
    }
}

/// Where a cell belonged on each day: the names from the province down to itself (domain 7.4).
#[tokio::test]
async fn each_cell_has_its_chain_on_every_day() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = reformed(&db).await;
    let wards = |first: &str, then: &str, now: &str| [first, then, now].map(str::to_owned);
    for (code, names, wards) in [
        (
            "tdp-2-nguyen-du",
            [
                "Chi bộ tổ dân phố 2",
                "Chi bộ tổ dân phố 2 Nguyễn Du",
                "Chi bộ tổ dân phố 2 Nguyễn Du",
            ],
            wards("Phường Nguyễn Du", "Phường Bắc Hà", "Phường Thành Sen"),
        ),
        (
            "minh-tien-thach-ha",
            ["Chi bộ thôn Minh Tiến", "Chi bộ thôn Minh Tiến", "Chi bộ thôn Minh Tiến"],
            wards("Xã Thạch Hạ", "Phường Thạch Hạ", "Phường Trần Phú"),
        ),
        (
            "tdp-6-tran-phu",
            ["Chi bộ tổ dân phố 6", "Chi bộ tổ dân phố 6 Trần Phú", "Chi bộ tổ dân phố 6 Trần Phú"],
            wards("Phường Trần Phú", "Phường Bắc Hà", "Phường Thành Sen"),
        ),
        (
            "tdp-5-tran-phu",
            ["Chi bộ tổ dân phố 5", "Chi bộ tổ dân phố 5 Trần Phú", "Chi bộ tổ dân phố 5 Trần Phú"],
            wards("Phường Trần Phú", "Phường Trần Phú", "Phường Thành Sen"),
        ),
        (
            "tdp-1-thach-linh",
            [
                "Chi bộ tổ dân phố 1",
                "Chi bộ tổ dân phố 1 Thạch Linh",
                "Chi bộ tổ dân phố 1 Thạch Linh",
            ],
            wards("Phường Thạch Linh", "Phường Trần Phú", "Phường Thành Sen"),
        ),
        (
            "tdp-7-dai-nai",
            ["Chi bộ tổ dân phố 7", "Chi bộ tổ dân phố 7", "Chi bộ tổ dân phố 7 Đại Nài"],
            wards("Phường Đại Nài", "Phường Đại Nài", "Phường Thành Sen"),
        ),
        (
            "tdp-1-dai-nai",
            ["Chi bộ tổ dân phố 1", "Chi bộ tổ dân phố 1", "Chi bộ tổ dân phố 1 Đại Nài"],
            wards("Phường Đại Nài", "Phường Đại Nài", "Phường Hà Huy Tập"),
        ),
    ] {
        let cell = id(&mut tx, code).await;
        let mut on = day("2024-12-20");
        while on < day("2025-07-20") {
            let period =
                usize::from(on >= day("2025-01-01")) + usize::from(on >= day("2025-07-01"));
            let mut expected = vec!["Tỉnh Hà Tĩnh"];
            if period < 2 {
                expected.push("Thành phố Hà Tĩnh");
            }
            expected.extend([wards[period].as_str(), names[period]]);
            let units = path(&mut tx, cell, on).await.unwrap();
            let found: Vec<&str> = units.iter().map(|it| it.name.as_str()).collect();
            assert_eq!(found, expected, "{code} on {on}");
            on = on + Days::new(1);
        }
    }
    // Nobody has to tell two cells of one ward apart by their number alone.
    for on in ["2025-01-01", "2025-07-01"] {
        for ward in standing(&mut tx, on).await {
            let units = children(&mut tx, ward.id, day(on)).await.unwrap();
            let names: BTreeSet<&str> = units.iter().map(|it| it.name.as_str()).collect();
            assert_eq!(names.len(), units.len(), "{} on {on}", ward.code);
        }
    }
}

#[tokio::test]
async fn people_go_with_their_cells() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = reformed(&db).await;
    let [last, first, _, now] = EDGES;
    let of = async |tx: &mut Tx, codes: &[&str], on: &str| {
        let mut parts = Vec::new();
        for code in codes {
            parts.push(people(tx, code, on).await);
        }
        added(&parts)
    };
    let tdp_6 = people(&mut tx, "tdp-6-tran-phu", last).await;
    assert!(tdp_6.0 > 0 && tdp_6.1 > 0, "{tdp_6:?}");
    let (bac_ha, tran_phu) = (
        of(&mut tx, &["bac-ha", "nguyen-du", "tdp-6-tran-phu"], last).await,
        of(&mut tx, &["tran-phu", "thach-linh"], last).await,
    );
    assert_eq!(people(&mut tx, "bac-ha-2025", first).await, bac_ha);
    let rest = (tran_phu.0 - tdp_6.0, tran_phu.1 - tdp_6.1);
    assert_eq!(people(&mut tx, "tran-phu-2025", first).await, rest);
    // Đại Nài is one ward until the last of June, and two parts from then on.
    let whole = people(&mut tx, "dai-nai", "2025-06-30").await;
    let to_thanh_sen =
        ["tdp-4-dai-nai", "tdp-5-dai-nai", "tdp-6-dai-nai", "tdp-7-dai-nai", "tdp-8-dai-nai"];
    let parts = [
        of(&mut tx, &to_thanh_sen, now).await,
        of(&mut tx, &["tdp-1-dai-nai", "tdp-2-dai-nai", "tdp-3-dai-nai"], now).await,
    ];
    assert!(parts.iter().all(|it| it.0 > 0), "{parts:?}");
    assert_eq!(added(&parts), whole);
    assert_eq!(people(&mut tx, "dai-nai", now).await, (0, 0));
    assert_eq!(people(&mut tx, "ha-huy-tap-2025", now).await, parts[1]);
    let thanh_sen = of(
        &mut tx,
        &[
            "bac-ha-2025",
            "thach-quy",
            "tan-giang",
            "thach-hung",
            "nam-ha",
            "tran-phu-2025",
            "ha-huy-tap",
            "van-yen",
        ],
        "2025-06-30",
    )
    .await;
    assert_eq!(people(&mut tx, "thanh-sen", now).await, added(&[thanh_sen, parts[0]]));
    let east = of(&mut tx, &["thach-trung", "dong-mon", "thach-ha"], "2025-06-30").await;
    assert_eq!(people(&mut tx, "tran-phu-2025-07", now).await, east);
    // The communes that joined brought no cells, and yet they are there.
    for empty in ["dong-tien", "thach-lac-2025", "thach-khe-2025"] {
        assert_eq!(people(&mut tx, empty, now).await, (0, 0), "{empty}");
    }
}

#[tokio::test]
async fn every_ward_says_what_became_of_it() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = reformed(&db).await;
    for (code, last_day, heirs) in [
        ("nguyen-du", "2024-12-31", "bac-ha-2025"),
        ("tran-phu", "2024-12-31", "tran-phu-2025"),
        ("bac-ha-2025", "2025-06-30", "thanh-sen"),
        ("dai-nai", "2025-06-30", "thanh-sen ha-huy-tap-2025"),
        ("thach-ha", "2025-06-30", "tran-phu-2025-07"),
        ("ho-do", "2025-06-30", "tran-phu-2025-07"),
        ("thach-binh", "2025-06-30", "cam-binh-2025"),
        ("cam-binh", "2025-06-30", "cam-binh-2025"),
        ("tp-ha-tinh", "2025-06-30", ""),
    ] {
        let unit = get_by_code(&mut tx, code, clock::today()).await.unwrap();
        assert_eq!(unit.to_on, day(last_day).succ_opt(), "{code}");
        let kin = successors(&mut tx, unit.id, clock::today()).await.unwrap();
        let found: Vec<&str> = kin.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(found.join(" "), heirs, "{code}");
    }
    let orphans = "SELECT COUNT(*) FROM introduction_letter AS letter
                   WHERE cell_id IS NULL AND closed_on IS NULL
                     AND NOT EXISTS (SELECT 1 FROM unit_succession
                                     JOIN unit_period
                                       ON unit_period.unit_id = unit_succession.successor_id
                                      AND unit_period.to_on IS NULL
                                     WHERE unit_succession.predecessor_id = letter.ward_id
                                       AND unit_succession.main)";
    assert_eq!(number(&mut tx, orphans).await, 0, "a letter that no ward of today finds");
    let waiting = "SELECT COUNT(*) FROM introduction_letter WHERE cell_id IS NULL";
    assert_eq!(number(&mut tx, waiting).await, 45, "three for each of fifteen");
}

/// The ends of the months of 2023 and 2024, and the days around the reforms, up to `last`.
fn days_until(last: &str) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    for year in 2023..=2024 {
        for month in 1..=12 {
            let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            days.push((first + chrono::Months::new(1)).pred_opt().unwrap());
        }
    }
    days.extend(["2024-12-30", "2025-01-01", "2025-01-02", "2025-06-29", "2025-06-30"].map(day));
    days.retain(|it| *it <= day(last));
    days.sort_unstable();
    days
}

/// Everything that overviews and the counts of sheets say of every unit above cells on these
/// days, by code: its cells stand in it as children.
async fn figures_of(tx: &mut Tx, days: &[NaiveDate]) -> BTreeMap<String, String> {
    let codes: HashMap<UnitId, String> =
        periods(tx).await.unwrap().into_iter().map(|it| (it.id, it.code)).collect();
    let mut units: Vec<(NaiveDate, Unit)> = Vec::new();
    for on in days {
        let standing = standing(tx, &on.to_string()).await;
        units.extend(standing.into_iter().map(|it| (*on, it)));
    }
    let mut all = BTreeMap::new();
    for (on, unit) in units {
        let year = if on.to_string().starts_with("2023") { 2023 } else { 2024 };
        let as_of = AsOf { on, year };
        let overview = statistics::store::overview(tx, unit.id, as_of).await.unwrap();
        let children: Vec<String> = overview
            .children
            .iter()
            .map(|it| {
                format!("{} {} {:?} {:?}", it.unit.code, it.unit.name, it.left_on(on), it.figures)
            })
            .collect();
        let after = on.succ_opt().unwrap();
        let of_year = (i64::from(year), after);
        let sheets = counts::by_child(tx, unit.id, of_year, as_of.days()).await.unwrap();
        let mut sheets: Vec<String> =
            sheets.iter().map(|it| format!("{} {:?}", codes[&it.child_id], it.stages)).collect();
        sheets.sort();
        let told = format!(
            "{} {:?} {:?} {:?}\n{}\n{}",
            overview.unit.name,
            overview.unit.kind,
            overview.total,
            overview.direct,
            children.join("\n"),
            sheets.join("\n")
        );
        all.insert(format!("{} on {on}", unit.code), told);
    }
    all
}

#[track_caller]
fn assert_same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (what, told) in before {
        assert_eq!(told, &after[what], "{what}");
    }
}

#[tokio::test]
async fn counts_of_days_before_stay_what_they_were() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = city_of_2024(&db).await;
    let old_days = days_until("2024-12-31");
    let old = figures_of(&mut tx, &old_days).await;
    assert_eq!(old.len(), 25 * 17);
    let sheets = &old["nguyen-du on 2023-12-31"];
    assert!(sheets.contains("confirmed: 5, sent: 5,"), "{sheets}");

    apply(&mut tx, rows_of("2025-01-01"), clock::now()).await;
    assert_same(&old, &figures_of(&mut tx, &old_days).await);
    let days = days_until("2025-06-30");
    let between = figures_of(&mut tx, &days).await;

    apply(&mut tx, rows_of("2025-07-01"), clock::now()).await;
    assert_same(&between, &figures_of(&mut tx, &days).await);
}

/// Everything that the reforms touched, with codes instead of ids, but for the moments.
async fn registry(tx: &mut Tx) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT unit.code || ' ' || name || ' ' || kind || ' ' || COALESCE(official_code, '')
                || ' ' || COALESCE(above.code, '') || ' ' || CAST(from_on AS TEXT) || ' '
                || COALESCE(CAST(to_on AS TEXT), '')
         FROM unit_period JOIN unit ON unit.id = unit_period.unit_id
         LEFT JOIN unit AS above ON above.id = unit_period.parent_id",
        "SELECT above.code || ' > ' || child.code || ' > ' || unit.code || ' '
                || CAST(depth AS TEXT) || ' ' || CAST(from_on AS TEXT) || ' '
                || COALESCE(CAST(to_on AS TEXT), '')
         FROM unit_ancestor JOIN unit ON unit.id = unit_ancestor.unit_id
         JOIN unit AS above ON above.id = unit_ancestor.ancestor_id
         JOIN unit AS child ON child.id = unit_ancestor.child_id",
        "SELECT older.code || ' then ' || newer.code || ' ' || CAST(from_on AS TEXT) || ' '
                || CAST(steps AS TEXT) || CASE WHEN main THEN ' main' ELSE '' END
         FROM unit_succession JOIN unit AS older ON older.id = unit_succession.predecessor_id
         JOIN unit AS newer ON newer.id = unit_succession.successor_id",
        "SELECT account.login || ' ' || role || ' ' || unit.code || ' '
                || COALESCE(CAST(from_on AS TEXT), '')
         FROM role_grant JOIN account ON account.id = role_grant.account_id
         JOIN unit ON unit.id = role_grant.unit_id",
        "SELECT unit.code || ' ' || CAST(started_on AS TEXT) || ' '
                || COALESCE(CAST(ended_on AS TEXT), '')
         FROM residence JOIN unit ON unit.id = residence.cell_id",
        "SELECT legal_reference || ' ' || status || ' ' || CAST(effective_on AS TEXT) || ' '
                || CASE WHEN settled_at IS NULL THEN 'waits' ELSE 'settled' END
         FROM reorganisation",
    ] {
        let mut rows = texts(tx, sql).await;
        rows.sort();
        assert!(!rows.is_empty(), "{sql}");
        all.extend(rows);
    }
    all
}

/// An account with a role in a unit of 2024.
async fn grant(tx: &mut Tx, role: Role, login: &str, code: &str) -> AccountId {
    let (account_id, at) = (AccountId::new(), clock::now());
    access::store::add(tx, account_id, login, "Lê Thu Huyền", None, at).await.unwrap();
    let unit_id = Some(id(tx, code).await);
    let grant = Grant { id: GrantId::new(), account_id, role, unit_id, names: false };
    access::store::add_grant(tx, &grant, at).await.unwrap();
    account_id
}

#[tokio::test]
async fn planned_or_written_down_later_it_comes_to_the_same() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = city_of_2024(&db).await;
    grant(&mut tx, Role::WardOfficer, "can-bo", "nguyen-du").await;
    apply(&mut tx, BOTH, clock::now()).await;
    let (later, days) = (registry(&mut tx).await, days_until("2025-06-30"));
    let counted = figures_of(&mut tx, &days).await;
    drop(tx);

    let mut tx = city_of_2024(&db).await;
    let before = figures_of(&mut tx, &days_until("2024-12-31")).await;
    let officer = grant(&mut tx, Role::WardOfficer, "can-bo", "nguyen-du").await;
    // The evening of 15/12/2024.
    let december = Moment(1_734_271_200_000_000);
    assert_eq!(december.day(), day("2024-12-15"));
    apply(&mut tx, BOTH, december).await;

    assert_same(&before, &figures_of(&mut tx, &days_until("2024-12-31")).await);
    let waiting = "SELECT COUNT(*) FROM reorganisation WHERE settled_at IS NULL";
    assert_eq!(number(&mut tx, waiting).await, 2);
    for (on, places) in EDGES.into_iter().zip([1, 2, 2, 3]) {
        let grants = access::store::grants_of(&mut tx, officer, day(on)).await.unwrap();
        assert_eq!(grants.len(), places, "roles in force on {on}");
    }
    tx.commit().await.unwrap();
    for (today, settled) in
        [("2024-12-31", 0), ("2025-01-01", 1), ("2025-06-30", 0), ("2025-07-01", 1)]
    {
        assert_eq!(settle_due(&db, day(today), december).await.unwrap(), settled, "{today}");
    }
    let mut tx = db.read().await.unwrap();
    let planned = registry(&mut tx).await;
    assert_eq!(planned.len(), later.len());
    for (planned, later) in planned.iter().zip(&later) {
        assert_eq!(planned, later);
    }
    assert_same(&counted, &figures_of(&mut tx, &days).await);
}

#[tokio::test]
async fn what_was_applied_last_is_undone_first() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = city_of_2024(&db).await;
    grant(&mut tx, Role::WardOfficer, "can-bo", "nguyen-du").await;
    apply(&mut tx, rows_of("2025-01-01"), clock::now()).await;
    let between = registry(&mut tx).await;
    apply(&mut tx, rows_of("2025-07-01"), clock::now()).await;
    let actor = Actor::command_line();
    let [july, january] = reorganisations::store::list(&mut tx).await.unwrap().try_into().unwrap();

    let refused =
        reorganisations::undo(&mut tx, &actor, january.id, january.version, clock::now()).await;
    let Err(reorganisations::Blockers::Dependents(why)) = refused else { panic!("undone") };
    assert!(why.iter().any(|it| it.contains("1665/NQ-UBTVQH15")), "{why:?}");
    let undone = reorganisations::undo(&mut tx, &actor, july.id, july.version, clock::now()).await;
    assert!(undone.is_ok(), "{undone:?}");

    let mut after = registry(&mut tx).await;
    after.retain(|it| !it.starts_with("Nghị quyết 1665"));
    assert_eq!(after, between);
}

/// A site over the reformed city, and visitors with roles that were given in 2024.
async fn site_and_visitors<const N: usize>(posts: [(Role, &str); N]) -> (Db, [Visitor; N]) {
    let (root, db) = Site::start_empty().await;
    let mut tx = city_of_2024(&db).await;
    let mut accounts = Vec::new();
    for (number, (role, code)) in posts.into_iter().enumerate() {
        accounts.push(grant(&mut tx, role, &format!("can-bo-{number}"), code).await);
    }
    assert!(reform(&mut tx, clock::now()).await.is_ok());
    let mut visitors = Vec::new();
    for account in accounts {
        let token = Token::new().unwrap();
        let (hash, now) = (&token.hash, clock::now());
        access::store::add_session(&mut tx, hash, account, "127.0.0.1", now).await.unwrap();
        visitors.push(visitor(&root, Some(format!("sid={}", token.text))));
    }
    tx.commit().await.unwrap();
    (db, visitors.try_into().unwrap_or_else(|_| panic!("other visitors")))
}

/// The big number of a page of counts.
fn lead(page: &Page) -> String {
    let lead = page.body.split(r#"class="lead""#).nth(1).unwrap();
    let told = lead.split("</dd>").next().unwrap().split("<dd>").nth(1).unwrap();
    // Without the link around it.
    let told = told.trim_end_matches("</a>");
    told.rsplit('>').next().unwrap().to_owned()
}

#[tokio::test]
async fn pages_show_the_city_of_2024_and_the_seven_of_today() {
    let (db, [officer]) = site_and_visitors([(Role::OrganisationOfficer, "tinh-ha-tinh")]).await;
    let mut tx = db.read().await.unwrap();
    let count = async |tx: &mut Tx, code: &str, on: &str| grouped(people(tx, code, on).await.0);

    let today = officer.get("/units/tinh-ha-tinh").await;
    for name in ["Thành Sen", "Trần Phú", "Hà Huy Tập"] {
        today.assert_shows(&format!(">Phường {name}</a>"));
    }
    for name in ["Cẩm Bình", "Thạch Lạc", "Đồng Tiến", "Thạch Khê"] {
        today.assert_shows(&format!(">Xã {name}</a>"));
    }
    today.assert_hides("Thành phố Hà Tĩnh");
    assert_eq!(lead(&today), count(&mut tx, "tinh-ha-tinh", "2025-07-01").await);

    let then = officer.get("/units/tinh-ha-tinh?on=2024-12-31&year=2024").await;
    then.assert_shows(">Thành phố Hà Tĩnh</a>");
    then.assert_hides("Thành Sen");
    assert_eq!(lead(&then), lead(&today), "nobody came, nobody went");

    let city = officer.get("/units/tp-ha-tinh?on=2024-12-31&year=2024").await;
    city.assert_shows("<h1>Đảng bộ thành phố Hà Tĩnh</h1>");
    city.assert_shows("Trực thuộc");
    city.assert_hides("Chưa rõ nơi công tác");
    assert_eq!(city.links().filter(|it| it.ends_with("?on=2024-12-31&year=2024")).count(), 16);
    city.assert_shows(">Phường Nguyễn Du</a>");
    city.assert_shows(">Xã Thạch Bình</a>");
    city.assert_hides("Đơn vị này chỉ có đến hết ngày");
    assert_eq!(lead(&city), lead(&then));
    let half = officer.get("/units/tp-ha-tinh?on=2025-06-30&year=2025").await;
    half.assert_shows(">Phường Bắc Hà</a>");
    half.assert_shows(">Xã Hộ Độ</a>");
    half.assert_hides(">Phường Nguyễn Du</a>");
    assert_eq!(lead(&half), lead(&then));
    let beside = officer.get("/units/nguyen-du/compare?on=2024-12-31").await;
    beside.assert_shows(">Phường Bắc Hà</option>");
    beside.assert_hides("Thành Sen");
    let ended = officer.get("/units/tp-ha-tinh").await;
    ended.assert_shows("Đơn vị này chỉ có đến hết ngày 30/06/2025");
    ended.assert_shows("Số liệu dưới đây là của ngày đó");
    assert_eq!(lead(&ended), lead(&half), "an ended unit opens on its last day");

    let ward = officer.get("/units/nguyen-du?on=2024-12-31&year=2024").await;
    ward.assert_shows(">Tổ dân phố 2</a>");
    ward.assert_hides("Tổ dân phố 2 Nguyễn Du");
    assert_eq!(lead(&ward), count(&mut tx, "nguyen-du", "2024-12-31").await);
    let successor = officer.get("/units/thanh-sen").await;
    successor.assert_shows(">Tổ dân phố 2 Nguyễn Du</a>");
    successor.assert_shows(">Tổ dân phố 7 Đại Nài</a>");
    assert_eq!(lead(&successor), count(&mut tx, "thanh-sen", "2025-07-01").await);
    // What a cell did in 2024 it did in the old ward.
    let year = officer.get("/units/thanh-sen?on=2025-07-01&year=2024").await;
    year.assert_shows("0 cuộc họp năm 2024");
    let cell = officer.get("/units/tdp-2-nguyen-du?on=2024-12-31&year=2024").await;
    cell.assert_shows("phường Nguyễn Du");
}

#[tokio::test]
async fn officers_of_a_merged_ward_work_on_in_its_successor() {
    let (_, [officer, secretary, city]) = site_and_visitors([
        (Role::WardOfficer, "nguyen-du"),
        (Role::CellSecretary, "tdp-2-nguyen-du"),
        (Role::OrganisationOfficer, "tp-ha-tinh"),
    ])
    .await;

    assert_eq!(officer.get("/").await.leads_to(), "/units/thanh-sen/tasks");
    let tasks = officer.get("/units/thanh-sen/tasks").await;
    tasks.assert_shows(r#"<a href="/units/nguyen-du/tasks">Phường Nguyễn Du</a>"#);
    tasks.assert_shows("Đến hết ngày 31/12/2024");
    tasks.assert_shows(r#"<a href="/units/bac-ha-2025/tasks">Phường Bắc Hà</a>"#);
    // What the old ward left undone waits in its book, of which the officer is told.
    tasks.assert_hides("Nhận xét năm 2024");
    let left = officer.get("/units/nguyen-du/tasks").await;
    left.assert_shows("ý kiến chưa trả lời");
    left.assert_shows("phiếu chờ đảng ủy xác nhận");
    left.assert_shows(">Thành phố Hà Tĩnh<");
    // Of eleven wards that led here: two letters each wait, one has come.
    tasks.assert_shows("22 giấy chờ tiếp nhận");
    tasks.assert_shows("11 giấy đã tiếp nhận, chưa phân về chi bộ");
    let letters = officer.get("/units/thanh-sen/letters?state=waiting").await;
    letters.assert_is(StatusCode::OK);
    let letter = letters.links().find(|it| it.starts_with("/letters/")).unwrap();
    officer.get(&letter).await.assert_is(StatusCode::OK);
    // The book of the old ward is read, and those of others are not.
    let list = officer.get("/units/nguyen-du/members?on=2024-12-31").await;
    assert!(list.links().any(|it| it.starts_with("/members/")), "{}", list.body);
    for code in ["nguyen-du", "bac-ha-2025", "thanh-sen", "tdp-2-nguyen-du", "tdp-6-tran-phu"] {
        for page in ["", "/tasks", "/members", "/meetings", "/works", "/evaluations", "/letters"] {
            let address = format!("/units/{code}{page}");
            let status = officer.get(&address).await.status;
            let is_shown = status == StatusCode::OK || status == StatusCode::SEE_OTHER;
            assert!(is_shown, "{address}: {status}");
        }
    }
    for closed in ["tinh-ha-tinh", "tp-ha-tinh", "tran-phu-2025-07", "minh-tien-thach-ha"] {
        let page = officer.get(&format!("/units/{closed}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }

    // A cell's secretary has the same cell; whoever saw the city sees it as it was.
    assert_eq!(secretary.get("/").await.leads_to(), "/units/tdp-2-nguyen-du/tasks");
    let tasks = secretary.get("/units/tdp-2-nguyen-du/tasks").await;
    tasks.assert_shows("Phường Thành Sen");
    tasks.assert_hides("Sổ cũ");
    assert_eq!(city.get("/").await.leads_to(), "/units/tp-ha-tinh/tasks");
    city.get("/units/tp-ha-tinh?on=2024-12-31&year=2024").await.assert_is(StatusCode::OK);
    city.get("/units/thanh-sen").await.assert_is(StatusCode::NOT_FOUND);
}
