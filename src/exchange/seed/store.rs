//! What the registry holds already, by the codes that files know it by. Read once per
//! load, so that no row of a file needs a query.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::exchange::seed::{KnownUnit, KnownWork};
use crate::ids::{UnitId, WorkItemId, WorkplaceId};
use crate::organisation::model::UnitKind;

#[derive(sqlx::FromRow)]
struct Period {
    code: String,
    id: UnitId,
    kind: UnitKind,
    parent_id: Option<UnitId>,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

/// Every unit, as it was last.
pub async fn units(tx: &mut Tx) -> sqlx::Result<HashMap<String, KnownUnit>> {
    let sql = "SELECT unit.code, unit.id, unit_period.kind, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit JOIN unit_period ON unit_period.unit_id = unit.id
               ORDER BY unit.id, unit_period.from_on";
    let periods: Vec<Period> = on!(tx, db => sqlx::query_as(sql).fetch_all(db))?;
    let mut units: HashMap<String, KnownUnit> = HashMap::new();
    for it in periods {
        let from_on = units.get(&it.code).map_or(it.from_on, |earlier| earlier.from_on);
        let unit = KnownUnit {
            id: it.id,
            kind: it.kind,
            parent_id: it.parent_id,
            from_on,
            to_on: it.to_on,
        };
        units.insert(it.code, unit);
    }
    Ok(units)
}

/// The workplaces that have a code, and the names of all.
pub async fn workplaces(
    tx: &mut Tx,
) -> sqlx::Result<(HashMap<String, WorkplaceId>, HashSet<String>)> {
    type Row = (Option<String>, String, WorkplaceId);
    let sql = "SELECT code, name, id FROM workplace";
    let rows: Vec<Row> = on!(tx, db => sqlx::query_as(sql).fetch_all(db))?;
    let names = rows.iter().map(|(_, name, _)| name.clone()).collect();
    let ids = rows.into_iter().filter_map(|(code, _, id)| Some((code?, id))).collect();
    Ok((ids, names))
}

pub async fn works(tx: &mut Tx) -> sqlx::Result<HashMap<String, KnownWork>> {
    type Row = (String, WorkItemId, UnitId);
    let sql = "SELECT code, id, unit_id FROM work_item WHERE code IS NOT NULL";
    let rows: Vec<Row> = on!(tx, db => sqlx::query_as(sql).fetch_all(db))?;
    Ok(rows.into_iter().map(|(code, id, unit_id)| (code, KnownWork { id, unit_id })).collect())
}
