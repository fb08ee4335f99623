//! Units merged, split, moved and renamed: applied on a day, and undone.

use chrono::{Days, NaiveDate};
use haichieu::access::model::Role;
use haichieu::audit::model::Actor;
use haichieu::db::Db;
use haichieu::home::store::people;
use haichieu::ids::{LetterId, MeetingId, MemberId, ReorganisationId, ResidenceId, UnitId};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{EndReason, ExemptReason, NewLetter};
use haichieu::members::store::{end_residence, get_residence, residences_of};
use haichieu::organisation::model::UnitKind;
use haichieu::reorganisations::model::{
    NewReorganisation, NewUnitSpec, Part, Reorganisation, Step, Target,
};
use haichieu::reorganisations::{self, Blockers, Preview, Refused, due, store};
use haichieu::{clock, meetings, members, organisation};
use reqwest::StatusCode;
use uuid::Uuid;

use crate::members::{live, live_who};
use crate::support::{Site, day};

pub const REFERENCE: &str = "Nghị quyết 1283/NQ-UBTVQH15 ngày 14/11/2024";
const DAY: &str = "2025-01-01";

pub fn code(code: &str) -> Target {
    Target::Code(code.to_owned())
}

pub fn spec(code: &str, name: &str, kind: UnitKind, parent: &str) -> NewUnitSpec {
    NewUnitSpec {
        id: UnitId::new(),
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        official_code: Some("18094".to_owned()),
        parent: Some(parent.to_owned()),
    }
}

pub fn merge(sources: &[&str], target: Target) -> Step {
    Step::Merge { sources: sources.iter().map(|it| (*it).to_owned()).collect(), target }
}

pub fn part(target: Target) -> Part {
    Part {
        target,
        children: Vec::new(),
        clusters: Vec::new(),
        members: Vec::new(),
        takes_rest: false,
        successor: false,
    }
}

/// Both wards become one new ward.
fn one_ward() -> Step {
    let new = spec("phuong-moi", "Phường Sông Lam", UnitKind::Ward, "thanh-pho");
    merge(&["phuong-a", "phuong-b"], Target::New(new))
}

/// Cell A1 is divided: cluster 7 and one person go to a new cell, the others to A2.
fn divided(by_hand: MemberId) -> (Step, UnitId) {
    let new = spec("a3", "Chi bộ tổ dân phố 3", UnitKind::Cell, "phuong-a");
    let id = new.id;
    let (members, clusters) = (vec![by_hand], vec!["Cụm 7".to_owned()]);
    let parts = vec![
        Part { clusters, members, successor: true, ..part(Target::New(new)) },
        Part { takes_rest: true, ..part(code("a2")) },
    ];
    (Step::Split { source: "a1".to_owned(), parts, goes_on: false }, id)
}

pub async fn draft(site: &Site, on: NaiveDate, steps: &[Step]) -> ReorganisationId {
    let id = ReorganisationId::new();
    let new = NewReorganisation {
        id,
        unit_id: None,
        legal_reference: REFERENCE.to_owned(),
        effective_on: on,
    };
    site.seed(async |tx| {
        store::add(tx, &new, "Người soạn", clock::now()).await.unwrap();
        store::set_steps(tx, id, 1, steps).await.unwrap();
    })
    .await;
    id
}

pub async fn get(site: &Site, id: ReorganisationId) -> Reorganisation {
    store::get(&mut site.db.read().await.unwrap(), id).await.unwrap()
}

pub async fn preview(site: &Site, id: ReorganisationId) -> Preview {
    let it = get(site, id).await;
    reorganisations::preview(&mut site.db.read().await.unwrap(), &it).await.unwrap()
}

pub async fn apply(site: &Site, id: ReorganisationId) -> Result<(), Refused> {
    let version = get(site, id).await.version;
    let mut tx = site.db.write().await.unwrap();
    let actor = Actor::command_line();
    reorganisations::apply(&mut tx, &actor, id, version, clock::now()).await?;
    tx.commit().await.unwrap();
    Ok(())
}

/// Drafted and applied.
async fn applied(site: &Site, on: NaiveDate, steps: &[Step]) -> ReorganisationId {
    let id = draft(site, on, steps).await;
    apply(site, id).await.unwrap();
    id
}

pub async fn undo(site: &Site, id: ReorganisationId) -> Result<(), Blockers> {
    let version = get(site, id).await.version;
    let mut tx = site.db.write().await.unwrap();
    let actor = Actor::command_line();
    reorganisations::undo(&mut tx, &actor, id, version, clock::now()).await?;
    tx.commit().await.unwrap();
    Ok(())
}

/// Why it cannot be undone.
async fn blockers(site: &Site, id: ReorganisationId) -> String {
    match undo(site, id).await {
        Err(Blockers::Dependents(why)) => why.join("; "),
        other => panic!("{other:?}"),
    }
}

/// What the checks that block say.
async fn refused(site: &Site, id: ReorganisationId) -> String {
    match apply(site, id).await {
        Err(Refused::Checks(checks)) => {
            checks.into_iter().flat_map(|it| it.details).collect::<Vec<_>>().join("; ")
        }
        other => panic!("{other:?}"),
    }
}

macro_rules! rows {
    ($db:expr, $row:ty, $sql:expr) => {{
        let rows: Vec<$row> = match $db {
            Db::Sqlite { readers, .. } => sqlx::query_as($sql).fetch_all(readers).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_as($sql).fetch_all(pool).await.unwrap(),
        };
        let mut rows: Vec<String> = rows.iter().map(|it| format!("{it:?}")).collect();
        rows.sort();
        rows
    }};
}

type Day = Option<NaiveDate>;
type Text = Option<String>;

#[derive(Debug, sqlx::FromRow)]
#[expect(dead_code, reason = "read by the eye, and compared as it is printed")]
struct ResidenceRow {
    id: Uuid,
    member_id: Uuid,
    cell_id: Uuid,
    letter_id: Option<Uuid>,
    address: String,
    household_cluster: String,
    kind: String,
    category: String,
    exempt_reason: Text,
    started_on: NaiveDate,
    ended_on: Day,
    end_reason: Text,
    version: i64,
    created_at: i64,
    reorganisation_id: Option<Uuid>,
    closed_by: Option<Uuid>,
}

/// Every row of the tables that a reorganisation writes.
pub async fn dump(db: &Db) -> Vec<(&'static str, Vec<String>)> {
    type PeriodRow = (Uuid, NaiveDate, Day, String, String, Text, Option<Uuid>);
    type AncestorRow = (Uuid, Uuid, Uuid, i64, NaiveDate, Day);
    type GrantRow = (Uuid, Uuid, String, Option<Uuid>, bool, i64, Option<i64>, Day, Option<Uuid>);
    type LetterRow = (Uuid, Uuid, String, Option<Uuid>, Day, Option<Uuid>, Day, Day, i64);
    vec![
        ("unit", rows!(db, (Uuid, String, i64), "SELECT id, code, created_at FROM unit")),
        (
            "period",
            rows!(
                db,
                PeriodRow,
                "SELECT unit_id, from_on, to_on, name, kind, official_code, parent_id
                 FROM unit_period"
            ),
        ),
        (
            "ancestor",
            rows!(
                db,
                AncestorRow,
                "SELECT ancestor_id, unit_id, child_id, depth, from_on, to_on
                 FROM unit_ancestor"
            ),
        ),
        (
            "residence",
            rows!(
                db,
                ResidenceRow,
                "SELECT id, member_id, cell_id, letter_id, address, household_cluster, kind,
                        category, exempt_reason, started_on, ended_on, end_reason, version,
                        created_at, reorganisation_id, closed_by
                 FROM residence"
            ),
        ),
        (
            "grant",
            rows!(
                db,
                GrantRow,
                "SELECT id, account_id, role, unit_id, names, granted_at, revoked_at, from_on,
                        reorganisation_id
                 FROM role_grant"
            ),
        ),
        (
            "letter",
            rows!(
                db,
                LetterRow,
                "SELECT id, member_id, number, ward_id, received_on, cell_id, assigned_on,
                        closed_on, version
                 FROM introduction_letter"
            ),
        ),
        (
            "succession",
            rows!(
                db,
                (Uuid, Uuid, Uuid),
                "SELECT predecessor_id, successor_id, reorganisation_id FROM unit_succession"
            ),
        ),
        ("move", rows!(db, (Uuid, Uuid), "SELECT residence_id, to_cell_id FROM residence_move")),
    ]
}

/// The headcount of a unit: normal, exempt.
pub async fn count(site: &Site, unit: UnitId, on: NaiveDate) -> (i64, i64) {
    let counted = people(&mut site.db.read().await.unwrap(), unit, on).await.unwrap();
    (counted.normal, counted.exempt)
}

/// The headcounts of the town's units on some days before the reform.
async fn counts_before(site: &Site) -> Vec<(i64, i64)> {
    let town = &site.town;
    let units = [town.city, town.ward_a, town.ward_b, town.cell_a1, town.cell_a2, town.cell_b1];
    let mut counts = Vec::new();
    for on in ["2019-02-28", "2019-03-01", "2022-06-01", "2024-12-31"] {
        for unit in units {
            counts.push(count(site, unit, day(on)).await);
        }
    }
    counts
}

/// Three people in A1 (one exempt, one of cluster 7), one in A2, one in B1.
struct People {
    plain: MemberId,
    of_cluster: MemberId,
    exempt: MemberId,
}

async fn populate(site: &Site) -> People {
    let town = &site.town;
    let plain = live(site, town.cell_a1, "Trần Văn Một").await;
    let of_cluster = live_who(site, town.cell_a1, "Lê Thị Hai", |_, home| {
        "Cụm 7".clone_into(&mut home.household_cluster);
    })
    .await;
    let exempt = live_who(site, town.cell_a1, "Phạm Văn Ba", |_, home| {
        home.exempt = Some(ExemptReason::WorksOnTheMove);
    })
    .await;
    live(site, town.cell_a2, "Ngô Thị Bốn").await;
    live(site, town.cell_b1, "Hồ Văn Năm").await;
    People { plain, of_cluster, exempt }
}

#[tokio::test]
async fn merged_wards_count_as_one_from_their_day_on() {
    let site = Site::start().await;
    populate(&site).await;
    let officer = site.ward_officer().await;
    let before = counts_before(&site).await;
    let id = draft(&site, day(DAY), &[one_ward()]).await;
    let seen = preview(&site, id).await;
    assert!(seen.may_apply(), "{:?}", seen.checks);
    assert_eq!((seen.begin().len(), seen.end().len(), seen.moved_cells().len()), (1, 2, 3));
    assert_eq!(seen.people_before, seen.people_after);
    assert_eq!((seen.moved, seen.grants.len()), (0, 1));
    apply(&site, id).await.unwrap();

    assert_eq!(counts_before(&site).await, before, "the past stays as it was");
    let mut tx = site.db.read().await.unwrap();
    let new = organisation::store::get_by_code(&mut tx, "phuong-moi", day(DAY)).await.unwrap();
    let former = organisation::store::predecessors(&mut tx, new.id, day(DAY)).await.unwrap();
    drop(tx);
    assert_eq!(former.len(), 2);
    assert_eq!(count(&site, new.id, day(DAY)).await, (4, 1));
    assert_eq!(count(&site, site.town.ward_a, day(DAY)).await, (0, 0));
    assert_eq!(count(&site, site.town.city, day(DAY)).await, (4, 1));

    // The officer's sign-in has ended with the new right.
    assert_eq!(officer.get("/units/phuong-moi/members").await.status, StatusCode::SEE_OTHER);
    let reader = site.visitor(Role::WardOfficer, site.town.ward_a).await;
    let book = reader.get("/units/phuong-a/members?on=31/12/2024").await;
    book.assert_is(StatusCode::OK);
    book.assert_shows("Trần Văn Một");
    let officer = site.visitor(Role::WardOfficer, new.id).await;
    officer.get("/units/phuong-moi/members").await.assert_shows("Hồ Văn Năm");
    let secretary = site.secretary().await;
    secretary.get("/units/a1/members").await.assert_shows("Trần Văn Một");
    let mut tx = site.db.read().await.unwrap();
    let history = haichieu::audit::store::list_of(&mut tx, site.town.ward_a.0, 5);
    let history = history.await.unwrap();
    assert_eq!(history[0].action, "unit.end");
    assert!(history[0].summary.contains(REFERENCE), "{}", history[0].summary);
}

#[tokio::test]
async fn merged_cells_bring_their_people_with_all() {
    let site = Site::start().await;
    let people = populate(&site).await;
    let before = counts_before(&site).await;
    let old = {
        let mut tx = site.db.read().await.unwrap();
        get_residence(&mut tx, people.exempt).await.unwrap()
    };
    let id = applied(&site, day(DAY), &[merge(&["a1"], code("b1"))]).await;
    let mut tx = site.db.read().await.unwrap();
    let homes = residences_of(&mut tx, people.exempt).await.unwrap();
    drop(tx);
    assert_eq!(homes.len(), 2);
    let (new, closed) = (&homes[0], &homes[1]);
    assert_eq!((closed.id, closed.ended_on), (old.id, Some(day(DAY))));
    assert_eq!(closed.end_reason, Some(EndReason::Moved));
    assert_eq!((new.cell_id, new.started_on, new.ended_on), (site.town.cell_b1, day(DAY), None));
    assert_eq!(
        (&new.address, &new.household_cluster, new.kind, new.category, new.exempt_reason),
        (&old.address, &old.household_cluster, old.kind, old.category, old.exempt_reason)
    );
    assert_eq!(counts_before(&site).await, before);
    assert_eq!(count(&site, site.town.cell_b1, day(DAY)).await, (3, 1));
    assert_eq!(count(&site, site.town.cell_a1, day(DAY)).await, (0, 0));
    assert!(get(&site, id).await.settled_at.is_some());
}

#[tokio::test]
async fn a_cell_is_split_by_cluster_and_by_hand() {
    let site = Site::start().await;
    let people = populate(&site).await;
    let before = counts_before(&site).await;
    let (step, a3) = divided(people.exempt);
    applied(&site, day(DAY), &[step]).await;
    let mut tx = site.db.read().await.unwrap();
    let mut cells = Vec::new();
    for member in [people.plain, people.of_cluster, people.exempt] {
        cells.push(get_residence(&mut tx, member).await.unwrap().cell_id);
    }
    drop(tx);
    assert_eq!(cells, [site.town.cell_a2, a3, a3]);
    assert_eq!(counts_before(&site).await, before);
    assert_eq!(count(&site, site.town.ward_a, day(DAY)).await, (3, 1));
}

#[tokio::test]
async fn who_came_or_left_after_a_past_day_is_moved_too() {
    let site = Site::start().await;
    let town = &site.town;
    let people = populate(&site).await;
    let late = live_who(&site, town.cell_a1, "Vũ Thị Sáu", |_, home| {
        home.started_on = day("2025-03-01");
    })
    .await;
    site.seed(async |tx| {
        let home = get_residence(tx, people.plain).await.unwrap();
        let left = day("2025-02-01");
        end_residence(tx, home.id, home.version, left, EndReason::Deceased).await.unwrap();
    })
    .await;
    let before = dump(&site.db).await;
    let id = applied(&site, day(DAY), &[merge(&["a1"], code("a2"))]).await;
    let mut tx = site.db.read().await.unwrap();
    let late_homes = residences_of(&mut tx, late).await.unwrap();
    let homes = residences_of(&mut tx, people.plain).await.unwrap();
    drop(tx);
    assert_eq!(late_homes.len(), 1, "it was never of the old cell");
    assert_eq!(
        (late_homes[0].cell_id, late_homes[0].started_on),
        (town.cell_a2, day("2025-03-01"))
    );
    assert_eq!(
        (homes[0].ended_on, homes[0].end_reason),
        (Some(day("2025-02-01")), Some(EndReason::Deceased))
    );
    assert_eq!((homes[0].started_on, homes[0].cell_id), (day(DAY), town.cell_a2));
    assert_eq!(count(&site, town.cell_a2, day("2025-01-15")).await, (3, 1));
    assert_eq!(count(&site, town.cell_a2, day("2025-03-01")).await, (3, 1));
    undo(&site, id).await.unwrap();
    assert_eq!(dump(&site.db).await, before);
}

#[tokio::test]
async fn a_planned_one_does_nothing_before_its_day() {
    let site = Site::start().await;
    let people = populate(&site).await;
    let today = clock::today();
    let on = today + Days::new(30);
    let officer = site.visitor(Role::WardOfficer, site.town.ward_a).await;
    let admin = site.administrator().await;
    let (step, a3) = divided(people.exempt);
    let steps = [step, one_ward()];
    let before = dump(&site.db).await;
    let id = applied(&site, on, &steps).await;
    assert!(get(&site, id).await.settled_at.is_none());
    let unmoved = |dump: &[(&'static str, Vec<String>)]| {
        dump.iter().find(|(table, _)| *table == "residence").unwrap().1.clone()
    };
    assert_eq!(unmoved(&dump(&site.db).await), unmoved(&before));
    assert_eq!(count(&site, site.town.ward_a, today).await, (3, 1));
    // Applying ended the sign-in; whoever signs in before the day has the old right only.
    assert_eq!(officer.get("/units/phuong-a").await.status, StatusCode::SEE_OTHER);
    let mut tx = site.db.read().await.unwrap();
    let all = haichieu::access::store::grants_in_units(&mut tx).await.unwrap();
    let account = all[0].account_id;
    let now = haichieu::access::store::grants_of(&mut tx, account, today).await.unwrap();
    let then = haichieu::access::store::grants_of(&mut tx, account, on).await.unwrap();
    drop(tx);
    assert_eq!((now.len(), then.len()), (1, 2));
    let page = admin.get(&format!("/administration/accounts/{account}")).await;
    page.assert_shows(&format!("Phường Sông Lam, từ {}", haichieu::vietnamese::day::short(on)));

    let moment = clock::now();
    let eve = on.pred_opt().unwrap();
    assert_eq!(due::settle_due(&site.db, eve, moment).await.unwrap(), 0);
    undo(&site, id).await.unwrap();
    assert_eq!(dump(&site.db).await, before);

    let id = draft(&site, on, &steps).await;
    apply(&site, id).await.unwrap();
    // Somebody who came between the decision and its day is moved like the others.
    let late = live_who(&site, site.town.cell_a1, "Vũ Thị Sáu", |_, home| {
        home.started_on = today;
        "Cụm 7".clone_into(&mut home.household_cluster);
    })
    .await;
    assert_eq!(due::settle_due(&site.db, on, moment).await.unwrap(), 1);
    assert_eq!(due::settle_due(&site.db, on, moment).await.unwrap(), 0, "once");
    let mut tx = site.db.read().await.unwrap();
    let home = get_residence(&mut tx, late).await.unwrap();
    assert_eq!((home.cell_id, home.started_on), (a3, on));
    drop(tx);
    assert_eq!(count(&site, site.town.city, on).await, (5, 1));
    assert_eq!(count(&site, site.town.cell_a1, eve).await, (3, 1));
    assert_eq!(count(&site, a3, on).await, (2, 1));
}

#[tokio::test]
async fn each_kind_of_step_is_undone_to_the_row() {
    let site = Site::start().await;
    let people = populate(&site).await;
    site.ward_officer().await;
    site.secretary().await;
    let string = |text: &str| text.to_owned();
    let new_ward = || spec("phuong-c", "Phường Cửa Nam", UnitKind::Ward, "thanh-pho");
    let half = Part { children: vec![string("a2")], ..part(Target::New(new_ward())) };
    let every = [
        vec![Step::Open { unit: new_ward() }],
        vec![Step::Rename { code: string("phuong-a"), name: string("Phường Thành Sen") }],
        vec![Step::Rekind {
            code: string("phuong-a"),
            kind: Some(UnitKind::Commune),
            official_code: Some(string("18073")),
        }],
        vec![Step::Move { code: string("a1"), parent: Some(string("phuong-b")) }],
        vec![one_ward()],
        vec![merge(&["a1", "a2"], code("a2"))],
        vec![Step::Split { source: string("phuong-a"), parts: vec![half], goes_on: true }],
        vec![divided(people.plain).0],
        vec![Step::Dissolve { code: string("phuong-a"), children_to: Some(string("phuong-b")) }],
        vec![divided(people.plain).0, merge(&["a3"], code("b1")), one_ward()],
    ];
    let before = dump(&site.db).await;
    for steps in every {
        let id = applied(&site, day(DAY), &steps).await;
        assert_ne!(dump(&site.db).await, before, "{steps:?}");
        undo(&site, id).await.unwrap();
        assert_eq!(dump(&site.db).await, before, "{steps:?}");
        undo(&site, id).await.unwrap();
    }
}

#[tokio::test]
async fn what_depends_on_it_forbids_its_undoing() {
    let site = Site::start().await;
    let people = populate(&site).await;
    let (step, a3) = divided(people.exempt);
    let id = applied(&site, day(DAY), &[step]).await;
    let meeting = NewMeeting {
        id: MeetingId::new(),
        unit_id: a3,
        kind: MeetingKind::Periodic,
        held_on: day("2025-06-01"),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| meetings::store::add(tx, &meeting, clock::now()).await.unwrap()).await;
    site.visitor(Role::CellSecretary, a3).await;
    live(&site, a3, "Vũ Thị Sáu").await;
    site.seed(async |tx| {
        let home = get_residence(tx, people.plain).await.unwrap();
        let on = day("2025-06-01");
        end_residence(tx, home.id, home.version, on, EndReason::Retired).await.unwrap();
    })
    .await;
    let before = dump(&site.db).await;
    let why = blockers(&site, id).await;
    for said in [
        "1 cuộc họp",
        "1 nơi cư trú ghi thêm",
        "1 vai trò trao riêng",
        "< 5 người đã thay đổi nơi cư trú",
    ] {
        assert!(why.contains(said), "{said} is not in {why}");
    }
    assert_eq!(dump(&site.db).await, before);
    assert_eq!(get(&site, id).await.status.as_str(), "applied");
}

#[tokio::test]
async fn a_later_one_is_undone_first() {
    let site = Site::start().await;
    populate(&site).await;
    let before = dump(&site.db).await;
    let first = applied(&site, day(DAY), &[one_ward()]).await;
    let string = |text: &str| text.to_owned();
    let rename = Step::Rename { code: string("phuong-moi"), name: string("Phường Thành Sen") };
    let second = applied(&site, day("2025-07-01"), &[rename]).await;
    assert!(blockers(&site, first).await.contains("hoàn tác lần ấy trước"));
    undo(&site, second).await.unwrap();
    undo(&site, first).await.unwrap();
    assert_eq!(dump(&site.db).await, before);
}

#[tokio::test]
async fn a_rename_since_forbids_the_undoing() {
    let site = Site::start().await;
    let id = applied(&site, day(DAY), &[one_ward()]).await;
    let admin = site.administrator().await;
    let address = "/administration/units/phuong-moi/edit";
    let version = admin.get(address).await.field("version");
    let form = [("version", version.as_str()), ("name", "Phường Khác"), ("from_on", "01/01/2025")];
    admin.post(address, &form).await.leads_to();
    assert!(blockers(&site, id).await.contains("đã được sửa sau khi sắp xếp"));
}

#[tokio::test]
async fn books_behind_the_day_forbid_the_end_of_a_unit() {
    let site = Site::start().await;
    populate(&site).await;
    let meeting = NewMeeting {
        id: MeetingId::new(),
        unit_id: site.town.cell_a1,
        kind: MeetingKind::Periodic,
        held_on: day(DAY),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| meetings::store::add(tx, &meeting, clock::now()).await.unwrap()).await;
    let before = dump(&site.db).await;
    let id = draft(&site, day(DAY), &[merge(&["a1"], code("a2"))]).await;
    let why = refused(&site, id).await;
    assert!(why.contains("đã ghi 1 cuộc họp từ ngày 01/01/2025"), "{why}");
    assert_eq!(dump(&site.db).await, before);
    let string = |text: &str| text.to_owned();
    let dissolve = Step::Dissolve { code: string("a2"), children_to: None };
    let id = draft(&site, day(DAY), &[dissolve]).await;
    assert!(refused(&site, id).await.contains("kết thúc khi còn < 5 đảng viên"));
    assert_eq!(dump(&site.db).await, before);
}

#[tokio::test]
async fn applied_twice_is_once_and_stale_is_refused() {
    let site = Site::start().await;
    populate(&site).await;
    let id = draft(&site, day(DAY), &[merge(&["a1"], code("a2"))]).await;
    let stale = 1;
    let mut tx = site.db.write().await.unwrap();
    let actor = Actor::command_line();
    let tried = reorganisations::apply(&mut tx, &actor, id, stale, clock::now()).await;
    drop(tx);
    assert!(matches!(tried, Err(Refused::Stale)), "{tried:?}");
    apply(&site, id).await.unwrap();
    let once = dump(&site.db).await;
    apply(&site, id).await.unwrap();
    assert_eq!(dump(&site.db).await, once);
}

#[tokio::test]
async fn letters_follow_a_ward_through_two_reforms() {
    let site = Site::start().await;
    let member = live(&site, site.town.cell_b1, "Đỗ Thị Chờ").await;
    let letter = NewLetter {
        id: LetterId::new(),
        member_id: member,
        number: "9-GGT/ĐU".to_owned(),
        issued_by: String::new(),
        signer: String::new(),
        issued_on: Some(day("2024-11-01")),
        ward_id: Some(site.town.ward_a),
        received_on: None,
        received_by: String::new(),
        cell_id: None,
        assigned_on: None,
        exempt: false,
    };
    site.seed(async |tx| {
        let home = get_residence(tx, member).await.unwrap();
        let left = day("2024-10-01");
        end_residence(tx, home.id, home.version, left, EndReason::Moved).await.unwrap();
        members::store::add_letter(tx, &letter, clock::now()).await.unwrap();
    })
    .await;
    let before = dump(&site.db).await;
    let first = applied(&site, day(DAY), &[one_ward()]).await;
    let last = spec("thanh-sen", "Phường Thành Sen", UnitKind::Ward, "thanh-pho");
    let last_id = last.id;
    let second =
        applied(&site, day("2025-07-01"), &[merge(&["phuong-moi"], Target::New(last))]).await;
    let officer = site.visitor(Role::WardOfficer, last_id).await;
    officer.get("/units/thanh-sen/letters?state=waiting").await.assert_shows("Đỗ Thị Chờ");
    officer.get(&format!("/letters/{}", letter.id)).await.assert_shows("Đỗ Thị Chờ");
    let mut tx = site.db.read().await.unwrap();
    let awaiting = members::store::letters::ward_awaiting(&mut tx, letter.id, day("2025-03-01"));
    let awaiting = awaiting.await.unwrap();
    let middle = organisation::store::find_id(&mut tx, "phuong-moi").await.unwrap();
    drop(tx);
    assert_eq!(awaiting, middle);
    let seen = officer.get("/units/thanh-sen/letters?state=waiting").await.field("letter");
    let now = haichieu::vietnamese::day::short(clock::today());
    let received = [("step", "receive"), ("on", now.as_str()), ("letter", seen.as_str())];
    officer.post("/units/thanh-sen/letters/steps", &received).await.leads_to();
    officer
        .get(&format!("/letters/{}/reception", letter.id))
        .await
        .assert_shows("ĐẢNG BỘ PHƯỜNG THÀNH SEN");
    let seen = officer.get("/units/thanh-sen/letters?state=received").await.field("letter");
    let cell = site.town.cell_a1.to_string();
    let assigned = [
        ("step", "assign"),
        ("on", now.as_str()),
        ("cell_id", cell.as_str()),
        ("letter", seen.as_str()),
    ];
    officer.post("/units/thanh-sen/letters/steps", &assigned).await.leads_to();
    assert_eq!(count(&site, last_id, clock::today()).await, (1, 0));
    // The role given by hand above forbids the undoing until it is gone.
    assert!(blockers(&site, second).await.contains("1 vai trò trao riêng"));
    assert_ne!(dump(&site.db).await, before);
    assert!(blockers(&site, first).await.contains("hoàn tác lần ấy trước"));
}

#[tokio::test]
async fn a_ward_that_ends_with_letters_needs_a_successor() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let form = officer.get("/units/phuong-a/letters/new").await;
    let id = form.field("id");
    let typed = [
        ("id", &*id),
        ("full_name", "Đỗ Thị Chờ"),
        ("sex", "female"),
        ("born", "1980"),
        ("number", "9-GGT/ĐU"),
    ];
    officer.post("/units/phuong-a/letters", &typed).await.leads_to();
    let string = |text: &str| text.to_owned();
    let steps = [
        Step::Move { code: string("a1"), parent: Some(string("phuong-b")) },
        Step::Move { code: string("a2"), parent: Some(string("phuong-b")) },
        Step::Dissolve { code: string("phuong-a"), children_to: None },
    ];
    let id = draft(&site, day(DAY), &steps).await;
    assert!(refused(&site, id).await.contains("còn 1 giấy chưa phân công"));
}

#[tokio::test]
async fn a_name_that_clashes_is_told_with_another() {
    let site = Site::start().await;
    let string = |text: &str| text.to_owned();
    let id = draft(
        &site,
        day(DAY),
        &[Step::Rename { code: string("b1"), name: string("Chi bộ tổ dân phố 2") }, one_ward()],
    )
    .await;
    let seen = preview(&site, id).await;
    assert!(seen.may_apply(), "a clash is advice");
    let mut said: Vec<_> = seen.clashes.iter().map(|it| it.suggestion.clone().unwrap()).collect();
    said.sort();
    assert_eq!(said, ["Chi bộ tổ dân phố 2 An Bình", "Chi bộ tổ dân phố 2 Bến Thủy"]);
    assert!(seen.checks.iter().any(|it| !it.ok && !it.blocks && it.details.len() == 2));
}

#[tokio::test]
async fn roles_follow_by_the_written_rule() {
    let site = Site::start().await;
    let people = populate(&site).await;
    site.secretary().await;
    site.ward_officer().await;
    site.visitor(Role::Administrator, site.town.ward_a).await;
    site.organisation_officer().await;
    let (step, a3) = divided(people.exempt);
    let id = draft(&site, day(DAY), &[step, one_ward()]).await;
    let seen = preview(&site, id).await;
    let mut said: Vec<_> = seen
        .grants
        .iter()
        .map(|it| (it.passed.role.as_str(), it.passed.unit_id == a3, it.passed.from_on))
        .collect();
    said.sort_unstable();
    let from = day(DAY);
    assert_eq!(
        said,
        [
            ("administrator", false, from),
            ("cell_secretary", true, from),
            ("ward_officer", false, from)
        ]
    );
    apply(&site, id).await.unwrap();
    let mut tx = site.db.read().await.unwrap();
    let after = haichieu::access::store::grants_in_units(&mut tx).await.unwrap();
    assert_eq!(after.len(), 7, "the four old ones stay");
}

/// A residence that no reorganisation opened has no trace of one.
#[tokio::test]
async fn the_ids_of_new_homes_are_their_own() {
    let site = Site::start().await;
    let people = populate(&site).await;
    let id = applied(&site, day(DAY), &[merge(&["a1"], code("a2"))]).await;
    let mut tx = site.db.read().await.unwrap();
    let mut homes: Vec<ResidenceId> = Vec::new();
    for member in [people.plain, people.of_cluster, people.exempt] {
        homes.extend(residences_of(&mut tx, member).await.unwrap().iter().map(|it| it.id));
    }
    homes.sort();
    homes.dedup();
    assert_eq!(homes.len(), 6);
    assert_eq!(store::list_of_unit(&mut tx, site.town.cell_a1).await.unwrap()[0].id, id);
    assert_eq!(store::list(&mut tx).await.unwrap().len(), 1);
}
