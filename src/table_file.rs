//! A table as a file: CSV that is sent while it is read, or a sheet of Excel.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use csv::Writer;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task;

use crate::csv_file::{self, Dialect};
use crate::error::{Error, Result};
use crate::vietnamese::day;

mod sheet;

/// What a sheet or a print holds at most; a longer table is a matter for CSV.
pub const MOST_ROWS: i64 = 20_000;

/// How large a piece of CSV is before it is sent off.
const CHUNK: usize = 32 * 1024;
/// Pieces that wait for a slow reader before the database does.
const AHEAD: usize = 4;
/// Rows that wait for the sheet to be written before the database does.
const ROWS_AHEAD: usize = 256;
/// How long the database waits for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv(Dialect),
    Sheet,
}

impl Format {
    /// A word of [`Dialect`], or `xlsx`.
    pub fn read(text: &str) -> Option<Format> {
        match text.trim() {
            "xlsx" => Some(Format::Sheet),
            other => Dialect::read(other).map(Format::Csv),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv(dialect) => dialect.as_str(),
            Format::Sheet => "xlsx",
        }
    }

    /// The end of the file's name, and its media type.
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Format::Csv(_) => ("csv", "text/csv; charset=utf-8"),
            Format::Sheet => {
                ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            }
        }
    }

    /// How the audit trail calls it.
    pub fn label(self) -> &'static str {
        match self {
            Format::Csv(dialect) => dialect.label(),
            Format::Sheet => "Excel",
        }
    }

    /// Refuses in words a table of so many rows.
    pub fn hold(self, rows: i64) -> Result<()> {
        if self == Format::Sheet { hold(rows) } else { Ok(()) }
    }
}

/// Refuses in words what is longer than a sheet, or what is printed, may be.
pub fn hold(rows: i64) -> Result<()> {
    if rows > MOST_ROWS {
        return Err(Error::BadRequest(
            "Danh sách dài hơn 20.000 dòng, quá một tệp Excel hay một bản in. Lọc bớt, hoặc tải \
             CSV.",
        ));
    }
    Ok(())
}

/// A cell as it is known; each kind of file writes it in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Day(NaiveDate),
    Number(i64),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn day(day: Option<NaiveDate>) -> Cell {
        day.map_or(Cell::Empty, Cell::Day)
    }

    /// People read days as they write them, programs as the standard has them.
    fn in_csv(&self, dialect: Dialect) -> String {
        match (self, dialect) {
            (Cell::Empty, _) => String::new(),
            (Cell::Text(text), _) => csv_file::text(text).into_owned(),
            (Cell::Day(day), Dialect::Excel) => day::short(*day),
            (Cell::Day(day), Dialect::Standard) => day::iso(*day),
            (Cell::Number(number), _) => number.to_string(),
        }
    }

    /// Sheets know no day before 1900.
    fn in_sheet(self) -> Cell {
        match self {
            Cell::Day(day) if day.year() < 1900 => Cell::Text(day::short(day)),
            cell => cell,
        }
    }
}

/// The head of a column, and how many characters wide a sheet makes it.
pub type Column = (&'static str, u8);

/// What a file is about.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name of the file, without what says its kind.
    pub file: String,
    /// The name of the sheet: 31 characters at most.
    pub name: String,
    /// Printed above every page of a sheet.
    pub title: String,
    pub columns: Vec<Column>,
}

/// How many rows a file has so far, for whoever waits for it.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicI64>);

impl Counter {
    pub fn rows(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A piece of a file, or why there is no more of it.
pub type Chunk = io::Result<Vec<u8>>;

/// Where the rows of a table go.
pub struct Rows {
    way: Way,
    counter: Counter,
}

enum Way {
    Csv(Box<Lines>),
    Sheet(Sender<Part>),
}

/// What comes to a workbook.
enum Part {
    Row(Vec<Cell>),
    /// The rows that follow stand on a sheet of their own.
    Sheet(Table),
}

impl Rows {
    pub async fn push(&mut self, row: Vec<Cell>) -> io::Result<()> {
        self.counter.count();
        match &mut self.way {
            Way::Csv(lines) => lines.push(&row).await,
            Way::Sheet(sender) => sender.send(Part::Row(row)).await.map_err(io::Error::other),
        }
    }

    /// Begins another sheet of a workbook. CSV has one table alone: it refuses a second.
    pub async fn begin(&mut self, table: Table) -> io::Result<()> {
        match &mut self.way {
            Way::Csv(_) => Err(io::Error::other("CSV has one table alone")),
            Way::Sheet(sender) => sender.send(Part::Sheet(table)).await.map_err(io::Error::other),
        }
    }

    /// Sends what is left; a file without it is known to be cut short.
    pub async fn finish(self) -> Result<()> {
        match self.way {
            Way::Csv(mut lines) => Ok(lines.send().await?),
            Way::Sheet(_) => Ok(()),
        }
    }
}

/// The lines written and not yet sent.
pub struct Lines {
    dialect: Dialect,
    writer: Writer<Vec<u8>>,
    sender: Sender<Chunk>,
}

impl Lines {
    async fn push(&mut self, row: &[Cell]) -> io::Result<()> {
        self.writer.write_record(row.iter().map(|it| it.in_csv(self.dialect)))?;
        if self.writer.get_ref().len() >= CHUNK {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> io::Result<()> {
        let full = std::mem::replace(&mut self.writer, self.dialect.writer_behind(b""));
        let bytes = full.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let sent = self.sender.send_timeout(Ok(bytes), PATIENCE).await;
        sent.map_err(|_| io::Error::other("nobody takes the file"))
    }
}

/// The pieces of the file of what `fill` pushes, in order.
pub async fn pieces<F, Filled>(
    table: &Table,
    format: Format,
    counter: Counter,
    fill: F,
) -> Result<Receiver<Chunk>>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>> + Send + 'static,
{
    match format {
        Format::Csv(dialect) => csv(table, dialect, counter, fill),
        Format::Sheet => {
            let bytes = make_sheet(table, counter, fill).await?;
            let (sender, receiver) = mpsc::channel(1);
            tokio::spawn(async move {
                for piece in bytes.chunks(CHUNK * 4) {
                    if sender.send(Ok(piece.to_vec())).await.is_err() {
                        return;
                    }
                }
            });
            Ok(receiver)
        }
    }
}

/// As long as the file may be, it takes little memory: its pieces come as fast as they
/// are taken.
fn csv<F, Filled>(
    table: &Table,
    dialect: Dialect,
    counter: Counter,
    fill: F,
) -> Result<Receiver<Chunk>>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let mut writer = dialect.writer_behind(dialect.mark());
    writer.write_record(table.columns.iter().map(|(head, _)| head))?;
    // The head goes ahead, while the database still gathers and sorts.
    let head = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    sender.try_send(Ok(head)).map_err(|error| Error::Internal(error.into()))?;
    let lines = Lines { dialect, writer: dialect.writer_behind(b""), sender: sender.clone() };
    let filled = fill(Rows { way: Way::Csv(Box::new(lines)), counter });
    tokio::spawn(async move {
        // A reader who went away misses nothing.
        if let Err(error) = filled.await
            && !sender.is_closed()
        {
            tracing::error!(?error, "a file was cut short");
            // The reader must not take the part for the whole.
            let cut = io::Error::other("the file was cut short");
            sender.send_timeout(Err(cut), PATIENCE).await.ok();
        }
    });
    Ok(receiver)
}

/// The rows wait in a file of their own while the sheet is written; only the packed
/// file, at most [`MOST_ROWS`] long, is held.
async fn make_sheet<F, Filled>(table: &Table, counter: Counter, fill: F) -> Result<Vec<u8>>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>>,
{
    let (sender, rows) = mpsc::channel(ROWS_AHEAD);
    let about = table.clone();
    let written = task::spawn_blocking(move || sheet::write(&about, rows));
    let filled = fill(Rows { way: Way::Sheet(sender), counter }).await;
    let written = written.await.map_err(|error| Error::Internal(error.into()))?;
    let bytes = written.map_err(|error| Error::Internal(error.into()))?;
    filled.map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_too_long_is_refused_and_csv_never() {
        assert!(Format::Sheet.hold(MOST_ROWS).is_ok());
        assert!(Format::Sheet.hold(MOST_ROWS + 1).is_err());
        assert!(Format::Csv(Dialect::Excel).hold(MOST_ROWS + 1).is_ok());
    }

    #[test]
    fn a_day_that_no_sheet_knows_is_written_out() {
        let day = |text: &str| Cell::Day(text.parse().unwrap());
        assert_eq!(day("1899-12-31").in_sheet(), Cell::text("31/12/1899"));
        assert_eq!(day("1958-02-05").in_sheet(), day("1958-02-05"));
    }
}
