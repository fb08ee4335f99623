//! Pages that are kept tell what is so, to whoever may see it.

use haichieu::access::model::Role;
use haichieu::clock;
use haichieu::ids::OpinionId;
use haichieu::statistics::recent::Recent;
use haichieu::statistics::summary::refresh::refresh;
use haichieu::vietnamese::day;
use reqwest::StatusCode;

use crate::exchange::{execute, texts};
use crate::statistics::people;
use crate::support::{Site, Visitor};

const PAGE: &str = "/units/a1";
const NONE: &str = "Chưa ghi ý kiến nào";

/// Writes an opinion down, as the secretary's form sends it.
pub async fn speak(secretary: &Visitor) {
    let (id, today) = (OpinionId::new().to_string(), day::short(clock::today()));
    let form = [
        ("id", &*id),
        ("who", "anonymous"),
        ("raised_on", &*today),
        ("topic", "street_lighting"),
        ("text", "Ngõ 5 thiếu đèn."),
    ];
    secretary.post("/units/a1/opinions", &form).await.leads_to();
}

#[tokio::test]
async fn a_page_tells_what_was_written_since() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    for visitor in [&secretary, &officer, &officer] {
        visitor.get(PAGE).await.assert_shows(NONE);
    }
    speak(&secretary).await;
    for visitor in [&secretary, &officer, &officer] {
        visitor.get(PAGE).await.assert_hides(NONE);
    }
}

#[tokio::test]
async fn a_kept_page_is_handed_out_again() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let before = officer.get(PAGE).await;
    // What no act brought about is what the page is not asked anew for.
    let sql = "UPDATE unit_period SET name = 'Chi bộ khác' WHERE name = 'Chi bộ tổ dân phố 1'";
    site.seed(async |tx| execute(tx, sql).await).await;
    assert_eq!(officer.get(PAGE).await.body, before.body);
    let other = site.ward_officer().await;
    other.get(PAGE).await.assert_shows("Chi bộ khác");
}

#[tokio::test]
async fn a_kept_page_is_packed_as_each_browser_unpacks_it() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    for _ in 0..2 {
        let packed = officer.get_with(PAGE, ("accept-encoding", "gzip, deflate, br")).await;
        assert_eq!(packed.headers["content-encoding"], "br");
        assert_eq!(packed.headers["vary"], "accept-encoding");
        packed.assert_hides(NONE);
        // The client unpacks gzip by itself.
        officer.get_with(PAGE, ("accept-encoding", "gzip")).await.assert_shows(NONE);
        let plain = officer.get_with(PAGE, ("accept-encoding", "identity")).await;
        assert!(!plain.headers.contains_key("content-encoding"));
        plain.assert_shows(NONE);
    }
}

#[tokio::test]
async fn a_kept_page_is_nobody_elses() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    for _ in 0..2 {
        officer.get(PAGE).await.assert_is(StatusCode::OK);
        site.outsider().await.get(PAGE).await.assert_is(StatusCode::NOT_FOUND);
        assert!(site.stranger().get(PAGE).await.leads_to().starts_with("/sign-in"));
    }
    let counts = site.visitor_who(Role::OrganisationOfficer, site.town.city, false).await;
    counts.get(PAGE).await.assert_shows("Trang này không nêu tên");
    officer.get(PAGE).await.assert_hides("Trang này không nêu tên");
}

#[tokio::test]
async fn a_look_at_a_kept_page_is_noted_each_time() {
    let site = Site::start().await;
    site.seed(async |tx| people(tx, site.town.cell_a1, 5).await).await;
    let officer = site.ward_officer().await;
    for looks in 1..=2 {
        officer.get("/units/a1/changes?from=2019-12-31&on=2024-06-30&kind=joined").await;
        site.watch.settle().await;
        let sql = "SELECT summary FROM audit_entry WHERE action = 'view.page'";
        let noted = texts(&mut site.db.read().await.unwrap(), sql).await;
        assert_eq!(noted.len(), looks);
        assert!(noted.iter().all(|it| it.contains("5 người")), "{noted:?}");
    }
}

#[tokio::test]
async fn a_large_unit_says_when_it_was_counted() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    officer.get(PAGE).await.assert_hides("số liệu trên trang này tính lúc");
    let officer = officer.at(&site.all_large().await);
    officer.get(PAGE).await.assert_shows("số liệu trên trang này tính lúc");
    officer.get(PAGE).await.assert_shows(NONE);
    speak(&secretary).await;
    // A minute later it would be counted anew; until then it says of when it is.
    officer.get(PAGE).await.assert_shows(NONE);
    officer.get(&format!("{PAGE}?sort=-members")).await.assert_shows(NONE);
    officer.get(&format!("{PAGE}?from=1/1/2024")).await.assert_hides(NONE);
    let tasks = "/units/phuong-a/tasks";
    officer.get(tasks).await.assert_shows("số liệu trên trang này tính lúc");
    site.ward_officer().await.get(tasks).await.assert_hides("số liệu trên trang này tính lúc");
}

/// Nobody waits for a country to be counted: its page tells what was counted a moment ago, beside
/// the requests, and when.
#[tokio::test]
async fn the_top_unit_is_counted_before_anybody_asks() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.organisation_officer().await);
    refresh(&site.db, -1).await.unwrap();
    let recent = Recent::default();
    recent.count_due(&site.db).await.unwrap();
    speak(&secretary).await;
    let page = "/units/thanh-pho";
    let warm = officer.at(&site.all_large_with(recent.clone()).await);
    warm.get(page).await.assert_shows(NONE);
    warm.get("/units/thanh-pho?sort=-members").await.assert_shows(NONE);
    officer.at(&site.all_large().await).get(page).await.assert_hides(NONE);
    // A registry whose summaries are not made yet is not counted from its rows for nobody.
    refresh(&site.db, 1000).await.unwrap();
    let recent = Recent::default();
    recent.count_due(&site.db).await.unwrap();
    let cold = officer.at(&site.all_large_with(recent).await);
    cold.get(page).await.assert_hides(NONE);
}

/// The page of a ward does not count the country each time: what the tables above it hide may be a
/// minute old, what it tells itself is what is so.
#[tokio::test]
async fn what_the_tables_above_hide_is_kept_for_a_moment() {
    let site = Site::start().await;
    let (cell_a1, cell_a2) = (site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| people(tx, cell_a1, 7).await).await;
    site.seed(async |tx| people(tx, cell_a2, 11).await).await;
    let page = "/units/a2?on=15/11/2024";
    let (secretary, officer) = (site.secretary().await, site.organisation_officer().await);
    let large = officer.at(&site.all_large().await);
    large.get(page).await.assert_shows("<dd>11");

    let sql = "UPDATE residence SET ended_on = '2024-06-01', end_reason = 'other'
               WHERE id IN (SELECT residence.id
                            FROM residence JOIN unit ON unit.id = residence.cell_id
                            WHERE unit.code = 'a1' ORDER BY residence.id LIMIT 4)";
    site.seed(async |tx| execute(tx, sql).await).await;
    site.seed(async |tx| people(tx, cell_a2, 1).await).await;
    speak(&secretary).await;
    // Three are left in the cell beside it, and would follow from its number.
    officer.get(page).await.assert_shows("<dd>ẩn</dd>");
    let another = format!("{page}&from=1/1/2024");
    large.get(&another).await.assert_shows("<dd>12");
    officer.at(&site.all_large().await).get(&another).await.assert_shows("<dd>ẩn</dd>");
}
