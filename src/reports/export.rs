//! The report of a year as a workbook: a sheet for each of its tables.

use crate::error::Result;
use crate::organisation::model::Unit;
use crate::reports::document::Section;
use crate::statistics::model::AsOf;
use crate::table_file::{Cell, Rows, Table};

/// `bao-cao-nguyen-du-2024`, with the first of its sheets.
pub fn table(unit: &Unit, as_of: AsOf, sections: &[Section]) -> Table {
    let first = sections.first();
    Table {
        file: format!("bao-cao-{}-{}", unit.code, as_of.year),
        name: first.map_or_else(String::new, |it| it.name.to_owned()),
        title: format!("{}: báo cáo {}", unit.party_name(), as_of.name()),
        columns: first.map(|it| it.columns.clone()).unwrap_or_default(),
    }
}

/// Writes the tables, the note of each below its rows.
pub async fn fill(table: Table, sections: Vec<Section>, mut rows: Rows) -> Result<()> {
    for (at, section) in sections.into_iter().enumerate() {
        if at > 0 {
            let (name, columns) = (section.name.to_owned(), section.columns);
            rows.begin(Table { name, columns, ..table.clone() }).await?;
        }
        for row in section.rows {
            rows.push(row).await?;
        }
        if !section.note.is_empty() {
            rows.push(vec![Cell::Text(section.note)]).await?;
        }
    }
    rows.finish().await
}
