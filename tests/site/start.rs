//! The first steps of a registry: units from a table, slips for those without a password.

use haichieu::access::model::Role;
use haichieu::access::store;
use haichieu::clock;
use haichieu::ids::AccountId;
use haichieu::members::model::Category;
use reqwest::StatusCode;

use crate::meetings::{lives_in, meeting_today};
use crate::support::{Page, Site, Visitor};

const LIST: &str = "/administration/unit-list";
const SLIPS: &str = "/administration/slips";

/// Posts a table of units as if it was pasted.
async fn paste(admin: &Visitor, id: &str, table: &str) -> Page {
    admin.post_file(LIST, &[("id", id), ("list", table)], ("", b"")).await
}

#[tokio::test]
async fn the_steps_are_told_by_what_the_registry_holds() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    admin.get("/administration/start").await.assert_shows("Bắt đầu: 2 trong 5 bước");
    let secretary = site.secretary().await;
    admin.get("/administration/start").await.assert_shows("Bắt đầu: 3 trong 5 bước");
    lives_in(&site, site.town.cell_a1, "Lê Văn An", "2020-01-01", Category::Normal).await;
    let page = admin.get("/administration/start").await;
    page.assert_shows("Bắt đầu: 4 trong 5 bước");
    page.assert_shows("Việc tiếp theo: Cuộc họp đầu tiên");
    assert_eq!(admin.get("/").await.leads_to(), "/administration/start");
    meeting_today(&secretary).await;
    admin.get("/administration/start").await.assert_shows("Xong cả năm bước");
    assert_eq!(admin.get("/").await.leads_to(), "/administration/units");
}

#[tokio::test]
async fn the_first_steps_are_the_registrys_administrators() {
    let site = Site::start().await;
    let of_a_ward = site.visitor(Role::Administrator, site.town.ward_a).await;
    for visitor in [of_a_ward, site.secretary().await, site.organisation_officer().await] {
        for path in ["/administration/start", LIST] {
            visitor.get(path).await.assert_is(StatusCode::NOT_FOUND);
        }
        paste(&visitor, "019", "code").await.assert_is(StatusCode::NOT_FOUND);
    }
    site.secretary().await.get(SLIPS).await.assert_is(StatusCode::NOT_FOUND);
    site.secretary().await.post(SLIPS, &[]).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn units_come_from_a_table_that_was_pasted() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get(LIST).await.field("id");
    // As a spreadsheet copies it: columns parted by tabs, levels in words.
    let table = "code\tparent_code\tkind\tname\tfrom_on\n\
                 phuong-c\tthanh-pho\tphường\tPhường Cẩm Sơn\t2025-07-01\n\
                 c1\tphuong-c\tChi bộ\tChi bộ tổ dân phố 1\t2025-07-01\n";
    for _ in 0..2 {
        assert_eq!(paste(&admin, &id, table).await.leads_to(), "/");
    }
    let page = admin.get("/administration/units/phuong-c").await;
    page.assert_shows("Phường Cẩm Sơn");
    page.assert_shows("1 đơn vị");
    let page = admin.get("/administration/units/thanh-pho").await;
    page.assert_shows("Phường Cẩm Sơn");
}

#[tokio::test]
async fn units_come_from_a_file_as_well() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get(LIST).await.field("id");
    let file = "\u{feff}code;kind;name;from_on\ntinh;province;Tỉnh Mẫu;2025-07-01\n";
    let page = admin.post_file(LIST, &[("id", &id)], ("units.csv", file.as_bytes())).await;
    assert_eq!(page.leads_to(), "/");
    admin.get("/administration/units/tinh").await.assert_shows("Tỉnh Mẫu");
}

#[tokio::test]
async fn a_faulty_table_writes_nothing_and_comes_back() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let id = admin.get(LIST).await.field("id");
    let faulty = [
        ("", "Dán bảng vào ô này, hoặc chọn một tệp"),
        ("code,kind,name,from_on\n", "chưa có dòng nào"),
        ("code,kind,name,from_on\nx1,Ấp,Ấp Một,2025-07-01", "Bảng, dòng 2, cột kind"),
        ("code,kind,name,from_on\nx1,cell,Chi bộ 1,7/2025", "chờ ngày dạng 1/7/2025"),
        (
            "code,kind,name,from_on\nok,ward,Phường Được,2025-07-01\na1,cell,Trùng,2025-07-01",
            "mã chưa có trong sổ",
        ),
    ];
    for (table, why) in faulty {
        let page = paste(&admin, &id, table).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("<title>Lỗi: Mở nhiều đơn vị");
        page.assert_shows(why);
        page.assert_shows(table.lines().last().unwrap_or_default());
    }
    admin.get("/administration/units/ok").await.assert_is(StatusCode::NOT_FOUND);
}

/// A new account of a secretary of cell A1 without a password; its address.
async fn account(admin: &Visitor, login: &str) -> String {
    let id = admin.get("/administration/accounts/new").await.field("id");
    let fields = [
        ("id", id.as_str()),
        ("login", login),
        ("display_name", "Lê Văn Sửu"),
        ("role", "cell_secretary"),
        ("unit", "a1"),
    ];
    admin.post("/administration/accounts", &fields).await.leads_to().to_owned()
}

/// The links on printed slips.
fn links(page: &Page) -> Vec<String> {
    let parts = page.body.split("/links/").skip(1);
    let mut links: Vec<String> =
        parts.map(|it| format!("/links/{}", it.split('<').next().unwrap())).collect();
    links.dedup();
    links
}

#[tokio::test]
async fn slips_are_printed_for_those_without_a_password() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    admin.get(SLIPS).await.assert_shows("Không có tài khoản nào chờ đặt mật khẩu");
    let (one, two) = (account(&admin, "suu.lv").await, account(&admin, "dan.tt").await);
    let page = admin.get(SLIPS).await;
    page.assert_shows("(suu.lv)");
    let id = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let (one, two) = (id(&one), id(&two));
    let page = admin.post(SLIPS, &[("account", &one), ("account", &two)]).await;
    page.assert_is(StatusCode::OK);
    assert_eq!(page.body.matches(r#"class="slip""#).count(), 2);
    page.assert_shows(&format!("vào sổ ở <b class=\"address\">{}</b>", site.root));
    let first = links(&page);
    assert_eq!(first.len(), 2);

    // Printed anew, the slips before are worth nothing.
    let page = admin.post(SLIPS, &[("account", &one)]).await;
    let [again] = links(&page).try_into().unwrap();
    let password = "con trâu đi trước cái cày";
    let form = [("password", password), ("again", password)];
    assert!(!first.contains(&again));
    let used = site.stranger().post(&again, &form).await;
    assert_eq!(used.leads_to(), "/sign-in?done=password");
    let page = admin.get(SLIPS).await;
    page.assert_hides("(suu.lv)");
    page.assert_shows("(dan.tt)");
    let page = admin.get(&format!("/administration/accounts/{one}")).await;
    page.assert_shows("để in phiếu");
}

#[tokio::test]
async fn a_slip_is_asked_for_by_somebody() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    account(&admin, "suu.lv").await;
    let page = admin.post(SLIPS, &[]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn ít nhất một người");
}

#[tokio::test]
async fn more_accounts_than_one_print_holds_are_counted() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let add = async |count: usize| {
        site.seed(async |tx| {
            for number in 0..count {
                let (id, name) = (AccountId::new(), format!("Lê Văn {number}"));
                let login = id.to_string();
                store::add(tx, id, &login, &name, None, clock::now()).await.unwrap();
            }
        })
        .await;
    };
    add(200).await;
    admin.get(SLIPS).await.assert_hides("tài khoản nữa chờ");
    add(3).await;
    admin.get(SLIPS).await.assert_shows("Mỗi lần in 200 phiếu. Còn 3 tài khoản nữa chờ");
}

#[tokio::test]
async fn slips_ask_for_the_password_after_a_while() {
    let site = Site::start().await;
    let password = "một câu dài mà dễ nhớ";
    let account = account(&site.administrator().await, "suu.lv").await;
    let id = account.rsplit('/').next().unwrap();
    let admin = site.visitor_since(Role::Administrator, None, (password, 20)).await;
    let page = admin.post(SLIPS, &[("account", id)]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_hides("/links/");
    let page = admin.post(SLIPS, &[("account", id), ("confirm", password)]).await;
    assert_eq!(links(&page).len(), 1);
}

#[tokio::test]
async fn a_ward_prints_slips_for_its_own_people_only() {
    let site = Site::start().await;
    account(&site.administrator().await, "suu.lv").await;
    let of_b = site.visitor(Role::Administrator, site.town.ward_b).await;
    of_b.get(SLIPS).await.assert_hides("suu.lv");
    let of_a = site.visitor(Role::Administrator, site.town.ward_a).await;
    of_a.get(SLIPS).await.assert_shows("suu.lv");
}

#[tokio::test]
async fn an_empty_ward_is_led_to_its_lists() {
    let site = Site::start().await;
    let page = site.ward_officer().await.get("/units/phuong-a/tasks").await;
    page.assert_shows("Sổ chưa có ai: nhập danh sách đang có");
    page.assert_shows(r#"href="/units/a1/import""#);
    lives_in(&site, site.town.cell_a1, "Lê Văn An", "2020-01-01", Category::Normal).await;
    let page = site.ward_officer().await.get("/units/phuong-a/tasks").await;
    page.assert_hides("Sổ chưa có ai");
}
