//! Days as Vietnamese readers write them, whole or known only to the month or year.

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

const WRITE_DAY: &str = "Viết ngày theo dạng 15/11/2024";
const WRITE_PART: &str = "Viết theo dạng 1958, 02/1958 hoặc 05/02/1958";
const WRITE_YEAR: &str = "Viết năm đủ bốn chữ số, ví dụ 1958";

/// How much of a day is known, as old lists often have the year only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum Precision {
    Year,
    Month,
    Day,
}

/// A day of which perhaps only the year or the month is known; then `day` is
/// the first day of that year or month. It is displayed as "1958", "02/1958"
/// or "05/02/1958".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialDay {
    pub day: NaiveDate,
    pub precision: Precision,
}

impl PartialDay {
    /// Reads what `read` accepts, and also "1958", "2/1958" and "1958-02".
    /// The error is a Vietnamese sentence for the page.
    pub fn read(typed: &str) -> Result<PartialDay, String> {
        let (day, precision) = match numbers(typed).ok_or(WRITE_PART)?[..] {
            [year] => (dated(year, "1", "1")?, Precision::Year),
            [year, month] if year.len() == 4 => (dated(year, month, "1")?, Precision::Month),
            [month, year] => (dated(year, month, "1")?, Precision::Month),
            [_, _, _] => (read(typed)?, Precision::Day),
            _ => return Err(WRITE_PART.to_owned()),
        };
        Ok(PartialDay { day, precision })
    }

    pub fn year(&self) -> i32 {
        self.day.year()
    }
}

impl fmt::Display for PartialDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self.precision {
            Precision::Year => self.day.format("%Y").to_string(),
            Precision::Month => month(self.day),
            Precision::Day => short(self.day),
        })
    }
}

/// "05/02/2026".
pub fn short(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// "ngày 05 tháng 02 năm 2026", "ngày 15 tháng 3 năm 2026": documents write a
/// leading zero for days below 10 and for months 1 and 2 only (ux 5.4).
pub fn long(day: NaiveDate) -> String {
    let zero = if day.month() <= 2 { "0" } else { "" };
    format!("ngày {:02} tháng {zero}{} năm {}", day.day(), day.month(), day.year())
}

/// "03/2019".
pub fn month(day: NaiveDate) -> String {
    day.format("%m/%Y").to_string()
}

/// "thứ Sáu", "Chủ nhật".
pub fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

/// "2026-02-05", for addresses and file names.
pub fn iso(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// Reads 5/2/1958, 05-02-1958, 05.02.1958 or 1958-02-05, in the years 1900 to
/// 2100. The error is a Vietnamese sentence that says how to mend it.
pub fn read(typed: &str) -> Result<NaiveDate, String> {
    match numbers(typed).ok_or(WRITE_DAY)?[..] {
        [year, month, day] if year.len() == 4 => dated(year, month, day),
        [day, month, year] => dated(year, month, day),
        _ => Err(WRITE_DAY.to_owned()),
    }
}

/// The runs of digits between slashes, dots, hyphens or spaces; `None` when
/// there is anything else or nothing between two separators.
fn numbers(typed: &str) -> Option<Vec<&str>> {
    let runs: Vec<&str> = if typed.contains(['/', '.', '-']) {
        typed.split(['/', '.', '-']).map(str::trim).collect()
    } else {
        typed.split_whitespace().collect()
    };
    let digits = |run: &&str| !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit());
    runs.iter().all(digits).then_some(runs)
}

fn dated(year: &str, month: &str, day: &str) -> Result<NaiveDate, String> {
    if month.len() > 2 || day.len() > 2 {
        return Err(WRITE_DAY.to_owned());
    }
    if year.len() != 4 {
        return Err(WRITE_YEAR.to_owned());
    }
    let year: i32 = year.parse().map_err(|_| WRITE_YEAR)?;
    if !(1900..=2100).contains(&year) {
        return Err("Viết năm trong khoảng từ 1900 đến 2100".to_owned());
    }
    let month: u32 = month.parse().map_err(|_| WRITE_DAY)?;
    let first = NaiveDate::from_ymd_opt(year, month, 1)
        .ok_or("Viết ngày trước, tháng sau, tháng từ 1 đến 12, ví dụ 15/11/2024")?;
    let day: u32 = day.parse().map_err(|_| WRITE_DAY)?;
    if day == 0 {
        return Err("Viết ngày từ 1 trở lên, ví dụ 15/11/2024".to_owned());
    }
    first.with_day(day).ok_or_else(|| {
        format!("Tháng {month} năm {year} chỉ có {} ngày", first.num_days_in_month())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn fault(typed: &str) -> String {
        read(typed).unwrap_err()
    }

    #[test]
    fn days_are_shown_day_first() {
        let day = ymd(2026, 2, 5);
        assert_eq!(short(day), "05/02/2026");
        assert_eq!(month(ymd(2019, 3, 1)), "03/2019");
        assert_eq!(iso(day), "2026-02-05");
    }

    #[test]
    fn the_long_form_pads_small_days_and_the_first_two_months() {
        assert_eq!(long(ymd(2026, 2, 5)), "ngày 05 tháng 02 năm 2026");
        assert_eq!(long(ymd(2026, 1, 31)), "ngày 31 tháng 01 năm 2026");
        assert_eq!(long(ymd(2026, 3, 9)), "ngày 09 tháng 3 năm 2026");
        assert_eq!(long(ymd(2024, 11, 15)), "ngày 15 tháng 11 năm 2024");
    }

    #[test]
    fn weekdays_have_their_vietnamese_names() {
        assert_eq!(weekday(ymd(2026, 2, 6)), "thứ Sáu");
        assert_eq!(weekday(ymd(2026, 2, 8)), "Chủ nhật");
        assert_eq!(weekday(ymd(2026, 2, 9)), "thứ Hai");
    }

    #[test]
    fn check_20_every_usual_way_of_writing_a_day_is_read() {
        for typed in [
            "5/2/1958",
            "05/02/1958",
            "05-02-1958",
            "05.02.1958",
            " 5 / 2 / 1958 ",
            "5 2 1958",
            "1958-02-05",
            "1958/2/5",
        ] {
            assert_eq!(read(typed), Ok(ymd(1958, 2, 5)), "{typed}");
        }
        assert_eq!(read("29/02/2024"), Ok(ymd(2024, 2, 29)));
    }

    #[test]
    fn a_day_beyond_the_month_says_how_long_the_month_is() {
        assert_eq!(fault("29/2/2026"), "Tháng 2 năm 2026 chỉ có 28 ngày");
        assert_eq!(fault("31.4.1975"), "Tháng 4 năm 1975 chỉ có 30 ngày");
        assert_eq!(fault("2026-01-32"), "Tháng 1 năm 2026 chỉ có 31 ngày");
    }

    #[test]
    fn short_years_are_asked_for_in_full() {
        for typed in ["5/2/58", "5 2 58", "5/2/195", "5/2/19580"] {
            assert_eq!(fault(typed), WRITE_YEAR, "{typed}");
        }
        assert_eq!(PartialDay::read("58").unwrap_err(), WRITE_YEAR);
        assert_eq!(PartialDay::read("2/58").unwrap_err(), WRITE_YEAR);
    }

    #[test]
    fn what_is_not_a_day_shows_the_form_to_use() {
        for typed in
            ["", "hôm nay", "15/11", "1958", "15//2024", "1/2/3/4", "٥/2/1958", "5/2/1958."]
        {
            assert_eq!(fault(typed), WRITE_DAY, "{typed}");
        }
        assert!(fault("11/15/2024").starts_with("Viết ngày trước, tháng sau"));
        assert!(fault("0/1/2024").starts_with("Viết ngày từ 1"));
        assert!(fault("1/1/1899").contains("1900") && fault("1/1/2101").contains("2100"));
        assert!(read("1/1/1900").is_ok() && read("31/12/2100").is_ok());
    }

    #[test]
    fn partial_days_show_what_is_known() {
        for (typed, day, shown) in [
            ("1958", ymd(1958, 1, 1), "1958"),
            ("2/1958", ymd(1958, 2, 1), "02/1958"),
            ("02-1958", ymd(1958, 2, 1), "02/1958"),
            ("1958-02", ymd(1958, 2, 1), "02/1958"),
            ("5/2/1958", ymd(1958, 2, 5), "05/02/1958"),
            ("1958-02-05", ymd(1958, 2, 5), "05/02/1958"),
        ] {
            let known = PartialDay::read(typed).unwrap();
            assert_eq!((known.day, &*known.to_string()), (day, shown));
            assert_eq!(known.year(), 1958);
            assert_eq!(PartialDay::read(shown), Ok(known));
        }
    }

    #[test]
    fn partial_days_refuse_what_is_not_a_day() {
        for typed in ["", "khoảng 1958", "1/2/3/4", "-1958"] {
            assert_eq!(PartialDay::read(typed).unwrap_err(), WRITE_PART, "{typed}");
        }
        assert!(PartialDay::read("13/1958").is_err() && PartialDay::read("1899").is_err());
        assert!(PartialDay::read("30/2/1958").unwrap_err().contains("28 ngày"));
    }
}
