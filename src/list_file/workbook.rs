//! A workbook of Excel, cell by cell: reading a sheet at once would let a file of a few
//! kilobytes take all the memory (tafia/calamine#693).

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

use super::{
    Cell, LONGEST_CELL, ListFile, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Refusal, Row, Sheet,
    unguarded,
};

/// Files inside the workbook, the bytes they may unpack to, and how much tighter than
/// that they may be packed.
const MOST_ENTRIES: usize = 100;
const MOST_UNPACKED: u64 = 100 * 1024 * 1024;
const TIGHTEST: u64 = 100;
/// Small workbooks pack their few styles very tightly, and harm nobody.
const HARMLESS: u64 = 4 * 1024 * 1024;

pub fn read(bytes: &[u8]) -> Result<ListFile, Refusal> {
    let fonts = examine(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    let (mut sheets, mut cells) = (Vec::new(), 0);
    for name in book.sheet_names() {
        let rows = read_sheet(&mut book, &name, &mut cells)?;
        sheets.push(Sheet { name, rows });
    }
    Ok(ListFile { sheets, fonts })
}

/// Unpacks everything once without keeping it, counting: what a file says of its own
/// size may be a lie. Hands back the fonts that the styles name.
fn examine(bytes: &[u8]) -> Result<Vec<String>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    if archive.len() > MOST_ENTRIES {
        return Err(Refusal::Bomb);
    }
    let (mut unpacked, mut is_workbook, mut fonts) = (0, false, Vec::new());
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|_| Refusal::OldExcel)?;
        let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        is_workbook |= name == "xl/workbook.xml";
        let left = MOST_UNPACKED - unpacked;
        let mut entry = entry.take(left + 1);
        if name == "xl/styles.xml" {
            let mut styles = Vec::new();
            entry.by_ref().take(2 * 1024 * 1024).read_to_end(&mut styles).ok();
            unpacked += styles.len() as u64;
            fonts = fonts_of(&String::from_utf8_lossy(&styles));
        }
        unpacked +=
            std::io::copy(&mut entry, &mut std::io::sink()).map_err(|_| Refusal::Damaged)?;
        let packed = bytes.len() as u64;
        if unpacked > MOST_UNPACKED || (unpacked > HARMLESS && unpacked / packed > TIGHTEST) {
            return Err(Refusal::Bomb);
        }
    }
    if is_workbook { Ok(fonts) } else { Err(Refusal::NotAList) }
}

/// The names in `<name val="…"/>` of the styles.
fn fonts_of(styles: &str) -> Vec<String> {
    let names = styles.split(r#"<name val=""#).skip(1);
    names.filter_map(|it| it.split('"').next()).map(str::to_owned).take(200).collect()
}

fn read_sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    all_cells: &mut usize,
) -> Result<Vec<Row>, Refusal> {
    // A sheet that holds a chart has no cells.
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return Ok(Vec::new()) };
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|_| Refusal::Damaged)? {
        let (line, column) = cell.get_position();
        let value = value(cell.get_value())?;
        if value.is_empty() {
            continue;
        }
        let column = usize::try_from(column).map_err(|_| Refusal::TooManyColumns)?;
        if column >= MOST_COLUMNS {
            return Err(Refusal::TooManyColumns);
        }
        *all_cells += 1;
        if rows.last().is_none_or(|it| it.line != line + 1) {
            rows.push(Row { line: line + 1, cells: Vec::new() });
        }
        if rows.len() > MOST_ROWS || *all_cells > MOST_CELLS {
            return Err(Refusal::TooManyRows);
        }
        if let Some(row) = rows.last_mut() {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::Empty);
            }
            row.cells[column] = value;
        }
    }
    Ok(rows)
}

fn value(data: &DataRef<'_>) -> Result<Cell, Refusal> {
    let text = |text: &str| {
        if text.chars().count() > LONGEST_CELL {
            return Err(Refusal::CellTooLong);
        }
        Ok(Cell::Text(unguarded(text).to_owned()))
    };
    match data {
        DataRef::Int(number) => text(&number.to_string()),
        DataRef::Float(number) => Ok(Cell::Number(*number)),
        DataRef::String(it) => text(it),
        DataRef::SharedString(it) => text(it),
        DataRef::DateTime(at) => match at.as_datetime() {
            Some(moment) => Ok(Cell::Day(moment.date())),
            None => Ok(Cell::Number(at.as_f64())),
        },
        DataRef::DateTimeIso(it) => match it.get(..10).and_then(|day| day.parse().ok()) {
            Some(day) => Ok(Cell::Day(day)),
            None => text(it),
        },
        DataRef::Bool(it) => text(if *it { "có" } else { "không" }),
        DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => Ok(Cell::Empty),
    }
}
