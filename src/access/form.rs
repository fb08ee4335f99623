//! The forms at the door, and that of a token.

use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::access::tokens::{LONGEST, Reach};
use crate::faults::Faults;
use crate::ids::TokenId;
use crate::vietnamese::day;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    pub login: String,
    pub password: String,
    /// Where to go afterwards.
    pub next: String,
}

impl SignInForm {
    /// The page to go to: one of ours, or the first.
    pub fn target(&self) -> &str {
        our_page(&self.next)
    }
}

/// `next` where it is a page of ours, or the first page.
pub fn our_page(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if ours { next } else { "/" }
}

/// A new password, twice; for the first administrator with a login and a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub login: String,
    pub display_name: String,
    pub old: String,
    pub password: String,
    pub again: String,
    /// `yes` where the first administrator has those with far-seeing roles need a second factor.
    pub factors: String,
}

/// How long a token holds where nobody says otherwise, in days.
const USUAL: u64 = 90;
/// Characters of a token's name.
const NAME: RangeInclusive<usize> = 3..=60;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    /// The id of the row that it makes.
    pub id: String,
    pub name: String,
    /// A word of [`Reach`].
    pub reach: String,
    /// The code of the only unit that it opens; empty for all.
    pub unit: String,
    pub last_on: String,
    /// The password once more, where it is needed.
    pub confirm: String,
}

/// What a form asks for, but for the unit, which is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    pub name: String,
    pub reach: Reach,
    pub last_on: NaiveDate,
}

impl TokenForm {
    pub fn empty(today: NaiveDate) -> TokenForm {
        TokenForm {
            id: TokenId::new().to_string(),
            reach: Reach::Counts.as_str().to_owned(),
            last_on: day::short(today + Days::new(USUAL)),
            ..TokenForm::default()
        }
    }

    pub fn read(&self, today: NaiveDate) -> (Option<NewToken>, Faults) {
        let mut faults = Faults::default();
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = Some(name).filter(|it| NAME.contains(&it.chars().count()));
        let name = faults.need("name", name, "Viết tên từ 3 đến 60 ký tự, ví dụ: Bảng tin phường");
        let reach = faults.need("reach", Reach::read(&self.reach), "Chọn mã này mở được gì");
        let last_on = faults.read("last_on", read_last(&self.last_on, today));
        let new = match (name, reach, last_on) {
            (Some(name), Some(reach), Some(last_on)) => Some(NewToken { name, reach, last_on }),
            _ => None,
        };
        (new, faults)
    }
}

fn read_last(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let (day, longest) = (day::read(typed)?, today + Days::new(LONGEST));
    if day < today {
        return Err("Ngày này đã qua".to_owned());
    }
    if day > longest {
        return Err(format!("Nhiều nhất {LONGEST} ngày: đến {}", day::short(longest)));
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_within_a_year() {
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let form = |last_on: &str| TokenForm {
            name: " Bảng  tin ".to_owned(),
            last_on: last_on.to_owned(),
            ..TokenForm::empty(today)
        };
        let read = |last_on: &str| form(last_on).read(today);
        assert_eq!(read("15/11/2024").0.unwrap().name, "Bảng tin");
        assert!(read("16/11/2025").0.is_some(), "366 days ahead");
        for (typed, fault) in [
            ("14/11/2024", "Ngày này đã qua"),
            ("17/11/2025", "Nhiều nhất 366 ngày: đến 16/11/2025"),
            ("", "Viết ngày theo dạng 15/11/2024"),
        ] {
            assert_eq!(read(typed).1.of("last_on"), Some(fault), "{typed}");
        }
        let (new, faults) = TokenForm::default().read(today);
        assert_eq!((new, faults.len()), (None, 3));
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        let target = |next: &str| {
            let form = SignInForm { next: next.to_owned(), ..SignInForm::default() };
            form.target().to_owned()
        };
        assert_eq!(target("/units/a?on=2024-12-31"), "/units/a?on=2024-12-31");
        assert_eq!(target("//evil.example"), "/");
        assert_eq!(target("/\\evil.example"), "/");
        assert_eq!(target("https://evil.example"), "/");
    }
}
