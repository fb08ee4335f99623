//! The tables of the units above, which the page of a unit may not contradict before those who
//! see no names.
//!
//! Each depends on the one above it, up to the top of the registry, which may be a country. The
//! pages of a large registry say when they were counted: for them, what the tables above tell is
//! kept a while by this process, so that the page of a ward does not count the country each time.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::db::Tx;
use crate::evaluation::store::counts::Known;
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::statistics::bridge::{self as flows, Counts};
use crate::statistics::memo::Memo;
use crate::statistics::model::{AsOf, Overview};
use crate::statistics::small::{Line, Sight, View};
use crate::statistics::store;

/// The tables that this process has counted. What an empty one tells is what is so.
#[derive(Clone, Default)]
pub struct Tables(Arc<Kept>);

#[derive(Default)]
struct Kept {
    tables: Memo<(UnitId, AsOf), Arc<Table>>,
    /// The reasons that a unit's own bridge, or the bridges of the units right below it, hide.
    flows: Memo<Flows, Arc<BTreeSet<usize>>>,
}

/// Whose reasons, between which days.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Flows {
    unit_id: UnitId,
    is_below: bool,
    from: NaiveDate,
    on: NaiveDate,
}

/// What the page of a unit tells that those of the units below it depend on.
pub struct Table {
    overview: Overview,
    /// The sheets of the year, where they were counted with the rest.
    sheets: Option<Known>,
}

/// What the tables above tell of a unit.
#[derive(Default)]
pub struct Above {
    /// Its line in the one right above it; nothing of the top unit.
    pub line: Option<Line>,
    tables: Vec<(UnitId, Arc<Table>)>,
}

impl Above {
    pub fn sheets(&self) -> Vec<(UnitId, &Known)> {
        self.tables.iter().filter_map(|(id, it)| Some((*id, it.sheets.as_ref()?))).collect()
    }
}

impl Tables {
    /// What they tell of the unit `id`. What was counted at `revision` of the registry is so at
    /// that revision; at a later one it may be as old as a [`Memo`] is.
    ///
    /// As many look-ups as there are levels, two or three.
    pub async fn above(
        &self,
        tx: &mut Tx,
        revision: i64,
        id: UnitId,
        as_of: AsOf,
    ) -> sqlx::Result<Above> {
        let path = organisation::store::path(tx, id, as_of.on).await?;
        let mut all = Above::default();
        for (above, below) in path.iter().zip(path.iter().skip(1)) {
            let key = (above.id, as_of);
            let made = self.0.tables.get(key, revision, async || count(tx, above, as_of).await);
            let table = made.await?;
            let sight = Sight::Counts(all.line.as_ref());
            all.line = View::new(&table.overview, sight).line_of(below.id);
            all.tables.push((above.id, table));
        }
        Ok(all)
    }

    /// Which reasons of a bridge they may not tell to somebody who sees no names. As many
    /// look-ups, as old.
    pub async fn hidden_flows(
        &self,
        tx: &mut Tx,
        revision: i64,
        id: UnitId,
        (from, on): (NaiveDate, NaiveDate),
    ) -> sqlx::Result<BTreeSet<usize>> {
        let path = organisation::store::path(tx, id, on).await?;
        let top = path.first().map_or(id, |it| it.id);
        let above = path.iter().take_while(|it| it.id != id).map(|it| (it.id, true));
        let mut hidden = BTreeSet::new();
        for (unit_id, is_below) in std::iter::once((top, false)).chain(above) {
            let key = Flows { unit_id, is_below, from, on };
            let made = self.0.flows.get(key, revision, async || reasons(tx, key).await);
            hidden.extend(made.await?.iter());
        }
        Ok(hidden)
    }
}

async fn count(tx: &mut Tx, unit: &Unit, as_of: AsOf) -> sqlx::Result<Arc<Table>> {
    let mut overview = store::told(tx, unit, as_of).await?;
    let sheets = overview.whole.take().map(|it| it.sheets.known);
    Ok(Arc::new(Table { overview, sheets }))
}

async fn reasons(tx: &mut Tx, of: Flows) -> sqlx::Result<Arc<BTreeSet<usize>>> {
    let Flows { unit_id, is_below, from, on } = of;
    let rows = if is_below {
        store::bridge::counts_below(tx, unit_id, from, on).await?
    } else {
        store::bridge::counts(tx, unit_id, from, on).await?
    };
    let counts: Vec<Counts> = Counts::of_units(&rows).into_values().collect();
    Ok(Arc::new(flows::hidden(&counts)))
}
