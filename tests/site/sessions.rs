//! Sign-ins: listed, ended, outlived by nothing.

use haichieu::access::store;
use haichieu::access::tokens::{ApiToken, Reach};
use haichieu::access::{password, session};
use haichieu::clock;
use haichieu::ids::{AccountId, TokenId};
use reqwest::StatusCode;

use crate::support::{Site, Visitor, visitor};

const PASSWORD: &str = "con mèo vàng ngủ trưa";

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

async fn sign_in(site: &Site, login: &str) -> Visitor {
    let stranger = site.stranger();
    let page = stranger.post("/sign-in", &[("login", login), ("password", PASSWORD)]).await;
    stranger.with_cookie_of(&page)
}

/// A browser whose sign-in began and was last used so many seconds ago.
async fn sign_in_of(site: &Site, id: AccountId, began: i64, used: i64) -> Visitor {
    let token = session::Token::new().unwrap();
    let now = clock::now();
    site.seed(async |tx| {
        store::add_session(tx, &token.hash, id, "", now.plus_seconds(-began)).await.unwrap();
        store::see_session(tx, &token.hash, now.plus_seconds(-used)).await.unwrap();
    })
    .await;
    visitor(&site.root, Some(format!("sid={}", token.text)))
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_any() {
    let site = Site::start().await;
    account(&site, "suu.lv").await;
    account(&site, "tho.nt").await;
    let (here, there) = (sign_in(&site, "suu.lv").await, sign_in(&site, "suu.lv").await);
    let other = sign_in(&site, "tho.nt").await;
    let page = here.get("/account/sessions").await;
    page.assert_shows("127.0.0.1");
    page.assert_shows("Máy này");
    let ends: Vec<&str> = page.body.split("/account/sessions/").skip(1).collect();
    let end = ends.iter().find(|it| !it.starts_with("end-others")).unwrap();
    let end = format!("/account/sessions/{}/end", &end[..36]);
    // Somebody else's is told nothing about, and stays.
    other.post(&end, &[]).await.leads_to();
    there.get("/account").await.assert_is(StatusCode::OK);
    assert_eq!(here.post(&end, &[]).await.leads_to(), "/account/sessions?done=1");
    there.get("/account").await.leads_to();
    here.get("/account").await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn all_others_end_at_once() {
    let site = Site::start().await;
    account(&site, "suu.lv").await;
    let here = sign_in(&site, "suu.lv").await;
    let others = [sign_in(&site, "suu.lv").await, sign_in(&site, "suu.lv").await];
    here.post("/account/sessions/end-others", &[]).await.leads_to();
    for other in others {
        other.get("/account").await.leads_to();
    }
    here.get("/account/sessions").await.assert_hides("end-others");
}

#[tokio::test]
async fn an_administrator_ends_those_of_an_account() {
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    let somebody = sign_in(&site, "suu.lv").await;
    let administrator = site.administrator().await;
    let account = format!("/administration/accounts/{id}");
    administrator.get(&account).await.assert_shows("từ 127.0.0.1");
    let page = administrator.post(&format!("{account}/sessions/end"), &[]).await;
    assert_eq!(page.leads_to(), account);
    somebody.get("/account").await.leads_to();
    administrator.get(&account).await.assert_shows("Không ở đâu");
}

#[tokio::test]
async fn a_closed_account_is_out_with_the_next_request() {
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    let somebody = sign_in(&site, "suu.lv").await;
    let administrator = site.administrator().await;
    administrator.post(&format!("/administration/accounts/{id}/disable"), &[]).await.leads_to();
    somebody.get("/account").await.leads_to();
    administrator.post(&format!("/administration/accounts/{id}/enable"), &[]).await.leads_to();
    somebody.get("/account").await.leads_to();
}

#[tokio::test]
async fn sign_ins_end_when_idle_and_after_a_working_day() {
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    let in_force = sign_in_of(&site, id, 12 * 3600 - 60, 29 * 60).await;
    in_force.get("/account").await.assert_is(StatusCode::OK);
    sign_in_of(&site, id, 31 * 60, 31 * 60).await.get("/account").await.leads_to();
    sign_in_of(&site, id, 12 * 3600 + 1, 0).await.get("/account").await.leads_to();
    // A clock set back ends it early.
    sign_in_of(&site, id, -3600, -3600).await.get("/account").await.leads_to();
    // Whatever the clock says later: those that ended are gone, so that none revives.
    let ever = clock::now().plus_seconds(-3650 * 86400);
    let left = site.seed(async |tx| store::sign_ins(tx, id, ever, ever).await.unwrap().len()).await;
    assert_eq!(left, 1, "the first alone");
}

#[tokio::test]
async fn a_new_password_ends_everything_else() {
    let site = Site::start().await;
    let id = account(&site, "suu.lv").await;
    let (here, there) = (sign_in(&site, "suu.lv").await, sign_in(&site, "suu.lv").await);
    let token = "hc_a-token-of-before";
    let made = ApiToken {
        id: TokenId::new(),
        account_id: id,
        prefix: "hc_a".to_owned(),
        name: "Bảng tin".to_owned(),
        reach: Reach::Counts,
        unit_id: None,
        created_at: clock::now(),
        last_on: clock::today(),
        used_at: None,
        revoked_at: None,
    };
    let hash = session::hash(token);
    site.seed(async |tx| store::tokens::add(tx, &made, &hash).await.unwrap()).await;
    let bearer = format!("Bearer {token}");
    let read = async || site.stranger().get_with("/api/v1/units", ("authorization", &bearer)).await;
    let before = read().await;
    assert_ne!(before.status, StatusCode::UNAUTHORIZED, "{}", before.body);

    let new = "mèo đen ngủ chiều nay";
    let form = [("old", PASSWORD), ("password", new), ("again", new)];
    let page = here.post("/account", &form).await;
    assert_eq!(page.leads_to(), "/account?done=password");
    here.get("/account").await.leads_to();
    there.get("/account").await.leads_to();
    read().await.assert_is(StatusCode::UNAUTHORIZED);
    here.with_cookie_of(&page).get("/account").await.assert_is(StatusCode::OK);
}

/// On a phone that others use as well: who signs in ends who was in before.
#[tokio::test]
async fn signing_in_ends_the_sign_in_of_this_browser() {
    let site = Site::start().await;
    account(&site, "suu.lv").await;
    account(&site, "ba.tt").await;
    let first = sign_in(&site, "suu.lv").await;
    first.get("/account").await.assert_is(StatusCode::OK);
    let form = [("login", "ba.tt"), ("password", PASSWORD)];
    first.post("/sign-in", &form).await.leads_to();
    first.get("/account").await.leads_to();
}
