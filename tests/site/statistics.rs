//! Counts at every level: what they count, as of which day, and who sees them.

use haichieu::clock;
use haichieu::contributions::model::{
    ContributionKind, Giver, NewContribution, NewWorkItem, WorkKind,
};
use haichieu::db::Tx;
use haichieu::ids::{
    ContributionId, MeetingId, MemberId, OpinionId, ResidenceId, UnitId, WorkItemId,
};
use haichieu::meetings::model::{AttendanceStatus, Mark, MeetingKind, NewMeeting};
use haichieu::members::model::{EndReason, ExemptReason, NewMember, NewResidence, ResidenceKind};
use haichieu::opinions::model::{NewOpinion, Step};
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::statistics::model::{AsOf, Figures, Overview};
use haichieu::vietnamese::name::FullName;
use haichieu::{contributions, meetings, members, opinions, organisation, statistics};
use reqwest::StatusCode;
use sqlx::{Executor, Row};

use crate::exchange::texts;
use crate::support::{Site, day};

const GIVEN: [&str; 6] = ["An", "Bình", "Cường", "Dũng", "Đức", "Hoà"];

pub fn person(name: &str) -> NewMember {
    NewMember {
        id: MemberId::new(),
        name: FullName::read(name).unwrap(),
        sex: None,
        born: None,
        admitted_on: None,
        official_on: None,
        card_number: None,
        phone: None,
        position: String::new(),
        workplace_id: None,
        workplace_cell: String::new(),
    }
}

pub fn home(member_id: MemberId, cell_id: UnitId, from: &str, to: Option<&str>) -> NewResidence {
    NewResidence {
        id: ResidenceId::new(),
        member_id,
        cell_id,
        letter_id: None,
        address: String::new(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: None,
        started_on: day(from),
        ended: to.map(|to| (day(to), EndReason::Moved)),
    }
}

/// People who have lived in the cell since 2020.
pub async fn people(tx: &mut Tx, cell_id: UnitId, count: usize) -> Vec<MemberId> {
    let mut ids = Vec::new();
    for given in GIVEN.into_iter().cycle().take(count) {
        let member = person(&format!("Trần Văn {given}"));
        members::store::add(tx, &member, clock::now()).await.unwrap();
        let home = home(member.id, cell_id, "2020-01-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
        ids.push(member.id);
    }
    ids
}

/// A meeting of the cell where `absent` are excused and all others present.
pub async fn meeting(tx: &mut Tx, unit_id: UnitId, on: &str, absent: &[MemberId]) -> MeetingId {
    let new = NewMeeting {
        id: MeetingId::new(),
        unit_id,
        kind: MeetingKind::Periodic,
        held_on: day(on),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    let now = clock::now();
    meetings::store::add(tx, &new, now).await.unwrap();
    meetings::store::freeze(tx, new.id, now).await.unwrap();
    let mark = |member_id: &MemberId| Mark {
        member_id: *member_id,
        status: AttendanceStatus::Excused,
        reason: String::new(),
    };
    let marks: Vec<Mark> = absent.iter().map(mark).collect();
    meetings::store::mark(tx, new.id, &marks).await.unwrap();
    meetings::store::mark_rest_present(tx, new.id).await.unwrap();
    meetings::store::recount(tx, new.id, now).await.unwrap();
    new.id
}

pub fn gift(unit_id: UnitId, member_id: MemberId, on: &str, amount_vnd: i64) -> NewContribution {
    NewContribution {
        id: ContributionId::new(),
        unit_id,
        work_item_id: None,
        giver: Giver::Member(member_id),
        given_on: day(on),
        kind: ContributionKind::Money,
        amount_vnd,
        quantity_hundredths: 0,
        measure: "đồng".to_owned(),
        note: String::new(),
        reverses: None,
    }
}

pub async fn give(tx: &mut Tx, new: &NewContribution) {
    contributions::store::add(tx, new, clock::now()).await.unwrap();
}

async fn overview(site: &Site, unit_id: UnitId, on: &str, year: i32) -> Overview {
    let mut tx = site.db.read().await.unwrap();
    let as_of = AsOf { on: day(on), year };
    statistics::store::overview(&mut tx, unit_id, as_of).await.unwrap()
}

fn of(overview: &Overview, unit_id: UnitId) -> Figures {
    let child = overview.children.iter().find(|it| it.unit.id == unit_id);
    child.unwrap().figures
}

/// The total must be the sum of the lines, but for the number of cells.
fn assert_adds_up(overview: &Overview) {
    let mut sum = Figures::default();
    for child in &overview.children {
        sum += child.figures;
    }
    sum += overview.direct.unwrap_or_default();
    sum.meetings.cells = overview.total.meetings.cells;
    assert_eq!(sum, overview.total);
}

/// The residences open on the day, counted without any help of the tree.
async fn residences_on(site: &Site, on: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS count FROM residence WHERE category = 'normal'
               AND started_on <= $1 AND (ended_on IS NULL OR ended_on > $1)";
    let mut tx = site.db.read().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => tx.fetch_one(sqlx::query(sql).bind(day(on))).await.unwrap().get("count"),
        Tx::Postgres(tx) => {
            tx.fetch_one(sqlx::query(sql).bind(day(on))).await.unwrap().get("count")
        }
    }
}

#[tokio::test]
async fn somebody_who_moves_is_counted_where_at_home() {
    let site = Site::start().await;
    let town = &site.town;
    site.seed(async |tx| {
        people(tx, town.cell_a1, 6).await;
        let member = person("Lê Thị Hoa");
        members::store::add(tx, &member, clock::now()).await.unwrap();
        let old = home(member.id, town.cell_a1, "2020-01-01", Some("2024-06-01"));
        members::store::add_residence(tx, &old, clock::now()).await.unwrap();
        let mut new = home(member.id, town.cell_b1, "2024-06-01", None);
        new.exempt = Some(ExemptReason::Rotated);
        members::store::add_residence(tx, &new, clock::now()).await.unwrap();
    })
    .await;

    let before = overview(&site, town.city, "2024-05-31", 2024).await;
    assert_eq!(of(&before, town.ward_a).members.normal, 7);
    assert_eq!(of(&before, town.ward_b).members.exempt, 0);
    assert_eq!(before.total.members.normal, residences_on(&site, "2024-05-31").await);
    let after = overview(&site, town.city, "2024-06-01", 2024).await;
    assert_eq!(of(&after, town.ward_a).members.normal, 6);
    assert_eq!(of(&after, town.ward_b).members.exempt, 1);
    assert_eq!(after.total.members.normal, residences_on(&site, "2024-06-01").await);
    for overview in [before, after] {
        assert_adds_up(&overview);
    }
}

/// Opens a ward C, to which a cell of ward B has belonged since 2025-07-01.
pub async fn reorganised(site: &Site) -> (UnitId, UnitId) {
    let (ward, cell) = (UnitId::new(), UnitId::new());
    let unit = |id, code: &str, kind, parent_id, from: &str, to: Option<&str>| NewUnit {
        id,
        code: code.to_owned(),
        name: format!("Đơn vị {code}"),
        kind,
        official_code: None,
        parent_id: Some(parent_id),
        from_on: day(from),
        to_on: to.map(day),
    };
    let (city, ward_b) = (site.town.city, site.town.ward_b);
    site.seed(async |tx| {
        let ward = unit(ward, "phuong-c", UnitKind::Ward, city, "2025-01-01", None);
        let old = unit(cell, "c1", UnitKind::Cell, ward_b, "2015-01-01", Some("2025-07-01"));
        organisation::store::add(tx, &[ward, old], clock::now()).await.unwrap();
    })
    .await;
    reparent(site, cell, "2025-07-01", ward, city).await;
    (ward, cell)
}

/// No page moves a unit yet: the second period is written by hand.
pub async fn reparent(site: &Site, cell: UnitId, on: &str, ward: UnitId, city: UnitId) {
    let period = "INSERT INTO unit_period (unit_id, from_on, name, kind, parent_id)
                  VALUES ($1, $2, 'Đơn vị c1', 'cell', $3)";
    let above = "INSERT INTO unit_ancestor (ancestor_id, unit_id, child_id, depth, from_on)
                 VALUES ($1, $2, $3, $4, $5)";
    let on = day(on);
    let rows = [(cell, cell, 0_i64), (ward, cell, 1), (city, ward, 2)];
    site.seed(async |tx| match tx {
        Tx::Sqlite(tx) => {
            tx.execute(sqlx::query(period).bind(cell).bind(on).bind(ward)).await.unwrap();
            for (ancestor, child, depth) in rows {
                let row = sqlx::query(above).bind(ancestor).bind(cell).bind(child);
                tx.execute(row.bind(depth).bind(on)).await.unwrap();
            }
        }
        Tx::Postgres(tx) => {
            tx.execute(sqlx::query(period).bind(cell).bind(on).bind(ward)).await.unwrap();
            for (ancestor, child, depth) in rows {
                let row = sqlx::query(above).bind(ancestor).bind(cell).bind(child);
                tx.execute(row.bind(depth).bind(on)).await.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn facts_stay_with_the_ward_of_their_day() {
    let site = Site::start().await;
    let (ward_c, cell) = reorganised(&site).await;
    let (city, ward_b) = (site.town.city, site.town.ward_b);
    site.seed(async |tx| {
        let people = people(tx, cell, 8).await;
        meeting(tx, cell, "2025-05-10", &people[..2]).await;
        meeting(tx, cell, "2025-11-10", &people[..1]).await;
        give(tx, &gift(cell, people[0], "2025-06-30", 300_000)).await;
        give(tx, &gift(cell, people[1], "2025-07-01", 200_000)).await;
    })
    .await;

    let year = overview(&site, city, "2025-12-31", 2025).await;
    assert_adds_up(&year);
    let (old, new) = (of(&year, ward_b), of(&year, ward_c));
    assert_eq!((old.members.normal, new.members.normal), (0, 8));
    assert_eq!((old.meetings.held, new.meetings.held), (1, 1));
    assert_eq!((old.meetings.present, new.meetings.present), (6, 7));
    assert_eq!(old.contributions.amount_vnd, 300_000);
    assert_eq!(new.contributions.amount_vnd, 200_000);
    assert_eq!(year.total.meetings.cells, 1, "the same cell met in both");

    let june = overview(&site, city, "2025-06-30", 2025).await;
    assert_adds_up(&june);
    assert_eq!((of(&june, ward_b).members.normal, of(&june, ward_c).members.normal), (8, 0));
    assert_eq!(june.total.meetings.held, 1);

    let left = overview(&site, ward_b, "2025-12-31", 2025).await;
    assert_adds_up(&left);
    assert_eq!(of(&left, cell).meetings.held, 1, "a former cell keeps its line");
    let child = left.children.iter().find(|it| it.unit.id == cell).unwrap();
    assert_eq!(child.left_on(day("2025-12-31")), Some(day("2025-06-30")));
    let later = overview(&site, ward_b, "2026-12-31", 2026).await;
    assert!(later.children.iter().all(|it| it.unit.id != cell), "and loses it without facts");
    let page = site.organisation_officer().await.get("/units/phuong-b?on=31/12/2025").await;
    page.assert_shows("<small>đến 30/06/2025</small>");
}

#[tokio::test]
async fn a_cancelled_contribution_counts_as_if_it_never_was() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        let people = people(tx, cell, 5).await;
        let work = NewWorkItem {
            id: WorkItemId::new(),
            unit_id: cell,
            code: None,
            kind: WorkKind::Fund,
            name: "Quỹ khuyến học".to_owned(),
            goal: None,
            measure: String::new(),
            started_on: None,
            completed_on: None,
            note: String::new(),
        };
        contributions::store::add_work(tx, &work, clock::now()).await.unwrap();
        let mistake = gift(cell, people[0], "2024-03-01", 900_000);
        give(tx, &mistake).await;
        let reversal = NewContribution {
            id: ContributionId::new(),
            amount_vnd: -900_000,
            reverses: Some((mistake.id, "Ghi nhầm".to_owned())),
            ..mistake
        };
        give(tx, &reversal).await;
        let right = gift(cell, people[0], "2024-03-01", 90_000);
        give(tx, &NewContribution { work_item_id: Some(work.id), ..right }).await;
        let labour = NewContribution {
            kind: ContributionKind::Labour,
            quantity_hundredths: 250,
            measure: "ngày công".to_owned(),
            ..gift(cell, people[1], "2024-03-02", 0)
        };
        give(tx, &labour).await;
    })
    .await;

    let total = overview(&site, cell, "2024-12-31", 2024).await.total.contributions;
    assert_eq!((total.count, total.amount_vnd), (2, 90_000));
    let page = site.secretary().await.get("/units/a1?on=31/12/2024").await;
    page.assert_shows("2,5 ngày công");
    page.assert_shows("90.000\u{a0}đ");
    page.assert_shows("Quỹ khuyến học");
    page.assert_shows("Không gắn công trình, quỹ");
}

#[tokio::test]
async fn where_nothing_was_held_no_rate_is_counted() {
    let site = Site::start().await;
    let (cell, other) = (site.town.cell_a1, site.town.cell_b1);
    site.seed(async |tx| {
        people(tx, other, 6).await;
        let people = people(tx, cell, 8).await;
        meeting(tx, cell, "2024-05-10", &people[..1]).await;
    })
    .await;
    let page = site.organisation_officer().await.get("/units/thanh-pho?on=15/11/2024").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Đảng bộ thành phố Sông Lam");
    page.assert_shows("87,5%<br><small>7/8</small>");
    page.assert_shows("<span>chưa tính</span>");
    page.assert_hides(">0%");
    page.assert_shows(r#"href="/units/phuong-a?on=2024-11-15&#38;year=2024""#);

    let empty = site.organisation_officer().await.get("/units/thanh-pho?on=1/3/2025").await;
    empty.assert_shows("Năm 2025 chưa có cuộc họp và đóng góp nào");
    empty.assert_shows(r#"href="/units/thanh-pho?on=2025-03-01&#38;year=2024""#);
}

#[tokio::test]
async fn a_day_that_is_none_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a?on=31/2/2024&year=24").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: ");
    page.assert_shows("Tháng 2 năm 2024 chỉ có 29 ngày");
    page.assert_shows("Viết năm đủ bốn chữ số");
    assert_eq!((page.field("on"), page.field("year")), ("31/2/2024".into(), "24".into()));
    let file = officer.export("phuong-a", "statistics", "on=31/2/2024", "excel-csv").await;
    file.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_unit_above_leads_only_those_there_who_may_see_it() {
    let site = Site::start().await;
    let page = site.ward_officer().await.get("/units/phuong-a?on=15/11/2024").await;
    page.assert_shows("Một trong 2 phường của thành phố Sông Lam.");
    let page = site.ward_officer().await.get("/units/a1?on=15/11/2024").await;
    page.assert_shows(
        r#"Một trong 2 chi bộ của <a href="/units/phuong-a?on=2024-11-15&#38;year=2024">"#,
    );
}

#[tokio::test]
async fn counts_are_for_those_above_and_names_are_not() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| people(tx, cell, 9).await).await;
    let page = site.organisation_officer().await.get("/units/a1").await;
    page.assert_is(StatusCode::OK);
    page.assert_hides("/units/a1/members?");
    page.assert_hides("/evaluations/sheets");
    let page = site.secretary().await.get("/units/a1").await;
    page.assert_shows("category=normal");
    page.assert_shows("/units/a1/evaluations");
    for path in ["/units/a1", "/units/phuong-a", "/units/a1/exports", "/units/nowhere"] {
        site.outsider().await.get(path).await.assert_is(StatusCode::NOT_FOUND);
        site.administrator().await.get(path).await.assert_is(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_cell_of_three_is_told_only_with_names() {
    let site = Site::start().await;
    let (cell_a1, cell_a2) = (site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        people(tx, cell_a1, 3).await;
        people(tx, cell_a2, 11).await;
        meeting(tx, cell_a1, "2024-10-10", &[]).await;
        meeting(tx, cell_a2, "2024-10-10", &[]).await;
    })
    .await;
    let path = "/units/phuong-a?on=15/11/2024";
    let officer = site.organisation_officer().await;
    let page = officer.get(path).await;
    page.assert_shows(r#"class="num"><span>&#60; 5</span>"#);
    page.assert_shows(r#"class="num"><span>ẩn</span>"#);
    page.assert_hides("3/3");
    page.assert_hides("11/11");
    page.assert_shows("<small>14/14</small>");
    officer.get("/units/a1?on=15/11/2024").await.assert_shows("<dd>&#60; 5</dd>");
    let file = officer.export("phuong-a", "statistics", "on=15/11/2024", "excel-csv").await;
    file.assert_shows(";< 5;0;1;1;1;ẩn;ẩn;ẩn;ẩn;ẩn;");

    // Its companion keeps silent on its own page as well.
    let page = officer.get("/units/a2?on=15/11/2024").await;
    page.assert_shows("<dd>ẩn</dd>");
    page.assert_hides("<dd>11");
    page.assert_hides("11/11");

    let page = site.ward_officer().await.get(path).await;
    page.assert_hides("&#60; 5");
    page.assert_shows(">3/3</a></small>");
}

/// Where the only cell of a ward is small, so is the ward: neither the city's table nor
/// the other ward's pages may tell it by subtraction.
#[tokio::test]
async fn a_ward_of_three_is_told_by_no_page() {
    let site = Site::start().await;
    let town = &site.town;
    site.seed(async |tx| {
        people(tx, town.cell_b1, 3).await;
        people(tx, town.cell_a1, 20).await;
        people(tx, town.cell_a2, 9).await;
    })
    .await;
    let officer = site.organisation_officer().await;
    let shown = async |path: &str| {
        let page = officer.get(&format!("{path}?on=15/11/2024")).await;
        ["3", "9", "20", "29", "32"].map(|count| {
            let told = [format!("<dd>{count}</dd>"), format!("<span>{count}<")];
            told.iter().any(|it| page.body.contains(it))
        })
    };
    assert_eq!(shown("/units/thanh-pho").await, [false, false, false, false, true]);
    assert_eq!(shown("/units/phuong-b").await, [false; 5]);
    assert_eq!(shown("/units/b1").await, [false; 5]);
    // The other ward hides its total, and a cell without which the rest tells nothing.
    assert_eq!(shown("/units/phuong-a").await, [false, false, true, false, false]);
    assert_eq!(shown("/units/a2").await, [false; 5]);
    assert_eq!(shown("/units/a1").await, [false, false, true, false, false]);
}

#[tokio::test]
async fn the_file_holds_the_table_and_leaves_a_trace() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        let people = people(tx, cell, 8).await;
        meeting(tx, cell, "2024-05-10", &people[..2]).await;
        give(tx, &gift(cell, people[0], "2024-05-10", 1_500_000)).await;
    })
    .await;
    let officer = site.ward_officer().await;
    let file = officer.export("phuong-a", "statistics", "on=15/11/2024", "excel-csv").await;
    file.assert_is(StatusCode::OK);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, r#"attachment; filename="so-lieu-phuong-a-2024-11-15.csv""#);
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(
        lines,
        [
            "\u{feff}Mã;Đơn vị;Loại;Tính đến ngày;Năm;Đảng viên;Được miễn sinh hoạt;Cuộc họp;Họp \
             định kỳ;Chi bộ đã họp;Lượt phải dự;Có mặt;Vắng có lý do;Vắng không lý do;Chưa đánh \
             dấu;Lượt đóng góp;Đóng góp bằng tiền (đồng)",
            "a1;Chi bộ tổ dân phố 1;Chi bộ;15/11/2024;2024;8;0;1;1;1;8;6;2;0;0;1;1500000",
            "a2;Chi bộ tổ dân phố 2;Chi bộ;15/11/2024;2024;0;0;0;0;0;0;0;0;0;0;0;0",
            "phuong-a;Phường An Bình;Phường;15/11/2024;2024;8;0;1;1;1;8;6;2;0;0;1;1500000",
            "",
        ]
    );
    let mut tx = site.db.read().await.unwrap();
    let sql = "SELECT summary FROM audit_entry WHERE action = 'export.begin'";
    assert_eq!(
        texts(&mut tx, sql).await,
        ["Xuất số liệu của phường An Bình (năm 2024 đến 15/11/2024, tính đến 15/11/2024, CSV cho \
          Excel): 3 dòng; mục đích: nộp đảng ủy phường"]
    );
}

/// Every figure of people leads to a list, and the list says the same number.
#[tokio::test]
async fn the_list_behind_a_figure_holds_as_many_people() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 5).await;
        let gone = people(tx, site.town.cell_a2, 4).await;
        let (id, _) = (gone[0], gone[1]);
        let sql = "UPDATE residence SET ended_on = $2, end_reason = 'moved' WHERE member_id = $1";
        match tx {
            Tx::Sqlite(tx) => {
                tx.execute(sqlx::query(sql).bind(id).bind(day("2024-06-01"))).await.map(|_| ())
            }
            Tx::Postgres(tx) => {
                tx.execute(sqlx::query(sql).bind(id).bind(day("2024-06-01"))).await.map(|_| ())
            }
        }
        .unwrap();
    })
    .await;
    let officer = site.ward_officer().await;
    for (on, people) in [("2019-12-31", 0), ("2024-05-31", 9), ("2024-06-01", 8)] {
        let counted = overview(&site, site.town.ward_a, on, 2024).await.total.members.normal;
        assert_eq!(counted, people, "{on}");
        let page = officer.get(&format!("/units/phuong-a?on={on}")).await;
        let link =
            page.links().find(|it| it.contains("category=normal") && it.contains(on)).unwrap();
        let list = officer.get(&link).await;
        assert_eq!(
            list.body.matches(r#"<th scope="row">"#).count(),
            usize::try_from(people).unwrap()
        );
        if people > 0 {
            list.assert_shows(&format!("{people} đồng chí"));
        }
    }
}

#[tokio::test]
async fn opinions_count_by_how_far_they_had_come_on_the_day() {
    let site = Site::start().await;
    let raised = |unit_id, raised_on| NewOpinion {
        id: OpinionId::new(),
        unit_id,
        meeting_id: None,
        member_id: None,
        raised_on: day(raised_on),
        topic: "Đèn đường".to_owned(),
        text: "Ngõ 3 tối.".to_owned(),
    };
    site.seed(async |tx| {
        let first = raised(site.town.cell_a1, "2024-03-01");
        let others = [
            raised(site.town.cell_a2, "2024-04-01"),
            raised(site.town.cell_b1, "2024-05-01"),
            raised(site.town.cell_a1, "2023-05-01"),
        ];
        for new in others.iter().chain([&first]) {
            opinions::store::add(tx, new, clock::now()).await.unwrap();
        }
        let forwarded = (day("2024-03-10"), "UBND phường");
        opinions::store::take(tx, first.id, Step::Forward, forwarded, 1).await.unwrap();
        let answered = (day("2024-06-01"), "Đã lắp.");
        opinions::store::take(tx, first.id, Step::Answer, answered, 2).await.unwrap();
    })
    .await;
    let counts = async |unit_id, on| {
        let opinions = overview(&site, unit_id, on, 2024).await.total.opinions;
        (opinions.recorded, opinions.forwarded, opinions.answered)
    };
    assert_eq!(counts(site.town.ward_a, "2024-03-05").await, (1, 0, 0));
    assert_eq!(counts(site.town.ward_a, "2024-05-31").await, (1, 1, 0));
    assert_eq!(counts(site.town.ward_a, "2024-06-01").await, (1, 0, 1));
    assert_eq!(counts(site.town.city, "2024-12-31").await, (2, 0, 1));
    let city = overview(&site, site.town.city, "2024-12-31", 2024).await;
    let json = statistics::export::json(&city);
    let wanted = serde_json::json!({ "recorded": 2, "forwarded": 0, "answered": 1 });
    assert_eq!(json["opinions"], wanted);
    let officer = site.organisation_officer().await;
    let page = officer.get("/units/thanh-pho?on=31/12/2024&year=2024").await;
    page.assert_shows("<dd>3 ý kiến</dd>");
    page.assert_hides("/opinions");
}
