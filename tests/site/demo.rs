//! The demonstration's registry.

use haichieu::access::model::Role;
use haichieu::clock;
use haichieu::db::{Db, Tx};
use haichieu::exchange::demo::accounts::{self, Keys};
use haichieu::exchange::demo::{build, reform};
use reqwest::StatusCode;

use crate::exchange::{haichieu, number, texts};
use crate::support::{Site, fresh_database, visitor};

/// The rows of a query that should find none are the faults.
const FAULTS: [(&str, &str); 13] = [
    (
        "two open residences",
        "SELECT COUNT(*) FROM (SELECT member_id FROM residence WHERE ended_on IS NULL
                               GROUP BY member_id HAVING COUNT(*) > 1) AS twice",
    ),
    (
        "a residence begun before the one before it ended",
        "SELECT COUNT(*) FROM residence AS a
         JOIN residence AS b ON b.member_id = a.member_id AND b.started_on > a.started_on
         WHERE a.ended_on IS NULL OR a.ended_on > b.started_on",
    ),
    (
        "a day after the last one",
        "SELECT (SELECT COUNT(*) FROM residence
                 WHERE started_on > '2024-12-31' OR ended_on > '2024-12-31')
              + (SELECT COUNT(*) FROM meeting WHERE held_on > '2024-12-31')
              + (SELECT COUNT(*) FROM contribution WHERE given_on > '2024-12-31')
              + (SELECT COUNT(*) FROM introduction_letter WHERE assigned_on > '2024-12-31')
              + (SELECT COUNT(*) FROM member
                 WHERE admitted_on > '2024-12-31' OR official_on > '2024-12-31')",
    ),
    (
        "a meeting whose counts are not those of its roll",
        "SELECT COUNT(*) FROM meeting
         JOIN (SELECT meeting_id,
                      SUM(CASE WHEN status <> 'exempt' THEN 1 ELSE 0 END) AS expected,
                      SUM(CASE WHEN status = 'present' THEN 1 ELSE 0 END) AS present,
                      SUM(CASE WHEN status = 'excused' THEN 1 ELSE 0 END) AS excused,
                      SUM(CASE WHEN status = 'unexcused' THEN 1 ELSE 0 END) AS unexcused
               FROM attendance GROUP BY meeting_id) AS roll ON roll.meeting_id = meeting.id
         WHERE meeting.expected <> roll.expected OR meeting.present <> roll.present
            OR meeting.excused <> roll.excused OR meeting.unexcused <> roll.unexcused",
    ),
    (
        "a ward of 2024 without a letter to receive, or one to assign",
        "SELECT COUNT(*) FROM unit_period WHERE kind IN ('ward', 'commune')
            AND from_on <= '2024-12-31' AND (to_on IS NULL OR to_on > '2024-12-31')
            AND (SELECT COUNT(DISTINCT received_on IS NULL) FROM introduction_letter
                 WHERE ward_id = unit_id AND cell_id IS NULL) <> 2",
    ),
    (
        "a letter that waits in a ward that has ended, and that no ward of today finds",
        "SELECT COUNT(*) FROM introduction_letter AS letter
         WHERE cell_id IS NULL AND closed_on IS NULL
           AND NOT EXISTS (SELECT 1 FROM unit_period
                           WHERE unit_id = letter.ward_id AND to_on IS NULL)
           AND NOT EXISTS (SELECT 1 FROM unit_succession
                           JOIN unit_period ON unit_period.unit_id = successor_id
                                            AND unit_period.to_on IS NULL
                           WHERE predecessor_id = letter.ward_id AND main)",
    ),
    (
        "a cell that is in no ward of today",
        "SELECT COUNT(*) FROM unit_period AS cell
         WHERE cell.kind = 'cell' AND cell.to_on IS NULL
           AND NOT EXISTS (SELECT 1 FROM unit_period
                           WHERE unit_id = cell.parent_id AND to_on IS NULL
                             AND kind IN ('ward', 'commune'))",
    ),
    (
        "somebody who lives in a cell that has ended",
        "SELECT COUNT(*) FROM residence WHERE ended_on IS NULL
            AND NOT EXISTS (SELECT 1 FROM unit_period
                            WHERE unit_id = residence.cell_id AND to_on IS NULL)",
    ),
    ("somebody unmarked", "SELECT COUNT(*) FROM attendance WHERE status = 'unmarked'"),
    (
        "an excuse without a reason, or a reason without one",
        "SELECT COUNT(*) FROM attendance WHERE (status = 'excused') = (reason = '')",
    ),
    (
        "somebody admitted before birth or official before admission",
        "SELECT COUNT(*) FROM member WHERE born_on >= admitted_on OR official_on < admitted_on",
    ),
    (
        "a cell without any contribution",
        "SELECT COUNT(*) FROM unit_period WHERE kind = 'cell' AND unit_id NOT IN
             (SELECT unit_id FROM contribution)",
    ),
    (
        "a cell of the article's that missed a half-year",
        "SELECT 20 - COUNT(*) FROM meeting JOIN unit ON unit.id = meeting.unit_id
         WHERE unit.code IN ('tdp-2-nguyen-du', 'minh-tien-thach-ha') AND kind = 'periodic'",
    ),
];

const OF_A_DAY: &str = "SELECT COUNT(*) FROM unit
     JOIN unit_ancestor ON unit_ancestor.ancestor_id = unit.id
                        AND unit_ancestor.from_on <= '{on}'
                        AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > '{on}')
     JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                    AND residence.started_on <= '{on}'
                    AND (residence.ended_on IS NULL OR residence.ended_on > '{on}')
     WHERE residence.category = ";

#[tokio::test]
async fn the_demonstration_is_the_city_of_the_article() {
    let url = fresh_database().await;

    let output = haichieu(&url, &["demo", "--no-serve", "--listen", "127.0.0.1:0"]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    for (code, category, expected) in [
        ("tdp-2-nguyen-du", "normal", 207),
        ("tdp-2-nguyen-du", "exempt", 6),
        ("minh-tien-thach-ha", "normal", 42),
        ("nguyen-du", "normal", 1_201),
        ("tp-ha-tinh", "normal", 9_500),
        ("tp-ha-tinh", "exempt", 274),
        ("tinh-ha-tinh", "normal", 9_500),
    ] {
        let count = living_in(&mut tx, code, category, "2024-12-31").await;
        assert_eq!(count, expected, "{category} in {code}");
    }
    // After both reforms, by the seven units of today.
    for (code, expected) in [
        ("tinh-ha-tinh", 9_500),
        ("tp-ha-tinh", 0),
        ("nguyen-du", 0),
        ("tdp-2-nguyen-du", 207),
        ("thanh-sen", 7_314),
        ("tran-phu-2025-07", 1_569),
        ("cam-binh-2025", 364),
        ("ha-huy-tap-2025", 253),
    ] {
        let count = living_in(&mut tx, code, "normal", "2025-07-01").await;
        assert_eq!(count, expected, "in {code} today");
    }
    let posts = "SELECT unit.code FROM role_grant JOIN account ON account.id = account_id
                 JOIN unit ON unit.id = unit_id
                 WHERE login IN ('canbo.nguyendu', 'tochuc.hatinh') ORDER BY unit.code";
    let expected = ["bac-ha-2025", "nguyen-du", "thanh-sen", "tinh-ha-tinh"];
    assert_eq!(texts(&mut tx, posts).await, expected);
    for (fault, sql) in FAULTS {
        assert_eq!(number(&mut tx, sql).await, 0, "{fault}");
    }
    let hoa = "SELECT COUNT(*) FROM member JOIN residence ON residence.member_id = member.id
               JOIN unit ON unit.id = residence.cell_id
               WHERE unit.code = 'tdp-2-nguyen-du' AND member.given = 'Hòa'";
    assert!(number(&mut tx, hoa).await >= 5);
    let lit = "SELECT COUNT(DISTINCT SUBSTR(CAST(given_on AS TEXT), 1, 4)) FROM contribution
               WHERE group_name = 'Tổ đảng thôn Minh Tiến'";
    assert_eq!(number(&mut tx, lit).await, 13, "one entry a year since 2012");
    let reversed = "SELECT COUNT(*) FROM contribution WHERE reverses_id IS NOT NULL";
    assert!(number(&mut tx, reversed).await >= 1);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM account").await, 5);
    assert_eq!(number(&mut tx, "SELECT COUNT(DISTINCT role) FROM role_grant").await, 4);
    attendance_rises(&mut tx).await;
    drop(tx);
    db.close().await;

    let again = haichieu(&url, &["demo", "--no-serve", "--listen", "127.0.0.1:0"]);

    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("cơ sở dữ liệu này đã có dữ liệu"), "{said}");
}

async fn living_in(tx: &mut Tx, code: &str, category: &str, on: &str) -> i64 {
    let sql = format!("{OF_A_DAY}'{category}' AND unit.code = '{code}'").replace("{on}", on);
    number(tx, sql.leak()).await
}

async fn attendance_rises(tx: &mut Tx) {
    let of_year = "SELECT CAST(SUM(present) * 1000 / SUM(expected) AS BIGINT) FROM meeting
                   WHERE held_on >= '{year}-01-01' AND held_on <= '{year}-12-31'";
    let mut last = 0;
    for year in 2020..=2024 {
        let sql = of_year.replace("{year}", &year.to_string());
        let rate = number(tx, sql.leak()).await;
        assert!(rate > last && (750..950).contains(&rate), "{rate} of 1000 in {year}");
        last = rate;
    }
}

#[tokio::test]
async fn the_same_people_are_made_each_time() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let (first, second) = (people(&db).await, people(&db).await);
    assert!(first.len() > 800, "{}", first.len());
    assert_eq!(first, second);
}

/// What a small demonstration would be full of, without the identifiers.
async fn people(db: &Db) -> Vec<String> {
    let mut tx = db.write().await.unwrap();
    assert!(build(&mut tx, 10).await.is_ok());
    let mut all = Vec::new();
    for sql in [
        "SELECT member.full_name || ' ' || unit.code || ' ' || residence.address || ' '
                || CAST(residence.started_on AS TEXT) || ' '
                || COALESCE(CAST(residence.ended_on AS TEXT), '')
         FROM member JOIN residence ON residence.member_id = member.id
         JOIN unit ON unit.id = residence.cell_id",
        "SELECT unit.code || ' ' || CAST(held_on AS TEXT) || ' ' || topic || ' '
                || CAST(present AS TEXT) || ' ' || CAST(excused AS TEXT)
         FROM meeting JOIN unit ON unit.id = meeting.unit_id",
        "SELECT CAST(given_on AS TEXT) || ' ' || note || ' ' || CAST(amount_vnd AS TEXT)
         FROM contribution",
        "SELECT CAST(raised_on AS TEXT) || ' ' || topic || ' ' || status || ' '
                || COALESCE(answer, '') || ' ' || COALESCE(forwarded_to, '')
         FROM opinion",
    ] {
        let mut rows = texts(&mut tx, sql).await;
        rows.sort();
        all.extend(rows);
    }
    all
}

#[tokio::test]
async fn the_printed_passwords_open_the_accounts() {
    let (root, db) = Site::start_empty().await;
    let keys = Keys::cut().unwrap().ready().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let Ok(known) = build(&mut tx, 1000).await else { panic!("nothing was built") };

    let accounts = accounts::add(&mut tx, &known, keys).await.unwrap();
    assert!(reform(&mut tx, clock::now()).await.is_ok());

    tx.commit().await.unwrap();
    assert_eq!(accounts.len(), 5);
    for account in accounts {
        let form = [("login", account.login), ("password", account.password.as_str())];
        let page = visitor(&root, None).post("/sign-in", &form).await;
        let cookie = page.cookie.unwrap_or_else(|| panic!("{}: {}", account.login, page.body));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let somebody = visitor(&root, Some(cookie));
        // One place of work each: the wards that have ended do not ask to be chosen.
        let home = somebody.get("/").await.leads_to().to_owned();
        let page = somebody.get(&home).await;
        page.assert_is(StatusCode::OK);
        let units = account.place.split(", ").filter(|it| it.starts_with(char::is_uppercase));
        for name in units.filter(|_| account.role != Role::Administrator) {
            page.assert_shows(name);
        }
    }
}
