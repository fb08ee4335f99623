//! Calendars that a telephone reads.

use haichieu::access::model::{Grant, Role};
use haichieu::access::session::Token;
use haichieu::access::store;
use haichieu::clock;
use haichieu::ids::{AccountId, FeedId, GrantId};
use haichieu::organisation::settings::{self, Setting};
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::letters::receive;
use crate::meetings::{in_days, meeting_on};
use crate::scope::{CANARY, Objects};
use crate::support::{Page, Site, Visitor, visitor};

const LIST: &str = "/account/calendars";

/// Makes a calendar of the unit; the path of its address.
async fn calendar(visitor: &Visitor, unit: &str) -> String {
    let page = form(visitor, unit).await;
    page.assert_is(StatusCode::OK);
    path_on(&page)
}

async fn form(visitor: &Visitor, unit: &str) -> Page {
    let id = visitor.get(LIST).await.field("id");
    visitor.post(LIST, &[("id", &id), ("unit", unit)]).await
}

fn path_on(page: &Page) -> String {
    let address = page.body.split(r#"id="address">"#).nth(1).unwrap().split('<').next().unwrap();
    let token = address.split("/calendar/").nth(1).unwrap().strip_suffix(".ics").unwrap();
    assert!(address.starts_with("http://127.0.0.1:") && token.len() == 43, "{address}");
    format!("/calendar/{token}.ics")
}

/// The lines of a calendar, as they were before they were folded.
fn lines(page: &Page) -> Vec<String> {
    page.assert_is(StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/calendar; charset=utf-8");
    let whole = page.body.strip_suffix("\r\n").unwrap();
    for line in whole.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n'), "{line:?}");
    }
    whole.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn has(lines: &[String], start: &str) -> bool {
    lines.iter().any(|it| it.starts_with(start))
}

/// The secretary of cell A1, and whose account it is.
async fn secretary(site: &Site) -> (AccountId, Visitor) {
    let (id, token, now) = (AccountId::new(), Token::new().unwrap(), clock::now());
    let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
    site.seed(async |tx| {
        store::add(tx, id, "binh.tt", "Trần Thị Bình", None, now).await.unwrap();
        let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
        store::add_grant(tx, &grant, now).await.unwrap();
        store::add_session(tx, &token.hash, id, "127.0.0.1", now).await.unwrap();
    })
    .await;
    (id, visitor(&site.root, Some(format!("sid={}", token.text))))
}

#[tokio::test]
async fn a_telephone_is_told_days_and_links_and_no_name() {
    let site = Site::with_criteria().await;
    Objects::build(&site).await;
    let (_, secretary) = secretary(&site).await;
    let held = meeting_on(&secretary, &in_days(5)).await;
    let path = calendar(&secretary, "a1").await;

    let page = site.stranger().get(&path).await;
    let told = lines(&page);
    assert_eq!(told[0], "BEGIN:VCALENDAR");
    assert!(has(&told, "NAME:Chi bộ tổ dân phố 1"));
    assert!(has(&told, "SUMMARY:Họp định kỳ\\, Chi bộ tổ dân phố 1"));
    assert!(has(&told, &format!("UID:{}@", held.replace("/meetings/", "meeting-"))));
    assert!(has(&told, &format!("URL:{}{held}", site.root)));
    // Half past seven in the evening.
    assert!(told.iter().any(|it| it.starts_with("DTSTART:") && it.ends_with("T123000Z")));
    assert!(!has(&told, "SUMMARY:Chưa có họp định kỳ"));
    for name in [CANARY, "Nhà văn hóa", "Tình hình", "Trần Thị Bình"] {
        assert!(!told.iter().any(|it| it.contains(name)), "{name} is told");
    }
    // What a thing is known by stays from one reading to the next.
    let known = |page: &Page| lines(page).into_iter().filter(|it| it.starts_with("UID:"));
    let again = site.stranger().get(&path).await;
    assert_eq!(known(&page).collect::<Vec<_>>(), known(&again).collect::<Vec<_>>());
    let listed = secretary.get(LIST).await;
    listed.assert_hides("Chưa đọc");
    listed.assert_hides(path.trim_start_matches("/calendar/").trim_end_matches(".ics"));
}

#[tokio::test]
async fn a_cell_without_a_meeting_is_told_the_last_day() {
    let site = Site::start().await;
    let (_, secretary) = secretary(&site).await;
    let path = calendar(&secretary, "a1").await;
    let told = lines(&site.stranger().get(&path).await);
    assert!(has(&told, "SUMMARY:Chưa có họp định kỳ trong 6 tháng"));
    let last = told.iter().find(|it| it.starts_with("DTSTART;VALUE=DATE:")).unwrap();
    assert!(last.ends_with("0630") || last.ends_with("1231"), "{last}");
}

#[tokio::test]
async fn a_ward_is_told_of_letters_that_wait_or_are_late() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    receive(&officer, "Tống Phước Nhàn", "").await;
    let ward = calendar(&officer, "phuong-a").await;
    let city = calendar(&site.organisation_officer().await, "thanh-pho").await;
    let told = async |path: &str| lines(&site.stranger().get(path).await);
    let told_at_first = told(&ward).await;
    assert!(has(&told_at_first, "SUMMARY:1 giấy giới thiệu chờ tiếp nhận"));
    assert!(!told_at_first.iter().any(|it| it.contains("quá hạn")));
    site.seed(async |tx| {
        let setting = Setting::LetterPresentDays;
        settings::store::add(tx, site.town.city, setting, "30").await.unwrap();
    })
    .await;
    let told_now = told(&ward).await;
    assert!(has(&told_now, "SUMMARY:1 giấy giới thiệu quá hạn"));
    assert!(has(&told_now, "SUMMARY:2 chi bộ chưa có họp định kỳ"));
    assert!(!told_now.iter().any(|it| it.contains("Nhàn")));
    // Who sees no names is not told of one letter: it would be somebody.
    let told_city = told(&city).await;
    assert!(has(&told_city, "SUMMARY:3 chi bộ chưa có họp định kỳ"));
    assert!(!told_city.iter().any(|it| it.contains("giấy")));
}

#[tokio::test]
async fn it_opens_no_more_than_its_account_may_see() {
    let site = Site::start().await;
    let (id, secretary) = secretary(&site).await;
    let path = calendar(&secretary, "a1").await;
    let status = async || site.stranger().get(&path).await.status;
    let disable = async |at| {
        site.seed(async |tx| store::set_disabled(tx, id, at).await.unwrap()).await;
    };
    assert_eq!(status().await, StatusCode::OK);
    disable(Some(clock::now())).await;
    assert_eq!(status().await, StatusCode::NOT_FOUND);
    disable(None).await;
    assert_eq!(status().await, StatusCode::OK);
    site.seed(async |tx| {
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
        let grant = store::find_grant(tx, id, role, unit_id).await.unwrap().unwrap();
        store::revoke_grant(tx, &grant, clock::now()).await.unwrap();
    })
    .await;
    assert_eq!(status().await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn it_ends_when_revoked_or_with_the_password() {
    let site = Site::start().await;
    let (id, secretary) = secretary(&site).await;
    let (first, second) = (calendar(&secretary, "a1").await, calendar(&secretary, "a1").await);
    assert_ne!(first, second);
    let list = secretary.get(LIST).await;
    let forms: Vec<&str> = list.body.split(r#"action="/account/calendars/"#).skip(1).collect();
    assert_eq!(forms.len(), 2, "the latest first");
    let revoke = format!("{LIST}/{}", forms[0].split('"').next().unwrap());
    // Somebody else's is unknown.
    site.outsider().await.post(&revoke, &[]).await.assert_is(StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(secretary.post(&revoke, &[]).await.leads_to(), format!("{LIST}?done=revoked"));
    }
    site.stranger().get(&second).await.assert_is(StatusCode::NOT_FOUND);
    site.stranger().get(&first).await.assert_is(StatusCode::OK);
    site.seed(async |tx| store::set_password(tx, id, "x", clock::now()).await.unwrap()).await;
    site.stranger().get(&first).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_guesses_waits() {
    let site = Site::start().await;
    let stranger = site.stranger();
    for guess in 0..30 {
        let page = stranger.get(&format!("/calendar/{guess}.ics")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    let page = stranger.get("/calendar/30.ics").await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
    // One that is in force opens meanwhile.
    let path = calendar(&site.secretary().await, "a1").await;
    stranger.get(&path).await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn a_calendar_is_read_so_often_and_no_more() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let path = calendar(&secretary, "a1").await;
    let stranger = site.stranger();
    // A minute may end meanwhile: then as many are let by once more.
    let mut status = StatusCode::OK;
    for _ in 0..61 {
        status = stranger.get(&path).await.status;
        if status != StatusCode::OK {
            break;
        }
    }
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    // Whoever reads too often keeps the owner out of no page.
    secretary.get(LIST).await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn what_is_noted_of_a_refusal_tells_no_token() {
    let site = Site::start().await;
    let (_, secretary) = secretary(&site).await;
    secretary.get("/calendar/0123456789.ics").await.assert_is(StatusCode::NOT_FOUND);
    site.watch.settle().await;
    let sql = "SELECT summary FROM audit_entry WHERE action = 'access.refused'";
    let noted = site.seed(async |tx| texts(tx, sql).await).await;
    assert_eq!(noted, ["Không cho xem hoặc làm (404): GET /calendar/{token}"]);
}

#[tokio::test]
async fn a_calendar_is_of_a_unit_that_one_sees() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    for unit in ["b1", "phuong-a", "", "nowhere"] {
        let page = form(&secretary, unit).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("Chọn một đơn vị trong danh sách");
    }
    let administrator = site.administrator().await;
    administrator.get(LIST).await.assert_shows("chưa có việc gì để nhắc");
    // Nor is one made for it without the form.
    let id = FeedId::new().to_string();
    let page = administrator.post(LIST, &[("id", &id), ("unit", "a1")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn sent_twice_it_is_one_calendar_shown_once() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let id = secretary.get(LIST).await.field("id");
    let form = [("id", id.as_str()), ("unit", "a1")];
    let path = path_on(&secretary.post(LIST, &form).await);
    let page = secretary.post(LIST, &form).await;
    page.assert_shows("đã hiện một lần");
    page.assert_hides(".ics");
    assert_eq!(secretary.get(LIST).await.body.matches("/revoke").count(), 1);
    site.stranger().get(&path).await.assert_is(StatusCode::OK);
    site.outsider().await.post(LIST, &form).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_calendar_asks_for_the_password_after_a_while() {
    let site = Site::start().await;
    let password = "con mèo vàng ngủ trưa";
    let (role, cell) = (Role::CellSecretary, site.town.cell_a1);
    let secretary = site.visitor_since(role, cell, (password, 16)).await;
    let page = form(&secretary, "a1").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Gõ lại mật khẩu để làm việc này");
    let id = page.field("id");
    let form = [("id", id.as_str()), ("unit", "a1"), ("confirm", password)];
    path_on(&secretary.post(LIST, &form).await);
}
