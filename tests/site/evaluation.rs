//! The year's file of evaluations: what stands in it, and who may take it away.

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use haichieu::access::model::Role;
use haichieu::contributions::model::{ContributionKind, NewContribution};
use haichieu::ids::{ContributionId, LetterId, WorkplaceId};
use haichieu::members::model::{ExemptReason, NewLetter, NewMember, NewResidence, Sex, Workplace};
use haichieu::vietnamese::day::PartialDay;
use haichieu::{audit, clock, members};
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::statistics::{gift, give, home, meeting, people, person, reorganised};
use crate::support::{Page, Site, day};

/// Two people in cell A1, one who is exempt in cell A2; a year with two meetings.
async fn small_town() -> Site {
    let site = Site::start().await;
    let (ward, cell_a1, cell_a2) = (site.town.ward_a, site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        let now = clock::now();
        let office = Workplace { id: WorkplaceId::new(), name: "Sở Tài chính".to_owned() };
        members::store::add_workplace(tx, &office, None).await.unwrap();
        let sen = NewMember {
            sex: Some(Sex::Female),
            born: PartialDay::read("2/1980").ok(),
            admitted_on: Some(day("2005-02-03")),
            official_on: Some(day("2006-02-03")),
            phone: Some("0912345678".to_owned()),
            workplace_id: Some(office.id),
            workplace_cell: "=HYPERLINK(\"x\")".to_owned(),
            ..person("Lê Thị Sen")
        };
        let an = NewMember { sex: Some(Sex::Male), ..person("Trần Văn An") };
        let binh = person("Võ Bình");
        for member in [&sen, &an, &binh] {
            members::store::add(tx, member, now).await.unwrap();
        }
        let letter = NewLetter {
            id: LetterId::new(),
            member_id: sen.id,
            number: "112-GGT/ĐU".to_owned(),
            issued_by: String::new(),
            signer: String::new(),
            issued_on: None,
            ward_id: Some(ward),
            received_on: Some(day("2023-03-15")),
            received_by: String::new(),
            cell_id: Some(cell_a1),
            assigned_on: None,
            exempt: false,
        };
        members::store::add_letter(tx, &letter, now).await.unwrap();
        let homes = [
            NewResidence {
                letter_id: Some(letter.id),
                address: "Số 5; ngõ \"Đông\"".to_owned(),
                ..home(sen.id, cell_a1, "2020-01-01", None)
            },
            home(an.id, cell_a1, "2020-01-01", Some("2025-01-10")),
            NewResidence {
                exempt: Some(ExemptReason::Rotated),
                ..home(binh.id, cell_a2, "2020-01-01", None)
            },
        ];
        for home in homes {
            members::store::add_residence(tx, &home, now).await.unwrap();
        }
        meeting(tx, cell_a1, "2024-05-10", &[]).await;
        meeting(tx, cell_a1, "2024-11-10", &[an.id]).await;
        meeting(tx, cell_a1, "2023-11-10", &[an.id]).await;
        give(tx, &gift(cell_a1, sen.id, "2024-06-01", 1_500_000)).await;
        give(tx, &gift(cell_a1, sen.id, "2023-06-01", 9_000_000)).await;
        let idea = NewContribution {
            id: ContributionId::new(),
            kind: ContributionKind::Idea,
            ..gift(cell_a1, sen.id, "2024-06-02", 0)
        };
        give(tx, &idea).await;
        let mistake = NewContribution { id: ContributionId::new(), ..idea.clone() };
        give(tx, &mistake).await;
        let reverses = Some((mistake.id, "Ghi trùng".to_owned()));
        give(tx, &NewContribution { id: ContributionId::new(), reverses, ..mistake }).await;
    })
    .await;
    site
}

const HEAD: &str = "STT;Họ và tên;Ngày sinh;Giới tính;Ngày vào Đảng;Ngày chính thức;\"Chi bộ, đảng bộ \
                    nơi công tác\";Địa chỉ;\"Thường trú, tạm trú\";Chi bộ nơi cư trú;Diện;Số giấy \
                    giới thiệu;Ngày tiếp nhận;Số cuộc họp phải dự;Dự;Vắng có lý do;Vắng không lý \
                    do;Đóng góp;TC1;TC2;TC3;TC4;TC5;TC6;Nhận xét khác;Ngày họp với Mặt trận;Ngày chi \
                    bộ ký;Ngày đảng ủy xác nhận";

#[tokio::test]
async fn the_file_is_whole_and_opens_in_excel() {
    let site = small_town().await;
    let file =
        site.ward_officer().await.export("phuong-a", "evaluations", "year=2024", "excel-csv").await;
    file.assert_is(StatusCode::OK);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, r#"attachment; filename="danh-gia-2024-phuong-a.csv""#);
    let head = HEAD.replace('"', "");
    let expected = [
        &*format!("\u{feff}{head}"),
        "1;Trần Văn An;;Nam;;;;;Thường trú;Chi bộ tổ dân phố 1, Phường An Bình;Bình \
         thường;;;2;1;1;0;;;;;;;;;;;",
        "2;Lê Thị Sen;02/1980;Nữ;03/02/2005;03/02/2006;\"'=HYPERLINK(\"\"x\"\"), Sở Tài \
         chính\";\"Số 5; ngõ \"\"Đông\"\"\";Thường trú;Chi bộ tổ dân phố 1, Phường An Bình;Bình \
         thường;112-GGT/ĐU;15/03/2023;2;2;0;0;\"1.500.000 đ; 1 hiến kế\";;;;;;;;;;",
        "3;Võ Bình;;;;;;;Thường trú;Chi bộ tổ dân phố 2, Phường An Bình;Được miễn sinh \
         hoạt;;;0;0;0;0;;;;;;;;;;;",
        "",
    ];
    assert_eq!(file.body.split("\r\n").collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn the_sheet_has_the_lines_of_the_file() {
    let site = small_town().await;
    let officer = site.ward_officer().await;
    let bytes = officer.export_bytes("phuong-a", "evaluations", "year=2024", "xlsx").await;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula("Đánh giá 2024").unwrap();
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{formulas:?}");
    let sheet = book.worksheet_range("Đánh giá 2024").unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let head: Vec<String> = rows[0].iter().map(Data::to_string).collect();
    assert_eq!(head.join(";"), HEAD.replace('"', ""));
    let names: Vec<String> = rows[1..].iter().map(|row| row[1].to_string()).collect();
    assert_eq!(names, ["Trần Văn An", "Lê Thị Sen", "Võ Bình"]);
    let sen = rows[2];
    assert_eq!(sen[2], "02/1980");
    assert!(sen[4].is_datetime());
    assert_eq!(sen[4].as_date(), Some(day("2005-02-03")));
    assert_eq!(sen[6], "=HYPERLINK(\"x\"), Sở Tài chính");
    assert_eq!(sen[13], 2.0);
}

#[tokio::test]
async fn the_standard_file_has_commas_and_no_mark() {
    let site = small_town().await;
    let file = site.ward_officer().await.export("a2", "evaluations", "year=2024", "csv").await;
    let expected = [
        &*HEAD.replace(';', ","),
        "1,Võ Bình,,,,,,,Thường trú,\"Chi bộ tổ dân phố 2, Phường An Bình\",Được miễn sinh \
         hoạt,,,0,0,0,0,,,,,,,,,,,",
        "",
    ];
    assert_eq!(file.body.split("\r\n").collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn the_file_lists_those_at_home_on_the_last_day() {
    let site = small_town().await;
    let secretary = site.secretary().await;
    let file = secretary.export("a1", "evaluations", "year=2024", "excel-csv").await;
    file.assert_shows("Trần Văn An");
    let file = secretary.export("a1", "evaluations", "year=2025", "excel-csv").await;
    file.assert_hides("Trần Văn An");
    file.assert_shows("Lê Thị Sen");
}

#[tokio::test]
async fn a_file_of_many_chunks_comes_whole_in_order() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| people(tx, cell, 700).await).await;
    let file = site.secretary().await.export("a1", "evaluations", "year=2024", "excel-csv").await;
    assert!(file.body.len() > 2 * 32 * 1024, "{}", file.body.len());
    let lines: Vec<&str> = file.body.lines().skip(1).collect();
    assert_eq!(lines.len(), 700);
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("{};Trần Văn ", index + 1)), "{line}");
    }
}

#[tokio::test]
async fn the_page_says_what_is_in_the_file_and_for_how_many() {
    let site = small_town().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a/exports?what=evaluations&year=2024").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("<dd>3</dd>");
    page.assert_shows("năm 2024, cư trú ngày 31/12/2024");
    page.assert_shows("TC6; Nhận xét khác");
    let page = officer.get("/units/phuong-a/exports?what=evaluations&year=2019").await;
    page.assert_shows("<dd>0</dd>");
    let page = officer.get("/units/phuong-a/exports?what=evaluations&year=24").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: ");
    assert_eq!(page.field("year"), "24");
}

#[tokio::test]
async fn names_leave_with_those_who_may_and_a_trace() {
    let site = small_town().await;
    for what in ["evaluations", "members", "attendance", "contributions"] {
        let path = &format!("/units/a1/exports?what={what}");
        let officer = site.organisation_officer().await;
        officer.export("a1", what, "", "csv").await.assert_is(StatusCode::FORBIDDEN);
        site.outsider().await.export("a1", what, "", "csv").await.assert_is(StatusCode::NOT_FOUND);
        site.organisation_officer().await.get(path).await.assert_is(StatusCode::FORBIDDEN);
        site.outsider().await.get(path).await.assert_is(StatusCode::NOT_FOUND);
        site.administrator().await.get(path).await.assert_is(StatusCode::NOT_FOUND);
    }
    let mut tx = site.db.read().await.unwrap();
    let cell = site.town.cell_a1.0;
    assert!(audit::store::list_of(&mut tx, cell, 9).await.unwrap().is_empty());
    drop(tx);
    site.secretary().await.export("a1", "evaluations", "year=2024", "excel-csv").await;
    let mut tx = site.db.read().await.unwrap();
    let sql = "SELECT summary FROM audit_entry WHERE action LIKE 'export.%' ORDER BY at, id";
    let said = texts(&mut tx, sql).await;
    assert_eq!(
        said[0],
        "Xuất nhận xét của năm của chi bộ tổ dân phố 1 (năm 2024, cư trú ngày 31/12/2024, CSV cho Excel): \
         2 dòng; mục đích: nộp đảng ủy phường"
    );
    assert!(said[1].starts_with("Tệp danh-gia-2024-a1.csv đã xuất: 2 dòng, SHA-256 "), "{said:?}");
    assert_eq!(said.len(), 2);
}

/// Where somebody works today is for those who keep the member today: neither for the
/// cell that the member left, nor for the ward that lost the whole cell.
#[tokio::test]
async fn a_past_year_tells_nothing_new_of_those_who_left() {
    let site = Site::start().await;
    let (ward_c, cell) = reorganised(&site).await;
    site.seed(async |tx| {
        let office = Workplace { id: WorkplaceId::new(), name: "Sở Tài chính".to_owned() };
        members::store::add_workplace(tx, &office, None).await.unwrap();
        let works_there = |name| NewMember { workplace_id: Some(office.id), ..person(name) };
        let (gone, stays) = (works_there("Lê Thị Sen"), works_there("Võ Bình"));
        for member in [&gone, &stays] {
            members::store::add(tx, member, clock::now()).await.unwrap();
        }
        let homes = [
            home(gone.id, site.town.cell_a1, "2020-01-01", Some("2025-06-01")),
            home(gone.id, site.town.cell_b1, "2025-06-01", None),
            home(stays.id, cell, "2020-01-01", None),
        ];
        for home in homes {
            members::store::add_residence(tx, &home, clock::now()).await.unwrap();
        }
    })
    .await;

    let file = site.secretary().await.export("a1", "evaluations", "year=2024", "excel-csv").await;
    file.assert_shows("Lê Thị Sen");
    file.assert_hides("Sở Tài chính");
    let old_ward = site.visitor(Role::WardOfficer, site.town.ward_b).await;
    let file = old_ward.export("phuong-b", "evaluations", "year=2024", "excel-csv").await;
    let (sen, binh) = (line(&file, "Lê Thị Sen"), line(&file, "Võ Bình"));
    assert!(sen.is_none(), "lived in another ward then");
    assert!(!binh.unwrap().contains("Sở Tài chính"), "the cell has another ward now");
    let list = old_ward.get("/units/phuong-b/members?on=2024-12-31").await;
    list.assert_shows("Võ Bình");
    list.assert_hides("Sở Tài chính");

    let new_ward = site.visitor(Role::WardOfficer, ward_c).await;
    let list = new_ward.get("/units/phuong-c/members?on=2025-07-02").await;
    list.assert_shows("Sở Tài chính");
}

fn line<'a>(file: &'a Page, name: &str) -> Option<&'a str> {
    file.body.lines().find(|it| it.contains(name))
}
