//! Splitting a ward cell by cell, and a cell by its people.

use crate::ids::UnitId;
use crate::organisation::model::UnitKind;
use crate::reorganisations::flow::Flow;
use crate::reorganisations::model::{Heir, Part};
use crate::reorganisations::simulate::Run;

impl Run {
    pub(super) fn split(&mut self, source: &str, parts: &[Part], goes_on: bool) {
        let Some(id) = self.usable(source) else { return };
        let Some(shape) = self.shape(id) else { return };
        if parts.is_empty() {
            return self.fault(format!("{} tách ra đâu? Chọn ít nhất một đơn vị nhận", shape.name));
        }
        if parts.iter().filter(|it| it.takes_rest).count() > 1 {
            return self.fault("Chỉ một đơn vị nhận phần còn lại".to_owned());
        }
        let mut targets: Vec<UnitId> = Vec::new();
        for part in parts {
            let Some(target) = self.target(&part.target) else { return };
            let Some(there) = self.shape(target) else { return };
            if target == id || targets.contains(&target) {
                self.fault(format!("{} nhận hai lần, hoặc là chính đơn vị tách", there.name));
            }
            if (there.kind == UnitKind::Cell) != (shape.kind == UnitKind::Cell) {
                self.fault(format!("{} và {} không cùng là chi bộ", shape.name, there.name));
            }
            targets.push(target);
        }
        if !self.faults.is_empty() {
            return;
        }
        if shape.kind == UnitKind::Cell {
            self.split_people(id, parts, &targets, goes_on);
        } else {
            self.split_children(id, parts, &targets, goes_on);
        }
        if !self.faults.is_empty() {
            return;
        }
        if !goes_on {
            self.end(id);
        }
        self.name_heirs(id, parts, &targets, goes_on);
    }

    fn split_people(&mut self, id: UnitId, parts: &[Part], targets: &[UnitId], goes_on: bool) {
        let mut flow = Flow { from: id, members: Vec::new(), clusters: Vec::new(), rest: None };
        for (part, target) in parts.iter().zip(targets) {
            if !part.children.is_empty() {
                self.fault("Chi bộ tách theo tổ liên gia hoặc theo từng người".to_owned());
            }
            for member in &part.members {
                if flow.members.iter().any(|(it, _)| it == member) {
                    self.fault("Một người được chọn cho hai chi bộ".to_owned());
                }
                flow.members.push((*member, *target));
            }
            for cluster in part.clusters.iter().map(|it| it.trim()) {
                if flow.clusters.iter().any(|(it, _)| it == cluster) {
                    self.fault(format!("Tổ liên gia {cluster} được chọn cho hai chi bộ"));
                }
                flow.clusters.push((cluster.to_owned(), *target));
            }
            if part.takes_rest {
                flow.rest = Some(*target);
            } else if part.members.is_empty() && part.clusters.is_empty() {
                let code = part.target.code();
                self.fault(format!("Chưa chọn ai về {code}"));
            }
        }
        if !goes_on && flow.rest.is_none() {
            self.fault("Chi bộ cũ kết thúc: chọn chi bộ nhận những người còn lại".to_owned());
        }
        self.flows.push(flow);
    }

    fn split_children(&mut self, id: UnitId, parts: &[Part], targets: &[UnitId], goes_on: bool) {
        let mut left = self.forest.children(id);
        // A target that hangs below the source itself is no part of what is shared out.
        left.retain(|it| !targets.contains(it));
        let mut to_rest = None;
        for (part, target) in parts.iter().zip(targets) {
            if !part.members.is_empty() || !part.clusters.is_empty() {
                self.fault("Chỉ chi bộ mới tách theo từng người hoặc tổ liên gia".to_owned());
            }
            if part.takes_rest {
                to_rest = Some(*target);
            }
            for code in &part.children {
                let Some(child) = self.alive(code) else { continue };
                match left.iter().position(|it| *it == child) {
                    Some(at) => {
                        left.remove(at);
                        self.hang(child, Some(*target));
                    }
                    None => self
                        .fault(format!("{code} không thuộc đơn vị tách, hoặc được chọn hai lần")),
                }
            }
        }
        match to_rest {
            Some(target) => {
                for child in left {
                    self.hang(child, Some(target));
                }
            }
            None if goes_on || left.is_empty() => {}
            None => {
                let names: Vec<String> =
                    left.iter().filter_map(|it| self.shape(*it)).map(|it| it.name).collect();
                self.fault(format!("Chưa chọn nơi đến của {}", names.join(", ")));
            }
        }
    }

    /// Roles follow to the parts that are marked as successors. Where none is, they stay in
    /// a source that goes on, or follow to the first part.
    fn name_heirs(&mut self, id: UnitId, parts: &[Part], targets: &[UnitId], goes_on: bool) {
        let marked = parts.iter().position(|it| it.successor);
        let first = if goes_on { marked } else { Some(marked.unwrap_or(0)) };
        for (index, (part, target)) in parts.iter().zip(targets).enumerate() {
            self.succeed(Heir {
                predecessor: id,
                successor: *target,
                main: !goes_on && first == Some(index),
                grants: part.successor || first == Some(index),
            });
        }
    }
}
