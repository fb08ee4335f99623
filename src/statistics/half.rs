//! Halves of the calendar year: in each, a cell meets these members once at least
//! (regulation 213, article 4: every six months or when necessary).

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::ids::UnitId;
use crate::vietnamese::number;

/// A half of a calendar year; earlier ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfYear {
    year: i32,
    is_second: bool,
}

impl HalfYear {
    pub fn of(day: NaiveDate) -> HalfYear {
        HalfYear { year: day.year(), is_second: day.month() > 6 }
    }

    pub fn first_day(self) -> NaiveDate {
        let month = if self.is_second { 7 } else { 1 };
        NaiveDate::from_ymd_opt(self.year, month, 1).unwrap_or(NaiveDate::MIN)
    }

    pub fn last_day(self) -> NaiveDate {
        let (month, day) = if self.is_second { (12, 31) } else { (6, 30) };
        NaiveDate::from_ymd_opt(self.year, month, day).unwrap_or(NaiveDate::MAX)
    }

    #[must_use]
    pub fn before(self) -> HalfYear {
        if self.is_second {
            return HalfYear { is_second: false, ..self };
        }
        HalfYear { year: self.year - 1, is_second: true }
    }

    /// The last day of the half before: from it on, changes are told unless asked otherwise.
    pub fn day_before(self) -> NaiveDate {
        self.first_day().pred_opt().unwrap_or(NaiveDate::MIN)
    }

    /// This one and those before it, `count` in all, the earliest first.
    pub fn latest(self, count: usize) -> Vec<HalfYear> {
        let mut halves: Vec<HalfYear> =
            std::iter::successors(Some(self), |it| Some(it.before())).take(count).collect();
        halves.reverse();
        halves
    }

    pub fn year(self) -> i32 {
        self.year
    }

    /// `6 tháng cuối năm 2024`
    pub fn name(self) -> String {
        let half = if self.is_second { "cuối" } else { "đầu" };
        format!("6 tháng {half} năm {}", self.year)
    }

    /// `II/24`
    pub fn short(self) -> String {
        let half = if self.is_second { "II" } else { "I" };
        format!("{half}/{:02}", self.year.rem_euclid(100))
    }
}

/// The meetings of one half-year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HalfFigures {
    /// Cells on the last day that is counted, and how many of them met: a cell that came
    /// from another ward brings its meeting along.
    pub cells: i64,
    pub met: i64,
    /// Of all meetings, each where its cell belonged on its day.
    pub held: i64,
    pub expected: i64,
    pub present: i64,
    /// The day of the last periodic meeting.
    pub last_on: Option<NaiveDate>,
}

impl HalfFigures {
    /// The share of those present; `None` where nobody was expected yet.
    pub fn rate(self) -> Option<String> {
        number::percent(self.present, self.expected)
    }

    /// `50/60`: those present of those expected.
    pub fn attended(self) -> String {
        format!("{}/{}", number::grouped(self.present), number::grouped(self.expected))
    }

    pub fn add(&mut self, other: HalfFigures) {
        self.cells += other.cells;
        self.met += other.met;
        self.held += other.held;
        self.expected += other.expected;
        self.present += other.present;
        self.last_on = self.last_on.max(other.last_on);
    }
}

/// The half-year of one child of a unit, or of the unit itself.
#[derive(Clone, Copy, Debug)]
pub struct OfChild {
    pub half: HalfYear,
    pub child_id: UnitId,
    pub figures: HalfFigures,
}

/// A cell of a half-year, and when it last met.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CellOfHalf {
    pub code: String,
    pub name: String,
    /// The unit right above it; empty where that is the one asked for.
    pub above: String,
    /// The day of its last periodic meeting in the half-year.
    pub last_on: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_follows_the_other() {
        let half = HalfYear::of("2024-06-30".parse().unwrap());
        assert_eq!((half.name().as_str(), half.short().as_str()), ("6 tháng đầu năm 2024", "I/24"));
        assert_eq!(half.day_before(), "2023-12-31".parse().unwrap());
        let names: Vec<String> = half.latest(3).into_iter().map(HalfYear::short).collect();
        assert_eq!(names, ["I/23", "II/23", "I/24"]);
        assert_eq!(HalfYear::of("2024-07-01".parse().unwrap()).before(), half);
    }
}
