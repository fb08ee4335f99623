//! Which unit took the place of which.

use chrono::NaiveDate;

use crate::db::{Tx, change, on};
use crate::ids::{ReorganisationId, UnitId};

/// A unit whose place another took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    pub predecessor_id: UnitId,
    pub successor_id: UnitId,
    /// Whether the successor takes over what waits for a predecessor that has ended.
    pub main: bool,
}

/// Writes down who takes the place of whom from `from_on` on; units whose place the
/// predecessor had taken pass on to the same.
pub async fn succeed(
    tx: &mut Tx,
    id: ReorganisationId,
    from_on: NaiveDate,
    successions: &[Succession],
) -> sqlx::Result<()> {
    for it in successions {
        let sql = "INSERT INTO unit_succession (predecessor_id, successor_id, reorganisation_id,
                                                from_on, main, steps)
                   VALUES ($1, $2, $3, $4, $5, 1)";
        change!(
            tx,
            sqlx::query(sql)
                .bind(it.predecessor_id)
                .bind(it.successor_id)
                .bind(id)
                .bind(from_on)
                .bind(it.main)
        )?;
    }
    let sql = "INSERT INTO unit_succession (predecessor_id, successor_id, reorganisation_id,
                                            from_on, main, steps)
               SELECT earlier.predecessor_id, later.successor_id, later.reorganisation_id,
                      later.from_on,
                      MAX(CASE WHEN earlier.main AND later.main THEN 1 ELSE 0 END) = 1,
                      MIN(earlier.steps + 1)
               FROM unit_succession AS later
               JOIN unit_succession AS earlier
                 ON earlier.successor_id = later.predecessor_id
                AND earlier.reorganisation_id <> later.reorganisation_id
                AND earlier.predecessor_id <> later.successor_id
               WHERE later.reorganisation_id = $1 AND later.steps = 1
               GROUP BY earlier.predecessor_id, later.successor_id, later.reorganisation_id,
                        later.from_on
               ON CONFLICT (predecessor_id, successor_id, reorganisation_id) DO NOTHING";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Takes back what [`succeed`] wrote.
pub async fn forget_succession(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<()> {
    let sql = "DELETE FROM unit_succession WHERE reorganisation_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// A unit before, or after, another in time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Kin {
    pub id: UnitId,
    pub code: String,
    /// What it was called when the one took the other's place.
    pub name: String,
    pub from_on: NaiveDate,
    pub main: bool,
}

/// Whose place the unit took by `today`, the latest first: "trước đây là …".
pub async fn predecessors(tx: &mut Tx, id: UnitId, today: NaiveDate) -> sqlx::Result<Vec<Kin>> {
    let sql = "SELECT unit.id, unit.code, unit_period.name, unit_succession.from_on,
                      unit_succession.main
               FROM unit_succession
               JOIN unit ON unit.id = unit_succession.predecessor_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                    AND unit_period.from_on = (SELECT MAX(last.from_on) FROM unit_period AS last
                                               WHERE last.unit_id = unit.id
                                                 AND last.from_on < unit_succession.from_on)
               WHERE unit_succession.successor_id = $1 AND unit_succession.steps = 1
                 AND unit_succession.from_on <= $2
               ORDER BY unit_succession.from_on DESC, unit_period.name";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(today).fetch_all(db))
}

/// Who took the unit's place by `today`, the main one first.
pub async fn successors(tx: &mut Tx, id: UnitId, today: NaiveDate) -> sqlx::Result<Vec<Kin>> {
    let sql = "SELECT unit.id, unit.code, unit_period.name, unit_succession.from_on,
                      unit_succession.main
               FROM unit_succession
               JOIN unit ON unit.id = unit_succession.successor_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                    AND unit_period.from_on = (SELECT MAX(its.from_on) FROM unit_period AS its
                                               WHERE its.unit_id = unit.id
                                                 AND its.from_on <= unit_succession.from_on)
               WHERE unit_succession.predecessor_id = $1 AND unit_succession.steps = 1
                 AND unit_succession.from_on <= $2
               ORDER BY unit_succession.from_on DESC, unit_succession.main DESC,
                        unit_period.name";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(today).fetch_all(db))
}
