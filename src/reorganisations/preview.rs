//! What a reorganisation would come to, before anything is written.

use std::collections::{HashMap, HashSet};

use crate::db::Tx;
use crate::ids::UnitId;
use crate::members::store::Resident;
use crate::organisation::model::by_name;
use crate::organisation::store::periods;
use crate::reorganisations::flow::destination;
use crate::reorganisations::forest::{Forest, Shape};
use crate::reorganisations::grants::{Following, following};
use crate::reorganisations::model::{Fault, Reorganisation};
use crate::reorganisations::preview::checks::{Findings, checks};
use crate::reorganisations::simulate::{Outcome, simulate};
use crate::reorganisations::store;
use crate::reorganisations::summary::{Facts, Summary, summary};
use crate::{access, members};

mod checks;

/// Members of a unit, by what is asked of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    pub normal: i64,
    pub exempt: i64,
}

impl People {
    pub fn everybody(self) -> i64 {
        self.normal + self.exempt
    }

    fn add(&mut self, other: People) {
        self.normal += other.normal;
        self.exempt += other.exempt;
    }
}

/// A unit that is touched, or whose headcount changes.
#[derive(Clone, Debug)]
pub struct Line {
    pub unit_id: UnitId,
    pub code: String,
    /// None: it begins here.
    pub before: Option<Shape>,
    /// None: it ends here.
    pub after: Option<Shape>,
    /// What the unit above was called, and will be.
    pub parent_before: Option<String>,
    pub parent_after: Option<String>,
    pub people_before: People,
    pub people_after: People,
}

impl Line {
    pub fn begins(&self) -> bool {
        self.before.is_none()
    }

    pub fn ends(&self) -> bool {
        self.after.is_none()
    }

    pub fn is_renamed(&self) -> bool {
        self.both(|it| &it.name)
    }

    /// Whether it belongs to another unit than before.
    pub fn is_moved(&self) -> bool {
        self.both(|it| &it.parent)
    }

    fn both<T: PartialEq>(&self, part: fn(&Shape) -> &T) -> bool {
        self.before.as_ref().zip(self.after.as_ref()).is_some_and(|(a, b)| part(a) != part(b))
    }

    /// What it is called after, or was before it ended.
    pub fn name(&self) -> &str {
        let shape = self.after.as_ref().or(self.before.as_ref());
        shape.map_or(self.code.as_str(), |it| it.name.as_str())
    }
}

/// Something the machine has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub text: String,
    pub ok: bool,
    /// Whether nothing can be applied until it is right; the others are advice.
    pub blocks: bool,
    /// What is wrong, one by one.
    pub details: Vec<String>,
}

/// Two units of one name side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameClash {
    pub code: String,
    pub name: String,
    pub parent: String,
    /// The name with that of the former ward behind it, as such cells are called since 2025
    /// ("TDP 5 Đại Nài"); none where there is no other ward to tell it by.
    pub suggestion: Option<String>,
}

/// What it would come to.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// What is wrong with the steps; the rest is empty then.
    pub faults: Vec<Fault>,
    /// The units touched, above before below, by name.
    pub lines: Vec<Line>,
    /// All members of the registry on the day, before and after.
    pub people_before: People,
    pub people_after: People,
    pub checks: Vec<Check>,
    pub clashes: Vec<NameClash>,
    pub grants: Vec<Following>,
    /// Letters that wait in a ward that ends, and go to its successor.
    pub letters: i64,
    /// How many residences are closed and opened.
    pub moved: usize,
    /// All this as the pages say it.
    pub summary: Summary,
}

impl Preview {
    /// Whether it can be applied as it is.
    pub fn may_apply(&self) -> bool {
        self.faults.is_empty() && self.checks.iter().all(|it| it.ok || !it.blocks)
    }

    /// The cells that change ward.
    pub fn moved_cells(&self) -> Vec<&Line> {
        let is_cell = |it: &&Line| it.after.as_ref().is_some_and(|it| it.kind.as_str() == "cell");
        self.lines.iter().filter(is_cell).filter(|it| it.is_moved()).collect()
    }

    pub fn begin(&self) -> Vec<&Line> {
        self.lines.iter().filter(|it| it.begins()).collect()
    }

    pub fn end(&self) -> Vec<&Line> {
        self.lines.iter().filter(|it| it.ends()).collect()
    }
}

/// Everything that applying needs to know, read in one transaction.
pub(super) struct Examined {
    pub outcome: Outcome,
    /// Those who live in a cell whose people move, and where each goes.
    pub residents: Vec<(Resident, UnitId)>,
    pub preview: Preview,
}

/// What the reorganisation would come to as its steps stand.
pub async fn preview(tx: &mut Tx, it: &Reorganisation) -> sqlx::Result<Preview> {
    Ok(match examine(tx, it).await? {
        Ok(examined) => examined.preview,
        Err(faults) => Preview { faults, ..Preview::default() },
    })
}

pub(super) async fn examine(
    tx: &mut Tx,
    it: &Reorganisation,
) -> sqlx::Result<Result<Examined, Vec<Fault>>> {
    let day = it.effective_on;
    let steps = store::steps(tx, it.id).await?;
    let later = store::touched_after(tx, day).await?;
    let forest = Forest::on(&periods(tx).await?, &later, day);
    let outcome = match simulate(&forest, it.unit_id, &steps) {
        Ok(outcome) => outcome,
        Err(faults) => return Ok(Err(faults)),
    };
    let ended: Vec<UnitId> =
        outcome.changed().iter().filter(|it| it.now.is_none()).map(|it| it.id).collect();
    let mut giving = ended.clone();
    giving.extend(outcome.flows.iter().map(|it| it.from));
    giving.sort_unstable();
    giving.dedup();
    let residents: Vec<(Resident, UnitId)> = members::store::residents_from(tx, &giving, day)
        .await?
        .into_iter()
        .map(|it| {
            let to = destination(it.member_id, it.cell_id, &it.household_cluster, &outcome.flows);
            (it, to)
        })
        .collect();
    let mut before: HashMap<UnitId, People> = HashMap::new();
    for it in members::store::counts_by_cell(tx, day).await? {
        before.insert(it.cell_id, People { normal: it.normal, exempt: it.exempt });
    }
    let mut after = before.clone();
    for (resident, to) in residents.iter().filter(|(it, _)| it.is_there(day)) {
        let one = People::one(resident);
        after
            .entry(resident.cell_id)
            .or_default()
            .add(People { normal: -one.normal, exempt: -one.exempt });
        after.entry(*to).or_default().add(one);
    }
    let waiting = members::store::letters_waiting(tx).await?;
    let facts = store::facts_from(tx, &ended, day).await?;
    let known = access::store::grants_in_units(tx).await?;
    let grants = following(&known, &outcome.heirs, &outcome.forest, day);
    let total = |people: &HashMap<UnitId, People>, stands: fn(&Forest, UnitId) -> bool| {
        let mut all = People::default();
        for (_, it) in people.iter().filter(|(cell, _)| stands(&outcome.forest, **cell)) {
            all.add(*it);
        }
        all
    };
    let people_before =
        total(&before, |forest, id| forest.get(id).is_some_and(|it| it.before.is_some()));
    let people_after =
        total(&after, |forest, id| forest.get(id).is_some_and(|it| it.now.is_some()));
    let ended_set: HashSet<UnitId> = ended.iter().copied().collect();
    let letters =
        waiting.iter().filter(|(ward, _)| ended_set.contains(ward)).map(|(_, count)| count).sum();
    let clashes = checks::clashes(&outcome.forest);
    let findings = Findings {
        outcome: &outcome,
        residents: &residents,
        people: (people_before, people_after),
        waiting: &waiting,
        facts: &facts,
        clashes: &clashes,
    };
    let lines = lines(&outcome, &before, &after);
    let summary = summary(&Facts {
        outcome: &outcome,
        within: it.unit_id,
        before: &before,
        residents: &residents,
        lines: &lines,
        grants: &grants,
        steps: &steps,
        letters,
        clashes: clashes.len(),
    });
    let preview = Preview {
        faults: Vec::new(),
        lines,
        people_before,
        people_after,
        checks: checks(&findings),
        clashes,
        grants,
        letters,
        moved: residents.iter().filter(|(it, to)| it.cell_id != *to).count(),
        summary,
    };
    Ok(Ok(Examined { outcome, residents, preview }))
}

impl People {
    fn one(resident: &Resident) -> People {
        match resident.category {
            members::model::Category::Normal => People { normal: 1, exempt: 0 },
            members::model::Category::Exempt => People { normal: 0, exempt: 1 },
        }
    }
}

/// The headcount of every unit: that of its cells, added up along the chain.
fn rolled_up(
    of_cell: &HashMap<UnitId, People>,
    above: impl Fn(UnitId) -> Vec<UnitId>,
) -> HashMap<UnitId, People> {
    let mut all: HashMap<UnitId, People> = HashMap::new();
    for (cell, people) in of_cell {
        for unit in above(*cell) {
            all.entry(unit).or_default().add(*people);
        }
    }
    all
}

fn lines(
    outcome: &Outcome,
    before: &HashMap<UnitId, People>,
    after: &HashMap<UnitId, People>,
) -> Vec<Line> {
    let forest = &outcome.forest;
    let before = rolled_up(before, |id| forest.above_before(id));
    let after = rolled_up(after, |id| forest.above(id));
    let named: HashSet<UnitId> = outcome.named().into_iter().collect();
    let name = |id: Option<UnitId>,
                shape: fn(&crate::reorganisations::forest::Node) -> Option<&Shape>| {
        id.and_then(|id| forest.get(id)).and_then(shape).map(|it| it.name.clone())
    };
    let mut lines = Vec::new();
    for node in forest.nodes() {
        let people = |of: &HashMap<UnitId, People>| of.get(&node.id).copied().unwrap_or_default();
        let (people_before, mut people_after) = (people(&before), people(&after));
        if node.now.is_none() {
            people_after = People::default();
        }
        let stands = node.before.is_some() || node.now.is_some();
        let touched =
            node.is_changed() || named.contains(&node.id) || people_before != people_after;
        if !stands || !touched {
            continue;
        }
        lines.push(Line {
            unit_id: node.id,
            code: node.code.clone(),
            parent_before: name(node.before.as_ref().and_then(|it| it.parent), |it| {
                it.before.as_ref()
            }),
            parent_after: name(node.now.as_ref().and_then(|it| it.parent), |it| it.now.as_ref()),
            before: node.before.clone(),
            after: node.now.clone(),
            people_before,
            people_after,
        });
    }
    let rank = |it: &Line| {
        let kind = it.after.as_ref().or(it.before.as_ref()).map(|it| it.kind);
        crate::organisation::model::UnitKind::ALL.iter().position(|rank| Some(*rank) == kind)
    };
    lines.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| by_name(a.name(), b.name()))
            .then_with(|| a.code.cmp(&b.code))
    });
    lines
}
