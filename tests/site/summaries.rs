//! Counts of large units from their summaries, held against the same counts from the rows.

use chrono::NaiveDate;
use haichieu::audit::chain::{self, Key};
use haichieu::db::Db;
use haichieu::evaluation::store::counts::{self, Known};
use haichieu::ids::UnitId;
use haichieu::members::model::Sex;
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::recount;
use haichieu::statistics::model::{AsOf, Overview, Sheets, Whole};
use haichieu::statistics::store as counted;
use haichieu::statistics::summary;
use haichieu::statistics::summary::refresh::{refresh, step};
use haichieu::{clock, opinions, organisation};

use crate::contributions::{Gift, cell_with_a_fund};
use crate::generate::{fill_with, order};
use crate::meetings::{roll_call, save};
use crate::members::{filled, live, post};
use crate::recount::{faults, spoil};
use crate::sheets::open_year;
use crate::support::{Site, day, fresh_database};

/// Every unit is a large one.
const ALL: i64 = -1;

async fn units(db: &Db) -> Vec<UnitId> {
    let mut tx = db.read().await.unwrap();
    let periods = recount::store::all_periods(&mut tx).await.unwrap();
    let mut ids: Vec<UnitId> = periods.into_iter().map(|it| it.unit_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Counted from the rows, as where there are no summaries: in a transaction that is dropped.
async fn from_rows(db: &Db, id: UnitId, as_of: AsOf) -> Overview {
    let mut tx = db.write().await.unwrap();
    summary::store::remove(&mut tx).await.unwrap();
    let tx = &mut tx;
    let overview = counted::overview(tx, id, as_of).await.unwrap();
    assert!(overview.whole.is_none());
    let today = clock::today();
    let last = organisation::store::ended_by(tx, id, today).await.unwrap();
    let people = counted::people::of(tx, id, as_of.on, last.unwrap_or(today)).await.unwrap();
    let (year, after) = (i64::from(as_of.year), as_of.on.succ_opt().unwrap());
    let stages = counts::stages_by_child(tx, id, (year, after)).await.unwrap();
    let chosen = counts::options(tx, id, year, after).await.unwrap();
    let late = counted::chase::sheets(tx, id, as_of.on.min(today)).await.unwrap();
    let sheets = Sheets { known: Known { stages, chosen }, late };
    let by_work = counted::by_work(tx, id, as_of).await.unwrap();
    let unanswered = opinions::store::counts(tx, id, &raised_by(as_of.on)).await.unwrap();
    let unanswered = unanswered.unanswered();
    let whole = Whole { people, sheets, by_work, unanswered };
    in_order(Overview { whole: Some(whole), ..overview })
}

/// All opinions raised up to the end of a day, as they stood then.
fn raised_by(on: NaiveDate) -> opinions::store::Filter {
    let days = (day("1900-01-01"), on.succ_opt().unwrap());
    opinions::store::Filter { counted: true, ..opinions::store::Filter::of_days(days, on) }
}

async fn from_summaries(db: &Db, id: UnitId, as_of: AsOf) -> Overview {
    let mut tx = db.read().await.unwrap();
    let overview = counted::overview(&mut tx, id, as_of).await.unwrap();
    assert!(overview.whole.is_some(), "counted from summaries");
    in_order(overview)
}

/// What has no order of its own, in one.
fn in_order(mut overview: Overview) -> Overview {
    let Whole { people, sheets, .. } = overview.whole.as_mut().unwrap();
    people.ages.sort_by_key(|it| (it.sex.map(Sex::as_str), it.band));
    let known = &mut sheets.known;
    known.stages.sort_by_key(|it| it.child_id);
    known.chosen.sort_by_key(|it| (it.child_id, it.criterion_id, it.option_id));
    overview
}

/// Every unit, on these days, from both.
async fn assert_alike(db: &Db, days: &[NaiveDate]) {
    for id in units(db).await {
        for on in days {
            let as_of = AsOf::of(*on);
            let rows = from_rows(db, id, as_of).await;
            let summaries = from_summaries(db, id, as_of).await;
            assert_eq!(format!("{rows:#?}"), format!("{summaries:#?}"), "{id} on {on}");
        }
    }
}

/// Seals the trail and goes on to its end; how far that is.
async fn catch_up(site: &Site, key: &Key) -> i64 {
    chain::seal_tail(&site.db, key).await.unwrap();
    refresh(&site.db, ALL).await.unwrap();
    let mut tx = site.db.read().await.unwrap();
    summary::store::state(&mut tx).await.unwrap().unwrap().position
}

#[tokio::test]
async fn a_made_up_registry_is_counted_alike() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    fill_with(&db, order(260, 11)).await;
    refresh(&db, ALL).await.unwrap();
    let days = ["2019-12-31", "2023-06-30", "2025-01-15", "2025-12-31", "2026-06-30", "2027-03-01"]
        .map(day);
    assert_alike(&db, &days).await;
    let mut tx = db.read().await.unwrap();
    assert_eq!(summary::wrong(&mut tx).await.unwrap(), []);
}

#[tokio::test]
async fn a_small_registry_has_no_summaries() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    fill_with(&db, order(60, 11)).await;
    refresh(&db, 300).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert_eq!(summary::store::state(&mut tx).await.unwrap(), None);
    drop(tx);
    refresh(&db, ALL).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert!(summary::store::state(&mut tx).await.unwrap().is_some());
    drop(tx);
    // The limit was raised: they are taken away.
    refresh(&db, 300).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert_eq!(summary::store::state(&mut tx).await.unwrap(), None);
    let top = units(&db).await[0];
    assert!(
        counted::overview(&mut tx, top, AsOf::of(day("2026-06-30"))).await.unwrap().whole.is_none()
    );
}

/// A form, where it is sent, and what is typed into it.
type Sent<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Each act is written behind the summaries: whoever counts sees it at once, and the refresher
/// puts it in.
#[tokio::test]
async fn what_was_written_since_is_counted_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::load(&folder.path().join("key")).unwrap();
    let site = Site::start().await;
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    let mut ids = Vec::new();
    for name in ["Trần Thị Hạnh", "Lê Văn An", "Vũ Thị Bình", "Đỗ Văn Cường"] {
        ids.push(live(&site, a1, name).await);
    }
    refresh(&site.db, ALL).await.unwrap();
    let officer = site.ward_officer().await;
    let secretary = site.secretary().await;
    let root = site.all_large().await;
    let (to, days) = (a2.to_string(), ["2024-12-31", "2025-06-30", "2026-11-30"].map(day));
    let sheet = |id, form| format!("/members/{id}/{form}");
    let (moves, leaves) = (sheet(ids[0], "move"), sheet(ids[1], "leave"));
    let (rests, edits) = (sheet(ids[2], "category"), sheet(ids[3], "edit"));
    let moving = [("cell_id", &*to), ("on", "1/6/2025"), ("residence_kind", "temporary")];
    let leaving = [("on", "15/3/2025"), ("reason", "other")];
    let resting = [("on", "1/2/2025"), ("exempt_reason", "b")];
    let editing = [
        ("full_name", "Đỗ Văn Cường"),
        ("sex", "male"),
        ("born", "1990"),
        ("residence_kind", "permanent"),
        ("workplace", "Sở Y tế"),
    ];
    let meeting = [("kind", "periodic"), ("held_on", "10/6/2025")];
    let acts: [Sent; 5] = [
        (&moves, &moves, &moving),
        (&leaves, &leaves, &leaving),
        (&rests, &rests, &resting),
        (&edits, &edits, &editing),
        ("/units/a1/meetings/new", "/units/a1/meetings", &meeting),
    ];
    let mut position = 0;
    for (form, path, typed) in acts {
        let visitor = if form == moves { &officer } else { &secretary };
        let page = visitor.get(form).await;
        let done = post(visitor, path, &filled(&page, typed)).await;
        let there = done.leads_to().to_owned();
        if there.starts_with("/meetings/") {
            let at = there.trim_end_matches("/roll-call");
            let roll = roll_call(&secretary, at).await;
            save(&secretary, &roll, at, &[("m1", "e")], "present-rest").await.leads_to();
        }
        assert_alike(&site.db, &days).await;
        let reached = catch_up(&site, &key).await;
        assert!(reached > position, "{path} is in the trail");
        position = reached;
        assert_alike(&site.db, &days).await;
        let mut tx = site.db.read().await.unwrap();
        assert_eq!(summary::wrong(&mut tx).await.unwrap(), [], "{path}");
    }
    let ward = from_summaries(&site.db, site.town.ward_a, AsOf::of(days[1])).await;
    assert_eq!((ward.total.members.normal, ward.total.members.exempt), (2, 1));
    assert_eq!((ward.total.meetings.held, ward.total.meetings.excused), (1, 1));
    let page = officer.at(&root).get("/units/phuong-a?on=30/6/2025").await;
    page.assert_shows("Sở Y tế");
}

/// What an act about a whole country does: one step would keep everybody from writing for minutes.
#[tokio::test]
async fn an_act_about_very_many_units_sums_all_up_anew() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::load(&folder.path().join("key")).unwrap();
    let site = Site::with_criteria().await;
    live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let cells: Vec<NewUnit> = (1..=1000)
        .map(|number| NewUnit {
            id: UnitId::new(),
            code: format!("c{number}"),
            name: format!("Chi bộ thôn {number}"),
            kind: UnitKind::Cell,
            official_code: None,
            parent_id: Some(site.town.ward_b),
            from_on: day("2015-01-01"),
            to_on: None,
        })
        .collect();
    site.seed(async |tx| organisation::store::add(tx, &cells, clock::now()).await.unwrap()).await;
    refresh(&site.db, ALL).await.unwrap();
    let (city, as_of) = (site.town.city, AsOf::of(day("2025-06-30")));
    assert_eq!(from_summaries(&site.db, city, as_of).await.total.members.normal, 1);

    open_year(&site.organisation_officer().await, "thanh-pho").await;
    let mut tx = site.db.read().await.unwrap();
    let counted = counted::overview(&mut tx, city, as_of).await.unwrap();
    assert!(counted.whole.is_none(), "counted from the rows meanwhile");
    assert_eq!(counted.total.members.normal, 1);
    drop(tx);
    chain::seal_tail(&site.db, &key).await.unwrap();
    step(&site.db, ALL).await.unwrap();
    let mut tx = site.db.read().await.unwrap();
    let state = summary::store::state(&mut tx).await.unwrap().unwrap();
    assert!(state.filled_to.is_some(), "begun anew");
    drop(tx);
    refresh(&site.db, ALL).await.unwrap();
    let days = AsOf { on: clock::today(), year: 2024 };
    let rows = from_rows(&site.db, city, days).await;
    let summaries = from_summaries(&site.db, city, days).await;
    assert_eq!(format!("{rows:#?}"), format!("{summaries:#?}"));
    assert_eq!(summaries.whole.unwrap().sheets.known.stages[0].stages.asked, 1);
}

#[tokio::test]
async fn gifts_and_the_names_of_works_are_followed_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::load(&folder.path().join("key")).unwrap();
    let (site, secretary, fund) = cell_with_a_fund().await;
    Gift::of("huy").write(&secretary).await;
    refresh(&site.db, ALL).await.unwrap();
    let days = [day("2024-12-31"), clock::today()];
    let mut position = 0;
    for act in ["give", "give", "rename", "cancel"] {
        let entry = match act {
            "rename" => format!("/works/{fund}/edit"),
            _ => Gift::of("huy").with("work", &fund).with("confirmed", "1").write(&secretary).await,
        };
        let typed: Option<(String, &[_])> = match act {
            "rename" => Some((entry, &[("kind", "fund"), ("name", "Quỹ Vì trẻ em")])),
            "cancel" => Some((format!("{entry}/reverse"), &[("reason", "nhầm")])),
            _ => None,
        };
        if let Some((path, fields)) = typed {
            let page = secretary.get(&path).await;
            post(&secretary, &path, &filled(&page, fields)).await.leads_to();
        }
        assert_alike(&site.db, &days).await;
        let reached = catch_up(&site, &key).await;
        assert!(reached > position, "{act} is in the trail");
        position = reached;
        assert_alike(&site.db, &days).await;
        let mut tx = site.db.read().await.unwrap();
        assert_eq!(summary::wrong(&mut tx).await.unwrap(), [], "{act}");
    }
    let city = from_summaries(&site.db, site.town.city, AsOf::of(days[1])).await;
    assert_eq!(city.total.contributions.amount_vnd, 1_500_000);
    let by_work = city.whole.unwrap().by_work;
    let named: Vec<_> = by_work.iter().map(|it| (it.name.as_deref(), it.count)).collect();
    assert_eq!(named, [(Some("Quỹ Vì trẻ em"), 2), (None, 1)]);
}

#[tokio::test]
async fn a_summary_that_does_not_follow_from_its_rows_is_found() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    refresh(&site.db, ALL).await.unwrap();
    assert_eq!(faults(&site).await, Vec::<String>::new());
    let sql = "UPDATE member SET born_on = '1950-05-05'";
    spoil(&site.db, sql).await;
    let found = faults(&site).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("bản tóm tắt số liệu sai"), "{found:?}");
    assert!(found[0].contains(&site.town.cell_a1.to_string()), "{id}: {found:?}");
    // With its limit raised the registry counts without them.
    refresh(&site.db, 300).await.unwrap();
    assert_eq!(faults(&site).await, Vec::<String>::new());
}

/// Who attended nothing would be found by reading all attendance of the year.
#[tokio::test]
async fn a_large_unit_does_not_tell_who_was_absent() {
    let site = Site::with_criteria().await;
    live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let officer = site.organisation_officer().await;
    open_year(&officer, "thanh-pho").await;
    let ward = site.ward_officer().await;
    let (page, report) =
        ("/units/phuong-a/evaluations?year=2024", "/units/phuong-a/report?year=2024");
    for visitor in [&ward, &officer] {
        visitor.get(page).await.assert_shows("Không dự họp");
        visitor.get(report).await.assert_shows("Không dự cuộc họp nào");
    }
    refresh(&site.db, ALL).await.unwrap();
    for visitor in [&ward, &officer] {
        let told = visitor.get(page).await;
        told.assert_hides("Không dự họp");
        told.assert_shows("/units/a1/evaluations?year=2024");
        visitor.get(report).await.assert_hides("Không dự cuộc họp nào");
    }
    ward.get(page).await.assert_shows("Ai không dự cuộc họp nào trong năm thì xem");
    officer.get(page).await.assert_shows("&#60; 5");
}
