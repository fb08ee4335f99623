//! The unit tables; beside it what reorganisations do to them.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::UnitId;
use crate::organisation::model::{NewUnit, Unit, UnitKind, name_key};
use crate::organisation::tree::{Ancestor, Period, ancestry};

pub use self::below::{children, children_until, count_below, has_more_below};
pub use self::paths::{Paths, paths_below};
pub use self::periods::{Turn, Turned, TurnedInto, periods, turn, turn_back};
pub use self::succession::{Kin, Succession, forget_succession, predecessors, succeed, successors};

mod below;
mod paths;
mod periods;
mod succession;

/// The unit as it was on `on`; after its end, or before its beginning, as it was
/// nearest to that day.
pub async fn get(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Unit> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit JOIN unit_period ON unit_period.unit_id = unit.id
               WHERE unit.id = $1
               ORDER BY unit_period.from_on";
    let periods = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    nearest(periods, on)
}

/// Like [`get`], by the code that stands in addresses.
pub async fn get_by_code(tx: &mut Tx, code: &str, on: NaiveDate) -> sqlx::Result<Unit> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit JOIN unit_period ON unit_period.unit_id = unit.id
               WHERE unit.code = $1
               ORDER BY unit_period.from_on";
    let periods = on!(tx, db => sqlx::query_as(sql).bind(code).fetch_all(db))?;
    nearest(periods, on)
}

/// Of a unit's periods in order, the one that `on` falls into, or the nearest.
fn nearest(periods: Vec<Unit>, on: NaiveDate) -> sqlx::Result<Unit> {
    let begun = periods.iter().filter(|it| it.from_on <= on).count();
    periods.into_iter().nth(begun.saturating_sub(1)).ok_or(sqlx::Error::RowNotFound)
}

/// The first day of the unit, under whatever name.
pub async fn began_on(tx: &mut Tx, id: UnitId) -> sqlx::Result<NaiveDate> {
    let sql = "SELECT MIN(from_on) FROM unit_period WHERE unit_id = $1";
    let first: Option<NaiveDate> = on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))?;
    first.ok_or(sqlx::Error::RowNotFound)
}

/// The last day of a unit that has ended by `today`; none while it stands.
pub async fn ended_by(
    tx: &mut Tx,
    id: UnitId,
    today: NaiveDate,
) -> sqlx::Result<Option<NaiveDate>> {
    let latest = get(tx, id, today).await?;
    Ok(latest.to_on.filter(|to_on| *to_on <= today).and_then(|it| it.pred_opt()))
}

/// The code of a unit, if there is one with this id.
pub async fn find_code(tx: &mut Tx, id: UnitId) -> sqlx::Result<Option<String>> {
    let sql = "SELECT code FROM unit WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

pub async fn find_id(tx: &mut Tx, code: &str) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT id FROM unit WHERE code = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(code).fetch_optional(db))
}

/// The unit that a list is narrowed to: right below `id` on some day, or that unit itself. No
/// unit where no code is typed, no row where there is no such one.
pub async fn narrowed_to(
    tx: &mut Tx,
    id: UnitId,
    code: &str,
    on: NaiveDate,
) -> sqlx::Result<Option<Unit>> {
    if code.trim().is_empty() {
        return Ok(None);
    }
    let sql = "SELECT unit.id FROM unit
               WHERE unit.code = $2
                 AND EXISTS (SELECT 1 FROM unit_ancestor
                             WHERE unit_ancestor.unit_id = unit.id
                               AND unit_ancestor.ancestor_id = $1 AND unit_ancestor.depth <= 1)";
    let found: UnitId =
        on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(code.trim()).fetch_one(db))?;
    get(tx, found, on).await.map(Some)
}

/// The unit and all above it on `on`, top first.
pub async fn path(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Unit>> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit_ancestor
               JOIN unit ON unit.id = unit_ancestor.ancestor_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.unit_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               ORDER BY unit_ancestor.depth DESC";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).fetch_all(db))
}

/// The ward, commune or township that the unit belonged to on `on`, or is itself.
pub async fn ward_of(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Option<UnitId>> {
    let is_ward =
        |it: &&Unit| matches!(it.kind, UnitKind::Ward | UnitKind::Commune | UnitKind::Township);
    Ok(path(tx, id, on).await?.iter().find(is_ward).map(|it| it.id))
}

/// The cells at or below `id` on `on`, by name.
pub async fn cells(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Unit>> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit_ancestor
               JOIN unit ON unit.id = unit_ancestor.unit_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND unit_period.kind = 'cell'";
    let mut units: Vec<Unit> = on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).fetch_all(db))?;
    units.sort_by_cached_key(|it| name_key(&it.name));
    Ok(units)
}

/// The units that belong to none on `on`, by name.
pub async fn roots(tx: &mut Tx, on: NaiveDate) -> sqlx::Result<Vec<Unit>> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit_period JOIN unit ON unit.id = unit_period.unit_id
               WHERE unit_period.parent_id IS NULL
                 AND unit_period.from_on <= $1
                 AND (unit_period.to_on IS NULL OR unit_period.to_on > $1)";
    let mut units: Vec<Unit> = on!(tx, db => sqlx::query_as(sql).bind(on).fetch_all(db))?;
    units.sort_by_cached_key(|it| name_key(&it.name));
    Ok(units)
}

/// Who is above `id` today, itself included; of a unit that has ended, who was at
/// the end.
pub async fn above_now(tx: &mut Tx, id: UnitId, today: NaiveDate) -> sqlx::Result<Vec<Ancestor>> {
    let all = ancestors_of(tx, id).await?;
    let covers = |it: &Ancestor| it.from_on <= today && it.to_on.is_none_or(|to| to > today);
    let now: Vec<Ancestor> = all.iter().copied().filter(covers).collect();
    if !now.is_empty() {
        return Ok(now);
    }
    let end = all.iter().filter(|it| it.depth == 0).map(|it| it.to_on).max().flatten();
    Ok(all.into_iter().filter(|it| it.to_on == end).collect())
}

async fn ancestors_of(tx: &mut Tx, id: UnitId) -> sqlx::Result<Vec<Ancestor>> {
    let sql = "SELECT ancestor_id, unit_id, child_id, depth, from_on, to_on
               FROM unit_ancestor WHERE unit_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Opens units; parents may stand among them. Their ancestry is written too.
///
/// A parent that does not exist, or a circle, is refused as [`sqlx::Error::Protocol`]:
/// forms and files check first.
pub async fn add(tx: &mut Tx, units: &[NewUnit], at: Moment) -> sqlx::Result<()> {
    for unit in units {
        let sql = "INSERT INTO unit (id, code, created_at) VALUES ($1, $2, $3)";
        change!(tx, sqlx::query(sql).bind(unit.id).bind(&unit.code).bind(at))?;
    }
    let mut periods = Vec::new();
    for unit in units {
        let sql = "INSERT INTO unit_period (unit_id, from_on, to_on, name, kind, official_code,
                                            parent_id)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        change!(
            tx,
            sqlx::query(sql)
                .bind(unit.id)
                .bind(unit.from_on)
                .bind(unit.to_on)
                .bind(&unit.name)
                .bind(unit.kind)
                .bind(&unit.official_code)
                .bind(unit.parent_id)
        )?;
        periods.push(Period {
            unit_id: unit.id,
            parent_id: unit.parent_id,
            from_on: unit.from_on,
            to_on: unit.to_on,
        });
    }
    let mut outside = Vec::new();
    let parents: HashSet<UnitId> = units.iter().filter_map(|it| it.parent_id).collect();
    for parent in parents {
        outside.extend(ancestors_of(tx, parent).await?);
    }
    let rows = ancestry(&periods, &outside)
        .map_err(|circle| sqlx::Error::Protocol(format!("unit {} is below itself", circle.0)))?;
    for row in rows {
        add_ancestor(tx, &row).await?;
    }
    Ok(())
}

async fn add_ancestor(tx: &mut Tx, row: &Ancestor) -> sqlx::Result<()> {
    let sql = "INSERT INTO unit_ancestor (ancestor_id, unit_id, child_id, depth, from_on, to_on)
               VALUES ($1, $2, $3, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(row.ancestor_id)
            .bind(row.unit_id)
            .bind(row.child_id)
            .bind(row.depth)
            .bind(row.from_on)
            .bind(row.to_on)
    )?;
    Ok(())
}

/// Makes whoever else changes this unit wait until this transaction has ended.
pub async fn hold(tx: &mut Tx, id: UnitId) -> sqlx::Result<()> {
    let sql = "UPDATE unit SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Gives the unit a new name and official code from `from_on` on. On the first day of
/// its present period the name is corrected in place: no day ever bore the old one.
///
/// No row at `unit.version`: somebody else changed the unit first.
pub async fn rename(
    tx: &mut Tx,
    unit: &Unit,
    name: &str,
    official_code: Option<&str>,
    from_on: NaiveDate,
) -> sqlx::Result<()> {
    let sql = "UPDATE unit SET version = version + 1 WHERE id = $1 AND version = $2";
    one_row(change!(tx, sqlx::query(sql).bind(unit.id).bind(unit.version))?)?;
    if from_on == unit.from_on {
        let sql = "UPDATE unit_period SET name = $3, official_code = $4
                   WHERE unit_id = $1 AND from_on = $2";
        return one_row(change!(
            tx,
            sqlx::query(sql).bind(unit.id).bind(from_on).bind(name).bind(official_code)
        )?);
    }
    let sql = "UPDATE unit_period SET to_on = $3 WHERE unit_id = $1 AND from_on = $2";
    one_row(change!(tx, sqlx::query(sql).bind(unit.id).bind(unit.from_on).bind(from_on))?)?;
    let sql = "INSERT INTO unit_period (unit_id, from_on, to_on, name, kind, official_code,
                                        parent_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(unit.id)
            .bind(from_on)
            .bind(unit.to_on)
            .bind(name)
            .bind(unit.kind)
            .bind(official_code)
            .bind(unit.parent_id)
    )?;
    Ok(())
}

pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    on!(tx, db => sqlx::query_scalar("SELECT COUNT(*) FROM unit").fetch_one(db))
}
