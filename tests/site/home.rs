//! Where one lands, and the tasks of the half-year.

use chrono::Days;
use haichieu::access::model::{Grant, Role};
use haichieu::access::session::Token;
use haichieu::ids::{AccountId, GrantId, MeetingId, UnitId};
use haichieu::meetings::model::{HalfYear, MeetingKind, NewMeeting};
use haichieu::{access, clock, meetings};
use reqwest::StatusCode;

use crate::shelf::speak;
use crate::support::{Site, Visitor, visitor};

#[tokio::test]
async fn each_role_lands_where_its_work_is() {
    let site = Site::start().await;
    let officer = site.organisation_officer().await;
    assert_eq!(site.secretary().await.get("/").await.leads_to(), "/units/a1/tasks");
    assert_eq!(site.ward_officer().await.get("/").await.leads_to(), "/units/phuong-a/tasks");
    assert_eq!(officer.get("/").await.leads_to(), "/units/thanh-pho/tasks");
    // What a registry begins with is missing.
    assert_eq!(site.administrator().await.get("/").await.leads_to(), "/administration/start");
    assert_eq!(site.stranger().get("/").await.leads_to(), "/sign-in");
}

/// Somebody with these roles.
async fn who_has(site: &Site, roles: &[(Role, Option<UnitId>)]) -> Visitor {
    let id = AccountId::new();
    let token = Token::new().unwrap();
    site.seed(async |tx| {
        let (now, login) = (clock::now(), id.to_string());
        access::store::add(tx, id, &login, "Phan Văn Lộc", None, now).await.unwrap();
        for &(role, unit_id) in roles {
            let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
            access::store::add_grant(tx, &grant, now).await.unwrap();
        }
        access::store::add_session(tx, &token.hash, id, "127.0.0.1", now).await.unwrap();
    })
    .await;
    visitor(&site.root, Some(format!("sid={}", token.text)))
}

#[tokio::test]
async fn several_roles_are_a_choice_and_none_is_said_so() {
    let site = Site::start().await;
    who_has(&site, &[]).await.get("/").await.assert_shows("Chưa có vai trò nào");
    let roles = [(Role::CellSecretary, Some(site.town.cell_a1)), (Role::Administrator, None)];
    let page = who_has(&site, &roles).await.get("/").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows(r#"<a href="/units/a1/tasks">Chi bộ tổ dân phố 1</a>"#);
    page.assert_shows(r#"<a href="/administration/start">Cả sổ</a>"#);
}

#[tokio::test]
async fn an_empty_half_year_asks_for_its_periodic_meeting() {
    let site = Site::start().await;
    let page = site.secretary().await.get("/units/a1/tasks").await;
    page.assert_shows(&format!("<h1>{}</h1>", HalfYear::of(clock::today()).name()));
    page.assert_shows("0 đảng viên đang sinh hoạt nơi cư trú, 0 đồng chí được miễn");
    page.assert_shows("Chưa có họp định kỳ trong kỳ này");
    page.assert_shows("Kỳ này chưa ghi cuộc họp nào");
    page.assert_shows("Ghi đảng viên đầu tiên");
    // The duties of a cell are its secretary's: a ward reads its counts.
    assert_eq!(site.ward_officer().await.get("/units/a1/tasks").await.leads_to(), "/units/a1");
    site.outsider().await.get("/units/a1/tasks").await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_roll_that_waits_comes_first() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let planned = |kind, ahead| NewMeeting {
        id: MeetingId::new(),
        unit_id: site.town.cell_a1,
        kind,
        held_on: clock::today() + Days::new(ahead),
        starts_at: Some("19:30".to_owned()),
        place: "Nhà văn hóa".to_owned(),
        topic: String::new(),
    };
    let today = planned(MeetingKind::Periodic, 0);
    site.seed(async |tx| meetings::store::add(tx, &today, clock::now()).await.unwrap()).await;
    let page = secretary.get("/units/a1/tasks").await;
    page.assert_shows("Hôm nay 19:30: họp định kỳ");
    page.assert_shows(&format!(r#"class="btn" href="/meetings/{}/roll-call""#, today.id));
    page.assert_shows("Chưa điểm danh");
    // A ward sees that the roll waits, but calls none of its cells' rolls.
    let page = site.ward_officer().await.get("/units/phuong-a/tasks").await;
    page.assert_shows(&format!(
        r#"href="/meetings/{}">Chi bộ tổ dân phố 1, họp định kỳ"#,
        today.id
    ));
    page.assert_shows("1 chi bộ chưa có họp định kỳ");
    page.assert_shows(r#"href="/units/a2/meetings">Chi bộ tổ dân phố 2</a>"#);
    page.assert_hides(r#"href="/units/a1/meetings""#);
}

#[tokio::test]
async fn opinions_without_an_answer_are_a_task() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let page = secretary.get("/units/a1/tasks").await;
    page.assert_shows("Không có ý kiến nào chờ trả lời");
    speak(&secretary).await;
    let page = secretary.get("/units/a1/tasks").await;
    page.assert_shows("1 ý kiến chưa trả lời");
    page.assert_shows(r#"href="/units/a1/opinions?status=unanswered""#);
}

#[tokio::test]
async fn an_organisation_officer_is_told_counts_alone() {
    let site = Site::start().await;
    let page = site.organisation_officer().await.get("/units/thanh-pho/tasks").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("3 chi bộ chưa có họp định kỳ");
    page.assert_shows(r#"<a href="/units/thanh-pho">Số liệu của"#);
    for closed in ["/letters", "/members", "/opinions"] {
        assert!(!page.links().any(|it| it.contains(closed)), "{closed}");
    }
}
