//! What people say of common matters, and what becomes of it.

use chrono::Days;
use haichieu::ids::{MeetingId, MemberId, OpinionId, ResidenceId, UnitId};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{NewMember, NewResidence, ResidenceKind};
use haichieu::opinions::model::NewOpinion;
use haichieu::vietnamese::day::{self, PartialDay};
use haichieu::vietnamese::name::FullName;
use haichieu::{audit, clock, meetings, members, opinions};
use reqwest::StatusCode;

use crate::support::{self, Page, Site, Visitor};

const BOOK: &str = "/units/a1/opinions";
const HUY: &str = "Võ Quốc Huy";

/// A member who has lived in the cell since 2020.
async fn resident(site: &Site, cell_id: UnitId, name: &str, born: &str) -> MemberId {
    let id = MemberId::new();
    let member = NewMember {
        id,
        name: FullName::read(name).unwrap(),
        sex: None,
        born: Some(PartialDay::read(born).unwrap()),
        admitted_on: None,
        official_on: None,
        card_number: None,
        phone: None,
        position: String::new(),
        workplace_id: None,
        workplace_cell: String::new(),
    };
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id: id,
        cell_id,
        letter_id: None,
        address: String::new(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: None,
        started_on: support::day("2020-01-01"),
        ended: None,
    };
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
    })
    .await;
    id
}

/// A meeting so many days ago.
async fn meeting(site: &Site, unit_id: UnitId, days_ago: u64) -> MeetingId {
    let new = NewMeeting {
        id: MeetingId::new(),
        unit_id,
        kind: MeetingKind::Periodic,
        held_on: clock::today() - Days::new(days_ago),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    site.seed(async |tx| meetings::store::add(tx, &new, clock::now()).await.unwrap()).await;
    new.id
}

/// An anonymous opinion of the unit, raised so many days ago.
async fn opinion(site: &Site, unit_id: UnitId, topic: &str, days_ago: u64) -> OpinionId {
    let new = NewOpinion {
        id: OpinionId::new(),
        unit_id,
        meeting_id: None,
        member_id: None,
        raised_on: clock::today() - Days::new(days_ago),
        topic: topic.to_owned(),
        text: "Ngõ 3 tối, đề nghị lắp đèn.".to_owned(),
    };
    site.seed(async |tx| opinions::store::add(tx, &new, clock::now()).await.unwrap()).await;
    new.id
}

/// The day so many days ago, as people write it.
fn ago(days: u64) -> String {
    day::short(clock::today() - Days::new(days))
}

/// What is posted to open an opinion, with other values where the test wants them.
fn typed<'a>(id: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("id", id),
        ("who", "member"),
        ("name", "quốc huy"),
        ("topic", "Đèn đường ngõ 3"),
        ("text", "Ngõ 3 tối, đề nghị lắp đèn."),
        ("raised_on", "15/11/2024"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| others.iter().all(|it| it.0 != *name));
    kept.chain(others.iter().copied()).collect()
}

async fn history(site: &Site, id: &str) -> Vec<audit::model::Entry> {
    let id: OpinionId = id.parse().unwrap();
    site.seed(async |tx| audit::store::list_of(tx, id.0, 20).await.unwrap()).await
}

/// Cell A1 with one member, and its secretary.
async fn cell() -> (Site, Visitor) {
    let site = Site::start().await;
    resident(&site, site.town.cell_a1, HUY, "1980").await;
    let secretary = site.secretary().await;
    (site, secretary)
}

/// Takes a step with the version on its form.
async fn take(visitor: &Visitor, path: &str, what: &str, on: &str) -> Page {
    let version = visitor.get(path).await.field("version");
    visitor.post(path, &[("version", &*version), ("what", what), ("on", on)]).await
}

#[tokio::test]
async fn an_opinion_goes_from_the_meeting_to_its_answer() {
    let (site, secretary) = cell().await;
    let meeting = meeting(&site, site.town.cell_a1, 30).await;
    let form = secretary.get(&format!("{BOOK}/new?meeting={meeting}")).await;
    assert_eq!(form.field("raised_on"), ago(30));
    let (id, raised_on) = (form.field("id"), form.field("raised_on"));
    let meeting_id = form.field("meeting");
    let fields = [("meeting", &*meeting_id), ("raised_on", &*raised_on)];
    let page = secretary.post(BOOK, &typed(&id, &fields)).await;
    let path = format!("/opinions/{id}");
    assert_eq!(page.leads_to(), path);

    let page = secretary.get(&path).await;
    for text in
        ["Đèn đường ngõ 3", HUY, "họp định kỳ ngày", "Đã ghi, chưa chuyển", "Chưa có trả lời"]
    {
        page.assert_shows(text);
    }
    let done = take(&secretary, &format!("{path}/forward"), "UBND phường", &ago(20)).await;
    assert_eq!(done.leads_to(), path);
    secretary.get(&path).await.assert_shows("Đã chuyển, chờ trả lời");
    let done = take(&secretary, &format!("{path}/answer"), "Đã lắp 4 bóng.", &ago(10)).await;
    assert_eq!(done.leads_to(), path);
    let page = secretary.get(&path).await;
    page.assert_shows("Đã trả lời");
    page.assert_shows("Đã lắp 4 bóng.");
    page.assert_shows("Chưa đọc; cuộc họp tới nhắc lại");
    let actions: Vec<_> = history(&site, &id).await.into_iter().map(|it| it.action).collect();
    assert_eq!(actions, ["opinion.answer", "opinion.forward", "opinion.add"]);
}

#[tokio::test]
async fn an_anonymous_opinion_names_nobody_anywhere() {
    let (site, secretary) = cell().await;
    let id = OpinionId::new().to_string();
    let page = secretary.post(BOOK, &typed(&id, &[("who", "anonymous")])).await;
    page.leads_to();
    let page = secretary.get(&format!("/opinions/{id}")).await;
    page.assert_shows("Không nêu tên");
    page.assert_hides(HUY);
    secretary.get(BOOK).await.assert_hides(HUY);
    // One who is named and asks not to be is gone from history, too.
    let id = OpinionId::new().to_string();
    secretary.post(BOOK, &typed(&id, &[])).await.leads_to();
    let path = format!("/opinions/{id}/edit");
    let fields = [("version", "1"), ("who", "anonymous")];
    secretary.post(&path, &typed(&id, &fields)).await.leads_to();
    for entry in history(&site, &id).await {
        assert!(!format!("{entry:?}").contains("Huy"), "{entry:?}");
    }
}

#[tokio::test]
async fn a_faulty_form_says_how_to_mend_it_and_keeps_the_rest() {
    let (_site, secretary) = cell().await;
    let id = OpinionId::new().to_string();
    let fields = [("name", "Trần Vô Danh"), ("topic", ""), ("raised_on", "15/11/2094")];
    let page = secretary.post(BOOK, &typed(&id, &fields)).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: ");
    page.assert_shows("không có đồng chí nào tên Trần Vô Danh");
    page.assert_shows("Nhập việc được nêu");
    page.assert_shows("Viết ngày không sau");
    page.assert_shows("Ngõ 3 tối, đề nghị lắp đèn.");
    assert_eq!((page.field("name"), page.field("id")), ("Trần Vô Danh".to_owned(), id));
}

#[tokio::test]
async fn namesakes_are_a_choice() {
    let (site, secretary) = cell().await;
    let other = resident(&site, site.town.cell_a1, HUY, "1990").await;
    let id = OpinionId::new().to_string();
    let page = secretary.post(BOOK, &typed(&id, &[])).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn một trong 2 đồng chí tên quốc huy");
    page.assert_shows(&format!("{HUY}, 1990"));
    let (asked, other) = (page.field("asked"), other.to_string());
    let fields = [("asked", &*asked), ("member", &*other)];
    secretary.post(BOOK, &typed(&id, &fields)).await.leads_to();
    secretary.get(&format!("/opinions/{id}")).await.assert_shows(&format!("/members/{other}"));
}

#[tokio::test]
async fn a_form_sent_twice_writes_once() {
    let (site, secretary) = cell().await;
    let id = OpinionId::new().to_string();
    let first = secretary.post(BOOK, &typed(&id, &[])).await;
    let second = secretary.post(BOOK, &typed(&id, &[])).await;
    assert_eq!(first.leads_to(), second.leads_to());
    let path = format!("/opinions/{id}/forward");
    for _ in 0..2 {
        let on = day::short(clock::today());
        let form = [("version", "1"), ("what", "UBND phường"), ("on", &*on)];
        secretary.post(&path, &form).await.leads_to();
    }
    assert_eq!(history(&site, &id).await.len(), 2);
    secretary.get(BOOK).await.assert_shows("<b>1 ý kiến</b>");
}

#[tokio::test]
async fn the_second_to_save_is_shown_both_texts() {
    let (site, secretary) = cell().await;
    let id = opinion(&site, site.town.cell_a1, "Đèn đường", 9).await.to_string();
    let path = format!("/opinions/{id}/edit");
    let fields = |topic| [("version", "1"), ("who", "anonymous"), ("topic", topic)];
    secretary
        .post(&path, &typed(&id, &[&fields("Nước sạch")[..], &[("raised_on", &ago(9))]].concat()))
        .await
        .leads_to();
    let page = secretary.post(&path, &typed(&id, &fields("Rác"))).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Nước sạch");
    page.assert_shows("Rác");
    assert_eq!(page.field("version"), "2");
    let step = [("version", "1"), ("what", "UBND phường"), ("on", "15/11/2024")];
    let page = secretary.post(&format!("/opinions/{id}/forward"), &step).await;
    page.assert_is(StatusCode::CONFLICT);
    assert_eq!(page.field("version"), "2");
    assert_eq!(history(&site, &id).await.len(), 1);
}

#[tokio::test]
async fn the_days_of_an_opinion_come_in_order() {
    let (site, secretary) = cell().await;
    let id = opinion(&site, site.town.cell_a1, "Đèn đường", 9).await;
    let (forward, answer) = (format!("/opinions/{id}/forward"), format!("/opinions/{id}/answer"));
    let page = take(&secretary, &forward, "UBND phường", &ago(10)).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(&format!("Viết ngày từ {} trở đi", ago(9)));
    assert_eq!(page.field("what"), "UBND phường");
    take(&secretary, &forward, "UBND phường", &ago(5)).await.leads_to();
    let page = take(&secretary, &answer, "Đã lắp.", &ago(6)).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let tomorrow = day::short(clock::today() + Days::new(1));
    let page = take(&secretary, &answer, "Đã lắp.", &tomorrow).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    take(&secretary, &answer, "Đã lắp.", &ago(5)).await.leads_to();
    let text_id = id.to_string();
    let fields = [("version", "3"), ("who", "anonymous"), ("raised_on", &*ago(4))];
    let page = secretary.post(&format!("/opinions/{id}/edit"), &typed(&text_id, &fields)).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(&format!("Viết ngày không sau {}", ago(5)));
}

#[tokio::test]
async fn the_next_meeting_hears_the_answers() {
    let (site, secretary) = cell().await;
    let cell = site.town.cell_a1;
    let id = opinion(&site, cell, "Đèn đường", 40).await;
    let (before, next) = (meeting(&site, cell, 30).await, meeting(&site, cell, 0).await);
    take(&secretary, &format!("/opinions/{id}/answer"), "Đã lắp.", &ago(20)).await.leads_to();
    let topic = "Đèn đường";
    secretary.get(&format!("/meetings/{before}/opinions")).await.assert_hides(topic);
    let path = format!("/meetings/{next}/opinions");
    secretary.get(&path).await.assert_shows("1 trả lời chưa đọc ở cuộc họp nào");

    let (post, read) = (format!("{path}/read"), id.to_string());
    for _ in 0..2 {
        let done = secretary.post(&post, &[("read", &*read)]).await;
        assert_eq!(done.leads_to(), format!("{path}#answers"));
    }
    secretary.get(&path).await.assert_shows("1 trả lời đã đọc tại cuộc họp này");
    assert_eq!(history(&site, &read).await.len(), 2, "one for the answer, one for reading it");
    secretary.get(&format!("/opinions/{id}")).await.assert_shows(&path);

    secretary.post(&post, &[("unread", &*read)]).await.leads_to();
    secretary.get(&path).await.assert_shows("1 trả lời chưa đọc ở cuộc họp nào");
}

#[tokio::test]
async fn a_meeting_reads_no_answers_of_others() {
    let (site, secretary) = cell().await;
    let own = meeting(&site, site.town.cell_a1, 0).await;
    let foreign = opinion(&site, site.town.cell_a2, "Đèn đường", 4).await.to_string();
    let page =
        secretary.post(&format!("/meetings/{own}/opinions/read"), &[("read", &*foreign)]).await;
    page.assert_is(StatusCode::NOT_FOUND);
    // Nor does an opinion belong to a meeting of others, or to their members.
    let id = OpinionId::new().to_string();
    let theirs = meeting(&site, site.town.cell_a2, 1).await.to_string();
    let page = secretary.post(BOOK, &typed(&id, &[("meeting", &*theirs)])).await;
    page.assert_is(StatusCode::NOT_FOUND);
    let stranger = resident(&site, site.town.cell_b1, "Lê Thị Xa", "1980").await.to_string();
    let page = secretary.post(BOOK, &typed(&id, &[("member", &*stranger)])).await;
    page.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_list_is_filtered_by_its_address() {
    let (site, secretary) = cell().await;
    let cell = site.town.cell_a1;
    let id = opinion(&site, cell, "Đèn đường", 3).await;
    opinion(&site, cell, "Nước sạch", 2).await;
    take(&secretary, &format!("/opinions/{id}/answer"), "Đã lắp.", &ago(1)).await.leads_to();
    let page = secretary.get(&format!("{BOOK}?status=unanswered")).await;
    page.assert_shows("Nước sạch");
    page.assert_hides("Đèn đường");
    page.assert_shows("Đã trả lời (1)");
    page.assert_shows("Chưa trả lời (1)");
    let page = secretary.get(&format!("{BOOK}?q=den+duong")).await;
    page.assert_shows("Đèn đường");
    page.assert_hides("Nước sạch");
    let page = secretary.get(&format!("{BOOK}?year=1999")).await;
    page.assert_shows("Bớt điều kiện lọc");
    for topic in 0..50 {
        opinion(&site, cell, &format!("Việc {topic}."), 1).await;
    }
    let page = secretary.get(&format!("{BOOK}?page=2")).await;
    page.assert_shows("Trang 2 trên 2");
    page.assert_shows("Đèn đường");
    page.assert_hides("Việc 0.");
}

#[tokio::test]
async fn a_ward_reads_the_opinions_of_its_cells_and_writes_none() {
    let (site, _) = cell().await;
    let town = &site.town;
    let id = opinion(&site, town.cell_a1, "Đèn đường", 3).await;
    opinion(&site, town.cell_b1, "Nước sạch", 3).await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a/opinions").await;
    page.assert_shows("Đèn đường");
    page.assert_shows("Chi bộ tổ dân phố 1");
    page.assert_hides("Nước sạch");
    officer.get(&format!("/opinions/{id}")).await.assert_is(StatusCode::OK);
    officer.get(&format!("/opinions/{id}/edit")).await.assert_is(StatusCode::FORBIDDEN);
    officer.post(&format!("/opinions/{id}/forward"), &[]).await.assert_is(StatusCode::FORBIDDEN);
    let outsider = site.outsider().await;
    for page in ["", "/edit", "/forward", "/answer"] {
        let page = outsider.get(&format!("/opinions/{id}{page}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    outsider.post(&format!("/opinions/{id}/answer"), &[]).await.assert_is(StatusCode::NOT_FOUND);
}
