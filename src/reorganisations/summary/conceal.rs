//! Which counts are told to those who see no names: the rule of the statistics, level by
//! level from the top, before and after.

use std::collections::{HashMap, HashSet};

use crate::ids::UnitId;
use crate::organisation::model::by_name;
use crate::reorganisations::forest::{Forest, Node, Shape};
use crate::reorganisations::summary::{Count, Facts};
use crate::small::{self, Shown};

type Counts = HashMap<UnitId, Count>;

pub(super) struct Concealed {
    before: Counts,
    after: Counts,
    totals: (Count, Count),
}

impl Concealed {
    pub fn of(facts: &Facts<'_>, flows: &HashMap<(UnitId, UnitId), i64>) -> Concealed {
        let forest = facts.forest();
        let mut before: HashMap<UnitId, i64> = HashMap::new();
        for (cell, people) in facts.before {
            before.insert(*cell, people.normal);
        }
        let mut after = before.clone();
        for ((from, to), count) in flows.iter().filter(|((from, to), _)| from != to) {
            *after.entry(*from).or_default() -= count;
            *after.entry(*to).or_default() += count;
        }
        let inside = |of: &HashMap<UnitId, i64>| -> i64 {
            let inside = of.iter().filter(|(id, _)| forest.is_within(**id, facts.within));
            inside.map(|(_, count)| count).sum()
        };
        let (all_before, all_after) = (inside(&before), inside(&after));
        let before = rolled_up(&before, |id| forest.above_before(id));
        let after = rolled_up(&after, |id| forest.above(id));
        // Told beside the count before, the count after would tell how few came or went.
        let ids: HashSet<UnitId> = before.keys().chain(after.keys()).copied().collect();
        let of = |all: &HashMap<UnitId, i64>, id: &UnitId| all.get(id).copied().unwrap_or(0);
        let betrays = |id: &UnitId| small::few((of(&after, id) - of(&before, id)).abs());
        let betraying: HashSet<UnitId> = ids.into_iter().filter(betrays).collect();
        let told = |count| Count::new(count, small::told(count));
        Concealed {
            before: conceal(forest, &before, |it| it.before.as_ref(), &HashSet::new()),
            after: conceal(forest, &after, |it| it.now.as_ref(), &betraying),
            totals: (told(all_before), told(all_after)),
        }
    }

    pub fn before(&self, id: UnitId) -> Count {
        self.before.get(&id).copied().unwrap_or_default()
    }

    pub fn after(&self, id: UnitId) -> Count {
        self.after.get(&id).copied().unwrap_or_default()
    }

    /// Of everybody at and below `within`; a unit that ends still has the people it gave away.
    pub fn total_before(&self, within: Option<UnitId>) -> Count {
        within.map_or(self.totals.0, |id| Count { exact: self.totals.0.exact, ..self.before(id) })
    }

    pub fn total_after(&self, within: Option<UnitId>) -> Count {
        within.map_or(self.totals.1, |id| Count { exact: self.totals.1.exact, ..self.before(id) })
    }
}

/// The headcount of every unit: that of its cells, added up along the chain.
fn rolled_up(
    of_cell: &HashMap<UnitId, i64>,
    above: impl Fn(UnitId) -> Vec<UnitId>,
) -> HashMap<UnitId, i64> {
    let mut all: HashMap<UnitId, i64> = HashMap::new();
    for (cell, people) in of_cell {
        for unit in above(*cell) {
            *all.entry(unit).or_default() += people;
        }
    }
    all
}

/// What is told of each unit, top first: what stands under one parent hides together.
fn conceal(
    forest: &Forest,
    counts: &HashMap<UnitId, i64>,
    shape: fn(&Node) -> Option<&Shape>,
    hidden: &HashSet<UnitId>,
) -> Counts {
    let mut below: HashMap<Option<UnitId>, Vec<(&str, UnitId)>> = HashMap::new();
    for node in forest.nodes() {
        if let Some(shape) = shape(node) {
            below.entry(shape.parent).or_default().push((&shape.name, node.id));
        }
    }
    let mut all: Counts = HashMap::new();
    let mut ahead: Vec<Option<UnitId>> = vec![None];
    while let Some(parent) = ahead.pop() {
        let mut units = below.remove(&parent).unwrap_or_default();
        units.sort_by(|a, b| by_name(a.0, b.0));
        let of: Vec<i64> =
            units.iter().map(|(_, id)| counts.get(id).copied().unwrap_or(0)).collect();
        let mut shown: Vec<Shown> = of.iter().map(|it| small::told(*it)).collect();
        for (at, (_, id)) in units.iter().enumerate() {
            if hidden.contains(id) && shown[at].is_exact() {
                shown[at] = Shown::Hidden;
            }
        }
        // First units have no total beside them.
        let total = parent.and_then(|id| all.get(&id)).map(|it| it.shown(&false).is_exact());
        if let Some(total_is_told) = total {
            let flags: Vec<bool> = shown.iter().map(|it| !it.is_exact()).collect();
            if let Some(at) = small::second(&of, &flags, total_is_told) {
                shown[at] = Shown::Hidden;
            }
        }
        for (at, (_, id)) in units.iter().enumerate() {
            all.insert(*id, Count::new(of[at], shown[at]));
            ahead.push(Some(*id));
        }
    }
    all
}
