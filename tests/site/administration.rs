//! Units and accounts, as the administrator keeps them.

use haichieu::access::model::Role;
use haichieu::ids::AccountId;
use reqwest::StatusCode;

use crate::support::{Page, Site, Visitor, visitor};

const ACCOUNTS: &str = "/administration/accounts";

async fn new_account(admin: &Visitor, login: &str, role: &str, unit: &str) -> Page {
    let form = admin.get("/administration/accounts/new").await;
    let id = form.field("id");
    let fields =
        [("id", id.as_str()), ("login", login), ("display_name", "Lê Văn Sửu"), ("role", role)];
    admin.post(ACCOUNTS, &[&fields[..], &[("unit", unit)]].concat()).await
}

#[tokio::test]
async fn a_unit_is_opened_below_another_and_seen_at_once() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let form = admin.get("/administration/units/new?parent=phuong-a").await;
    form.assert_shows("Bên dưới Phường An Bình");
    let fields = [
        ("id", form.field("id")),
        ("parent", "phuong-a".to_owned()),
        ("name", "Chi bộ tổ dân phố 3".to_owned()),
        ("kind", "cell".to_owned()),
        ("code", "a3".to_owned()),
        ("from_on", "01/02/2020".to_owned()),
    ];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let page = admin.post("/administration/units", &fields).await;
        assert_eq!(page.leads_to(), "/administration/units/a3");
    }
    let page = admin.get("/administration/units/phuong-a").await;
    page.assert_shows("Chi bộ tổ dân phố 3");
    page.assert_shows("3 đơn vị");
    let page = admin.get("/administration/units/a3").await;
    assert_eq!(page.body.matches("Mở đơn vị Chi bộ tổ dân phố 3 (a3)").count(), 1);
}

#[tokio::test]
async fn a_faulty_unit_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get("/administration/units/new").await.field("id");
    let page = admin
        .post(
            "/administration/units",
            &[
                ("id", &id),
                ("name", "Phường Mới"),
                ("code", "Phường Mới"),
                ("from_on", "31/02/2025"),
            ],
        )
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Mở đơn vị");
    page.assert_shows(r#"value="31/02/2025""#);
    page.assert_shows("Tháng 2 năm 2025 chỉ có 28 ngày");
    page.assert_shows("Chọn cấp của đơn vị");
    page.assert_shows(r##"href="#code""##);
}

#[tokio::test]
async fn the_second_of_two_who_rename_a_unit_is_told() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let address = "/administration/units/phuong-a/edit";
    let version = admin.get(address).await.field("version");
    let rename = |name: &'static str| {
        let version = version.clone();
        let admin = &admin;
        async move {
            let form = [("version", version.as_str()), ("name", name), ("from_on", "01/01/2025")];
            admin.post(address, &form).await
        }
    };
    assert_eq!(rename("Phường Thành Sen").await.leads_to(), "/administration/units/phuong-a");
    let page = rename("Phường Hà Huy").await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Phường Thành Sen");
    page.assert_shows(r#"value="Phường Hà Huy""#);
    admin.get("/administration/units/phuong-a").await.assert_shows("<h1>Phường Thành Sen</h1>");
}

#[tokio::test]
async fn a_new_account_sets_its_own_password_by_a_link() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let page = new_account(&admin, "suu.lv", "cell_secretary", "a1").await;
    let account = page.leads_to().to_owned();
    admin.get(&account).await.assert_shows("Chưa đặt mật khẩu");

    let page = admin.post(&format!("{account}/link"), &[]).await;
    let path = page.body.split(r#"<code id="path">"#).nth(1).unwrap();
    let path = path.split('<').next().unwrap().to_owned();
    let password = "con trâu đi trước cái cày";
    let form = [("password", password), ("again", password)];
    assert_eq!(site.stranger().post(&path, &form).await.leads_to(), "/sign-in?done=password");

    let page =
        site.stranger().post("/sign-in", &[("login", "suu.lv"), ("password", password)]).await;
    let cookie = page.cookie.as_deref().unwrap().split(';').next().map(str::to_owned);
    let secretary = visitor(&site.root, cookie);
    secretary.get("/account").await.assert_shows("Chi bộ tổ dân phố 1");

    admin.post(&format!("{account}/disable"), &[]).await.leads_to();
    assert_eq!(secretary.get("/account").await.status, StatusCode::SEE_OTHER);
    let page =
        site.stranger().post("/sign-in", &[("login", "suu.lv"), ("password", password)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_revoked_role_stops_with_the_next_request() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let secretary = site.secretary().await;
    secretary.get("/account").await.assert_is(StatusCode::OK);
    let list = admin.get(ACCOUNTS).await;
    let accounts: Vec<_> = list.links().filter(|it| it.len() > 40).collect();
    assert!(!accounts.is_empty());
    for account in accounts {
        let page = admin.get(&account).await;
        if page.body.contains("Chi bộ tổ dân phố 1") {
            let form = page.body.split(r#"action="/administration/grants/"#).nth(1).unwrap();
            let path = form.split('"').next().unwrap();
            let path = format!("/administration/grants/{path}");
            admin.post(&path, &[]).await.leads_to();
        }
    }
    assert_eq!(secretary.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_wards_administrator_reaches_no_account_outside() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let inside = new_account(&admin, "inside", "cell_secretary", "a1").await;
    let outside = new_account(&admin, "outside", "cell_secretary", "b1").await;
    let local = site.visitor(Role::Administrator, site.town.ward_a).await;

    let list = local.get(ACCOUNTS).await;
    list.assert_shows("inside");
    list.assert_hides("outside");
    local.get(inside.leads_to()).await.assert_is(StatusCode::OK);
    let address = outside.leads_to();
    local.get(address).await.assert_is(StatusCode::NOT_FOUND);
    for act in ["link", "disable", "enable", "grants"] {
        let page = local.post(&format!("{address}/{act}"), &[]).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    let page = new_account(&local, "riser", "organisation_officer", "thanh-pho").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Không có đơn vị mang mã này");
    let page = new_account(&local, "riser", "administrator", "").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_account_without_any_role_leaves_a_wards_list() {
    let site = Site::start().await;
    let local = site.visitor(Role::Administrator, site.town.ward_a).await;
    let account = new_account(&local, "inside", "cell_secretary", "a1").await;
    let page = local.get(account.leads_to()).await;
    let form = page.body.split(r#"action="/administration/grants/"#).nth(1).unwrap();
    let revoke = format!("/administration/grants/{}", form.split('"').next().unwrap());
    assert_eq!(local.post(&revoke, &[]).await.leads_to(), ACCOUNTS);
    assert_eq!(local.post(&revoke, &[]).await.leads_to(), ACCOUNTS, "sent twice");
    local.get(ACCOUNTS).await.assert_hides("inside");
}

#[tokio::test]
async fn nobody_locks_out_the_account_in_use() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let list = admin.get(ACCOUNTS).await;
    let own = list.links().find(|it| it.starts_with(ACCOUNTS) && it.len() > 40).unwrap();
    let page = admin.post(&format!("{own}/disable"), &[]).await;
    page.assert_is(StatusCode::BAD_REQUEST);
    page.assert_shows("Không tự khóa được mình");
}

#[tokio::test]
async fn accounts_are_for_administrators_only() {
    let site = Site::start().await;
    let id = AccountId::new();
    for visitor in [site.secretary().await, site.ward_officer().await] {
        for path in [ACCOUNTS, "/administration/accounts/new", "/administration/units"] {
            visitor.get(path).await.assert_is(StatusCode::NOT_FOUND);
        }
        let page = visitor.post(ACCOUNTS, &[("id", &id.to_string())]).await;
        page.assert_is(StatusCode::NOT_FOUND);
        let page = visitor.get("/administration/units/phuong-a").await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_role_is_granted_where_it_belongs() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    for (role, unit, why) in [
        ("cell_secretary", "phuong-a", "chỉ trao ở một chi bộ"),
        ("ward_officer", "a1", "chỉ trao ở một phường, xã"),
        ("ward_officer", "thanh-pho", "chỉ trao ở một phường, xã"),
        ("organisation_officer", "a1", "ở đơn vị trên chi bộ"),
    ] {
        let page = new_account(&admin, "suu.lv", role, unit).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(why);
        assert_eq!(page.field("login"), "suu.lv");
    }
    new_account(&admin, "suu.lv", "ward_officer", "phuong-a").await.leads_to();
}

#[tokio::test]
async fn names_are_given_to_a_role_that_is_there() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let page = new_account(&admin, "bao.tc", "organisation_officer", "thanh-pho").await;
    let account = page.leads_to().to_owned();
    let grants = format!("{account}/grants");
    let form = [("role", "organisation_officer"), ("unit", "thanh-pho"), ("names", "yes")];
    for _ in 0..2 {
        admin.post(&grants, &form).await.leads_to();
    }
    let page = admin.get(&account).await;
    page.assert_shows("Đổi quyền xem họ tên của bao.tc");
    page.assert_shows("Xem họ tên: không → có");
    assert_eq!(page.body.matches("/administration/grants/").count(), 1, "one grant is in force");
    admin.post(&grants, &form[..2]).await.leads_to();
    admin.get(&account).await.assert_shows("Xem họ tên: có → không");
}

async fn open_unit(admin: &Visitor, parent: &str, fields: [(&str, &str); 4]) -> Page {
    let form = admin.get(&format!("/administration/units/new?parent={parent}")).await;
    let id = form.field("id");
    let own = [("id", id.as_str()), ("parent", parent)];
    admin.post("/administration/units", &[&own[..], &fields].concat()).await
}

fn unit_fields<'a>(kind: &'a str, code: &'a str, from: &'a str) -> [(&'a str, &'a str); 4] {
    [("name", "Đơn vị mới"), ("kind", kind), ("code", code), ("from_on", from)]
}

#[tokio::test]
async fn a_unit_holds_only_what_belongs_below_it() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let page = open_unit(&admin, "a1", unit_fields("province", "tinh", "01/02/2020")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chi bộ tổ dân phố 1 không đứng ngay trên cấp này");
    let page = open_unit(&admin, "thanh-pho", unit_fields("cell", "a9", "01/02/2020")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    let page = admin.get("/administration/units/new?parent=phuong-a").await;
    page.assert_shows(r#"value="cell""#);
    page.assert_hides(r#"value="ward""#);
}

#[tokio::test]
async fn a_form_that_opened_one_unit_opens_no_other() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get("/administration/units/new?parent=phuong-a").await.field("id");
    let form = |code| {
        let own = [("id", id.as_str()), ("parent", "phuong-a")];
        [&own[..], &unit_fields("cell", code, "01/02/2020")].concat()
    };
    admin.post("/administration/units", &form("a3")).await.leads_to();
    let page = admin.post("/administration/units", &form("a4")).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Biểu mẫu này đã mở đơn vị a3");
    assert_eq!(page.field("code"), "a4");
}

async fn rename(admin: &Visitor, unit: &str, name: &str, from: &str) -> (Page, Page) {
    let path = format!("/administration/units/{unit}/edit");
    let version = admin.get(&path).await.field("version");
    let form = [("version", version.as_str()), ("name", name), ("from_on", from)];
    (admin.post(&path, &form).await, admin.post(&path, &form).await)
}

#[tokio::test]
async fn a_planned_name_is_not_passed_over() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let (first, second) = rename(&admin, "phuong-a", "Phường Thành Sen", "01/07/2090").await;
    first.leads_to();
    second.leads_to();
    let (page, _) = rename(&admin, "phuong-a", "Phường Khác", "01/07/2091").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Từ 01/07/2090 đã định một thay đổi");
    let (first, second) = rename(&admin, "phuong-a", "Phường An Hòa", "01/07/2080").await;
    first.leads_to();
    second.leads_to();
    let page = admin.get("/administration/units/phuong-a").await;
    assert_eq!(page.body.matches("Đổi tên đơn vị phuong-a").count(), 2, "once for each name");
}

/// A cell older than its ward's present name.
#[tokio::test]
async fn a_new_name_of_the_ward_hides_no_earlier_day() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let (page, _) = rename(&admin, "phuong-a", "Phường Thành Sen", "01/01/2025").await;
    page.leads_to();
    let page = open_unit(&admin, "phuong-a", unit_fields("cell", "a3", "01/02/2020")).await;
    assert_eq!(page.leads_to(), "/administration/units/a3");
    let page = open_unit(&admin, "phuong-a", unit_fields("cell", "a4", "31/12/2014")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("không sớm hơn ngày bắt đầu");
}
