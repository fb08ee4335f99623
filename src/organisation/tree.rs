//! The ancestors of every unit over time, computed from the periods of the units.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use crate::ids::UnitId;

/// From whom to whom a unit belonged: from `from_on` up to, but not on, `to_on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Period {
    pub unit_id: UnitId,
    pub parent_id: Option<UnitId>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// A unit above another while the chain between them held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Ancestor {
    pub ancestor_id: UnitId,
    pub unit_id: UnitId,
    /// The unit right below the ancestor through which `unit_id` hangs; the unit
    /// itself at depth 0.
    pub child_id: UnitId,
    pub depth: i64,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// The units whose chain of parents leads back to themselves.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle(pub UnitId);

/// The ancestors of the units that `periods` speaks of. `outside` holds those of
/// their parents that `periods` does not.
pub fn ancestry(periods: &[Period], outside: &[Ancestor]) -> Result<Vec<Ancestor>, Circle> {
    let mut of_unit: HashMap<UnitId, Vec<Period>> = HashMap::new();
    for period in periods {
        of_unit.entry(period.unit_id).or_default().push(*period);
    }
    let mut known: HashMap<UnitId, Vec<Ancestor>> = HashMap::new();
    for ancestor in outside.iter().filter(|it| !of_unit.contains_key(&it.unit_id)) {
        known.entry(ancestor.unit_id).or_default().push(*ancestor);
    }
    let mut found = Vec::new();
    for unit in of_unit.keys() {
        climb(*unit, &of_unit, &mut known, &mut Vec::new())?;
        found.extend_from_slice(&known[unit]);
    }
    Ok(found)
}

fn climb(
    unit: UnitId,
    of_unit: &HashMap<UnitId, Vec<Period>>,
    known: &mut HashMap<UnitId, Vec<Ancestor>>,
    below: &mut Vec<UnitId>,
) -> Result<(), Circle> {
    if known.contains_key(&unit) {
        return Ok(());
    }
    if below.contains(&unit) {
        return Err(Circle(unit));
    }
    below.push(unit);
    let mut rows = Vec::new();
    for period in of_unit.get(&unit).map(Vec::as_slice).unwrap_or_default() {
        let (from_on, to_on) = (period.from_on, period.to_on);
        rows.push(Ancestor {
            ancestor_id: unit,
            unit_id: unit,
            child_id: unit,
            depth: 0,
            from_on,
            to_on,
        });
        let Some(parent) = period.parent_id else { continue };
        climb(parent, of_unit, known, below)?;
        for above in known.get(&parent).map(Vec::as_slice).unwrap_or_default() {
            let from_on = from_on.max(above.from_on);
            let to_on = earlier(to_on, above.to_on);
            if to_on.is_none_or(|to_on| from_on < to_on) {
                let child_id = if above.depth == 0 { unit } else { above.child_id };
                let depth = above.depth + 1;
                let ancestor_id = above.ancestor_id;
                rows.push(Ancestor { ancestor_id, unit_id: unit, child_id, depth, from_on, to_on });
            }
        }
    }
    below.pop();
    known.insert(unit, joined(rows));
    Ok(())
}

/// The earlier of two ends, of which none is the latest.
fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Rows of many units in one order, however often they were divided on the way.
pub fn evened(rows: Vec<Ancestor>) -> Vec<Ancestor> {
    let mut of_unit: BTreeMap<UnitId, Vec<Ancestor>> = BTreeMap::new();
    for row in rows {
        of_unit.entry(row.unit_id).or_default().push(row);
    }
    of_unit.into_values().flat_map(joined).collect()
}

/// Rows that only a change of name divided become one.
fn joined(mut rows: Vec<Ancestor>) -> Vec<Ancestor> {
    rows.sort_by_key(|row| (row.ancestor_id, row.from_on));
    rows.dedup_by(|next, row| {
        let same = (row.ancestor_id, row.child_id, row.depth)
            == (next.ancestor_id, next.child_id, next.depth);
        let touching = row.to_on == Some(next.from_on);
        if same && touching {
            row.to_on = next.to_on;
        }
        same && touching
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(unit: UnitId, parent: Option<UnitId>, from: &str, to: Option<&str>) -> Period {
        Period { unit_id: unit, parent_id: parent, from_on: day(from), to_on: to.map(day) }
    }

    /// The ancestors of `unit` on `on`, nearest first.
    fn above(rows: &[Ancestor], unit: UnitId, on: &str) -> Vec<UnitId> {
        let on = day(on);
        let mut rows: Vec<_> = rows
            .iter()
            .filter(|it| it.unit_id == unit && it.from_on <= on)
            .filter(|it| it.to_on.is_none_or(|to| to > on))
            .collect();
        rows.sort_by_key(|it| it.depth);
        rows.iter().map(|it| it.ancestor_id).collect()
    }

    #[test]
    fn a_cell_that_moves_has_each_parent_in_its_time() {
        let [city, old, new, cell] = std::array::from_fn(|_| UnitId::new());
        let rows = ancestry(
            &[
                period(city, None, "2015-01-01", None),
                period(old, Some(city), "2015-01-01", Some("2025-01-01")),
                period(new, Some(city), "2025-01-01", None),
                period(cell, Some(old), "2015-01-01", Some("2025-01-01")),
                period(cell, Some(new), "2025-01-01", None),
            ],
            &[],
        )
        .unwrap();

        assert_eq!(above(&rows, cell, "2024-12-31"), [cell, old, city]);
        assert_eq!(above(&rows, cell, "2025-01-01"), [cell, new, city]);
        let to_city: Vec<_> =
            rows.iter().filter(|it| (it.ancestor_id, it.unit_id) == (city, cell)).collect();
        assert_eq!(to_city.len(), 2, "the city is reached through another child since");
    }

    #[test]
    fn a_new_name_does_not_divide_the_chain() {
        let [ward, cell] = std::array::from_fn(|_| UnitId::new());
        let rows = ancestry(
            &[
                period(ward, None, "2015-01-01", Some("2020-01-01")),
                period(ward, None, "2020-01-01", None),
                period(cell, Some(ward), "2015-01-01", None),
            ],
            &[],
        )
        .unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(above(&rows, cell, "2019-12-31"), above(&rows, cell, "2020-01-01"));
    }

    #[test]
    fn a_unit_below_itself_is_refused() {
        let [a, b] = std::array::from_fn(|_| UnitId::new());
        let periods =
            [period(a, Some(b), "2015-01-01", None), period(b, Some(a), "2015-01-01", None)];
        assert!(ancestry(&periods, &[]).is_err());
    }
}
