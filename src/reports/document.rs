//! A report as tables: what the paper shows and the workbook holds, made once for both.

use crate::small::Shown;
use crate::statistics::people::Rough;
use crate::table_file::{Cell, Column};
use crate::vietnamese::{day, number};

/// A table of a report: on paper below a heading, in a workbook on a sheet of its own.
#[derive(Clone, Debug)]
pub struct Section {
    /// The name of the sheet: 31 characters at most.
    pub name: &'static str,
    pub title: String,
    /// A sentence below the heading; may be empty.
    pub note: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// Whether the last row is the sum of the others.
    pub has_total: bool,
}

impl Section {
    pub fn new(name: &'static str, title: impl Into<String>, columns: &[Column]) -> Section {
        Section {
            name,
            title: title.into(),
            note: String::new(),
            columns: columns.to_vec(),
            rows: Vec::new(),
            has_total: false,
        }
    }

    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Section {
        self.note = note.into();
        self
    }

    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// What stands above the column at this place.
    pub fn head(&self, at: usize) -> &'static str {
        self.columns.get(at).map_or("", |it| it.0)
    }

    /// Whether the row at this place is the sum of the others.
    pub fn is_total(&self, at: usize) -> bool {
        self.has_total && at + 1 == self.rows.len()
    }
}

/// A cell as the paper writes it.
pub fn written(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Day(on) => day::short(*on),
        Cell::Number(count) => number::grouped(*count),
    }
}

/// Whether the cell stands to the right of its column.
pub fn is_number(cell: &Cell) -> bool {
    match cell {
        Cell::Number(_) | Cell::Day(_) => true,
        Cell::Text(text) => ["< 5", "ẩn"].contains(&text.as_str()) || text.ends_with('%'),
        Cell::Empty => false,
    }
}

/// A count that may be hidden.
pub fn shown(count: Shown) -> Cell {
    match count {
        Shown::Exact(count) => Cell::Number(count),
        hidden => Cell::text(hidden.to_string()),
    }
}

/// A count that may be rounded.
pub fn rough(count: Rough) -> Cell {
    match count {
        Rough::Exact(count) | Rough::About(count) => Cell::Number(count),
        Rough::Few => Cell::text(count.to_string()),
    }
}
