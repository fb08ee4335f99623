//! The file: everybody of the year, a line each.

use std::io;

use crate::access::guard::Scope;
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::evaluation::year_file::model::{Place, Row, Year};
use crate::evaluation::year_file::store;
use crate::table_file::{Cell, Column, Format, Rows, Table};
use crate::vietnamese::day::Precision;
use crate::vietnamese::number;

/// The columns; those behind the contributions are for the comment of the cell.
const COLUMNS: &[Column] = &[
    ("STT", 6),
    ("Họ và tên", 26),
    ("Ngày sinh", 13),
    ("Giới tính", 13),
    ("Ngày vào Đảng", 13),
    ("Ngày chính thức", 13),
    ("Chi bộ, đảng bộ nơi công tác", 30),
    ("Địa chỉ", 26),
    ("Thường trú, tạm trú", 13),
    ("Chi bộ nơi cư trú", 28),
    ("Diện", 13),
    ("Số giấy giới thiệu", 16),
    ("Ngày tiếp nhận", 13),
    ("Số cuộc họp phải dự", 13),
    ("Dự", 13),
    ("Vắng có lý do", 13),
    ("Vắng không lý do", 13),
    ("Đóng góp", 26),
    ("TC1", 6),
    ("TC2", 6),
    ("TC3", 6),
    ("TC4", 6),
    ("TC5", 6),
    ("TC6", 6),
    ("Nhận xét khác", 26),
    ("Ngày họp với Mặt trận", 13),
    ("Ngày chi bộ ký", 13),
    ("Ngày đảng ủy xác nhận", 13),
];

/// `danh-gia-2024-tdp-2-nguyen-du`
pub fn table(year: Year, code: &str, party_name: &str) -> Table {
    Table {
        file: format!("danh-gia-{}-{code}", year.year),
        name: format!("Đánh giá {}", year.year),
        title: format!("{party_name}: đánh giá năm {}", year.year),
        columns: COLUMNS,
    }
}

/// Reads the year into `rows`; the scope is the proof that these names may be read.
pub async fn fill(db: Db, scope: Scope, year: Year, rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let places = store::places(&mut tx, &scope, year).await?;
    let names = places.iter().map(Place::name).collect();
    let mut lines = Lines { places: names, written: 0, rows };
    store::each(&mut tx, &scope, (year, clock::today()), &places, &mut lines).await?;
    lines.rows.finish().await
}

/// Numbers the rows on their way, and names their places.
pub struct Lines {
    /// What each place is called.
    places: Vec<String>,
    written: i64,
    rows: Rows,
}

impl Lines {
    pub async fn push(&mut self, row: &Row) -> io::Result<()> {
        self.written += 1;
        let cells = cells(self.written, row, self.place(row));
        self.rows.push(cells).await
    }

    fn place(&self, row: &Row) -> &str {
        let number = usize::try_from(row.place).ok();
        number.and_then(|it| self.places.get(it)).map_or("", String::as_str)
    }
}

fn cells(number: i64, row: &Row, place: &str) -> Vec<Cell> {
    let born = match row.born() {
        Some(born) if born.precision == Precision::Day => Cell::Day(born.day),
        Some(born) => Cell::text(born.to_string()),
        None => Cell::Empty,
    };
    let mut cells = vec![
        Cell::Number(number),
        Cell::text(&row.full_name),
        born,
        Cell::text(row.sex.map_or("", |it| it.label())),
        Cell::day(row.admitted_on),
        Cell::day(row.official_on),
        Cell::text(row.works_at()),
        Cell::text(&row.address),
        Cell::text(row.kind.label()),
        Cell::text(place),
        Cell::text(row.category.label()),
        Cell::text(row.letter_number.as_deref().unwrap_or_default()),
        Cell::day(row.received_on),
        Cell::Number(row.expected),
        Cell::Number(row.present),
        Cell::Number(row.excused),
        Cell::Number(row.unexcused),
        Cell::text(row.gifts.summary()),
    ];
    cells.resize(COLUMNS.len(), Cell::Empty);
    cells
}

/// What the audit trail says of the file.
pub fn said(year: Year, name: &str, format: Format, lines: i64) -> String {
    let (lines, format) = (number::grouped(lines), format.label());
    format!("Xuất đánh giá năm {} của {name} ({format}), {lines} dòng dự kiến", year.year)
}
