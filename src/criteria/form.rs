//! A set of criteria as typed.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::criteria::model::{NewCriterion, NewOption, Whole};
use crate::faults::Faults;
use crate::vietnamese::day;

/// More criteria, options and characters than any form of this kind has.
const MOST_CRITERIA: usize = 10;
const MOST_OPTIONS: usize = 6;
const LONGEST: usize = 500;
/// Empty places that the form offers behind those filled in.
const SPARE: usize = 2;

/// The fields by their names: `heading-1`, `options-1`, `confirmed-1`, `meetings-1` and so on.
pub type Typed = HashMap<String, String>;

/// A criterion as it stands in the form.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub number: usize,
    pub heading: String,
    /// One option a line.
    pub options: String,
    pub confirmed: bool,
    pub about_meetings: bool,
}

#[derive(Clone, Debug, Default)]
pub struct SetForm {
    pub name: String,
    pub source: String,
    pub valid_from: String,
    pub version: String,
    pub parts: Vec<Part>,
}

/// What was read of the form.
#[derive(Debug)]
pub struct Read {
    pub name: String,
    pub source: String,
    pub valid_from: NaiveDate,
    pub criteria: Vec<NewCriterion>,
}

impl SetForm {
    pub fn of(whole: &Whole) -> SetForm {
        let parts = whole.criteria.iter().zip(1..).map(|(it, number)| Part {
            number,
            heading: it.heading.clone(),
            options: it.options.iter().map(|it| it.label.as_str()).collect::<Vec<_>>().join("\n"),
            confirmed: it.confirmed,
            about_meetings: it.about_meetings,
        });
        SetForm {
            name: whole.set.name.clone(),
            source: whole.set.source.clone(),
            valid_from: day::short(whole.set.valid_from),
            version: whole.set.version.to_string(),
            parts: parts.collect(),
        }
        .with_spare()
    }

    pub fn typed(typed: &Typed) -> SetForm {
        let get = |name: &str| typed.get(name).cloned().unwrap_or_default();
        let parts = (1..=MOST_CRITERIA).map(|number| Part {
            number,
            heading: get(&format!("heading-{number}")),
            options: get(&format!("options-{number}")),
            confirmed: get(&format!("confirmed-{number}")) == "yes",
            about_meetings: get(&format!("meetings-{number}")) == "yes",
        });
        let parts = parts.filter(|it| !it.is_empty()).collect();
        SetForm {
            name: get("name"),
            source: get("source"),
            valid_from: get("valid_from"),
            version: get("version"),
            parts,
        }
        .with_spare()
    }

    fn with_spare(mut self) -> SetForm {
        let last = self.parts.last().map_or(0, |it| it.number);
        let spare = (last + 1..=MOST_CRITERIA).take(SPARE);
        self.parts.extend(spare.map(|number| Part { number, ..Part::default() }));
        self
    }

    /// A set holds from a day behind that of the one before it.
    pub fn read(&self, before: Option<NaiveDate>) -> Result<Read, Faults> {
        let mut faults = Faults::default();
        let name = clean(&self.name);
        if name.is_empty() || name.chars().count() > 120 {
            faults.add("name", "Nhập tên bộ tiêu chí, nhiều nhất 120 ký tự");
        }
        let source = clean(&self.source);
        if source.chars().count() > LONGEST {
            faults.add("source", format!("Viết gọn lại, nhiều nhất {LONGEST} ký tự"));
        }
        let valid_from = faults.read("valid_from", day::read(&self.valid_from));
        if let (Some(on), Some(before)) = (valid_from, before)
            && on <= before
        {
            let before = day::short(before);
            faults.add("valid_from", format!("Nhập ngày sau {before}, ngày bộ đang dùng bắt đầu"));
        }
        let criteria: Vec<NewCriterion> = self
            .parts
            .iter()
            .filter(|it| !it.is_empty())
            .map(|it| {
                it.read().map_err(|fault| faults.add("criteria", fault)).unwrap_or(NewCriterion {
                    heading: String::new(),
                    confirmed: false,
                    about_meetings: false,
                    options: Vec::new(),
                })
            })
            .collect();
        if criteria.is_empty() {
            faults.add("criteria", "Nhập ít nhất một tiêu chí");
        }
        match valid_from {
            Some(valid_from) if faults.is_empty() => {
                Ok(Read { name, source, valid_from, criteria })
            }
            _ => Err(faults),
        }
    }
}

impl Part {
    fn is_empty(&self) -> bool {
        self.heading.trim().is_empty() && self.options.trim().is_empty()
    }

    fn read(&self) -> Result<NewCriterion, String> {
        let heading = clean(&self.heading);
        let number = self.number;
        let labels = self.options.lines().map(clean).filter(|it| !it.is_empty());
        let labels: Vec<String> = labels.collect();
        if !(2..=MOST_OPTIONS).contains(&labels.len()) {
            return Err(format!(
                "Tiêu chí {number}: nhập từ 2 đến {MOST_OPTIONS} mức, mỗi mức một dòng"
            ));
        }
        if heading.chars().count() > LONGEST || labels.iter().any(|it| it.chars().count() > 60) {
            return Err(format!("Tiêu chí {number}: viết gọn lại"));
        }
        if (1..labels.len()).any(|at| labels[..at].contains(&labels[at])) {
            return Err(format!("Tiêu chí {number}: có hai mức giống nhau"));
        }
        if self.confirmed && heading.is_empty() {
            return Err(format!("Tiêu chí {number}: nguyên văn còn trống thì chưa xác nhận được"));
        }
        let Part { confirmed, about_meetings, .. } = *self;
        let options = labels.into_iter().map(|label| NewOption { label, confirmed }).collect();
        Ok(NewCriterion { heading, confirmed, about_meetings, options })
    }
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(options: &str) -> SetForm {
        let typed = [
            ("name", "Bộ mới"),
            ("valid_from", "01/07/2026"),
            ("heading-1", "Gương mẫu"),
            ("options-1", options),
        ];
        SetForm::typed(&typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    #[test]
    fn a_criterion_has_two_options_or_more_and_none_twice() {
        let read = form("Tốt\n\n Chưa  tốt ").read(None).unwrap();
        let labels: Vec<_> = read.criteria[0].options.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, ["Tốt", "Chưa tốt"]);
        for wrong in ["Tốt", "Tốt\nTốt", ""] {
            assert!(form(wrong).read(None).unwrap_err().of("criteria").is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_set_holds_after_the_one_before() {
        let before = NaiveDate::from_ymd_opt(2026, 7, 1);
        assert!(form("A\nB").read(before).unwrap_err().of("valid_from").is_some());
    }
}
