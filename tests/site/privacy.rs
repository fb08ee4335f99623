//! What people may ask of a registry that names them: little of it in sight, all of it told
//! to the person, everything that was looked at written down.

use haichieu::ids::{DataRequestId, MemberId, OpinionId};
use haichieu::opinions::model::NewOpinion;
use haichieu::{audit, clock, opinions, privacy, vietnamese};
use reqwest::StatusCode;
use serde_json::Value;

use crate::exchange::texts;
use crate::members::live_who;
use crate::settings::settle;
use crate::statistics::{gift, give, meeting};
use crate::support::{Page, Site, Visitor, day};

const HANH: &str = "Trần Thị Hạnh";

/// Somebody in cell A1 with a telephone and a card.
pub async fn hanh(site: &Site) -> MemberId {
    live_who(site, site.town.cell_a1, HANH, |member, _| {
        member.phone = Some("0912345678".to_owned());
        member.card_number = Some("32012345".to_owned());
    })
    .await
}

fn assert_no_numbers(page: &Page) {
    page.assert_is(StatusCode::OK);
    for number in ["0912 345 678", "0912345678", "32012345"] {
        page.assert_hides(number);
    }
}

/// The actions written down of looks at the person.
async fn looks(site: &Site) -> Vec<String> {
    site.watch.settle().await;
    let mut tx = site.db.read().await.unwrap();
    texts(&mut tx, "SELECT action FROM audit_entry WHERE subject = 'view' ORDER BY id").await
}

#[tokio::test]
async fn numbers_are_masked_until_somebody_asks() {
    let site = Site::start().await;
    let page = format!("/members/{}", hanh(&site).await);
    let secretary = site.secretary().await;
    let masked = secretary.get(&page).await;
    assert_no_numbers(&masked);
    masked.assert_shows("09•• ••• 678");
    masked.assert_shows("•••••345");
    assert_no_numbers(&secretary.get("/units/a1/members").await);

    let outsider = site.outsider().await;
    outsider.post(&format!("{page}/numbers"), &[]).await.assert_is(StatusCode::NOT_FOUND);
    assert_eq!(looks(&site).await, ["view.member", "view.page"]);
    let asked = secretary.post(&format!("{page}/numbers"), &[]).await;
    asked.assert_is(StatusCode::OK);
    asked.assert_shows("0912 345 678");
    asked.assert_shows("32012345");
    assert!(looks(&site).await.contains(&"view.numbers".to_owned()));
    // That answer only.
    assert_no_numbers(&secretary.get(&page).await);
}

async fn correct(visitor: &Visitor, id: MemberId, fields: &[(&str, &str)]) -> Page {
    let path = format!("/members/{id}/edit");
    let page = visitor.get(&path).await;
    assert_no_numbers(&page);
    let hidden = ["version", "residence_id", "residence_version"].map(|it| (it, page.field(it)));
    let rest = [("full_name", HANH), ("sex", "female"), ("residence_kind", "permanent")];
    let mut form: Vec<(&str, &str)> = hidden.iter().map(|(name, it)| (*name, &**it)).collect();
    form.extend(rest);
    form.extend(fields);
    visitor.post(&path, &form).await
}

async fn numbers_of(site: &Site, id: MemberId) -> (Option<String>, Option<String>) {
    let mut tx = site.db.read().await.unwrap();
    let member = haichieu::members::store::get(&mut tx, id).await.unwrap();
    (member.phone, member.card_number)
}

#[tokio::test]
async fn a_correction_keeps_the_numbers_it_did_not_show() {
    let site = Site::start().await;
    let id = hanh(&site).await;
    let secretary = site.secretary().await;
    correct(&secretary, id, &[("position", "Kế toán")]).await.leads_to();
    let both = (Some("0912345678".to_owned()), Some("32012345".to_owned()));
    assert_eq!(numbers_of(&site, id).await, both);
    correct(&secretary, id, &[("phone", "0987 654 321"), ("card_gone", "yes")]).await.leads_to();
    assert_eq!(numbers_of(&site, id).await, (Some("0987654321".to_owned()), None));

    // Nor does the trail, which is never changed, learn them.
    let entries = site.seed(async |tx| audit::store::list_of(tx, id.0, 9).await.unwrap()).await;
    assert_eq!(entries.len(), 2);
    assert!(entries[0].changes.contains("•••• ••• 321"), "{}", entries[0].changes);
    for digits in ["0912 345 678", "0987 654 321", "32012345"] {
        assert!(entries.iter().all(|it| !it.changes.contains(digits)), "{digits}");
    }
}

/// Somebody in cell A1 of whom all books say something, and somebody else beside.
async fn with_books(site: &Site) -> MemberId {
    let cell = site.town.cell_a1;
    let id = hanh(site).await;
    let other = live_who(site, cell, "Lê Văn Khác", |member, _| {
        member.phone = Some("0977777777".to_owned());
    })
    .await;
    site.seed(async |tx| {
        meeting(tx, cell, "2024-05-10", &[other]).await;
        give(tx, &gift(cell, id, "2024-06-01", 1_500_000)).await;
        give(tx, &gift(cell, other, "2024-06-02", 777_000)).await;
        for (member_id, topic) in [(id, "Đèn đường"), (other, "Nước sạch")] {
            let opinion = NewOpinion {
                id: OpinionId::new(),
                unit_id: cell,
                meeting_id: None,
                member_id: Some(member_id),
                raised_on: day("2024-07-01"),
                topic: topic.to_owned(),
                text: "Ngõ 3 tối.".to_owned(),
            };
            opinions::store::add(tx, &opinion, clock::now()).await.unwrap();
        }
    })
    .await;
    id
}

const GIVEN_TO: (&str, &str) = ("purpose", "đưa cho đồng chí theo yêu cầu");

#[tokio::test]
async fn everything_held_is_told_to_the_person_and_nobody_elses() {
    let site = Site::start().await;
    let path = format!("/members/{}/data", with_books(&site).await);
    let secretary = site.secretary().await;
    assert_no_numbers(&secretary.get(&path).await);
    let refused = secretary.post(&path, &[("format", "json"), ("purpose", " . ")]).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("Viết tệp dùng vào việc gì");
    assert!(!looks(&site).await.contains(&"view.data".to_owned()));

    let file = secretary.post(&path, &[GIVEN_TO, ("format", "json")]).await;
    file.assert_is(StatusCode::OK);
    let disposition = file.headers.get("content-disposition").unwrap().to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    let held: Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(held["person"][0]["phone"], "0912345678");
    assert_eq!(held["residences"][0]["address"], "Số 14, ngõ 3");
    assert_eq!(held["meetings"][0]["attendance"], "Có mặt");
    assert_eq!(held["contributions"][0]["amount_vnd"], 1_500_000);
    assert_eq!(held["opinions"][0]["topic"], "Đèn đường");
    let paper = secretary.post(&path, &[GIVEN_TO, ("format", "paper")]).await;
    paper.assert_is(StatusCode::OK);
    paper.assert_shows("1.500.000");
    for page in [&file, &paper] {
        for foreign in ["Khác", "0977777777", "777000", "777.000", "Nước sạch"] {
            page.assert_hides(foreign);
        }
    }
    let sql = "SELECT summary FROM audit_entry WHERE action = 'view.data'";
    let said = texts(&mut site.db.read().await.unwrap(), sql).await;
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|it| it.ends_with(GIVEN_TO.1)), "{said:?}");
}

/// Each key of the file for machines is explained in `docs/files.md`.
#[tokio::test]
async fn the_keys_are_documented() {
    let site = Site::start().await;
    let id = with_books(&site).await;
    let mut tx = site.db.read().await.unwrap();
    let scope = haichieu::access::guard::Scope::command_line(site.town.cell_a1);
    let sections = privacy::store::held::sections(&mut tx, &scope, &[id]).await.unwrap();
    let guide = std::fs::read_to_string("docs/files.md").unwrap();
    let part = guide.split("(`data.json`)").nth(1).unwrap();
    for section in sections {
        let line = part.lines().find(|it| it.starts_with(&format!("| `{}` |", section.key)));
        let line = line.unwrap_or_else(|| panic!("{}", section.key));
        for (key, _) in section.columns {
            assert!(line.contains(&format!("`{key}`")), "{}: {key}", section.key);
        }
    }
}

#[tokio::test]
async fn a_person_learns_who_may_look_and_who_did() {
    let site = Site::start().await;
    let id = hanh(&site).await;
    let path = format!("/members/{id}/viewers");
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let (_outsider, _counts) = (site.outsider().await, site.organisation_officer().await);
    officer.get(&format!("/members/{id}")).await.assert_is(StatusCode::OK);
    officer.get("/units/phuong-a/members/print").await.assert_is(StatusCode::OK);
    site.watch.settle().await;
    let page = secretary.get(&path).await;
    page.assert_is(StatusCode::OK);
    let (may, did) = page.body.split_once("2. Từ").unwrap();
    assert!(may.contains("Chi bộ tổ dân phố 1</td>") && may.contains("Phường An Bình</td>"));
    // Neither another cell, nor whoever sees counts alone.
    assert!(!may.contains("Chi bộ thôn Đông") && !may.contains("Cán bộ ban tổ chức"));
    let (did, taken) = did.split_once("3. Tệp").unwrap();
    assert!(did.contains("Cán bộ đảng ủy phường, xã") && did.contains("Mở trang đảng viên"));
    assert!(taken.contains("In danh sách hoặc phiếu"));
    site.outsider().await.get(&path).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn anybody_reads_what_is_processed_and_whom_to_ask() {
    let site = Site::start().await;
    let stranger = site.stranger();
    let page = stranger.get("/sign-in").await;
    assert!(page.links().any(|it| it == "/privacy"));
    let page = stranger.get("/privacy").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("chưa ghi người tiếp nhận");
    page.assert_shows("Trả lời trong 2 ngày làm việc");
    let fields = [
        ("data_contact", "Văn phòng Thành ủy, 0239 3855 123"),
        ("data_answer_days", "1"),
        ("data_keep_years", "5"),
    ];
    let officer = site.organisation_officer().await;
    settle(&officer, "thanh-pho", &fields).await.leads_to();
    for visitor in [&stranger, &site.secretary().await] {
        let page = visitor.get("/privacy").await;
        page.assert_shows("Văn phòng Thành ủy, 0239 3855 123");
        page.assert_shows("Trả lời trong 1 ngày làm việc");
        page.assert_shows("5 năm sau khi thôi cư trú");
    }
}

#[tokio::test]
async fn the_log_tells_who_looked_and_an_administrator_no_names() {
    let site = Site::start().await;
    let id = hanh(&site).await;
    let other = live_who(&site, site.town.cell_b1, "Phan Thị Xa", |_, _| {}).await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    site.outsider().await.get(&format!("/members/{other}")).await.assert_is(StatusCode::OK);
    secretary.get(&format!("/members/{id}")).await.assert_is(StatusCode::OK);
    secretary.get(&format!("/units/a1/members?q={HANH}")).await.assert_is(StatusCode::OK);
    secretary.export("a1", "members", &format!("q={HANH}"), "csv").await.assert_is(StatusCode::OK);
    site.watch.settle().await;

    let log = "/units/phuong-a/access-log";
    secretary.get("/units/a1/access-log").await.assert_is(StatusCode::NOT_FOUND);
    let page = officer.get(log).await;
    for text in [HANH, "Mở trang đảng viên", "Mở danh sách đảng viên: 1 người", "Xuất danh sách"]
    {
        page.assert_shows(text);
    }
    page.assert_hides("Phan Thị Xa");
    let page = officer.get(&format!("{log}?member={id}")).await;
    page.assert_shows("Mở trang đảng viên");
    page.assert_hides("Mở danh sách");
    officer.get(&format!("{log}?to=01/01/2020")).await.assert_shows("Không có lần nào");
    officer.get(&format!("{log}?to=hôm")).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);

    let page = site.administrator().await.get(&format!("{log}?member={id}")).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Mở trang đảng viên");
    page.assert_shows("Mở danh sách đảng viên: 1 người");
    for name in [HANH, "Hạnh", "nộp đảng ủy phường"] {
        page.assert_hides(name);
    }
}

#[tokio::test]
async fn a_long_log_is_turned_page_by_page() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        for number in 0..120 {
            let act = audit::model::Act::new("view.page", None, format!("Mở thứ {number}."));
            let act = act.in_unit(cell);
            audit::store::append(tx, &audit::model::Actor::command_line(), act).await.unwrap();
        }
    })
    .await;
    let officer = site.ward_officer().await;
    let mut href = "/units/phuong-a/access-log".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = officer.get(&href).await;
        seen.extend((0..120).filter(|it| page.body.contains(&format!("Mở thứ {it}."))));
        let Some(next) = page.links().find(|it| it.contains("before=")) else { break };
        href = next;
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..120).collect::<Vec<_>>(), "each on one page");
}

async fn request(visitor: &Visitor, id: MemberId, kind: &str, on: &str) -> String {
    let path = format!("/members/{id}/data-requests");
    let form_id = visitor.get(&path).await.field("id");
    let form = [("id", &*form_id), ("kind", kind), ("text", "Cho xem hồ sơ"), ("received_on", on)];
    let there = visitor.post(&path, &form).await.leads_to().to_owned();
    assert_eq!(visitor.post(&path, &form).await.leads_to(), there, "sent twice");
    there
}

#[tokio::test]
async fn a_request_runs_by_the_clocks_of_the_law() {
    let site = Site::start().await;
    let id = hanh(&site).await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let new_id = DataRequestId::new().to_string();
    let form = [("id", &*new_id), ("text", "Cho xem"), ("received_on", "nay")];
    let refused = secretary.post(&format!("/members/{id}/data-requests"), &form).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("Chọn yêu cầu gì");
    refused.assert_shows("Cho xem</textarea>");

    // Monday, 11 November 2024; and one of today.
    let old = request(&secretary, id, "restriction", "11/11/2024").await;
    let new = request(&secretary, id, "access", &vietnamese::day::short(clock::today())).await;
    let page = officer.get("/units/phuong-a/data-requests").await;
    page.assert_shows("Quá hạn từ 13/11/2024");
    page.assert_shows("26/11/2024");
    let at = |href: &str| page.body.find(href).unwrap();
    assert!(at(&old) < at(&new), "the most urgent first");
    for tasks in ["/units/a1/tasks", "/units/phuong-a/tasks"] {
        let page = officer.get(tasks).await;
        let page = if tasks.contains("a1") { secretary.get(tasks).await } else { page };
        page.assert_shows("2 yêu cầu về dữ liệu chưa xong");
        page.assert_shows("1 yêu cầu quá hạn luật định");
    }

    let step = |version: &str, step: &str, what: &str, on: &str| {
        [("version", version), ("step", step), ("what", what), ("on", on)]
            .map(|(name, it)| (name.to_owned(), it.to_owned()))
    };
    let post = async |visitor: &Visitor, form: &[(String, String)]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(a, b)| (&**a, &**b)).collect();
        visitor.post(&old, &form).await
    };
    let early = step("1", "answer", "Đã nhận, sẽ làm", "01/11/2024");
    post(&secretary, &early).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let extend = step("1", "extend", "Chờ đảng ủy trả lời", "12/11/2024");
    post(&secretary, &extend).await.leads_to();
    secretary.get(&old).await.assert_shows("11/12/2024");
    let again = step("2", "extend", "Chờ lần nữa thôi", "12/11/2024");
    post(&secretary, &again).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    // Two at once: the second sees what the first did.
    let refuse = step("2", "refuse", "Còn phải ghi sổ", "13/11/2024");
    post(&secretary, &refuse).await.leads_to();
    post(&secretary, &refuse).await.leads_to();
    let late = post(&officer, &step("2", "done", "Đã hạn chế rồi", "14/11/2024")).await;
    late.assert_is(StatusCode::CONFLICT);
    late.assert_shows("Còn phải ghi sổ");
    late.assert_shows("Đã hạn chế rồi");
    secretary.get("/units/a1/tasks").await.assert_hides("quá hạn luật định");
    site.outsider().await.get(&old).await.assert_is(StatusCode::NOT_FOUND);
    let sql = "SELECT summary FROM audit_entry WHERE subject = 'data_request'";
    assert_eq!(texts(&mut site.db.read().await.unwrap(), sql).await.len(), 4);
}

#[tokio::test]
async fn what_is_restricted_stays_in_the_cell() {
    let site = Site::start().await;
    let id = with_books(&site).await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let path = format!("/members/{id}/restriction");
    let counts = officer.get("/units/phuong-a?on=01/06/2024").await.body;
    let file = officer.export("phuong-a", "members", "", "csv").await;
    file.assert_shows("0912345678");

    let page = secretary.get(&path).await;
    let (restriction, reason) = (page.field("id"), ("reason", "Theo yêu cầu của đồng chí"));
    let form = [("id", &*restriction), reason];
    secretary.post(&path, &[form[0]]).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    secretary.post(&path, &form).await.leads_to();
    secretary.post(&path, &form).await.leads_to();
    // Another form, opened before: somebody was quicker.
    let other = haichieu::ids::RestrictionId::new().to_string();
    officer.post(&path, &[("id", &*other), reason]).await.assert_is(StatusCode::CONFLICT);
    secretary.get(&format!("/members/{id}")).await.assert_shows("Đang hạn chế xử lý");
    for format in ["csv", "excel-csv"] {
        let file = officer.export("phuong-a", "members", "", format).await;
        file.assert_shows(HANH);
        file.assert_hides("0912345678");
        assert_eq!(file.body.matches("Số 14, ngõ 3").count(), 1, "the other's alone");
    }
    let file = officer.export("phuong-a", "evaluations", "year=2024", "csv").await;
    assert_eq!(file.body.matches("Số 14, ngõ 3").count(), 1);
    let print = officer.get("/units/phuong-a/members/print").await;
    print.assert_hides("0912345678");
    assert_eq!(officer.get("/units/phuong-a?on=01/06/2024").await.body, counts);

    let lift = [("id", &*restriction), ("reason", "Đồng chí rút yêu cầu")];
    secretary.post(&path, &lift).await.leads_to();
    secretary.post(&path, &lift).await.leads_to();
    let file = officer.export("phuong-a", "members", "", "csv").await;
    file.assert_shows("0912345678");
    secretary.get(&path).await.assert_shows("Đồng chí rút yêu cầu");
    site.outsider().await.get(&path).await.assert_is(StatusCode::NOT_FOUND);
}
