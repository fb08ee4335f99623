//! The day and the year to count for, as typed.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::faults::Faults;
use crate::statistics::model::AsOf;
use crate::vietnamese::day;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AsOfForm {
    pub on: String,
    pub year: String,
}

impl AsOfForm {
    /// What is left empty is `today`, and the year of the day.
    pub fn read(&self, today: NaiveDate) -> Result<AsOf, Faults> {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, day::read);
        let year = faults.read_optional("year", &self.year, read_year);
        match (on, year) {
            (Some(on), Some(year)) => {
                let on = on.unwrap_or(today);
                Ok(AsOf { on, year: year.unwrap_or(on.year()) })
            }
            _ => Err(faults),
        }
    }

    /// As the page shows it: what was typed, with what it stood for where it was empty.
    pub fn filled(as_of: AsOf) -> AsOfForm {
        AsOfForm { on: day::short(as_of.on), year: as_of.year.to_string() }
    }
}

fn read_year(typed: &str) -> Result<i32, &'static str> {
    let year = typed.parse().ok().filter(|year| (1900..=2100).contains(year));
    year.ok_or("Viết năm đủ bốn chữ số, ví dụ 2024")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(on: &str, year: &str) -> Result<AsOf, Faults> {
        let form = AsOfForm { on: on.to_owned(), year: year.to_owned() };
        form.read(NaiveDate::from_ymd_opt(2024, 11, 15).unwrap())
    }

    #[test]
    fn what_is_left_empty_is_today_and_the_year_of_the_day() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(read("", ""), Ok(AsOf { on: day(2024, 11, 15), year: 2024 }));
        assert_eq!(read("30/6/2023", ""), Ok(AsOf { on: day(2023, 6, 30), year: 2023 }));
        assert_eq!(read("2023-06-30", "2022"), Ok(AsOf { on: day(2023, 6, 30), year: 2022 }));
    }

    #[test]
    fn what_is_no_day_and_no_year_is_said_beside_each() {
        let faults = read("31/2/2024", "24").unwrap_err();
        assert_eq!(faults.of("on"), Some("Tháng 2 năm 2024 chỉ có 29 ngày"));
        assert_eq!(faults.of("year"), Some("Viết năm đủ bốn chữ số, ví dụ 2024"));
    }
}
