//! Every page of the site, with every role and an outsider.
//!
//! The table of routes says what each page asks for; this walks all of it, so that a
//! page added tomorrow is checked as well.

use haichieu::access::model::{Right, Role};
use haichieu::access::routes::{Need, Route};
use haichieu::ids::MemberId;
use haichieu::site;
use reqwest::{Method, StatusCode};

pub use crate::scope::objects::{CANARY, Objects};
use crate::support::{Page, Site, Visitor};

pub mod objects;

#[tokio::test]
async fn every_page_asks_who_is_looking() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let stranger = site.stranger();
    for route in site::table() {
        let page = open(&stranger, &route, &objects).await;
        page.assert_hides(CANARY);
        match (route.need, &route.method) {
            (Need::Anyone, _) => {
                assert!(!page.status.is_server_error(), "{route:?} {}", page.status);
            }
            (Need::Token, _) => page.assert_is(StatusCode::UNAUTHORIZED),
            (_, &Method::GET) => {
                assert!(page.leads_to().starts_with("/sign-in"), "{route:?}");
            }
            _ => page.assert_is(StatusCode::UNAUTHORIZED),
        }
    }
}

#[tokio::test]
async fn an_outsider_finds_nothing_anywhere() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let others = [
        (Role::CellSecretary, site.town.cell_b1),
        (Role::CellSecretary, site.town.cell_a2),
        (Role::WardOfficer, site.town.ward_b),
        (Role::Administrator, site.town.ward_b),
    ];
    for (role, unit_id) in others {
        for route in site::table() {
            // A visitor of its own for each page: some pages end what others look at.
            let visitor = site.visitor(role, unit_id).await;
            let page = open(&visitor, &route, &objects).await;
            page.assert_hides(CANARY);
            if route.need == Need::Token {
                assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{role:?} {route:?}");
            }
            if let Need::Right(_) = route.need {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{role:?} {route:?}");
                page.assert_hides("An Bình");
                page.assert_hides("tổ dân phố 1");
            }
        }
    }
}

#[tokio::test]
async fn every_role_gets_what_its_rights_say_and_no_more() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let town = &site.town;
    let visitors = [
        (Role::CellSecretary, Some(town.cell_a1), false, false),
        (Role::WardOfficer, Some(town.ward_a), true, false),
        (Role::OrganisationOfficer, Some(town.city), true, false),
        (Role::OrganisationOfficer, Some(town.city), true, true),
        (Role::Administrator, None, false, false),
    ];
    for (role, unit_id, below, names) in visitors {
        for route in site::table() {
            let Need::Right(right) = route.need else { continue };
            // A visitor of its own for each page: some pages end what others look at.
            let visitor = site.visitor_who(role, unit_id, names).await;
            let page = open(&visitor, &route, &objects).await;
            let who = format!("{role:?} (names: {names}) at {route:?}: {}", page.status);
            if role.allows(right, below, names) {
                let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
                assert!(!refused.contains(&page.status), "{who}");
                assert!(!page.status.is_server_error(), "{who}");
            } else if role.allows(right.sight(), below, names) {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}");
            } else {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{who}");
            }
            if !role.allows(Right::SeeNames, below, names) {
                page.assert_hides(CANARY);
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_record_is_answered_like_a_foreign_one() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let outsider = site.outsider().await;
    let foreign = outsider.get(&format!("/members/{}", objects.member)).await;
    let unknown = outsider.get(&format!("/members/{}", MemberId::new())).await;
    let text = |page: &Page| page.body.split("404-").next().unwrap().to_owned();
    assert_eq!((foreign.status, text(&foreign)), (unknown.status, text(&unknown)));
}

/// Opens a page, or posts an empty form to it.
pub async fn open(visitor: &Visitor, route: &Route, objects: &Objects) -> Page {
    let path = objects.address(route.path);
    if route.method == Method::GET {
        visitor.get(&path).await
    } else {
        visitor.post(&path, &[]).await
    }
}
