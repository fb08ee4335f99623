//! The day and the year to count for, as typed.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::faults::Faults;
use crate::statistics::bridge::Flow;
use crate::statistics::half::HalfYear;
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
}

/// What the page of a unit is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PageForm {
    pub on: String,
    pub year: String,
    /// The day from which on changes are told.
    pub from: String,
    /// A word of [`crate::statistics::sort::Sort`].
    pub sort: String,
}

impl PageForm {
    /// The count, and the first day of its changes: left empty, the last day of the half-year
    /// before.
    pub fn read(&self, today: NaiveDate) -> Result<(AsOf, NaiveDate), Faults> {
        let as_of = AsOfForm { on: self.on.clone(), year: self.year.clone() }.read(today);
        let mut faults = as_of.as_ref().err().cloned().unwrap_or_default();
        let from = faults.read_optional("from", &self.from, day::read).flatten();
        let as_of = as_of.map_err(|_| faults.clone())?;
        if from.is_some_and(|from| from >= as_of.on) {
            let fault = format!("Chọn ngày trước ngày {}", day::short(as_of.on));
            faults.add("from", fault);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok((as_of, from.unwrap_or_else(|| first_day(as_of.on))))
    }

    /// What is asked for where nothing is typed.
    pub fn unfilled(today: NaiveDate) -> (AsOf, NaiveDate) {
        (AsOf::of(today), first_day(today))
    }

    /// As the page shows it: the day that was counted, and what else was typed. What follows
    /// from the day stays empty, so that it follows from another day, too.
    #[must_use]
    pub fn filled(&self, (as_of, from): (AsOf, NaiveDate)) -> PageForm {
        let typed =
            |field: &str, read: String| if field.trim().is_empty() { String::new() } else { read };
        PageForm {
            on: day::short(as_of.on),
            year: typed(&self.year, as_of.year.to_string()),
            from: typed(&self.from, day::short(from)),
            sort: self.sort.clone(),
        }
    }
}

/// The day from which on the changes until `on` are told: the last of the half-year before.
fn first_day(on: NaiveDate) -> NaiveDate {
    HalfYear::of(on).day_before()
}

/// Two days and a reason, as the address of a list of people carries them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangesForm {
    pub from: String,
    pub on: String,
    /// A word of [`Flow`].
    pub kind: String,
    pub page: String,
}

impl ChangesForm {
    pub fn read(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Faults> {
        let days = PageForm { on: self.on.clone(), from: self.from.clone(), ..PageForm::default() };
        days.read(today).map(|(as_of, from)| (from, as_of.on))
    }

    /// As the page shows it.
    #[must_use]
    pub fn filled(&self, (from, on): (NaiveDate, NaiveDate)) -> ChangesForm {
        ChangesForm { from: day::short(from), on: day::short(on), ..self.clone() }
    }

    pub fn flow(&self) -> Option<Flow> {
        Flow::read(&self.kind)
    }
}

/// The day of what is late, and the one kind that is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChaseForm {
    pub on: String,
    /// A word of [`crate::statistics::chase::Kind`].
    pub kind: String,
    /// Its number, or `all` for the whole list on one, to print.
    pub page: String,
}

impl ChaseForm {
    /// What is left empty is `today`; no day to come is late.
    pub fn read(&self, today: NaiveDate) -> Result<NaiveDate, Faults> {
        let mut faults = Faults::default();
        let read = |typed: &str| match day::read(typed)? {
            on if on > today => Err(format!("Ngày này chưa tới; hôm nay là {}", day::short(today))),
            on => Ok(on),
        };
        let on = faults.read_optional("on", &self.on, read);
        on.map(|it| it.unwrap_or(today)).ok_or(faults)
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
    fn changes_are_told_since_the_half_year_before() {
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let from =
            |from: &str| PageForm { from: from.to_owned(), ..PageForm::default() }.read(today);
        assert_eq!(from("").unwrap().1, NaiveDate::from_ymd_opt(2024, 6, 30).unwrap());
        assert_eq!(from("1/2/2020").unwrap().1, NaiveDate::from_ymd_opt(2020, 2, 1).unwrap());
        let faults = from("15/11/2024").unwrap_err();
        assert_eq!(faults.of("from"), Some("Chọn ngày trước ngày 15/11/2024"));
    }

    #[test]
    fn what_is_no_day_and_no_year_is_said_beside_each() {
        let faults = read("31/2/2024", "24").unwrap_err();
        assert_eq!(faults.of("on"), Some("Tháng 2 năm 2024 chỉ có 29 ngày"));
        assert_eq!(faults.of("year"), Some("Viết năm đủ bốn chữ số, ví dụ 2024"));
    }
}
