//! From what a file is made: the same filters that the pages have.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;

use crate::access::guard::Scope;
use crate::access::viewer::Viewer;
use crate::clock;
use crate::contributions::pages::BookQuery;
use crate::contributions::store::book;
use crate::contributions::store::filter::Filter;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::evaluation::store::opening;
use crate::evaluation::year_file;
use crate::evaluation::year_file::form::YearForm;
use crate::evaluation::year_file::model::Year;
use crate::exports::model::{Export, State, What};
use crate::faults::Faults;
use crate::ids::{ExportId, UnitId};
use crate::members::pages::ListQuery;
use crate::organisation::model::Unit;
use crate::reports::document::Section;
use crate::statistics::form::AsOfForm;
use crate::statistics::model::AsOf;
use crate::table_file::{Format, Rows, Table};
use crate::vietnamese::day;
use crate::{contributions, meetings, members, organisation, reports, statistics};

/// What is read for a file.
#[derive(Clone, Debug)]
enum Source {
    /// The year, and how many criteria its sheets have.
    Evaluations(Year, usize),
    Members(members::store::Filter),
    /// The days of the year.
    Attendance((NaiveDate, NaiveDate)),
    Contributions(Filter),
    Statistics(AsOf),
    /// The year, and its tables.
    Report(AsOf, Vec<Section>),
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

impl Prepared {
    /// The record of the file that is about to leave.
    pub fn record(
        &self,
        (id, unit_id): (ExportId, UnitId),
        (format, purpose): (Format, String),
        viewer: &Viewer,
        job: bool,
    ) -> Export {
        Export {
            id,
            unit_id,
            what: self.what,
            format: format.as_str().to_owned(),
            file: format!("{}.{}", self.table.file, format.kind().0),
            said: self.said.clone(),
            purpose,
            account_name: viewer.signed_name(),
            expected: self.expected,
            written: 0,
            bytes: 0,
            sha256: None,
            job,
            state: State::Running,
            started_at: clock::now(),
            finished_at: None,
            expires_at: None,
        }
    }

    /// The heads of its columns; of a workbook the names of its sheets.
    pub fn heads(&self) -> String {
        let heads: Vec<&str> = match &self.source {
            Source::Report(_, sections) => sections.iter().map(|it| it.name).collect(),
            _ => self.table.columns.iter().map(|it| it.0).collect(),
        };
        heads.join("; ")
    }
}

/// The code of the unit right below that a list is narrowed to.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Under {
    under: String,
}

/// Reads the filter, as it stands in the address of the page, and counts what it finds.
pub async fn prepare(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    what: What,
    query: &str,
) -> Result<Result<Prepared, Faults>> {
    let today = clock::today();
    let under = of::<Under>(query).under;
    let child = organisation::store::narrowed_to(tx, unit.id, &under, today).await?;
    let (source, mut said) = match read(what, query, (unit, child.as_ref()), today) {
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
            let sums = book::sums(tx, unit.id, &filter).await?;
            let count = sums.iter().map(|it| it.entries).sum();
            (Source::Contributions(filter), contributions::export::table(unit), count)
        }
        Source::Statistics(as_of) => {
            let overview = statistics::store::overview(tx, unit.id, as_of).await?;
            let lines = overview.children.len() + usize::from(overview.direct.is_some()) + 1;
            let count = i64::try_from(lines).unwrap_or(i64::MAX);
            (Source::Statistics(as_of), statistics::export::table(unit, as_of), count)
        }
        Source::Report(as_of, _) => {
            let year = reports::store::yearly::year(tx, (unit, scope), as_of).await?;
            let sections = year.sections();
            let rows: usize = sections.iter().map(|it| it.rows.len()).sum();
            let table = reports::export::table(&year.overview.unit, as_of, &sections);
            (Source::Report(as_of, sections), table, i64::try_from(rows).unwrap_or(i64::MAX))
        }
    };
    Ok(Ok(Prepared { what, source, table, said, expected }))
}

fn read(
    what: What,
    query: &str,
    (unit, child): (&Unit, Option<&Unit>),
    today: NaiveDate,
) -> Result<(Source, String), Faults> {
    Ok(match what {
        What::Evaluations => {
            let year = of::<YearForm>(query).read(today)?;
            (Source::Evaluations(year, 0), String::new())
        }
        What::Members => {
            let query: ListQuery = of(query);
            let (filter, faults) = query.filter(child);
            if !faults.is_empty() {
                return Err(faults);
            }
            let conditions = query.said(unit, child, filter.on);
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
            let (filter, faults) = query.filter(child);
            if !faults.is_empty() {
                return Err(faults);
            }
            (Source::Contributions(filter), query.said(child))
        }
        What::Statistics => {
            let as_of = of::<AsOfForm>(query).read(today)?;
            let said = format!("{}, tính đến {}", as_of.name(), day::short(as_of.on));
            (Source::Statistics(as_of), said)
        }
        What::Report => {
            let as_of = of::<reports::form::YearForm>(query).read(today)?;
            let said = format!("{}, tính đến {}", as_of.name(), day::short(as_of.on));
            (Source::Report(as_of, Vec::new()), said)
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
        Source::Report(_, sections) => {
            Box::pin(reports::export::fill(prepared.table, sections, rows))
        }
    }
}
