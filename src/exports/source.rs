//! From what a file is made: the same filters that the pages have.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;

use crate::access::guard::Scope;
use crate::clock;
use crate::contributions::pages::BookQuery;
use crate::contributions::store::book;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::evaluation::store::opening;
use crate::evaluation::year_file;
use crate::evaluation::year_file::form::YearForm;
use crate::evaluation::year_file::model::Year;
use crate::exports::model::What;
use crate::faults::Faults;
use crate::members::pages::ListQuery;
use crate::organisation::model::Unit;
use crate::statistics::form::AsOfForm;
use crate::statistics::model::AsOf;
use crate::table_file::{Rows, Table};
use crate::vietnamese::day;
use crate::{contributions, meetings, members, statistics};

/// What is read for a file.
#[derive(Clone, Debug)]
enum Source {
    /// The year, and how many criteria its sheets have.
    Evaluations(Year, usize),
    Members(members::store::Filter),
    /// The days of the year.
    Attendance((NaiveDate, NaiveDate)),
    Contributions(book::Filter),
    Statistics(AsOf),
}

/// A file before it is made.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub what: What,
    source: Source,
    pub table: Table,
    /// What it is of, in words.
    pub said: String,
    /// How many rows it is to have.
    pub expected: i64,
}

/// Reads the filter, as it stands in the address of the page, and counts what it finds.
pub async fn prepare(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    what: What,
    query: &str,
) -> Result<Result<Prepared, Faults>> {
    let today = clock::today();
    let (source, mut said) = match read(what, query, unit, today) {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let (source, table, expected) = match source {
        Source::Evaluations(year, _) => {
            let year_number = i64::from(year.year);
            let opened = opening::in_force(tx, unit.id, year_number, today).await?;
            let year = opened.map_or(year, |it| year.opened_for(it.reference_on));
            said = format!("năm {}, cư trú ngày {}", year.year, day::short(year.on));
            let criteria = year_file::store::criteria(tx, scope, year).await?;
            let of = (year, criteria);
            let table = year_file::export::table(of, &unit.code, &unit.party_name());
            let count = year_file::store::count(tx, scope, year).await?;
            (Source::Evaluations(year, criteria), table, count)
        }
        Source::Members(filter) => {
            let count = members::store::count_listed(tx, scope, &filter).await?;
            let table = members::export::table(unit, filter.on);
            (Source::Members(filter), table, count)
        }
        Source::Attendance(days) => {
            let count = meetings::store::attended::count(tx, scope, days).await?;
            let year = chrono::Datelike::year(&days.0);
            (Source::Attendance(days), meetings::export::table(unit, year), count)
        }
        Source::Contributions(filter) => {
            let sums = book::sums(tx, unit.id, filter).await?;
            let count = sums.iter().map(|it| it.entries).sum();
            (Source::Contributions(filter), contributions::export::table(unit), count)
        }
        Source::Statistics(as_of) => {
            let overview = statistics::store::overview(tx, unit.id, as_of).await?;
            let lines = overview.children.len() + usize::from(overview.direct.is_some()) + 1;
            let count = i64::try_from(lines).unwrap_or(i64::MAX);
            (Source::Statistics(as_of), statistics::export::table(unit, as_of), count)
        }
    };
    Ok(Ok(Prepared { what, source, table, said, expected }))
}

fn read(
    what: What,
    query: &str,
    unit: &Unit,
    today: NaiveDate,
) -> Result<(Source, String), Faults> {
    Ok(match what {
        What::Evaluations => {
            let year = of::<YearForm>(query).read(today)?;
            (Source::Evaluations(year, 0), String::new())
        }
        What::Members => {
            let query: ListQuery = of(query);
            let (filter, faults) = query.filter();
            if !faults.is_empty() {
                return Err(faults);
            }
            let conditions = query.said(unit, filter.on);
            let conditions = if conditions.is_empty() { "không lọc" } else { &conditions };
            let said = format!("tính đến {}; {conditions}", day::short(filter.on));
            (Source::Members(filter), said)
        }
        What::Attendance => {
            let year = of::<YearForm>(query).read(today)?;
            let (from, to) = year.days();
            (Source::Attendance((from, to)), format!("năm {}", year.year))
        }
        What::Contributions => {
            let query: BookQuery = of(query);
            (Source::Contributions(query.filter()), query.said())
        }
        What::Statistics => {
            let as_of = of::<AsOfForm>(query).read(today)?;
            let said = format!("{}, tính đến {}", as_of.name(), day::short(as_of.on));
            (Source::Statistics(as_of), said)
        }
    })
}

/// The form of a query string; an empty one where it cannot be read.
fn of<T: serde::de::DeserializeOwned + Default>(query: &str) -> T {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

/// Reads what was prepared into `rows`; the scope is the proof that it may be read.
pub fn fill(
    db: Db,
    scope: Scope,
    prepared: Prepared,
    rows: Rows,
) -> BoxFuture<'static, Result<()>> {
    match prepared.source {
        Source::Evaluations(year, criteria) => {
            Box::pin(year_file::export::fill(db, scope, (year, criteria), rows))
        }
        Source::Members(filter) => Box::pin(members::export::fill(db, scope, filter, rows)),
        Source::Attendance(days) => Box::pin(meetings::export::fill(db, scope, days, rows)),
        Source::Contributions(filter) => {
            Box::pin(contributions::export::fill(db, scope, filter, rows))
        }
        Source::Statistics(as_of) => Box::pin(statistics::export::fill(db, scope, as_of, rows)),
    }
}
