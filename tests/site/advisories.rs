//! The gaps that a password manager of our kind had to close in one year, each tried here:
//! all of them were rights that reached too far (trust, section 3).

use haichieu::access::model::{Grant, Right, Role};
use haichieu::access::routes::Need;
use haichieu::access::store::{self, factors};
use haichieu::access::tokens::{ApiToken, Reach};
use haichieu::access::{password, session};
use haichieu::ids::{AccountId, GrantId, ImportId, TokenId};
use haichieu::vietnamese::day;
use haichieu::{clock, site};
use reqwest::{Method, StatusCode};

use crate::scope::{CANARY, Objects, open};
use crate::support::{Site, Visitor, visitor};

async fn entries(site: &Site) -> i64 {
    let mut tx = site.db.read().await.unwrap();
    haichieu::audit::store::count(&mut tx).await.unwrap()
}

/// GHSA-h265-g7rm-h337: lists of what was not given to one.
#[tokio::test]
async fn ghsa_h265_no_list_of_another_cell() {
    let site = Site::with_criteria().await;
    Objects::build(&site).await;
    let outsider = site.outsider().await;
    let lists = ["members", "meetings", "works", "opinions", "evaluations", "letters", "exports"];
    for list in lists {
        let page = outsider.get(&format!("/units/a1/{list}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{list}");
        page.assert_hides(CANARY);
        outsider.get(&format!("/units/b1/{list}")).await.assert_hides(CANARY);
    }
}

/// GHSA-w9f8-m526-h7fh: what is read by those who know its id.
#[tokio::test]
async fn ghsa_w9f8_no_id_of_another_cell_opens() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let outsider = site.outsider().await;
    let mut opened = 0;
    for route in site::table() {
        let of_a_unit = matches!(route.need, Need::Right(_));
        if route.method == Method::GET && route.path.contains("{id}") && of_a_unit {
            let page = open(&outsider, &route, &objects).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{route:?}");
            opened += 1;
        }
    }
    assert!(opened > 15, "{opened} addresses were tried");
}

/// GHSA-h4hq-rgvh-wh27: changes by those who may only look.
#[tokio::test]
async fn ghsa_h4hq_who_reads_a_cell_changes_nothing_in_it() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let officer = site.ward_officer().await;
    officer.get(&format!("/meetings/{}", objects.meeting)).await.assert_is(StatusCode::OK);
    let mut tried = Vec::new();
    for route in site::table() {
        let refused = [Right::KeepMeetings, Right::KeepContributions, Right::KeepEvaluations]
            .map(Need::Right);
        if route.method == Method::POST && refused.contains(&route.need) {
            let page = open(&officer, &route, &objects).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{route:?}");
            tried.push(route.path);
        }
    }
    for path in ["/meetings/{id}/edit", "/meetings/{id}/roll-call", "/evaluations/{id}"] {
        assert!(tried.contains(&path), "{path} is not among {tried:?}");
    }
}

/// GHSA-r32r-j5jq-3w4m: the same by another way in.
#[tokio::test]
async fn ghsa_r32r_nor_by_form_program_bulk_or_list() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let outsider = site.outsider().await;
    let member = objects.member.to_string();
    let before = site.secretary().await.get(&format!("/members/{member}")).await.body;
    // That it was looked at is noted a little later.
    site.watch.settle().await;
    let written = entries(&site).await;

    let form = [("full_name", "Kẻ Lạ"), ("version", "1")];
    let page = outsider.post(&format!("/members/{member}/edit"), &form).await;
    page.assert_is(StatusCode::NOT_FOUND);
    let amount = format!("a-{member}");
    let form = [("work", &*objects.work.to_string()), (&*amount, "1000000")];
    for unit in ["a1", "b1"] {
        // In one's own cell the people and the works of another are nobody and nothing.
        let page = outsider.post(&format!("/units/{unit}/contributions/bulk"), &form).await;
        assert!(page.status.is_client_error(), "{unit}: {}", page.status);
    }
    let seen = [("letter", &*format!("{}:1", objects.letter)), ("step", "close")];
    let page = outsider.post("/units/a1/letters/steps", &seen).await;
    page.assert_is(StatusCode::NOT_FOUND);
    let id = ImportId::new().to_string();
    let file = ("ds.csv", "TT,Họ và tên\n1,Kẻ Lạ\n".as_bytes());
    let page = outsider.post_file("/units/a1/import", &[("id", &id)], file).await;
    page.assert_is(StatusCode::NOT_FOUND);

    let bearer = token_of(&site, Role::CellSecretary, site.town.cell_b1).await.1;
    let header = ("authorization", &*bearer);
    for path in ["/api/v1/units/a1", "/api/v1/units/a1/exports/members?purpose=nop-dang-uy-phuong"]
    {
        let page = site.stranger().ask(Method::GET, path, header).await;
        page.assert_is(StatusCode::NOT_FOUND);
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let page = site.stranger().ask(method, path, header).await;
            page.assert_is(StatusCode::METHOD_NOT_ALLOWED);
        }
    }
    // What was refused is noted; nothing else was written.
    site.watch.settle().await;
    let mut tx = site.db.read().await.unwrap();
    let all = haichieu::audit::store::unsealed(&mut tx, 10_000).await.unwrap();
    let all: Vec<_> = all.into_iter().map(|it| it.entry).collect();
    let latest: Vec<_> = all.into_iter().skip(usize::try_from(written).unwrap()).collect();
    assert!(!latest.is_empty());
    assert!(latest.iter().all(|it| it.action == "access.refused"), "{latest:?}");
    drop(tx);
    let after = site.secretary().await.get(&format!("/members/{member}")).await.body;
    let text = |body: &str| body.split("Lịch sử ghi sổ").next().unwrap().to_owned();
    assert_eq!(text(&before), text(&after));
}

/// GHSA-569v-845w-g82p: what belongs to others, bound to one's own.
#[tokio::test]
async fn ghsa_569v_nothing_foreign_is_bound() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    let grants = format!("/administration/accounts/{}/grants", objects.account);
    for unit in ["b1", "phuong-b", "thanh-pho", ""] {
        for role in ["cell_secretary", "ward_officer", "organisation_officer", "administrator"] {
            let page = administrator.post(&grants, &[("role", role), ("unit", unit)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{role} in {unit}");
        }
    }
    let officer = site.ward_officer().await;
    let on = day::short(clock::today());
    let cell_id = site.town.cell_b1.to_string();
    let letters = officer.get("/units/phuong-a/letters?state=received").await;
    letters.assert_is(StatusCode::OK);
    let form = [("step", "assign"), ("on", &*on), ("cell_id", &*cell_id)];
    let page = officer.post("/units/phuong-a/letters/steps", &form).await;
    page.assert_is(StatusCode::NOT_FOUND);
    let (id, last_on) = (TokenId::new().to_string(), day::short(clock::today()));
    let form = [
        ("id", &*id),
        ("name", "Bảng tin"),
        ("reach", "counts"),
        ("unit", "b1"),
        ("last_on", &*last_on),
    ];
    let page = officer.post("/account/tokens", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn một đơn vị trong danh sách");
    // A meeting of one's own cell takes no person of another.
    let outsider = site.outsider().await;
    let form = [
        ("member_id", &*objects.member.to_string()),
        ("meeting_id", &*objects.meeting.to_string()),
        ("topic", "Đèn"),
        ("text", "Tối"),
        ("raised_on", &*on),
        ("id", &*haichieu::ids::OpinionId::new().to_string()),
    ];
    let page = outsider.post("/units/b1/opinions", &form).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    page.assert_hides(CANARY);
}

/// GHSA-937x-3j8m-7w7p: a bulk act of an account that is not confirmed yet.
#[tokio::test]
async fn ghsa_937x_who_was_only_invited_does_nothing() {
    let site = Site::with_criteria().await;
    Objects::build(&site).await;
    let (id, hash) = (AccountId::new(), password::hash("con mèo vàng".to_owned()).await.unwrap());
    let (link, half) = (session::Token::new().unwrap(), session::Token::new().unwrap());
    let now = clock::now();
    site.seed(async |tx| {
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
        store::add(tx, id, "moi.vao", "Người mới", None, now).await.unwrap();
        let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
        store::add_grant(tx, &grant, now).await.unwrap();
        store::add_link(tx, &link.hash, Some(id), now, now.plus_seconds(60)).await.unwrap();
    })
    .await;
    let bulk =
        async |visitor: &Visitor| visitor.post("/units/a1/contributions/bulk", &[]).await.status;
    // Invited, without a password: neither the door nor the link gives a sign-in.
    for typed in ["", "con mèo vàng"] {
        let form = [("login", "moi.vao"), ("password", typed)];
        let page = site.stranger().post("/sign-in", &form).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.cookie.is_none());
    }
    let page = site.stranger().get(&format!("/links/{}", link.text)).await;
    assert!(page.status == StatusCode::OK && page.cookie.is_none());
    for cookie in [format!("sid={}", link.text), format!("half={}", link.text)] {
        let invited = visitor(&site.root, Some(cookie));
        assert_eq!(bulk(&invited).await, StatusCode::UNAUTHORIZED);
    }
    // With a password, the code of the second factor still waited for.
    site.seed(async |tx| {
        store::set_password(tx, id, &hash, now).await.unwrap();
        factors::start(tx, id, b"sealed", now).await.unwrap();
        factors::confirm(tx, id, 1, now).await.unwrap();
        factors::add_half(tx, &half.hash, id, now).await.unwrap();
    })
    .await;
    for name in ["half", "sid"] {
        let halfway = visitor(&site.root, Some(format!("{name}={}", half.text)));
        assert_eq!(bulk(&halfway).await, StatusCode::UNAUTHORIZED);
    }
    // Signed in, with a role that needs a second factor, and none yet.
    let secretary = site.secretary().await;
    assert_eq!(bulk(&secretary).await, StatusCode::BAD_REQUEST, "let in: the form is empty");
    site.seed(async |tx| factors::set_rule(tx, Role::CellSecretary, true).await.unwrap()).await;
    let page = secretary.post("/units/a1/contributions/bulk", &[]).await;
    assert_eq!(page.leads_to(), "/account/factor");
}

/// A signed-in account with this role, with a token for programs: the account, and the line
/// that the program sends.
async fn token_of(
    site: &Site,
    role: Role,
    unit_id: haichieu::ids::UnitId,
) -> ((AccountId, GrantId, Visitor), String) {
    let (id, grant_id) = (AccountId::new(), GrantId::new());
    let (text, cookie) = (session::Token::new().unwrap().text, session::Token::new().unwrap());
    let token = ApiToken {
        id: TokenId::new(),
        account_id: id,
        prefix: "hc_a".to_owned(),
        name: "Bảng tin".to_owned(),
        reach: Reach::Exports,
        unit_id: None,
        created_at: clock::now(),
        last_on: clock::today(),
        used_at: None,
        revoked_at: None,
    };
    site.seed(async |tx| {
        let now = clock::now();
        store::add(tx, id, &format!("t-{}", id.0.simple()), "Người", None, now).await.unwrap();
        let grant =
            Grant { id: grant_id, account_id: id, role, unit_id: Some(unit_id), names: false };
        store::add_grant(tx, &grant, now).await.unwrap();
        store::tokens::add(tx, &token, &session::hash(&text)).await.unwrap();
        store::add_session(tx, &cookie.hash, id, "", now).await.unwrap();
    })
    .await;
    let visitor = visitor(&site.root, Some(format!("sid={}", cookie.text)));
    ((id, grant_id, visitor), format!("Bearer {text}"))
}

/// GHSA-6j4w-g4jh-xjfx: tokens that outlive what they were made with. There is no calendar
/// feed.
#[tokio::test]
async fn ghsa_6j4w_nothing_outlives_its_revocation() {
    let site = Site::start().await;
    let administrator = site.administrator().await;
    let read = async |bearer: &str| {
        site.stranger().get_with("/api/v1/units/a1/counts", ("authorization", bearer)).await.status
    };
    let ((_, grant, browser), bearer) =
        token_of(&site, Role::CellSecretary, site.town.cell_a1).await;
    browser.get("/units/a1/members").await.assert_is(StatusCode::OK);
    assert_eq!(read(&bearer).await, StatusCode::OK);
    administrator.post(&format!("/administration/grants/{grant}/revoke"), &[]).await.leads_to();
    browser.get("/units/a1/members").await.leads_to();
    assert_eq!(read(&bearer).await, StatusCode::NOT_FOUND);

    let ((id, _, browser), bearer) = token_of(&site, Role::CellSecretary, site.town.cell_a1).await;
    let page = administrator.post(&format!("/administration/accounts/{id}/link"), &[]).await;
    let link = page.body.split("/links/").nth(1).unwrap();
    let link = format!("/links/{}", &link[..43]);
    assert_eq!(read(&bearer).await, StatusCode::OK);
    let password = "mèo đen ngủ chiều nay";
    let form = [("password", password), ("again", password)];
    site.stranger().post(&link, &form).await.leads_to();
    browser.get("/units/a1/members").await.leads_to();
    assert_eq!(read(&bearer).await, StatusCode::UNAUTHORIZED);
}
