//! The days, units and years to report on, as typed; and the confirmation of figures.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::faults::Faults;
use crate::statistics::half::HalfYear;
use crate::statistics::model::AsOf;
use crate::vietnamese::day;

/// A day that has come.
fn read_past(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let on = day::read(typed)?;
    if on > today {
        return Err(format!("Ngày này chưa tới; hôm nay là {}", day::short(today)));
    }
    Ok(on)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DayForm {
    pub on: String,
}

impl DayForm {
    /// What is left empty is `today`.
    pub fn read(&self, today: NaiveDate) -> Result<NaiveDate, Faults> {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, |it| read_past(it, today));
        on.map(|it| it.unwrap_or(today)).ok_or(faults)
    }
}

/// Which confirmation is to be shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    pub on: String,
    pub number: String,
    /// Not empty right after the confirmation.
    pub done: String,
}

/// Two days of a unit, or two units on a day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompareForm {
    pub on: String,
    pub against: String,
    /// The code of the other unit; empty to compare days.
    pub with: String,
}

impl CompareForm {
    /// The day, and the other. What is left empty is `today`, and the last day of the
    /// half-year before.
    pub fn read(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Faults> {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, |it| read_past(it, today));
        let against = faults.read_optional("against", &self.against, |it| read_past(it, today));
        match (on, against) {
            (Some(on), Some(against)) => {
                let on = on.unwrap_or(today);
                Ok((on, against.unwrap_or(HalfYear::of(on).day_before())))
            }
            _ => Err(faults),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct YearForm {
    pub year: String,
}

impl YearForm {
    /// The year to report on, up to its end or to `today`: the one before this where none
    /// is named, which is the last that is over.
    pub fn read(&self, today: NaiveDate) -> Result<AsOf, Faults> {
        let mut faults = Faults::default();
        let year = faults.read_optional("year", &self.year, |it| read_year(it, today));
        let year = year.ok_or(faults)?.unwrap_or(today.year() - 1);
        let end = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(today);
        Ok(AsOf { on: end.min(today), year })
    }
}

fn read_year(typed: &str, today: NaiveDate) -> Result<i32, String> {
    let year = typed.parse().ok().filter(|year| (1900..=2100).contains(year));
    let year = year.ok_or("Viết năm đủ bốn chữ số, ví dụ 2024")?;
    if year > today.year() {
        return Err(format!("Năm này chưa tới; nay là năm {}", today.year()));
    }
    Ok(year)
}

/// A note is a sentence or two.
const LONGEST_NOTE: usize = 300;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    /// The id of the confirmation that it makes.
    pub id: String,
    pub on: String,
    pub note: String,
    /// The seal of the figures that were shown.
    pub seal: String,
    /// Members of either category that were shown, for the second to confirm to compare.
    pub shown: String,
}

impl ConfirmForm {
    /// The day and the note. `last` is the last day that the unit has confirmed, `known`
    /// whether it is the day typed: figures are confirmed in the order of their days, and
    /// a day again.
    pub fn read(
        &self,
        today: NaiveDate,
        last: Option<NaiveDate>,
        known: bool,
    ) -> Result<(NaiveDate, String), Faults> {
        let mut faults = Faults::default();
        let on = faults.read("on", read_past(&self.on, today));
        if let (Some(on), Some(last)) = (on, last)
            && on < last
            && !known
        {
            let last = day::short(last);
            faults.add(
                "on",
                format!("Đã chốt đến {last}: chọn ngày sau đó, hoặc đúng một ngày đã chốt"),
            );
        }
        let note = self.note.split_whitespace().collect::<Vec<_>>().join(" ");
        if note.chars().count() > LONGEST_NOTE {
            faults.add("note", format!("Viết gọn lại, nhiều nhất {LONGEST_NOTE} ký tự"));
        }
        match on {
            Some(on) if faults.is_empty() => Ok((on, note)),
            _ => Err(faults),
        }
    }

    /// The day alone, where one can be read.
    pub fn day(&self, today: NaiveDate) -> Option<NaiveDate> {
        read_past(&self.on, today).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_confirmed_in_their_order_or_again() {
        let form = |on: &str| ConfirmForm { on: on.to_owned(), ..ConfirmForm::default() };
        let (today, last) = (day("2024-11-15"), Some(day("2024-06-30")));
        let read = |on: &str, known| form(on).read(today, last, known);
        assert!(read("30/09/2024", false).is_ok());
        assert!(read("31/12/2023", true).is_ok(), "a day that was confirmed before");
        let faults = read("31/12/2023", false).unwrap_err();
        assert!(faults.of("on").unwrap().contains("30/06/2024"));
        assert!(read("16/11/2024", false).unwrap_err().of("on").unwrap().contains("chưa tới"));
        assert!(read("", false).unwrap_err().of("on").is_some());
    }

    #[test]
    fn a_year_is_reported_to_its_end_or_to_today() {
        let read = |year: &str| YearForm { year: year.to_owned() }.read(day("2024-11-15"));
        assert_eq!(read("2022"), Ok(AsOf { on: day("2022-12-31"), year: 2022 }));
        assert_eq!(read("2024"), Ok(AsOf { on: day("2024-11-15"), year: 2024 }));
        assert_eq!(read(""), Ok(AsOf { on: day("2023-12-31"), year: 2023 }));
        assert!(read("2025").is_err() && read("hai").is_err());
    }

    #[test]
    fn days_are_compared_with_the_half_year_before() {
        let form = CompareForm { on: "15/8/2024".to_owned(), ..CompareForm::default() };
        let (today, june) = (day("2024-11-15"), day("2024-06-30"));
        assert_eq!(form.read(today), Ok((day("2024-08-15"), june)));
    }

    #[test]
    fn a_list_of_today_needs_no_day() {
        let today = day("2024-11-15");
        assert_eq!(DayForm::default().read(today), Ok(today));
        assert!(DayForm { on: "1/1/2030".to_owned() }.read(today).is_err());
    }
}
