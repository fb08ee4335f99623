//! The list of members, taken away: the same rows in the same order wherever they stand.

use std::io::Cursor;

use calamine::{Data, DataType, Range, Reader, Xlsx};
use haichieu::access::model::Role;
use haichieu::ids::{LetterId, WorkplaceId};
use haichieu::members::model::{ExemptReason, NewLetter, NewMember, NewResidence, Workplace};
use haichieu::vietnamese::day::PartialDay;
use haichieu::{clock, members};
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::statistics::{home, people, person};
use crate::support::{Site, Visitor, day};

/// Three people in cell A1, of whom one is exempt; one in cell A2.
async fn small_town() -> Site {
    let site = Site::start().await;
    let (ward, cell_a1, cell_a2) = (site.town.ward_a, site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        let now = clock::now();
        let office = Workplace { id: WorkplaceId::new(), name: "Sở Tài chính".to_owned() };
        members::store::add_workplace(tx, &office, None).await.unwrap();
        let sen = NewMember {
            born: PartialDay::read("12/6/1979").ok(),
            admitted_on: Some(day("2005-02-03")),
            phone: Some("0912345678".to_owned()),
            position: "=1+1".to_owned(),
            workplace_id: Some(office.id),
            ..person("Lê Thị Sen")
        };
        let an = NewMember { born: PartialDay::read("1958").ok(), ..person("Trần Văn Ân") };
        let (anh, binh) = (person("Trần Thị Ánh"), person("Võ Bình"));
        for member in [&sen, &an, &anh, &binh] {
            members::store::add(tx, member, now).await.unwrap();
        }
        let letter = NewLetter {
            id: LetterId::new(),
            member_id: sen.id,
            number: "112-GGT/ĐU".to_owned(),
            issued_by: String::new(),
            signer: String::new(),
            issued_on: Some(day("2023-03-01")),
            ward_id: Some(ward),
            received_on: None,
            received_by: String::new(),
            cell_id: Some(cell_a1),
            assigned_on: None,
            exempt: false,
        };
        members::store::add_letter(tx, &letter, now).await.unwrap();
        let homes = [
            NewResidence {
                letter_id: Some(letter.id),
                address: "Số 5; ngõ 3".to_owned(),
                household_cluster: "Tổ liên gia 2".to_owned(),
                ..home(sen.id, cell_a1, "2023-03-15", None)
            },
            home(an.id, cell_a1, "2020-01-01", None),
            NewResidence {
                exempt: Some(ExemptReason::Rotated),
                ..home(anh.id, cell_a1, "2020-01-01", None)
            },
            home(binh.id, cell_a2, "2020-01-01", None),
        ];
        for home in homes {
            members::store::add_residence(tx, &home, now).await.unwrap();
        }
    })
    .await;
    site
}

/// The only sheet of a downloaded workbook.
async fn sheet(visitor: &Visitor, code: &str, query: &str) -> Range<Data> {
    let bytes = visitor.export_bytes(code, "members", query, "xlsx").await;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula("Đảng viên").unwrap();
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{formulas:?}");
    book.worksheet_range("Đảng viên").unwrap()
}

/// The second column, below its head.
fn names_of(sheet: &Range<Data>) -> Vec<String> {
    sheet.rows().skip(1).map(|row| row[1].to_string()).collect()
}

/// The names of every page of the list on the screen, in order.
pub async fn on_screen(visitor: &Visitor, code: &str, query: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = Some(format!("/units/{code}/members?{query}"));
    while let Some(path) = next {
        let page = visitor.get(&path).await;
        page.assert_is(StatusCode::OK);
        let rows = page.body.split(r#"<th scope="row"><a href="/members/"#).skip(1);
        let name = |row: &str| Some(row.split_once('>')?.1.split_once('<')?.0.to_owned());
        names.extend(rows.filter_map(name));
        let forward = page
            .body
            .split("<a class=\"btn quiet\" href=\"")
            .find(|it| it.split_once('>').is_some_and(|(_, rest)| rest.starts_with("Tiếp")));
        next = forward.and_then(|it| it.split('"').next()).map(|it| it.replace("&#38;", "&"));
    }
    names
}

#[tokio::test]
async fn check_26_a_sheet_keeps_numbers_days_and_formulas() {
    let site = small_town().await;
    let sheet = sheet(&site.secretary().await, "a1", "").await;
    assert_eq!(sheet.rows().count(), 3);
    let head: Vec<String> = sheet.rows().next().unwrap().iter().map(Data::to_string).collect();
    assert_eq!(head[..3], ["TT", "Họ và tên", "Ngày sinh"]);
    let day_at = |row: usize, head: &str| {
        let cell = &sheet[(row, column(&sheet, head))];
        cell.is_datetime().then(|| cell.as_date().unwrap())
    };
    let text_at = |row: usize, head: &str| match &sheet[(row, column(&sheet, head))] {
        Data::String(text) => text.clone(),
        other => panic!("{head} is {other:?}"),
    };
    assert_eq!(names_of(&sheet), ["Trần Văn Ân", "Lê Thị Sen"]);
    assert_eq!(text_at(1, "Ngày sinh"), "1958");
    assert_eq!(day_at(2, "Ngày sinh"), Some(day("1979-06-12")));
    assert_eq!(day_at(2, "Ngày vào Đảng"), Some(day("2005-02-03")));
    assert_eq!(day_at(2, "Ngày giới thiệu"), Some(day("2023-03-01")));
    assert_eq!(day_at(2, "Ngày quản lý"), Some(day("2023-03-15")));
    assert_eq!(text_at(2, "Điện thoại"), "0912345678");
    assert_eq!(text_at(2, "Chức vụ - nơi công tác"), "=1+1, Sở Tài chính");
    assert_eq!(text_at(2, "Số giấy giới thiệu"), "112-GGT/ĐU");
    assert_eq!(text_at(2, "Tổ liên gia"), "Tổ liên gia 2");
    assert_eq!(text_at(2, "Chi bộ nơi cư trú"), "Chi bộ tổ dân phố 1, Phường An Bình");
}

fn column(sheet: &Range<Data>, head: &str) -> usize {
    sheet.rows().next().unwrap().iter().position(|it| *it == *head).unwrap()
}

#[tokio::test]
async fn a_sheet_is_ready_for_paper() {
    let site = small_town().await;
    let bytes = site.secretary().await.export_bytes("a1", "members", "", "xlsx").await;
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| std::io::read_to_string(parts.by_name(name).unwrap()).unwrap();
    let sheet = part("xl/worksheets/sheet1.xml");
    for told in [
        r#"state="frozen""#,
        r#"paperSize="9""#,
        r#"orientation="landscape""#,
        r#"fitToHeight="0""#,
        r#"<autoFilter ref="A1:P3""#,
    ] {
        assert!(sheet.contains(told), "{told} is not in {sheet}");
    }
    assert!(!sheet.contains("<f>"));
    let book = part("xl/workbook.xml");
    assert!(book.contains("_xlnm.Print_Titles") && book.contains("$1:$1"), "{book}");
    let styles = part("xl/styles.xml");
    assert!(styles.contains(r#"<name val="Times New Roman"/>"#) && styles.contains("dd/mm/yyyy"));
}

#[tokio::test]
async fn csv_comes_in_two_dialects() {
    let site = small_town().await;
    let secretary = site.secretary().await;
    let file = secretary.export("a1", "members", "q=sen", "excel-csv").await;
    file.assert_is(StatusCode::OK);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let name = file.headers["content-disposition"].to_str().unwrap();
    let today = clock::today().format("%Y-%m-%d");
    assert_eq!(name, format!(r#"attachment; filename="dang-vien-a1-{today}.csv""#));
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}TT;Họ và tên;Ngày sinh;Giới tính;Chức vụ - nơi công tác;Chi bộ nơi công tác;Chỗ \
         ở;Tổ liên gia;Chi bộ nơi cư trú;Ngày vào Đảng;Ngày chính thức;Số giấy giới thiệu;Ngày \
         giới thiệu;Điện thoại;Diện;Ngày quản lý"
    );
    assert_eq!(
        lines[1],
        "1;Lê Thị Sen;12/06/1979;;'=1+1, Sở Tài chính;;\"Số 5; ngõ 3\";Tổ liên gia 2;Chi bộ tổ \
         dân phố 1, Phường An Bình;03/02/2005;;112-GGT/ĐU;01/03/2023;0912345678;Bình \
         thường;15/03/2023"
    );
    assert_eq!(lines[2..], [""]);
    let file = secretary.export("a1", "members", "q=sen", "csv").await;
    assert!(file.body.starts_with("TT,Họ và tên,"), "{}", file.body);
}

#[tokio::test]
async fn check_18_a_file_has_the_rows_of_the_screen() {
    let site = small_town().await;
    let cell = site.town.cell_a2;
    site.seed(async |tx| people(tx, cell, 620).await).await;
    let officer = site.ward_officer().await;
    let queries =
        ["", "category=all", "letter=have", "on=2021-01-01", "q=tran", "q=Tr%E1%BA%A7n+%C3%81"];
    for query in queries {
        let shown = on_screen(&officer, "phuong-a", query).await;
        assert!(!shown.is_empty(), "{query}");
        let sheet = sheet(&officer, "phuong-a", query).await;
        assert_eq!(names_of(&sheet), shown, "{query}");
        let csv = officer.export("phuong-a", "members", query, "excel-csv").await;
        let in_csv = csv.body.lines().skip(1).filter_map(|line| line.split(';').nth(1));
        assert_eq!(in_csv.collect::<Vec<_>>(), shown, "{query}");
        let paper = officer.get(&format!("/units/phuong-a/members/print?{query}")).await;
        let rows = paper.body.split(r#"<tr><td class="c">"#).skip(1);
        let on_paper = rows.filter_map(|row| row.split("<td>").nth(1)?.split("</td>").next());
        assert_eq!(on_paper.collect::<Vec<_>>(), shown, "{query}");
        let last = format!("\n{};", shown.len());
        csv.assert_shows(&last);
    }
}

#[tokio::test]
async fn a_list_is_printed_in_the_form_of_the_party() {
    let site = small_town().await;
    let page = site.secretary().await.get("/units/a1/members/print?on=2024-01-05").await;
    page.assert_is(StatusCode::OK);
    for told in [
        "ĐẢNG BỘ PHƯỜNG AN BÌNH",
        "<b>CHI BỘ TỔ DÂN PHỐ 1</b>",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "<em>An Bình, ngày",
        "<h1>DANH SÁCH</h1>",
        "tính đến ngày 05 tháng 01 năm 2024",
        "diện bình thường",
        "Danh sách có 2 đồng chí.",
        "T/M CHI BỘ<br>BÍ THƯ",
        r#"href="/units/a1/members?on=2024-01-05""#,
    ] {
        page.assert_shows(told);
    }
    let page = site.ward_officer().await.get("/units/phuong-a/members/print?q=nobody").await;
    page.assert_shows("<b>ĐẢNG BỘ PHƯỜNG AN BÌNH</b>");
    page.assert_shows("Không có đồng chí nào");
}

#[tokio::test]
async fn the_list_offers_itself_with_its_filter() {
    let site = small_town().await;
    let secretary = site.secretary().await;
    let page = secretary.get("/units/a1/members?q=sen&on=2024-01-01").await;
    for (href, label) in [
        ("/units/a1/exports?what=members&on=2024-01-01&q=sen", "Tải danh sách này"),
        ("/units/a1/members/print?on=2024-01-01&q=sen", "In danh sách"),
    ] {
        assert!(
            page.links().any(|it| it == href),
            "{href}: {:?}",
            page.links().collect::<Vec<_>>()
        );
        page.assert_shows(label);
        secretary.get(href).await.assert_is(StatusCode::OK);
    }
    // A day that cannot be read is today on the screen, and so in its links.
    let page = secretary.get("/units/a1/members?on=31/02/2026").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.links().any(|it| it == "/units/a1/exports?what=members"));
    let file = secretary.export("a1", "members", "on=31/02/2026", "xlsx").await;
    file.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_list_taken_away_leaves_a_trace() {
    let site = small_town().await;
    let secretary = site.secretary().await;
    secretary.export_bytes("a1", "members", "q=sen", "xlsx").await;
    secretary.export("a1", "members", "category=all&on=2024-01-01", "excel-csv").await;
    let sql =
        "SELECT summary FROM audit_entry WHERE action = 'export.begin' ORDER BY at DESC, id DESC";
    let entries = site.seed(async |tx| texts(tx, sql).await).await;
    let said: Vec<&str> = entries.iter().map(String::as_str).collect();
    let today = clock::today().format("%d/%m/%Y");
    let sheet = format!(
        "Xuất danh sách đảng viên của chi bộ tổ dân phố 1 (tính đến {today}; tìm “sen”, diện bình \
         thường, Excel): 1 dòng; mục đích: nộp đảng ủy phường"
    );
    let csv = "Xuất danh sách đảng viên của chi bộ tổ dân phố 1 (tính đến 01/01/2024; ngày \
               01/01/2024, CSV cho Excel): 3 dòng; mục đích: nộp đảng ủy phường";
    assert_eq!(said, [csv, &sheet]);
}

#[tokio::test]
async fn only_those_who_may_take_names_away_get_the_list() {
    let site = small_town().await;
    let outsider = site.outsider().await;
    let officer = site.organisation_officer().await;
    let trusted = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    for path in ["/units/a1/exports?what=members", "/units/a1/members/print"] {
        outsider.get(path).await.assert_is(StatusCode::NOT_FOUND);
        officer.get(path).await.assert_is(StatusCode::FORBIDDEN);
        trusted.get(path).await.assert_is(StatusCode::OK);
    }
}

/// Where somebody works and can be called today is for those where they live today.
#[tokio::test]
async fn a_past_list_tells_nothing_new_of_those_who_left() {
    let site = Site::start().await;
    site.seed(async |tx| {
        let now = clock::now();
        let office = Workplace { id: WorkplaceId::new(), name: "Sở Tài chính".to_owned() };
        members::store::add_workplace(tx, &office, None).await.unwrap();
        let gone = NewMember {
            phone: Some("0912345678".to_owned()),
            workplace_id: Some(office.id),
            workplace_cell: "Chi bộ Ngân sách".to_owned(),
            ..person("Lê Thị Sen")
        };
        members::store::add(tx, &gone, now).await.unwrap();
        let homes = [
            home(gone.id, site.town.cell_a1, "2020-01-01", Some("2024-06-01")),
            home(gone.id, site.town.cell_b1, "2024-06-01", None),
        ];
        for home in homes {
            members::store::add_residence(tx, &home, now).await.unwrap();
        }
    })
    .await;
    let (then, now) = (site.secretary().await, site.outsider().await);
    let list = "/units/a1/members?on=2024-01-01";
    let page = then.get(list).await;
    page.assert_shows("Lê Thị Sen");
    page.assert_hides("Sở Tài chính");
    for found in ["q=0912345678", "q=tai+chinh"] {
        then.get(&format!("{list}&{found}")).await.assert_hides("Lê Thị Sen");
    }
    let file = then.export("a1", "members", "on=2024-01-01", "excel-csv").await;
    file.assert_shows("Lê Thị Sen");
    file.assert_hides("0912345678");
    file.assert_hides("Chi bộ Ngân sách");
    now.get("/units/b1/members?q=0912345678").await.assert_shows("Sở Tài chính");
    // Whoever sees both cells sees it all.
    let city = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    city.get("/units/thanh-pho/members?on=2024-01-01").await.assert_shows("Sở Tài chính");
}
