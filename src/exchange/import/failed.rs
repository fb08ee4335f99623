//! The rows that could not be written, as a file to be mended and sent again.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::csv_file::{self, Dialect};
use crate::error::{Error, Result};
use crate::exchange::import::fate::{Fate, Judged};
use crate::exchange::import::model::{Import, ImportRow};
use crate::vietnamese::lettering::decode;

const WHY: &str = "Lý do chưa nhập";

/// The heads, then every failed row: its cells in Unicode, and why it failed.
pub fn table(import: &Import, rows: &[ImportRow], judged: &[Judged]) -> Vec<Vec<String>> {
    let heads = import.heads();
    let head = heads.iter().map(|it| (*it).to_owned()).chain([WHY.to_owned()]).collect();
    let mut table = vec![head];
    for (row, judged) in rows.iter().zip(judged) {
        let Fate::Failed(why) = &judged.fate else { continue };
        let mut cells: Vec<String> =
            row.cells().iter().map(|it| decode(it, import.lettering)).collect();
        cells.resize(heads.len(), String::new());
        cells.push(why.join("; "));
        table.push(cells);
    }
    table
}

pub fn csv(table: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut lines = Dialect::Excel.writer_behind(Dialect::Excel.mark());
    for row in table {
        lines.write_record(row.iter().map(|it| csv_file::text(it).into_owned()))?;
    }
    Ok(lines.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

pub fn sheet(table: &[Vec<String>]) -> Result<Vec<u8>> {
    write(table).map_err(|it| Error::Internal(it.into()))
}

/// Every cell is text: a telephone number keeps its zero, a day its form.
fn write(table: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (plain, bold) = (Format::new().set_num_format("@"), Format::new().set_bold());
    for (line, row) in (0_u32..).zip(table) {
        for (column, cell) in (0_u16..).zip(row) {
            let format = if line == 0 { &bold } else { &plain };
            sheet.write_string_with_format(line, column, cell, format)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
