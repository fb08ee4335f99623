//! Many residences closed and opened at once: the people of cells that are merged or split.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{MemberId, ReorganisationId, ResidenceId, UnitId};
use crate::members::model::{Category, EndReason};

/// As many values as go into one statement: both databases take several times as many.
const AT_ONCE: usize = 400;

/// `$2, $3, …`: the places of `count` values, from number `first` on.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|it| format!("${it}")).collect();
    places.join(", ")
}

/// Somebody who lives in a cell on some day, or will from a later one.
#[derive(Clone, Debug, FromRow)]
pub struct Resident {
    pub residence_id: ResidenceId,
    pub version: i64,
    pub member_id: MemberId,
    pub cell_id: UnitId,
    pub household_cluster: String,
    pub category: Category,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    pub end_reason: Option<EndReason>,
    /// When its end was written down.
    pub ended_at: Option<Moment>,
}

impl Resident {
    /// Whether the residence has begun by `day`; it ends after it, or it would not be listed.
    pub fn is_there(&self, day: NaiveDate) -> bool {
        self.started_on <= day
    }
}

/// The residences in these cells that are in force on `day`, or begin later.
pub async fn residents_from(
    tx: &mut Tx,
    cells: &[UnitId],
    day: NaiveDate,
) -> sqlx::Result<Vec<Resident>> {
    let mut residents = Vec::new();
    for some in cells.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT id AS residence_id, version, member_id, cell_id, household_cluster,
                    category, started_on, ended_on, end_reason, ended_at
             FROM residence
             WHERE (ended_on IS NULL OR ended_on > $1) AND cell_id IN ({})
             ORDER BY id",
            places(2, some.len())
        );
        let found: Vec<Resident> = on!(tx, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(day);
            for cell in some {
                query = query.bind(cell);
            }
            query.fetch_all(db)
        })?;
        residents.extend(found);
    }
    Ok(residents)
}

/// How many live in a cell on some day.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct CellCount {
    pub cell_id: UnitId,
    pub normal: i64,
    pub exempt: i64,
}

/// The headcount of every cell that has anybody on `day`.
pub async fn counts_by_cell(tx: &mut Tx, day: NaiveDate) -> sqlx::Result<Vec<CellCount>> {
    let sql = "SELECT cell_id,
                      COUNT(*) FILTER (WHERE category = 'normal') AS normal,
                      COUNT(*) FILTER (WHERE category = 'exempt') AS exempt
               FROM residence
               WHERE started_on <= $1 AND (ended_on IS NULL OR ended_on > $1)
               GROUP BY cell_id";
    on!(tx, db => sqlx::query_as(sql).bind(day).fetch_all(db))
}

/// How many letters wait in each ward, addressed to it and given to no cell.
pub async fn letters_waiting(tx: &mut Tx) -> sqlx::Result<Vec<(UnitId, i64)>> {
    let sql = "SELECT ward_id, COUNT(*) FROM introduction_letter
               WHERE ward_id IS NOT NULL AND cell_id IS NULL AND closed_on IS NULL
               GROUP BY ward_id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// One residence that goes on in another cell.
#[derive(Clone, Debug)]
pub struct Move {
    pub resident: Resident,
    /// The residence that is opened; none where the present one begins on the day or later,
    /// so that all of it belongs to the other cell.
    pub new_id: Option<ResidenceId>,
    pub to: UnitId,
}

/// Ends the residences on `day` and opens those that follow, with everything kept. Done in
/// three statements, however many they are.
///
/// No row where somebody else has changed one of them since it was read.
pub async fn move_residents(
    tx: &mut Tx,
    id: ReorganisationId,
    day: NaiveDate,
    moves: &[Move],
    at: Moment,
) -> sqlx::Result<()> {
    for some in moves.chunks(AT_ONCE) {
        let rows = (0..some.len()).map(|row| format!("($1, {})", places(2 + row * 8, 8)));
        let rows: Vec<String> = rows.collect();
        let sql = format!(
            "INSERT INTO residence_move (reorganisation_id, residence_id, new_id, from_cell_id,
                                         to_cell_id, ended_on, end_reason, ended_at, version)
             VALUES {}",
            rows.join(", ")
        );
        change!(tx, {
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(id);
            for it in some {
                let from = &it.resident;
                query = query
                    .bind(from.residence_id)
                    .bind(it.new_id)
                    .bind(from.cell_id)
                    .bind(it.to)
                    .bind(from.ended_on)
                    .bind(from.end_reason)
                    .bind(from.ended_at)
                    .bind(from.version);
            }
            query
        })?;
    }
    let sql = "UPDATE residence
               SET ended_on = $2, end_reason = 'moved', ended_at = $3, closed_by = $1,
                   version = version + 1
               WHERE id IN (SELECT residence_id FROM residence_move
                            WHERE reorganisation_id = $1 AND new_id IS NOT NULL)
                 AND version = (SELECT residence_move.version FROM residence_move
                                WHERE residence_move.reorganisation_id = $1
                                  AND residence_move.residence_id = residence.id)";
    let closed = change!(tx, sqlx::query(sql).bind(id).bind(day).bind(at))?;
    let sql = "INSERT INTO residence (id, member_id, cell_id, letter_id, address,
                                      household_cluster, kind, category, exempt_reason,
                                      started_on, ended_on, end_reason, ended_at, created_at,
                                      reorganisation_id)
               SELECT residence_move.new_id, residence.member_id, residence_move.to_cell_id,
                      residence.letter_id, residence.address, residence.household_cluster,
                      residence.kind, residence.category, residence.exempt_reason,
                      $2, residence_move.ended_on, residence_move.end_reason,
                      residence_move.ended_at, $3, $1
               FROM residence_move
               JOIN residence ON residence.id = residence_move.residence_id
               WHERE residence_move.reorganisation_id = $1
                 AND residence_move.new_id IS NOT NULL";
    change!(tx, sqlx::query(sql).bind(id).bind(day).bind(at))?;
    let sql = "UPDATE residence
               SET cell_id = (SELECT residence_move.to_cell_id FROM residence_move
                              WHERE residence_move.reorganisation_id = $1
                                AND residence_move.residence_id = residence.id),
                   version = version + 1
               WHERE id IN (SELECT residence_id FROM residence_move
                            WHERE reorganisation_id = $1 AND new_id IS NULL)
                 AND version = (SELECT residence_move.version FROM residence_move
                                WHERE residence_move.reorganisation_id = $1
                                  AND residence_move.residence_id = residence.id)";
    let carried = change!(tx, sqlx::query(sql).bind(id))?;
    all(closed + carried, i64::try_from(moves.len()).unwrap_or(i64::MAX))
}

/// Takes back what [`move_residents`] did: the very rows that were there before.
///
/// No row where one of them has changed since.
pub async fn move_back(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<()> {
    let sql = "SELECT COUNT(*), COUNT(new_id) FROM residence_move WHERE reorganisation_id = $1";
    let (moved, opened): (i64, i64) = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))?;
    let sql = "DELETE FROM residence WHERE reorganisation_id = $1 AND version = 1";
    all(change!(tx, sqlx::query(sql).bind(id))?, opened)?;
    let sql = "UPDATE residence
               SET closed_by = NULL,
                   (cell_id, ended_on, end_reason, ended_at, version) =
                       (SELECT residence_move.from_cell_id, residence_move.ended_on,
                               residence_move.end_reason, residence_move.ended_at,
                               residence_move.version
                        FROM residence_move
                        WHERE residence_move.reorganisation_id = $1
                          AND residence_move.residence_id = residence.id)
               WHERE id IN (SELECT residence_id FROM residence_move
                            WHERE reorganisation_id = $1)
                 AND version = (SELECT residence_move.version + 1 FROM residence_move
                                WHERE residence_move.reorganisation_id = $1
                                  AND residence_move.residence_id = residence.id)";
    let back = change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "DELETE FROM residence_move WHERE reorganisation_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    all(back, moved)
}

fn all(changed: u64, wanted: i64) -> sqlx::Result<()> {
    if i64::try_from(changed) == Ok(wanted) { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
