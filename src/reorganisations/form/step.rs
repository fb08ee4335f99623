//! A step, as it was typed.

use serde::Deserialize;

use crate::faults::Faults;
use crate::ids::{MemberId, UnitId};
use crate::organisation::model::{UnitKind, check_code};
use crate::reorganisations::model::{NewUnitSpec, Part, Step, Target};

/// The kinds of steps, in the order in which they are offered, and what each does.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("rename", "Đổi tên", "Một đơn vị mang tên khác từ ngày này."),
    ("merge", "Sáp nhập", "Vài đơn vị nhập vào một đơn vị đã có, hoặc một đơn vị mới."),
    ("split", "Chia tách", "Chia chi bộ của một phường, xã, hoặc người của một chi bộ."),
    ("open", "Mở đơn vị mới", "Các bước sau chuyển đơn vị hoặc người về đó."),
    ("move", "Chuyển về đơn vị cấp trên khác", "Một phường, xã hoặc chi bộ đổi nơi trực thuộc."),
    ("rekind", "Đổi cấp, đổi mã hành chính", "Ví dụ xã lên phường."),
    ("dissolve", "Giải thể", "Đơn vị kết thúc; các đơn vị bên dưới về nơi khác."),
];

/// What stands in the form: a step has as many fields as its table has rows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct StepForm(Vec<(String, String)>);

impl StepForm {
    pub fn get(&self, name: &str) -> String {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(it, _)| it != name);
        self.0.push((name.to_owned(), value.into()));
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(it, its)| it == name && its == value)
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        let of = self.0.iter().filter(|(it, _)| it == name);
        of.map(|(_, value)| value.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    }

    /// Whether somebody is chosen by name.
    pub fn names_people(&self) -> bool {
        self.0.iter().any(|(it, value)| it.starts_with("m-") && !value.is_empty())
    }

    pub fn version(&self) -> i64 {
        self.get("version").trim().parse().unwrap_or(0)
    }

    /// The step; none of this kind is a fault of `kind`.
    pub fn read(&self) -> Result<Step, Faults> {
        let mut faults = Faults::default();
        let step = match self.get("kind").as_str() {
            "open" => self.spec(&mut faults).map(|unit| Step::Open { unit }),
            "rename" => self.rename(&mut faults),
            "rekind" => self.rekind(&mut faults),
            "move" => self.unit("code", &mut faults).map(|code| {
                let parent = Some(self.get("parent")).filter(|it| !it.is_empty());
                Step::Move { code, parent }
            }),
            "merge" => self.merge(&mut faults),
            "split" => self.split(&mut faults),
            "dissolve" => self.unit("code", &mut faults).map(|code| {
                let children_to = Some(self.get("children_to")).filter(|it| !it.is_empty());
                Step::Dissolve { code, children_to }
            }),
            _ => {
                faults.add("kind", "Chọn việc cần làm");
                None
            }
        };
        step.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The field beside which a fault of the whole step is said.
    pub fn main_field(&self) -> &'static str {
        match self.get("kind").as_str() {
            "open" => "new_code",
            "merge" => "sources",
            "split" => "parts",
            _ => "code",
        }
    }

    fn unit(&self, name: &'static str, faults: &mut Faults) -> Option<String> {
        let code = Some(self.get(name)).filter(|it| !it.trim().is_empty());
        faults.need(name, code, "Chọn đơn vị")
    }

    fn name(&self, field: &'static str, faults: &mut Faults) -> Option<String> {
        let name = self.get(field).split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = !name.is_empty() && name.chars().count() <= 150;
        faults.need(field, fits.then_some(name), "Nhập tên đơn vị, nhiều nhất 150 ký tự")
    }

    fn rename(&self, faults: &mut Faults) -> Option<Step> {
        let (code, name) = (self.unit("code", faults), self.name("name", faults));
        code.zip(name).map(|(code, name)| Step::Rename { code, name })
    }

    fn rekind(&self, faults: &mut Faults) -> Option<Step> {
        let code = self.unit("code", faults)?;
        let kind = UnitKind::read(&self.get("unit_kind"));
        let typed = self.get("official_code").trim().to_owned();
        let official_code = match self.get("official").as_str() {
            "set" if typed.is_empty() => {
                faults.add("official_code", "Nhập mã hành chính mới");
                None
            }
            "set" => Some(typed),
            "clear" => Some(String::new()),
            _ => None,
        };
        if faults.is_empty() && kind.is_none() && official_code.is_none() {
            faults.add("unit_kind", "Chọn cấp mới hoặc mã hành chính mới");
        }
        Some(Step::Rekind { code, kind, official_code })
    }

    fn merge(&self, faults: &mut Faults) -> Option<Step> {
        let sources = self.all("sources");
        if sources.is_empty() {
            faults.add("sources", "Chọn các đơn vị nhập vào");
        }
        let target = match self.get("target").as_str() {
            "" => {
                faults.add("target", "Chọn đơn vị nhận, hoặc mở đơn vị mới");
                None
            }
            "new" => self.spec(faults).map(Target::New),
            code => Some(Target::Code(code.to_owned())),
        };
        target.map(|target| Step::Merge { sources, target })
    }

    fn spec(&self, faults: &mut Faults) -> Option<NewUnitSpec> {
        let id: Option<UnitId> = self.get("new_id").parse().ok();
        let name = self.name("new_name", faults);
        let code = self.get("new_code").trim().to_owned();
        let code = faults.read("new_code", check_code(&code).map(|()| code));
        let kind = UnitKind::read(&self.get("new_kind"));
        let kind = faults.need("new_kind", kind, "Chọn cấp của đơn vị mới");
        let id = faults.need("new_name", id, "Biểu mẫu thiếu mã dòng: mở lại trang này");
        Some(NewUnitSpec {
            id: id?,
            code: code?,
            name: name?,
            kind: kind?,
            official_code: Some(self.get("new_official").trim().to_owned())
                .filter(|it| !it.is_empty()),
            parent: Some(self.get("new_parent")).filter(|it| !it.is_empty()),
        })
    }

    fn split(&self, faults: &mut Faults) -> Option<Step> {
        let source = self.unit("source", faults)?;
        let mut parts: Vec<Part> = Vec::new();
        for (field, target) in &self.0 {
            if target.is_empty() {
                continue;
            }
            if let Some(code) = field.strip_prefix("c-") {
                part(&mut parts, target).children.push(code.to_owned());
            } else if let Some(cluster) = field.strip_prefix("k-") {
                part(&mut parts, target).clusters.push(cluster.to_owned());
            } else if let Some(id) = field.strip_prefix("m-") {
                match id.parse::<MemberId>() {
                    Ok(id) => part(&mut parts, target).members.push(id),
                    Err(_) => faults.add("parts", "Có người không đọc được: mở lại trang này"),
                }
            }
        }
        let rest = self.get("rest");
        if !rest.is_empty() {
            part(&mut parts, &rest).takes_rest = true;
        }
        if parts.is_empty() {
            faults.add("parts", "Chưa chọn gì chuyển đi: chọn nơi đến ở ít nhất một dòng");
        }
        match self.get("heir").as_str() {
            "" => {}
            "all" => parts.iter_mut().for_each(|it| it.successor = true),
            code => match parts.iter_mut().find(|it| it.target.code() == code) {
                Some(part) => part.successor = true,
                None => faults.add("heir", "Đơn vị này chưa nhận gì: chọn một đơn vị nhận"),
            },
        }
        let goes_on = match self.get("goes_on").as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                faults.add("goes_on", "Chọn đơn vị cũ còn hay kết thúc");
                true
            }
        };
        Some(Step::Split { source, parts, goes_on })
    }
}

/// The part that goes to this target, begun where there is none yet.
fn part<'a>(parts: &'a mut Vec<Part>, target: &str) -> &'a mut Part {
    let at = parts.iter().position(|it| it.target.code() == target).unwrap_or_else(|| {
        parts.push(Part {
            target: Target::Code(target.to_owned()),
            children: Vec::new(),
            clusters: Vec::new(),
            members: Vec::new(),
            takes_rest: false,
            successor: false,
        });
        parts.len() - 1
    });
    &mut parts[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> StepForm {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        StepForm(fields.iter().map(owned).collect())
    }

    #[test]
    fn the_rows_of_a_split_are_gathered_by_where_they_go() {
        let typed = form(&[
            ("kind", "split"),
            ("source", "a1"),
            ("k-1", "a2"),
            ("k-2", "a3"),
            ("k-3", "a2"),
            ("k-4", ""),
            ("rest", "a3"),
            ("goes_on", "no"),
            ("heir", "a3"),
        ]);
        let Step::Split { parts, goes_on, .. } = typed.read().unwrap() else { panic!() };
        assert!(!goes_on && parts.len() == 2);
        assert_eq!(
            (parts[0].target.code(), &parts[0].clusters[..]),
            ("a2", &["1".to_owned(), "3".to_owned()][..])
        );
        assert!(parts[1].takes_rest && parts[1].successor && !parts[0].successor);
    }

    #[test]
    fn a_faulty_step_gathers_all_its_faults() {
        let faults = form(&[("kind", "merge"), ("target", "new")]).read().unwrap_err();
        for field in ["sources", "new_name", "new_code", "new_kind"] {
            assert!(faults.of(field).is_some(), "{field}");
        }
        assert!(
            form(&[("kind", "split"), ("source", "a1")])
                .read()
                .unwrap_err()
                .of("goes_on")
                .is_some()
        );
        assert!(form(&[]).read().unwrap_err().of("kind").is_some());
    }
}
