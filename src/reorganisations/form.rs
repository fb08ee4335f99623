//! The forms, as they were typed.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::faults::Faults;
use crate::vietnamese::day;

pub mod step;

/// The day and the decision.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeadForm {
    pub id: String,
    /// The code of the unit above; empty for the whole registry.
    pub unit: String,
    pub legal_reference: String,
    pub effective_on: String,
    pub version: String,
}

impl HeadForm {
    /// The decision and the day.
    pub fn read(&self) -> Result<(String, NaiveDate), Faults> {
        let mut faults = Faults::default();
        let effective_on = faults.read("effective_on", day::read(&self.effective_on));
        let reference = self.legal_reference.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (5..=300).contains(&reference.chars().count());
        let text = "Nhập căn cứ: số, ngày và nơi ra văn bản, từ 5 đến 300 ký tự";
        let reference = faults.need("legal_reference", fits.then_some(reference), text);
        reference.zip(effective_on).ok_or(faults)
    }
}

/// What was shown: the version of the draft, and perhaps one of its steps.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShownForm {
    pub version: String,
    /// The number of a step, from 1.
    pub number: String,
    pub action: String,
}

impl ShownForm {
    /// 0, which no row bears, where none can be read.
    pub fn version(&self) -> i64 {
        self.version.trim().parse().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reorganisation_names_its_decision_and_its_day() {
        let faults = HeadForm::default().read().unwrap_err();
        assert!(faults.of("legal_reference").is_some() && faults.of("effective_on").is_some());
        let form = HeadForm {
            legal_reference: " Nghị quyết  1283/NQ-UBTVQH15 ".to_owned(),
            effective_on: "1/1/2025".to_owned(),
            ..HeadForm::default()
        };
        let (reference, on) = form.read().unwrap();
        assert_eq!(
            (reference.as_str(), day::short(on).as_str()),
            ("Nghị quyết 1283/NQ-UBTVQH15", "01/01/2025")
        );
    }
}
