//! Introduction letters on their way through a ward.

use haichieu::clock;
use haichieu::ids::MemberId;
use haichieu::organisation::settings::{self, Setting};
use haichieu::vietnamese::day;
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::support::{Page, Site, Visitor};

const NAME: &str = "Tống Phước Nhàn";

fn today() -> String {
    day::short(clock::today())
}

/// Writes a letter for somebody new; the address of the letter.
pub async fn receive(officer: &Visitor, name: &str, received_on: &str) -> String {
    let form = officer.get("/units/phuong-a/letters/new").await;
    let id = form.field("id");
    let page = officer
        .post(
            "/units/phuong-a/letters",
            &[
                ("id", &id),
                ("full_name", name),
                ("sex", "male"),
                ("born", "1980"),
                ("number", "7-GGT/ĐU"),
                ("issued_on", "01/10/2024"),
                ("received_on", received_on),
            ],
        )
        .await;
    page.leads_to().to_owned()
}

/// The first letter of a queue, as its box carries it.
async fn ticket(officer: &Visitor, state: &str) -> String {
    officer.get(&format!("/units/phuong-a/letters?state={state}")).await.field("letter")
}

async fn step(officer: &Visitor, fields: &[(&str, &str)]) -> Page {
    officer.post("/units/phuong-a/letters/steps", fields).await
}

/// How many entries there are but for those of looks, which come when they come.
async fn entries(site: &Site) -> usize {
    let mut tx = site.db.read().await.unwrap();
    texts(&mut tx, "SELECT action FROM audit_entry WHERE subject <> 'view'").await.len()
}

#[tokio::test]
async fn a_letter_is_issued_received_assigned_and_closed() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let letter = receive(&officer, NAME, "").await;
    officer.get(&letter).await.assert_shows(NAME);
    officer.get("/units/phuong-a/letters").await.assert_shows("<b>1 giấy</b>: chờ tiếp nhận");

    let (now, seen) = (today(), ticket(&officer, "waiting").await);
    let received = [("step", "receive"), ("on", &*now), ("letter", &*seen)];
    assert_eq!(step(&officer, &received).await.leads_to(), "/units/phuong-a/letters?state=waiting");
    officer.get("/units/phuong-a/letters").await.assert_shows("<b>0 giấy</b>");

    let (cell, seen) = (site.town.cell_a1.to_string(), ticket(&officer, "received").await);
    let assigned = [("step", "assign"), ("on", &*now), ("cell_id", &*cell), ("letter", &*seen)];
    step(&officer, &assigned).await.leads_to();
    let list = site.secretary().await.get("/units/a1/members").await;
    list.assert_shows(NAME);
    list.assert_shows("7-GGT/ĐU");

    let seen = ticket(&officer, "assigned").await;
    let closed = [("step", "close"), ("on", &*now), ("letter", &*seen)];
    let page = step(&officer, &closed).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập lý do đóng giấy");
    let closed = [&closed[..], &[("reason", "chuyển đi nơi khác")]].concat();
    step(&officer, &closed).await.leads_to();
    officer.get("/units/phuong-a/letters?state=closed").await.assert_shows(NAME);
}

#[tokio::test]
async fn a_step_sent_twice_is_taken_once_and_a_stale_one_shown() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    receive(&officer, NAME, &today()).await;
    let (now, seen) = (today(), ticket(&officer, "received").await);
    let cell = site.town.cell_a1.to_string();
    let assigned = [("step", "assign"), ("on", &*now), ("cell_id", &*cell), ("letter", &*seen)];
    let before = entries(&site).await;
    for page in officer.post_at_once("/units/phuong-a/letters/steps", &assigned, 4).await {
        page.leads_to();
    }
    assert_eq!(entries(&site).await, before + 1);
    // The same letter, seen before it was assigned, to another cell.
    let other = site.town.cell_a2.to_string();
    let stale = [("step", "assign"), ("on", &*now), ("cell_id", &*other), ("letter", &*seen)];
    step(&officer, &stale).await.assert_is(StatusCode::CONFLICT);
    assert_eq!(entries(&site).await, before + 1);
}

#[tokio::test]
async fn whose_letter_waits_is_not_written_twice_unasked() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    receive(&officer, NAME, "05/10/2024").await;
    let id = officer.get("/units/phuong-a/letters/new").await.field("id");
    let typed = [
        ("id", id.as_str()),
        ("full_name", "tống phước nhàn"),
        ("sex", "male"),
        ("born", "1980"),
        ("number", "8-GGT/ĐU"),
    ];
    let asked = officer.post("/units/phuong-a/letters", &typed).await;
    asked.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    asked.assert_shows("Có thể đã có trong sổ");
    asked.assert_shows("giấy đang chờ phân về chi bộ");
    let sure = [&typed[..], &[("confirmed", "yes")]].concat();
    officer.post("/units/phuong-a/letters", &sure).await.leads_to();
}

#[tokio::test]
async fn nobody_is_moved_from_a_cell_without_being_asked() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let id = MemberId::new().to_string();
    let cell = site.town.cell_a1.to_string();
    let form = [
        ("id", &*id),
        ("full_name", NAME),
        ("sex", "male"),
        ("cell_id", &*cell),
        ("residence_kind", "permanent"),
        ("category", "normal"),
        ("started_on", "01/02/2024"),
    ];
    officer.post("/units/phuong-a/members", &form).await.leads_to();
    let new = officer.get(&format!("/members/{id}/letters/new")).await;
    let fields = [("id", &*new.field("id")), ("number", "8-GGT/ĐU"), ("received_on", "01/03/2024")];
    officer.post(&format!("/members/{id}/letters"), &fields).await.leads_to();
    let (now, seen) = (today(), ticket(&officer, "received").await);
    let other = site.town.cell_a2.to_string();
    let assigned = [("step", "assign"), ("on", &*now), ("cell_id", &*other), ("letter", &*seen)];
    let page = step(&officer, &assigned).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Thôi ở Chi bộ tổ dân phố 1 và sang chi bộ tổ dân phố 2");
    officer.get("/units/a2/members").await.assert_hides(NAME);
    let confirmed = [&assigned[..], &[("confirmed", "yes")]].concat();
    step(&officer, &confirmed).await.leads_to();
    officer.get("/units/a2/members").await.assert_shows(NAME);
    officer.get("/units/a1/members").await.assert_hides(NAME);
}

#[tokio::test]
async fn the_ward_of_the_letter_alone_knows_whom_no_cell_has() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let letter = receive(&officer, NAME, &today()).await;
    let neighbour =
        site.visitor(haichieu::access::model::Role::WardOfficer, site.town.ward_b).await;
    for visitor in [&neighbour, &site.secretary().await, &site.outsider().await] {
        for path in [letter.clone(), format!("{letter}/reception")] {
            let page = visitor.get(&path).await;
            page.assert_is(StatusCode::NOT_FOUND);
            page.assert_hides(NAME);
        }
    }
    officer.get(&letter).await.assert_is(StatusCode::OK);
    neighbour.get("/units/phuong-b/letters?state=all").await.assert_hides(NAME);
}

#[tokio::test]
async fn who_is_exempt_for_secrecy_is_never_written_down() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let before = entries(&site).await;
    let id = MemberId::new().to_string();
    let cell = site.town.cell_a1.to_string();
    let person = [("id", &*id), ("full_name", NAME), ("sex", "male"), ("number", "9-GGT/ĐU")];
    let place =
        [("cell_id", &*cell), ("residence_kind", "permanent"), ("started_on", "01/02/2024")];
    let secret =
        [&person[..], &place, &[("category", "secret"), ("introduced", "secret")]].concat();
    for path in ["/units/phuong-a/members", "/units/phuong-a/letters"] {
        let page = officer.post(path, &secret).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("ghi tên là có thể làm lộ. Chưa ghi gì");
        page.assert_shows(NAME);
    }
    assert_eq!(entries(&site).await, before);
    officer.get("/units/phuong-a/letters?state=all").await.assert_hides(NAME);
    officer.get("/units/phuong-a/members?category=all").await.assert_hides(NAME);
}

#[tokio::test]
async fn nothing_is_late_until_a_deadline_is_settled() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    receive(&officer, NAME, "").await;
    let page = officer.get("/units/phuong-a/letters?state=overdue").await;
    page.assert_shows("Nộp giấy: chưa đặt thời hạn");
    page.assert_shows("<b>0 giấy</b>: quá hạn");
    let city = site.town.city;
    site.seed(async |tx| {
        settings::store::add(tx, city, Setting::LetterPresentDays, "30").await.unwrap();
    })
    .await;
    let page = officer.get("/units/phuong-a/letters?state=overdue").await;
    page.assert_shows("<b>1 giấy</b>: quá hạn");
    page.assert_shows("hạn 31/10/2024");
}

#[tokio::test]
async fn the_reception_block_prints_as_the_form_has_it() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let letter = receive(&officer, NAME, "05/11/2024").await;
    let page = officer.get(&format!("{letter}/reception")).await;
    for text in [
        "ĐẢNG ỦY (CHI ỦY) NƠI CƯ TRÚ",
        "Tiếp nhận ngày 05 tháng 11 năm 2024",
        "Đã giới thiệu về sinh hoạt tại chi bộ ....",
        "T/M ĐẢNG ỦY",
        "BÍ THƯ",
        NAME,
    ] {
        page.assert_shows(text);
    }
    page.assert_hides("Căn cứ");
}
