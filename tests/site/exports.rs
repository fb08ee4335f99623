//! Files that leave: what is in them, for what they were asked, and what is kept of it.

use haichieu::ids::ExportId;
use reqwest::StatusCode;
use sha2::{Digest, Sha256};

use crate::exchange::texts;
use crate::sheets;
use crate::statistics::{gift, give, meeting, people};
use crate::support::{Site, Visitor};

/// SHA-256, in hexadecimal digits.
fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |digits, it| digits + &format!("{it:02x}"))
}

/// Posts the form of the page, with a purpose or without.
async fn ask(visitor: &Visitor, id: &str, what: &str, purpose: &str) -> crate::support::Page {
    let form = [
        ("id", id),
        ("what", what),
        ("query", "year=2024"),
        ("purpose", purpose),
        ("format", "csv"),
    ];
    visitor.post("/units/a1/exports", &form).await
}

#[tokio::test]
async fn no_file_leaves_without_a_purpose() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let id = secretary.get("/units/a1/exports?what=members").await.field("id");
    let page = ask(&secretary, &id, "members", " . ").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Viết tệp dùng vào việc gì");
    assert_eq!(page.field("query"), "year=2024");
    let mut tx = site.db.read().await.unwrap();
    assert!(texts(&mut tx, "SELECT file FROM export").await.is_empty());
}

#[tokio::test]
async fn what_left_is_written_down_with_its_rows_and_checksum() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| people(tx, cell, 30).await).await;
    let secretary = site.secretary().await;
    for format in ["csv", "excel-csv", "xlsx"] {
        let bytes = secretary.export_bytes("a1", "members", "", format).await;
        let sum = checksum(&bytes);
        let mut tx = site.db.read().await.unwrap();
        let sql = "SELECT sha256 FROM export WHERE state = 'done' ORDER BY started_at DESC";
        assert_eq!(texts(&mut tx, sql).await[0], sum, "{format}");
        let sql = "SELECT summary FROM audit_entry WHERE action = 'export.end'
                   ORDER BY at DESC, id DESC";
        let said = &texts(&mut tx, sql).await[0];
        assert!(said.contains("30 dòng") && said.contains(&sum), "{said}");
    }
    let page = secretary.get("/units/a1/exports?what=members").await;
    page.assert_shows("nộp đảng ủy phường");
    page.assert_shows("30 dòng");
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_export() {
    let site = Site::start().await;
    site.seed(async |tx| people(tx, site.town.cell_a1, 3).await).await;
    let secretary = site.secretary().await;
    let id = ExportId::new().to_string();
    let page = ask(&secretary, &id, "members", "nộp đảng ủy").await;
    page.assert_is(StatusCode::OK);
    assert_eq!(page.body.lines().count(), 4);
    let again = ask(&secretary, &id, "members", "nộp đảng ủy").await;
    assert_eq!(again.leads_to(), format!("/exports/{id}"));
    secretary.get(&format!("/exports/{id}")).await.assert_shows("Tệp đã tải thẳng về máy");
    let outsider = site.outsider().await;
    outsider.get(&format!("/exports/{id}")).await.assert_is(StatusCode::NOT_FOUND);
    outsider.get(&format!("/exports/{id}/file")).await.assert_is(StatusCode::NOT_FOUND);
}

/// 700 people and eight meetings: 5,600 marks, more than are waited for.
#[tokio::test]
async fn a_long_file_is_made_by_a_job_and_expires() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        people(tx, cell, 700).await;
        for month in 1..=8 {
            meeting(tx, cell, &format!("2024-0{month}-10"), &[]).await;
        }
    })
    .await;
    let secretary = site.secretary().await;
    let id = ExportId::new().to_string();
    let there = ask(&secretary, &id, "attendance", "nộp đảng ủy").await.leads_to().to_owned();
    let page = loop {
        let page = secretary.get(&there).await;
        page.assert_is(StatusCode::OK);
        if !page.body.contains("Đang làm tệp") {
            break page;
        }
        page.assert_shows("http-equiv=\"refresh\"");
    };
    page.assert_shows("5.600 dòng");
    let file = secretary.get(&format!("{there}/file")).await;
    file.assert_is(StatusCode::OK);
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 5_601);
    assert!(lines[1].starts_with("1,2024-01-10,Họp định kỳ"), "{}", lines[1]);
    for (number, line) in lines.iter().enumerate().skip(1) {
        assert!(line.starts_with(&format!("{number},")), "{line}");
    }
    let sum = checksum(file.body.as_bytes());
    page.assert_shows(&sum);
    // An hour later it is gone; that it left is still known.
    site.seed(async |tx| {
        let sql = "UPDATE export SET expires_at = 1";
        haichieu_run(tx, sql).await;
        let now = haichieu::clock::now();
        haichieu::exports::store::purge(tx, now, now.plus_seconds(-7_200)).await.unwrap();
    })
    .await;
    secretary.get(&there).await.assert_shows("Tệp đã hết hạn");
    let gone = secretary.get(&format!("{there}/file")).await;
    gone.assert_is(StatusCode::BAD_REQUEST);
}

async fn haichieu_run(tx: &mut haichieu::db::Tx, sql: &'static str) {
    match tx {
        haichieu::db::Tx::Sqlite(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
        haichieu::db::Tx::Postgres(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
    }
}

#[tokio::test]
async fn the_year_leaves_with_its_signed_sheets() {
    let (_site, _, officer) = sheets::signed().await;
    sheets::take_all(&officer, "confirm").await.leads_to();
    let today = haichieu::vietnamese::day::iso(haichieu::clock::today());
    let file = officer.export("a1", "evaluations", "year=2024", "csv").await;
    let expected = [
        "STT,Họ và tên,Ngày sinh,Giới tính,Ngày vào Đảng,Ngày chính thức,\"Chi bộ, đảng bộ nơi công \
         tác\",Địa chỉ,\"Thường trú, tạm trú\",Chi bộ nơi cư trú,Diện,Số giấy giới thiệu,Ngày tiếp \
         nhận,Số cuộc họp phải dự,Dự,Vắng có lý do,Vắng không lý do,Đóng góp,TC1,TC2,TC3,TC4,TC5,TC6,\
         Nhận xét khác,Ngày họp với Mặt trận,Ngày chi bộ ký,Ngày đảng ủy xác nhận"
            .to_owned(),
        format!(
            "1,Trần Văn An,1979,Nữ,,,,\"Số 14, ngõ 3\",Thường trú,\"Chi bộ tổ dân phố 1, Phường An \
             Bình\",Bình thường,,,0,0,0,0,,Nêu gương tốt,Gương mẫu đi đầu,Tham gia đầy đủ,\"Thường \
             xuyên, tích cực\",Rất tích cực,Biểu dương,Vận động bà con ngõ \
             3.,2024-12-20,{today},{today}"
        ),
        format!(
            "2,Lê Thị Sen,1979,Nữ,,,,\"Số 14, ngõ 3\",Thường trú,\"Chi bộ tổ dân phố 1, Phường An \
             Bình\",Bình thường,,,0,0,0,0,,Nêu gương,Gương mẫu,Tham gia chưa đầy đủ,Thường xuyên,Tích \
             cực,Không đề nghị,Vận động bà con ngõ 3.,2024-12-20,{today},{today}"
        ),
        String::new(),
    ];
    assert_eq!(file.body.split("\r\n").collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_is_not_signed_stays_in_the_cell() {
    let site = Site::with_criteria().await;
    crate::members::live(&site, site.town.cell_a1, "Trần Văn An").await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    sheets::open_year(&officer, "phuong-a").await;
    let an = sheets::sheet_of(&secretary, "Trần Văn An").await;
    sheets::write(&secretary, &an, 2, "Bản nháp").await.leads_to();
    let file = officer.export("a1", "evaluations", "year=2024", "csv").await;
    file.assert_shows("Trần Văn An");
    file.assert_hides("Chưa nêu gương");
    file.assert_hides("Bản nháp");
}

#[tokio::test]
async fn rolls_and_gifts_leave_as_they_stand_in_the_books() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        let people = people(tx, cell, 3).await;
        meeting(tx, cell, "2024-05-10", &people[..1]).await;
        meeting(tx, cell, "2023-05-10", &[]).await;
        give(tx, &gift(cell, people[0], "2024-06-01", 1_500_000)).await;
        give(tx, &gift(cell, people[1], "2023-06-01", 200_000)).await;
    })
    .await;
    let secretary = site.secretary().await;
    let rolls = secretary.export("a1", "attendance", "year=2024", "csv").await;
    assert_eq!(rolls.body.lines().count(), 4);
    assert_eq!(rolls.body.matches("Vắng có lý do").count(), 1);
    assert_eq!(rolls.body.matches(",Có mặt,").count(), 2);
    let book = secretary.export("a1", "contributions", "year=2024", "csv").await;
    assert_eq!(book.body.lines().count(), 2);
    book.assert_shows(",2024-06-01,");
    book.assert_shows(",Tiền,1500000,,đồng,");
    let all = secretary.export("a1", "contributions", "", "csv").await;
    assert_eq!(all.body.lines().count(), 3);
    let link = secretary.get("/units/a1/contributions?year=2024").await;
    let link = link.links().find(|it| it.contains("/exports?what=contributions")).unwrap();
    secretary.get(&link).await.assert_shows("<dd>1</dd>");
}

/// Every column of every file is explained in `docs/files.md`, under its file.
#[tokio::test]
async fn the_columns_are_documented() {
    let guide = std::fs::read_to_string("docs/files.md").unwrap();
    let site = Site::start().await;
    let secretary = site.secretary().await;
    for what in ["evaluations", "members", "attendance", "contributions", "statistics"] {
        let part = guide.split(&format!("(`{what}`)")).nth(1).unwrap();
        let part = part.split("\n## ").next().unwrap();
        let file = secretary.export("a1", what, "", "csv").await;
        let mut lines = csv::Reader::from_reader(file.body.as_bytes());
        for column in lines.headers().unwrap() {
            let is_told = part.contains(&format!("| {column} |"))
                || part.contains(&format!("{column}, "))
                || part.contains(&format!(", {column} |"));
            assert!(is_told, "{what}: {column}");
        }
    }
}

#[tokio::test]
async fn who_sees_no_names_asks_for_counts_twice() {
    let site = Site::start().await;
    let counts = site.organisation_officer().await;
    let id = ExportId::new().to_string();
    let form = [
        ("id", id.as_str()),
        ("what", "statistics"),
        ("query", "year=2024"),
        ("purpose", "báo cáo thành ủy"),
        ("format", "csv"),
    ];
    counts.post("/units/thanh-pho/exports", &form).await.assert_is(StatusCode::OK);
    let again = counts.post("/units/thanh-pho/exports", &form).await;
    counts.get(again.leads_to()).await.assert_is(StatusCode::OK);
    counts.get(&format!("/exports/{id}")).await.assert_is(StatusCode::FORBIDDEN);
}
