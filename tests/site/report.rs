//! The year on paper, and the same as a workbook.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use haichieu::clock;
use haichieu::members::model::EndReason;
use reqwest::StatusCode;

use crate::confirmed::{arrive, confirm, end};
use crate::sheets::{signed, take_all};
use crate::statistics::{gift, give, meeting, people};
use crate::support::{Page, Site, day};

/// The tables of the paper by their heading, without its number: lines of cells.
fn tables(page: &Page) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut tables = BTreeMap::new();
    for part in page.body.split("<h2>").skip(1) {
        let title = part.split("</h2>").next().unwrap().split_once(". ").unwrap().1.to_owned();
        let rows = part.split("<tbody>").nth(1).unwrap_or_default().split("</tbody>").next();
        let lines = rows.unwrap().split("<tr").skip(1).map(|row| {
            let cells = row.split('<').filter(|it| it.starts_with("td") || it.starts_with("th "));
            cells.map(|it| plain(it.split_once('>').unwrap().1)).collect()
        });
        tables.insert(title, lines.collect());
    }
    tables
}

fn plain(html: &str) -> String {
    html.replace("&#60;", "<").replace("&#38;", "&").replace("&#39;", "'")
}

/// The sheets of a workbook in their order: name, and lines below the head.
fn sheets(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(_) => "a day".to_owned(),
        Data::Float(it) => haichieu::vietnamese::number::grouped(it.to_string().parse().unwrap()),
        cell => cell.to_string(),
    };
    let names = book.sheet_names();
    let sheets = names.into_iter().map(|name| {
        let range = book.worksheet_range(&name).unwrap();
        let rows = range.rows().skip(1).map(|row| row.iter().map(text).collect()).collect();
        (name, rows)
    });
    sheets.collect()
}

async fn year() -> Site {
    let site = Site::start().await;
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        let ids = people(tx, a1, 20).await;
        people(tx, a2, 30).await;
        meeting(tx, a1, "2024-05-10", &ids[..3]).await;
        meeting(tx, a2, "2024-10-10", &[]).await;
        give(tx, &gift(a1, ids[0], "2024-09-01", 250_000)).await;
        end(tx, ids[0], day("2024-10-01"), EndReason::Moved).await;
        arrive(tx, a1, "2024-08-01", "Lâm Thị Muộn").await;
    })
    .await;
    site
}

#[tokio::test]
async fn the_year_stands_on_paper_table_by_table() {
    let site = year().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a/report?year=2024").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("ĐẢNG BỘ PHƯỜNG AN BÌNH");
    page.assert_shows("T/M ĐẢNG ỦY");
    page.assert_shows("chưa chốt");
    page.assert_hides("Lâm Thị Muộn");
    let tables = tables(&page);
    let heads = &tables["Tổng hợp năm 2024"];
    assert_eq!(heads[1], ["Đảng viên", "50"]);
    let changes = &tables["Biến động từ 31/12/2023 đến 31/12/2024"];
    let counts: Vec<i64> = changes
        .iter()
        .map(|it| it[1].replace('.', "").replace('−', "-").parse().unwrap())
        .collect();
    let (end, rest) = counts.split_last().unwrap();
    assert_eq!((rest[0], rest.iter().sum::<i64>()), (50, *end), "{changes:?}");
    assert!(changes.iter().any(|it| it[0] == "Giới thiệu mới về" && it[1] == "1"));
    assert!(changes.iter().any(|it| it[0] == "Chuyển đi nơi khác" && it[1] == "−1"));
    let met = &tables["Họp từng 6 tháng, và cả năm"];
    assert_eq!(met[0], ["6 tháng đầu năm 2024", "2", "1", "1", "20", "17", "85,0%"]);
    assert_eq!(met[1][1..4], ["2", "1", "1"]);
    assert_eq!(met[2], ["năm 2024", "", "2", "2", "50", "47", "94,0%"]);
    let below = &tables["Theo đơn vị bên dưới"];
    assert_eq!(below.len(), 3);
    assert_eq!(below[2][..4], ["Cộng", "50", "0", "2"]);

    confirm(&officer, "phuong-a", "31/12/2024").await;
    let page = officer.get("/units/phuong-a/report?year=2024").await;
    page.assert_shows("Số liệu đến hết ngày 31/12/2024 đã chốt: Cán bộ đảng ủy phường, xã");
    page.assert_hides("nay khác lúc chốt");
    site.seed(async |tx| arrive(tx, site.town.cell_a1, "2024-03-01", "Hà Văn Sau").await).await;
    let page = officer.get("/units/phuong-a/report?year=2024").await;
    page.assert_shows("nay khác lúc chốt");
}

#[tokio::test]
async fn the_workbook_holds_what_the_paper_shows() {
    let (site, _, officer) = signed().await;
    take_all(&officer, "confirm").await.leads_to();
    site.seed(async |tx| {
        let ids = people(tx, site.town.cell_a1, 12).await;
        meeting(tx, site.town.cell_a1, "2024-05-10", &ids[..3]).await;
        give(tx, &gift(site.town.cell_a1, ids[0], "2024-09-01", 1_250_000)).await;
    })
    .await;
    let visitors = [("phuong-a", officer), ("thanh-pho", site.organisation_officer().await)];
    for (code, visitor) in &visitors {
        let page = visitor.get(&format!("/units/{code}/report?year=2024")).await;
        let paper: Vec<_> = page.body.split("<h2>").skip(1).collect();
        let tables = tables(&page);
        let query = "year=2024";
        let book = sheets(visitor.export_bytes(code, "report", query, "xlsx").await);
        assert_eq!(book.len(), paper.len(), "{code}");
        let mut cells = 0;
        for ((name, rows), part) in book.iter().zip(&paper) {
            let title = part.split("</h2>").next().unwrap().split_once(". ").unwrap().1;
            for (line, row) in tables[title].iter().zip(rows) {
                for (shown, kept) in line.iter().zip(row).filter(|(_, kept)| *kept != "a day") {
                    assert_eq!(shown, kept, "{code}: {name}");
                    cells += 1;
                }
            }
            assert!(rows.len() >= tables[title].len(), "{code}: {name} is cut short");
        }
        assert!(cells > 60, "{code}: {cells} cells alone");
    }
    let sheets_of_year = tables(&visitors[0].1.get("/units/phuong-a/report?year=2024").await);
    assert_eq!(sheets_of_year["Nhận xét năm 2024"][3], ["Đảng ủy đã xác nhận", "2"]);
    assert_eq!(sheets_of_year["Theo tiêu chí"][0][3], "1", "one of the two chose the first");
    // Who sees no names is told none of it from so few.
    let told = tables(&visitors[1].1.get("/units/thanh-pho/report?year=2024").await);
    assert_eq!(told["Nhận xét năm 2024"][3], ["Đảng ủy đã xác nhận", "< 5"]);
    assert!(told["Theo tiêu chí"].iter().all(|it| it[3] != "1" && it[3] != "2"));
}

#[tokio::test]
async fn without_names_few_who_came_or_went_are_not_told() {
    let site = year().await;
    site.seed(async |tx| {
        let ids = people(tx, site.town.cell_b1, 40).await;
        end(tx, ids[0], day("2024-03-01"), EndReason::Deceased).await;
        end(tx, ids[1], day("2024-03-01"), EndReason::Deceased).await;
    })
    .await;
    let officer = site.organisation_officer().await;
    let page = officer.get("/units/phuong-b/report?year=2024").await;
    let tables = tables(&page);
    let changes = &tables["Biến động từ 31/12/2023 đến 31/12/2024"];
    assert_eq!(changes[0], ["Ngày 31/12/2023", "ẩn"], "the count of now is told, two fewer");
    assert_eq!(changes[1], ["Ngày 31/12/2024", "38"]);
}

#[tokio::test]
async fn a_report_leaves_as_a_workbook_alone_and_with_its_purpose() {
    let site = year().await;
    let officer = site.organisation_officer().await;
    let asked = officer.get("/units/phuong-a/exports?what=report&year=2024").await;
    asked.assert_is(StatusCode::OK);
    asked.assert_shows("Excel (.xlsx)");
    asked.assert_hides("CSV chuẩn: RFC");
    asked.assert_shows("Các bảng: Tổng hợp; Biến động");
    let page = officer.export("phuong-a", "report", "year=2024", "csv").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("chỉ có dạng Excel");
    let page = officer.export("phuong-a", "report", "year=2099", "xlsx").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Năm này chưa tới");
    let page = site.outsider().await.export("phuong-a", "report", "year=2024", "xlsx").await;
    page.assert_is(StatusCode::NOT_FOUND);
    officer.export_bytes("phuong-a", "report", "year=2024", "xlsx").await;
    let mut tx = site.db.read().await.unwrap();
    let files = haichieu::exports::store::latest(&mut tx, site.town.ward_a, 9).await.unwrap();
    let said: Vec<_> = files.iter().map(|it| (it.file.as_str(), it.purpose.as_str())).collect();
    assert_eq!(said, [("bao-cao-phuong-a-2024.xlsx", "nộp đảng ủy phường")]);
}

#[tokio::test]
async fn a_year_that_has_not_come_is_said_so() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let page = secretary.get("/units/a1/report?year=2099").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Năm này chưa tới");
    page.assert_shows(r#"value="2099""#);
    let page = secretary.get("/units/a1/report").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("T/M CHI BỘ");
    let last = chrono::Datelike::year(&clock::today()) - 1;
    page.assert_shows(&format!("Nhận xét năm {last}"));
    site.outsider().await.get("/units/a1/report").await.assert_is(StatusCode::NOT_FOUND);
}
