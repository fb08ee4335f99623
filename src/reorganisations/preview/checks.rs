//! What the machine looks at before a reorganisation is applied.

use std::collections::{HashMap, HashSet};

use crate::ids::{MemberId, UnitId};
use crate::members::store::Resident;
use crate::organisation::model::by_name;
use crate::reorganisations::forest::{Forest, Node};
use crate::reorganisations::preview::{Check, NameClash, People};
use crate::reorganisations::simulate::Outcome;
use crate::small;
use crate::vietnamese::{day, fold};

pub(super) struct Findings<'a> {
    pub outcome: &'a Outcome,
    pub residents: &'a [(Resident, UnitId)],
    pub people: (People, People),
    pub waiting: &'a [(UnitId, i64)],
    pub facts: &'a [(UnitId, String, i64)],
    pub clashes: &'a [NameClash],
}

pub(super) fn checks(found: &Findings<'_>) -> Vec<Check> {
    let (before, after) = found.people;
    vec![
        Check {
            text: "Tổng trước bằng tổng sau".to_owned(),
            ok: before == after,
            blocks: true,
            details: Vec::new(),
        },
        check("Không ai mất chi bộ", true, left_behind(found)),
        check("Người được chọn ở đúng chi bộ tách", true, strangers(found)),
        check("Không có sổ sách ghi sau ngày đơn vị kết thúc", true, late_facts(found)),
        check("Giấy giới thiệu đang chờ có nơi nhận", true, lost_letters(found)),
        check("Tên không trùng trong cùng một đơn vị", false, clash_names(found.clashes)),
    ]
}

fn check(text: &str, blocks: bool, details: Vec<String>) -> Check {
    Check { text: text.to_owned(), ok: details.is_empty(), blocks, details }
}

fn name(forest: &Forest, id: UnitId) -> &str {
    forest.get(id).map_or("", Node::name)
}

/// Cells that end while somebody lives there, or is to live there later.
fn left_behind(found: &Findings<'_>) -> Vec<String> {
    let forest = &found.outcome.forest;
    let stands = |id: UnitId| forest.get(id).is_some_and(|it| it.now.is_some());
    let mut left: HashMap<UnitId, i64> = HashMap::new();
    for (_, to) in found.residents.iter().filter(|(_, to)| !stands(*to)) {
        *left.entry(*to).or_default() += 1;
    }
    let said = left.into_iter().map(|(cell, count)| {
        let count = small::told(count);
        format!(
            "{} kết thúc khi còn {count} đảng viên: sáp nhập thay vì giải thể",
            name(forest, cell)
        )
    });
    sorted(said)
}

/// People named one by one for a split who do not live in that cell.
fn strangers(found: &Findings<'_>) -> Vec<String> {
    let there: HashSet<MemberId> = found.residents.iter().map(|(it, _)| it.member_id).collect();
    let mut strangers = Vec::new();
    for flow in &found.outcome.flows {
        let count = flow.members.iter().filter(|(it, _)| !there.contains(it)).count();
        if count > 0 {
            let cell = name(&found.outcome.forest, flow.from);
            let count = small::told(i64::try_from(count).unwrap_or(i64::MAX));
            strangers.push(format!("{count} người được chọn không ở {cell}"));
        }
    }
    strangers
}

/// A fact rolls up on its own day: behind the end of its unit it would count nowhere.
fn late_facts(found: &Findings<'_>) -> Vec<String> {
    let forest = &found.outcome.forest;
    let on = day::short(forest.on);
    let said = found.facts.iter().map(|(unit, what, count)| {
        format!("{} đã ghi {count} {what} từ ngày {on}: chọn ngày sau đó", name(forest, *unit))
    });
    sorted(said)
}

fn lost_letters(found: &Findings<'_>) -> Vec<String> {
    let forest = &found.outcome.forest;
    let ends =
        |id: UnitId| forest.get(id).is_some_and(|it| it.before.is_some() && it.now.is_none());
    let has_heir =
        |id: UnitId| found.outcome.heirs.iter().any(|it| it.main && it.predecessor == id);
    let lost = found.waiting.iter().filter(|(ward, _)| ends(*ward) && !has_heir(*ward));
    sorted(lost.map(|(ward, count)| {
        format!("{} còn {count} giấy chưa phân công: chọn đơn vị tiếp nhận", name(forest, *ward))
    }))
}

fn clash_names(clashes: &[NameClash]) -> Vec<String> {
    let said = clashes.iter().map(|it| match &it.suggestion {
        Some(name) => format!("{} ({}), {}: nên gọi {name}", it.name, it.code, it.parent),
        None => format!("{} ({}), {}", it.name, it.code, it.parent),
    });
    said.collect()
}

fn sorted(said: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<String> = said.collect();
    said.sort();
    said
}

/// Units that bear the name of a sibling after the steps, where they did not stand side by
/// side under these names before.
pub(super) fn clashes(forest: &Forest) -> Vec<NameClash> {
    let mut by_place: HashMap<(Option<UnitId>, String), Vec<&Node>> = HashMap::new();
    for node in forest.nodes() {
        if let Some(now) = &node.now {
            by_place.entry((now.parent, fold::fold(&now.name))).or_default().push(node);
        }
    }
    let mut clashes = Vec::new();
    for ((parent, _), nodes) in by_place {
        if nodes.len() < 2 || !nodes.iter().any(|it| it.is_changed()) {
            continue;
        }
        for node in nodes.into_iter().filter(|it| it.is_changed()) {
            let former =
                node.before.as_ref().and_then(|it| it.parent).filter(|it| Some(*it) != parent);
            let former = former.and_then(|it| forest.get(it)).and_then(|it| it.before.as_ref());
            let suggestion = former.map(|ward| {
                let short = ward.name.strip_prefix(ward.kind.label()).unwrap_or(&ward.name);
                format!("{} {}", node.name(), short.trim())
            });
            clashes.push(NameClash {
                code: node.code.clone(),
                name: node.name().to_owned(),
                parent: parent.map_or_else(String::new, |it| name(forest, it).to_owned()),
                suggestion,
            });
        }
    }
    clashes.sort_by(|a, b| by_name(&a.name, &b.name).then_with(|| a.code.cmp(&b.code)));
    clashes
}
