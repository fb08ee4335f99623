//! The filter of the list of members, as it stands in the address.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::ids::WorkplaceId;
use crate::members::age::AgeBand;
use crate::members::model::{Category, Sex};
use crate::members::store::Filter;
use crate::members::store::list::Known;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::{clock, organisation};

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) on: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) category: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) letter: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) sex: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) age: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) workplace: String,
    /// The code of a unit right below.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) under: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) page: String,
}

impl ListQuery {
    pub(super) fn category(&self) -> Option<Category> {
        match self.category.as_str() {
            "all" => None,
            typed => Some(Category::read(typed).unwrap_or(Category::Normal)),
        }
    }

    pub(super) fn has_letter(&self) -> Option<bool> {
        match self.letter.as_str() {
            "have" => Some(true),
            "missing" => Some(false),
            _ => None,
        }
    }

    fn sex(&self) -> Option<Known<Sex>> {
        if self.sex == "none" { Some(Known::Not) } else { Sex::read(&self.sex).map(Known::As) }
    }

    fn age(&self) -> Option<Known<&'static AgeBand>> {
        if self.age == "none" { Some(Known::Not) } else { AgeBand::read(&self.age).map(Known::As) }
    }

    fn workplace(&self) -> Option<Known<WorkplaceId>> {
        match self.workplace.as_str() {
            "none" => Some(Known::Not),
            typed => typed.parse().ok().map(Known::As),
        }
    }

    /// The unit right below that it is narrowed to.
    pub async fn child(&self, tx: &mut Tx, unit: &Unit) -> Result<Option<Unit>> {
        Ok(organisation::store::narrowed_to(tx, unit.id, &self.under, clock::today()).await?)
    }

    /// Whom it asks for, under `child` where that is named; a day that cannot be read is
    /// today, and a fault.
    pub fn filter(&self, child: Option<&Unit>) -> (Filter, Faults) {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, day::read).flatten();
        let today = clock::today();
        let filter = Filter {
            on: on.unwrap_or(today),
            today,
            query: self.q.clone(),
            category: self.category(),
            has_letter: self.has_letter(),
            sex: self.sex(),
            age: self.age(),
            workplace: self.workplace(),
            child_id: child.map(|it| it.id),
        };
        (filter, faults)
    }

    /// Whom it asks for, in words: `tìm “Hoa”, diện bình thường`.
    pub fn said(&self, unit: &Unit, child: Option<&Unit>, on: NaiveDate) -> String {
        let chips = self.chips((unit, child), on, "").into_iter().map(|(name, _)| name);
        chips.collect::<Vec<_>>().join(", ")
    }

    /// The address of its first page.
    pub fn list_href(&self, unit: &Unit) -> String {
        self.with(unit, "page", "")
    }

    /// The address of this list with another part of its query.
    pub(super) fn with(&self, unit: &Unit, part: &str, value: &str) -> String {
        let mut query = ListQuery { page: String::new(), ..self.clone() };
        match part {
            "on" => value.clone_into(&mut query.on),
            "q" => value.clone_into(&mut query.q),
            "category" => value.clone_into(&mut query.category),
            "letter" => value.clone_into(&mut query.letter),
            "sex" => value.clone_into(&mut query.sex),
            "age" => value.clone_into(&mut query.age),
            "workplace" => value.clone_into(&mut query.workplace),
            "under" => value.clone_into(&mut query.under),
            _ => value.clone_into(&mut query.page),
        }
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/units/{}/members{mark}{query}", unit.code)
    }

    /// The conditions in force, each with the address of the list without it.
    pub(super) fn chips(
        &self,
        (unit, child): (&Unit, Option<&Unit>),
        on: NaiveDate,
        workplace_name: &str,
    ) -> Vec<(String, String)> {
        let mut chips = Vec::new();
        if !self.q.trim().is_empty() {
            chips.push((format!("tìm “{}”", self.q.trim()), self.with(unit, "q", "")));
        }
        if let Some(category) = self.category() {
            let name = format!("diện {}", category.label().to_lowercase());
            chips.push((name, self.with(unit, "category", "all")));
        }
        if let Some(has) = self.has_letter() {
            let name = if has { "đã có giấy" } else { "chưa có giấy" };
            chips.push((name.to_owned(), self.with(unit, "letter", "")));
        }
        if let Some(sex) = self.sex() {
            let name = match sex {
                Known::As(sex) => format!("giới {}", sex.label().to_lowercase()),
                Known::Not => "chưa ghi giới".to_owned(),
            };
            chips.push((name, self.with(unit, "sex", "")));
        }
        if let Some(age) = self.age() {
            let name = match age {
                Known::As(band) => format!("tuổi {}", band.label.to_lowercase()),
                Known::Not => "chưa ghi năm sinh".to_owned(),
            };
            chips.push((name, self.with(unit, "age", "")));
        }
        if let Some(workplace) = self.workplace() {
            let name = match workplace {
                Known::As(_) if workplace_name.is_empty() => "một nơi công tác".to_owned(),
                Known::As(_) => format!("công tác tại {workplace_name}"),
                Known::Not => "chưa rõ nơi công tác".to_owned(),
            };
            chips.push((name, self.with(unit, "workplace", "")));
        }
        if let Some(child) = child {
            chips.push((child.name_in_text(), self.with(unit, "under", "")));
        }
        if day::read(&self.on).is_ok() {
            chips.push((format!("ngày {}", day::short(on)), self.with(unit, "on", "")));
        }
        chips
    }
}
