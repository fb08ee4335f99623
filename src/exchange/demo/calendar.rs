//! The days of the demonstration: it ends on the last day of 2024.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::clock::Moment;

/// The years that the demonstration tells of in full.
pub const YEARS: std::ops::RangeInclusive<i32> = 2020..=2024;

pub fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The day that the article's figures are of; nothing happens after it.
pub fn end() -> NaiveDate {
    ymd(2024, 12, 31)
}

/// The day itself, or the Friday before it: offices are closed at the weekend.
pub fn office_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day - Days::new(1),
        Weekday::Sun => day - Days::new(2),
        _ => day,
    }
}

/// Half past nine in the evening of the day, when what happened is written down.
pub fn evening(day: NaiveDate) -> Moment {
    let since = (day - NaiveDate::default()).num_seconds();
    Moment(0).plus_seconds(since + 14 * 3600 + 1800)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evening_is_that_of_the_day_in_viet_nam() {
        assert_eq!(evening(end()).shown(), "21:30 ngày 31/12/2024");
        assert_eq!(office_day(ymd(2024, 12, 29)), ymd(2024, 12, 27));
    }
}
