//! The year's comment sheets, from their opening to the workplace: who does what, in which
//! order, and what is refused.

use haichieu::access::model::Role;
use haichieu::ids::{CriteriaSetId, MemberId};
use haichieu::members::model::{EndReason, ExemptReason};
use reqwest::StatusCode;

use crate::exchange::{execute, number};
use crate::members::{live, live_who};
use crate::statistics::{gift, give, home, meeting};
use crate::support::{Page, Site, Visitor, day};

const LIST: &str = "/units/a1/evaluations/sheets?year=2024";

/// Opens 2024 for the unit, as of its last day.
pub async fn open_year(officer: &Visitor, code: &str) {
    let form = [
        ("year", "2024"),
        ("reference_on", "31/12/2024"),
        ("sign_by", ""),
        ("return_by", ""),
        ("version", ""),
        ("step", "save"),
    ];
    let page = officer.post(&format!("/units/{code}/evaluations/open"), &form).await;
    assert!(page.leads_to().ends_with("&done=open"));
}

/// The address of the sheet that the list names this person on.
pub async fn sheet_of(visitor: &Visitor, name: &str) -> String {
    let list = visitor.get(LIST).await;
    let before = list.body.split(&format!(">{name}</a>")).next().unwrap();
    assert!(before.len() < list.body.len(), "{name} is not on the list:\n{}", list.body);
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

/// The criteria of a sheet's form, each with the ids of its options.
pub fn criteria(page: &Page) -> Vec<(String, Vec<String>)> {
    let mut criteria: Vec<(String, Vec<String>)> = Vec::new();
    for part in page.body.split("name=\"c-").skip(1) {
        let name = format!("c-{}", part.split('"').next().unwrap());
        let value = part.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        match criteria.last_mut().filter(|it| it.0 == name) {
            Some(last) => last.1.push(value.to_owned()),
            None => criteria.push((name, vec![value.to_owned()])),
        }
    }
    criteria
}

/// Writes a sheet to its end: for every criterion the option `at` this place.
pub async fn write(secretary: &Visitor, sheet: &str, at: usize, text: &str) -> Page {
    let page = secretary.get(sheet).await;
    let criteria = criteria(&page);
    let version = page.field("version");
    let consultation = consultation_on(&page);
    let mut form: Vec<(&str, &str)> =
        criteria.iter().map(|(name, options)| (name.as_str(), options[at].as_str())).collect();
    form.push(("other_text", text));
    form.push(("consultation", &consultation));
    form.push(("version", &version));
    form.push(("action", "stay"));
    secretary.post(sheet, &form).await
}

/// The consultation that is chosen on a sheet; empty where there is none.
fn consultation_on(page: &Page) -> String {
    let select = page.body.split("<select id=\"consultation\"").nth(1).unwrap();
    let chosen = select.split("</select>").next().unwrap().split("<option value=\"");
    let mut chosen = chosen.filter(|it| it.contains(" selected"));
    chosen.next().map(|it| it.split('"').next().unwrap().to_owned()).unwrap_or_default()
}

/// Records the meeting with the Front work committee for all sheets that are open.
pub async fn consult(secretary: &Visitor) {
    let page = secretary.get("/units/a1/evaluations/consultations?year=2024").await;
    let id = page.field("id");
    let form = [
        ("id", id.as_str()),
        ("year", "2024"),
        ("held_on", "20/12/2024"),
        ("cell_people", "Bí thư, phó bí thư"),
        ("front_people", "Trưởng ban công tác mặt trận"),
        ("version", ""),
    ];
    let page = secretary.post("/units/a1/evaluations/consultations", &form).await;
    assert!(page.leads_to().ends_with("done=consultation"));
}

/// Signs, or confirms, all that can be.
pub async fn take_all(visitor: &Visitor, step: &str) -> Page {
    let at = format!("/units/a1/evaluations/{step}");
    let page = visitor.get(&format!("{at}?year=2024")).await;
    let version = page.field("version");
    visitor.post(&at, &[("year", "2024"), ("version", &version)]).await
}

/// Posts a step of one sheet, with the version that its page shows.
async fn step(visitor: &Visitor, sheet: &str, step: &str, fields: &[(&str, &str)]) -> Page {
    let version = visitor.get(&format!("{sheet}/{step}")).await.field("version");
    let mut form = vec![("version", version.as_str())];
    form.extend(fields);
    visitor.post(&format!("{sheet}/{step}"), &form).await
}

/// Two people of cell A1 with open sheets.
async fn opened() -> (Site, Visitor, Visitor) {
    let site = Site::with_criteria().await;
    live(&site, site.town.cell_a1, "Lê Thị Sen").await;
    live(&site, site.town.cell_a1, "Trần Văn An").await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    open_year(&officer, "phuong-a").await;
    (site, secretary, officer)
}

/// Likewise, written, discussed and signed; An's sheet is the first.
pub async fn signed() -> (Site, Visitor, Visitor) {
    let (site, secretary, officer) = opened().await;
    consult(&secretary).await;
    for (name, at) in [("Trần Văn An", 0), ("Lê Thị Sen", 1)] {
        let sheet = sheet_of(&secretary, name).await;
        write(&secretary, &sheet, at, "Vận động bà con ngõ 3.").await.leads_to();
    }
    assert!(take_all(&secretary, "sign").await.leads_to().ends_with("done=sign"));
    (site, secretary, officer)
}

#[tokio::test]
async fn everybody_normal_on_the_day_has_a_sheet_and_nobody_else() {
    let site = Site::with_criteria().await;
    let (cell_a1, cell_a2) = (site.town.cell_a1, site.town.cell_a2);
    live(&site, cell_a1, "Lê Thị Sen").await;
    live_who(&site, cell_a1, "Võ Bình", |_, it| it.exempt = Some(ExemptReason::WorksOnTheMove))
        .await;
    live_who(&site, cell_a1, "Đỗ Gần", |_, it| it.started_on = day("2025-01-01")).await;
    let leaves = |until: &'static str| {
        move |_: &mut _, it: &mut haichieu::members::model::NewResidence| {
            it.ended = Some((day(until), EndReason::Moved));
        }
    };
    live_who(&site, cell_a1, "Hồ Đi", leaves("2024-12-31")).await;
    live_who(&site, cell_a2, "Cao Ở", leaves("2025-01-01")).await;
    let officer = site.ward_officer().await;

    let form = [("year", "2024"), ("reference_on", "31/12/2024"), ("step", "")];
    let page = officer.post("/units/phuong-a/evaluations/open", &form).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("<dd>2</dd>");
    page.assert_shows("Mở 2 phiếu");
    page.assert_shows("chưa đặt hạn");

    open_year(&officer, "phuong-a").await;
    let list = officer.get("/units/phuong-a/evaluations/sheets?year=2024").await;
    list.assert_shows("Lê Thị Sen");
    list.assert_shows("Cao Ở");
    for name in ["Võ Bình", "Đỗ Gần", "Hồ Đi"] {
        list.assert_hides(name);
    }
}

#[tokio::test]
async fn opening_again_adds_the_new_and_keeps_the_rest() {
    let (site, secretary, officer) = opened().await;
    let sheet = sheet_of(&secretary, "Lê Thị Sen").await;
    write(&secretary, &sheet, 0, "").await.leads_to();
    live(&site, site.town.cell_a1, "Mai Mới").await;
    let form = officer.get("/units/phuong-a/evaluations/open?year=2024").await;
    form.assert_shows("Năm này đã mở");
    let version = form.field("version");
    let fields = [
        ("year", "2024"),
        ("reference_on", "31/12/2024"),
        ("sign_by", "10/01/2025"),
        ("version", &version),
        ("step", "save"),
    ];
    for page in officer.post_at_once("/units/phuong-a/evaluations/open", &fields, 4).await {
        page.assert_is(StatusCode::SEE_OTHER);
    }
    let mut tx = site.db.read().await.unwrap();
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM evaluation_sheet").await, 3);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM evaluation_year").await, 1);
    let told = "SELECT COUNT(*) FROM audit_entry WHERE action = 'evaluation.open'";
    assert_eq!(number(&mut tx, told).await, 2, "four sendings of one form are told once");
    drop(tx);
    secretary.get(&sheet).await.assert_shows("Đã viết xong");
    secretary
        .get("/units/a1/evaluations?year=2024")
        .await
        .assert_shows("Hạn chi bộ ký: 10/01/2025");
}

#[tokio::test]
async fn two_who_open_with_other_days_are_told() {
    let (_site, _, officer) = opened().await;
    let fields =
        [("year", "2024"), ("reference_on", "30/12/2024"), ("version", ""), ("step", "save")];
    let page = officer.post("/units/phuong-a/evaluations/open", &fields).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("31/12/2024");
    assert_eq!(page.field("reference_on"), "30/12/2024");
}

#[tokio::test]
async fn nothing_is_chosen_before_the_secretary_chooses() {
    let (site, secretary, _) = opened().await;
    site.seed(async |tx| meeting(tx, site.town.cell_a1, "2024-06-01", &[]).await).await;
    let page = secretary.get(&sheet_of(&secretary, "Lê Thị Sen").await).await;
    assert_eq!(criteria(&page).len(), 6);
    page.assert_hides(" checked");
    page.assert_shows("Chỉ để tham khảo, chi bộ quyết định");
    page.assert_shows("phải dự 1 cuộc, có mặt 1");
    for refused in ["xuất sắc", "xếp loại", "Hoàn thành"] {
        page.assert_hides(refused);
    }
    // Unknown wording is said to be unknown, four times.
    assert_eq!(page.body.matches("Nguyên văn theo mẫu chính thức").count(), 4);
}

#[tokio::test]
async fn a_year_goes_from_the_cell_to_the_ward_to_the_workplace() {
    let (_site, secretary, officer) = signed().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    secretary.get(&sheet).await.assert_shows("Mã kiểm tra");
    assert!(take_all(&officer, "confirm").await.leads_to().ends_with("done=confirm"));
    let fields = [("on", "01/02/2025"), ("how", "post")];
    let early = step(&officer, &sheet, "send", &fields).await;
    early.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    early.assert_shows("từ ngày đảng ủy xác nhận đến hôm nay");
    let today = haichieu::vietnamese::day::short(haichieu::clock::today());
    let sent = step(&officer, &sheet, "send", &[("on", &today), ("how", "post")]).await;
    assert_eq!(sent.leads_to(), sheet);
    let page = secretary.get(&sheet).await;
    page.assert_shows("Gửi bưu điện, văn thư");
    for said in ["Mở phiếu", "Viết", "Chi bộ ký", "Đảng ủy xác nhận", "Gửi nơi công tác"]
    {
        page.assert_shows(said);
    }
    let unit = officer.get("/units/phuong-a/evaluations?year=2024").await;
    unit.assert_shows("đảng ủy đã xác nhận</dt><dd>2</dd>");
    unit.assert_shows("đã gửi nơi công tác</dt><dd>1</dd>");
}

#[tokio::test]
async fn only_complete_and_discussed_sheets_are_signed() {
    let (site, secretary, _) = opened().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    write(&secretary, &sheet, 0, "").await.leads_to();
    let page = secretary.get("/units/a1/evaluations/sign?year=2024").await;
    page.assert_shows("0 phiếu đủ để ký");
    page.assert_shows("chưa ghi cuộc họp với ban công tác mặt trận");
    page.assert_shows("còn 6 tiêu chí, chưa ghi cuộc họp với mặt trận");
    let version = secretary.get(&sheet).await.field("version");
    let page = secretary.post(&format!("{sheet}/sign"), &[("version", &version)]).await;
    page.assert_is(StatusCode::BAD_REQUEST);

    // Nor with a form of one's own making.
    let sum = "SELECT CAST(SUM(version) AS BIGINT) FROM evaluation_sheet";
    let all = number(&mut site.db.read().await.unwrap(), sum).await.to_string();
    let form = [("year", "2024"), ("version", all.as_str())];
    secretary.post("/units/a1/evaluations/sign", &form).await.leads_to();
    secretary.get(&sheet).await.assert_shows("Đã viết xong");

    consult(&secretary).await;
    let page = secretary.get("/units/a1/evaluations/sign?year=2024").await;
    page.assert_shows("Ký 1 phiếu");
    page.assert_shows("còn 6 tiêu chí chưa chọn mức");
    take_all(&secretary, "sign").await.leads_to();
    secretary.get(&sheet).await.assert_shows("Chi bộ đã ký");
    let other = sheet_of(&secretary, "Lê Thị Sen").await;
    secretary.get(&other).await.assert_shows("Chưa viết");
}

#[tokio::test]
async fn a_signature_covers_what_was_on_the_page_and_no_more() {
    let (_site, secretary, officer) = opened().await;
    consult(&secretary).await;
    let (an, sen) =
        (sheet_of(&secretary, "Trần Văn An").await, sheet_of(&secretary, "Lê Thị Sen").await);
    write(&secretary, &an, 0, "").await.leads_to();
    let at = "/units/a1/evaluations/sign";
    let version = secretary.get(&format!("{at}?year=2024")).await.field("version");
    write(&secretary, &sen, 2, "").await.leads_to();
    let page = secretary.post(at, &[("year", "2024"), ("version", &version)]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("có phiếu vừa thay đổi");
    page.assert_shows("Ký 2 phiếu");
    secretary.get(&an).await.assert_shows("Đã viết xong");
    let now = page.field("version");
    let fields = [("year", "2024"), ("version", now.as_str())];
    for page in secretary.post_at_once(at, &fields, 3).await {
        page.assert_is(StatusCode::SEE_OTHER);
    }
    // Likewise the ward: what the cell signs meanwhile is not confirmed unseen.
    let at = "/units/a1/evaluations/confirm";
    let page = officer.post(at, &[("year", "2024"), ("version", &version)]).await;
    page.assert_is(StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_ward_gives_back_with_a_reason_and_the_code_is_void() {
    let (site, secretary, officer) = signed().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    let code = code_of(&secretary, &sheet).await;
    let page = step(&officer, &sheet, "return", &[("reason", "  ")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Viết lý do");
    let page = step(&officer, &sheet, "return", &[("reason", "Tiêu chí 3 chưa khớp")]).await;
    assert_eq!(page.leads_to(), sheet);
    let page = secretary.get(&sheet).await;
    page.assert_shows("Bị trả lại");
    page.assert_shows("Tiêu chí 3 chưa khớp");
    let verify = site.stranger().get(&format!("/verify/{code}")).await;
    verify.assert_shows("Không có phiếu nào mang mã này");
    // It is not signed again unless the secretary has looked at it.
    let page = secretary.get("/units/a1/evaluations/sign?year=2024").await;
    page.assert_shows("bị trả lại, chưa sửa");
    write(&secretary, &sheet, 1, "").await.leads_to();
    take_all(&secretary, "sign").await.leads_to();
    assert_ne!(code_of(&secretary, &sheet).await, code);
}

#[tokio::test]
async fn a_confirmed_sheet_stands_and_a_correction_is_another() {
    let (site, secretary, officer) = signed().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    take_all(&officer, "confirm").await.leads_to();
    let code = code_of(&secretary, &sheet).await;
    let form = officer.get(&format!("{sheet}/correct")).await;
    let (version, id) = (form.field("version"), form.field("id"));
    let fields = [("version", &*version), ("id", &*id), ("reason", "Ghi nhầm tiêu chí 6")];
    for page in officer.post_at_once(&format!("{sheet}/correct"), &fields, 3).await {
        assert_eq!(page.leads_to(), format!("/evaluations/{id}"));
    }
    let new = format!("/evaluations/{id}");
    let verify = site.stranger().get(&format!("/verify/{code}")).await;
    verify.assert_shows("Phiếu không còn giá trị");
    let page = secretary.get(&new).await;
    page.assert_shows("Ghi nhầm tiêu chí 6");
    assert_eq!(page.body.matches(" checked").count(), 6, "it begins with what was chosen");
    write(&secretary, &new, 2, "Bản đúng.").await.leads_to();
    take_all(&secretary, "sign").await.leads_to();
    take_all(&officer, "confirm").await.leads_to();
    // The old one still says what it said.
    let old = secretary.get(&sheet).await;
    old.assert_shows("Nêu gương tốt");
    old.assert_hides("Bản đúng.");
    secretary.get(&new).await.assert_shows("Chưa nêu gương");
    let unit = officer.get("/units/phuong-a/evaluations?year=2024").await;
    unit.assert_shows("<dd><a href=\"/units/phuong-a/evaluations/sheets?year=2024\">2</a></dd>");
}

/// The code as the sheet's page shows it.
async fn code_of(visitor: &Visitor, sheet: &str) -> String {
    let page = visitor.get(sheet).await;
    let code = page.body.split("<dt>Mã kiểm tra</dt><dd>").nth(1).unwrap();
    code.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_stale_tab_is_told_and_its_text_is_kept() {
    let (_site, secretary, _) = opened().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    let page = secretary.get(&sheet).await;
    let (name, options) = criteria(&page)[0].clone();
    let version = page.field("version");
    let first = [(&*name, &*options[0]), ("version", &*version), ("other_text", "Bản một")];
    secretary.post(&sheet, &first).await.leads_to();
    // The same once more is no clash; another is.
    secretary.post(&sheet, &first).await.leads_to();
    let second = [(&*name, &*options[2]), ("version", &*version), ("other_text", "Bản hai")];
    let page = secretary.post(&sheet, &second).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Bản một");
    page.assert_shows(">Bản hai</textarea>");
    page.assert_shows("Tiêu chí 1");
}

#[tokio::test]
async fn what_was_typed_into_a_signed_sheet_is_kept() {
    let (_site, secretary, _) = signed().await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    let page = secretary.post(&sheet, &[("version", "1"), ("other_text", "Ba dòng chữ")]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("<p id=\"kept\" class=\"kept\">Ba dòng chữ</p>");
    secretary.get(&sheet).await.assert_hides("Ba dòng chữ");
}

#[tokio::test]
async fn saving_goes_on_to_the_next_by_name() {
    let (site, secretary, _) = opened().await;
    live(&site, site.town.cell_a1, "Ngô Bình").await;
    open_year(&site.ward_officer().await, "phuong-a").await;
    let [an, binh, sen] = [
        sheet_of(&secretary, "Trần Văn An").await,
        sheet_of(&secretary, "Ngô Bình").await,
        sheet_of(&secretary, "Lê Thị Sen").await,
    ];
    let page = secretary.get(&binh).await;
    page.assert_shows("Phiếu thứ 2 trên 3, đã viết 0");
    for (from, to) in [(&an, &binh), (&binh, &sen), (&sen, &an)] {
        let version = secretary.get(from).await.field("version");
        let form = [("version", &*version), ("action", "next")];
        let page = secretary.post(from, &form).await;
        assert!(page.leads_to().starts_with(&format!("{to}?saved=")), "{:?}", page.location);
    }
    write(&secretary, &an, 0, "").await.leads_to();
    write(&secretary, &binh, 0, "").await.leads_to();
    let version = secretary.get(&sen).await.field("version");
    let criteria = criteria(&secretary.get(&sen).await);
    let form = criteria.iter().map(|(name, options)| (name.as_str(), options[0].as_str()));
    let form: Vec<_> = form.chain([("version", &*version), ("action", "next")]).collect();
    let page = secretary.post(&sen, &form).await;
    // The browser drops the draft that it kept of the last one, too.
    let kept = format!("data-saved=\"{}\"", sen.rsplit('/').next().unwrap());
    secretary.get(page.leads_to()).await.assert_shows(&kept);
    secretary
        .get(&format!("{an}?saved={}", sen.rsplit('/').next().unwrap()))
        .await
        .assert_shows("Đã lưu phiếu của Lê Thị Sen");
}

#[tokio::test]
async fn the_sheet_stands_beside_its_evidence() {
    let site = Site::with_criteria().await;
    let (cell_a1, cell_a2) = (site.town.cell_a1, site.town.cell_a2);
    let sen = live_who(&site, cell_a2, "Lê Thị Sen", |_, it| {
        it.ended = Some((day("2024-07-01"), EndReason::Moved));
    })
    .await;
    site.seed(async |tx| {
        meeting(tx, cell_a2, "2024-05-10", &[sen]).await;
        let home = home(sen, cell_a1, "2024-07-01", None);
        haichieu::members::store::add_residence(tx, &home, haichieu::clock::now()).await.unwrap();
        meeting(tx, cell_a1, "2024-11-10", &[]).await;
        give(tx, &gift(cell_a1, sen, "2024-09-20", 300_000)).await;
        give(tx, &gift(cell_a1, sen, "2023-09-20", 700_000)).await;
    })
    .await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    open_year(&officer, "phuong-a").await;
    let page = secretary.get(&sheet_of(&secretary, "Lê Thị Sen").await).await;
    page.assert_shows("<b>Sổ họp năm 2024:</b> phải dự 1 cuộc, có mặt 1");
    page.assert_shows(
        "<b>Nơi ở trước, Chi bộ tổ dân phố 2:</b> phải dự 1 cuộc, có mặt 0, vắng có lý do 1",
    );
    page.assert_shows("20/09/2024: 300.000");
    page.assert_hides("700.000");
}

#[tokio::test]
async fn one_criterion_is_marked_for_many_and_taken_back_whole() {
    let (site, secretary, _) = opened().await;
    live(&site, site.town.cell_a1, "Ngô Bình").await;
    open_year(&site.ward_officer().await, "phuong-a").await;
    let sheet = sheet_of(&secretary, "Trần Văn An").await;
    let page = secretary.get(&sheet).await;
    let (name, options) = criteria(&page)[0].clone();
    let version = page.field("version");
    let form = [(&*name, &*options[2]), ("version", &*version)];
    secretary.post(&sheet, &form).await.leads_to();

    let at = "/units/a1/evaluations/grid";
    let page = secretary.get(&format!("{at}?year=2024&criterion=1")).await;
    page.assert_hides("> checked");
    page.assert_shows("Người chưa có mức, 2");
    let id = page.field("id");
    let empty = [("id", &*id), ("year", "2024"), ("criterion", "1")];
    let refused = secretary.post(at, &empty).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("Chọn mức sẽ ghi");
    refused.assert_shows("Chọn ghi cho ai");
    let form = [
        ("id", &*id),
        ("year", "2024"),
        ("criterion", "1"),
        ("option", &*options[0]),
        ("whom", "others"),
    ];
    for page in secretary.post_at_once(at, &form, 3).await {
        assert!(page.leads_to().ends_with("done=2"));
    }
    let mut tx = site.db.read().await.unwrap();
    let marked = "SELECT COUNT(*) FROM evaluation_choice WHERE batch_id IS NOT NULL";
    assert_eq!(number(&mut tx, marked).await, 2, "the one who had an option keeps it");
    assert_eq!(
        number(&mut tx, "SELECT CAST(SUM(chosen) AS BIGINT) FROM evaluation_sheet").await,
        3
    );
    drop(tx);
    secretary.get(&sheet_of(&secretary, "Ngô Bình").await).await.assert_shows("Đang viết");

    // Somebody is looked at again before the marking is undone: that choice stays.
    let sen = sheet_of(&secretary, "Lê Thị Sen").await;
    let version = secretary.get(&sen).await.field("version");
    let form = [(&*name, &*options[1]), ("version", &*version)];
    secretary.post(&sen, &form).await.leads_to();
    let undo = format!("/markings/{id}/undo");
    for page in secretary.post_at_once(&undo, &[], 3).await {
        assert!(page.leads_to().ends_with("done=undo"));
    }
    let mut tx = site.db.read().await.unwrap();
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM evaluation_choice").await, 2);
    assert_eq!(
        number(&mut tx, "SELECT CAST(SUM(chosen) AS BIGINT) FROM evaluation_sheet").await,
        2
    );
    drop(tx);
    secretary.get(&sheet_of(&secretary, "Ngô Bình").await).await.assert_shows("Chưa viết");
}

#[tokio::test]
async fn a_consultation_names_whom_it_discussed_and_then_stands() {
    let (_site, secretary, _) = opened().await;
    let sen = sheet_of(&secretary, "Lê Thị Sen").await;
    let at = "/units/a1/evaluations/consultations";
    let page = secretary.get(&format!("{at}?year=2024")).await;
    page.assert_shows("sẽ ghi vào 2 phiếu");
    let (id, sheet_id) = (page.field("id"), sen.rsplit('/').next().unwrap());
    let form = [
        ("id", &*id),
        ("year", "2024"),
        ("held_on", "20/12/2024"),
        ("cell_people", "Bí thư"),
        ("front_people", ""),
        ("left_out", sheet_id),
    ];
    let page = secretary.post(at, &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(&format!("value=\"{sheet_id}\" checked"));
    let mut form = form;
    form[4].1 = "Trưởng ban";
    for page in secretary.post_at_once(at, &form, 3).await {
        page.leads_to();
    }
    secretary.get(&sen).await.assert_shows("Chưa họp về đồng chí này");
    let page = secretary.get("/units/a1/evaluations?year=2024").await;
    page.assert_shows("Bàn 1 phiếu");
    page.assert_shows("1 phiếu chưa bàn với mặt trận");

    let an = sheet_of(&secretary, "Trần Văn An").await;
    write(&secretary, &an, 0, "").await.leads_to();
    take_all(&secretary, "sign").await.leads_to();
    let change =
        [("version", "1"), ("held_on", "21/12/2024"), ("cell_people", "A"), ("front_people", "B")];
    let page = secretary.post(&format!("/consultations/{id}"), &change).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("không sửa được nữa");
}

#[tokio::test]
async fn a_workplace_asks_for_the_year_or_on_demand() {
    let site = Site::with_criteria().await;
    let exempt = live_who(&site, site.town.cell_a1, "Võ Bình", |_, it| {
        it.exempt = Some(ExemptReason::WorksOnTheMove);
    })
    .await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    open_year(&officer, "phuong-a").await;
    let at = |id: MemberId| format!("/members/{id}/evaluation-requests");
    let page = officer.get(&at(exempt)).await;
    page.assert_shows("chỉ nhận xét khi có việc cần");
    let (id, sheet_id) = (page.field("id"), page.field("sheet_id"));
    let mut form = [
        ("id", &*id),
        ("sheet_id", &*sheet_id),
        ("kind", "annual"),
        ("year", "2024"),
        ("purpose", ""),
        ("issued_by", "Đảng ủy Sở Tài chính"),
        ("number", "07-CV/ĐU"),
        ("issued_on", "01/12/2025"),
        ("received_on", "02/12/2025"),
        ("portal_dossier", "H27.3-251202-0007"),
    ];
    let page = officer.post(&at(exempt), &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("không có phiếu hằng năm");
    form[2].1 = "on_demand";
    let page = officer.post(&at(exempt), &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập việc cần nhận xét");
    form[4].1 = "Quy hoạch cán bộ";
    for page in officer.post_at_once(&at(exempt), &form, 3).await {
        assert_eq!(page.leads_to(), format!("/evaluations/{sheet_id}"));
    }
    let sheet = format!("/evaluations/{sheet_id}");
    let page = secretary.get(&sheet).await;
    page.assert_shows("Phiếu nhận xét khi cần: Quy hoạch cán bộ");
    page.assert_shows("hồ sơ Cổng Dịch vụ công H27.3-251202-0007");
    assert_eq!(criteria(&page).len(), 3, "the exempt have criteria of their own");
    // It is no part of the year.
    officer.get("/units/phuong-a/evaluations?year=2025").await.assert_hides("Quy hoạch");
    let list = secretary.get("/units/a1/evaluations/sheets?year=2025&kind=on_demand").await;
    list.assert_shows("Võ Bình");
}

#[tokio::test]
async fn anybody_may_check_a_code_and_learns_no_name() {
    let (site, secretary, officer) = signed().await;
    let sheet = sheet_of(&secretary, "Lê Thị Sen").await;
    let code = code_of(&secretary, &sheet).await;
    let stranger = site.stranger();
    stranger.get(&format!("/verify/{code}")).await.assert_shows("Phiếu chưa được xác nhận");
    take_all(&officer, "confirm").await.leads_to();
    let typed = code.to_lowercase().replace('-', "+");
    let page = stranger.get(&format!("/verify?code={typed}")).await;
    assert_eq!(page.leads_to(), format!("/verify/{code}"));
    let page = stranger.get(&format!("/verify/{code}")).await;
    page.assert_shows("Phiếu đã được xác nhận");
    page.assert_shows("<dd>2024</dd>");
    page.assert_shows("Chi bộ tổ dân phố 1, Đảng bộ phường An Bình");
    page.assert_shows("L. T. S.");
    for hidden in ["Sen", "Nêu gương", "ngõ 3", "Số 14", "1979"] {
        page.assert_hides(hidden);
    }
    stranger.get("/verify/0000-0000-0000").await.assert_shows("Không có phiếu nào mang mã này");
    stranger.get("/verify?code=xyz").await.assert_shows("Không có phiếu nào mang mã này");
}

#[tokio::test]
async fn whoever_guesses_codes_has_to_wait() {
    let site = Site::with_criteria().await;
    let stranger = site.stranger();
    for _ in 0..30 {
        stranger.get("/verify/0000-0000-0000").await.assert_is(StatusCode::OK);
    }
    let page = stranger.get("/verify/0000-0000-0000").await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn the_paper_bears_the_form_the_signatures_and_the_code() {
    let (_site, secretary, officer) = signed().await;
    let sheet = sheet_of(&secretary, "Lê Thị Sen").await;
    let code = code_of(&secretary, &sheet).await;
    let paper = secretary.get(&format!("{sheet}/print")).await;
    for said in [
        "ĐẢNG BỘ PHƯỜNG AN BÌNH",
        "CHI BỘ TỔ DÂN PHỐ 1",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "PHIẾU NHẬN XÉT",
        "ban công tác mặt trận tổ dân phố 1 ngày 20/12/2024",
        "☒ Nêu gương<",
        "☐ Nêu gương tốt",
        "[Nguyên văn theo mẫu chính thức]",
        "XÁC NHẬN CỦA ĐẢNG ỦY<br>XÃ, PHƯỜNG, THỊ TRẤN",
        "T/M CHI BỘ<br>BÍ THƯ",
        &code,
        "<path d=\"M4 4h1v1h-1z",
    ] {
        paper.assert_shows(said);
    }
    let all = officer.get("/units/phuong-a/evaluations/print?year=2024").await;
    assert_eq!(all.body.matches("<article class=\"a4 sheet\">").count(), 2);
    let none =
        officer.get("/units/phuong-a/evaluations/print?year=2024&workplace=S%E1%BB%9F").await;
    none.assert_shows("Không có phiếu nào như vậy");
}

#[tokio::test]
async fn a_signed_sheet_keeps_the_name_it_was_signed_with() {
    let (site, secretary, _) = signed().await;
    let sheet = sheet_of(&secretary, "Lê Thị Sen").await;
    site.seed(async |tx| {
        let sql = "UPDATE member SET full_name = 'Lê Thị Sen Hồng' WHERE full_name = 'Lê Thị Sen'";
        assert_eq!(execute(tx, sql).await, 1);
    })
    .await;
    secretary.get("/units/a1/members").await.assert_shows("Lê Thị Sen Hồng");
    secretary.get(&format!("{sheet}/print")).await.assert_shows("<b>Lê Thị Sen</b>");
}

#[tokio::test]
async fn a_whole_list_is_sent_as_it_was_seen_or_not_at_all() {
    let (site, secretary, officer) = signed().await;
    take_all(&officer, "confirm").await.leads_to();
    let today = haichieu::vietnamese::day::short(haichieu::clock::today());
    let sent = async |on: &str, count: &str| {
        let form = [("year", "2024"), ("workplace", ""), ("on", on), ("how", "post")];
        let form: Vec<_> = form.into_iter().chain([("count", count)]).collect();
        officer.post("/units/a1/evaluations/sent", &form).await
    };
    let none = "SELECT COUNT(*) FROM evaluation_sheet WHERE state = 'sent'";

    let stale = sent(&today, "1").await;
    stale.assert_is(StatusCode::CONFLICT);
    stale.assert_shows("Danh sách vừa thay đổi: nay có 2 phiếu");
    let early = sent("01/02/2025", "2").await;
    early.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    early.assert_shows("từ ngày đảng ủy xác nhận đến hôm nay");
    early.assert_shows("value=\"01/02/2025\"");
    site.seed(async |tx| assert_eq!(number(tx, none).await, 0)).await;

    assert!(sent(&today, "2").await.leads_to().contains("done=2"));
    assert!(sent(&today, "2").await.leads_to().contains("done=0"), "sent twice, noted once");
    secretary.get(&sheet_of(&secretary, "Trần Văn An").await).await.assert_shows("Đã gửi");
    let acts = "SELECT COUNT(*) FROM audit_entry WHERE action = 'evaluation.send'";
    site.seed(async |tx| assert_eq!(number(tx, acts).await, 1)).await;
}

#[tokio::test]
async fn sheets_of_today_are_no_sheets_of_yesterday() {
    let (site, secretary, officer) = signed().await;
    site.seed(async |tx| {
        use haichieu::evaluation::store::counts;
        let ward = site.town.ward_a;
        let days = (day("2024-01-01"), day("2025-01-01"));
        let today = haichieu::clock::today();
        let after = (2024, today.succ_opt().unwrap());
        let now = counts::by_child(tx, ward, after, days).await.unwrap();
        assert_eq!((now[0].stages.signed, now[0].stages.confirmed), (2, 0));
        assert!(counts::by_child(tx, ward, (2024, today), days).await.unwrap().is_empty());
    })
    .await;
    let yesterday = haichieu::clock::today().pred_opt().unwrap();
    let on = haichieu::vietnamese::day::short(yesterday);
    let page = officer.get(&format!("/units/phuong-a/evaluations?year=2024&on={on}")).await;
    page.assert_shows("Đến ngày này chưa mở phiếu nào");
    let page = secretary.get("/units/a1/evaluations?year=2024").await;
    page.assert_shows("chi bộ đã ký 2");
}

#[tokio::test]
async fn few_are_hidden_from_those_who_see_no_names() {
    let (site, _, officer) = signed().await;
    take_all(&officer, "confirm").await.leads_to();
    let counts = site.organisation_officer().await;
    let page = counts.get("/units/thanh-pho/evaluations?year=2024").await;
    page.assert_shows("&#60; 5");
    page.assert_hides("<dd>2</dd>");
    page.assert_hides("Lê Thị Sen");
    let page = counts.get("/units/a1/evaluations?year=2024").await;
    page.assert_is(StatusCode::OK);
    page.assert_hides("Trần Văn An");
    let page = officer.get("/units/phuong-a/evaluations?year=2024").await;
    page.assert_shows("data-l=\"Nêu gương tốt\">1</td>");
}

#[tokio::test]
async fn a_new_set_of_criteria_leaves_old_sheets_theirs() {
    let (site, secretary, officer) = opened().await;
    let admin = site.administrator().await;
    let list = admin.get("/criteria").await;
    let old = list.links().find(|it| it.starts_with("/criteria/")).unwrap();
    let page = admin.get(&old).await;
    page.assert_shows("Cần xác nhận");
    page.assert_shows("Nguyên văn");
    let id = CriteriaSetId::new().to_string();
    let from = old.rsplit('/').next().unwrap();
    let copy = [("id", id.as_str()), ("from", from)];
    secretary.post("/criteria", &copy).await.assert_is(StatusCode::FORBIDDEN);
    let edit = admin.post("/criteria", &copy).await.leads_to().to_owned();
    let form = [
        ("version", "1"),
        ("name", "Bộ tiêu chí mới"),
        ("source", "Hướng dẫn mới"),
        ("valid_from", "01/01/2025"),
        ("heading-1", "Gương mẫu"),
        ("options-1", "Tốt\nChưa tốt"),
        ("confirmed-1", "yes"),
        ("meetings-1", "yes"),
    ];
    let wrong =
        [("version", "1"), ("name", "Bộ"), ("valid_from", "01/01/2019"), ("options-1", "A")];
    let page = admin.post(&edit, &wrong).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("ngày bộ đang dùng bắt đầu");
    admin.post(&edit, &form).await.leads_to();
    let stale = [("name", "Khác"), ("version", "1"), form[3], form[4], form[5]];
    admin.post(&edit, &stale).await.assert_is(StatusCode::CONFLICT);
    let issue = format!("/criteria/{id}/issue");
    for page in admin.post_at_once(&issue, &[("version", "2")], 3).await {
        page.leads_to();
    }
    admin.post(&edit, &form).await.assert_is(StatusCode::BAD_REQUEST);
    // The sheets of 2024 keep their six; those of 2025 have the new one.
    let page = secretary.get(&sheet_of(&secretary, "Lê Thị Sen").await).await;
    assert_eq!(criteria(&page).len(), 6);
    let beside = |page: &Page| page.body.split("Chỉ để tham khảo, chi bộ quyết định").count() - 1;
    assert_eq!(beside(&page), 1, "the roll's figures stand beside one criterion");
    let form = [("year", "2025"), ("reference_on", "31/12/2025"), ("step", "save")];
    officer.post("/units/phuong-a/evaluations/open", &form).await.leads_to();
    let list = secretary.get("/units/a1/evaluations/sheets?year=2025").await;
    let sheet = list.links().find(|it| it.starts_with("/evaluations/")).unwrap();
    let page = secretary.get(&sheet).await;
    page.assert_shows("Gương mẫu");
    assert_eq!((criteria(&page).len(), beside(&page)), (1, 1));
}

/// What may be done with a sheet, and by whom: everything else is refused, in every state and
/// by every role (R15).
#[tokio::test]
async fn every_step_by_every_role_in_every_state() {
    let site = Site::with_criteria().await;
    let names =
        ["Trần An", "Lê Bình", "Võ Chi", "Đỗ Dung", "Hồ Em", "Mai Giang", "Tạ Hà", "Vũ Khoa"];
    for name in names {
        live(&site, site.town.cell_a1, name).await;
    }
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    open_year(&officer, "phuong-a").await;
    consult(&secretary).await;
    let mut sheets = Vec::new();
    for name in names {
        sheets.push(sheet_of(&secretary, name).await);
    }
    let states =
        ["blank", "written", "signed", "returned", "confirmed", "sent", "replaced", "void"];
    for (sheet, state) in sheets.iter().zip(states) {
        bring_to(&site, (&secretary, &officer), sheet, state).await;
    }
    let allowed = |who: &str, step: &str, state: &str| match (step, who) {
        ("", "secretary") => matches!(state, "blank" | "written" | "returned"),
        ("/sign", "secretary") => state == "written",
        ("/confirm" | "/return", "officer") => state == "signed",
        ("/correct", "officer") => matches!(state, "confirmed" | "sent" | "void"),
        ("/drop", "officer") => matches!(state, "blank" | "written" | "returned"),
        ("/send", "secretary" | "officer") => state == "confirmed",
        _ => false,
    };
    let sees = |who: &str| ["secretary", "officer", "names"].contains(&who);
    let may = |who: &str, step: &str| states.iter().any(|state| allowed(who, step, state));
    let others = [
        ("names", site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await),
        ("counts", site.organisation_officer().await),
        ("admin", site.administrator().await),
        ("neighbour", site.visitor(Role::CellSecretary, site.town.cell_a2).await),
        ("outsider", site.outsider().await),
        ("other ward", site.visitor(Role::WardOfficer, site.town.ward_b).await),
        ("secretary", secretary),
        ("officer", officer),
    ];
    for (sheet, state) in sheets.iter().zip(states) {
        for step in ["", "/sign", "/confirm", "/return", "/correct", "/drop", "/send"] {
            for (who, visitor) in &others {
                if allowed(who, step, state) {
                    continue;
                }
                let page = post_step(&site, visitor, sheet, step).await;
                let said = format!("{who} {step} of a sheet that is {state}: {}", page.status);
                match (sees(who), may(who, step)) {
                    (false, _) => assert_eq!(page.status, StatusCode::NOT_FOUND, "{said}"),
                    (true, false) => assert_eq!(page.status, StatusCode::FORBIDDEN, "{said}"),
                    // What was done already is no fault of whoever sends it again.
                    (true, true) => assert!(
                        page.status.is_client_error() || page.status.is_redirection(),
                        "{said}"
                    ),
                }
                assert_eq!(state_of(&site, sheet).await, state, "{said}");
            }
        }
    }
    let becomes = [
        ("secretary", "/sign", 1, "signed"),
        ("officer", "/confirm", 2, "confirmed"),
        ("secretary", "", 3, "draft"),
        ("officer", "/drop", 0, "void"),
        ("officer", "/send", 4, "sent"),
        ("officer", "/correct", 5, "replaced"),
        ("officer", "/correct", 7, "replaced"),
    ];
    for (who, step, at, state) in becomes {
        let (_, visitor) = others.iter().find(|it| it.0 == who).unwrap();
        let page = post_step(&site, visitor, &sheets[at], step).await;
        page.assert_is(StatusCode::SEE_OTHER);
        assert_eq!(state_of(&site, &sheets[at]).await, state, "{who} {step}");
    }
}

/// Posts a step with the version that the sheet has, and all that any step asks for.
async fn post_step(site: &Site, visitor: &Visitor, sheet: &str, step: &str) -> Page {
    let version = version_of(site, sheet).await;
    let id = haichieu::ids::SheetId::new().to_string();
    let today = haichieu::vietnamese::day::short(haichieu::clock::today());
    let form = [
        ("version", version.as_str()),
        ("other_text", "Chữ khác"),
        ("reason", "Vì ghi nhầm"),
        ("id", &id),
        ("on", &today),
        ("how", "hand"),
        ("action", "clear"),
    ];
    visitor.post(&format!("{sheet}{step}"), &form).await
}

/// Takes a blank sheet on its way as far as this state, by the pages.
async fn bring_to(
    site: &Site,
    (secretary, officer): (&Visitor, &Visitor),
    sheet: &str,
    state: &str,
) {
    let steps: &[(&Visitor, &str)] = match state {
        "blank" => return,
        "void" => &[(officer, "/drop")],
        "written" => &[],
        "signed" => &[(secretary, "/sign")],
        "returned" => &[(secretary, "/sign"), (officer, "/return")],
        "confirmed" => &[(secretary, "/sign"), (officer, "/confirm")],
        "sent" => &[(secretary, "/sign"), (officer, "/confirm"), (secretary, "/send")],
        _ => &[(secretary, "/sign"), (officer, "/confirm"), (officer, "/correct")],
    };
    if state != "void" {
        write(secretary, sheet, 0, "").await.leads_to();
    }
    for (visitor, step) in steps {
        post_step(site, visitor, sheet, step).await.leads_to();
    }
    assert_eq!(state_of(site, sheet).await, state);
}

async fn state_of(site: &Site, sheet: &str) -> String {
    let mut tx = site.db.read().await.unwrap();
    found(&mut tx, sheet).await.0
}

async fn version_of(site: &Site, sheet: &str) -> String {
    let mut tx = site.db.read().await.unwrap();
    found(&mut tx, sheet).await.1.to_string()
}

/// The state and the version of a sheet.
async fn found(tx: &mut haichieu::db::Tx, sheet: &str) -> (String, i64) {
    let id: haichieu::ids::SheetId = sheet.rsplit('/').next().unwrap().parse().unwrap();
    let sql = "SELECT state, version FROM evaluation_sheet WHERE id = $1";
    match tx {
        haichieu::db::Tx::Sqlite(tx) => {
            sqlx::query_as(sql).bind(id).fetch_one(&mut **tx).await.unwrap()
        }
        haichieu::db::Tx::Postgres(tx) => {
            sqlx::query_as(sql).bind(id).fetch_one(&mut **tx).await.unwrap()
        }
    }
}

/// What was confirmed in January stays confirmed in January, whatever is corrected later.
#[tokio::test]
async fn a_correction_leaves_the_counts_of_the_days_before() {
    use haichieu::evaluation::store::counts;
    let (site, secretary, officer) = signed().await;
    take_all(&officer, "confirm").await.leads_to();
    let january = day("2025-01-10");
    site.seed(async |tx| {
        let sql = "UPDATE evaluation_step SET from_on = $1 WHERE to_on IS NULL";
        match tx {
            haichieu::db::Tx::Sqlite(tx) => {
                sqlx::query(sql).bind(january).execute(&mut **tx).await.unwrap();
            }
            haichieu::db::Tx::Postgres(tx) => {
                sqlx::query(sql).bind(january).execute(&mut **tx).await.unwrap();
            }
        }
    })
    .await;
    let count = async |after: chrono::NaiveDate| {
        let mut tx = site.db.read().await.unwrap();
        let days = (day("2024-01-01"), day("2025-01-01"));
        let ward = site.town.ward_a;
        let stages = counts::by_child(&mut tx, ward, (2024, after), days).await.unwrap();
        let options = counts::options(&mut tx, ward, 2024, after).await.unwrap();
        let options: i64 = options.iter().map(|it| it.count).sum();
        (stages[0].stages.asked, stages[0].stages.confirmed, options)
    };
    let february = day("2025-02-01");
    assert_eq!(count(february).await, (2, 2, 12));
    let an = sheet_of(&secretary, "Trần Văn An").await;
    step(
        &officer,
        &an,
        "correct",
        &[("reason", "Ghi nhầm"), ("id", &haichieu::ids::SheetId::new().to_string())],
    )
    .await
    .leads_to();
    assert_eq!(count(february).await, (2, 2, 12), "the past stays");
    let tomorrow = haichieu::clock::today().succ_opt().unwrap();
    assert_eq!(count(tomorrow).await, (2, 1, 6), "and today tells of the correction");
}

#[tokio::test]
async fn an_organisation_officer_opens_a_year_without_names() {
    let site = Site::with_criteria().await;
    for name in ["Trần An", "Lê Bình", "Võ Chi"] {
        live(&site, site.town.cell_a1, name).await;
    }
    let officer = site.organisation_officer().await;
    let form = [("year", "2024"), ("reference_on", "31/12/2024"), ("step", "")];
    let plan = officer.post("/units/thanh-pho/evaluations/open", &form).await;
    plan.assert_shows("&#60; 5");
    plan.assert_hides("Trần An");
    open_year(&officer, "thanh-pho").await;
    let page = site.secretary().await.get("/units/a1/evaluations?year=2024").await;
    page.assert_shows("đã viết 0 trên 3 phiếu");
    let refused = site.secretary().await.post("/units/a1/evaluations/open", &form).await;
    refused.assert_is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn last_years_sheet_stands_beside_this_years() {
    let (_site, secretary, officer) = signed().await;
    take_all(&officer, "confirm").await.leads_to();
    let form = [("year", "2025"), ("reference_on", "31/12/2025"), ("step", "save")];
    officer.post("/units/phuong-a/evaluations/open", &form).await.leads_to();
    let list = secretary.get("/units/a1/evaluations/sheets?year=2025").await;
    let sheet = list.links().find(|it| it.starts_with("/evaluations/")).unwrap();
    let page = secretary.get(&sheet).await;
    page.assert_shows("Phiếu năm 2024");
    page.assert_shows("1. Nêu gương tốt; 2. Gương mẫu đi đầu");
    page.assert_shows("Nhận xét khác: Vận động bà con ngõ 3.");
    page.assert_hides(" checked");
}
