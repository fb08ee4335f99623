//! The units as they stand on the day, while the steps change them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::ids::UnitId;
use crate::organisation::model::{Unit, UnitKind};
use crate::vietnamese::day;

/// What a unit is called, what it is, and to whom it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub name: String,
    pub kind: UnitKind,
    pub official_code: Option<String>,
    pub parent: Option<UnitId>,
}

impl Shape {
    pub fn of(unit: &Unit) -> Shape {
        Shape {
            name: unit.name.clone(),
            kind: unit.kind,
            official_code: unit.official_code.clone(),
            parent: unit.parent_id,
        }
    }
}

/// A unit of the forest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: UnitId,
    pub code: String,
    /// The version of the unit that was read; 0 for one that is opened here.
    pub version: i64,
    /// As it stands on the day without the reorganisation; none for what it opens, and for
    /// what does not stand on that day.
    pub before: Option<Shape>,
    /// As it stands now; none once it has ended.
    pub now: Option<Shape>,
    /// Why its period cannot be changed from the day on, if it cannot.
    pub fixed: Option<String>,
    /// Why it cannot be built upon: it ends, or changes, later on.
    pub passing: Option<String>,
}

impl Node {
    pub fn is_new(&self) -> bool {
        self.version == 0
    }

    pub fn is_changed(&self) -> bool {
        self.before != self.now
    }

    /// As messages name it.
    pub fn name(&self) -> &str {
        let shape = self.now.as_ref().or(self.before.as_ref());
        shape.map_or(self.code.as_str(), |it| it.name.as_str())
    }
}

/// All units of the registry, by what they are on one day.
#[derive(Clone, Debug)]
pub struct Forest {
    pub on: NaiveDate,
    nodes: HashMap<UnitId, Node>,
    codes: HashMap<String, UnitId>,
    /// Units that are to receive another below them after the day, which one, and when.
    later_children: HashMap<UnitId, (String, NaiveDate)>,
}

impl Forest {
    /// The forest of `on`, of every period of every unit, in order. `later` are the units that
    /// something applied already touches after that day, and when.
    pub fn on(periods: &[Unit], later: &[(UnitId, NaiveDate)], on: NaiveDate) -> Forest {
        let mut nodes: HashMap<UnitId, Node> = HashMap::new();
        let mut codes = HashMap::new();
        let mut later_children = HashMap::new();
        for it in periods {
            codes.insert(it.code.clone(), it.id);
            let node = nodes.entry(it.id).or_insert_with(|| Node {
                id: it.id,
                code: it.code.clone(),
                version: it.version,
                before: None,
                now: None,
                fixed: None,
                passing: None,
            });
            if it.from_on > on {
                if let Some(parent) = it.parent_id {
                    later_children.insert(parent, (it.name.clone(), it.from_on));
                }
                continue;
            }
            if it.to_on.is_some_and(|to| to <= on) {
                continue;
            }
            node.before = Some(Shape::of(it));
            node.now = node.before.clone();
            if it.from_on == on {
                let text = "{} đã có một thay đổi bắt đầu đúng ngày {}: chọn ngày khác";
                node.fixed = Some(said(text, &it.name, on));
            }
            if let Some(to) = it.to_on {
                let text =
                    "{} đã định thay đổi từ ngày {}: hủy thay đổi ấy trước, hoặc chọn ngày sau đó";
                node.passing = Some(said(text, &it.name, to));
            }
        }
        for (id, from) in later {
            if let Some(node) = nodes.get_mut(id).filter(|it| it.passing.is_none()) {
                let text = "{} nằm trong một lần sắp xếp từ ngày {}: hoàn tác lần ấy trước, hoặc chọn ngày sau đó";
                node.passing = Some(said(text, node.name(), *from));
            }
        }
        Forest { on, nodes, codes, later_children }
    }

    pub fn get(&self, id: UnitId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: UnitId) -> Option<&mut Node> {
        self.nodes.get_mut(&id)
    }

    pub fn find(&self, code: &str) -> Option<&Node> {
        self.codes.get(code).and_then(|id| self.nodes.get(id))
    }

    /// Every unit, in no order.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    pub(super) fn add(&mut self, node: Node) {
        self.codes.insert(node.code.clone(), node.id);
        self.nodes.insert(node.id, node);
    }

    /// The units right below `id` as the steps have left them, by code.
    pub fn children(&self, id: UnitId) -> Vec<UnitId> {
        let below = |it: &&Node| it.now.as_ref().is_some_and(|shape| shape.parent == Some(id));
        let mut children: Vec<&Node> = self.nodes.values().filter(below).collect();
        children.sort_by(|a, b| a.code.cmp(&b.code));
        children.into_iter().map(|it| it.id).collect()
    }

    /// What is to come below `id` after the day.
    pub(super) fn later_child(&self, id: UnitId) -> Option<&(String, NaiveDate)> {
        self.later_children.get(&id)
    }

    /// `id` and all above it as the steps have left them, nearest first.
    pub fn above(&self, id: UnitId) -> Vec<UnitId> {
        self.chain(id, |node| node.now.as_ref())
    }

    /// Likewise, before the steps.
    pub fn above_before(&self, id: UnitId) -> Vec<UnitId> {
        self.chain(id, |node| node.before.as_ref())
    }

    /// Whether the unit is, or was before the steps, at or below `within`.
    pub fn is_within(&self, id: UnitId, within: Option<UnitId>) -> bool {
        within.is_none_or(|within| {
            self.above(id).contains(&within) || self.above_before(id).contains(&within)
        })
    }

    fn chain(&self, id: UnitId, shape: fn(&Node) -> Option<&Shape>) -> Vec<UnitId> {
        let mut seen = HashSet::new();
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            path.push(id);
            next = self.nodes.get(&id).and_then(shape).and_then(|it| it.parent);
        }
        path
    }
}

fn said(text: &str, name: &str, on: NaiveDate) -> String {
    text.replacen("{}", name, 1).replacen("{}", &day::short(on), 1)
}
