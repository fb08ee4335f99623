//! Lists as the wards have them: brought, looked through, written down, undone.

use haichieu::access::model::Role;
use haichieu::ids::MemberId;
use haichieu::{audit, clock, members};
use reqwest::StatusCode;
use rust_xlsxwriter::{Format, Workbook};

use crate::recount::faults;
use crate::statistics::{home, person};
use crate::support::{Page, Site, Visitor};

/// A list with titles, two rows of heads, four people and a signature.
const LIST: &str = "ĐẢNG BỘ PHƯỜNG AN BÌNH;;;;;;;\n\
DANH SÁCH ĐẢNG VIÊN ĐANG CÔNG TÁC;;;;;;;\n\
TT;Họ và tên;Năm sinh;;Chức vụ - đơn vị công tác;Ngày vào Đảng;Ngày giới thiệu (số giấy);Điện thoại\n\
;;Nam;Nữ;;;;\n\
1;TRƯƠNG HUY QUẾ;1970;;Giáo viên - Trường A;3/2/2000;12/03/2019 (112-GGT/ĐU);912345678\n\
2;Tống Thị Quỳnh Hoa;;1980;Kế toán, Sở Tài chính;05.02.2005;;0912 345 679\n\
3;Lê Văn Sửu;1990;;;31/02/2015;;\n\
4;Đặng Đức Hoà;;;;;;01623456789\n\
;Tổng cộng: 4 đồng chí;;;;;;\n";

async fn bring(visitor: &Visitor, name: &str, bytes: &[u8]) -> Page {
    let id = visitor.get("/units/a1/import").await.field("id");
    visitor.post_file("/units/a1/import", &[("id", &id)], (name, bytes)).await
}

/// Brings a list that is taken; the address of its preview.
async fn brought(visitor: &Visitor, bytes: &[u8]) -> String {
    bring(visitor, "danh-sach.csv", bytes).await.leads_to().to_owned()
}

/// What a browser sends when the list is to be written.
fn form(page: &Page) -> Vec<(String, String)> {
    let fields = ["fate", "page", "writable", "started_on"];
    let mut form: Vec<_> = fields.map(|it| (it.to_owned(), page.field(it))).to_vec();
    form.push(("action".to_owned(), "apply".to_owned()));
    form
}

async fn send(visitor: &Visitor, there: &str, form: &[(String, String)]) -> Page {
    let form: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    visitor.post(there, &form).await
}

async fn apply(visitor: &Visitor, there: &str) -> Page {
    let page = visitor.get(there).await;
    send(visitor, there, &form(&page)).await.leads_to();
    visitor.get(there).await
}

async fn count(visitor: &Visitor) -> usize {
    let page = visitor.get("/units/a1/members").await;
    page.body.matches(r#"<th scope="row"><a href="/members/"#).count()
}

#[tokio::test]
async fn a_list_is_looked_through_before_it_is_written() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    let page = secretary.get(&there).await;
    page.assert_shows("Ghi 2 dòng vào sổ");
    page.assert_shows("Chưa nhập được: 2");
    page.assert_shows("Ngày vào Đảng: ");
    page.assert_shows("0323 456 789");
    page.assert_shows("Không phải người: 1");
    assert_eq!(count(&secretary).await, 0);

    let page = apply(&secretary, &there).await;
    page.assert_shows("2 người mới, 0 người sửa");
    page.assert_shows("2 dòng chưa nhập được");
    let list = secretary.get("/units/a1/members").await;
    list.assert_shows("Trương Huy Quế");
    list.assert_shows("112-GGT/ĐU");
    let found = secretary.get("/units/a1/members?q=que").await;
    let que = found.links().find(|it| it.starts_with("/members/0")).unwrap();
    let who = secretary.get(&que).await;
    who.assert_shows("từ dòng 5 của danh sách danh-sach.csv");
    // The year alone is kept as a year; the leading zero is back.
    let file = secretary.export("a1", "members", "", "excel-csv").await;
    file.assert_shows("Trương Huy Quế;1970;Nam;Giáo viên, Trường A");
    file.assert_shows(";0912345678;");
}

#[tokio::test]
async fn the_same_list_twice_adds_nothing() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    apply(&secretary, &there).await;
    let again = bring(&secretary, "anh-khac.csv", LIST.as_bytes()).await;
    assert_eq!(again.leads_to(), format!("{there}?again=1"));
    secretary.get(again.leads_to()).await.assert_shows("Tệp này đã nhập rồi");

    // Saved anew it is another file, of the same people.
    let saved = LIST.replace("4 đồng chí", "bốn đồng chí");
    let other = brought(&secretary, saved.as_bytes()).await;
    let page = secretary.get(&other).await;
    page.assert_shows("Không có dòng nào để ghi");
    page.assert_shows("Đã có trong sổ: 2");
    assert_eq!(count(&secretary).await, 2);
}

#[tokio::test]
async fn what_a_list_says_else_is_shown_field_by_field() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    apply(&secretary, &there).await;
    let list = "Họ và tên,Năm sinh,Điện thoại,Địa chỉ\n\
                Tong Thi Quynh Hoa,1980,0912345600,Số 5 ngõ 3\n\
                Trương Huy Quế,1970,,\n";
    let there = brought(&secretary, list.as_bytes()).await;
    let page = secretary.get(&there).await;
    page.assert_shows("Điện thoại: 0912 345 679 → 0912 345 600");
    // Without its marks the name says nothing new.
    page.assert_hides("Họ và tên: ");
    page.assert_shows("Đã có trong sổ: 1");
    let page = apply(&secretary, &there).await;
    page.assert_shows("0 người mới, 1 người sửa");

    let undo = secretary.get(&format!("{there}/undo")).await;
    undo.assert_shows("<b>1</b> người do lần nhập này sửa");
    secretary.post(&format!("{there}/undo"), &[]).await.leads_to();
    let file = secretary.export("a1", "members", "", "excel-csv").await;
    file.assert_shows("Tống Thị Quỳnh Hoa");
    file.assert_shows("0912345679");
    file.assert_hides("Số 5 ngõ 3");
    assert_eq!(faults(&site).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_import_is_undone_but_for_what_was_used_since() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    apply(&secretary, &there).await;
    let list = secretary.get("/units/a1/members?q=que").await;
    let id: MemberId = list
        .links()
        .find_map(|it| it.strip_prefix("/members/").and_then(|it| it.parse().ok()))
        .unwrap();
    let form = secretary.get("/units/a1/works/new").await.field("id");
    let fund = [("id", &*form), ("kind", "fund"), ("name", "Quỹ")];
    secretary.post("/units/a1/works", &fund).await.leads_to();
    let gift = secretary.get("/units/a1/contributions/new").await.field("id");
    let today = haichieu::vietnamese::day::short(clock::today());
    let fields = [
        ("id", &*gift),
        ("who", "member"),
        ("giver", "Trương Huy Quế"),
        ("kind", "money"),
        ("amount", "200k"),
        ("given_on", &today),
        ("action", "save"),
    ];
    secretary.post("/units/a1/contributions", &fields).await.leads_to();

    let page = secretary.get(&format!("{there}/undo")).await;
    page.assert_shows("<b>1</b> người do lần nhập này thêm");
    page.assert_shows("Trương Huy Quế: đã có điểm danh, đóng góp");
    let path = format!("{there}/undo");
    for page in secretary.post_at_once(&path, &[], 4).await {
        assert_eq!(page.leads_to(), there);
    }
    let page = secretary.get(&there).await;
    page.assert_shows("Đã hủy nhập");
    page.assert_shows("giữ lại 1 người");
    assert_eq!(faults(&site).await, Vec::<String>::new());
    assert_eq!(count(&secretary).await, 1);
    secretary.get(&format!("/members/{id}")).await.assert_is(StatusCode::OK);
    // Undone, the same file may come again.
    brought(&secretary, LIST.as_bytes()).await;
    // What was taken out still stands in the trail.
    let tail = site.seed(async |tx| audit::store::unsealed(tx, 100).await.unwrap()).await;
    let tail: Vec<_> = tail.into_iter().map(|it| it.entry).collect();
    assert!(tail.iter().any(|it| it.summary.starts_with("Rút Tống Thị Quỳnh Hoa khỏi sổ")));
}

#[tokio::test]
async fn sent_several_times_at_once_it_is_written_once() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    let form = form(&secretary.get(&there).await);
    let pairs: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    for page in secretary.post_at_once(&there, &pairs, 5).await {
        assert_eq!(page.leads_to(), there);
    }
    assert_eq!(count(&secretary).await, 2);
}

#[tokio::test]
async fn rows_are_left_out_and_columns_corrected() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let list = "Họ và tên,Cột lạ\nNguyễn Văn An,1970\nLê Thị Bình,1980\n";
    let there = brought(&secretary, list.as_bytes()).await;
    let post = async |fields: &[(&str, &str)]| secretary.post(&there, fields).await;
    let look = [("action", "look"), ("c1", "born"), ("shown", "2"), ("shown", "3"), ("out", "3")];
    post(&look).await.leads_to();
    let page = secretary.get(&there).await;
    page.assert_shows("sinh 1970");
    page.assert_shows("Ghi 1 dòng vào sổ");
    // A column of names is needed; what was typed stays.
    let page = post(&[("action", "look"), ("c0", "ignore"), ("started_on", "1/1/2020")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn cột nào là Họ và tên");
    // Other numbers than those that were looked at are looked at again.
    let page = post(&[("action", "apply"), ("writable", "3")]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("đã khác lúc xem");
    apply(&secretary, &there).await;
    assert_eq!(count(&secretary).await, 1);
}

#[tokio::test]
async fn check_27_old_letterings_are_told_and_shown() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let old = Format::new().set_font_name(".VnTime");
    sheet.write_string(0, 0, "§¶NG Bé PH¦êNG").unwrap();
    for (column, head) in (0_u16..).zip(["TT", "Hä vµ tªn", "N¨m sinh"]) {
        sheet.write_string_with_format(2, column, head, &old).unwrap();
    }
    let people = ["Tr\u{AD}¬ng Huy QuÕ", "NguyÔn Minh Ph\u{AD}îng", "§Æng §øc Hoµ", "Lª V¨n Söu"];
    for (line, name) in (3_u32..).zip(people) {
        sheet.write_string_with_format(line, 1, name, &old).unwrap();
        sheet.write_number(line, 2, 1970).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let there = bring(&secretary, "cu.xlsx", &bytes).await.leads_to().to_owned();
    let page = secretary.get(&there).await;
    page.assert_shows("Ghi 4 dòng vào sổ");
    page.assert_shows(r#"value="tcvn3" checked"#);
    page.assert_shows("Trương Huy Quế");
    page.assert_shows("Đặng Đức Hoà");
    apply(&secretary, &there).await;
    secretary.get("/units/a1/members").await.assert_shows("Nguyễn Minh Phượng");

    let vni = "STT,Họ và tên\n1,Tröông Huy Queá\n2,Nguyeãn Minh Phöôïng\n";
    // The heads were written anew, the names were not: the letters are mixed.
    let there = brought(&secretary, vni.as_bytes()).await;
    secretary.post(&there, &[("action", "look"), ("lettering", "vni")]).await.leads_to();
    let page = secretary.get(&there).await;
    page.assert_shows("Đọc là");
    page.assert_shows("Nguyễn Minh Phượng");
    // Both have the year of birth in the record, and are the same people.
    page.assert_shows("Đã có trong sổ: 2");
}

/// The files of `tests/fixtures`, which its README describes.
#[tokio::test]
async fn check_27_every_kind_of_file_brings_the_same_people() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let file = |name: &str| std::fs::read(format!("tests/fixtures/{name}")).unwrap();
    let mut is_first = true;
    for (name, lettering) in [
        ("unicode.xlsx", "unicode"),
        ("utf8.csv", "unicode"),
        ("utf16.txt", "unicode"),
        ("tcvn3.csv", "tcvn3"),
        ("tcvn3.xlsx", "tcvn3"),
        ("vni.csv", "vni"),
        ("vni.xlsx", "vni"),
    ] {
        let there = bring(&secretary, name, &file(name)).await.leads_to().to_owned();
        let page = secretary.get(&there).await;
        if lettering != "unicode" {
            page.assert_shows(&format!(r#"value="{lettering}" checked"#));
            page.assert_shows("Đọc là");
        }
        for person in ["Trương Huy Quế", "Nguyễn Minh Phượng", "Tống Thị Quỳnh Hoa", "Lê Văn Sửu"]
        {
            page.assert_shows(person);
        }
        let fate = if is_first { "Ghi 5 dòng vào sổ" } else { "Đã có trong sổ: 5" };
        page.assert_shows(fate);
        if is_first {
            apply(&secretary, &there).await;
        }
        is_first = false;
    }
    secretary.export("a1", "members", "", "excel-csv").await.assert_shows(";0912345670;");
    let refused = bring(&secretary, "old.xls", &file("old.xls")).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("lưu lại thành .xlsx");
}

#[tokio::test]
async fn the_rows_that_failed_come_back_with_the_reason() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    let file = secretary.get(&format!("{there}/failed.csv")).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("chua-nhap-a1.csv"));
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].ends_with(";Lý do chưa nhập"), "{}", lines[0]);
    assert!(lines[1].starts_with("3;Lê Văn Sửu;1990;"), "{}", lines[1]);
    // Mended and sent again, it is taken.
    let mended = file.body.replace("31/02/2015", "28/02/2015").replace("01623456789", "0323456789");
    let there = brought(&secretary, mended.as_bytes()).await;
    secretary.get(&there).await.assert_shows("Ghi 2 dòng vào sổ");
    let sheet = secretary.download(&format!("{there}/failed.xlsx")).await;
    assert!(haichieu::list_file::read(&sheet).is_ok());
}

/// What is taken away comes back as it was.
#[tokio::test]
async fn check_26_an_exported_list_brought_back_changes_nothing() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let there = brought(&secretary, LIST.as_bytes()).await;
    apply(&secretary, &there).await;
    let exempt = person("Võ Thị Miễn");
    site.seed(async |tx| {
        members::store::add(tx, &exempt, clock::now()).await.unwrap();
        let home = members::model::NewResidence {
            exempt: Some(members::model::ExemptReason::Rotated),
            ..home(exempt.id, site.town.cell_a1, "2020-01-01", None)
        };
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    for way in ["excel-csv", "csv"] {
        let file = secretary.export_bytes("a1", "members", "category=all", way).await;
        let there = brought(&secretary, &file).await;
        let page = secretary.get(&there).await;
        page.assert_shows("Đã có trong sổ: 3");
        page.assert_shows("Không có dòng nào để ghi");
    }
    let sheet = secretary.export_bytes("a1", "members", "category=all", "xlsx").await;
    let there = bring(&secretary, "a.xlsx", &sheet).await.leads_to().to_owned();
    secretary.get(&there).await.assert_shows("Đã có trong sổ: 3");
}

#[tokio::test]
async fn what_is_no_list_is_refused_in_words_and_changes_nothing() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    for (bytes, why) in [
        (&b""[..], "Chọn tệp danh sách"),
        (b"%PDF-1.7 something", "Không phải danh sách"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "lưu lại thành .xlsx"),
        (b"a,b\n1,2\n", "Không thấy cột Họ và tên"),
    ] {
        let page = bring(&secretary, "x", bytes).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(why);
        page.assert_shows("<title>Lỗi: ");
    }
    let large = vec![b'a'; 11 * 1024 * 1024];
    bring(&secretary, "x", &large).await.assert_is(StatusCode::PAYLOAD_TOO_LARGE);
    let entries = site.seed(async |tx| audit::store::unsealed(tx, 100).await.unwrap()).await;
    let entries: Vec<_> = entries.into_iter().map(|it| it.entry).collect();
    // That the page was opened is noted, and nothing else.
    assert!(entries.iter().all(|it| it.subject == "view"), "{entries:?}");
}

/// Somebody in another cell is pointed to where one sees that cell, and nowhere else.
#[tokio::test]
async fn people_elsewhere_are_not_written_twice_nor_betrayed() {
    let site = Site::start().await;
    let neighbour = person("Nguyễn Văn An");
    site.seed(async |tx| {
        members::store::add(tx, &neighbour, clock::now()).await.unwrap();
        let home = home(neighbour.id, site.town.cell_a2, "2020-01-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    let list = "Họ và tên\nNguyễn Văn An\n";
    let officer = site.ward_officer().await;
    let there = brought(&officer, list.as_bytes()).await;
    officer.get(&there).await.assert_shows("Đang ở Chi bộ tổ dân phố 2");
    let secretary = site.secretary().await;
    let there = brought(&secretary, list.as_bytes()).await;
    let page = secretary.get(&there).await;
    page.assert_hides("tổ dân phố 2");
    page.assert_shows("Ghi 1 dòng vào sổ");
    // Nor does an import open to others.
    site.outsider().await.get(&there).await.assert_is(StatusCode::NOT_FOUND);
    let other = site.visitor(Role::CellSecretary, site.town.cell_a2).await;
    other.get(&there).await.assert_is(StatusCode::NOT_FOUND);
    other.post(&there, &[("action", "apply")]).await.assert_is(StatusCode::NOT_FOUND);
}

/// Guidance 33, 1.2: no record of whoever must stay unknown (R16).
#[tokio::test]
async fn whoever_must_stay_unknown_is_not_written_down() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let list = "Họ và tên,Ghi chú\nNguyễn Văn An,miễn giới thiệu\nLê Thị Bình,\n";
    let there = brought(&secretary, list.as_bytes()).await;
    let page = secretary.get(&there).await;
    page.assert_shows("1 dòng diện giữ bí mật không đọc và không lưu");
    page.assert_hides("Nguyễn Văn An");
    page.assert_shows("Ghi 1 dòng vào sổ");
}
