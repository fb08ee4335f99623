//! The year of a file, as typed.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::evaluation::year_file::model::Year;
use crate::faults::Faults;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct YearForm {
    pub year: String,
}

impl YearForm {
    /// What is left empty is the present year.
    pub fn read(&self, today: NaiveDate) -> Result<Year, Faults> {
        let mut faults = Faults::default();
        let year = match self.year.trim() {
            "" => Some(today.year()),
            typed => typed.parse().ok().filter(|year| (1900..=today.year()).contains(year)),
        };
        let fault = "Viết năm đủ bốn chữ số, không sau năm nay, ví dụ 2024";
        let year = faults.need("year", year, fault);
        year.map(|year| Year::new(year, today)).ok_or(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_one_that_has_begun() {
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let read = |year: &str| YearForm { year: year.to_owned() }.read(today);
        assert_eq!(read("").unwrap().year, 2024);
        assert_eq!(read(" 2023 ").unwrap().year, 2023);
        for typed in ["2025", "24", "năm nay"] {
            assert!(read(typed).unwrap_err().of("year").is_some(), "{typed}");
        }
    }
}
