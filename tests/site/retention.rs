//! Records whose time is over are freed of what tells who they are about, and count on.

use haichieu::access::model::Role;
use haichieu::contributions::model::NewContribution;
use haichieu::db::Tx;
use haichieu::ids::{MemberId, OpinionId, WorkplaceId};
use haichieu::meetings::model::{AttendanceStatus, Mark};
use haichieu::members::model::{
    EndReason, ExemptReason, NewLetter, NewMember, NewResidence, Sex, Workplace,
};
use haichieu::opinions::model::NewOpinion;
use haichieu::vietnamese::day::PartialDay;
use haichieu::{audit, clock, meetings, members, opinions};
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::recount::faults;
use crate::settings::settle;
use crate::statistics::{gift, give, home, meeting, person};
use crate::support::{Page, Site, Visitor, day};

const PAGE: &str = "/units/phuong-a/retention";
const WORD: (&str, &str) = ("word", "ẩn danh");

/// People of all ages, some of whom left long ago, some lately, some not at all.
async fn town(site: &Site) -> Vec<MemberId> {
    let cells = [site.town.cell_a1, site.town.cell_a2];
    let mut ids = Vec::new();
    site.seed(async |tx| {
        let works = [WorkplaceId::new(), WorkplaceId::new()];
        for (id, name) in works.iter().zip(["Sở Tài chính", "Bệnh viện"]) {
            let workplace = Workplace { id: *id, name: name.to_owned() };
            members::store::add_workplace(tx, &workplace, None).await.unwrap();
        }
        for number in 0..36_i32 {
            let id = MemberId::new();
            let born = format!("{:02}/{:02}/{}", number % 28 + 1, number % 12 + 1, 1950 + number);
            let member = NewMember {
                id,
                sex: Some(if number % 3 == 0 { Sex::Male } else { Sex::Female }),
                born: PartialDay::read(&born).ok(),
                workplace_id: works.get(usize::try_from(number).unwrap() % 3).copied(),
                position: "Canarix".to_owned(),
                phone: Some(format!("09888777{number:02}")),
                card_number: Some(format!("CANARIX{number}")),
                workplace_cell: "Canarix".to_owned(),
                admitted_on: Some(day("1999-03-02")),
                ..person("Cánh Canarix")
            };
            members::store::add(tx, &member, clock::now()).await.unwrap();
            let left = match number % 3 {
                0 => Some(format!("{}-0{}-15", 2016 + number % 4, number % 9 + 1)),
                1 => Some("2026-01-15".to_owned()),
                _ => None,
            };
            let cell = cells[usize::try_from(number).unwrap() % 2];
            let exempt = (number % 5 == 0).then_some(ExemptReason::Rotated);
            let residence = NewResidence {
                address: "Canarix ngõ 3".to_owned(),
                household_cluster: "Canarix".to_owned(),
                exempt,
                ended: left.as_deref().map(|it| (day(it), EndReason::Moved)),
                ..home(id, cell, "2015-02-01", None)
            };
            members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
            ids.push(id);
        }
        books(tx, site, ids[6]).await;
    })
    .await;
    ids
}

/// What all other books say of one who left.
async fn books(tx: &mut Tx, site: &Site, id: MemberId) {
    let cell = site.town.cell_a1;
    let now = clock::now();
    let held = meeting(tx, cell, "2015-06-10", &[]).await;
    let status = AttendanceStatus::Excused;
    let mark = Mark { member_id: id, status, reason: "Canarix ốm".to_owned() };
    meetings::store::mark(tx, held, &[mark]).await.unwrap();
    meetings::store::recount(tx, held, now).await.unwrap();
    let note = "Canarix góp".to_owned();
    let gift = NewContribution { note, ..gift(cell, id, "2015-07-01", 900_000) };
    give(tx, &gift).await;
    let letter = NewLetter {
        id: haichieu::ids::LetterId::new(),
        member_id: id,
        number: "Canarix".to_owned(),
        issued_by: "Canarix".to_owned(),
        signer: "Canarix".to_owned(),
        issued_on: None,
        ward_id: None,
        received_on: Some(day("2015-02-01")),
        received_by: "Canarix".to_owned(),
        cell_id: Some(cell),
        assigned_on: Some(day("2015-02-01")),
        exempt: false,
    };
    members::store::add_letter(tx, &letter, now).await.unwrap();
    let opinion = NewOpinion {
        id: OpinionId::new(),
        unit_id: cell,
        meeting_id: None,
        member_id: Some(id),
        raised_on: day("2015-08-01"),
        topic: "Đèn đường".to_owned(),
        text: "Ngõ 3 tối.".to_owned(),
    };
    opinions::store::add(tx, &opinion, now).await.unwrap();
}

/// What the books count on days before, between and after, told to somebody who sees all.
async fn counts(officer: &Visitor) -> Vec<(String, String)> {
    let days = [
        "01/01/2015",
        "01/02/2015",
        "30/06/2015",
        "10/03/2016",
        "31/12/2016",
        "14/06/2017",
        "15/06/2017",
        "01/01/2018",
        "15/05/2018",
        "01/01/2020",
        "31/12/2024",
        "14/01/2026",
    ];
    let mut told = Vec::new();
    for unit in ["thanh-pho", "phuong-a", "a1", "a2"] {
        for on in days {
            let href = format!("/units/{unit}?on={on}&year={}", &on[6..]);
            let page = officer.get(&href).await;
            page.assert_is(StatusCode::OK);
            told.push((href, page.body));
        }
        let page = officer.get(&format!("/units/{unit}/workplaces?on=30/06/2015")).await;
        told.push((unit.to_owned(), page.body));
    }
    told
}

async fn post(visitor: &Visitor, act: &str, fields: &[(&str, &str)]) -> Page {
    let id = visitor.get(PAGE).await.field("id");
    visitor.post(&format!("{PAGE}{act}"), &[&[("id", id.as_str())], fields].concat()).await
}

/// Every text of the tables that holds what only these people's records held.
async fn left_over(site: &Site) -> Vec<String> {
    let mut tx = site.db.read().await.unwrap();
    let sql = "SELECT 'member ' || full_name FROM member
               WHERE full_name LIKE '%Canarix%' OR card_number IS NOT NULL OR phone IS NOT NULL
                  OR position <> '' OR workplace_cell <> '' OR folded LIKE '%canarix%'
                  OR given = 'Canarix' OR admitted_on IS NOT NULL
                  OR born_precision <> 'year'
               UNION ALL
               SELECT 'residence ' || address FROM residence
               WHERE address <> '' OR household_cluster <> ''
               UNION ALL
               SELECT 'letter ' || number FROM introduction_letter
               WHERE number <> '' OR signer <> '' OR issued_by <> '' OR received_by <> ''
               UNION ALL SELECT 'word ' || word FROM name_word WHERE folded LIKE '%canarix%'
               UNION ALL SELECT 'absence ' || reason FROM attendance WHERE reason <> ''
               UNION ALL SELECT 'gift ' || note FROM contribution WHERE note <> ''
               UNION ALL SELECT 'opinion ' || topic FROM opinion WHERE member_id IS NOT NULL";
    texts(&mut tx, sql).await
}

#[tokio::test]
async fn nothing_is_forgotten_while_nobody_settled_when() {
    let site = Site::start().await;
    town(&site).await;
    let officer = site.ward_officer().await;
    let page = officer.get(PAGE).await;
    page.assert_shows("không hồ sơ nào bị ẩn danh");
    page.assert_hides("Canarix");
    site.secretary().await.get("/units/a1/retention").await.assert_is(StatusCode::NOT_FOUND);
    let id = haichieu::ids::ErasureId::new().to_string();
    officer.post(PAGE, &[("id", &*id), WORD]).await.assert_is(StatusCode::CONFLICT);
}

#[tokio::test]
async fn one_proposes_another_confirms_and_no_count_changes() {
    let site = Site::start().await;
    let ids = town(&site).await;
    let (one, two) = (site.ward_officer().await, site.ward_officer().await);
    settle(&one, "phuong-a", &[("data_keep_years", "5")]).await.leads_to();
    let officer = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let before = counts(&officer).await;
    let page = one.get(PAGE).await;
    page.assert_shows("Những hồ sơ đến hạn <small>12 hồ sơ</small>");
    post(&one, "", &[("word", "có")]).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    post(&one, "", &[WORD]).await.leads_to();
    one.get(PAGE).await.assert_shows("Chờ một người khác xác nhận");
    let refused = post(&one, "/confirm", &[WORD]).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("Người khác phải xác nhận");
    assert_eq!(counts(&officer).await, before, "a proposal changes nothing");
    two.get(PAGE).await.assert_shows("Canarix");
    let done = post(&two, "/confirm", &[WORD]).await;
    two.get(done.leads_to()).await.assert_shows("Đã ẩn danh");

    for (was, is) in before.iter().zip(counts(&officer).await) {
        assert_eq!(was.1, is.1, "{}", was.0);
    }
    let page = two.get(&format!("/members/{}", ids[0])).await;
    page.assert_shows("<h1>Đã ẩn danh</h1>");
    page.assert_hides("Canarix ");
    let edit = two.get(&format!("/members/{}/move", ids[0])).await;
    edit.assert_is(StatusCode::BAD_REQUEST);
    edit.assert_shows("đã ẩn danh");
    two.get(&format!("/members/{}", ids[1])).await.assert_shows("Cánh Canarix");
    let sql = "SELECT action FROM audit_entry WHERE subject = 'erasure' ORDER BY id";
    let acts = texts(&mut site.db.read().await.unwrap(), sql).await;
    assert_eq!(acts, ["erasure.propose", "erasure.confirm"]);
}

#[tokio::test]
async fn nothing_that_tells_who_it_was_is_left_in_the_tables() {
    let site = Site::start().await;
    town(&site).await;
    // Everybody has left, so that every record is to be forgotten.
    site.seed(async |tx| {
        let sql = "UPDATE residence SET ended_on = '2019-06-15', end_reason = 'moved'
                   WHERE ended_on IS NULL OR ended_on > '2019-06-15'";
        crate::exchange::execute(tx, sql).await;
    })
    .await;
    assert!(left_over(&site).await.len() > 70);
    let (one, two) = (site.ward_officer().await, site.ward_officer().await);
    settle(&one, "phuong-a", &[("data_keep_years", "5")]).await.leads_to();
    post(&one, "", &[WORD]).await.leads_to();
    post(&two, "/confirm", &[WORD]).await.leads_to();
    assert_eq!(left_over(&site).await, Vec::<String>::new());
    assert_eq!(faults(&site).await, Vec::<String>::new());
    // Nor does the trail of the act name anybody.
    let entries = site.seed(async |tx| audit::store::unsealed(tx, 1_000).await.unwrap()).await;
    let entries: Vec<_> = entries.into_iter().map(|it| it.entry).collect();
    assert!(entries.iter().all(|it| !it.summary.contains("Canarix")));
}

#[tokio::test]
async fn who_came_back_is_not_forgotten() {
    let site = Site::start().await;
    let ids = town(&site).await;
    let (one, two) = (site.ward_officer().await, site.ward_officer().await);
    settle(&one, "phuong-a", &[("data_keep_years", "5")]).await.leads_to();
    post(&one, "", &[WORD]).await.leads_to();
    site.seed(async |tx| {
        let home = home(ids[0], site.town.cell_a1, "2026-02-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    let page = post(&two, "/confirm", &[WORD]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("vừa được tiếp nhận lại");
    two.get(&format!("/members/{}", ids[3])).await.assert_shows("Cánh Canarix");
    post(&two, "/drop", &[]).await.leads_to();
    one.get(PAGE).await.assert_shows("<small>11 hồ sơ</small>");
}
