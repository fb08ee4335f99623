//! The second factor: a code after the password.

use haichieu::access::factor;
use haichieu::access::model::Role;
use haichieu::access::store::{self, factors};
use haichieu::access::{password, session};
use haichieu::clock::{self, Moment};
use haichieu::ids::AccountId;
use reqwest::StatusCode;

use crate::support::{Page, Site, Visitor, vault, visitor};

const PASSWORD: &str = "con mèo vàng ngủ trưa";
const SECRET: [u8; 20] = *b"12345678901234567890";

/// An account with this password, in no unit.
async fn account(site: &Site) -> AccountId {
    let id = AccountId::new();
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    site.seed(async |tx| {
        store::add(tx, id, "suu.lv", "Lê Văn Sửu", Some(&hash), clock::now()).await.unwrap();
    })
    .await;
    id
}

/// The same with a second factor in force.
async fn guarded(site: &Site) -> AccountId {
    let id = account(site).await;
    let sealed = vault().seal(&SECRET, id.0.as_bytes()).unwrap();
    site.seed(async |tx| {
        factors::start(tx, id, &sealed, clock::now()).await.unwrap();
        factors::confirm(tx, id, 1, clock::now()).await.unwrap();
    })
    .await;
    id
}

/// The code that the telephone shows, `steps` from now.
fn code(secret: &[u8; 20], steps: i64) -> String {
    factor::code_at(secret, clock::now().plus_seconds(30 * steps)).unwrap()
}

async fn sign_in(site: &Site) -> Page {
    site.stranger().post("/sign-in", &[("login", "suu.lv"), ("password", PASSWORD)]).await
}

/// The secret that the page spells.
fn spelled(page: &Page) -> [u8; 20] {
    let letters = page.body.split(r#"<code id="letters">"#).nth(1).unwrap();
    let letters = letters.split('<').next().unwrap().replace(' ', "");
    let bytes = totp_rs::Secret::try_from_base32(letters).unwrap();
    bytes.as_ref().try_into().unwrap()
}

/// Codes on paper that the page shows.
fn on_paper(page: &Page) -> Vec<String> {
    let codes = page.body.split("<li><code>").skip(1);
    codes.map(|it| it.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn it_is_switched_on_with_a_first_code() {
    let site = Site::start().await;
    account(&site).await;
    let browser = site.stranger();
    let browser = browser.with_cookie_of(&sign_in(&site).await);
    let elsewhere = site.stranger().with_cookie_of(&sign_in(&site).await);

    browser.get("/account/factor").await.assert_hides("letters");
    let page = browser.post("/account/factor/start", &[]).await;
    assert_eq!(page.leads_to(), "/account/factor");
    let page = browser.get("/account/factor").await;
    page.assert_shows("<svg class=\"qr\"");
    let secret = spelled(&page);
    // It asks for nothing until its first code was given.
    assert_eq!(sign_in(&site).await.leads_to(), "/");
    let page = browser.post("/account/factor/on", &[("code", "000 000")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("xem giờ của điện thoại có đúng không");

    let page = browser.post("/account/factor/on", &[("code", &code(&secret, 0))]).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Đã bật bảo vệ hai bước");
    assert_eq!(on_paper(&page).len(), 10);
    // Another token for this browser, none for the others.
    browser.get("/account").await.leads_to();
    elsewhere.get("/account").await.leads_to();
    let browser = browser.with_cookie_of(&page);
    let page = browser.get("/account/factor").await;
    page.assert_shows("Đang bật");
    page.assert_hides("letters");
    assert!(sign_in(&site).await.leads_to().starts_with("/sign-in/code"));
}

#[tokio::test]
async fn the_password_alone_opens_nothing() {
    let site = Site::start().await;
    guarded(&site).await;
    let page = sign_in(&site).await;
    assert_eq!(page.leads_to(), "/sign-in/code?next=%2F");
    let cookie = page.cookie.clone().unwrap();
    assert!(cookie.starts_with("half=") && cookie.contains("HttpOnly"), "{cookie}");
    let half = site.stranger().with_cookie_of(&page);
    half.get("/account").await.leads_to();
    // Nor does its token in the place of the other.
    let forged =
        visitor(&site.root, Some(cookie.split(';').next().unwrap().replace("half", "sid")));
    forged.get("/account").await.leads_to();
    half.get("/sign-in/code").await.assert_shows("suu.lv");

    let page = half.post("/sign-in/code", &[("code", "000000"), ("next", "/account")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Mã không đúng");
    assert_eq!(page.field("next"), "/account");
    let form = [("code", &*code(&SECRET, 0)), ("next", "/account")];
    let page = half.post("/sign-in/code", &form).await;
    assert_eq!(page.leads_to(), "/account");
    site.stranger().with_all_cookies_of(&page).get("/account").await.assert_is(StatusCode::OK);
    // What was half done is done.
    assert_eq!(half.get("/sign-in/code").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn a_code_is_taken_once() {
    let site = Site::start().await;
    guarded(&site).await;
    let shown = code(&SECRET, 0);
    let half = async || site.stranger().with_cookie_of(&sign_in(&site).await);
    let page = half().await.post("/sign-in/code", &[("code", &shown)]).await;
    assert_eq!(page.leads_to(), "/");
    let page = half().await.post("/sign-in/code", &[("code", &shown)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    // Nor one of an earlier step; that of the next is.
    let page = half().await.post("/sign-in/code", &[("code", &code(&SECRET, -1))]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let page = half().await.post("/sign-in/code", &[("code", &code(&SECRET, 1))]).await;
    assert_eq!(page.leads_to(), "/");
}

#[tokio::test]
async fn the_same_code_at_once_opens_once() {
    let site = Site::start().await;
    guarded(&site).await;
    let half = site.stranger().with_cookie_of(&sign_in(&site).await);
    let pages = half.post_at_once("/sign-in/code", &[("code", &code(&SECRET, 0))], 4).await;
    let opened = pages.iter().filter(|it| it.location.as_deref() == Some("/"));
    assert_eq!(opened.count(), 1);
}

#[tokio::test]
async fn a_code_on_paper_is_taken_once() {
    let site = Site::start().await;
    let id = guarded(&site).await;
    let codes = factor::recovery_codes().unwrap();
    let hashes: Vec<_> = codes.iter().map(|it| it.1.clone()).collect();
    site.seed(async |tx| factors::set_recovery(tx, id, &hashes).await.unwrap()).await;
    let half = async || site.stranger().with_cookie_of(&sign_in(&site).await);
    let typed = codes[3].0.replace(' ', "-").to_lowercase();
    let page = half().await.post("/sign-in/code", &[("code", &typed)]).await;
    assert_eq!(page.leads_to(), "/");
    let browser = site.stranger().with_all_cookies_of(&page);
    browser.get("/account/factor").await.assert_shows("<dd>9</dd>");
    let page = half().await.post("/sign-in/code", &[("code", &typed)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);

    // New ones take the place of all.
    let page = browser.post("/account/factor/codes", &[]).await;
    let fresh = on_paper(&page);
    assert_eq!(fresh.len(), 10);
    let page = half().await.post("/sign-in/code", &[("code", &codes[4].0)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let page = half().await.post("/sign-in/code", &[("code", &fresh[0])]).await;
    assert_eq!(page.leads_to(), "/");
}

#[tokio::test]
async fn five_guesses_at_the_code_and_then_a_wait() {
    let site = Site::start().await;
    guarded(&site).await;
    for _ in 0..5 {
        let half = site.stranger().with_cookie_of(&sign_in(&site).await);
        let page = half.post("/sign-in/code", &[("code", "000000")]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let half = site.stranger().with_cookie_of(&sign_in(&site).await);
    let page = half.post("/sign-in/code", &[("code", &code(&SECRET, 0))]).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((200..=300).contains(&wait), "{wait}");
}

#[tokio::test]
async fn what_is_half_done_lapses() {
    let site = Site::start().await;
    let id = guarded(&site).await;
    let token = session::Token::new().unwrap();
    let long_ago = clock::now().plus_seconds(-session::HALF - 1);
    site.seed(async |tx| factors::add_half(tx, &token.hash, id, long_ago).await.unwrap()).await;
    let half = visitor(&site.root, Some(format!("half={}", token.text)));
    assert_eq!(half.get("/sign-in/code").await.leads_to(), "/sign-in");
    let page = half.post("/sign-in/code", &[("code", &code(&SECRET, 0))]).await;
    assert_eq!(page.leads_to(), "/sign-in");
    assert_eq!(session::purge(&site.db, clock::now()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_new_password_does_not_skip_the_second_factor() {
    let site = Site::start().await;
    let id = guarded(&site).await;
    let administrator = site.administrator().await;
    let half = site.stranger().with_cookie_of(&sign_in(&site).await);
    let page = administrator.post(&format!("/administration/accounts/{id}/link"), &[]).await;
    let link = page.body.split("/links/").nth(1).unwrap();
    let link = format!("/links/{}", &link[..43]);
    let password = "mèo đen ngủ chiều nay";
    let form = [("password", password), ("again", password)];
    assert_eq!(site.stranger().post(&link, &form).await.leads_to(), "/sign-in?done=password");
    // Who had given the old password must begin anew.
    assert_eq!(half.get("/sign-in/code").await.leads_to(), "/sign-in");
    let form = [("login", "suu.lv"), ("password", password)];
    let page = site.stranger().post("/sign-in", &form).await;
    assert!(page.leads_to().starts_with("/sign-in/code"));
}

#[tokio::test]
async fn it_is_switched_off_with_a_code() {
    let site = Site::start().await;
    guarded(&site).await;
    let half = site.stranger().with_cookie_of(&sign_in(&site).await);
    let page = half.post("/sign-in/code", &[("code", &code(&SECRET, 0))]).await;
    let browser = site.stranger().with_all_cookies_of(&page);
    browser.get("/account/factor/off").await.assert_is(StatusCode::OK);
    let page = browser.post("/account/factor/off", &[("code", "000000")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Mã không đúng");
    let page = browser.post("/account/factor/off", &[("code", &code(&SECRET, 1))]).await;
    assert_eq!(page.leads_to(), "/account/factor?done=off");
    let browser = browser.with_cookie_of(&page);
    browser.get("/account/factor?done=off").await.assert_shows("Đã tắt bảo vệ hai bước");
    assert_eq!(sign_in(&site).await.leads_to(), "/");
}

#[tokio::test]
async fn an_administrator_takes_a_lost_one_off() {
    let site = Site::start().await;
    let id = guarded(&site).await;
    let half = site.stranger().with_cookie_of(&sign_in(&site).await);
    let page = half.post("/sign-in/code", &[("code", &code(&SECRET, 0))]).await;
    let browser = site.stranger().with_all_cookies_of(&page);
    let account = format!("/administration/accounts/{id}");
    let remove = format!("{account}/factor/remove");
    let late = site.visitor_since(Role::Administrator, None, (PASSWORD, 16)).await;
    late.post(&remove, &[]).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    // Of another ward: nobody knows of the account.
    let ward = site.town.ward_b;
    let stranger = site.visitor(Role::Administrator, ward).await;
    stranger.post(&remove, &[]).await.assert_is(StatusCode::NOT_FOUND);

    let administrator = site.administrator().await;
    administrator.get(&account).await.assert_shows("Gỡ bảo vệ hai bước của suu.lv");
    assert_eq!(administrator.post(&remove, &[]).await.leads_to(), account);
    let page = administrator.get(&account).await;
    page.assert_shows("Gỡ bảo vệ hai bước của suu.lv, <b>");
    page.assert_shows("Chưa bật");
    browser.get("/account").await.leads_to();
    assert_eq!(sign_in(&site).await.leads_to(), "/");
}

#[tokio::test]
async fn a_secret_lies_sealed_in_the_database() {
    let site = Site::start().await;
    account(&site).await;
    let browser = site.stranger().with_cookie_of(&sign_in(&site).await);
    browser.post("/account/factor/start", &[]).await.leads_to();
    let secret = spelled(&browser.get("/account/factor").await);
    let id =
        site.seed(async |tx| store::find_by_login(tx, "suu.lv").await.unwrap().unwrap().id).await;
    let stored = site.seed(async |tx| factors::find(tx, id).await.unwrap().unwrap().secret).await;
    assert!(!stored.windows(20).any(|it| it == secret));
    assert_eq!(vault().open(&stored, id.0.as_bytes()).unwrap(), secret);
    assert_eq!(vault().open(&stored, AccountId::new().0.as_bytes()), None);
}

async fn require(site: &Site, role: Role) {
    site.seed(async |tx| factors::set_rule(tx, role, true).await.unwrap()).await;
}

#[tokio::test]
async fn whose_role_needs_one_reaches_nothing_else_first() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    officer.get("/units/phuong-a").await.assert_is(StatusCode::OK);
    require(&site, Role::WardOfficer).await;
    for page in ["/units/phuong-a", "/", "/account", "/account/tokens"] {
        assert_eq!(officer.get(page).await.leads_to(), "/account/factor", "{page}");
    }
    let page = officer.post("/units/phuong-a/exports", &[("what", "members")]).await;
    assert_eq!(page.leads_to(), "/account/factor");
    site.secretary().await.get("/units/a1/members").await.assert_is(StatusCode::OK);

    officer.get("/account/factor").await.assert_shows("Bật xong mới mở được các trang khác");
    officer.post("/account/factor/start", &[]).await.leads_to();
    let secret = spelled(&officer.get("/account/factor").await);
    let page = officer.post("/account/factor/on", &[("code", &code(&secret, 0))]).await;
    page.assert_is(StatusCode::OK);
    officer.with_cookie_of(&page).get("/units/phuong-a").await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn the_registrys_administrator_settles_who_needs_one() {
    let site = Site::start().await;
    let administrator = site.administrator().await;
    administrator.get("/administration/accounts").await.assert_shows("Bắt buộc bảo vệ hai bước");
    let page = administrator.get("/administration/protection").await;
    page.assert_shows("Còn vai trò xem nhiều chi bộ mà chỉ cần mật khẩu");
    let version = page.field("version");
    let form = [("version", &*version), ("ward_officer", "yes"), ("organisation_officer", "yes")];
    let page = administrator.post("/administration/protection", &form).await;
    assert_eq!(page.leads_to(), "/administration/protection?done=1");
    assert_eq!(site.ward_officer().await.get("/").await.leads_to(), "/account/factor");

    // Another page that was open meanwhile.
    let form = [("version", &*version), ("cell_secretary", "yes")];
    let page = administrator.post("/administration/protection", &form).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("có người vừa sửa trước");
    let version = page.field("version");
    let form = [("version", &*version)];
    administrator.post("/administration/protection", &form).await.leads_to();
    site.ward_officer().await.get("/units/phuong-a").await.assert_is(StatusCode::OK);

    let of_a_ward = site.visitor(Role::Administrator, site.town.ward_a).await;
    of_a_ward.get("/administration/protection").await.assert_is(StatusCode::NOT_FOUND);
    let page = of_a_ward.post("/administration/protection", &[]).await;
    page.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_first_administrator_is_advised_to_require_it() {
    let (root, db) = Site::start_empty().await;
    let token = session::Token::new().unwrap();
    let mut tx = db.write().await.unwrap();
    let Moment(now) = clock::now();
    let until = Moment(now).plus_seconds(60);
    store::add_link(&mut tx, &token.hash, None, Moment(now), until).await.unwrap();
    tx.commit().await.unwrap();
    let stranger = visitor(&root, None);
    let link = format!("/links/{}", token.text);
    stranger.get(&link).await.assert_shows(r#"name="factors" value="yes" checked"#);
    let form = [
        ("login", "quan-tri"),
        ("display_name", "Lê Thị Quản"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("factors", "yes"),
    ];
    stranger.post(&link, &form).await.leads_to();
    let page = stranger.post("/sign-in", &[("login", "quan-tri"), ("password", PASSWORD)]).await;
    let signed_in: Visitor = stranger.with_cookie_of(&page);
    assert_eq!(signed_in.get("/").await.leads_to(), "/account/factor");
    let mut tx = db.read().await.unwrap();
    let rules = factors::rules(&mut tx).await.unwrap();
    let required: Vec<_> = rules.iter().filter(|it| it.required).map(|it| it.role).collect();
    assert_eq!(
        required,
        [Role::Administrator, Role::OrganisationOfficer, Role::WardOfficer],
        "by their words"
    );
}
