//! The table of what units settle.

use chrono::NaiveDate;

use crate::db::{Tx, change, on, one_row};
use crate::ids::UnitId;
use crate::organisation::settings::{Setting, YES};

/// A value that some unit at or above the one asked for has settled.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Settled {
    pub name: Setting,
    pub value: String,
    pub unit_id: UnitId,
    /// What that unit is called.
    pub unit_name: String,
    /// How far it stands above the unit asked for; 0 for the unit itself.
    pub depth: i64,
    pub version: i64,
}

/// What `unit_id` and the units above it on `on` have settled, the nearest first.
pub async fn list(tx: &mut Tx, unit_id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Settled>> {
    let sql = "SELECT unit_setting.name, unit_setting.value, unit_setting.unit_id,
                      unit_period.name AS unit_name, unit_ancestor.depth, unit_setting.version
               FROM unit_ancestor
               JOIN unit_setting ON unit_setting.unit_id = unit_ancestor.ancestor_id
               JOIN unit_period ON unit_period.unit_id = unit_setting.unit_id
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.unit_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               ORDER BY unit_ancestor.depth, unit_setting.name";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).fetch_all(db))
}

/// The value in force in `unit_id` on `on`: that of the nearest unit at or above it that
/// has settled one.
pub async fn find(
    tx: &mut Tx,
    unit_id: UnitId,
    setting: Setting,
    on: NaiveDate,
) -> sqlx::Result<Option<String>> {
    let sql = "SELECT unit_setting.value
               FROM unit_ancestor
               JOIN unit_setting ON unit_setting.unit_id = unit_ancestor.ancestor_id
                                 AND unit_setting.name = $3
                                 AND unit_setting.value <> ''
               WHERE unit_ancestor.unit_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               ORDER BY unit_ancestor.depth
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(on).bind(setting).fetch_optional(db))
}

/// A number of days in force, if any was settled.
pub async fn find_days(
    tx: &mut Tx,
    unit_id: UnitId,
    setting: Setting,
    on: NaiveDate,
) -> sqlx::Result<Option<i64>> {
    let value = find(tx, unit_id, setting, on).await?;
    Ok(value.and_then(|it| it.parse().ok()))
}

/// Whether yes was settled.
pub async fn is_on(
    tx: &mut Tx,
    unit_id: UnitId,
    setting: Setting,
    on: NaiveDate,
) -> sqlx::Result<bool> {
    Ok(find(tx, unit_id, setting, on).await?.as_deref() == Some(YES))
}

/// Settles a value that the unit had none of yet; a unique violation where it had.
pub async fn add(tx: &mut Tx, unit_id: UnitId, setting: Setting, value: &str) -> sqlx::Result<()> {
    let sql = "INSERT INTO unit_setting (unit_id, name, value) VALUES ($1, $2, $3)";
    change!(tx, sqlx::query(sql).bind(unit_id).bind(setting).bind(value))?;
    Ok(())
}

/// Settles another value; no row where somebody else changed it first.
pub async fn change(
    tx: &mut Tx,
    unit_id: UnitId,
    setting: Setting,
    value: &str,
    version: i64,
) -> sqlx::Result<()> {
    let sql = "UPDATE unit_setting SET value = $3, version = version + 1
               WHERE unit_id = $1 AND name = $2 AND version = $4";
    one_row(change!(tx, sqlx::query(sql).bind(unit_id).bind(setting).bind(value).bind(version))?)
}
