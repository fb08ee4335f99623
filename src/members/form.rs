//! Members, where they live and the letters they bring, as typed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::faults::{Clash, Faults};
use crate::members::model::{Category, ExemptReason, Residence, ResidenceKind};
use crate::vietnamese::day;

pub use self::letter::{LetterForm, LetterText};
pub use self::person::{Person, PersonForm, birth_label};
pub use self::residence::{AddForm, Arrival, CategoryChange, LeaveForm, MoveForm, read_turn};

mod letter;
mod person;
mod residence;

/// A line of text holds at most this many characters.
const LONGEST: usize = 200;

/// What is asked about the place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    pub address: String,
    pub household_cluster: String,
    pub residence_kind: String,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub address: String,
    pub household_cluster: String,
    pub kind: ResidenceKind,
}

impl PlaceForm {
    pub fn of(residence: &Residence) -> PlaceForm {
        PlaceForm {
            address: residence.address.clone(),
            household_cluster: residence.household_cluster.clone(),
            residence_kind: residence.kind.as_str().to_owned(),
        }
    }

    pub fn read(&self, faults: &mut Faults) -> Option<Place> {
        let address = line(faults, "address", &self.address);
        let household_cluster = line(faults, "household_cluster", &self.household_cluster);
        let kind = ResidenceKind::read(&self.residence_kind);
        let kind = faults.need("residence_kind", kind, "Chọn thường trú hoặc tạm trú");
        Some(Place { address: address?, household_cluster: household_cluster?, kind: kind? })
    }

    /// Where what is typed here differs from what is stored.
    pub fn differences(&self, stored: &PlaceForm) -> Vec<Clash> {
        let kind = |form: &PlaceForm| {
            ResidenceKind::read(&form.residence_kind).map_or("", ResidenceKind::label)
        };
        Clash::between(&[
            ("Chỗ ở", &stored.address, &self.address),
            ("Tổ liên gia", &stored.household_cluster, &self.household_cluster),
            ("Cư trú", kind(stored), kind(self)),
        ])
    }
}

/// Whether the member takes part, and why not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CategoryForm {
    pub category: String,
    pub exempt_reason: String,
}

impl CategoryForm {
    /// The reason of somebody who is exempt, `Some(None)` for category normal.
    pub fn read(&self, faults: &mut Faults) -> Option<Option<ExemptReason>> {
        const WRITE_CATEGORY: &str = "Chọn diện: bình thường hoặc được miễn sinh hoạt";
        if self.category.trim() == SECRET {
            faults.add("category", WRITE_NOTHING);
            return None;
        }
        let category = faults.need("category", Category::read(&self.category), WRITE_CATEGORY)?;
        match category {
            Category::Normal => Some(None),
            Category::Exempt => read_reason(&self.exempt_reason, faults).map(Some),
        }
    }
}

/// Chosen for somebody who is exempt from introduction, to keep a secret (guidance
/// 33-HD/BTCTW, 1.2): offered so that the answer says why nothing is written (R16).
const SECRET: &str = "secret";
const WRITE_NOTHING: &str = "Không ghi vào sổ người được miễn giới thiệu để giữ bí mật (Hướng dẫn \
    33-HD/BTCTW, mục 1.2): ghi tên là có thể làm lộ. Chưa ghi gì; bỏ biểu mẫu này";

/// The categories, and the one that no record may be held of.
pub fn categories() -> Vec<(&'static str, &'static str)> {
    let secret = (SECRET, "Miễn giới thiệu để giữ bí mật (mục 1.2)");
    Category::choices().into_iter().chain([secret]).collect()
}

/// Whether the person may be written down at all, asked with a letter that came.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecrecyForm {
    pub introduced: String,
}

impl SecrecyForm {
    pub fn read(&self, faults: &mut Faults) {
        if self.introduced.trim() == SECRET {
            faults.add("introduced", WRITE_NOTHING);
        }
    }

    pub fn choices() -> [(&'static str, &'static str); 2] {
        [("", "Được giới thiệu về nơi cư trú"), (SECRET, "Miễn giới thiệu để giữ bí mật (mục 1.2)")]
    }
}

fn read_reason(typed: &str, faults: &mut Faults) -> Option<ExemptReason> {
    faults.need("exempt_reason", ExemptReason::read(typed), "Chọn lý do được miễn sinh hoạt")
}

/// The reasons of exemption, for a form in which none is chosen yet.
pub fn exempt_reasons() -> Vec<(&'static str, &'static str)> {
    [("", "Chọn lý do")].into_iter().chain(ExemptReason::choices()).collect()
}

/// A line of text with single spaces and nothing that cannot be seen.
fn line(faults: &mut Faults, field: &'static str, typed: &str) -> Option<String> {
    let typed = typed.replace(char::is_control, " ");
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > LONGEST {
        faults.add(field, format!("Viết gọn lại, nhiều nhất {LONGEST} ký tự"));
        return None;
    }
    Some(text)
}

/// A day as the page would write it, whatever way it was typed.
fn tidy_day(typed: &str) -> String {
    day::read(typed).map_or_else(|_| typed.to_owned(), day::short)
}

/// A day that has come already.
pub(crate) fn past(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    match day::read(typed)? {
        on if on > today => Err(format!("Sửa ngày: hôm nay mới là {}", day::short(today))),
        on => Ok(on),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_exempt_is_so_for_a_reason() {
        let mut faults = Faults::default();
        let exempt = |reason: &str| CategoryForm {
            category: "exempt".to_owned(),
            exempt_reason: reason.to_owned(),
        };
        assert_eq!(exempt("").read(&mut faults), None);
        assert!(faults.of("exempt_reason").is_some());
        let reason = exempt("b").read(&mut Faults::default());
        assert_eq!(reason, Some(Some(ExemptReason::WorksOnTheMove)));
    }
}
