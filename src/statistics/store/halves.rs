//! Half-years: which cells met, and how many of those expected came.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::organisation::model::name_key;
use crate::statistics::half::{CellOfHalf, HalfFigures, HalfYear, OfChild};

/// So many half-years are told: four years, and what is over of the fifth.
pub const HALVES: usize = 8;

/// The first day of each half-year in $2 to $9, and in $10 the day after the last one
/// counted.
macro_rules! halves {
    () => {
        "WITH half (number, from_on, to_on) AS (
             VALUES (0, $2, $3), (1, $3, $4), (2, $4, $5), (3, $5, $6),
                    (4, $6, $7), (5, $7, $8), (6, $8, $9), (7, $9, $10)
         ) "
    };
}

#[derive(FromRow)]
struct CellRow {
    number: i64,
    child_id: UnitId,
    cells: i64,
    met: i64,
}

#[derive(FromRow)]
struct MeetingRow {
    number: i64,
    child_id: UnitId,
    held: i64,
    expected: i64,
    present: i64,
    last_on: Option<NaiveDate>,
}

/// The half-year of `last` and the seven before it, by child: those with neither a cell nor
/// a meeting have no row. Days after `last` are not counted.
pub async fn by_child(tx: &mut Tx, id: UnitId, last: NaiveDate) -> sqlx::Result<Vec<OfChild>> {
    let halves = HalfYear::of(last).latest(HALVES);
    let days: Vec<NaiveDate> = halves.iter().map(|it| it.first_day()).collect();
    let after = last.succ_opt().unwrap_or(last);
    let mut found: BTreeMap<(usize, UnitId), HalfFigures> = BTreeMap::new();
    let at = |number: i64| usize::try_from(number).unwrap_or(0);
    for row in cells(tx, id, &days, after).await? {
        let figures = found.entry((at(row.number), row.child_id)).or_default();
        (figures.cells, figures.met) = (row.cells, row.met);
    }
    for row in meetings(tx, id, &days, after).await? {
        let figures = found.entry((at(row.number), row.child_id)).or_default();
        let (held, expected, present) = (row.held, row.expected, row.present);
        *figures = HalfFigures { held, expected, present, last_on: row.last_on, ..*figures };
    }
    let rows = found.into_iter().filter_map(|((number, child_id), figures)| {
        Some(OfChild { half: *halves.get(number)?, child_id, figures })
    });
    Ok(rows.collect())
}

macro_rules! days {
    ($query:expr, $id:expr, $days:expr, $after:expr) => {
        $query
            .bind($id)
            .bind($days[0])
            .bind($days[1])
            .bind($days[2])
            .bind($days[3])
            .bind($days[4])
            .bind($days[5])
            .bind($days[6])
            .bind($days[7])
            .bind($after)
    };
}

/// The cells of the last day of each half-year.
async fn cells(
    tx: &mut Tx,
    id: UnitId,
    days: &[NaiveDate],
    after: NaiveDate,
) -> sqlx::Result<Vec<CellRow>> {
    let sql = concat!(
        halves!(),
        "SELECT CAST(half.number AS BIGINT) AS number, held.child_id, COUNT(*) AS cells,
                COUNT(CASE WHEN EXISTS (SELECT 1 FROM meeting
                                        WHERE meeting.unit_id = held.unit_id
                                          AND meeting.held_on >= half.from_on
                                          AND meeting.held_on < half.to_on
                                          AND meeting.kind = 'periodic')
                           THEN 1 END) AS met
         FROM half
         JOIN unit_ancestor AS held ON held.ancestor_id = $1
                                   AND held.from_on < half.to_on
                                   AND (held.to_on IS NULL OR held.to_on >= half.to_on)
         JOIN unit_period ON unit_period.unit_id = held.unit_id
                         AND unit_period.kind = 'cell'
                         AND unit_period.from_on < half.to_on
                         AND (unit_period.to_on IS NULL OR unit_period.to_on >= half.to_on)
         GROUP BY half.number, held.child_id"
    );
    on!(tx, db => days!(sqlx::query_as(sql), id, days, after).fetch_all(db))
}

/// The cells of the last day, under `child_id` where that is named, with the last periodic
/// meeting that each held from the first day on, wherever it belonged then: those that have not
/// met first, then by the unit above and by name.
pub async fn cells_of(
    tx: &mut Tx,
    (id, child_id): (UnitId, Option<UnitId>),
    (from, on): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<CellOfHalf>> {
    let sql = "SELECT unit.code, unit_period.name,
                      CASE WHEN unit_period.parent_id = $1 THEN ''
                           ELSE COALESCE(above.name, '') END AS above,
                      (SELECT MAX(meeting.held_on) FROM meeting
                       WHERE meeting.unit_id = held.unit_id AND meeting.kind = 'periodic'
                         AND meeting.held_on >= $2 AND meeting.held_on <= $3) AS last_on
               FROM unit_ancestor AS held
               JOIN unit ON unit.id = held.unit_id
               JOIN unit_period ON unit_period.unit_id = held.unit_id
                               AND unit_period.kind = 'cell'
                               AND unit_period.from_on <= $3
                               AND (unit_period.to_on IS NULL OR unit_period.to_on > $3)
               LEFT JOIN unit_period AS above ON above.unit_id = unit_period.parent_id
                                             AND above.from_on <= $3
                                             AND (above.to_on IS NULL OR above.to_on > $3)
               WHERE held.ancestor_id = $1 AND held.from_on <= $3
                 AND (held.to_on IS NULL OR held.to_on > $3)
                 AND ($4 IS NULL OR held.child_id = $4)";
    let mut cells: Vec<CellOfHalf> = on!(tx, db => sqlx::query_as(sql)
        .bind(id)
        .bind(from)
        .bind(on)
        .bind(child_id)
        .fetch_all(db))?;
    cells.sort_by_cached_key(|it| (it.last_on.is_some(), name_key(&it.above), name_key(&it.name)));
    Ok(cells)
}

async fn meetings(
    tx: &mut Tx,
    id: UnitId,
    days: &[NaiveDate],
    after: NaiveDate,
) -> sqlx::Result<Vec<MeetingRow>> {
    let sql = concat!(
        halves!(),
        "SELECT CAST(half.number AS BIGINT) AS number, held.child_id, COUNT(*) AS held,
                CAST(SUM(meeting.expected) AS BIGINT) AS expected,
                CAST(SUM(meeting.present) AS BIGINT) AS present,
                MAX(CASE WHEN meeting.kind = 'periodic' THEN meeting.held_on END) AS last_on
         FROM half
         JOIN unit_ancestor AS held ON held.ancestor_id = $1
                                   AND held.from_on < half.to_on
                                   AND (held.to_on IS NULL OR held.to_on > half.from_on)
         JOIN meeting ON meeting.unit_id = held.unit_id
                     AND meeting.held_on >= half.from_on AND meeting.held_on < half.to_on
                     AND meeting.held_on >= held.from_on
                     AND (held.to_on IS NULL OR meeting.held_on < held.to_on)
         GROUP BY half.number, held.child_id"
    );
    on!(tx, db => days!(sqlx::query_as(sql), id, days, after).fetch_all(db))
}
