//! A roll called without network, as far as the server has part in it: what the script of the
//! page is told, keys that write once, the page that is kept, the worker that hands it out.

use chrono::Days;
use haichieu::clock::{self, Moment};
use haichieu::ids::{AccountId, MeetingId, SendingId};
use haichieu::meetings;
use haichieu::members::model::Category;
use reqwest::StatusCode;
use serde_json::Value;

use crate::meetings::{lives_in, marks, meeting_today, people, roll_call, save};
use crate::support::{Page, Site, Visitor, visitor};

/// What the script of a page keeps of a roll, to be sent.
struct Kept {
    at: String,
    roll: String,
    was: String,
    key: String,
}

impl Kept {
    fn of(page: &Page, at: &str) -> Kept {
        let field = |name| page.field(name);
        Kept { at: at.to_owned(), roll: field("roll"), was: field("was"), key: field("key") }
    }

    async fn send(&self, visitor: &Visitor, more: &[(&str, &str)]) -> Page {
        let own = [("roll", &*self.roll), ("was", &*self.was), ("key", &*self.key)];
        let form: Vec<(&str, &str)> = own.into_iter().chain(more.iter().copied()).collect();
        visitor.post_by_script(&format!("{}/roll-call", self.at), &form).await
    }
}

/// A cell of so many people, its secretary, and the roll of today as a page shows it.
async fn opened(site: &Site, count: usize) -> (Visitor, Kept) {
    let secretary = site.secretary().await;
    people(site, count).await;
    let at = meeting_today(&secretary).await;
    let kept = Kept::of(&roll_call(&secretary, &at).await, &at);
    (secretary, kept)
}

#[track_caller]
fn json(page: &Page) -> Value {
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    serde_json::from_str(&page.body).unwrap()
}

#[track_caller]
fn saved(page: &Page) -> Value {
    page.assert_is(StatusCode::OK);
    json(page)
}

fn id(at: &str) -> MeetingId {
    at.strip_prefix("/meetings/").unwrap().parse().unwrap()
}

async fn versions(site: &Site, at: &str) -> usize {
    let mut tx = site.db.read().await.unwrap();
    meetings::store::versions::list(&mut tx, id(at), 100).await.unwrap().len()
}

#[tokio::test]
async fn the_script_is_told_what_is_saved_by_the_servers_clock() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let before = clock::now();
    let told = saved(&kept.send(&secretary, &[("m1", "p"), ("m2", "u")]).await);
    let at = Moment(told["saved_at"].as_i64().unwrap());
    assert!(before <= at && at <= clock::now());
    assert_eq!(told["saved"], at.shown());
    assert_eq!((&told["present"], &told["expected"]), (&1.into(), &3.into()));
    assert!(told["key"].as_str().unwrap().parse::<SendingId>().is_ok());
    assert_ne!(told["key"], kept.key);
    assert_eq!(marks(&secretary, &kept.at).await, "pu-");
    // What is there already is saved as well.
    let kept = Kept { key: told["key"].as_str().unwrap().to_owned(), ..kept };
    let told = saved(&kept.send(&secretary, &[("m2", "u")]).await);
    assert_eq!(told["present"], 1);
    assert_eq!(versions(&site, &kept.at).await, 1);
}

#[tokio::test]
async fn check_5_sent_again_it_is_answered_as_the_first_time() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let first = saved(&kept.send(&secretary, &[("m1", "p")]).await);
    // The first answer is lost; meanwhile the save is taken back.
    let undo = format!("{}/roll-call/undo", kept.at);
    secretary.post(&undo, &[("version", "1")]).await.leads_to();
    let again = saved(&kept.send(&secretary, &[("m1", "p")]).await);
    for what in ["saved_at", "saved", "present", "expected"] {
        assert_eq!(first[what], again[what]);
    }
    assert_eq!(marks(&secretary, &kept.at).await, "---");
    assert_eq!(versions(&site, &kept.at).await, 2);
}

#[tokio::test]
async fn check_5_sent_several_times_at_once_it_is_written_once() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let sent = (0..5).map(|_| kept.send(&secretary, &[("m1", "p"), ("m3", "e")]));
    let answers = futures_util::future::join_all(sent).await;
    let told: Vec<Value> = answers.iter().map(saved).collect();
    assert!(told.iter().all(|it| it["saved_at"] == told[0]["saved_at"]), "{told:?}");
    assert_eq!(versions(&site, &kept.at).await, 1);
}

#[tokio::test]
async fn trap_b_a_used_key_with_other_marks_gets_another_key() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    saved(&kept.send(&secretary, &[("m1", "p")]).await);
    let refused = kept.send(&secretary, &[("m2", "u")]).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(marks(&secretary, &kept.at).await, "p--");
    let key = json(&refused)["key"].as_str().unwrap().to_owned();
    let kept = Kept { key, ..kept };
    saved(&kept.send(&secretary, &[("m2", "u")]).await);
    assert_eq!(marks(&secretary, &kept.at).await, "pu-");
}

#[tokio::test]
async fn a_key_of_anothers_or_of_another_meeting_says_nothing() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    saved(&kept.send(&secretary, &[("m1", "p")]).await);
    let colleague = site.secretary().await;
    let refused = kept.send(&colleague, &[("m1", "p")]).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let at = meeting_today(&secretary).await;
    let other = Kept { key: kept.key, ..Kept::of(&roll_call(&secretary, &at).await, &at) };
    let refused = other.send(&secretary, &[("m1", "p")]).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_hides("saved");
}

#[tokio::test]
async fn check_4_a_form_gone_back_to_and_changed_is_saved() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let form = |mark| [("roll", &*kept.roll), ("was", &*kept.was), ("key", &*kept.key), mark];
    let path = format!("{}/roll-call", kept.at);
    for mark in [("m1", "p"), ("m1", "p"), ("m2", "u")] {
        secretary.post(&path, &form(mark)).await.leads_to();
    }
    assert_eq!(marks(&secretary, &kept.at).await, "pu-");
    assert_eq!(versions(&site, &kept.at).await, 2);
}

#[tokio::test]
async fn trap_j_the_form_of_an_earlier_release_is_taken() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    let form = [("roll", &*kept.roll), ("was", &*kept.was), ("m1", "p")];
    let path = format!("{}/roll-call", kept.at);
    secretary.post(&path, &form).await.leads_to();
    saved(&secretary.post_by_script(&path, &form).await);
    assert_eq!(versions(&site, &kept.at).await, 1);
}

#[tokio::test]
async fn check_8_the_script_is_told_both_marks_of_each_person() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let colleague = site.secretary().await;
    let page = roll_call(&colleague, &kept.at).await;
    save(&colleague, &page, &kept.at, &[("m1", "e")], "save").await.leads_to();
    let page = kept.send(&secretary, &[("m1", "u"), ("m2", "p")]).await;
    page.assert_is(StatusCode::CONFLICT);
    let told = json(&page);
    let dispute = serde_json::json!([{ "number": 1, "stored": "e", "typed": "u" }]);
    assert_eq!(told["disputes"], dispute);
    let html = told["html"].as_str().unwrap();
    for words in ["1. Nguyễn Văn An", "Đang lưu: Có phép", "Vừa ghi: Không phép"] {
        assert!(html.contains(words), "{html}");
    }
    assert!(!html.contains("checked"), "nothing is chosen for anybody: {html}");
    assert_eq!(marks(&secretary, &kept.at).await, "e--");
    // The same page's own answer names the same person.
    let key = told["key"].as_str().unwrap().to_owned();
    let chosen = Kept { key, was: "e--".to_owned(), ..kept };
    saved(&chosen.send(&secretary, &[("m1", "u"), ("m2", "p")]).await);
    assert_eq!(marks(&secretary, &chosen.at).await, "up-");
}

#[tokio::test]
async fn check_7_a_sign_in_that_has_ended_is_said_in_json() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    let page = kept.send(&site.stranger(), &[("m1", "p")]).await;
    page.assert_is(StatusCode::UNAUTHORIZED);
    assert_eq!(json(&page)["title"], "Đã hết phiên đăng nhập");
    page.assert_hides("Nguyễn");
    // Signed in again, it is sent as it is.
    saved(&kept.send(&secretary, &[("m1", "p")]).await);
}

#[tokio::test]
async fn trap_i_what_another_account_has_marked_is_not_taken() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    let another = AccountId::new().to_string();
    let page = kept.send(&secretary, &[("m1", "p"), ("user", &*another)]).await;
    page.assert_is(StatusCode::UNAUTHORIZED);
    assert_eq!(marks(&secretary, &kept.at).await, "--");
    let own = account(&secretary).await.to_string();
    saved(&kept.send(&secretary, &[("m1", "p"), ("user", &*own)]).await);
}

#[tokio::test]
async fn a_foreign_meeting_is_not_found_in_json_either() {
    let site = Site::start().await;
    let (_, kept) = opened(&site, 2).await;
    let outsider = site.outsider().await;
    let page = kept.send(&outsider, &[("m1", "p")]).await;
    page.assert_is(StatusCode::NOT_FOUND);
    assert_eq!(json(&page)["title"], "Không có trang này");
    for word in ["Nguyễn", "tổ dân phố", "An Bình"] {
        page.assert_hides(word);
    }
    let unknown = Kept { at: format!("/meetings/{}", MeetingId::new()), ..kept };
    let page = unknown.send(&outsider, &[("m1", "p")]).await;
    page.assert_is(StatusCode::NOT_FOUND);
    assert_eq!(json(&page)["title"], "Không có trang này");
}

#[tokio::test]
async fn who_may_only_look_is_told_so_in_json() {
    let site = Site::start().await;
    let (_, kept) = opened(&site, 2).await;
    let page = kept.send(&site.ward_officer().await, &[("m1", "p")]).await;
    page.assert_is(StatusCode::FORBIDDEN);
    assert!(json(&page)["text"].as_str().unwrap().contains("không được sửa"));
}

#[tokio::test]
async fn trap_l_a_roll_taken_anew_takes_no_marks_of_the_old() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    let form = secretary.get(&format!("{}/edit", kept.at)).await;
    let version = form.field("version");
    let day = (clock::today() - Days::new(1)).format("%d/%m/%Y").to_string();
    let fields = [("version", &*version), ("kind", "periodic"), ("held_on", &*day)];
    secretary.post(&format!("{}/edit", kept.at), &fields).await.leads_to();
    let page = kept.send(&secretary, &[("m1", "p")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let told = json(&page);
    assert!(told["text"].as_str().unwrap().contains("không khớp với sổ"));
    assert_eq!(told["key"], Value::Null, "it would not be taken under another either");
    assert_eq!(versions(&site, &kept.at).await, 0);
}

#[tokio::test]
async fn trap_k_marks_that_come_late_are_said_to_be_late() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 2).await;
    let then = clock::now().plus_seconds(-2 * 3600);
    let milliseconds = (then.0 / 1000).to_string();
    let form = [("m1", "p"), ("t", &*milliseconds)];
    let told = saved(&kept.send(&secretary, &form).await);
    assert!(told["saved_at"].as_i64().unwrap() > then.0, "the server's clock rules");
    let said = format!("dấu giữ trên máy từ {} theo giờ của máy", then.shown());
    secretary.get(&kept.at).await.assert_shows(&said);
}

#[tokio::test]
async fn keys_are_known_for_two_months() {
    let site = Site::start().await;
    let (secretary, kept) = opened(&site, 3).await;
    let (mine, days) = (account(&secretary).await, 24 * 3600);
    let old = |age: i64| meetings::store::sendings::Sending {
        id: SendingId::new(),
        meeting_id: id(&kept.at),
        account_id: mine,
        body_hash: vec![0; 32],
        saved_at: clock::now().plus_seconds(-age * days),
        present: 0,
        expected: 3,
    };
    let (older, younger) = (old(61), old(59));
    site.seed(async |tx| {
        meetings::store::sendings::add(tx, &older).await.unwrap();
        meetings::store::sendings::add(tx, &younger).await.unwrap();
    })
    .await;
    saved(&kept.send(&secretary, &[("m1", "p")]).await);
    let mut tx = site.db.read().await.unwrap();
    let found = meetings::store::sendings::find(&mut tx, older.id).await.unwrap();
    assert_eq!(found, None);
    let found = meetings::store::sendings::find(&mut tx, younger.id).await.unwrap();
    assert_eq!(found, Some(younger));
    let own = kept.key.parse().unwrap();
    assert!(meetings::store::sendings::find(&mut tx, own).await.unwrap().is_some());
}

/// Whose pages these are.
async fn account(visitor: &Visitor) -> AccountId {
    let page = visitor.get("/account").await;
    page.body.split(r#"data-user=""#).nth(1).unwrap()[..36].parse().unwrap()
}

#[tokio::test]
async fn trap_i_the_page_that_is_kept_names_only_who_is_marked() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let cell = site.town.cell_a1;
    let ill = lives_in(&site, cell, "Võ Thị Ý", "2020-01-01", Category::Normal).await.to_string();
    lives_in(&site, cell, "Bùi Quốc Kiên", "2020-01-01", Category::Exempt).await;
    let at = meeting_today(&secretary).await;
    let form = [("member", &*ill), ("reason", "Nằm viện")];
    secretary.post(&format!("{at}/absences"), &form).await.leads_to();
    let whole = roll_call(&secretary, &at).await;
    whole.assert_shows("Bùi Quốc Kiên");
    whole.assert_shows("Nằm viện");
    let page = secretary.get(&format!("{at}/roll-call?keep=1")).await;
    page.assert_shows("Võ Thị <b>Ý</b>");
    for word in ["Bùi Quốc Kiên", "Nằm viện", "Ngõ 5"] {
        page.assert_hides(word);
    }
    assert_eq!(page.field("was"), whole.field("was"));
    assert_ne!(page.field("key"), whole.field("key"));
}

#[tokio::test]
async fn the_worker_stands_at_the_root_and_is_never_kept() {
    let site = Site::start().await;
    let page = site.stranger().get("/sw.js").await;
    page.assert_is(StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-cache");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for own in ["worker-src 'self'", "manifest-src 'self'", "connect-src 'self'"] {
        assert!(policy.contains(own), "{policy}");
    }
    // It knows the files of this release by their addresses.
    let door = site.stranger().get("/sign-in").await;
    let styles = door.links().find(|it| it.ends_with("/site.css")).unwrap();
    page.assert_shows(&format!("'{}'", styles.replace("/site.css", "/roll.css")));
    for address in page.body.split('\'').filter(|it| it.starts_with("/static/") && it.len() > 8) {
        site.stranger().get(address).await.assert_is(StatusCode::OK);
    }
}

#[tokio::test]
async fn the_site_can_be_installed() {
    let site = Site::start().await;
    site.stranger().get("/sign-in").await.assert_shows(r#"rel="manifest""#);
    let page = site.stranger().get("/manifest.webmanifest").await;
    assert_eq!(page.headers["content-type"], "application/manifest+json");
    let manifest: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(manifest["short_name"], "Hai Chiều");
    assert_eq!((&manifest["start_url"], &manifest["lang"]), (&"/".into(), &"vi".into()));
    let icons = manifest["icons"].as_array().unwrap();
    assert!(icons.iter().any(|it| it["purpose"] == "maskable"));
    for icon in icons {
        let address = icon["src"].as_str().unwrap();
        let bytes = visitor(&site.root, None).download(address).await;
        assert_eq!(&bytes[1..4], b"PNG", "{address}");
    }
}
