//! The names of many units and of those above them, on many days, in one query.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::FromRow;

use super::nearest;
use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::organisation::model::Unit;

/// What was ever at or below a unit, and what each of these hung below.
pub struct Paths(HashMap<UnitId, Vec<Link>>);

/// A period of a unit, and the time in which another hung below it.
#[derive(FromRow)]
struct Link {
    below_id: UnitId,
    depth: i64,
    held_from: NaiveDate,
    held_to: Option<NaiveDate>,
    #[sqlx(flatten)]
    unit: Unit,
}

impl Link {
    fn holds_on(&self, on: NaiveDate) -> bool {
        let is_in =
            |from: NaiveDate, to: Option<NaiveDate>| from <= on && to.is_none_or(|to| to > on);
        is_in(self.held_from, self.held_to) && is_in(self.unit.from_on, self.unit.to_on)
    }
}

impl Paths {
    /// Like [`super::get`], for a unit that was ever at or below the one asked for.
    pub fn get(&self, id: UnitId, on: NaiveDate) -> sqlx::Result<Unit> {
        let links = self.0.get(&id).into_iter().flatten().filter(|it| it.depth == 0);
        let mut periods: Vec<Unit> = links.map(|it| it.unit.clone()).collect();
        periods.sort_by_key(|it| it.from_on);
        periods.dedup_by_key(|it| it.from_on);
        nearest(periods, on)
    }

    /// Like [`super::path`]: the unit and all above it on `on`, top first.
    pub fn path(&self, id: UnitId, on: NaiveDate) -> Vec<Unit> {
        let links = self.0.get(&id).into_iter().flatten().filter(|it| it.holds_on(on));
        let mut links: Vec<&Link> = links.collect();
        links.sort_by_key(|it| -it.depth);
        links.into_iter().map(|it| it.unit.clone()).collect()
    }
}

/// The paths of every unit that was ever at or below `id`.
pub async fn paths_below(tx: &mut Tx, id: UnitId) -> sqlx::Result<Paths> {
    let sql = "SELECT above.unit_id AS below_id, above.depth, above.from_on AS held_from,
                      above.to_on AS held_to,
                      unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM (SELECT DISTINCT unit_id FROM unit_ancestor WHERE ancestor_id = $1) AS below
               JOIN unit_ancestor AS above ON above.unit_id = below.unit_id
               JOIN unit ON unit.id = above.ancestor_id
               JOIN unit_period ON unit_period.unit_id = above.ancestor_id";
    let links: Vec<Link> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let mut paths: HashMap<UnitId, Vec<Link>> = HashMap::new();
    for link in links {
        paths.entry(link.below_id).or_default().push(link);
    }
    Ok(Paths(paths))
}
