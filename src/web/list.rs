//! The address of a list: the days that it is asked for, and its filter, each condition of
//! which can be taken off.

use chrono::NaiveDate;

use crate::faults::Faults;
use crate::vietnamese::day;

/// The days a list is asked for, as a count names them: those of a year, from a day on, up to
/// and on a day. All three may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub year: Option<i32>,
    pub from: Option<NaiveDate>,
    /// The last day. What the list tells of states, it then tells as of this day.
    pub on: Option<NaiveDate>,
}

impl Span {
    /// A day that cannot be read is left out, and a fault; a year comes from a list of years.
    pub fn read(year: &str, from: &str, on: &str) -> (Span, Faults) {
        let mut faults = Faults::default();
        let year = year.trim().parse().ok().filter(|year| (1900..=2100).contains(year));
        let from = faults.read_optional("from", from, day::read).flatten();
        let on = faults.read_optional("on", on, day::read).flatten();
        (Span { year, from, on }, faults)
    }

    /// The fields of the two days as a form shows them: as they were typed where they could not
    /// be read.
    pub fn shown(self, from: &mut String, on: &mut String) {
        for (field, read) in [(from, self.from), (on, self.on)] {
            if let Some(read) = read {
                *field = day::short(read);
            }
        }
    }

    /// The first day, and the first day after the last.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let new_year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let first = new_year(self.year.unwrap_or(1900));
        let end = new_year(self.year.unwrap_or(2200) + 1);
        let after = self.on.and_then(|it| it.succ_opt());
        (self.from.map_or(first, |it| it.max(first)), after.map_or(end, |it| it.min(end)))
    }

    /// Each condition with its field: `năm 2024`, `từ 01/07/2024`, `đến 15/11/2024`.
    pub fn conditions(self) -> Vec<(&'static str, String)> {
        let year = self.year.map(|it| ("year", format!("năm {it}")));
        let from = self.from.map(|it| ("from", format!("từ {}", day::short(it))));
        let on = self.on.map(|it| ("on", format!("đến {}", day::short(it))));
        [year, from, on].into_iter().flatten().collect()
    }

    /// Likewise in one: `năm 2024, đến 15/11/2024`; empty where there is none.
    pub fn said(self) -> String {
        let conditions = self.conditions().into_iter().map(|(_, words)| words);
        conditions.collect::<Vec<_>>().join(", ")
    }
}

/// Where a list stands, with the conditions of its filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    fields: Vec<(&'static str, String)>,
}

impl Address {
    /// Conditions that are empty are left out.
    pub fn new(path: String, fields: &[(&'static str, &str)]) -> Address {
        let fields = fields.iter().map(|(name, value)| (*name, value.trim().to_owned()));
        Address { path, fields: fields.filter(|it| !it.1.is_empty()).collect() }
    }

    pub fn has_conditions(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The conditions as a query string.
    pub fn query(&self) -> String {
        serde_urlencoded::to_string(&self.fields).unwrap_or_default()
    }

    /// The list without one of its conditions.
    pub fn without(&self, name: &str) -> String {
        let fields = self.fields.iter().filter(|it| it.0 != name).cloned().collect();
        Address { path: self.path.clone(), fields }.href()
    }

    pub fn page(&self, page: i64) -> String {
        let mut address = self.clone();
        address.fields.push(("page", page.to_string()));
        address.href()
    }

    pub fn href(&self) -> String {
        let mark = if self.fields.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.path, self.query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_days_are_those_of_the_year_up_to_the_day() {
        let days = |year: &str, from: &str, on: &str| Span::read(year, from, on).0.days();
        let (first, end) = (day("2024-01-01"), day("2025-01-01"));
        assert_eq!(days("2024", "", ""), (first, end));
        assert_eq!(days("2024", "", "15/11/2024"), (first, day("2024-11-16")));
        assert_eq!(days("2024", "", "2026-02-01"), (first, end));
        assert_eq!(days("", "1/7/2024", "15/11/2024"), (day("2024-07-01"), day("2024-11-16")));
        let (from, to) = days("2025", "", "15/11/2024");
        assert!(from > to, "no day of the year has come");
    }

    #[test]
    fn a_day_that_is_none_is_a_fault_and_no_condition() {
        let (span, faults) = Span::read("2024", "31/2/2024", "");
        assert_eq!(faults.of("from"), Some("Tháng 2 năm 2024 chỉ có 29 ngày"));
        assert_eq!(span.said(), "năm 2024");
    }

    #[test]
    fn a_condition_is_taken_off_alone() {
        let address = Address::new("/x".to_owned(), &[("year", "2024"), ("q", " "), ("on", "5")]);
        assert_eq!(address.without("year"), "/x?on=5");
        assert_eq!(address.page(2), "/x?year=2024&on=5&page=2");
        assert_eq!(Address::new("/x".to_owned(), &[]).without("on"), "/x");
    }
}
