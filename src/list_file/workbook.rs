//! A workbook of Excel, cell by cell: reading a sheet at once would let a file of a few
//! kilobytes take all the memory (tafia/calamine#693).

use std::io::{self, Cursor, Read, Write};
use std::panic;

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
    // The reader counts with the numbers of the file, and panics where they are absurd.
    let sheets = panic::catch_unwind(|| sheets(bytes)).map_err(|_| Refusal::Damaged)??;
    Ok(ListFile { sheets, fonts })
}

fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    let (mut sheets, mut cells) = (Vec::new(), 0);
    for name in book.sheet_names() {
        let rows = read_sheet(&mut book, &name, &mut cells)?;
        sheets.push(Sheet { name, rows });
    }
    Ok(sheets)
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
        let mut promise = Promise::default();
        unpacked += io::copy(&mut entry, &mut promise).map_err(|_| Refusal::Damaged)?;
        promise.look(true);
        if promise.is_broken {
            return Err(Refusal::Bomb);
        }
        let packed = bytes.len() as u64;
        if unpacked > MOST_UNPACKED || (unpacked > HARMLESS && unpacked / packed > TIGHTEST) {
            return Err(Refusal::Bomb);
        }
    }
    if is_workbook { Ok(fonts) } else { Err(Refusal::NotAList) }
}

/// Looks through what is unpacked for a promise of more texts than any list has: the reader
/// takes memory for as many as the file says (`uniqueCount` of the shared strings), and a
/// program that cannot have its memory ends.
#[derive(Default)]
struct Promise {
    /// What may be the beginning of a promise, without the zeros of UTF-16.
    rest: Vec<u8>,
    is_broken: bool,
}

impl Promise {
    const NAME: &[u8] = b"uniqueCount";
    /// Longer than this no honest one is.
    const LONGEST: usize = 64;

    /// Judges every promise that is there in full; what is cut off waits for more, but at
    /// the end.
    fn look(&mut self, at_the_end: bool) {
        while let Some(at) = find(&self.rest, Promise::NAME) {
            let behind = &self.rest[at + Promise::NAME.len()..];
            if behind.len() < Promise::LONGEST && !at_the_end {
                self.rest.drain(..at);
                return;
            }
            let digits = behind.iter().skip_while(|it| b"= \t\r\n\"'".contains(it));
            let digits: Vec<u8> = digits.copied().take_while(u8::is_ascii_digit).collect();
            let count = str::from_utf8(&digits).ok().and_then(|it| it.parse::<usize>().ok());
            self.is_broken |= count.is_none_or(|it| it > MOST_CELLS);
            self.rest.drain(..at + Promise::NAME.len());
        }
        let keep = self.rest.len().saturating_sub(Promise::NAME.len());
        self.rest.drain(..keep);
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|it| it == word)
}

impl Write for Promise {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend(bytes.iter().filter(|it| **it != 0));
        self.look(false);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
        match rows.last() {
            Some(row) if row.line == line + 1 => {}
            // No program writes its rows out of order: whose cells these are is not known.
            Some(row) if row.line > line => return Err(Refusal::Damaged),
            _ => rows.push(Row { line: line + 1, cells: Vec::new() }),
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
