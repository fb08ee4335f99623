//! Figures read on a second server: never behind the back of whoever looks.

use haichieu::access::model::Role;
use haichieu::clock;
use haichieu::db::Db;
use haichieu::db::copy::copy;
use haichieu::db::replica::Replica;
use haichieu::ids::UnitId;
use haichieu::organisation;
use haichieu::organisation::model::{NewUnit, UnitKind};
use reqwest::StatusCode;

use crate::support::{Page, Site, another_database, day};

const LAG: i64 = 10;
const NOTE: &str = "từ máy chủ đọc";
/// A cell that the second server does not know of yet.
const NEW: &str = "Chi bộ tổ dân phố 9";

/// A copy of the registry, and what only the first has.
async fn a_copy_that_lags(site: &Site) -> Replica {
    let second = Db::open(&another_database("_second").await).await.unwrap();
    let mut source = site.db.read_whole().await.unwrap();
    let mut target = second.write_whole().await.unwrap();
    copy(&mut source, &mut target).await.unwrap();
    target.commit().await.unwrap();
    drop(source);
    let cell = NewUnit {
        id: UnitId::new(),
        code: "a9".to_owned(),
        name: NEW.to_owned(),
        kind: UnitKind::Cell,
        official_code: None,
        parent_id: Some(site.town.ward_a),
        from_on: day("2015-01-01"),
        to_on: None,
    };
    site.seed(async |tx| organisation::store::add(tx, &[cell], clock::now()).await.unwrap()).await;
    Replica::over(second, LAG)
}

#[track_caller]
fn assert_is_of_the_second(page: &Page) {
    page.assert_is(StatusCode::OK);
    page.assert_shows(NOTE);
    page.assert_hides(NEW);
    assert!(page.headers.contains_key("figures-fresh-to"));
}

#[track_caller]
fn assert_is_of_the_first(page: &Page) {
    page.assert_is(StatusCode::OK);
    page.assert_hides(NOTE);
    page.assert_shows(NEW);
    assert!(!page.headers.contains_key("figures-fresh-to"));
}

#[tokio::test]
async fn figures_come_from_there_while_it_keeps_up() {
    let site = Site::start().await;
    let replica = a_copy_that_lags(&site).await;
    let root = site.with_replica(replica.clone()).await;
    let officer = site.ward_officer().await.at(&root);
    assert_is_of_the_first(&officer.get("/units/phuong-a").await);
    // What the first has told is kept, and as fresh as the first: each time another page.
    replica.found(Some(clock::now()));
    assert_is_of_the_first(&officer.get("/units/phuong-a").await);
    assert_is_of_the_second(&officer.get("/units/phuong-a?sort=1").await);
    replica.found(Some(clock::now().plus_seconds(-LAG - 1)));
    assert_is_of_the_first(&officer.get("/units/phuong-a?sort=1").await);
    replica.found(None);
    assert_is_of_the_first(&officer.get("/units/phuong-a?sort=2").await);
}

#[tokio::test]
async fn whoever_wrote_sees_it_at_once() {
    let site = Site::start().await;
    let replica = a_copy_that_lags(&site).await;
    let root = site.with_replica(replica.clone()).await;
    let officer = site.ward_officer().await.at(&root);
    let other = site.ward_officer().await.at(&root);
    replica.found(Some(clock::now()));
    let id = officer.get("/units/a1/members/new").await.field("id");
    let form = [
        ("id", id.as_str()),
        ("full_name", "Trần Thị Hạnh"),
        ("sex", "female"),
        ("born", "1979"),
        ("started_on", "01/11/2024"),
        ("category", "normal"),
        ("residence_kind", "permanent"),
    ];
    let written = officer.post("/units/a1/members", &form).await;
    written.leads_to();
    let officer = officer.with_also(&written);
    assert_is_of_the_first(&officer.get("/units/phuong-a").await);
    assert_is_of_the_second(&other.get("/units/phuong-a").await);
    // The second server has caught up with it.
    replica.found(Some(clock::now().plus_seconds(2)));
    assert_is_of_the_second(&officer.get("/units/phuong-a?sort=1").await);
}

#[tokio::test]
async fn a_right_taken_away_ends_there_too() {
    let site = Site::start().await;
    let replica = a_copy_that_lags(&site).await;
    let root = site.with_replica(replica.clone()).await;
    replica.found(Some(clock::now()));
    let officer = site.visitor(Role::WardOfficer, site.town.ward_a).await.at(&root);
    assert_is_of_the_second(&officer.get("/units/phuong-a").await);
    let sql = "UPDATE role_grant SET revoked_at = 1";
    match &site.db {
        Db::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
    }
    .unwrap();
    officer.get("/units/phuong-a").await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_second_server_that_is_gone_is_not_waited_for() {
    let site = Site::start().await;
    let replica = Replica::at("postgres://nobody@127.0.0.1:1/nothing", LAG).unwrap();
    let root = site.with_replica(replica.clone()).await;
    replica.found(Some(clock::now()));
    let officer = site.ward_officer().await.at(&root);
    let page = officer.get("/units/phuong-a").await;
    page.assert_is(StatusCode::OK);
    page.assert_hides(NOTE);
}
