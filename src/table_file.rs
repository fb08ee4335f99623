//! A table as a file: CSV that is sent while it is read, or a sheet of Excel.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use csv::Writer;
use futures_util::stream;
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

    fn in_csv(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => csv_file::text(text).into_owned(),
            Cell::Day(day) => day::short(*day),
            Cell::Number(number) => number.to_string(),
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
    pub columns: &'static [Column],
}

/// A piece of a file, or why there is no more of it.
pub type Chunk = io::Result<Vec<u8>>;

/// Where the rows of a table go.
pub enum Rows {
    Csv(Box<Lines>),
    Sheet(Sender<Vec<Cell>>),
}

impl Rows {
    pub async fn push(&mut self, row: Vec<Cell>) -> io::Result<()> {
        match self {
            Rows::Csv(lines) => lines.push(&row).await,
            Rows::Sheet(sender) => sender.send(row).await.map_err(io::Error::other),
        }
    }

    /// Sends what is left; a file without it is known to be cut short.
    pub async fn finish(self) -> Result<()> {
        match self {
            Rows::Csv(mut lines) => Ok(lines.send().await?),
            Rows::Sheet(_) => Ok(()),
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
        self.writer.write_record(row.iter().map(Cell::in_csv))?;
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

/// Answers with the file of what `fill` pushes.
pub async fn answer<F, Filled>(table: Table, format: Format, fill: F) -> Result<Response>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>> + Send + 'static,
{
    let (body, kind, suffix) = match format {
        Format::Csv(dialect) => {
            let mut chunks = csv(&table, dialect, fill)?;
            let body = Body::from_stream(stream::poll_fn(move |it| chunks.poll_recv(it)));
            (body, "text/csv; charset=utf-8", "csv")
        }
        Format::Sheet => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (Body::from(make_sheet(&table, fill).await?), kind, "xlsx")
        }
    };
    let attachment = format!(r#"attachment; filename="{}.{suffix}""#, table.file);
    let headers =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, attachment)];
    Ok((headers, body).into_response())
}

/// As long as the file may be, it takes little memory: its pieces come as fast as they
/// are taken.
pub fn csv<F, Filled>(table: &Table, dialect: Dialect, fill: F) -> Result<Receiver<Chunk>>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let mut writer = dialect.writer_behind(dialect.mark());
    writer.write_record(table.columns.iter().map(|(head, _)| head))?;
    let lines = Lines { dialect, writer, sender: sender.clone() };
    let filled = fill(Rows::Csv(Box::new(lines)));
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
async fn make_sheet<F, Filled>(table: &Table, fill: F) -> Result<Vec<u8>>
where
    F: FnOnce(Rows) -> Filled,
    Filled: Future<Output = Result<()>>,
{
    let (sender, rows) = mpsc::channel(ROWS_AHEAD);
    let about = table.clone();
    let written = task::spawn_blocking(move || sheet::write(&about, rows));
    let filled = fill(Rows::Sheet(sender)).await;
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
