//! The forms as they are typed, and what they are read into.

pub mod bulk;
pub mod gift;
pub mod work;

use chrono::NaiveDate;

use crate::vietnamese::day;

/// Nothing in the registry happened before the party was founded.
fn not_too_early(day: NaiveDate) -> Result<NaiveDate, String> {
    match NaiveDate::from_ymd_opt(1930, 1, 1) {
        Some(first) if day < first => Err("Viết ngày từ năm 1930 trở đi".to_owned()),
        _ => Ok(day),
    }
}

/// Reads the day of something that may lie ahead.
fn read_day(typed: &str) -> Result<NaiveDate, String> {
    day::read(typed).and_then(not_too_early)
}

/// Checks the length of a text that one line holds.
fn short(typed: &str, most: usize) -> Result<String, String> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > most {
        return Err(format!("Viết ngắn lại, nhiều nhất {most} ký tự"));
    }
    Ok(text)
}
