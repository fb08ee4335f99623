//! What a reorganisation comes to, in the words and counts of its pages: shown before it is
//! applied, and kept as it was then.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::ids::UnitId;
use crate::members::model::Category;
use crate::members::store::Resident;
use crate::organisation::model::UnitKind;
use crate::reorganisations::forest::Forest;
use crate::reorganisations::grants::Following;
use crate::reorganisations::model::Step;
use crate::reorganisations::preview::{Line, People};
use crate::reorganisations::simulate::Outcome;
use crate::reorganisations::summary::conceal::Concealed;
use crate::reorganisations::summary::passages::{Level, passages};
use crate::small::{self, Shown};
use crate::vietnamese::day;

mod conceal;
mod passages;
pub mod words;

/// A count of people, and what those who see no names are told of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub exact: i64,
    pub told: Told,
}

/// [`Shown`], as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    #[default]
    Exact,
    Few,
    Hidden,
}

impl Count {
    pub fn new(exact: i64, shown: Shown) -> Count {
        let told = match shown {
            Shown::Exact(_) => Told::Exact,
            Shown::Few => Told::Few,
            Shown::Hidden => Told::Hidden,
        };
        Count { exact, told }
    }

    /// As it is shown to those who see `names`, or who do not.
    pub fn shown(&self, names: &bool) -> Shown {
        match self.told {
            _ if *names => Shown::Exact(self.exact),
            Told::Exact => Shown::Exact(self.exact),
            Told::Few => Shown::Few,
            Told::Hidden => Shown::Hidden,
        }
    }

    /// How long its bar is beside that of `longest`, in per cent; none where it is not told.
    pub fn bar(&self, longest: &i64, names: &bool) -> Option<String> {
        let Shown::Exact(count) = self.shown(names) else { return None };
        let thousandths = if *longest > 0 { count * 1000 / longest } else { 0 };
        Some(format!("{}.{}%", thousandths / 10, thousandths % 10))
    }
}

/// How many of one unit go to another, or stay. Only those of whom meetings are expected are
/// counted, as in the statistics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub from: String,
    /// How many the unit has before; none in a further row of the same unit.
    pub before: Option<Count>,
    pub to: String,
    pub people: Count,
}

/// What becomes of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLine {
    pub code: String,
    pub name: String,
    pub kind: String,
    /// `Mở mới, thuộc Thành phố Sông Lam`
    pub fate: String,
    pub begins: bool,
    pub ends: bool,
    pub before: Count,
    pub after: Count,
}

/// A role that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantLine {
    pub who: String,
    pub role: String,
    pub from: String,
    pub to: String,
    /// The first day.
    pub from_on: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Of whom meetings are expected, at and below the unit above.
    pub before: Count,
    pub after: Count,
    pub exempt: Count,
    /// Wards, communes and townships at and below the unit above.
    pub wards_before: usize,
    pub wards_after: usize,
    pub moved_cells: usize,
    /// Of whom meetings are expected, and who are of another cell than before.
    pub moved: Count,
    /// Whether the passages are those of cells.
    pub of_cells: bool,
    pub passages: Vec<Passage>,
    /// The units of the same level that stay as they are, and their people.
    pub others: (usize, Count),
    /// The steps, in words.
    pub steps: Vec<String>,
    pub lines: Vec<UnitLine>,
    pub grants: Vec<GrantLine>,
    pub letters: i64,
    /// Names that stand twice below one unit.
    pub clashes: usize,
}

impl Summary {
    /// The units that begin.
    pub fn opened(&self) -> Vec<&UnitLine> {
        self.lines.iter().filter(|it| it.begins).collect()
    }

    /// The units that begin or grow, of the level of the passages.
    pub fn receiving(&self) -> Vec<&UnitLine> {
        let is_level = |it: &&UnitLine| (it.kind == UnitKind::Cell.label()) == self.of_cells;
        let grows = |it: &&UnitLine| it.begins || it.after.exact > it.before.exact;
        self.lines.iter().filter(is_level).filter(grows).collect()
    }

    /// The most people of such a unit: the whole of a bar.
    pub fn longest(&self) -> i64 {
        self.receiving().iter().map(|it| it.after.exact).max().unwrap_or(0)
    }
}

/// What a summary is made of.
pub(super) struct Facts<'a> {
    pub outcome: &'a Outcome,
    pub within: Option<UnitId>,
    pub before: &'a HashMap<UnitId, People>,
    pub residents: &'a [(Resident, UnitId)],
    pub lines: &'a [Line],
    pub grants: &'a [Following],
    pub steps: &'a [Step],
    pub letters: i64,
    pub clashes: usize,
}

impl Facts<'_> {
    fn forest(&self) -> &Forest {
        &self.outcome.forest
    }

    /// How many go from one cell to another, or stay; cells without people too.
    fn flows(&self) -> HashMap<(UnitId, UnitId), i64> {
        let mut flows = HashMap::new();
        for node in self.forest().nodes() {
            let is_cell = node.before.as_ref().is_some_and(|it| it.kind.as_str() == "cell");
            if is_cell && self.forest().is_within(node.id, self.within) {
                let people = self.before.get(&node.id).copied().unwrap_or_default();
                flows.insert((node.id, node.id), people.normal);
            }
        }
        let on = self.forest().on;
        for (resident, to) in self.residents {
            if resident.is_there(on)
                && resident.category == Category::Normal
                && *to != resident.cell_id
            {
                *flows.entry((resident.cell_id, resident.cell_id)).or_default() -= 1;
                *flows.entry((resident.cell_id, *to)).or_default() += 1;
            }
        }
        flows
    }
}

pub(super) fn summary(facts: &Facts<'_>) -> Summary {
    let forest = facts.forest();
    let flows = facts.flows();
    let concealed = Concealed::of(facts, &flows);
    let level = Level::of(facts.lines);
    let (passages, others) = passages(facts, &flows, &concealed, level);
    let lines = facts.lines.iter().map(|it| UnitLine {
        code: it.code.clone(),
        name: it.name().to_owned(),
        kind: it.after.as_ref().or(it.before.as_ref()).map_or("", |it| it.kind.label()).to_owned(),
        fate: words::fate(it, facts.outcome),
        begins: it.begins(),
        ends: it.ends(),
        before: concealed.before(it.unit_id),
        after: concealed.after(it.unit_id),
    });
    let grants = facts.grants.iter().map(|it| GrantLine {
        who: it.grant.display_name.clone(),
        role: it.grant.role.label().to_owned(),
        from: name_before(forest, it.grant.unit_id),
        to: name_after(forest, it.passed.unit_id),
        from_on: day::short(it.passed.from_on),
    });
    let exempt = facts.before.iter().filter(|(id, _)| forest.is_within(**id, facts.within));
    let exempt = exempt.map(|(_, it)| it.exempt).sum();
    // Beside the passages, a count of all would tell how many of them are exempt.
    let moved = flows.iter().filter(|((from, to), _)| from != to).map(|(_, count)| count).sum();
    let is_moved = |it: &&Line| {
        it.after.as_ref().is_some_and(|it| it.kind.as_str() == "cell") && it.is_moved()
    };
    let wards = |stands: fn(&crate::reorganisations::forest::Node) -> bool| {
        let wards = forest.nodes().filter(|it| stands(it));
        wards.filter(|it| forest.is_within(it.id, facts.within)).count()
    };
    Summary {
        before: concealed.total_before(facts.within),
        after: concealed.total_after(facts.within),
        exempt: Count::new(exempt, small::told(exempt)),
        wards_before: wards(|it| it.before.as_ref().is_some_and(|it| passages::is_ward(it.kind))),
        wards_after: wards(|it| it.now.as_ref().is_some_and(|it| passages::is_ward(it.kind))),
        moved_cells: facts.lines.iter().filter(is_moved).count(),
        moved: Count::new(moved, small::told(moved)),
        of_cells: level == Level::Cells,
        passages,
        others,
        steps: facts.steps.iter().map(|it| words::step(it, forest, facts.steps)).collect(),
        lines: lines.collect(),
        grants: grants.collect(),
        letters: facts.letters,
        clashes: facts.clashes,
    }
}

fn name_before(forest: &Forest, id: UnitId) -> String {
    let shape = forest.get(id).and_then(|it| it.before.as_ref().or(it.now.as_ref()));
    shape.map_or_else(String::new, |it| it.name.clone())
}

fn name_after(forest: &Forest, id: UnitId) -> String {
    let shape = forest.get(id).and_then(|it| it.now.as_ref().or(it.before.as_ref()));
    shape.map_or_else(String::new, |it| it.name.clone())
}
