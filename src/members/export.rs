//! The list of a unit's members as a file: the rows of the page, all of them.

use std::io;

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::members::model::Listed;
use crate::members::store::{self, Filter};
use crate::organisation::model::Unit;
use crate::table_file::{Cell, Column, Rows, Table};
use crate::vietnamese::day::{self, Precision};

const COLUMNS: &[Column] = &[
    ("TT", 6),
    ("Họ và tên", 26),
    ("Ngày sinh", 13),
    ("Giới tính", 8),
    ("Chức vụ - nơi công tác", 30),
    ("Chi bộ nơi công tác", 22),
    ("Chỗ ở", 26),
    ("Tổ liên gia", 14),
    ("Chi bộ nơi cư trú", 28),
    ("Ngày vào Đảng", 13),
    ("Ngày chính thức", 13),
    ("Số giấy giới thiệu", 16),
    ("Ngày giới thiệu", 13),
    ("Điện thoại", 14),
    ("Diện", 14),
    ("Ngày quản lý", 13),
];

/// `dang-vien-tdp-2-nguyen-du-2026-02-05`
pub fn table(unit: &Unit, on: NaiveDate) -> Table {
    Table {
        file: format!("dang-vien-{}-{}", unit.code, day::iso(on)),
        name: "Đảng viên".to_owned(),
        title: format!("{}: đảng viên tính đến {}", unit.party_name(), day::short(on)),
        columns: COLUMNS.to_vec(),
    }
}

/// Reads the list into `rows`; the scope is the proof that these names may be read.
pub async fn fill(db: Db, scope: Scope, filter: Filter, rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let mut lines = Lines { written: 0, rows };
    store::each(&mut tx, &scope, &filter, &mut lines).await?;
    lines.rows.finish().await
}

/// Numbers the rows on their way.
pub struct Lines {
    written: i64,
    rows: Rows,
}

impl Lines {
    pub async fn push(&mut self, row: &Listed) -> io::Result<()> {
        self.written += 1;
        self.rows.push(cells(self.written, row)).await
    }
}

fn cells(number: i64, row: &Listed) -> Vec<Cell> {
    let born = match row.born() {
        Some(born) if born.precision == Precision::Day => Cell::Day(born.day),
        Some(born) => Cell::text(born.to_string()),
        None => Cell::Empty,
    };
    vec![
        Cell::Number(number),
        Cell::text(&row.full_name),
        born,
        Cell::text(row.sex.map_or("", |it| it.label())),
        Cell::text(row.works_as()),
        Cell::text(&row.workplace_cell),
        Cell::text(&row.address),
        Cell::text(&row.household_cluster),
        Cell::text(row.lives_in()),
        Cell::day(row.admitted_on),
        Cell::day(row.official_on),
        Cell::text(row.letter_number.as_deref().unwrap_or_default()),
        Cell::day(row.letter_issued_on),
        Cell::text(row.phone.as_deref().unwrap_or_default()),
        Cell::text(row.category.label()),
        Cell::Day(row.started_on),
    ]
}
