//! The units below a unit.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::organisation::model::{Unit, name_key};

/// How many units stand below a unit on a day.
pub async fn count_below(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM unit_ancestor
               WHERE ancestor_id = $1 AND depth > 0
                 AND from_on <= $2 AND (to_on IS NULL OR to_on > $2)";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(on).fetch_one(db))
}

/// Whether more than `most` units stand below a unit on a day: counted no further.
pub async fn has_more_below(
    tx: &mut Tx,
    id: UnitId,
    on: NaiveDate,
    most: i64,
) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*)
               FROM (SELECT 1 FROM unit_ancestor
                     WHERE ancestor_id = $1 AND depth > 0
                       AND from_on <= $2 AND (to_on IS NULL OR to_on > $2)
                     LIMIT $3) AS found";
    let most = most.max(-1);
    let count: i64 = on!(tx, db => sqlx::query_scalar(sql)
        .bind(id)
        .bind(on)
        .bind(most + 1)
        .fetch_one(db))?;
    Ok(count > most)
}

/// The units right below `id` on `on`, by name.
pub async fn children(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Unit>> {
    let mut units = children_until(tx, id, on).await?;
    units.retain(|it| it.to_on.is_none_or(|to_on| to_on > on));
    units.sort_by_cached_key(|it| name_key(&it.name));
    Ok(units)
}

/// The periods of every unit that was right below `id` on `on` or before, in the order
/// of their days.
pub async fn children_until(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Unit>> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit_period JOIN unit ON unit.id = unit_period.unit_id
               WHERE unit_period.parent_id = $1 AND unit_period.from_on <= $2
               ORDER BY unit_period.from_on";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).fetch_all(db))
}
