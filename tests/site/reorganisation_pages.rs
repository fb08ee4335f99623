//! The pages of reorganisations, as an administrator and an officer go through them.

use chrono::Days;
use haichieu::access::model::Role;
use haichieu::clock;
use haichieu::ids::{MeetingId, UnitId};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::vietnamese::day::short;
use haichieu::{meetings, organisation};
use reqwest::StatusCode;

use crate::members::{live, live_who};
use crate::support::{Page, Site, Visitor, day};

const REFERENCE: &str = "Nghị quyết 1283/NQ-UBTVQH15 ngày 14/11/2024";

/// A draft of this visitor's in this unit: its address.
async fn draft(visitor: &Visitor, unit: &str, on: &str) -> String {
    let id = visitor.get("/reorganisations/new").await.field("id");
    let form =
        [("id", id.as_str()), ("unit", unit), ("effective_on", on), ("legal_reference", REFERENCE)];
    visitor.post("/reorganisations", &form).await.leads_to().to_owned()
}

/// Fills in the form of a step and sends it.
async fn send(visitor: &Visitor, draft: &str, kind: &str, fields: &[(&str, &str)]) -> Page {
    let form = visitor.get(&format!("{draft}/steps/new?kind={kind}")).await;
    form.assert_is(StatusCode::OK);
    let version = visitor.get(draft).await.field("version");
    let new_id = UnitId::new().to_string();
    let mut all = vec![("version", version.as_str()), ("kind", kind), ("new_id", &new_id)];
    all.extend(fields);
    visitor.post(&format!("{draft}/steps"), &all).await
}

async fn step(visitor: &Visitor, draft: &str, kind: &str, fields: &[(&str, &str)]) {
    assert_eq!(send(visitor, draft, kind, fields).await.leads_to(), draft);
}

/// Presses the button of a page that carries nothing but a version.
async fn press(visitor: &Visitor, page: &str, action: &str) -> Page {
    let version = visitor.get(page).await.field("version");
    visitor.post(action, &[("version", &version)]).await
}

async fn apply(visitor: &Visitor, draft: &str) -> Page {
    press(visitor, &format!("{draft}/preview"), &format!("{draft}/apply")).await
}

/// Six people in A1, three of them in cluster 7, five in A2, eight in B1.
async fn populate(site: &Site) {
    let town = &site.town;
    for (cell, count) in [(town.cell_a1, 3), (town.cell_a2, 5), (town.cell_b1, 8)] {
        for number in 0..count {
            live(site, cell, &format!("Trần Thị {}", ["Một", "Hai", "Ba", "Tư"][number % 4])).await;
        }
    }
    for name in ["Lê Văn Bảy", "Hồ Văn Bảy", "Vũ Văn Bảy"] {
        live_who(site, town.cell_a1, name, |_, home| "7".clone_into(&mut home.household_cluster))
            .await;
    }
}

/// A draft with a step of each kind.
async fn each_kind(visitor: &Visitor) -> String {
    let it = draft(visitor, "thanh-pho", "01/01/2025").await;
    let new_ward = [
        ("new_name", "Phường Mới"),
        ("new_code", "phuong-moi"),
        ("new_kind", "ward"),
        ("new_parent", "thanh-pho"),
    ];
    step(visitor, &it, "open", &new_ward).await;
    let split = visitor.get(&format!("{it}/steps/new?kind=split&source=phuong-a")).await;
    split.assert_shows("Phường Mới (mới mở)");
    split.assert_shows(r#"name="c-a2""#);
    let cells = [("source", "phuong-a"), ("c-a2", "phuong-moi"), ("goes_on", "yes")];
    step(visitor, &it, "split", &cells).await;
    step(visitor, &it, "move", &[("code", "b1"), ("parent", "phuong-moi")]).await;
    step(visitor, &it, "rename", &[("code", "phuong-a"), ("name", "Phường An Hòa")]).await;
    let kind = [
        ("code", "phuong-b"),
        ("unit_kind", "commune"),
        ("official", "set"),
        ("official_code", "18100"),
    ];
    step(visitor, &it, "rekind", &kind).await;
    let new_cell = [
        ("new_name", "Chi bộ tổ dân phố 9"),
        ("new_code", "a9"),
        ("new_kind", "cell"),
        ("new_parent", "phuong-a"),
    ];
    step(visitor, &it, "open", &new_cell).await;
    let table = visitor.get(&format!("{it}/steps/new?kind=split&source=a1")).await;
    table.assert_shows("Tổ liên gia 7");
    let clusters = [("source", "a1"), ("k-7", "a9"), ("goes_on", "yes"), ("heir", "a9")];
    step(visitor, &it, "split", &clusters).await;
    let merge = [
        ("sources", "a2"),
        ("sources", "b1"),
        ("target", "new"),
        ("new_name", "Chi bộ tổ dân phố 2"),
        ("new_code", "ab"),
        ("new_kind", "cell"),
        ("new_parent", "phuong-moi"),
    ];
    step(visitor, &it, "merge", &merge).await;
    step(visitor, &it, "dissolve", &[("code", "phuong-b")]).await;
    it
}

/// Each kind of step from the draft to the units' own pages, and back.
async fn walk(site: &Site, visitor: &Visitor) {
    populate(site).await;
    let it = each_kind(visitor).await;
    let page = visitor.get(&it).await;
    for said in [
        "Mở Phường Mới (phuong-moi), thuộc Thành phố Sông Lam",
        "Tách Phường An Bình: Chi bộ tổ dân phố 2 về Phường Mới; phần không nêu ở lại",
        "Chuyển Chi bộ thôn Đông về Phường Mới",
        "Đổi tên Phường An Bình thành Phường An Hòa",
        "Đổi Phường Bến Thủy: thành xã, mã hành chính 18100",
        "Tách Chi bộ tổ dân phố 1: Tổ liên gia 7 về Chi bộ tổ dân phố 9; phần không nêu ở lại",
        "Nhập Chi bộ tổ dân phố 2, Chi bộ thôn Đông vào đơn vị mới Chi bộ tổ dân phố 2 (ab)",
        "Giải thể Phường Bến Thủy",
    ] {
        page.assert_shows(said);
    }
    let page = visitor.get(&format!("{it}/preview")).await;
    page.assert_shows("Ai về đâu");
    page.assert_shows("Đơn vị đến 31/12/2024");
    page.assert_shows("Phường Mới (mới)");
    page.assert_shows("đơn vị mới hoặc đông thêm");
    page.assert_shows("Tổng trước bằng tổng sau");
    page.assert_shows(">Áp dụng</button>");
    page.assert_hides("Phải sửa");
    assert_eq!(apply(visitor, &it).await.leads_to(), format!("{it}?done=apply"));

    let page = visitor.get(&format!("{it}?done=apply")).await;
    page.assert_shows("Đã áp dụng");
    page.assert_shows("Ai về đâu");
    page.assert_shows("Đổi tên từ Phường An Bình");
    page.assert_shows("Sắp xếp đơn vị từ 01/01/2025 theo");
    visitor.get("/reorganisations").await.assert_shows("Đã áp dụng");
    let admin = site.administrator().await;
    let page = admin.get("/administration/units/phuong-a").await;
    page.assert_shows("<h1>Phường An Hòa</h1>");
    page.assert_shows("Phường An Bình");
    page.assert_shows(REFERENCE);
    let page = admin.get("/administration/units/ab").await;
    page.assert_shows("Trước đây là Chi bộ thôn Đông (đến 31/12/2024), Chi bộ tổ dân phố 2");
    let page = admin.get("/administration/units/b1").await;
    page.assert_shows("là Chi bộ tổ dân phố 2");

    let page = visitor.get(&format!("{it}/undo")).await;
    page.assert_shows("Đơn vị mới rút khỏi sổ");
    let page = press(visitor, &format!("{it}/undo"), &format!("{it}/undo")).await;
    assert_eq!(page.leads_to(), format!("{it}?done=undo"));
    let page = visitor.get(&it).await;
    page.assert_shows("Đã hoàn tác");
    page.assert_shows("Ai về đâu");
    let page = admin.get("/administration/units/phuong-a").await;
    page.assert_shows("<h1>Phường An Bình</h1>");
    page.assert_hides("Phường An Hòa</th>");
}

#[tokio::test]
async fn an_administrator_walks_each_step() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    walk(&site, &admin).await;
}

#[tokio::test]
async fn an_officer_walks_each_step() {
    let site = Site::start().await;
    let officer = site.organisation_officer().await;
    officer.get("/units/thanh-pho").await.assert_shows(r#"href="/reorganisations""#);
    walk(&site, &officer).await;
}

#[tokio::test]
async fn it_takes_an_officer_at_or_above() {
    let site = Site::start().await;
    let officer = site.organisation_officer().await;
    let it = draft(&officer, "thanh-pho", "01/01/2025").await;
    let town = &site.town;
    for (role, unit) in [
        (Role::CellSecretary, town.cell_a1),
        (Role::WardOfficer, town.ward_a),
        (Role::OrganisationOfficer, town.ward_a),
        (Role::Administrator, town.ward_a),
    ] {
        let other = site.visitor(role, unit).await;
        other.get(&it).await.assert_is(StatusCode::NOT_FOUND);
        other
            .post(&format!("{it}/apply"), &[("version", "1")])
            .await
            .assert_is(StatusCode::NOT_FOUND);
        let may = matches!(role, Role::OrganisationOfficer | Role::Administrator);
        for page in ["/reorganisations", "/reorganisations/new"] {
            let page = other.get(page).await;
            page.assert_is(if may { StatusCode::OK } else { StatusCode::NOT_FOUND });
            page.assert_hides(REFERENCE);
        }
        let above = [("unit", "thanh-pho")];
        other.post("/reorganisations", &above).await.assert_is(StatusCode::NOT_FOUND);
        other.post("/reorganisations", &[]).await.assert_is(StatusCode::NOT_FOUND);
    }
    officer.post("/reorganisations", &[]).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_lies_outside_is_as_if_it_were_not() {
    let site = Site::start().await;
    let officer = site.visitor(Role::OrganisationOfficer, site.town.ward_a).await;
    let it = draft(&officer, "phuong-a", "01/01/2025").await;
    officer.get(&format!("{it}/steps/new?kind=rename")).await.assert_hides("thôn Đông");
    for foreign in ["b1", "khong-co"] {
        let page = send(&officer, &it, "rename", &[("code", foreign), ("name", "Tên mới")]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(&format!("Không có đơn vị nào mang mã {foreign}"));
        page.assert_hides("thôn Đông");
        let page = officer.get(&format!("{it}/steps/new?kind=split&source={foreign}")).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_hides("thôn Đông");
    }
}

#[tokio::test]
async fn a_faulty_step_comes_back_as_typed() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let it = draft(&admin, "", "01/01/2025").await;
    let typed = [("new_name", "Phường Mới"), ("new_code", "Phường Mới"), ("new_kind", "ward")];
    let page = send(&admin, &it, "open", &typed).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(r#"value="Phường Mới""#);
    page.assert_shows("Mã chỉ gồm chữ thường không dấu");
    let page = send(&admin, &it, "move", &[("code", "a1"), ("parent", "thanh-pho")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("không đứng ngay dưới Thành phố Sông Lam được");
    page.assert_shows(r#"<option value="a1" selected>"#);
    admin.get(&it).await.assert_shows("Chưa có bước nào. Thêm bước");

    let page = admin
        .post(
            "/reorganisations",
            &[("id", &UnitId::new().to_string()), ("effective_on", "30/02/2025")],
        )
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(r#"value="30/02/2025""#);
    page.assert_shows("Tháng 2 năm 2025 chỉ có 28 ngày");
    page.assert_shows("Nhập căn cứ");
}

#[tokio::test]
async fn steps_are_moved_and_taken_out() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let it = draft(&admin, "", "01/01/2025").await;
    let new_ward = [
        ("new_name", "Phường Mới"),
        ("new_code", "phuong-moi"),
        ("new_kind", "ward"),
        ("new_parent", "thanh-pho"),
    ];
    step(&admin, &it, "open", &new_ward).await;
    step(&admin, &it, "move", &[("code", "a1"), ("parent", "phuong-moi")]).await;
    let change = async |action: &str, number: &str| {
        let version = admin.get(&it).await.field("version");
        let form = [("version", version.as_str()), ("number", number), ("action", action)];
        admin.post(&format!("{it}/steps/change"), &form).await
    };
    assert_eq!(change("up", "2").await.leads_to(), it);
    let page = admin.get(&it).await;
    page.assert_shows("Không có đơn vị nào mang mã phuong-moi");
    let (fault, second) = (page.body.find("Không có đơn vị nào"), page.body.find("Mở Phường Mới"));
    assert!(fault < second, "the fault stands at its step");
    let page = admin.get(&format!("{it}/preview")).await;
    page.assert_shows("Bước 1: Không có đơn vị nào mang mã phuong-moi");
    page.assert_hides(r#"action="/reorganisations"#);
    change("down", "1").await.leads_to();
    admin.get(&it).await.assert_hides("Không có đơn vị nào");
    change("remove", "1").await.leads_to();
    let page = admin.get(&it).await;
    page.assert_hides("Sông Lam<br><small>Mở đơn vị");
    page.assert_shows("Bỏ bước: Mở Phường Mới");
    change("remove", "9").await.assert_is(StatusCode::BAD_REQUEST);

    let page = press(&admin, &it, &format!("{it}/remove")).await;
    assert_eq!(page.leads_to(), "/reorganisations");
    admin.get(&it).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_second_of_two_who_draft_is_told() {
    let site = Site::start().await;
    let (one, other) = (site.administrator().await, site.organisation_officer().await);
    let it = draft(&other, "thanh-pho", "01/01/2025").await;
    let seen = other.get(&format!("{it}/edit")).await.field("version");
    let edit = format!("{it}/edit");
    let form = [
        ("version", seen.as_str()),
        ("effective_on", "01/07/2025"),
        ("legal_reference", REFERENCE),
    ];
    assert_eq!(one.post(&edit, &form).await.leads_to(), it);
    assert_eq!(one.post(&edit, &form).await.leads_to(), it, "sent twice");
    let form = [
        ("version", seen.as_str()),
        ("effective_on", "01/03/2025"),
        ("legal_reference", REFERENCE),
    ];
    let page = other.post(&edit, &form).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("01/07/2025");
    page.assert_shows(r#"value="01/03/2025""#);

    let rename = [("kind", "rename"), ("code", "a1"), ("name", "Chi bộ Đông")];
    let page =
        other.post(&format!("{it}/steps"), &[&rename[..], &[("version", &seen)]].concat()).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Đổi tên Chi bộ tổ dân phố 1 thành Chi bộ Đông");
    page.assert_shows(r#"value="Chi bộ Đông""#);
    let version = page.field("version");
    let again = [&rename[..], &[("version", &version)]].concat();
    for _ in 0..2 {
        assert_eq!(other.post(&format!("{it}/steps"), &again).await.leads_to(), it);
    }
    let page = other.get(&it).await;
    assert_eq!(page.body.matches("Bỏ<span").count(), 1, "sent twice, it is written once");

    let stale = [("version", seen.as_str()), ("number", "1"), ("action", "remove")];
    let page = one.post(&format!("{it}/steps/change"), &stale).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Bản thảo vừa thay đổi");
    let page = one.post(&format!("{it}/apply"), &[("version", &seen)]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("chưa ghi gì");
}

#[tokio::test]
async fn what_is_sent_twice_is_done_once() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get("/reorganisations/new").await.field("id");
    let form =
        [("id", id.as_str()), ("effective_on", "01/01/2025"), ("legal_reference", REFERENCE)];
    let it = format!("/reorganisations/{id}");
    for page in admin.post_at_once("/reorganisations", &form, 3).await {
        assert_eq!(page.leads_to(), it);
    }
    step(&admin, &it, "rename", &[("code", "a1"), ("name", "Chi bộ Đông")]).await;
    let version = admin.get(&it).await.field("version");
    for page in admin.post_at_once(&format!("{it}/apply"), &[("version", &version)], 3).await {
        assert_eq!(page.leads_to(), format!("{it}?done=apply"));
    }
    let page = admin.get(&it).await;
    assert_eq!(page.body.matches("Sắp xếp đơn vị từ 01/01/2025 theo").count(), 1);
    let version = admin.get(&format!("{it}/undo")).await.field("version");
    for page in admin.post_at_once(&format!("{it}/undo"), &[("version", &version)], 3).await {
        assert_eq!(page.leads_to(), format!("{it}?done=undo"));
    }
    let page = admin.get(&it).await;
    assert_eq!(page.body.matches("Hoàn tác sắp xếp đơn vị từ").count(), 1);
}

#[tokio::test]
async fn a_planned_one_is_told_before_its_day() {
    let site = Site::start().await;
    populate(&site).await;
    let officer = site.organisation_officer().await;
    let on = short(clock::today() + Days::new(40));
    let it = draft(&officer, "thanh-pho", &on).await;
    let merge = [("sources", "phuong-b"), ("target", "phuong-a")];
    step(&officer, &it, "merge", &merge).await;
    let page = officer.get(&format!("{it}/preview")).await;
    page.assert_shows(&format!(">Đặt lịch ngày {on}</button>"));
    apply(&officer, &it).await.leads_to();
    officer.get(&it).await.assert_shows("Đã đặt lịch, chưa đến ngày");
    officer.get("/reorganisations").await.assert_shows("Chưa đến ngày");

    let admin = site.administrator().await;
    let page = admin.get("/administration/units/phuong-b").await;
    page.assert_shows(&format!("Từ {on} đơn vị này nằm trong một lần sắp xếp đã đặt lịch"));
    page.assert_shows(&format!("Từ {on} sẽ là Phường An Bình"));
    let secretary = site.visitor(Role::CellSecretary, site.town.cell_b1).await;
    let page = secretary.get("/units/b1/history").await;
    page.assert_shows("đã đặt lịch");
    page.assert_shows(REFERENCE);
    secretary.get("/units/b1/members").await.assert_shows("Trần Thị");
    officer.get("/units/phuong-b").await.assert_shows("Phường Bến Thủy");

    let page = officer.get(&format!("{it}/undo")).await;
    page.assert_shows("chưa ai chuyển");
    press(&officer, &format!("{it}/undo"), &format!("{it}/undo")).await.leads_to();
    admin.get("/administration/units/phuong-b").await.assert_hides("đã đặt lịch");
}

#[tokio::test]
async fn what_depends_on_it_stands_in_the_way() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let it = draft(&admin, "", "01/01/2025").await;
    let merge = [
        ("sources", "a1"),
        ("sources", "a2"),
        ("target", "new"),
        ("new_name", "Chi bộ Đông"),
        ("new_code", "dong"),
        ("new_kind", "cell"),
        ("new_parent", "phuong-a"),
    ];
    step(&admin, &it, "merge", &merge).await;
    apply(&admin, &it).await.leads_to();
    let version = admin.get(&format!("{it}/undo")).await.field("version");
    site.seed(async |tx| {
        let unit = organisation::store::get_by_code(tx, "dong", clock::today()).await.unwrap();
        let meeting = NewMeeting {
            id: MeetingId::new(),
            unit_id: unit.id,
            kind: MeetingKind::Periodic,
            held_on: day("2025-06-01"),
            starts_at: None,
            place: "Nhà văn hóa".to_owned(),
            topic: "Tình hình".to_owned(),
        };
        meetings::store::add(tx, &meeting, clock::now()).await.unwrap();
    })
    .await;
    let page = admin.get(&format!("{it}/undo")).await;
    page.assert_shows("Không hoàn tác được");
    page.assert_shows("Chi bộ Đông đã có 1 cuộc họp");
    page.assert_hides("<button class=\"btn\" type=\"submit\">Hoàn tác");
    let page = admin.post(&format!("{it}/undo"), &[("version", &version)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chi bộ Đông đã có 1 cuộc họp");
    admin.get(&it).await.assert_shows("Đã áp dụng");
}

#[tokio::test]
async fn small_counts_are_for_those_who_see_names() {
    let site = Site::start().await;
    populate(&site).await;
    let officer = site.organisation_officer().await;
    let trusted = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let it = draft(&officer, "phuong-a", "01/01/2025").await;
    let new_cell = [
        ("new_name", "Chi bộ tổ dân phố 9"),
        ("new_code", "a9"),
        ("new_kind", "cell"),
        ("new_parent", "phuong-a"),
    ];
    step(&officer, &it, "open", &new_cell).await;
    let three = r#"<td data-l="Đảng viên" class="num">3</td>"#;
    let form = format!("{it}/steps/new?kind=split&source=a1");
    officer.get(&form).await.assert_hides(three);
    officer.get(&form).await.assert_shows("&#60; 5");
    trusted.get(&form).await.assert_shows(three);
    let clusters = [("source", "a1"), ("k-7", "a9"), ("goes_on", "yes")];
    step(&officer, &it, "split", &clusters).await;

    let preview = format!("{it}/preview");
    let carried = |count: &str| format!(r#"<td data-l="Mang theo" class="num">{count}</td>"#);
    let page = officer.get(&preview).await;
    page.assert_shows(&carried("&#60; 5"));
    page.assert_hides(&carried("3"));
    page.assert_hides(r#"<td data-l="Sau" class="num">3</td>"#);
    let page = trusted.get(&preview).await;
    page.assert_shows(&carried("3"));
    page.assert_hides("&#60; 5");
    apply(&officer, &it).await.leads_to();
    officer.get(&it).await.assert_hides(&carried("3"));
    trusted.get(&it).await.assert_shows(&carried("3"));
}

#[tokio::test]
async fn names_are_chosen_by_those_who_see_them() {
    let site = Site::start().await;
    populate(&site).await;
    let chosen = live(&site, site.town.cell_a1, "Đỗ Thị Riêng").await;
    let officer = site.organisation_officer().await;
    let trusted = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let it = draft(&officer, "thanh-pho", "01/01/2025").await;
    let hand = format!("{it}/steps/new?kind=split&source=a1&hand=1");
    let plain = format!("{it}/steps/new?kind=split&source=a1");
    officer.get(&plain).await.assert_hides("Riêng");
    officer.get(&plain).await.assert_hides("hand=1");
    officer.get(&hand).await.assert_is(StatusCode::FORBIDDEN);
    let field = format!("m-{chosen}");
    let fields = [("source", "a1"), (field.as_str(), "a2"), ("goes_on", "yes")];
    send(&officer, &it, "split", &fields).await.assert_is(StatusCode::FORBIDDEN);
    site.administrator().await.get(&hand).await.assert_is(StatusCode::FORBIDDEN);

    trusted.get(&plain).await.assert_shows("Chọn từng người theo tên");
    let page = trusted.get(&hand).await;
    page.assert_shows("Đỗ Thị Riêng");
    page.assert_shows(&format!(r#"name="{field}""#));
    step(&trusted, &it, "split", &fields).await;
    let page = officer.get(&it).await;
    page.assert_shows("&#60; 5 người chọn theo tên về Chi bộ tổ dân phố 2");
    page.assert_hides("Riêng");
    apply(&officer, &it).await.leads_to();
    let reader = site.visitor(Role::CellSecretary, site.town.cell_a2).await;
    reader.get("/units/a2/members").await.assert_shows("Đỗ Thị Riêng");
}

#[tokio::test]
async fn clashing_names_are_told_apart_by_a_button() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let it = draft(&admin, "", "01/01/2025").await;
    step(&admin, &it, "rename", &[("code", "b1"), ("name", "Chi bộ tổ dân phố 1")]).await;
    step(&admin, &it, "merge", &[("sources", "phuong-b"), ("target", "phuong-a")]).await;
    let page = admin.get(&format!("{it}/preview")).await;
    page.assert_shows("Nên sửa");
    page.assert_shows("Chi bộ tổ dân phố 1 Bến Thủy");
    page.assert_shows("Thêm 1 bước đổi tên như đề nghị");
    let page = press(&admin, &format!("{it}/preview"), &format!("{it}/names")).await;
    assert_eq!(page.leads_to(), format!("{it}/preview"));
    let page = admin.get(&format!("{it}/preview")).await;
    page.assert_hides("Nên sửa");
    page.assert_hides("bước đổi tên như đề nghị");
    admin.get(&it).await.assert_shows("thành Chi bộ tổ dân phố 1 Bến Thủy");
}

#[tokio::test]
async fn what_must_be_mended_first_is_told() {
    let site = Site::start().await;
    populate(&site).await;
    let admin = site.administrator().await;
    let it = draft(&admin, "", "01/01/2025").await;
    step(&admin, &it, "dissolve", &[("code", "b1")]).await;
    let page = admin.get(&format!("{it}/preview")).await;
    page.assert_shows("Phải sửa");
    page.assert_shows("Chi bộ thôn Đông kết thúc khi còn 8 đảng viên");
    page.assert_hides(">Áp dụng</button>");
    let version = admin.get(&it).await.field("version");
    let page = admin.post(&format!("{it}/apply"), &[("version", &version)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chưa áp dụng: còn chỗ phải sửa trước");
    admin.get(&it).await.assert_shows("Bản thảo, chưa có hiệu lực");
}

#[tokio::test]
async fn the_roles_that_follow_are_told() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    site.visitor(Role::WardOfficer, site.town.ward_b).await;
    let it = draft(&admin, "", "01/01/2025").await;
    step(&admin, &it, "merge", &[("sources", "phuong-b"), ("target", "phuong-a")]).await;
    let page = admin.get(&format!("{it}/preview")).await;
    page.assert_shows("1 vai trò đi theo");
    page.assert_shows(
        r#"<td data-l="Đang ở">Phường Bến Thủy</td><td data-l="Thêm ở">Phường An Bình</td>"#,
    );
}

#[tokio::test]
async fn a_past_day_opens_no_foreign_cell() {
    let site = Site::start().await;
    populate(&site).await;
    let admin = site.administrator().await;
    let it = draft(&admin, "thanh-pho", "01/06/2025").await;
    step(&admin, &it, "move", &[("code", "a1"), ("parent", "phuong-b")]).await;
    apply(&admin, &it).await.leads_to();

    let ward = site.visitor_who(Role::OrganisationOfficer, site.town.ward_a, true).await;
    ward.get("/units/a1/members").await.assert_is(StatusCode::NOT_FOUND);
    let it = draft(&ward, "phuong-a", "01/03/2025").await;
    let gone = ward.get(&format!("{it}/steps/new?kind=split&source=a1&hand=1")).await;
    gone.assert_is(StatusCode::NOT_FOUND);
    let own = ward.get(&format!("{it}/steps/new?kind=split&source=a2&hand=1")).await;
    own.assert_shows("Trần Thị Một");
}

#[tokio::test]
async fn a_merge_dated_back_explains_nothing() {
    let site = Site::start().await;
    populate(&site).await;
    let officer = site.ward_officer().await;
    crate::confirmed::confirm(&officer, "phuong-a", "31/12/2025").await;
    let admin = site.administrator().await;
    let it = draft(&admin, "thanh-pho", "01/06/2025").await;
    step(&admin, &it, "merge", &[("sources", "a2"), ("target", "a1")]).await;
    apply(&admin, &it).await.leads_to();
    let page = officer.get("/units/phuong-a/confirmed").await;
    page.assert_hides("Vì sao số đảng viên khác");
    page.assert_hides("Trần Thị Một");
}
