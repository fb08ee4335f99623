//! Meetings, and the calling of the roll.

use chrono::{Days, NaiveDate};
use haichieu::ids::{MeetingId, MemberId, ResidenceId, UnitId};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{
    Category, EndReason, ExemptReason, NewMember, NewResidence, ResidenceKind,
};
use haichieu::vietnamese::name::FullName;
use haichieu::{audit, clock, meetings, members};
use reqwest::StatusCode;

use crate::support::{Page, Site, Visitor, day};

const GIVEN: [&str; 9] = ["An", "Ánh", "Ân", "Bình", "Dũng", "Đức", "Hòa", "Quế", "Yến"];

/// Somebody to live in a cell from some day on.
pub async fn lives_in(
    site: &Site,
    cell: UnitId,
    name: &str,
    from: &str,
    category: Category,
) -> MemberId {
    let new = NewMember {
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
    };
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id: new.id,
        cell_id: cell,
        letter_id: None,
        address: "Ngõ 5".to_owned(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: (category == Category::Exempt).then_some(ExemptReason::PostedFarAway),
        started_on: day(from),
        ended: None::<(NaiveDate, EndReason)>,
    };
    site.seed(async |tx| {
        members::store::add(tx, &new, clock::now()).await.unwrap();
        members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
    })
    .await;
    new.id
}

/// `count` people of cell A1, all normal, for years.
pub async fn people(site: &Site, count: usize) {
    for index in 0..count {
        let name = format!("Nguyễn Văn {}", GIVEN[index % GIVEN.len()]);
        lives_in(site, site.town.cell_a1, &name, "2020-01-01", Category::Normal).await;
    }
}

/// The day as forms show it, `ahead` days from today.
pub fn in_days(ahead: i64) -> String {
    let days = Days::new(ahead.unsigned_abs());
    let today = clock::today();
    let day = if ahead < 0 { today - days } else { today + days };
    day.format("%d/%m/%Y").to_string()
}

/// A periodic meeting of cell A1 on that day, from the form; its address.
pub async fn meeting_on(visitor: &Visitor, day: &str) -> String {
    let form = visitor.get("/units/a1/meetings/new").await;
    let id = form.field("id");
    let fields = [
        ("id", id.as_str()),
        ("kind", "periodic"),
        ("held_on", day),
        ("starts_at", "19h30"),
        ("place", "Nhà văn hóa"),
        ("topic", "Tình hình 6 tháng"),
    ];
    visitor.post("/units/a1/meetings", &fields).await.leads_to().to_owned()
}

pub async fn meeting_today(visitor: &Visitor) -> String {
    meeting_on(visitor, &in_days(0)).await
}

/// Posts a roll call from the page as it was shown.
pub async fn save(
    visitor: &Visitor,
    page: &Page,
    at: &str,
    marks: &[(&str, &str)],
    action: &str,
) -> Page {
    let (roll, was) = (page.field("roll"), page.field("was"));
    let hidden = [("roll", roll.as_str()), ("was", was.as_str()), ("action", action)];
    let form: Vec<(&str, &str)> = hidden.iter().chain(marks).copied().collect();
    visitor.post(&format!("{at}/roll-call"), &form).await
}

pub async fn roll_call(visitor: &Visitor, at: &str) -> Page {
    let page = visitor.get(&format!("{at}/roll-call")).await;
    page.assert_is(StatusCode::OK);
    page
}

/// The stored marks, one letter for each number.
pub async fn marks(visitor: &Visitor, at: &str) -> String {
    roll_call(visitor, at).await.field("was")
}

/// How many times the history of the meeting says that a roll was saved.
async fn savings(site: &Site, at: &str) -> usize {
    let id: MeetingId = at.strip_prefix("/meetings/").unwrap().parse().unwrap();
    let mut tx = site.db.read().await.unwrap();
    let entries = audit::store::list_of(&mut tx, id.0, 100).await.unwrap();
    entries.iter().filter(|it| it.action == "meeting.roll_call").count()
}

#[tokio::test]
async fn all_present_fills_the_unmarked_of_207_and_no_other() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 207).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    page.assert_shows("207 đồng chí phải dự");
    page.assert_hides("checked");
    assert!(page.body.len() <= 100 * 1024, "{} bytes", page.body.len());

    let three = [("m3", "e"), ("m100", "u"), ("m207", "e")];
    let saved = save(&secretary, &page, &at, &three, "present-rest").await;
    assert_eq!(saved.leads_to(), format!("{at}/roll-call/saved"));
    let page = secretary.get(saved.leads_to()).await;
    page.assert_shows(r#"204<span class="soft">/207</span>"#);
    page.assert_shows("đạt 98,6%");
    page.assert_shows("3 đồng chí vắng");
    page.assert_shows("người lưu Bí thư chi bộ");
    let stored = marks(&secretary, &at).await;
    assert_eq!((&stored[2..3], &stored[99..100], &stored[206..]), ("e", "u", "e"));
    assert_eq!(stored.matches('p').count(), 204);
    secretary.get("/units/a1/meetings").await.assert_shows("204/207");
}

#[tokio::test]
async fn a_roll_sent_twice_is_one_entry_that_names_the_changes() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 3).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    for _ in 0..2 {
        save(&secretary, &page, &at, &[("m1", "p"), ("m2", "u")], "save").await.leads_to();
    }
    assert_eq!(savings(&site, &at).await, 1);
    let page = secretary.get(&at).await;
    page.assert_shows("1. Nguyễn Văn An: Chưa đánh dấu → Có mặt");
    page.assert_shows("2. Nguyễn Văn Ánh: Chưa đánh dấu → Không phép");
    page.assert_shows("1 đồng chí chưa đánh dấu");
    assert_eq!(marks(&secretary, &at).await, "pu-");
}

#[tokio::test]
async fn two_who_mark_different_people_are_both_kept() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 4).await;
    let at = meeting_today(&one).await;
    let (page_of_one, page_of_other) = (roll_call(&one, &at).await, roll_call(&other, &at).await);
    save(&one, &page_of_one, &at, &[("m1", "p"), ("m2", "e")], "save").await.leads_to();
    save(&other, &page_of_other, &at, &[("m3", "u")], "present-rest").await.leads_to();
    assert_eq!(marks(&one, &at).await, "peup");
}

#[tokio::test]
async fn two_who_save_at_the_same_moment_are_both_counted() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 4).await;
    let at = meeting_today(&one).await;
    let page = roll_call(&one, &at).await;
    let (first, second) = tokio::join!(
        save(&one, &page, &at, &[("m1", "p"), ("m2", "p")], "save"),
        save(&other, &page, &at, &[("m3", "u"), ("m4", "e")], "save"),
    );
    assert_eq!(first.leads_to(), second.leads_to());
    assert_eq!(marks(&one, &at).await, "ppue");
    one.get(first.leads_to()).await.assert_shows(r#"2<span class="soft">/4</span>"#);
    assert_eq!(savings(&site, &at).await, 2);
}

#[tokio::test]
async fn of_two_who_differ_at_the_same_moment_one_is_asked() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 2).await;
    let at = meeting_today(&one).await;
    let page = roll_call(&one, &at).await;
    let (first, second) = tokio::join!(
        save(&one, &page, &at, &[("m1", "p")], "save"),
        save(&other, &page, &at, &[("m1", "u")], "save"),
    );
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    assert_eq!(savings(&site, &at).await, 1);
}

#[tokio::test]
async fn two_who_mark_one_person_differently_have_to_choose() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 3).await;
    let at = meeting_today(&one).await;
    let stale = roll_call(&other, &at).await;
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m1", "e")], "save").await.leads_to();
    let page = save(&other, &stale, &at, &[("m1", "u"), ("m2", "p")], "save").await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("1. Nguyễn Văn An");
    page.assert_shows(r#"data-l="Đang lưu">Có phép"#);
    page.assert_shows(r#"data-l="Vừa ghi">Không phép"#);
    page.assert_shows("value=u name=m1 checked");
    page.assert_shows("value=p name=m2 checked");
    assert_eq!(page.field("was"), "e--");
    assert_eq!(marks(&one, &at).await, "e--");

    save(&other, &page, &at, &[("m1", "u"), ("m2", "p")], "save").await.leads_to();
    assert_eq!(marks(&one, &at).await, "up-");
}

/// The page of a conflict shows a colleague's marks, and sending it on keeps them.
#[tokio::test]
async fn a_conflict_takes_nothing_back_that_was_not_touched() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 3).await;
    let at = meeting_today(&one).await;
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m2", "p")], "save").await.leads_to();
    let stale = roll_call(&other, &at).await;
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m1", "e"), ("m2", "e")], "save").await.leads_to();
    let page = save(&other, &stale, &at, &[("m1", "u"), ("m2", "p")], "save").await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("value=u name=m1 checked");
    page.assert_shows("value=e name=m2 checked");
    save(&other, &page, &at, &[("m1", "u"), ("m2", "e")], "save").await.leads_to();
    assert_eq!(marks(&one, &at).await, "ue-");
}

#[tokio::test]
async fn the_exempt_stand_apart_and_outside_the_count() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    lives_in(&site, site.town.cell_a1, "Bùi Quốc Kiên", "2020-01-01", Category::Exempt).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    page.assert_shows("2 đồng chí phải dự");
    page.assert_shows("không tính vào số phải dự: Bùi Quốc Kiên.");
    assert_eq!(page.body.matches("<fieldset").count(), 2);
    let saved = save(&secretary, &page, &at, &[], "present-rest").await;
    let page = secretary.get(saved.leads_to()).await;
    page.assert_shows(r#"2<span class="soft">/2</span>"#);
    page.assert_shows("đạt 100%");
}

#[tokio::test]
async fn who_moves_in_after_the_day_is_not_on_its_roll() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let at = meeting_on(&secretary, "10/10/2024").await;
    lives_in(&site, site.town.cell_a1, "Lê Văn Sau", "2024-10-11", Category::Normal).await;
    // Written down too late, the roll stays as it was taken.
    lives_in(&site, site.town.cell_a1, "Lê Văn Muộn", "2024-10-01", Category::Normal).await;
    let page = roll_call(&secretary, &at).await;
    page.assert_shows("2 đồng chí phải dự");
    page.assert_hides("Lê Văn");

    // As long as nobody is marked, another day takes the roll anew.
    let form = secretary.get(&format!("{at}/edit")).await;
    let version = form.field("version");
    let fields = [("version", version.as_str()), ("kind", "periodic"), ("held_on", "10/11/2024")];
    assert_eq!(secretary.post(&format!("{at}/edit"), &fields).await.leads_to(), at);
    roll_call(&secretary, &at).await.assert_shows("4 đồng chí phải dự");
}

#[tokio::test]
async fn a_roll_is_not_called_before_its_day() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let at = meeting_on(&secretary, &in_days(3)).await;
    let page = secretary.get(&format!("{at}/roll-call")).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Chưa đến ngày họp");
    let marks = [("was", "--"), ("roll", ""), ("m1", "p"), ("action", "save")];
    for path in ["roll-call", "roll-call/start"] {
        let page = secretary.post(&format!("{at}/{path}"), &marks).await;
        page.assert_is(StatusCode::CONFLICT);
        page.assert_shows("Chưa đến ngày họp");
    }
    assert_eq!(savings(&site, &at).await, 0);
}

#[tokio::test]
async fn a_planned_meeting_takes_its_roll_when_the_day_has_come() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    // Planned before its day: nobody has taken its roll.
    let planned = NewMeeting {
        id: MeetingId::new(),
        unit_id: site.town.cell_a1,
        kind: MeetingKind::Thematic,
        held_on: clock::today(),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| meetings::store::add(tx, &planned, clock::now()).await.unwrap()).await;
    let at = format!("/meetings/{}", planned.id);
    secretary.get(&format!("{at}/roll-call")).await.assert_shows("Bắt đầu điểm danh");
    for _ in 0..2 {
        let started = secretary.post(&format!("{at}/roll-call/start"), &[]).await;
        assert_eq!(started.leads_to(), format!("{at}/roll-call"));
    }
    roll_call(&secretary, &at).await.assert_shows("2 đồng chí phải dự");
    secretary.get(&at).await.assert_shows("Lịch sử ghi sổ (1)");
}

#[tokio::test]
async fn a_roll_that_found_nobody_is_taken_once_more() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let at = meeting_today(&secretary).await;
    secretary.get(&format!("{at}/roll-call")).await.assert_shows("Không có ai phải dự");
    people(&site, 2).await;
    secretary.post(&format!("{at}/roll-call/start"), &[]).await.leads_to();
    roll_call(&secretary, &at).await.assert_shows("2 đồng chí phải dự");
}

#[tokio::test]
async fn a_filter_hides_people_and_leaves_their_marks_alone() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 18).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[("m1", "u")], "save").await.leads_to();
    let page = secretary.get(&format!("{at}/roll-call?q=hoa")).await;
    page.assert_shows("Đang hiện 2 trên 18 người");
    assert_eq!(page.body.matches("<fieldset").count(), 2);
    save(&secretary, &page, &at, &[("m13", "e")], "save").await.leads_to();
    assert_eq!(marks(&secretary, &at).await, "u-----------e-----");
    let page = secretary.get(&format!("{at}/roll-call?q=&only=unmarked")).await;
    assert_eq!(page.body.matches("<fieldset").count(), 16);
    save(&secretary, &page, &at, &[], "present-rest").await.leads_to();
    assert_eq!(marks(&secretary, &at).await, "upppppppppppeppppp");
    let page = secretary.get(&format!("{at}/roll-call?q=xyz")).await;
    page.assert_shows("Không tìm thấy “xyz”");
}

#[tokio::test]
async fn a_reason_is_written_once_and_disputed_when_it_differs() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 2).await;
    let at = meeting_today(&one).await;
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m1", "e"), ("m2", "u")], "save").await.leads_to();
    let reasons = format!("{at}/reasons");
    let form = [("r1", "Đi  công tác"), ("w1", ""), ("r2", ""), ("w2", "")];
    for _ in 0..2 {
        assert_eq!(one.post(&reasons, &form).await.leads_to(), at);
    }
    let page = one.get(&at).await;
    page.assert_shows(r#"data-l="Lý do">Đi công tác"#);
    assert_eq!(page.body.matches("Ghi lý do vắng họp định kỳ").count(), 1);
    let page = other.post(&reasons, &[("r1", "Ốm"), ("w1", "")]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows(r#"data-l="Đang lưu">Đi công tác"#);
    page.assert_shows(r#"value="Ốm""#);

    // Present after all: there is nothing left to give a reason for.
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m1", "p")], "save").await.leads_to();
    one.get(&format!("{at}/roll-call/saved")).await.assert_hides(r#"value="Đi công tác""#);
}

#[tokio::test]
async fn a_faulty_meeting_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let id = MeetingId::new().to_string();
    let form = [
        ("id", id.as_str()),
        ("kind", "thematic"),
        ("held_on", "31/12/2014"),
        ("starts_at", "buổi tối"),
        ("place", "Nhà văn hóa"),
    ];
    let page = secretary.post("/units/a1/meetings", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Tạo cuộc họp");
    page.assert_shows("Chọn ngày từ 01/01/2015");
    page.assert_shows("Viết giờ theo dạng 19:30 hoặc 19h30");
    page.assert_shows(r#"value="Nhà văn hóa""#);
    page.assert_shows(r#"value="thematic" checked"#);
    secretary.get("/units/a1/meetings").await.assert_shows("Chưa có cuộc họp nào");
}

#[tokio::test]
async fn a_meeting_sent_twice_is_one_meeting() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let id = MeetingId::new().to_string();
    let form = [("id", id.as_str()), ("kind", "periodic"), ("held_on", "01/10/2024")];
    for _ in 0..2 {
        let page = secretary.post("/units/a1/meetings", &form).await;
        assert_eq!(page.leads_to(), format!("/meetings/{id}"));
    }
    let page = secretary.get("/units/a1/meetings").await;
    page.assert_shows("<b>1 cuộc họp</b>");
    page.assert_shows("6 tháng cuối năm 2024");
    secretary.get(&format!("/meetings/{id}")).await.assert_shows("Lịch sử ghi sổ (1)");
    secretary
        .get("/units/a1/meetings?year=2023")
        .await
        .assert_shows("Chưa có cuộc họp nào: năm 2023");
    // The same id from another unit's form tells nothing about the meeting.
    let page = site.outsider().await.post("/units/b1/meetings", &form).await;
    page.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_edit_over_somebody_elses_shows_both() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let at = meeting_today(&secretary).await;
    let edit = format!("{at}/edit");
    let page = secretary.get(&edit).await;
    let (version, held_on) = (page.field("version"), page.field("held_on"));
    let with = |place: &'static str| {
        [
            ("version", version.clone()),
            ("kind", "periodic".to_owned()),
            ("held_on", held_on.clone()),
            ("place", place.to_owned()),
        ]
    };
    let post = async |place: &'static str| {
        let fields = with(place);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, it)| (*name, it.as_str())).collect();
        secretary.post(&edit, &fields).await
    };
    post("Trường mầm non").await.leads_to();
    let page = post("Nhà bà Tư").await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows(r#"data-l="Đang lưu">Trường mầm non"#);
    page.assert_shows(r#"data-l="Vừa gõ">Nhà bà Tư"#);
    assert_eq!(page.field("version"), "2");
    secretary.get(&at).await.assert_shows("Địa điểm: Nhà văn hóa → Trường mầm non");
}

#[tokio::test]
async fn a_meeting_whose_roll_was_called_keeps_its_day() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 1).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[], "present-rest").await.leads_to();
    let version = secretary.get(&format!("{at}/edit")).await.field("version");
    let fields = [("version", version.as_str()), ("kind", "periodic"), ("held_on", "01/10/2024")];
    let page = secretary.post(&format!("{at}/edit"), &fields).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("đã lưu điểm danh theo danh sách của ngày đó");
    page.assert_shows(r#"value="01/10/2024""#);
}

#[tokio::test]
async fn a_roll_page_from_before_it_was_taken_anew_is_refused() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let at = meeting_today(&secretary).await;
    let stale = roll_call(&secretary, &at).await;
    for held_on in ["01/10/2024", &in_days(0)] {
        let version = secretary.get(&format!("{at}/edit")).await.field("version");
        let fields = [("version", version.as_str()), ("kind", "periodic"), ("held_on", held_on)];
        secretary.post(&format!("{at}/edit"), &fields).await.leads_to();
    }
    let page = save(&secretary, &stale, &at, &[("m1", "p")], "save").await;
    page.assert_is(StatusCode::BAD_REQUEST);
    assert_eq!(marks(&secretary, &at).await, "--");
}

#[tokio::test]
async fn guests_are_written_beside_the_roll() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let at = meeting_today(&secretary).await;
    let path = format!("{at}/guests");
    let id = secretary.get(&at).await.field("id");
    let page = secretary.post(&path, &[("id", &id), ("note", "Phường")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập họ và tên khách");
    page.assert_shows(r#"value="Phường""#);
    for _ in 0..2 {
        let form = [("id", id.as_str()), ("name", "Lê Thị Khách"), ("note", "Mặt trận phường")];
        assert_eq!(secretary.post(&path, &form).await.leads_to(), format!("{at}#guests"));
    }
    let page = secretary.get(&at).await;
    page.assert_shows("<dt>Lê Thị Khách</dt><dd>Mặt trận phường</dd>");
    page.assert_shows("Lịch sử ghi sổ (2)");
}

#[tokio::test]
async fn an_outsider_is_told_of_nothing() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 1).await;
    let at = meeting_today(&secretary).await;
    for outsider in [site.outsider().await, site.organisation_officer().await] {
        for path in ["", "/edit", "/roll-call", "/roll-call/saved"] {
            outsider.get(&format!("{at}{path}")).await.assert_is(StatusCode::NOT_FOUND);
        }
        for path in ["/edit", "/roll-call", "/roll-call/start", "/reasons", "/guests"] {
            outsider.post(&format!("{at}{path}"), &[]).await.assert_is(StatusCode::NOT_FOUND);
        }
        for path in ["/units/a1/meetings", "/units/a1/meetings/new"] {
            outsider.get(path).await.assert_is(StatusCode::NOT_FOUND);
        }
        outsider.post("/units/a1/meetings", &[]).await.assert_is(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_ward_reads_its_cells_meetings_and_changes_none() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    people(&site, 1).await;
    let at = meeting_today(&secretary).await;
    let page = officer.get("/units/phuong-a/meetings").await;
    page.assert_shows(r#"data-l="Đơn vị">Chi bộ tổ dân phố 1"#);
    page.assert_shows("chưa điểm danh");
    let page = officer.get(&at).await;
    page.assert_is(StatusCode::OK);
    page.assert_hides("Ghi khách");
    officer.get("/units/a1/meetings").await.assert_hides("Tạo cuộc họp</a>");
    for path in ["/edit", "/roll-call", "/roll-call/start", "/reasons", "/guests"] {
        officer.post(&format!("{at}{path}"), &[]).await.assert_is(StatusCode::FORBIDDEN);
    }
    officer.get(&format!("{at}/roll-call")).await.assert_is(StatusCode::FORBIDDEN);
    officer.post("/units/a1/meetings", &[]).await.assert_is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_entry_names_300_changes_and_counts_the_rest() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 302).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[], "present-rest").await.leads_to();
    let page = secretary.get(&at).await;
    page.assert_shows("và 2 đồng chí khác");
    assert_eq!(page.body.matches("Chưa đánh dấu → Có mặt").count(), 300);
}

#[tokio::test]
async fn a_long_list_of_meetings_comes_in_pages() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    site.seed(async |tx| {
        for ahead in 0..51 {
            let planned = NewMeeting {
                id: MeetingId::new(),
                unit_id: site.town.cell_a1,
                kind: MeetingKind::Extraordinary,
                held_on: day("2023-01-01") + Days::new(ahead),
                starts_at: None,
                place: String::new(),
                topic: String::new(),
            };
            meetings::store::add(tx, &planned, clock::now()).await.unwrap();
        }
    })
    .await;
    let page = secretary.get("/units/a1/meetings?year=2023").await;
    page.assert_shows("trang 1 trên 2");
    page.assert_shows("<b>51 cuộc họp</b>");
    page.assert_hides("Họp đột xuất 01/01/2023");
    let next = page.links().find(|href| href.contains("page=2")).unwrap();
    secretary.get(&next).await.assert_shows("Họp đột xuất 01/01/2023");
}
