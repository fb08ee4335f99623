//! A draft on the desk: its steps, and the units as the steps have left them so far.

use crate::db::Tx;
use crate::organisation::model::{UnitKind, by_name};
use crate::organisation::store::periods;
use crate::reorganisations::flow::Flow;
use crate::reorganisations::forest::{Forest, Node, Shape};
use crate::reorganisations::model::{Fault, Reorganisation, Step};
use crate::reorganisations::simulate::simulate;
use crate::reorganisations::store;
use crate::reorganisations::summary::words;

pub struct Desk {
    pub it: Reorganisation,
    pub steps: Vec<Step>,
    /// What is wrong with the first faulty step.
    pub faults: Vec<Fault>,
    /// The units behind the steps before it.
    pub forest: Forest,
    pub flows: Vec<Flow>,
    start: Forest,
}

/// Units of one place among the choices of a form: code and name.
#[derive(Clone, Debug)]
pub struct Group {
    pub label: String,
    pub options: Vec<(String, String)>,
}

impl Desk {
    pub async fn load(tx: &mut Tx, it: Reorganisation) -> sqlx::Result<Desk> {
        let steps = store::steps(tx, it.id).await?;
        let later = store::touched_after(tx, it.effective_on).await?;
        let start = Forest::on(&periods(tx).await?, &later, it.effective_on);
        let mut desk = Desk {
            steps: Vec::new(),
            faults: Vec::new(),
            forest: start.clone(),
            flows: Vec::new(),
            start,
            it,
        };
        desk.play(&steps);
        desk.steps = steps;
        Ok(desk)
    }

    fn play(&mut self, steps: &[Step]) {
        if steps.is_empty() {
            return;
        }
        match simulate(&self.start, self.it.unit_id, steps) {
            Ok(outcome) => (self.forest, self.flows) = (outcome.forest, outcome.flows),
            Err(faults) => {
                let good = faults.first().map_or(0, |it| it.step.saturating_sub(1));
                self.play(&steps[..good]);
                self.faults = faults;
            }
        }
    }

    /// What would be wrong with `step` behind the others. Behind a faulty one nobody can say.
    pub fn faults_of(&self, step: &Step) -> Vec<String> {
        if !self.faults.is_empty() {
            return Vec::new();
        }
        let steps: Vec<Step> = self.steps.iter().chain([step]).cloned().collect();
        match simulate(&self.start, self.it.unit_id, &steps) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|it| it.message).collect(),
        }
    }

    /// The steps in words.
    pub fn said(&self) -> Vec<String> {
        self.steps.iter().map(|it| self.said_of(it)).collect()
    }

    pub fn said_of(&self, step: &Step) -> String {
        let steps: Vec<Step> = self.steps.iter().chain([step]).cloned().collect();
        words::step(step, &self.start, &steps)
    }

    /// What the step of this number is faulted for.
    pub fn fault(&self, number: usize) -> Vec<&str> {
        let of = self.faults.iter().filter(|it| it.step == number);
        of.map(|it| it.message.as_str()).collect()
    }

    /// The unit of this code, if it stands within the reorganisation by now.
    pub fn find(&self, code: &str) -> Option<(&Node, &Shape)> {
        let node = self.forest.find(code)?;
        let shape = node.now.as_ref()?;
        self.forest.is_within(node.id, self.it.unit_id).then_some((node, shape))
    }

    fn standing(&self) -> impl Iterator<Item = (&Node, &Shape)> {
        let nodes = self.forest.nodes().filter_map(|it| it.now.as_ref().map(|now| (it, now)));
        nodes.filter(|(it, _)| self.forest.is_within(it.id, self.it.unit_id))
    }

    pub fn count_cells(&self) -> usize {
        self.standing().filter(|(_, it)| it.kind == UnitKind::Cell).count()
    }

    /// The units above cells that stand by now, by level and name.
    pub fn uppers(&self, keep: impl Fn(&Node, &Shape) -> bool) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for kind in UnitKind::ALL.into_iter().filter(|it| *it != UnitKind::Cell) {
            let units = self.standing().filter(|(_, it)| it.kind == kind);
            let options = options(units.filter(|(node, it)| keep(node, it)));
            if !options.is_empty() {
                groups.push(Group { label: kind.label().to_owned(), options });
            }
        }
        groups
    }

    /// The cells that stand by now, ward by ward.
    pub fn cells(&self, keep: impl Fn(&Node, &Shape) -> bool) -> Vec<Group> {
        let mut wards: Vec<(&Node, &Shape)> =
            self.standing().filter(|(_, it)| it.kind.may_hold(UnitKind::Cell)).collect();
        wards.sort_by(|a, b| by_name(&a.1.name, &b.1.name));
        let mut groups: Vec<Group> = Vec::new();
        for (ward, shape) in wards {
            let cells = self.standing().filter(|(_, it)| it.parent == Some(ward.id));
            let options = options(cells.filter(|(node, it)| keep(node, it)));
            if !options.is_empty() {
                groups.push(Group { label: shape.name.clone(), options });
            }
        }
        // The cell that is the unit above itself: its ward lies outside.
        let own = self
            .standing()
            .filter(|(it, shape)| shape.kind == UnitKind::Cell && Some(it.id) == self.it.unit_id);
        let options = options(own.filter(|(node, it)| keep(node, it)));
        if !options.is_empty() {
            groups.push(Group { label: UnitKind::Cell.label().to_owned(), options });
        }
        groups
    }
}

fn options<'a>(units: impl Iterator<Item = (&'a Node, &'a Shape)>) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = units
        .map(|(node, shape)| {
            let new = if node.is_new() { " (mới mở)" } else { "" };
            (node.code.clone(), format!("{}{new}", shape.name))
        })
        .collect();
    options.sort_by(|a, b| by_name(&a.1, &b.1));
    options
}
