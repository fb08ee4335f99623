//! How a browser is shown the pages: letters, contrast, one task a screen.

use haichieu::members::model::Category;
use reqwest::StatusCode;

use crate::meetings::{lives_in, meeting_today};
use crate::support::{Page, Site, Visitor};

/// Presses a button of the form, on this page of the site.
async fn press(visitor: &Visitor, name: &str, value: &str) -> Page {
    visitor.post("/look", &[(name, value)]).await
}

#[tokio::test]
async fn a_choice_is_remembered_by_the_browser() {
    let site = Site::start().await;
    let stranger = site.stranger();
    stranger.get("/sign-in").await.assert_shows(r#"<html lang="vi">"#);
    let pressed = press(&stranger, "size", "large").await;
    assert_eq!(pressed.leads_to(), "/");
    let cookie = pressed.cookie.clone().unwrap();
    assert!(cookie.starts_with("look=large; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"));
    let pressed = press(&stranger.with_cookie_of(&pressed), "contrast", "high").await;
    let browser = stranger.with_cookie_of(&pressed);
    for (path, status) in [("/sign-in", 200), ("/help", 200), ("/privacy", 200), ("/nowhere", 404)]
    {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::from_u16(status).unwrap());
        page.assert_shows(r#"<html lang="vi" class="large high">"#);
        page.assert_shows("/site-large.css");
    }
    let secretary = site.secretary().await;
    let page = secretary.with_also(&pressed).get("/units/a1/tasks").await;
    page.assert_shows(r#"<html lang="vi" class="large high">"#);
    page.assert_shows(r#"<button name="size" value="largest""#);
    page.assert_shows(r#"value="usual" type="submit" aria-pressed="true">Tương phản"#);
}

#[tokio::test]
async fn one_comes_back_to_the_page_that_was_open() {
    let site = Site::start().await;
    let members = format!("{}/units/a1/members?q=hoa", site.root);
    let from = |referer: String| {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let request = client.build().unwrap().post(format!("{}/look", site.root));
        let request = request.header("sec-fetch-site", "same-origin").header("referer", referer);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("size=large")
            .send()
    };
    let there = from(members).await.unwrap();
    assert_eq!(there.headers()["location"], "/units/a1/members?q=hoa");
    let there = from("https://evil.example/units/a1".to_owned()).await.unwrap();
    assert_eq!(there.headers()["location"], "/");
}

#[tokio::test]
async fn another_site_changes_nothing_of_it() {
    let site = Site::start().await;
    let page = site.stranger().post_from_elsewhere("/look", &[("size", "largest")]).await;
    page.assert_is(StatusCode::FORBIDDEN);
    assert_eq!(page.cookie, None);
}

#[tokio::test]
async fn a_kept_page_is_not_shown_to_other_eyes() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let usual = secretary.get("/units/a1/members").await;
    usual.assert_shows(r#"<html lang="vi">"#);
    let pressed = press(&secretary, "contrast", "high").await;
    let page = secretary.with_also(&pressed).get("/units/a1/members").await;
    page.assert_shows(r#"<html lang="vi" class="high">"#);
    secretary.get("/units/a1/members").await.assert_shows(r#"<html lang="vi">"#);
}

/// The secretary's browser in the simple mode.
async fn simple(site: &Site) -> Visitor {
    let secretary = site.secretary().await;
    let pressed = press(&secretary, "mode", "simple").await;
    secretary.with_also(&pressed)
}

#[tokio::test]
async fn the_simple_mode_shows_one_task_and_four_ways() {
    let site = Site::start().await;
    let browser = simple(&site).await;
    let page = browser.get("/units/a1/tasks").await;
    page.assert_shows("Ghi ngày họp định kỳ");
    assert_eq!(page.body.matches(r#"<a class="btn""#).count(), 1);
    let rail = page.body.split("</header>").next().unwrap().to_owned();
    for place in ["/units/a1/tasks", "/units/a1/roll-call", "/help"] {
        assert!(rail.contains(&format!(r#"href="{place}""#)), "{place}");
    }
    assert!(rail.contains(r#"action="/sign-out""#) && !rail.contains("/units/a1/members"));
    browser.get("/units/a1/tasks?view=others").await.assert_shows("Ghi khoản đóng góp");
    let back = press(&browser, "mode", "full").await;
    let full = site.secretary().await.with_also(&back);
    full.get("/units/a1/tasks").await.assert_shows("Chế độ đơn giản: mỗi màn hình một việc");
}

#[tokio::test]
async fn the_simple_mode_is_for_secretaries() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let pressed = press(&officer, "mode", "simple").await;
    let page = officer.with_also(&pressed).get("/units/phuong-a/tasks").await;
    page.assert_shows("Giấy giới thiệu");
    page.assert_shows("/units/phuong-a/meetings");
    officer.get("/account").await.assert_hides("Chế độ đơn giản");
    site.secretary().await.get("/account").await.assert_shows("Bật chế độ đơn giản");
}

/// A meeting of cell A1 today with these three on its roll; the address of the roll.
async fn roll_of_three(site: &Site, browser: &Visitor) -> String {
    for name in ["Lê Văn An", "Trần Thị Bình", "Phạm Văn Cường"] {
        lives_in(site, site.town.cell_a1, name, "2020-01-01", Category::Normal).await;
    }
    format!("{}/roll-call", meeting_today(browser).await)
}

#[tokio::test]
async fn a_roll_is_called_one_person_at_a_time() {
    let site = Site::start().await;
    let browser = simple(&site).await;
    let roll = roll_of_three(&site, &browser).await;
    let there = browser.get("/units/a1/roll-call").await.leads_to().to_owned();
    assert_eq!(there, format!("{roll}?view=one"));
    let first = browser.get(&there).await;
    first.assert_shows("<h1>Lê Văn An</h1>");
    let fields = [("roll", first.field("roll")), ("was", first.field("was"))];
    let press_mark = async |name: &str, mark: &str| {
        let (roll_at, was) = (fields[0].1.as_str(), fields[1].1.as_str());
        let form = [("roll", roll_at), ("was", was), ("view", "one"), (name, mark)];
        browser.post(&roll, &form).await.leads_to().to_owned()
    };
    // Pressed twice, it is written once.
    for _ in 0..2 {
        assert_eq!(press_mark("m1", "p").await, format!("{roll}?view=one&after=1"));
    }
    let second = browser.get(&format!("{roll}?view=one&after=1")).await;
    second.assert_shows("<h1>Trần Thị Bình</h1>");
    second.assert_shows("Có mặt 1");
    // Another person's mark, from a page opened before, does not undo the first.
    press_mark("m2", "e").await;
    let last = browser.get(&format!("{roll}?view=one&after=2")).await;
    last.assert_shows("<h1>Phạm Văn Cường</h1>");
    let before = browser.get(&format!("{roll}?view=one&number=2")).await;
    before.assert_shows("Đang ghi: <b>Có phép</b>");
    press_mark("m3", "u").await;
    let page = browser.get(&format!("{roll}?view=one&after=3")).await;
    assert_eq!(page.leads_to(), format!("{roll}/saved"));
    let page = browser.get(roll.strip_suffix("/roll-call").unwrap()).await;
    page.assert_shows("1/3");
    let page = browser.get(&format!("{roll}/saved")).await;
    page.assert_shows("bản thứ 3");
}

#[tokio::test]
async fn a_mark_that_somebody_else_set_otherwise_is_asked_about() {
    let site = Site::start().await;
    let browser = simple(&site).await;
    let roll = roll_of_three(&site, &browser).await;
    let first = browser.get(&format!("{roll}?view=one")).await;
    let (roll_at, was) = (first.field("roll"), first.field("was"));
    let form = |mark| [("roll", &*roll_at), ("was", &*was), ("view", "one"), ("m1", mark)];
    site.secretary().await.post(&roll, &form("u")).await.leads_to();
    let page = browser.post(&roll, &form("p")).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Lê Văn An");
}

#[tokio::test]
async fn help_is_open_to_anybody_and_fits_two_sheets() {
    let site = Site::start().await;
    let page = site.stranger().get("/help").await;
    page.assert_shows("<h1>Trợ giúp</h1>");
    let paper = site.stranger().get("/help/paper").await;
    paper.assert_shows(&site.root);
    assert_eq!(paper.body.matches("<article").count(), 2);
}
