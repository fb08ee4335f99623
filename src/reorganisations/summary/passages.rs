//! Who goes where, from unit to unit of one level.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ids::UnitId;
use crate::organisation::model::{UnitKind, by_name};
use crate::reorganisations::forest::{Forest, Shape};
use crate::reorganisations::preview::Line;
use crate::reorganisations::summary::conceal::Concealed;
use crate::reorganisations::summary::{Count, Facts, Passage};
use crate::small::{self, Shown};

/// Between which units the passages lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Wards, communes and townships, where one of them is touched.
    Wards,
    Cells,
}

pub(super) fn is_ward(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Ward | UnitKind::Commune | UnitKind::Township)
}

impl Level {
    pub fn of(lines: &[Line]) -> Level {
        let is_ward =
            |it: &Line| it.before.as_ref().or(it.after.as_ref()).is_some_and(|it| is_ward(it.kind));
        if lines.iter().any(is_ward) { Level::Wards } else { Level::Cells }
    }

    fn holds(self, shape: &Shape) -> bool {
        match self {
            Level::Wards => is_ward(shape.kind),
            Level::Cells => shape.kind == UnitKind::Cell,
        }
    }

    /// The unit of this level that the cell belongs to.
    fn unit_of(self, cell: UnitId, shape: Option<&Shape>) -> Option<UnitId> {
        match self {
            Level::Wards => shape.and_then(|it| it.parent),
            Level::Cells => shape.map(|_| cell),
        }
    }
}

/// A passage before it is put in words.
struct Way {
    from: UnitId,
    /// None: nothing takes the place.
    to: Option<UnitId>,
    people: i64,
    shown: Shown,
}

pub(super) fn passages(
    facts: &Facts<'_>,
    flows: &HashMap<(UnitId, UnitId), i64>,
    concealed: &Concealed,
    level: Level,
) -> (Vec<Passage>, (usize, Count)) {
    let forest = facts.forest();
    let touched: HashSet<UnitId> = facts.lines.iter().map(|it| it.unit_id).collect();
    let mut ways = ways(facts, flows, concealed, level);
    ways.retain(|it| touched.contains(&it.from) || it.to.is_some_and(|to| touched.contains(&to)));
    hide(&mut ways, concealed);
    let shape = |id: UnitId| forest.get(id).and_then(|it| it.before.as_ref());
    let name = |id: UnitId| shape(id).map_or("", |it| it.name.as_str());
    ways.sort_by(|a, b| {
        by_name(name(a.from), name(b.from))
            .then_with(|| a.from.cmp(&b.from))
            .then_with(|| b.people.cmp(&a.people))
    });
    let others = forest.nodes().filter(|it| {
        let stands = it.before.as_ref().is_some_and(|it| level.holds(it));
        stands && !touched.contains(&it.id) && forest.is_within(it.id, facts.within)
    });
    let listed: HashSet<UnitId> = ways.iter().map(|it| it.from).collect();
    let others: Vec<UnitId> = others.map(|it| it.id).filter(|it| !listed.contains(it)).collect();
    let their_people: i64 = others.iter().map(|it| concealed.before(*it).exact).sum();
    let mut last = None;
    let passages = ways.iter().map(|it| {
        let is_first = last.replace(it.from) != Some(it.from);
        Passage {
            from: named(forest, it.from, level),
            before: is_first.then(|| concealed.before(it.from)),
            to: destination(forest, it, level),
            people: Count::new(it.people, it.shown),
        }
    });
    let passages = passages.collect();
    (passages, (others.len(), Count::new(their_people, small::told(their_people))))
}

/// Every way between units of the level, those without people too.
fn ways(
    facts: &Facts<'_>,
    flows: &HashMap<(UnitId, UnitId), i64>,
    concealed: &Concealed,
    level: Level,
) -> Vec<Way> {
    let forest = facts.forest();
    // How many, and how many of the cells among them are not told.
    let mut sums: BTreeMap<(UnitId, Option<UnitId>), (i64, usize)> = BTreeMap::new();
    for ((from, to), people) in flows {
        let before = forest.get(*from).and_then(|it| it.before.as_ref());
        let after = forest.get(*to).and_then(|it| it.now.as_ref());
        if after.is_none() && *people == 0 {
            continue;
        }
        let Some(unit) = level.unit_of(*from, before) else { continue };
        let sum = sums.entry((unit, level.unit_of(*to, after))).or_default();
        sum.0 += people;
        let is_whole = *people == concealed.before(*from).exact;
        let told = concealed.before(*from).shown(&false).is_exact();
        sum.1 += usize::from(*people > 0 && if is_whole { !told } else { small::few(*people) });
    }
    let known: HashSet<UnitId> = sums.keys().map(|(from, _)| *from).collect();
    for it in facts.lines {
        if known.contains(&it.unit_id) || !it.before.as_ref().is_some_and(|it| level.holds(it)) {
            continue;
        }
        let heirs = facts.outcome.heirs.iter().filter(|heir| heir.predecessor == it.unit_id);
        let heir = heirs.clone().find(|heir| heir.main).or_else(|| heirs.clone().next());
        let stays = it.after.as_ref().map(|_| it.unit_id);
        sums.insert((it.unit_id, stays.or(heir.map(|heir| heir.successor))), (0, 0));
    }
    let ways = sums.into_iter().map(|((from, to), (people, untold))| {
        let shown = match small::told(people) {
            // The others of the sum can be looked up: it would tell the one.
            Shown::Exact(_) if untold == 1 => Shown::Hidden,
            shown => shown,
        };
        Way { from, to, people, shown }
    });
    ways.collect()
}

/// Hides what would tell a hidden way by subtraction from what its units have before or
/// after.
fn hide(ways: &mut [Way], concealed: &Concealed) {
    loop {
        let mut groups: HashMap<(bool, UnitId), Vec<usize>> = HashMap::new();
        for (at, it) in ways.iter().enumerate() {
            groups.entry((true, it.from)).or_default().push(at);
            if let Some(to) = it.to {
                groups.entry((false, to)).or_default().push(at);
            }
        }
        let mut found = false;
        for ((is_from, unit), group) in groups {
            let total = if is_from { concealed.before(unit) } else { concealed.after(unit) };
            let people: Vec<i64> = group.iter().map(|at| ways[*at].people).collect();
            let flags: Vec<bool> = group.iter().map(|at| !ways[*at].shown.is_exact()).collect();
            let is_told = total.shown(&false).is_exact();
            if let Some(second) = small::second(&people, &flags, is_told) {
                ways[group[second]].shown = Shown::Hidden;
                found = true;
            }
        }
        if !found {
            return;
        }
    }
}

/// A cell is named with its ward: several wards have a first group.
fn named(forest: &Forest, id: UnitId, level: Level) -> String {
    let Some(shape) = forest.get(id).and_then(|it| it.before.as_ref()) else {
        return String::new();
    };
    match level {
        Level::Wards => shape.name.clone(),
        Level::Cells => beside(forest, shape, |it| it.before.as_ref()),
    }
}

fn beside(
    forest: &Forest,
    shape: &Shape,
    of: fn(&crate::reorganisations::forest::Node) -> Option<&Shape>,
) -> String {
    let above = shape.parent.and_then(|it| forest.get(it)).and_then(of);
    above.map_or_else(|| shape.name.clone(), |above| format!("{}, {}", shape.name, above.name))
}

fn destination(forest: &Forest, way: &Way, level: Level) -> String {
    let node = way.to.and_then(|it| forest.get(it));
    let Some((node, now)) = node.and_then(|it| it.now.as_ref().map(|now| (it, now))) else {
        return "Kết thúc, không nơi nào thay".to_owned();
    };
    if way.to == Some(way.from) && !node.is_changed() {
        return "Giữ nguyên".to_owned();
    }
    let is_moved = node.before.as_ref().is_some_and(|it| it.parent != now.parent);
    let name = match level {
        Level::Wards if !is_moved => now.name.clone(),
        _ => beside(forest, now, |it| it.now.as_ref()),
    };
    let changed = node.before.as_ref().filter(|it| it.kind != now.kind);
    match changed {
        _ if node.is_new() => format!("{name} (mới)"),
        Some(_) => format!("{name}, thành {}", now.kind.label().to_lowercase()),
        None => name,
    }
}
