//! The file: everybody of the year, a line each.

use std::io;

use crate::access::guard::Scope;
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::evaluation::year_file::model::{Place, Row, Year};
use crate::evaluation::year_file::store;
use crate::table_file::{Cell, Column, Rows, Table};
use crate::vietnamese::day::Precision;

/// Who it is, what the books say.
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
];

/// What the comment of the cell adds, before and behind its criteria. A sheet that the cell
/// has not signed yet says nothing here.
const CRITERIA: [Column; MOST_CRITERIA] = [
    ("TC1", 18),
    ("TC2", 18),
    ("TC3", 18),
    ("TC4", 18),
    ("TC5", 18),
    ("TC6", 18),
    ("TC7", 18),
    ("TC8", 18),
    ("TC9", 18),
    ("TC10", 18),
];
const SIGNED: [Column; 4] = [
    ("Nhận xét khác", 40),
    ("Ngày họp với Mặt trận", 13),
    ("Ngày chi bộ ký", 13),
    ("Ngày đảng ủy xác nhận", 13),
];

/// Criteria that the file of a year tells at most.
pub const MOST_CRITERIA: usize = 10;
/// Those of the form in use since 2020: the file has as many columns at least.
const USUAL_CRITERIA: usize = 6;

fn columns(criteria: usize) -> Vec<Column> {
    let criteria = criteria.clamp(USUAL_CRITERIA, MOST_CRITERIA);
    COLUMNS.iter().chain(&CRITERIA[..criteria]).chain(&SIGNED).copied().collect()
}

/// `danh-gia-2024-tdp-2-nguyen-du`
pub fn table((year, criteria): (Year, usize), code: &str, party_name: &str) -> Table {
    Table {
        file: format!("danh-gia-{}-{code}", year.year),
        name: format!("Đánh giá {}", year.year),
        title: format!("{party_name}: đánh giá năm {}", year.year),
        columns: columns(criteria),
    }
}

/// Reads the year into `rows`; the scope is the proof that these names may be read.
pub async fn fill(db: Db, scope: Scope, (year, criteria): (Year, usize), rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let places = store::places(&mut tx, &scope, year).await?;
    let names = places.iter().map(Place::name).collect();
    let criteria = criteria.clamp(USUAL_CRITERIA, MOST_CRITERIA);
    let mut lines = Lines { places: names, criteria, written: 0, rows };
    store::each(&mut tx, &scope, (year, clock::today()), &places, &mut lines).await?;
    lines.rows.finish().await
}

/// Numbers the rows on their way, and names their places.
pub struct Lines {
    /// What each place is called.
    places: Vec<String>,
    criteria: usize,
    written: i64,
    rows: Rows,
}

impl Lines {
    pub async fn push(&mut self, row: &Row) -> io::Result<()> {
        self.written += 1;
        let cells = cells((self.written, self.criteria), row, self.place(row));
        self.rows.push(cells).await
    }

    fn place(&self, row: &Row) -> &str {
        let number = usize::try_from(row.place).ok();
        number.and_then(|it| self.places.get(it)).map_or("", String::as_str)
    }
}

fn cells((number, criteria): (i64, usize), row: &Row, place: &str) -> Vec<Cell> {
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
    let labels = row.labels.all();
    cells.extend(labels[..criteria].iter().map(|it| Cell::text(it.as_str())));
    cells.extend([
        Cell::text(row.other_text.as_str()),
        Cell::day(row.consulted_on),
        Cell::day(row.signed_on),
        Cell::day(row.confirmed_on),
    ]);
    cells
}
