//! The people of a unit, and what becomes of them.

use haichieu::access::guard::Scope;
use haichieu::access::model::Role;
use haichieu::contributions::model::{ContributionKind, Giver, NewContribution};
use haichieu::ids::{ContributionId, LetterId, MeetingId, MemberId, ResidenceId, UnitId};
use haichieu::meetings::model::{AttendanceStatus, Mark, MeetingKind, NewMeeting};
use haichieu::members::model::{
    ExemptReason, NewLetter, NewMember, NewResidence, ResidenceKind, Sex,
};
use haichieu::vietnamese::day::PartialDay;
use haichieu::vietnamese::name::FullName;
use haichieu::{audit, clock, contributions, meetings, members};
use reqwest::StatusCode;

use crate::support::{Page, Site, Visitor, day};

/// Somebody who has lived in the cell since 2019.
pub async fn live(site: &Site, cell_id: UnitId, name: &str) -> MemberId {
    live_who(site, cell_id, name, |_, _| {}).await
}

/// Likewise, changed by `tell` before it is written down.
pub async fn live_who(
    site: &Site,
    cell_id: UnitId,
    name: &str,
    tell: impl FnOnce(&mut NewMember, &mut NewResidence),
) -> MemberId {
    let id = MemberId::new();
    let mut member = NewMember {
        id,
        name: FullName::read(name).unwrap(),
        sex: Some(Sex::Female),
        born: Some(PartialDay::read("1979").unwrap()),
        admitted_on: None,
        official_on: None,
        card_number: None,
        phone: None,
        position: String::new(),
        workplace_id: None,
        workplace_cell: String::new(),
    };
    let mut residence = NewResidence {
        id: ResidenceId::new(),
        member_id: id,
        cell_id,
        letter_id: None,
        address: "Số 14, ngõ 3".to_owned(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: None,
        started_on: day("2019-03-01"),
        ended: None,
    };
    tell(&mut member, &mut residence);
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
    })
    .await;
    id
}

/// The names of a list, in its order.
fn names(page: &Page) -> Vec<&str> {
    let rows = page.body.split(r#"<th scope="row"><a href="/members/"#).skip(1);
    rows.filter_map(|row| row.split_once('>')?.1.split_once('<')).map(|(name, _)| name).collect()
}

/// The actions of the member's history, newest first.
async fn actions(site: &Site, id: MemberId) -> Vec<String> {
    site.seed(async |tx| {
        let entries = audit::store::list_of(tx, id.0, 100).await.unwrap();
        entries.into_iter().map(|it| it.action).collect()
    })
    .await
}

/// The form of a new member as the secretary of A1 would fill it in.
async fn new_form(visitor: &Visitor, code: &str) -> Vec<(&'static str, String)> {
    let page = visitor.get(&format!("/units/{code}/members/new")).await;
    page.assert_is(StatusCode::OK);
    let fields = [
        ("full_name", "Trần Thị Hạnh"),
        ("sex", "female"),
        ("born", "12/6/1979"),
        ("phone", "+84 912.345.678"),
        ("workplace", "Bệnh viện Đa khoa tỉnh"),
        ("admitted_on", "3/2/2006"),
        ("official_on", "03-02-2007"),
        ("address", "Số 14, ngõ 3"),
        ("residence_kind", "permanent"),
        ("started_on", "01/03/2019"),
        ("category", "normal"),
        ("number", "112-GGT/ĐU"),
        ("issued_on", "18/02/2019"),
    ];
    let mut form = vec![("id", page.field("id"))];
    form.extend(fields.map(|(name, value)| (name, value.to_owned())));
    form
}

fn set(form: &mut [(&'static str, String)], name: &str, value: &str) {
    let field = form.iter_mut().find(|(field, _)| *field == name).unwrap();
    value.clone_into(&mut field.1);
}

pub async fn post(visitor: &Visitor, path: &str, form: &[(&str, String)]) -> Page {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(path, &form).await
}

/// The hidden fields of a page that changes a residence, what is typed beside them, and
/// the button of the page that tells what it changes.
pub fn filled<'a>(page: &Page, fields: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    let hidden = ["id", "residence_id", "residence_version", "version"];
    let there = hidden.into_iter().filter(|it| page.body.contains(&format!(r#"name="{it}""#)));
    let typed = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let settled = [("step", "save".to_owned())];
    there.map(|it| (it, page.field(it))).chain(typed).chain(settled).collect()
}

#[tokio::test]
async fn check_18_lists_are_in_the_order_of_vietnamese_names() {
    let site = Site::start().await;
    let sorted = [
        "Trần Thị An",
        "Lê Ánh",
        "Vũ An Ân",
        "Lê Dung",
        "Lê Dũng",
        "Lê Đức",
        "Lê Xuân Hoa",
        "Lê An Hoà",
        "Lê Bá Hòa",
        "Lê Phương",
        "Lê Phượng",
        "Lê Quế",
        "Lê Ý",
        "Lê Yến",
    ];
    for name in sorted.iter().rev() {
        live(&site, site.town.cell_a1, name).await;
    }
    let page = site.secretary().await.get("/units/a1/members").await;
    assert_eq!(names(&page), sorted);
    page.assert_shows("<b>14 đồng chí</b>, xếp theo tên");
    page.assert_shows("chưa tính");
    page.assert_shows("Chưa có");
    page.assert_hides("0/0");
}

#[tokio::test]
async fn check_19_a_search_is_blind_to_marks_but_honours_them() {
    let site = Site::start().await;
    for name in ["Đặng Thị Hoà", "Đặng Thị Hoa", "Tống Quỳnh Mai"] {
        live(&site, site.town.cell_a1, name).await;
    }
    let workplace = site
        .seed(async |tx| members::store::workplace_named(tx, "Sở Tài chính").await.unwrap())
        .await;
    live_who(&site, site.town.cell_a1, "Lê Văn Sửu", |member, _| {
        member.phone = Some("0912345678".to_owned());
        member.workplace_id = Some(workplace);
    })
    .await;
    let secretary = site.secretary().await;
    let search = async |query: &str| {
        let query = pair("q", query);
        let page = secretary.get(&format!("/units/a1/members?{query}")).await;
        names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for query in ["dang thi hoa", "hoa dang", "ĐẶNG  THỊ HOA"] {
        assert_eq!(search(query).await, ["Đặng Thị Hoa", "Đặng Thị Hoà"], "{query}");
    }
    for query in ["hòa", "hoà", "ĐẶNG THỊ HOÀ", "hoa\u{300}"] {
        assert_eq!(search(query).await, ["Đặng Thị Hoà", "Đặng Thị Hoa"], "{query}");
    }
    for query in ["0912 345 678", "+84912345678", "tai chinh", "sửu tài"] {
        assert_eq!(search(query).await, ["Lê Văn Sửu"], "{query}");
    }
    // Words are found by their beginnings, numbers by any part of them.
    for query in ["chinh", "T", "5678"] {
        assert!(search(query).await.contains(&"Lê Văn Sửu".to_owned()), "{query}");
    }
    assert!(search("uu").await.is_empty() && search("inh").await.is_empty());
    assert!(search("%").await.is_empty() && search("zzz").await.is_empty());
    let page = secretary.get("/units/a1/members?q=zzz").await;
    page.assert_shows("Không tìm thấy đồng chí nào như vậy");
    page.assert_shows("Bỏ lọc: tìm “zzz”");
}

/// One pair of a query string.
fn pair(name: &str, value: &str) -> String {
    let url = reqwest::Url::parse_with_params("http://x/", [(name, value)]).unwrap();
    url.query().unwrap().to_owned()
}

#[tokio::test]
async fn filters_narrow_the_list_and_chips_widen_it() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    live(&site, cell, "Lê Thị Thường").await;
    live_who(&site, cell, "Lê Thị Miễn", |_, residence| {
        residence.exempt = Some(ExemptReason::WorksOnTheMove);
    })
    .await;
    live_who(&site, cell, "Lê Thị Mới", |_, it| it.started_on = day("2024-06-01")).await;
    let secretary = site.secretary().await;
    let list = async |query: &str| secretary.get(&format!("/units/a1/members{query}")).await;

    assert_eq!(names(&list("").await), ["Lê Thị Mới", "Lê Thị Thường"]);
    list("").await.assert_shows("Bỏ lọc: diện bình thường");
    assert_eq!(names(&list("?category=exempt").await), ["Lê Thị Miễn"]);
    assert_eq!(names(&list("?category=all").await).len(), 3);
    assert!(names(&list("?letter=have").await).is_empty());
    assert_eq!(names(&list("?letter=missing").await).len(), 2);
    let page = list("?on=31/5/2024").await;
    assert_eq!(names(&page), ["Lê Thị Thường"]);
    page.assert_shows("tính đến 31/05/2024");
    assert!(page.links().any(|it| it == "/units/a1/members"));
    list("?on=2018-01-01").await.assert_shows("Bỏ lọc: ngày 01/01/2018");

    let page = list("?on=31/02/2026").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Đảng viên");
    page.assert_shows("Tháng 2 năm 2026 chỉ có 28 ngày");
    page.assert_hides("Bỏ lọc: ngày");
    page.assert_shows(r#"value="31/02/2026""#);
    assert_eq!(names(&page).len(), 2);
}

#[tokio::test]
async fn a_long_list_is_turned_page_by_page() {
    let site = Site::start().await;
    let letters = "abcdefghijklmnopqrstuvwxyz";
    for c in letters.chars() {
        live(&site, site.town.cell_a1, &format!("Lê Bình A{c}")).await;
        live(&site, site.town.cell_a1, &format!("Lê Bình À{c}")).await;
    }
    let secretary = site.secretary().await;
    let page = secretary.get("/units/a1/members").await;
    assert_eq!(names(&page).len(), 50);
    page.assert_shows("<title>Đảng viên, trang 1 trên 2");
    let next = page.links().find(|it| it.ends_with("?page=2")).unwrap();
    let page = secretary.get(&next).await;
    assert_eq!(names(&page).len(), 2);
    page.assert_shows(r#"<td class="num no">51</td>"#);
    page.assert_shows("Trang 2 trên 2");
    // Marks are ranked over pages, not within one.
    let page = secretary.get("/units/a1/members?q=%C3%80").await;
    assert!(names(&page)[..26].iter().all(|it| it.contains('À')), "{:?}", names(&page));
    assert_eq!(names(&secretary.get("/units/a1/members?page=99").await).len(), 2);
}

#[tokio::test]
async fn a_list_counts_the_meetings_of_its_year() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    meet(&site, id, "2023-11-17", AttendanceStatus::Present).await;
    meet(&site, id, "2024-05-10", AttendanceStatus::Excused).await;
    meet(&site, id, "2024-11-15", AttendanceStatus::Present).await;
    let secretary = site.secretary().await;
    let list = async |on: &str| secretary.get(&format!("/units/a1/members?on={on}")).await;
    list("2024-12-31").await.assert_shows("1/2");
    list("2024-06-30").await.assert_shows("0/1");
    list("2023-12-31").await.assert_shows("1/1");
    list("2022-12-31").await.assert_shows("chưa tính");
}

/// A periodic meeting of cell A1 that the member was expected at.
async fn meet(site: &Site, id: MemberId, on: &str, status: AttendanceStatus) -> MeetingId {
    let meeting = NewMeeting {
        id: MeetingId::new(),
        unit_id: site.town.cell_a1,
        kind: MeetingKind::Periodic,
        held_on: day(on),
        starts_at: None,
        place: String::new(),
        topic: String::new(),
    };
    let mark = Mark { member_id: id, status, reason: "trực bệnh viện".to_owned() };
    site.seed(async |tx| {
        let now = clock::now();
        meetings::store::add(tx, &meeting, now).await.unwrap();
        meetings::store::freeze(tx, meeting.id, now).await.unwrap();
        meetings::store::mark(tx, meeting.id, &[mark]).await.unwrap();
        meetings::store::recount(tx, meeting.id, now).await.unwrap();
    })
    .await;
    meeting.id
}

#[tokio::test]
async fn each_role_sees_what_is_its_own() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let (outsider, counter) = (site.outsider().await, site.organisation_officer().await);
    for path in ["/units/a1/members".to_owned(), format!("/members/{id}")] {
        for visitor in [&outsider, &counter] {
            let page = visitor.get(&path).await;
            page.assert_is(StatusCode::NOT_FOUND);
            page.assert_hides("Hạnh");
        }
    }
    let reader = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let page = reader.get("/units/thanh-pho/members").await;
    page.assert_shows("Trần Thị Hạnh");
    page.assert_shows("Chi bộ tổ dân phố 1");
    page.assert_hides("Thêm đảng viên");
    let page = reader.get(&format!("/members/{id}")).await;
    page.assert_shows("Trần Thị Hạnh");
    page.assert_hides("Sửa lý lịch");
    for act in ["edit", "move", "leave", "category", "letters/new"] {
        let path = format!("/members/{id}/{act}");
        reader.get(&path).await.assert_is(StatusCode::FORBIDDEN);
        outsider.get(&path).await.assert_is(StatusCode::NOT_FOUND);
    }
    for act in ["edit", "move", "leave", "category", "letters"] {
        let path = format!("/members/{id}/{act}");
        outsider.post(&path, &[]).await.assert_is(StatusCode::NOT_FOUND);
        reader.post(&path, &[]).await.assert_is(StatusCode::FORBIDDEN);
    }
    outsider.get("/units/a1/members/new").await.assert_is(StatusCode::NOT_FOUND);
    outsider.post("/units/a1/members", &[]).await.assert_is(StatusCode::NOT_FOUND);
    reader.post("/units/a1/members", &[]).await.assert_is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_sent_twice_writes_one_member_down() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let form = new_form(&secretary, "a1").await;
    let page = post(&secretary, "/units/a1/members", &form).await;
    let href = page.leads_to().to_owned();
    assert_eq!(post(&secretary, "/units/a1/members", &form).await.leads_to(), href);

    let page = secretary.get(&href).await;
    page.assert_shows("<h1>Trần Thị Hạnh</h1>");
    page.assert_shows("Đang sinh hoạt nơi cư trú tại chi bộ tổ dân phố 1 từ 01/03/2019.");
    page.assert_shows("09•• ••• 678");
    page.assert_shows("Bệnh viện Đa khoa tỉnh");
    page.assert_shows(r#"Số <span class="ref">112-GGT/ĐU</span> ngày 18/02/2019"#);
    page.assert_shows("đã phân về chi bộ");
    page.assert_shows("Số 14, ngõ 3 (thường trú)");
    let page = secretary.get("/units/a1/members").await;
    assert_eq!(names(&page), ["Trần Thị Hạnh"]);
    page.assert_shows("112-GGT/ĐU");
    assert_eq!(actions(&site, form[0].1.parse().unwrap()).await, ["member.add"]);
    // Somebody else's form cannot stand for this one.
    let form = [("id", form[0].1.as_str())];
    let page = site.outsider().await.post("/units/b1/members", &form).await;
    page.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_faulty_form_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let mut form = new_form(&secretary, "a1").await;
    set(&mut form, "full_name", "Trần 2");
    set(&mut form, "sex", "");
    set(&mut form, "official_on", "31/02/2007");
    set(&mut form, "category", "exempt");
    set(&mut form, "issued_on", "1/1/2090");
    let page = post(&secretary, "/units/a1/members", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Thêm đảng viên");
    page.assert_shows("còn 5 chỗ cần sửa");
    for field in ["full_name", "sex", "official_on", "exempt_reason", "issued_on"] {
        page.assert_shows(&format!(r##"href="#{field}""##));
        page.assert_shows(&format!(r#"id="{field}""#));
    }
    page.assert_shows("Tháng 2 năm 2007 chỉ có 28 ngày");
    page.assert_shows(r#"value="Trần 2""#);
    page.assert_shows(r#"value="Bệnh viện Đa khoa tỉnh""#);
    assert!(names(&secretary.get("/units/a1/members").await).is_empty());
}

#[tokio::test]
async fn somebody_alike_is_shown_before_writing() {
    let site = Site::start().await;
    let there = live(&site, site.town.cell_a1, "Tran Thị Hạnh").await;
    live(&site, site.town.cell_b1, "Trần Thị Hạnh").await;
    let secretary = site.secretary().await;
    let mut form = new_form(&secretary, "a1").await;
    let page = post(&secretary, "/units/a1/members", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Có thể đã có trong sổ");
    page.assert_shows(&format!(r#"href="/members/{there}""#));
    page.assert_shows("Vẫn ghi, đây là người khác");
    page.assert_shows(r#"value="Số 14, ngõ 3""#);
    page.assert_hides("thôn Đông");
    form.push(("confirmed", "yes".to_owned()));
    post(&secretary, "/units/a1/members", &form).await.leads_to();
    assert_eq!(names(&secretary.get("/units/a1/members").await).len(), 2);
}

#[tokio::test]
async fn somebody_made_alike_is_shown_before_writing() {
    let site = Site::start().await;
    live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hanh").await;
    let secretary = site.secretary().await;
    let path = format!("/members/{id}/edit");
    let page = secretary.get(&path).await;
    let hidden = ["version", "residence_id", "residence_version"].map(|it| (it, page.field(it)));
    let typed = [
        ("full_name", "Trần Thị Hạnh"),
        ("sex", "female"),
        ("born", "1979"),
        ("phone", "0912345678"),
        ("residence_kind", "permanent"),
    ];
    let typed = typed.map(|(name, value)| (name, value.to_owned()));
    let mut form: Vec<_> = hidden.into_iter().chain(typed).collect();
    let asked = post(&secretary, &path, &form).await;
    asked.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    asked.assert_shows("Có thể đã có trong sổ");
    asked.assert_shows(r#"value="0912345678""#);
    assert!(actions(&site, id).await.is_empty());
    form.push(("confirmed", "yes".to_owned()));
    post(&secretary, &path, &form).await.leads_to();
    assert_eq!(actions(&site, id).await, ["member.edit"]);
}

#[tokio::test]
async fn people_elsewhere_are_not_even_hinted_at() {
    let site = Site::start().await;
    live_who(&site, site.town.cell_a2, "Trần Thị Hạnh", |member, _| {
        member.phone = Some("0912345678".to_owned());
        member.card_number = Some("32012345".to_owned());
    })
    .await;
    let secretary = site.secretary().await;
    let form = new_form(&secretary, "a1").await;
    post(&secretary, "/units/a1/members", &form).await.leads_to();
    // The ward's officer keeps both cells, and is shown both people.
    let officer = site.ward_officer().await;
    let mut form = new_form(&officer, "phuong-a").await;
    form.push(("cell_id", site.town.cell_a2.to_string()));
    let page = post(&officer, "/units/phuong-a/members", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chi bộ tổ dân phố 1</li>");
    page.assert_shows("Chi bộ tổ dân phố 2</li>");
}

#[tokio::test]
async fn nobody_is_written_into_a_cell_that_is_not_ones_own() {
    let site = Site::start().await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    for (visitor, code, cell) in
        [(&secretary, "a1", site.town.cell_a2), (&officer, "phuong-a", site.town.cell_b1)]
    {
        let form = [("cell_id", cell.to_string())];
        let page = post(visitor, &format!("/units/{code}/members"), &form).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    let form = new_form(&officer, "phuong-a").await;
    let page = post(&officer, "/units/phuong-a/members", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn chi bộ nơi cư trú");
}

#[tokio::test]
async fn a_member_shows_what_happened_year_by_year() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let meeting = meet(&site, id, "2024-11-15", AttendanceStatus::Present).await;
    meet(&site, id, "2024-05-10", AttendanceStatus::Excused).await;
    meet(&site, id, "2022-05-10", AttendanceStatus::Unexcused).await;
    let gift = NewContribution {
        id: ContributionId::new(),
        unit_id: site.town.cell_a1,
        work_item_id: None,
        giver: Giver::Member(id),
        given_on: day("2023-08-26"),
        kind: ContributionKind::Money,
        amount_vnd: 200_000,
        quantity_hundredths: 0,
        measure: "đồng".to_owned(),
        note: "quỹ khuyến học".to_owned(),
        reverses: None,
    };
    site.seed(async |tx| contributions::store::add(tx, &gift, clock::now()).await.unwrap()).await;
    let page = site.secretary().await.get(&format!("/members/{id}")).await;
    page.assert_shows("Dự 1 trên 3 cuộc họp định kỳ gần nhất.");
    page.assert_shows("<b>Góp 200.000\u{a0}đ</b>, quỹ khuyến học");
    page.assert_shows("(trực bệnh viện)");
    page.assert_shows("<b>Về sinh hoạt nơi cư trú</b> tại chi bộ tổ dân phố 1");
    page.assert_shows(&format!(r#"href="/meetings/{meeting}""#));
    page.assert_shows("Xem năm 2019");
    let years = ["<h3>2024", "<h3>2023", "<h3>2022", "<summary>Xem năm", "<h3>2019"];
    let places: Vec<_> = years.iter().map(|it| page.body.find(it).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    // The new cell's secretary reads of the old cell's meeting, but cannot open it.
    move_to(&site, id, site.town.cell_a2).await;
    let secretary = site.visitor(Role::CellSecretary, site.town.cell_a2).await;
    let page = secretary.get(&format!("/members/{id}")).await;
    page.assert_shows("họp định kỳ 6 tháng cuối năm");
    page.assert_hides("/meetings/");
    page.assert_shows("từ chi bộ tổ dân phố 1 về chi bộ tổ dân phố 2");
    site.secretary().await.get(&format!("/members/{id}")).await.assert_is(StatusCode::NOT_FOUND);
}

/// The ward's officer moves the member to another cell of the ward.
async fn move_to(site: &Site, id: MemberId, cell: UnitId) {
    let officer = site.ward_officer().await;
    let path = format!("/members/{id}/move");
    let cell = cell.to_string();
    let typed = [("cell_id", &*cell), ("on", "1/6/2025"), ("residence_kind", "temporary")];
    let form = filled(&officer.get(&path).await, &typed);
    post(&officer, &path, &form).await.leads_to();
    assert_eq!(post(&officer, &path, &form).await.leads_to(), format!("/members/{id}"));
}

#[tokio::test]
async fn moving_closes_one_residence_and_opens_the_next() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let officer = site.ward_officer().await;
    let page = officer.get(&format!("/members/{id}/move")).await;
    page.assert_shows("Chi bộ tổ dân phố 1 đang có 1 đồng chí. Sang chi bộ khác thì");
    page.assert_shows("Xem lại trước khi ghi</button>");
    page.assert_hides("thôn Đông");
    let cell = site.town.cell_a2.to_string();
    let typed = [("cell_id", &*cell), ("on", "1/6/2025"), ("residence_kind", "temporary")];
    let mut form = filled(&page, &typed);
    form.retain(|(name, _)| *name != "step");
    let asked = post(&officer, &format!("/members/{id}/move"), &form).await;
    asked.assert_is(StatusCode::OK);
    asked.assert_shows("Chưa ghi. Xem lại những gì sẽ đổi.");
    asked.assert_shows("thôi ở chi bộ tổ dân phố 1 từ 01/06/2025");
    asked.assert_shows("chi bộ tổ dân phố 2 có 1 đồng chí");
    assert_eq!(asked.field("on"), "1/6/2025");
    form.push(("step", "edit".to_owned()));
    let back = post(&officer, &format!("/members/{id}/move"), &form).await;
    assert_eq!(back.field("on"), "1/6/2025", "what was typed is kept");
    assert!(actions(&site, id).await.is_empty(), "nothing is written until it is confirmed");
    move_to(&site, id, site.town.cell_a2).await;
    assert_eq!(actions(&site, id).await, ["member.move"]);
    let on = async |code: &str, day: &str| {
        let page = officer.get(&format!("/units/{code}/members?on={day}")).await;
        names(&page).len()
    };
    assert_eq!((on("a1", "2025-05-31").await, on("a2", "2025-05-31").await), (1, 0));
    assert_eq!((on("a1", "2025-06-01").await, on("a2", "2025-06-01").await), (0, 1));
    // Before the present residence began nobody can have left it.
    let path = format!("/members/{id}/leave");
    let typed = [("on", "01/06/2025"), ("reason", "moved")];
    let form = filled(&officer.get(&path).await, &typed);
    let page = post(&officer, &path, &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("phải sau ngày bắt đầu ở đây, 01/06/2025");
    page.assert_shows(r#"value="moved" checked"#);
}

#[tokio::test]
async fn a_secretary_moves_people_within_the_cell_only() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let secretary = site.secretary().await;
    let path = format!("/members/{id}/move");
    let page = secretary.get(&path).await;
    page.assert_hides("tổ dân phố 2");
    page.assert_shows(&format!(r#"href="/members/{id}/leave""#));
    let there = site.town.cell_a2.to_string();
    let typed = [("cell_id", &*there), ("on", "x")];
    post(&secretary, &path, &filled(&page, &typed)).await.assert_is(StatusCode::NOT_FOUND);
    let here = site.town.cell_a1.to_string();
    let typed = [
        ("cell_id", &*here),
        ("on", "01/06/2025"),
        ("address", "Số 9, ngõ 1"),
        ("residence_kind", "permanent"),
    ];
    post(&secretary, &path, &filled(&page, &typed)).await.leads_to();
    let page = secretary.get(&format!("/members/{id}")).await;
    page.assert_shows("<b>Đổi chỗ ở</b> trong chi bộ tổ dân phố 1: Số 9, ngõ 1 (thường trú)");
}

#[tokio::test]
async fn whoever_has_left_may_be_taken_back() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let secretary = site.secretary().await;
    let path = format!("/members/{id}/leave");
    let page = secretary.get(&path).await;
    page.assert_shows("còn 0 đồng chí (nay có 1)");
    let form = filled(&page, &[("on", "15/11/2024"), ("reason", "other")]);
    post(&secretary, &path, &form).await.leads_to();
    assert_eq!(post(&secretary, &path, &form).await.leads_to(), format!("/members/{id}"));
    assert_eq!(actions(&site, id).await, ["member.leave"]);
    let stale = filled(&page, &[("on", "16/11/2024"), ("reason", "other")]);
    let page = post(&secretary, &path, &stale).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Thôi ở chi bộ tổ dân phố 1 từ 15/11/2024: lý do khác");
    let page = secretary.get(&format!("/members/{id}")).await;
    page.assert_shows("Đã thôi sinh hoạt nơi cư trú tại chi bộ tổ dân phố 1 từ 15/11/2024");

    let path = format!("/members/{id}/move");
    let page = secretary.get(&path).await;
    page.assert_shows("Tiếp nhận lại đồng chí Trần Thị Hạnh");
    let cell = site.town.cell_a1.to_string();
    let typed = [("cell_id", &*cell), ("on", "14/11/2024"), ("residence_kind", "permanent")];
    let refused = post(&secretary, &path, &filled(&page, &typed)).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let typed = [("cell_id", &*cell), ("on", "1/6/2025"), ("residence_kind", "permanent")];
    post(&secretary, &path, &filled(&page, &typed)).await.leads_to();
    assert_eq!(names(&secretary.get("/units/a1/members").await), ["Trần Thị Hạnh"]);
}

#[tokio::test]
async fn a_member_becomes_exempt_and_takes_part_again() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let secretary = site.secretary().await;
    let path = format!("/members/{id}/category");
    let page = secretary.get(&path).await;
    page.assert_shows("từ 1 thành 0 đồng chí");
    let refused = post(&secretary, &path, &filled(&page, &[("on", "1/6/2025")])).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("Chọn lý do được miễn sinh hoạt");
    let form = filled(&page, &[("on", "1/6/2025"), ("exempt_reason", "b")]);
    post(&secretary, &path, &form).await.leads_to();
    post(&secretary, &path, &form).await.leads_to();
    let stale = filled(&page, &[("on", "2/6/2025"), ("exempt_reason", "c")]);
    let stale: Vec<_> = stale.into_iter().filter(|(name, _)| *name != "id").collect();
    let other = ResidenceId::new().to_string();
    let stale: Vec<_> = [("id", other)].into_iter().chain(stale).collect();
    let clash = post(&secretary, &path, &stale).await;
    clash.assert_is(StatusCode::CONFLICT);
    clash.assert_shows("diện được miễn sinh hoạt");
    assert!(names(&secretary.get("/units/a1/members").await).is_empty());
    let page = secretary.get("/units/a1/members?category=exempt").await;
    page.assert_shows("được miễn</td>");

    let page = secretary.get(&path).await;
    page.assert_shows("Trần Thị Hạnh trở lại diện bình thường");
    post(&secretary, &path, &filled(&page, &[("on", "1/9/2025")])).await.leads_to();
    assert_eq!(actions(&site, id).await, ["member.category", "member.category"]);
    let page = secretary.get(&format!("/members/{id}")).await;
    page.assert_shows("<b>Trở lại diện bình thường</b>");
    page.assert_shows("<b>Được miễn sinh hoạt nơi cư trú</b>: b) Thường xuyên");
}

#[tokio::test]
async fn two_who_correct_a_member_do_not_overwrite_one_another() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let path = format!("/members/{id}/edit");
    let form = |page: &Page, phone: &str| {
        let fields = ["version", "residence_id", "residence_version", "full_name", "born"];
        let mut form: Vec<_> = fields.into_iter().map(|it| (it, page.field(it))).collect();
        form.push(("sex", "female".to_owned()));
        form.push(("residence_kind", "permanent".to_owned()));
        form.push(("address", "Số 14, ngõ 3".to_owned()));
        form.push(("phone", phone.to_owned()));
        form
    };
    let (first, second) = (secretary.get(&path).await, officer.get(&path).await);
    post(&secretary, &path, &form(&first, "0912345678")).await.leads_to();
    post(&secretary, &path, &form(&first, "0912345678")).await.leads_to();
    let page = post(&officer, &path, &form(&second, "0987654321")).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("có người vừa sửa trước");
    page.assert_shows("•••• ••• 678");
    page.assert_shows(r#"value="0987654321""#);
    post(&officer, &path, &form(&page, "0987654321")).await.leads_to();
    assert_eq!(actions(&site, id).await, ["member.edit", "member.edit"]);
    let page = secretary.get(&format!("/members/{id}")).await;
    page.assert_shows("Điện thoại: •••• ••• 678 → •••• ••• 321");

    let mut faulty = form(&secretary.get(&path).await, "12");
    faulty.retain(|(name, _)| *name != "full_name");
    faulty.push(("full_name", "Trần Thị Hằng".to_owned()));
    let page = post(&secretary, &path, &faulty).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Sửa lý lịch");
    page.assert_shows(r#"value="Trần Thị Hằng""#);
}

#[tokio::test]
async fn a_letter_is_followed_until_it_is_closed() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    let officer = site.ward_officer().await;
    let path = format!("/members/{id}/letters");
    let page = officer.get(&format!("{path}/new")).await;
    let refused = post(&officer, &path, &filled(&page, &[("signer", "Lê Văn Sửu")])).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows(r#"value="Lê Văn Sửu""#);
    let form = filled(&page, &[("number", "112-GGT/ĐU"), ("received_on", "20/2/2019")]);
    post(&officer, &path, &form).await.leads_to();
    post(&officer, &path, &form).await.leads_to();
    let page = officer.get(&format!("/members/{id}")).await;
    page.assert_shows("phường đã tiếp nhận");
    let edit = page.links().find(|it| it.starts_with("/letters/")).unwrap();
    officer.get("/units/a1/members?letter=have").await.assert_shows("Trần Thị Hạnh");

    site.outsider().await.get(&edit).await.assert_is(StatusCode::NOT_FOUND);
    let page = officer.get(&edit).await;
    let cell = site.town.cell_a1.to_string();
    let typed = [("number", "113-GGT/ĐU"), ("assigned_cell_id", &*cell)];
    post(&officer, &edit, &filled(&page, &typed)).await.leads_to();
    officer.get(&format!("/members/{id}")).await.assert_shows("đã phân về chi bộ");
    let clash = post(&officer, &edit, &filled(&page, &[("number", "114-GGT/ĐU")])).await;
    clash.assert_is(StatusCode::CONFLICT);
    clash.assert_shows("113-GGT/ĐU");
    let typed = [("number", "113-GGT/ĐU"), ("closed_on", "1/6/2025")];
    post(&officer, &edit, &filled(&clash, &typed)).await.leads_to();
    officer.get(&format!("/members/{id}")).await.assert_shows("đã đóng");
    let done = ["member.letter_edit", "member.letter_edit", "member.letter_add"];
    assert_eq!(actions(&site, id).await, done);
    let foreign = [("assigned_cell_id", site.town.cell_b1.to_string())];
    post(&officer, &edit, &foreign).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn other_features_find_members_inside_their_scope() {
    let site = Site::start().await;
    let here = live(&site, site.town.cell_a1, "Tống Thị Hoà").await;
    live(&site, site.town.cell_a1, "Tống Thị Hoa").await;
    live(&site, site.town.cell_b1, "Tống Văn Hoà").await;
    let letter = NewLetter {
        id: LetterId::new(),
        member_id: here,
        number: "1".to_owned(),
        issued_by: String::new(),
        signer: String::new(),
        issued_on: None,
        ward_id: None,
        received_on: None,
        received_by: String::new(),
        cell_id: None,
        assigned_on: None,
        exempt: false,
    };
    site.seed(async |tx| {
        let today = clock::today();
        let scope = Scope::command_line(site.town.cell_a1);
        let search = members::store::search;
        let found = search(tx, &scope, site.town.cell_a1, today, "hoà tống", 10).await.unwrap();
        let names: Vec<_> = found.iter().map(|it| it.full_name.as_str()).collect();
        assert_eq!(names, ["Tống Thị Hoà", "Tống Thị Hoa"]);
        assert_eq!(
            (found[0].birth_year(), &*found[0].cell_name),
            (Some(1979), "Chi bộ tổ dân phố 1")
        );
        // A wider unit than the scope shows no more than the scope.
        let found = search(tx, &scope, site.town.city, today, "tong", 10).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(search(tx, &scope, site.town.ward_b, today, "tong", 10).await.unwrap().is_empty());
        assert_eq!(members::store::cell_of(tx, here).await.unwrap(), Some(site.town.cell_a1));
        assert_eq!(members::store::cell_of(tx, MemberId::new()).await.unwrap(), None);
        members::store::add_letter(tx, &letter, clock::now()).await.unwrap();
        assert_eq!(members::store::letters_of(tx, here).await.unwrap().len(), 1);
        assert_eq!(members::store::residences_of(tx, here).await.unwrap().len(), 1);
    })
    .await;
}
