//! Who came to the meetings of a year, as a file: a line for each person and meeting.

use std::io;

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::meetings::model::{AttendanceStatus, MeetingKind};
use crate::meetings::store::attended;
use crate::organisation::model::Unit;
use crate::table_file::{Cell, Column, Rows, Table};

const COLUMNS: &[Column] = &[
    ("STT", 6),
    ("Ngày họp", 13),
    ("Loại họp", 18),
    ("Chủ đề", 30),
    ("Chi bộ", 28),
    ("Họ và tên", 26),
    ("Điểm danh", 18),
    ("Lý do vắng", 26),
];

/// A mark on the roll of a meeting.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Marked {
    pub held_on: NaiveDate,
    pub kind: MeetingKind,
    pub topic: String,
    pub unit_name: String,
    pub full_name: String,
    pub status: AttendanceStatus,
    pub reason: String,
}

/// `diem-danh-2024-tdp-2-nguyen-du`
pub fn table(unit: &Unit, year: i32) -> Table {
    Table {
        file: format!("diem-danh-{year}-{}", unit.code),
        name: format!("Điểm danh {year}"),
        title: format!("{}: điểm danh năm {year}", unit.party_name()),
        columns: COLUMNS.to_vec(),
    }
}

/// Reads the rolls called from the first day up to, but not on, the second into `rows`; the
/// scope is the proof that these names may be read.
pub async fn fill(db: Db, scope: Scope, days: (NaiveDate, NaiveDate), rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let mut lines = Lines { written: 0, rows };
    attended::each(&mut tx, &scope, days, &mut lines).await?;
    lines.rows.finish().await
}

/// Numbers the rows on their way.
pub struct Lines {
    written: i64,
    rows: Rows,
}

impl Lines {
    pub async fn push(&mut self, row: &Marked) -> io::Result<()> {
        self.written += 1;
        let cells = vec![
            Cell::Number(self.written),
            Cell::Day(row.held_on),
            Cell::text(row.kind.label()),
            Cell::text(&row.topic),
            Cell::text(&row.unit_name),
            Cell::text(&row.full_name),
            Cell::text(row.status.label()),
            Cell::text(&row.reason),
        ];
        self.rows.push(cells).await
    }
}
