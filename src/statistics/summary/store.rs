//! The rows of summaries.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sqlx::FromRow;
use uuid::Uuid;

use super::facts::{Packed, Year};
use crate::db::bulk::insert;
use crate::db::tables::{Table, Value};
use crate::db::{Tx, change, on, one_row};
use crate::ids::{CriterionId, OptionId, UnitId};

pub mod asked;
mod books;
mod gifts;
pub mod numbered;
pub mod source;

/// How far the summaries have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct State {
    /// Everything up to this place of the audit trail is in them.
    pub position: i64,
    /// Units with more below them are counted from summaries.
    pub large_unit: i64,
    /// The last unit that has one; none once all of them do.
    pub filled_to: Option<UnitId>,
}

pub async fn state(tx: &mut Tx) -> sqlx::Result<Option<State>> {
    let sql = "SELECT position, large_unit, filled_to FROM summary_state WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(Uuid::nil()).fetch_optional(db))
}

/// Begins anew: no unit has a summary that counts.
pub async fn begin(tx: &mut Tx, state: State) -> sqlx::Result<()> {
    let sql = "DELETE FROM summary_state WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(Uuid::nil()))?;
    let sql = "INSERT INTO summary_state (id, position, large_unit, filled_to)
               VALUES ($1, $2, $3, $4)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(Uuid::nil())
            .bind(state.position)
            .bind(state.large_unit)
            .bind(state.filled_to)
    )
    .map(drop)
}

/// The next state after `old`; `RowNotFound` where another server has gone on from it.
pub async fn go_on(tx: &mut Tx, old: State, new: State) -> sqlx::Result<()> {
    let sql = "UPDATE summary_state SET position = $2, filled_to = $3
               WHERE id = $1 AND position = $4 AND large_unit = $5
                 AND (filled_to = $6 OR (filled_to IS NULL AND $6 IS NULL))";
    let changed = change!(
        tx,
        sqlx::query(sql)
            .bind(Uuid::nil())
            .bind(new.position)
            .bind(new.filled_to)
            .bind(old.position)
            .bind(old.large_unit)
            .bind(old.filled_to)
    )?;
    one_row(changed)
}

pub async fn remove(tx: &mut Tx) -> sqlx::Result<()> {
    for sql in
        ["DELETE FROM summary_state", "DELETE FROM unit_summary", "DELETE FROM unit_year_summary"]
    {
        change!(tx, sqlx::query(sql))?;
    }
    Ok(())
}

/// The last sealed place of the audit trail; 0 of an empty one.
pub async fn head(tx: &mut Tx) -> sqlx::Result<i64> {
    let sql = "SELECT COALESCE(MAX(position), 0) FROM audit_seal";
    on!(tx, db => sqlx::query_scalar(sql).fetch_one(db))
}

/// Writes the summaries of units that have none.
pub async fn write(tx: &mut Tx, packed: impl Iterator<Item = Packed>) -> sqlx::Result<()> {
    let (mut rows, mut years): (Vec<Vec<Value>>, Vec<Vec<Value>>) = Default::default();
    for it in packed {
        let Packed { unit_id, cell_days, people, former, meetings, opinions, sheets, years: all } =
            it;
        for (year, Year { choices, gifts }) in all {
            years.push(vec![unit_id.0.into(), year.into(), choices.into(), gifts.into()]);
        }
        rows.push(vec![
            unit_id.0.into(),
            cell_days.into(),
            people.into(),
            former.into(),
            meetings.into(),
            opinions.into(),
            sheets.into(),
        ]);
    }
    let columns = [
        ("unit_id", "uuid"),
        ("cell_days", "bytea"),
        ("people", "bytea"),
        ("former", "bytea"),
        ("meetings", "bytea"),
        ("opinions", "bytea"),
        ("sheets", "bytea"),
    ];
    insert(&Table::of("unit_summary", &columns), tx, &rows).await?;
    let columns = [("unit_id", "uuid"), ("year", "int8"), ("choices", "bytea"), ("gifts", "bytea")];
    insert(&Table::of("unit_year_summary", &columns), tx, &years).await
}

/// Where a unit belonged: under which unit right below the one that is counted, from when, and
/// up to, but not on, which day.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Place {
    pub unit_id: UnitId,
    pub child_id: UnitId,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// A place of a unit, and its summary.
#[derive(FromRow)]
pub struct Placed {
    #[sqlx(flatten)]
    pub place: Place,
    #[sqlx(flatten)]
    pub packed: Packed,
    /// Of the year that is asked for.
    choices: Option<Vec<u8>>,
    gifts: Option<Vec<u8>>,
}

impl Placed {
    /// The place, and the summary with that of `year`.
    pub fn with(self, year: i64) -> (Place, Packed) {
        let Placed { place, mut packed, choices, gifts } = self;
        if let (Some(choices), Some(gifts)) = (choices, gifts) {
            packed.years.insert(year, Year { choices, gifts });
        }
        (place, packed)
    }
}

/// Hands on the units at or below `id`, in the order of their ids; each as often as it has had
/// a place there, in the order of its days. What is kept by year is that of `year`.
pub async fn each_below(
    tx: &mut Tx,
    id: UnitId,
    year: i64,
    mut each: impl FnMut(Placed) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    let sql = "SELECT unit_ancestor.unit_id, unit_ancestor.child_id, unit_ancestor.from_on,
                      unit_ancestor.to_on, unit_summary.cell_days, unit_summary.people,
                      unit_summary.former, unit_summary.meetings, unit_summary.opinions,
                      unit_summary.sheets, unit_year_summary.choices,
                      unit_year_summary.gifts
               FROM unit_ancestor
               JOIN unit_summary ON unit_summary.unit_id = unit_ancestor.unit_id
               LEFT JOIN unit_year_summary
                      ON unit_year_summary.unit_id = unit_ancestor.unit_id
                     AND unit_year_summary.year = $2
               WHERE unit_ancestor.ancestor_id = $1
               ORDER BY unit_ancestor.unit_id, unit_ancestor.from_on";
    // Row by row: those of a country are more than memory should hold.
    on!(tx, db => async {
        let mut rows = sqlx::query_as(sql).bind(id).bind(year).fetch(db);
        while let Some(row) = rows.try_next().await? {
            each(row)?;
        }
        Ok(())
    })
}

/// The summaries of the units behind `after` up to and with `last`.
pub async fn between(
    tx: &mut Tx,
    after: UnitId,
    last: UnitId,
) -> sqlx::Result<BTreeMap<UnitId, Packed>> {
    let sql = "SELECT unit_id, cell_days, people, former, meetings, opinions, sheets
               FROM unit_summary WHERE unit_id > $1 AND unit_id <= $2";
    let rows: Vec<Packed> =
        on!(tx, db => sqlx::query_as(sql).bind(after).bind(last).fetch_all(db))?;
    let mut packed: BTreeMap<UnitId, Packed> =
        rows.into_iter().map(|it| (it.unit_id, it)).collect();
    let sql = "SELECT unit_id, year, choices, gifts FROM unit_year_summary
               WHERE unit_id > $1 AND unit_id <= $2";
    let years: Vec<(UnitId, i64, Vec<u8>, Vec<u8>)> =
        on!(tx, db => sqlx::query_as(sql).bind(after).bind(last).fetch_all(db))?;
    for (unit_id, year, choices, gifts) in years {
        let of = packed.entry(unit_id).or_insert_with(|| Packed::empty(unit_id));
        of.years.insert(year, Year { choices, gifts });
    }
    Ok(packed)
}

/// Which criterion each option answers.
pub async fn options(tx: &mut Tx) -> sqlx::Result<HashMap<OptionId, CriterionId>> {
    let sql = "SELECT id, criterion_id FROM criterion_option";
    let rows: Vec<(OptionId, CriterionId)> = on!(tx, db => sqlx::query_as(sql).fetch_all(db))?;
    Ok(rows.into_iter().collect())
}
