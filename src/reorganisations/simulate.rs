//! What steps would do to the units of one day. No database, no clock.
//!
//! How units stand above each other is `UnitKind::may_hold`; the events are those of the
//! reforms of 2025 (R19, R20): open, rename, another kind or code, move, merge, split,
//! dissolve.

use crate::ids::UnitId;
use crate::organisation::model::UnitKind;
use crate::reorganisations::flow::Flow;
use crate::reorganisations::forest::{Forest, Node, Shape};
use crate::reorganisations::model::{Fault, Heir, Step, Target};
use crate::vietnamese::day;

mod open;
mod split;
#[cfg(test)]
mod tests;

/// What the steps came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The units after the last step; each knows what it was before the first.
    pub forest: Forest,
    /// Where the people of which cell go, in the order of the steps.
    pub flows: Vec<Flow>,
    /// Which unit that was there takes the place of which.
    pub heirs: Vec<Heir>,
}

impl Outcome {
    /// The units that are not what they were, those that began and those that ended among
    /// them, by code. One that began and ended here is none of them.
    pub fn changed(&self) -> Vec<&Node> {
        let mut changed: Vec<_> = self.forest.nodes().filter(|it| it.is_changed()).collect();
        changed.sort_by(|a, b| a.code.cmp(&b.code));
        changed
    }

    /// The units that stay as they are, but give people or receive them, or take a place.
    pub fn named(&self) -> Vec<UnitId> {
        let mut named: Vec<UnitId> =
            self.heirs.iter().flat_map(|it| [it.predecessor, it.successor]).collect();
        named.extend(self.flows.iter().map(|it| it.from));
        named.sort_unstable();
        named.dedup();
        named.retain(|id| {
            self.forest.get(*id).is_some_and(|it| it.now.is_some() && !it.is_changed())
        });
        named
    }
}

/// Runs the steps, none of which may touch anything outside `within`. The first faulty step
/// ends it: what follows would only speak of its consequences.
pub fn simulate(
    forest: &Forest,
    within: Option<UnitId>,
    steps: &[Step],
) -> Result<Outcome, Vec<Fault>> {
    let mut run = Run {
        forest: forest.clone(),
        within,
        step: 0,
        faults: Vec::new(),
        flows: Vec::new(),
        heirs: Vec::new(),
    };
    if steps.is_empty() {
        run.fault("Chưa có bước nào".to_owned());
    }
    for (index, step) in steps.iter().enumerate() {
        run.step = index + 1;
        run.take(step);
        if !run.faults.is_empty() {
            break;
        }
    }
    if !run.faults.is_empty() {
        return Err(run.faults);
    }
    let heirs = run.last_heirs();
    Ok(Outcome { forest: run.forest, flows: run.flows, heirs })
}

struct Run {
    forest: Forest,
    within: Option<UnitId>,
    step: usize,
    faults: Vec<Fault>,
    flows: Vec<Flow>,
    heirs: Vec<Heir>,
}

impl Run {
    fn fault(&mut self, message: String) {
        self.faults.push(Fault { step: self.step, message });
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Open { unit } => {
                self.open(unit);
            }
            Step::Rename { code, name } => self.rename(code, name),
            Step::Rekind { code, kind, official_code } => {
                self.rekind(code, *kind, official_code.as_deref());
            }
            Step::Move { code, parent } => self.move_below(code, parent.as_deref()),
            Step::Merge { sources, target } => self.merge(sources, target),
            Step::Split { source, parts, goes_on } => self.split(source, parts, *goes_on),
            Step::Dissolve { code, children_to } => self.dissolve(code, children_to.as_deref()),
        }
    }

    fn rename(&mut self, code: &str, name: &str) {
        let Some(id) = self.changeable(code) else { return };
        let Some(name) = self.read_name(name) else { return };
        self.reshape(id, |shape| shape.name = name);
    }

    fn rekind(&mut self, code: &str, kind: Option<UnitKind>, official_code: Option<&str>) {
        let Some(id) = self.changeable(code) else { return };
        let Some(shape) = self.shape(id) else { return };
        if let Some(kind) = kind.filter(|it| *it != shape.kind) {
            if kind == UnitKind::Cell || shape.kind == UnitKind::Cell {
                let text = "Chi bộ không đổi thành cấp khác, và không cấp nào đổi thành chi bộ; mở đơn vị mới rồi sáp nhập";
                return self.fault(text.to_owned());
            }
            self.check_place(&shape.name, kind, shape.parent);
            for child in self.forest.children(id) {
                let Some(below) = self.shape(child) else { continue };
                if !kind.may_hold(below.kind) {
                    let (held, kind) = (below.name, kind.label());
                    self.fault(format!(
                        "{} thành {kind} thì {held} không đứng ngay dưới được",
                        shape.name
                    ));
                }
            }
        }
        self.reshape(id, |shape| {
            shape.kind = kind.unwrap_or(shape.kind);
            if let Some(code) = official_code {
                shape.official_code = Some(code.trim().to_owned()).filter(|it| !it.is_empty());
            }
        });
    }

    fn move_below(&mut self, code: &str, parent: Option<&str>) {
        let Some(id) = self.changeable(code) else { return };
        let parent = match parent {
            Some(parent) => match self.usable(parent) {
                Some(parent) => Some(parent),
                None => return,
            },
            None => None,
        };
        if parent.is_none() && self.within.is_some() {
            return self
                .fault("Đơn vị không thuộc đơn vị nào thì ra ngoài phạm vi được giao".to_owned());
        }
        self.hang(id, parent);
    }

    fn merge(&mut self, sources: &[String], target: &Target) {
        let Some(target) = self.target(target) else { return };
        let Some(whole) = self.shape(target) else { return };
        let mut ending = Vec::new();
        for code in sources {
            let Some(id) = self.alive(code) else { continue };
            if id == target {
                continue;
            }
            if ending.contains(&id) {
                self.fault(format!("Mã {code} ghi hai lần"));
            }
            let Some(shape) = self.shape(id) else { continue };
            if (shape.kind == UnitKind::Cell) != (whole.kind == UnitKind::Cell) {
                self.fault(format!(
                    "{} và {} không cùng là chi bộ: không nhập được",
                    shape.name, whole.name
                ));
            }
            ending.push(id);
        }
        if ending.is_empty() && self.faults.is_empty() {
            self.fault("Chọn ít nhất một đơn vị để nhập vào đơn vị khác".to_owned());
        }
        for id in ending {
            if !self.faults.is_empty() {
                return;
            }
            for child in self.forest.children(id) {
                self.hang(child, Some(target));
            }
            if whole.kind == UnitKind::Cell {
                self.flows.push(Flow {
                    from: id,
                    members: Vec::new(),
                    clusters: Vec::new(),
                    rest: Some(target),
                });
            }
            self.end(id);
            self.succeed(Heir { predecessor: id, successor: target, main: true, grants: true });
        }
    }

    fn dissolve(&mut self, code: &str, children_to: Option<&str>) {
        let Some(id) = self.alive(code) else { return };
        let heir = match children_to {
            Some(code) => match self.usable(code) {
                Some(heir) => Some(heir),
                None => return,
            },
            None => None,
        };
        let Some(shape) = self.shape(id) else { return };
        if heir == Some(id) {
            return self.fault(format!(
                "{} giải thể: chọn đơn vị khác nhận các đơn vị bên dưới",
                shape.name
            ));
        }
        let children = self.forest.children(id);
        if !children.is_empty() && heir.is_none() {
            let count = children.len();
            return self
                .fault(format!("{} còn {count} đơn vị bên dưới: chọn đơn vị nhận", shape.name));
        }
        for child in children {
            self.hang(child, heir);
        }
        self.end(id);
        if let Some(heir) = heir {
            self.succeed(Heir { predecessor: id, successor: heir, main: true, grants: false });
        }
    }

    /// Puts a unit below another, or below none.
    fn hang(&mut self, id: UnitId, parent: Option<UnitId>) {
        let Some(shape) = self.shape(id) else { return };
        if shape.parent == parent {
            return;
        }
        self.check_changeable(id);
        if parent.is_some_and(|parent| self.forest.above(parent).contains(&id)) {
            return self.fault(format!("{} không thể thuộc chính nó", shape.name));
        }
        self.check_place(&shape.name, shape.kind, parent);
        if self.faults.is_empty() {
            self.reshape(id, |shape| shape.parent = parent);
        }
    }

    /// Ends a unit that nothing hangs below any more.
    fn end(&mut self, id: UnitId) {
        self.check_changeable(id);
        if !self.forest.children(id).is_empty() {
            self.fault("Đơn vị kết thúc khi còn đơn vị bên dưới".to_owned());
        }
        if let Some((name, on)) = self.forest.later_child(id).cloned() {
            let on = day::short(on);
            self.fault(format!("{name} đã định thuộc đơn vị này từ ngày {on}: hủy việc ấy trước"));
        }
        if self.faults.is_empty()
            && let Some(node) = self.forest.get_mut(id)
        {
            node.now = None;
        }
    }

    fn reshape(&mut self, id: UnitId, change: impl FnOnce(&mut Shape)) {
        if let Some(shape) = self.forest.get_mut(id).and_then(|it| it.now.as_mut()) {
            change(shape);
        }
    }

    fn shape(&self, id: UnitId) -> Option<Shape> {
        self.forest.get(id).and_then(|it| it.now.clone())
    }

    /// Notes who takes the place of whom; those whose place the predecessor took pass on too.
    fn succeed(&mut self, heir: Heir) {
        let before: Vec<Heir> =
            self.heirs.iter().copied().filter(|it| it.successor == heir.predecessor).collect();
        for it in before {
            self.heirs.push(Heir {
                predecessor: it.predecessor,
                successor: heir.successor,
                main: it.main && heir.main,
                grants: it.grants && heir.grants,
            });
        }
        self.heirs.push(heir);
    }

    /// The heirs between units that were there before and units that are there after.
    fn last_heirs(&self) -> Vec<Heir> {
        let mut last: Vec<Heir> = Vec::new();
        for it in &self.heirs {
            let was = self.forest.get(it.predecessor).is_some_and(|node| node.before.is_some());
            let is = self.shape(it.successor).is_some();
            if !was || !is || it.predecessor == it.successor {
                continue;
            }
            let same = |known: &&mut Heir| {
                (known.predecessor, known.successor) == (it.predecessor, it.successor)
            };
            match last.iter_mut().find(same) {
                Some(known) => {
                    known.main |= it.main;
                    known.grants |= it.grants;
                }
                None => last.push(*it),
            }
        }
        last
    }
}
