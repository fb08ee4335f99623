//! The password asked for once more, before what must not be left to whoever sits at a
//! screen left open.

use haichieu::access::model::Role;
use haichieu::access::store;
use haichieu::clock;
use haichieu::ids::{AccountId, ExportId, GrantId, TokenId};
use reqwest::StatusCode;

use crate::support::{Site, Visitor};

const PASSWORD: &str = "con mèo vàng ngủ trưa";

async fn administrator(site: &Site, minutes: i64) -> Visitor {
    site.visitor_since(Role::Administrator, None, (PASSWORD, minutes)).await
}

/// An account that nothing was granted to.
async fn somebody(site: &Site) -> AccountId {
    let id = AccountId::new();
    site.seed(async |tx| {
        store::add(tx, id, "bi-thu", "Lê Văn Sửu", None, clock::now()).await.unwrap();
    })
    .await;
    id
}

#[tokio::test]
async fn a_grant_asks_for_the_password_after_a_while() {
    let site = Site::start().await;
    let id = somebody(&site).await;
    let administrator = administrator(&site, 16).await;
    let page = administrator.get(&format!("/administration/accounts/{id}")).await;
    page.assert_shows(r#"name="confirm""#);
    let grants = format!("/administration/accounts/{id}/grants");
    let grant = GrantId::new().to_string();
    let role = [("id", &*grant), ("role", "cell_secretary"), ("unit", "a1")];

    // A page opened before the quarter was over has no such field: what it says is kept.
    let page = administrator.post(&grants, &role).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Gõ lại mật khẩu để làm việc này");
    page.assert_shows(r#"value="a1""#);
    let wrong = [role[0], role[1], role[2], ("confirm", "con mèo đen")];
    let page = administrator.post(&grants, &wrong).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Mật khẩu không đúng");
    assert!(page.cookie.is_none());

    let right = [role[0], role[1], role[2], ("confirm", PASSWORD)];
    let page = administrator.post(&grants, &right).await;
    assert_eq!(page.leads_to(), format!("/administration/accounts/{id}"));
    let renewed = administrator.with_cookie_of(&page);
    let page = renewed.get(&format!("/administration/accounts/{id}")).await;
    page.assert_shows("Chi bộ tổ dân phố 1");
    page.assert_hides(r#"name="confirm""#);
    // The token of before opens nothing any more.
    administrator.get("/account").await.leads_to();
}

#[tokio::test]
async fn within_a_quarter_of_an_hour_nothing_is_asked() {
    let site = Site::start().await;
    let id = somebody(&site).await;
    let administrator = administrator(&site, 14).await;
    let page = administrator.get(&format!("/administration/accounts/{id}")).await;
    page.assert_hides(r#"name="confirm""#);
    let page = administrator.post(&format!("/administration/accounts/{id}/disable"), &[]).await;
    page.leads_to();
}

#[tokio::test]
async fn what_was_right_is_not_asked_again() {
    let site = Site::start().await;
    let id = somebody(&site).await;
    let administrator = administrator(&site, 16).await;
    let grants = format!("/administration/accounts/{id}/grants");
    let form = [("role", "cell_secretary"), ("unit", "nowhere"), ("confirm", PASSWORD)];
    let page = administrator.post(&grants, &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Không có đơn vị mang mã này");
    page.assert_hides(r#"name="confirm""#);
    let renewed = administrator.with_cookie_of(&page);
    let page = renewed.post(&grants, &[("role", "cell_secretary"), ("unit", "a1")]).await;
    page.leads_to();
}

#[tokio::test]
async fn a_button_alone_leads_over_a_page_that_asks() {
    let site = Site::start().await;
    let id = somebody(&site).await;
    let account = format!("/administration/accounts/{id}");
    let grant = GrantId::new();
    site.seed(async |tx| {
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
        let given = haichieu::access::model::Grant {
            id: grant,
            account_id: id,
            role,
            unit_id,
            names: false,
        };
        store::add_grant(tx, &given, clock::now()).await.unwrap();
    })
    .await;
    for (button, done) in [
        (format!("{account}/link"), "/links/"),
        (format!("{account}/disable"), ""),
        (format!("{account}/enable"), ""),
        (format!("/administration/grants/{grant}/revoke"), ""),
    ] {
        let administrator = administrator(&site, 16).await;
        let page = administrator.post(&button, &[]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(&format!(r#"action="{button}""#));
        page.assert_hides("Lỗi");
        let page = administrator.post(&button, &[("confirm", "con mèo đen")]).await;
        page.assert_shows("Mật khẩu không đúng");
        let page = administrator.post(&button, &[("confirm", PASSWORD)]).await;
        assert!(page.status.is_success() || page.status.is_redirection(), "{button}");
        page.assert_shows(done);
    }
}

#[tokio::test]
async fn files_and_papers_that_name_people_ask_for_the_password() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    let secretary = site.visitor_since(Role::CellSecretary, cell, (PASSWORD, 16)).await;
    let form = |what: &'static str| {
        let id = ExportId::new().to_string();
        [("id", id), ("what", what.to_owned()), ("query", String::new())]
    };
    let rest = [("purpose", "nộp đảng ủy phường"), ("format", "csv")];
    for (what, asked) in [("members", true), ("statistics", false)] {
        let page = secretary.get(&format!("/units/a1/exports?what={what}")).await;
        assert_eq!(page.body.contains(r#"name="confirm""#), asked, "{what}");
        let form = form(what);
        let mut form: Vec<_> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
        form.extend(rest);
        let page = secretary.post("/units/a1/exports", &form).await;
        assert_eq!(page.status == StatusCode::UNPROCESSABLE_ENTITY, asked, "{what}");
    }
    for paper in ["members/print?q=an", "evaluations/print"] {
        let page = secretary.get(&format!("/units/a1/{paper}")).await;
        assert!(page.leads_to().starts_with("/account/confirm?next=%2Funits%2Fa1%2F"), "{paper}");
    }
    let page = secretary.get("/account/confirm?next=%2Funits%2Fa1%2Fmembers%2Fprint").await;
    page.assert_is(StatusCode::OK);
    assert_eq!(page.field("next"), "/units/a1/members/print");
    let form = [("next", "/units/a1/members/print"), ("confirm", PASSWORD)];
    let page = secretary.post("/account/confirm", &form).await;
    assert_eq!(page.leads_to(), "/units/a1/members/print");
    let renewed = secretary.with_cookie_of(&page);
    renewed.get("/units/a1/members/print").await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn a_token_for_programs_asks_for_the_password() {
    let site = Site::start().await;
    let ward = site.town.ward_a;
    let officer = site.visitor_since(Role::WardOfficer, ward, (PASSWORD, 16)).await;
    let page = officer.get("/account/tokens").await;
    page.assert_shows(r#"name="confirm""#);
    let (id, last_on) = (TokenId::new().to_string(), page.field("last_on"));
    let form = |confirm: &'static str| {
        [
            ("id", id.clone()),
            ("name", "Bảng tin phường".to_owned()),
            ("reach", "counts".to_owned()),
            ("last_on", last_on.clone()),
            ("confirm", confirm.to_owned()),
        ]
    };
    for (confirm, status) in [("", StatusCode::UNPROCESSABLE_ENTITY), (PASSWORD, StatusCode::OK)] {
        let form = form(confirm);
        let form: Vec<_> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
        officer.post("/account/tokens", &form).await.assert_is(status);
    }
}

#[tokio::test]
async fn guessing_at_an_open_screen_is_slowed_down() {
    let site = Site::start().await;
    let administrator = administrator(&site, 16).await;
    for _ in 0..5 {
        let page = administrator.post("/account/confirm", &[("confirm", "x")]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = administrator.post("/account/confirm", &[("confirm", PASSWORD)]).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_the_password() {
    let site = Site::start().await;
    let administrator = administrator(&site, 16).await;
    let form = [("next", "//evil.example"), ("confirm", PASSWORD)];
    assert_eq!(administrator.post("/account/confirm", &form).await.leads_to(), "/");
}

#[tokio::test]
async fn a_copy_of_what_is_held_asks_for_the_password() {
    let site = Site::start().await;
    let id = crate::members::live(&site, site.town.cell_a1, "Nguyễn Thị Mận").await;
    let cell = site.town.cell_a1;
    let secretary = site.visitor_since(Role::CellSecretary, cell, (PASSWORD, 16)).await;
    let there = format!("/members/{id}/data");
    secretary.get(&there).await.assert_shows(r#"name="confirm""#);
    let form = [("purpose", "Đưa theo yêu cầu hôm nay"), ("format", "json")];
    let page = secretary.post(&there, &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Gõ lại mật khẩu để làm việc này");
    page.assert_shows("Đưa theo yêu cầu hôm nay");
    let confirmed = [form[0], form[1], ("confirm", PASSWORD)];
    let file = secretary.post(&there, &confirmed).await;
    file.assert_is(StatusCode::OK);
    assert!(file.body.contains("Nguyễn Thị Mận"));
}
