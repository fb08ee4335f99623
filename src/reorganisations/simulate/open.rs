//! Finding the units that a step names, and opening new ones.

use crate::ids::UnitId;
use crate::organisation::model::{UnitKind, check_code};
use crate::reorganisations::forest::{Node, Shape};
use crate::reorganisations::model::{NewUnitSpec, Target};
use crate::reorganisations::simulate::Run;
use crate::vietnamese::day;

impl Run {
    /// The unit of this code, which stands as the steps have left it.
    pub(super) fn alive(&mut self, code: &str) -> Option<UnitId> {
        let code = code.trim();
        let Some(node) = self.forest.find(code) else {
            self.fault(format!("Không có đơn vị nào mang mã {code}"));
            return None;
        };
        let (id, stands, name) = (node.id, node.now.is_some(), node.name().to_owned());
        // What lies outside is not told from what does not exist.
        if !self.is_within(id) {
            self.fault(format!("Không có đơn vị nào mang mã {code}"));
            return None;
        }
        if !stands {
            let on = day::short(self.forest.on);
            self.fault(format!("{name} ({code}) không còn, hoặc chưa có, vào ngày {on}"));
            return None;
        }
        Some(id)
    }

    fn is_within(&self, id: UnitId) -> bool {
        self.forest.is_within(id, self.within)
    }

    /// A unit that stands, and that nothing changes later: others may come below it.
    pub(super) fn usable(&mut self, code: &str) -> Option<UnitId> {
        let id = self.alive(code)?;
        if let Some(why) = self.forest.get(id).and_then(|it| it.passing.clone()) {
            self.fault(why);
            return None;
        }
        Some(id)
    }

    /// A unit that stands, and whose period may be closed on the day.
    pub(super) fn changeable(&mut self, code: &str) -> Option<UnitId> {
        let id = self.alive(code)?;
        let before = self.faults.len();
        self.check_changeable(id);
        (self.faults.len() == before).then_some(id)
    }

    /// A period that begins on the very day is amended only by the reorganisation that
    /// began it; one that ends later on has something planned already.
    pub(super) fn check_changeable(&mut self, id: UnitId) {
        let Some(node) = self.forest.get(id) else { return };
        let why = node.passing.clone().or_else(|| node.fixed.clone());
        if let Some(why) = why {
            self.fault(why);
        }
    }

    /// Whether a unit of this kind may stand there.
    pub(super) fn check_place(&mut self, name: &str, kind: UnitKind, parent: Option<UnitId>) {
        match parent.map(|it| self.shape(it)) {
            None if kind == UnitKind::Cell => {
                self.fault(format!("{name}: chi bộ phải thuộc một phường, xã hoặc thị trấn"));
            }
            None => {}
            Some(Some(above)) if above.kind.may_hold(kind) => {}
            Some(above) => {
                let above = above.map_or_else(String::new, |it| it.name);
                self.fault(format!("{name} ({}) không đứng ngay dưới {above} được", kind.label()));
            }
        }
    }

    pub(super) fn read_name(&mut self, name: &str) -> Option<String> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > 150 {
            self.fault("Nhập tên đơn vị, nhiều nhất 150 ký tự".to_owned());
            return None;
        }
        Some(name)
    }

    /// The target of a step, opened if it is new.
    pub(super) fn target(&mut self, target: &Target) -> Option<UnitId> {
        match target {
            Target::Code(code) => self.usable(code),
            Target::New(spec) => self.open(spec),
        }
    }

    pub(super) fn open(&mut self, spec: &NewUnitSpec) -> Option<UnitId> {
        let before = self.faults.len();
        if let Err(why) = check_code(&spec.code) {
            self.fault(format!("{}: {why}", spec.code));
        } else if self.forest.find(&spec.code).is_some() {
            self.fault(format!("Mã {} đã có đơn vị dùng; chọn mã khác", spec.code));
        } else if self.forest.get(spec.id).is_some() {
            self.fault(format!("Mã dòng của {} đã có đơn vị khác dùng", spec.code));
        }
        let name = self.read_name(&spec.name)?;
        let parent = match &spec.parent {
            Some(code) => Some(self.usable(code)?),
            None if self.within.is_some() => {
                self.fault(format!("{name}: chọn đơn vị cấp trên"));
                return None;
            }
            None => None,
        };
        self.check_place(&name, spec.kind, parent);
        if self.faults.len() > before {
            return None;
        }
        let official_code = spec.official_code.as_deref().map(str::trim);
        let shape = Shape {
            name,
            kind: spec.kind,
            official_code: official_code.filter(|it| !it.is_empty()).map(str::to_owned),
            parent,
        };
        self.forest.add(Node {
            id: spec.id,
            code: spec.code.clone(),
            version: 0,
            before: None,
            now: Some(shape),
            fixed: None,
            passing: None,
        });
        Some(spec.id)
    }
}
