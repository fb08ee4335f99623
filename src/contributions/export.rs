//! The book of contributions as a file: the entries of the page, all of them.

use std::io;

use crate::access::guard::Scope;
use crate::contributions::model::{Contribution, ContributionKind};
use crate::contributions::store::book;
use crate::contributions::store::filter::Filter;
use crate::db::Db;
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::table_file::{Cell, Column, Rows, Table};
use crate::vietnamese::number;

const COLUMNS: &[Column] = &[
    ("STT", 6),
    ("Ngày", 13),
    ("Người góp, tập thể", 28),
    ("Chi bộ", 28),
    ("Công trình, quỹ", 28),
    ("Loại", 14),
    ("Số tiền (đồng)", 16),
    ("Số lượng", 12),
    ("Đơn vị tính", 12),
    ("Ghi chú", 28),
    ("Hủy vì", 24),
];

/// `dong-gop-tdp-2-nguyen-du`
pub fn table(unit: &Unit) -> Table {
    Table {
        file: format!("dong-gop-{}", unit.code),
        name: "Đóng góp".to_owned(),
        title: format!("{}: sổ đóng góp", unit.party_name()),
        columns: COLUMNS.to_vec(),
    }
}

/// Reads the book into `rows`; the scope is the proof that these names may be read.
pub async fn fill(db: Db, scope: Scope, filter: Filter, rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let mut lines = Lines { written: 0, rows };
    book::each(&mut tx, &scope, &filter, &mut lines).await?;
    lines.rows.finish().await
}

/// Numbers the rows on their way.
pub struct Lines {
    written: i64,
    rows: Rows,
}

impl Lines {
    pub async fn push(&mut self, it: &Contribution) -> io::Result<()> {
        self.written += 1;
        let is_money = it.kind == ContributionKind::Money;
        let quantity = match it.quantity_hundredths {
            0 => Cell::Empty,
            whole if whole % 100 == 0 => Cell::Number(whole / 100),
            part => Cell::text(number::quantity(part)),
        };
        let cells = vec![
            Cell::Number(self.written),
            Cell::Day(it.given_on),
            Cell::text(it.giver.as_str()),
            Cell::text(it.unit_name.as_str()),
            Cell::text(it.work_name.as_deref().unwrap_or_default()),
            Cell::text(it.kind.label()),
            if is_money { Cell::Number(it.amount_vnd) } else { Cell::Empty },
            quantity,
            Cell::text(if is_money { "đồng" } else { it.measure.as_str() }),
            Cell::text(it.note.as_str()),
            Cell::text(it.reason.as_str()),
        ];
        self.rows.push(cells).await
    }
}
