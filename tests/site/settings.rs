//! What units settle for themselves and for those below.

use haichieu::clock;
use haichieu::organisation::settings::{Setting, store};
use reqwest::StatusCode;

use crate::support::{Page, Site, Visitor};

pub async fn settle(visitor: &Visitor, unit: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("/units/{unit}/settings");
    let version = visitor.get(&path).await.field("version");
    visitor.post(&path, &[&[("version", version.as_str())], fields].concat()).await
}

async fn days(site: &Site) -> Option<i64> {
    let setting = Setting::LetterPresentDays;
    let cell = site.town.cell_a1;
    site.seed(async |tx| store::find_days(tx, cell, setting, clock::today()).await.unwrap()).await
}

#[tokio::test]
async fn a_cell_follows_the_nearest_unit_that_has_settled() {
    let site = Site::start().await;
    assert_eq!(days(&site).await, None, "nothing is settled until somebody settles it");

    let officer = site.organisation_officer().await;
    settle(&officer, "thanh-pho", &[("letter_present_days", "30")]).await.leads_to();
    assert_eq!(days(&site).await, Some(30));
    let ward = site.ward_officer().await;
    ward.get("/units/phuong-a/settings")
        .await
        .assert_shows("Để trống thì theo Thành phố Sông Lam: 30 ngày");

    let there = settle(&ward, "phuong-a", &[("letter_present_days", " 15 ")]).await;
    assert_eq!(there.leads_to(), "/units/phuong-a/settings?done=1");
    assert_eq!(days(&site).await, Some(15));
    settle(&ward, "phuong-a", &[("letter_present_days", "")]).await.leads_to();
    assert_eq!(days(&site).await, Some(30), "an empty field settles nothing any more");
}

#[tokio::test]
async fn what_cannot_be_read_stays_in_its_field() {
    let site = Site::start().await;
    let ward = site.ward_officer().await;
    let fields = [("letter_present_days", "ba mươi"), ("legal_basis", "Quy định số 1")];
    let page = settle(&ward, "phuong-a", &fields).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập số ngày từ 1 đến 366, hoặc để trống");
    page.assert_shows(r#"value="ba mươi""#);
    page.assert_shows(r#"value="Quy định số 1""#);
    let page = ward.get("/units/phuong-a/settings").await;
    page.assert_hides("Quy định số 1");
}

#[tokio::test]
async fn the_second_of_two_who_settle_sees_both_values() {
    let site = Site::start().await;
    let ward = site.ward_officer().await;
    let stale = ward.get("/units/phuong-a/settings").await.field("version");
    settle(&ward, "phuong-a", &[("letter_assign_days", "10")]).await.leads_to();

    let path = "/units/phuong-a/settings";
    let form = |version| [("version", version), ("letter_assign_days", "20")];
    let page = ward.post(path, &form(stale.as_str())).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("10 ngày");
    page.assert_shows("20 ngày");
    let fresh = page.field("version");
    ward.post(path, &form(fresh.as_str())).await.leads_to();
    // The same form once more changes nothing and is no clash.
    ward.post(path, &form(fresh.as_str())).await.leads_to();
    let page = ward.get(path).await;
    assert_eq!(page.field("letter_assign_days"), "20");
}

#[tokio::test]
async fn a_unit_settles_for_itself_and_not_for_others() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    settle(&secretary, "a1", &[("thanks_with_amounts", "yes")]).await.leads_to();
    secretary.get("/units/phuong-a/settings").await.assert_is(StatusCode::NOT_FOUND);
    let ward = site.ward_officer().await;
    ward.get("/units/a1/settings").await.assert_is(StatusCode::FORBIDDEN);
    let (cell, other) = (site.town.cell_a1, site.town.cell_a2);
    let setting = Setting::ThanksWithAmounts;
    site.seed(async |tx| {
        assert!(store::is_on(tx, cell, setting, clock::today()).await.unwrap());
        assert!(!store::is_on(tx, other, setting, clock::today()).await.unwrap());
    })
    .await;
}
