//! What is late, and with whom.

use chrono::Days;
use haichieu::ids::{LetterId, MeetingId, UnitId};
use haichieu::meetings::model::{HalfYear, MeetingKind, NewMeeting};
use haichieu::members::model::NewLetter;
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::organisation::settings::{self, Setting};
use haichieu::vietnamese::day as vietnamese_day;
use haichieu::{clock, meetings, members, organisation};
use reqwest::StatusCode;

use crate::sheets::{open_year, signed};
use crate::statistics::{meeting, people, person};
use crate::support::{Site, Visitor, day};

const CHASE: &str = "/units/phuong-a/chase";
const CITY: &str = "/units/thanh-pho/chase";

/// The units where something of the kind is late, as the list of that kind alone names them.
async fn group(visitor: &Visitor, path: &str, kind: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    let page = visitor.get(&format!("{path}{mark}kind={kind}")).await;
    page.assert_is(StatusCode::OK);
    let table = page.body.split("<tbody>").nth(1).and_then(|it| it.split("</tbody>").next());
    table.unwrap_or_else(|| panic!("nothing of {kind} is late:\n{}", page.body)).to_owned()
}

/// A letter to ward A for somebody whom no cell has.
async fn letter(site: &Site, name: &str, received_on: Option<&str>) -> LetterId {
    let (id, member) = (LetterId::new(), person(name));
    let letter = NewLetter {
        id,
        member_id: member.id,
        number: "7-GGT/ĐU".to_owned(),
        issued_by: String::new(),
        signer: String::new(),
        issued_on: Some(day("2024-10-01")),
        ward_id: Some(site.town.ward_a),
        received_on: received_on.map(day),
        received_by: String::new(),
        cell_id: None,
        assigned_on: None,
        exempt: false,
    };
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        members::store::add_letter(tx, &letter, clock::now()).await.unwrap();
    })
    .await;
    id
}

#[tokio::test]
async fn every_late_thing_stands_with_who_answers_for_it() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let roll = MeetingId::new();
    let new = NewMeeting {
        id: roll,
        unit_id: site.town.cell_a1,
        kind: MeetingKind::Periodic,
        held_on: clock::today(),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 6).await;
        meetings::store::add(tx, &new, clock::now()).await.unwrap();
    })
    .await;
    let received = letter(&site, "Tống Phước Nhàn", Some("2024-10-05")).await;
    let sent = letter(&site, "Đặng Thị Mơ", None).await;

    let page = officer.get(CHASE).await;
    page.assert_is(StatusCode::OK);
    let meeting = group(&officer, CHASE, "meeting").await;
    assert!(meeting.contains("Chi bộ tổ dân phố 2") && meeting.contains("chưa có tài khoản"));
    assert!(!meeting.contains("Chi bộ tổ dân phố 1"), "a meeting planned or held is enough");
    let rolls = group(&officer, CHASE, "roll").await;
    assert!(
        rolls.contains(&format!(r#"href="/meetings/{roll}""#)) && rolls.contains("chưa điểm danh")
    );
    assert!(rolls.contains("Bí thư chi bộ"), "the secretary answers for the roll: {rolls}");
    let letters = group(&officer, CHASE, "unassigned").await;
    assert!(letters.contains(&format!(r#"href="/letters/{received}""#)));
    assert!(letters.contains("Tống Phước Nhàn") && letters.contains("Cán bộ đảng ủy phường, xã"));
    page.assert_hides("Đặng Thị Mơ");
    page.assert_shows("Nhận xét chi bộ chưa ký");

    // Where a number of days was settled, a letter that never came is late.
    let city = site.town.city;
    site.seed(async |tx| {
        settings::store::add(tx, city, Setting::LetterPresentDays, "30").await.unwrap();
    })
    .await;
    let letters = group(&officer, CHASE, "unreceived").await;
    assert!(letters.contains(&format!(r#"href="/letters/{sent}""#)));

    // A cell reads its own, and others nothing.
    let page = secretary.get("/units/a1/chase").await;
    group(&secretary, "/units/a1/chase", "roll").await;
    page.assert_hides("Tống Phước Nhàn");
    site.outsider().await.get("/units/a1/chase").await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_names_the_list_names_units_alone() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_b1, 6).await;
    })
    .await;
    let received = letter(&site, "Tống Phước Nhàn", Some("2024-10-05")).await;
    let officer = site.organisation_officer().await;
    let page = officer.get(CITY).await;
    page.assert_is(StatusCode::OK);
    let letters = group(&officer, CITY, "unassigned").await;
    let count = "Số giấy chưa phân về chi bộ: &#60; 5";
    assert!(letters.contains("Phường An Bình") && letters.contains(count), "{letters}");
    page.assert_hides("Tống Phước Nhàn");
    page.assert_hides(&received.to_string());
    assert!(!page.links().any(|it| it.contains("/meetings") || it.contains("/letters")));
    let cells = group(&officer, CITY, "meeting").await;
    // By the ward above, then by the cell.
    let order: Vec<_> =
        ["tổ dân phố 1", "tổ dân phố 2", "thôn Đông"].map(|it| cells.find(it).unwrap()).to_vec();
    assert!(order.is_sorted(), "{order:?}");
    assert!(cells.contains("<small>Phường Bến Thủy</small>"));
}

#[tokio::test]
async fn sheets_wait_first_for_the_cell_and_then_for_the_ward() {
    let (site, secretary, officer) = signed().await;
    let waiting = group(&officer, CHASE, "unconfirmed").await;
    assert!(waiting.contains("2 phiếu năm 2024") && waiting.contains("Cán bộ đảng ủy"));
    let page = officer.get(CHASE).await;
    page.assert_shows("Nhận xét chờ đảng ủy xác nhận: 2 phiếu</a>");
    page.assert_shows("<span>Nhận xét chi bộ chưa ký</span>");
    // The cell sees with whom its sheets lie.
    let own = group(&secretary, "/units/a1/chase", "unconfirmed").await;
    assert!(own.contains("Cán bộ đảng ủy"));
    // Without names the sheets of a cell are not counted: their number would tell who is few.
    let city = site.organisation_officer().await;
    let waiting = group(&city, CITY, "unconfirmed").await;
    assert!(waiting.contains("Còn phiếu năm 2024") && !waiting.contains("2 phiếu"));
    city.get(CITY).await.assert_shows("Nhận xét chờ đảng ủy xác nhận: 1 chi bộ</a>");
}

#[tokio::test]
async fn sheets_that_nobody_signed_wait_for_the_secretary() {
    let site = Site::with_criteria().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 6).await;
    })
    .await;
    let (_, officer) = (site.secretary().await, site.ward_officer().await);
    open_year(&officer, "phuong-a").await;
    let waiting = group(&officer, CHASE, "unsigned").await;
    assert!(waiting.contains("6 phiếu năm 2024") && waiting.contains("Bí thư chi bộ"));
    let page = officer.get("/units/phuong-a/chase?on=31/12/2023").await;
    assert!(!page.body.contains("6 phiếu"), "on a day before they were opened");
}

#[tokio::test]
async fn an_earlier_day_asks_about_its_own_half_year() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        people(tx, cell, 6).await;
        meeting(tx, cell, "2024-05-10", &[]).await;
    })
    .await;
    let officer = site.ward_officer().await;
    let june = "/units/phuong-a/chase?on=30/6/2024";
    assert!(!group(&officer, june, "meeting").await.contains("tổ dân phố 1"));
    let july = "/units/phuong-a/chase?on=1/7/2024";
    assert!(group(&officer, july, "meeting").await.contains("tổ dân phố 1"));
    officer.get(july).await.assert_shows(&HalfYear::of(day("2024-07-01")).name());
    let tomorrow = vietnamese_day::short(clock::today() + Days::new(1));
    let page = officer.get(&format!("/units/phuong-a/chase?on={tomorrow}")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Ngày này chưa tới");
    page.assert_shows(&format!(r#"value="{tomorrow}""#));
}

/// Cell A1 late with everything that it can be late with, and nothing late elsewhere in ward A
/// but that A2 has not met.
async fn late_ward() -> Site {
    let site = Site::with_criteria().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        people(tx, cell, 6).await;
        for (kind, days) in [(MeetingKind::Thematic, 40), (MeetingKind::Residents, 20)] {
            let new = NewMeeting {
                id: MeetingId::new(),
                unit_id: cell,
                kind,
                held_on: clock::today() - Days::new(days),
                starts_at: None,
                place: String::new(),
                topic: String::new(),
            };
            meetings::store::add(tx, &new, clock::now()).await.unwrap();
        }
    })
    .await;
    open_year(&site.ward_officer().await, "phuong-a").await;
    site
}

#[tokio::test]
async fn a_unit_stands_once_with_all_that_is_late_there() {
    let site = late_ward().await;
    let officer = site.ward_officer().await;
    site.secretary().await;
    for path in ["/units/phuong-a", CHASE] {
        let page = officer.get(path).await;
        page.assert_is(StatusCode::OK);
        let table = page.body.split(r#"<th scope="col">Việc chậm</th>"#).nth(1).unwrap();
        let table = table.split("</table>").next().unwrap();
        let rows: Vec<&str> = table.split("<tr>").skip(1).collect();
        assert_eq!(rows.len(), 2, "{table}");
        let row = rows.iter().find(|it| it.contains("tổ dân phố 1")).unwrap();
        assert!(row.contains("Chưa có họp định kỳ"), "{row}");
        assert!(row.contains("Họp chuyên đề") && row.contains("Họp nhân dân"), "{row}");
        assert!(row.contains("6 phiếu năm 2024 chi bộ chưa ký"), "{row}");
        // One person answers for all of it, and is named once.
        assert_eq!(row.matches("Bí thư chi bộ").count(), 1, "{row}");
        page.assert_shows("Chưa có họp định kỳ: 2 chi bộ</a>");
        page.assert_shows("Điểm danh chưa xong: 2 cuộc họp</a>");
        page.assert_shows("Nhận xét chi bộ chưa ký: 6 phiếu</a>");
        page.assert_shows("Phụ trách: Bí thư chi bộ");
        page.assert_shows("1 đơn vị chưa có tài khoản phụ trách");
        page.assert_shows("Giấy đã tiếp nhận, chưa phân về chi bộ</span>");
    }
}

#[tokio::test]
async fn who_answers_for_what_is_said_where_they_differ() {
    let (site, _, officer) = signed().await;
    let roll = NewMeeting {
        id: MeetingId::new(),
        unit_id: site.town.cell_a1,
        kind: MeetingKind::Thematic,
        held_on: clock::today(),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| meetings::store::add(tx, &roll, clock::now()).await.unwrap()).await;
    let page = officer.get("/units/a1").await;
    page.assert_shows("Bí thư chi bộ <small>(họp, điểm danh)</small>");
    page.assert_shows("Cán bộ đảng ủy phường, xã <small>(xác nhận phiếu)</small>");
    site.outsider().await.get("/units/a1").await.assert_is(StatusCode::NOT_FOUND);
}

/// Cells of ward A where nobody has met, beside its two.
async fn more_cells(site: &Site, numbers: std::ops::Range<u32>) {
    let ward = site.town.ward_a;
    site.seed(async |tx| {
        let cells: Vec<NewUnit> = numbers
            .map(|number| NewUnit {
                id: UnitId::new(),
                code: format!("to-{number}"),
                name: format!("Chi bộ tổ {number}"),
                kind: UnitKind::Cell,
                official_code: None,
                parent_id: Some(ward),
                from_on: day("2015-01-01"),
                to_on: None,
            })
            .collect();
        organisation::store::add(tx, &cells, clock::now()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_whole_to_print() {
    let site = Site::start().await;
    more_cells(&site, 10..70).await;
    let officer = site.ward_officer().await;
    let rows = |body: &str| body.matches(r#"<th scope="row">"#).count();
    let path = format!("{CHASE}?kind=meeting");
    let first = officer.get(&path).await;
    first.assert_shows("Trang 1 trên 2");
    assert_eq!(rows(&first.body), 50);
    let next = first.links().find(|it| it.contains("page=2")).unwrap();
    let second = officer.get(&next).await;
    second.assert_shows("Chưa có họp định kỳ: 62 chi bộ");
    assert_eq!(rows(&second.body), 12);
    let whole = second.links().find(|it| it.contains("page=all")).unwrap();
    assert!(whole.contains("kind=meeting"), "{whole}");
    let whole = officer.get(&whole).await;
    assert_eq!(rows(&whole.body), 62);
    // A page that is not there is the last one, and the list of one page has no pages.
    assert_eq!(rows(&officer.get(&format!("{path}&page=9")).await.body), 12);
    whole.assert_hides("Trang 1 trên");
}

#[tokio::test]
async fn the_page_of_a_unit_names_the_first_and_leads_to_all() {
    let site = Site::start().await;
    more_cells(&site, 10..25).await;
    let officer = site.organisation_officer().await;
    let page = officer.get("/units/phuong-a").await;
    page.assert_shows("10 trong 17 đơn vị còn việc chậm");
    let late = page.body.split(r#"<th scope="col">Việc chậm</th>"#).nth(1).unwrap();
    let late = late.split("</table>").next().unwrap();
    assert_eq!(late.matches(r#"<th scope="row">"#).count(), 10);
    let link = page.links().find(|it| it.contains("/chase?on=") && !it.contains("kind=")).unwrap();
    let all = officer.get(&link).await;
    assert_eq!(all.body.matches(r#"<th scope="row">"#).count(), 17);
    // On a day that has not come, nothing is late yet: the page tells of today.
    let next = vietnamese_day::short(clock::today() + Days::new(400));
    officer.get(&format!("/units/phuong-a?on={next}")).await.assert_is(StatusCode::OK);
}
