//! Signing in and out.

use futures_util::future::join_all;
use haichieu::access::{password, session, store};
use haichieu::clock;
use haichieu::ids::AccountId;
use reqwest::StatusCode;

use crate::support::{Site, visitor};

const PASSWORD: &str = "con mèo vàng ngủ trưa";

/// An empty registry, and the link that `serve` would have printed.
async fn first_link() -> (String, haichieu::db::Db, String) {
    let (root, db) = Site::start_empty().await;
    let token = session::Token::new().unwrap();
    let mut tx = db.write().await.unwrap();
    let now = clock::now();
    store::add_link(&mut tx, &token.hash, None, now, now.plus_seconds(60)).await.unwrap();
    tx.commit().await.unwrap();
    (root, db, format!("/links/{}", token.text))
}

/// They are asked for together, in one statement.
#[tokio::test]
async fn requests_that_come_at_once_are_each_their_own() {
    let site = Site::start().await;
    let mut visitors = vec![site.stranger(), visitor(&site.root, Some("sid=unknown".to_owned()))];
    for _ in 0..15 {
        visitors.push(site.secretary().await);
        visitors.push(site.outsider().await);
    }
    let gone = visitors.len() - 2;
    visitors[gone].post("/sign-out", &[]).await.leads_to();
    for _ in 0..3 {
        let pages = join_all(visitors.iter().map(|it| it.get("/units/a1/members"))).await;
        for (at, page) in pages.iter().enumerate() {
            match at {
                0 | 1 => assert!(page.leads_to().starts_with("/sign-in")),
                _ if at == gone => assert!(page.leads_to().starts_with("/sign-in")),
                _ if at % 2 == 0 => page.assert_is(StatusCode::OK),
                _ => page.assert_is(StatusCode::NOT_FOUND),
            }
        }
    }
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let (root, _db, link) = first_link().await;
    let stranger = visitor(&root, None);
    stranger.get(&link).await.assert_shows("Người quản trị đầu tiên");

    let form = [
        ("login", "quan-tri"),
        ("display_name", "Lê Thị Quản"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let page = stranger.post(&link, &form).await;
    assert_eq!(page.leads_to(), "/sign-in?done=password");
    // A second click leads to the door; a link that never was leads nowhere.
    assert_eq!(stranger.get(&link).await.leads_to(), "/sign-in?done=link");
    assert_eq!(stranger.post(&link, &form).await.leads_to(), "/sign-in?done=link");
    stranger.get("/sign-in?done=link").await.assert_shows("đã dùng rồi, hết hạn");
    stranger.get("/links/unknown").await.assert_is(StatusCode::NOT_FOUND);

    let page = stranger.post("/sign-in", &[("login", "Quan-Tri"), ("password", PASSWORD)]).await;
    assert_eq!(page.leads_to(), "/");
    let cookie = page.cookie.unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let signed_in = visitor(&root, cookie.split(';').next().map(str::to_owned));
    signed_in.get("/account").await.assert_shows("Lê Thị Quản");

    assert_eq!(signed_in.post("/sign-out", &[]).await.leads_to(), "/sign-in?done=out");
    let page = signed_in.get("/account").await;
    assert_eq!(page.leads_to(), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn a_short_password_is_refused_beside_its_field() {
    let (root, _db, link) = first_link().await;
    let page = visitor(&root, None)
        .post(&link, &[("login", "quan-tri"), ("password", "ngắn"), ("again", "khác")])
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Đặt mật khẩu");
    page.assert_shows("từ 12 ký tự trở lên");
    page.assert_shows("Hai lần gõ không giống nhau");
    page.assert_shows("Nhập họ và tên");
    page.assert_shows(r#"value="quan-tri""#);
}

#[tokio::test]
async fn a_wrong_password_is_answered_like_an_unknown_account() {
    let site = Site::start().await;
    let stranger = site.stranger();
    let page = stranger.post("/sign-in", &[("login", "nobody"), ("password", "x")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Tên đăng nhập hoặc mật khẩu không đúng");
    page.assert_shows(r#"value="nobody""#);
    assert!(page.cookie.is_none());
}

#[tokio::test]
async fn guessing_is_slowed_down_for_one_account_at_one_address() {
    let site = Site::start().await;
    let stranger = site.stranger();
    for _ in 0..5 {
        stranger.post("/sign-in", &[("login", "bithu"), ("password", "x")]).await;
    }
    let page = stranger.post("/sign-in", &[("login", "bithu"), ("password", "x")]).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
    page.assert_shows("Thử quá nhiều lần");
    assert!(page.headers.contains_key("retry-after"));
    let page = stranger.post("/sign-in", &[("login", "khac"), ("password", "x")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_refused() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let page = secretary.post_from_elsewhere("/sign-out", &[]).await;
    page.assert_is(StatusCode::FORBIDDEN);
    page.assert_shows("Không nhận từ trang khác");
    secretary.get("/account").await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::start().await;
    for path in ["/sign-in", "/nothing-here", "/account"] {
        let page = site.stranger().get(path).await;
        let header = |name| page.headers.get(name).map(|it| it.to_str().unwrap().to_owned());
        let policy = header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(header("referrer-policy").unwrap(), "same-origin");
        assert_eq!(header("cache-control").unwrap(), "no-store");
        assert_eq!(header("cross-origin-opener-policy").unwrap(), "same-origin");
        assert_eq!(header("cross-origin-resource-policy").unwrap(), "same-origin");
        assert!(header("permissions-policy").unwrap().contains("camera=()"));
        for directive in ["frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        // No other site is told that it may read; over plain http there is no promise of TLS.
        assert_eq!(header("access-control-allow-origin"), None);
        assert_eq!(header("strict-transport-security"), None);
        let content_type = header("content-type").unwrap_or_default();
        assert!(content_type.is_empty() || content_type.contains("charset=utf-8"));
    }
    let behind = visitor(&site.behind_proxy().await, None).get("/sign-in").await;
    let promise = behind.headers["strict-transport-security"].to_str().unwrap();
    assert_eq!(promise, "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let page = secretary.post("/sign-out", &[]).await;
    page.leads_to();
    assert_eq!(page.headers["clear-site-data"], r#""cache", "storage""#);
    assert!(page.cookie.unwrap().starts_with("sid=; "));
    secretary.get("/account").await.leads_to();
}

#[tokio::test]
async fn an_unknown_page_says_so_and_names_nothing() {
    let site = Site::start().await;
    let page = site.secretary().await.get("/nothing-here").await;
    page.assert_is(StatusCode::NOT_FOUND);
    page.assert_shows("Không có trang này");
    page.assert_shows("404-");
}

/// Guesses made side by side are counted before any of them is looked at.
#[tokio::test]
async fn guesses_side_by_side_do_not_pass_one_another() {
    let site = Site::start().await;
    let form = [("login", "bithu"), ("password", "x")];
    let pages = site.stranger().post_at_once("/sign-in", &form, 12).await;
    let looked_at = pages.iter().filter(|it| it.status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(looked_at.count(), 5);
    let refused = pages.iter().filter(|it| it.status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.count(), 7);
}

/// An account with this password, in no unit.
async fn account(site: &Site, login: &str) -> AccountId {
    let id = AccountId::new();
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    site.seed(async |tx| {
        store::add(tx, id, login, "Lê Văn Sửu", Some(&hash), clock::now()).await.unwrap();
    })
    .await;
    id
}

#[tokio::test]
async fn who_knows_the_password_is_never_slowed_down() {
    let site = Site::start().await;
    account(&site, "suu.lv").await;
    let form = [("login", "suu.lv"), ("password", PASSWORD)];
    for _ in 0..25 {
        site.stranger().post("/sign-in", &form).await.leads_to();
    }
}

/// Whoever has a password from a release that hashed in another way keeps it, and is asked for as
/// much time as everybody from then on.
#[tokio::test]
async fn a_hash_of_an_earlier_release_is_made_anew_at_the_sign_in() {
    const EARLIER: &str = "$argon2id$v=19$m=47104,t=1,p=1$8yA+kDn0qCG6VpSZFdz56Q$\
                           UtnlQIsUR+wT3ZLiwAuTlNwT2PSuROvylgXeiEFowlI";
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    site.seed(async |tx| store::renew_hash(tx, id, EARLIER).await.unwrap()).await;
    let sign_in = async |password| {
        site.stranger().post("/sign-in", &[("login", "suu.lv"), ("password", password)]).await
    };
    let kept = async || store::get(&mut site.db.read().await.unwrap(), id).await.unwrap();
    sign_in("mien-muoi-chay-tre-26").await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(kept().await.password_hash.unwrap(), EARLIER);
    for _ in 0..2 {
        sign_in("mien-muoi-chay-tre-62").await.leads_to();
        let hash = kept().await.password_hash.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
    assert_eq!(kept().await.version, 1);
}

#[tokio::test]
async fn behind_a_proxy_each_client_counts_alone() {
    let site = Site::start().await;
    account(&site, "suu.lv").await;
    let root = site.behind_proxy().await;
    let stranger = visitor(&root, None);
    let wrong = [("login", "suu.lv"), ("password", "x")];
    // What stands before the last address, the client itself may have written.
    for forged in ["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4", "5.5.5.5"] {
        let forwarded = format!("{forged}, 192.0.2.7");
        stranger.post_through(&forwarded, "/sign-in", &wrong).await;
    }
    let right = [("login", "suu.lv"), ("password", PASSWORD)];
    let page = stranger.post_through("192.0.2.7", "/sign-in", &right).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
    let page = stranger.post_through("192.0.2.8", "/sign-in", &right).await;
    let cookie = page.cookie.clone().unwrap();
    assert!(cookie.starts_with("__Host-sid=") && cookie.contains("; Secure"), "{cookie}");
    assert!(page.headers.contains_key("strict-transport-security"));

    // Without a proxy the header says nothing.
    for client in ["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4", "5.5.5.5"] {
        site.stranger().post_through(client, "/sign-in", &wrong).await;
    }
    let page = site.stranger().post_through("6.6.6.6", "/sign-in", &right).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn what_has_lapsed_is_taken_out() {
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    let now = clock::now();
    let before = |seconds: i64| now.plus_seconds(-seconds);
    site.seed(async |tx| {
        store::add_session(tx, b"old", id, "", before(13 * 3600)).await.unwrap();
        store::add_session(tx, b"new", id, "", before(3600)).await.unwrap();
        let day = 24 * 3600;
        store::add_link(tx, b"old", None, now, before(91 * day)).await.unwrap();
        store::add_link(tx, b"late", None, now, before(day)).await.unwrap();
        store::count_failure(tx, "old", before(25 * 3600), now).await.unwrap();
        store::count_failure(tx, "new", before(3600), now).await.unwrap();
    })
    .await;
    assert_eq!(session::purge(&site.db, now).await.unwrap(), 3);
    let signed_in = store::signed_in(&site.db, &[b"old", b"new"], now.day()).await.unwrap();
    assert_eq!(signed_in.keys().collect::<Vec<_>>(), [b"new"]);
    site.seed(async |tx| {
        assert!(store::has_link(tx, b"late").await.unwrap());
        assert!(store::failures(tx, "new").await.unwrap().is_some());
    })
    .await;
}
