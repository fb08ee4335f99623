//! What a step does, and what becomes of a unit, in words.

use std::cmp::Ordering;

use crate::ids::UnitId;
use crate::reorganisations::forest::Forest;
use crate::reorganisations::model::{NewUnitSpec, Part, Step, Target};
use crate::reorganisations::preview::Line;
use crate::reorganisations::simulate::Outcome;
use crate::reorganisations::summary::name_after;
use crate::small;

/// The step, its units by the names they had before: `Nhập Phường A, Phường B vào Phường C`.
pub fn step(step: &Step, forest: &Forest, steps: &[Step]) -> String {
    let name = |code: &str| name_of(code, forest, steps);
    let names = |codes: &[String]| codes.iter().map(|it| name(it)).collect::<Vec<_>>().join(", ");
    match step {
        Step::Open { unit } => format!("Mở {}", opened(unit, forest, steps)),
        Step::Rename { code, name: new } => format!("Đổi tên {} thành {new}", name(code)),
        Step::Rekind { code, kind, official_code } => {
            let mut parts = Vec::new();
            if let Some(kind) = kind {
                parts.push(format!("thành {}", kind.label().to_lowercase()));
            }
            match official_code.as_deref() {
                Some("") => parts.push("bỏ mã hành chính".to_owned()),
                Some(code) => parts.push(format!("mã hành chính {code}")),
                None => {}
            }
            format!("Đổi {}: {}", name(code), parts.join(", "))
        }
        Step::Move { code, parent } => match parent {
            Some(parent) => format!("Chuyển {} về {}", name(code), name(parent)),
            None => format!("Chuyển {} lên cấp trên cùng", name(code)),
        },
        Step::Merge { sources, target } => {
            let target_code = target.code();
            let sources: Vec<String> =
                sources.iter().filter(|it| *it != target_code).cloned().collect();
            format!("Nhập {} vào {}", names(&sources), target_of(target, forest, steps))
        }
        Step::Split { source, parts, goes_on } => {
            let said: Vec<String> =
                parts.iter().map(|it| part(it, forest, steps, &names)).collect();
            let end = if *goes_on {
                "phần không nêu ở lại"
            } else {
                "đơn vị cũ kết thúc"
            };
            format!("Tách {}: {}; {end}", name(source), said.join("; "))
        }
        Step::Dissolve { code, children_to } => match children_to {
            Some(heir) => {
                format!("Giải thể {}, các đơn vị bên dưới về {}", name(code), name(heir))
            }
            None => format!("Giải thể {}", name(code)),
        },
    }
}

/// A household cluster as it is written down, some with its number alone.
pub fn cluster(written: &str) -> String {
    match written.trim() {
        "" => "Chưa ghi tổ liên gia".to_owned(),
        it if it.starts_with(|c: char| c.is_ascii_digit()) => format!("Tổ liên gia {it}"),
        it => it.to_owned(),
    }
}

/// Before the steps, or as a step opens it.
fn name_of(code: &str, forest: &Forest, steps: &[Step]) -> String {
    let before = forest.find(code).and_then(|it| it.before.as_ref());
    if let Some(shape) = before {
        return shape.name.clone();
    }
    let mut specs = steps.iter().flat_map(specs);
    specs.find(|it| it.code == code).map_or_else(|| code.to_owned(), |it| it.name.clone())
}

fn specs(step: &Step) -> Vec<&NewUnitSpec> {
    let of = |target| match target {
        &Target::Code(_) => None,
        Target::New(spec) => Some(spec),
    };
    match step {
        Step::Open { unit } => vec![unit],
        Step::Merge { target, .. } => of(target).into_iter().collect(),
        Step::Split { parts, .. } => parts.iter().filter_map(|it| of(&it.target)).collect(),
        _ => Vec::new(),
    }
}

fn opened(spec: &NewUnitSpec, forest: &Forest, steps: &[Step]) -> String {
    match &spec.parent {
        Some(parent) => {
            format!("{} ({}), thuộc {}", spec.name, spec.code, name_of(parent, forest, steps))
        }
        None => format!("{} ({})", spec.name, spec.code),
    }
}

fn target_of(target: &Target, forest: &Forest, steps: &[Step]) -> String {
    match target {
        Target::Code(code) => name_of(code, forest, steps),
        Target::New(spec) => format!("đơn vị mới {}", opened(spec, forest, steps)),
    }
}

fn part(
    part: &Part,
    forest: &Forest,
    steps: &[Step],
    names: &impl Fn(&[String]) -> String,
) -> String {
    let mut what = Vec::new();
    if !part.children.is_empty() {
        what.push(names(&part.children));
    }
    if !part.clusters.is_empty() {
        what.push(part.clusters.iter().map(|it| cluster(it)).collect::<Vec<_>>().join(", "));
    }
    if !part.members.is_empty() {
        let count = i64::try_from(part.members.len()).unwrap_or(i64::MAX);
        what.push(format!("{} người chọn theo tên", small::told(count)));
    }
    if part.takes_rest {
        what.push("phần còn lại".to_owned());
    }
    format!("{} về {}", what.join(", "), target_of(&part.target, forest, steps))
}

/// `Kết thúc, về Phường Bắc Hà`; `đổi tên từ Phường Bắc Hà`.
pub(super) fn fate(line: &Line, outcome: &Outcome) -> String {
    let (before, after) = match (&line.before, &line.after) {
        (None, Some(_)) => return with_parent("Mở mới", line.parent_after.as_deref()),
        (Some(_), None) => return ended(line.unit_id, outcome),
        (None, None) => return String::new(),
        (Some(before), Some(after)) => (before, after),
    };
    let mut parts = Vec::new();
    if line.is_renamed() {
        parts.push(format!("đổi tên từ {}", before.name));
    }
    if before.kind != after.kind {
        parts.push(format!(
            "từ {} thành {}",
            before.kind.label().to_lowercase(),
            after.kind.label().to_lowercase()
        ));
    }
    if before.official_code != after.official_code {
        let said = |it: &Option<String>| it.clone().unwrap_or_else(|| "chưa ghi".to_owned());
        parts.push(format!(
            "mã hành chính từ {} thành {}",
            said(&before.official_code),
            said(&after.official_code)
        ));
    }
    if line.is_moved() {
        let was = line.parent_before.as_deref().unwrap_or("cấp trên cùng");
        let is = line.parent_after.as_deref().unwrap_or("cấp trên cùng");
        parts.push(format!("từ {was} sang {is}"));
    }
    if parts.is_empty() {
        let (before, after) = (line.people_before.everybody(), line.people_after.everybody());
        let text = match after.cmp(&before) {
            Ordering::Greater => "nhận thêm người",
            Ordering::Less => "bớt người",
            Ordering::Equal => "giữ nguyên",
        };
        parts.push(text.to_owned());
    }
    first_upper(&parts.join("; "))
}

fn ended(id: UnitId, outcome: &Outcome) -> String {
    let heirs = outcome.heirs.iter().filter(|it| it.predecessor == id);
    let names: Vec<String> = heirs.map(|it| name_after(&outcome.forest, it.successor)).collect();
    if names.is_empty() {
        return "Kết thúc".to_owned();
    }
    format!("Kết thúc, về {}", names.join(" và "))
}

fn with_parent(what: &str, parent: Option<&str>) -> String {
    parent.map_or_else(|| what.to_owned(), |it| format!("{what}, thuộc {it}"))
}

fn first_upper(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|it| it.to_uppercase().collect::<String>());
    first.unwrap_or_default() + rest.as_str()
}
