//! A line of the file, and of which days it speaks.

use chrono::NaiveDate;

use crate::ids::UnitId;
use crate::members::model::{Category, ResidenceKind, Sex};
use crate::organisation::model::{UnitKind, name_key};
use crate::vietnamese::day::{PartialDay, Precision};
use crate::vietnamese::number;

/// The year of a file. It lists those who lived in the unit on the reference day of the year's
/// comments; where the year was not opened, on its last day, or today while it is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: i32,
    pub on: NaiveDate,
    /// The last day of its meetings and contributions.
    until: NaiveDate,
}

impl Year {
    pub fn new(year: i32, today: NaiveDate) -> Year {
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
        Year { year, on: last.min(today), until: last.min(today) }
    }

    /// Likewise, opened for this day.
    #[must_use]
    pub fn opened_for(self, reference_on: NaiveDate) -> Year {
        Year { on: reference_on, ..self }
    }

    /// The first day of its meetings and contributions, and the first day after them.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let first = NaiveDate::from_ymd_opt(self.year, 1, 1).unwrap_or(NaiveDate::MIN);
        (first, self.until.succ_opt().unwrap_or(NaiveDate::MAX))
    }
}

/// A unit in which people may live, and the one above it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Place {
    pub unit_id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    pub parent_name: Option<String>,
}

impl Place {
    /// `Chi bộ tổ dân phố 2, Phường Nguyễn Du`
    pub fn name(&self) -> String {
        match self.parent_name.as_deref().filter(|_| self.kind == UnitKind::Cell) {
            Some(parent) => format!("{}, {parent}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Puts places in the order of the file: by the unit above, then by name.
pub fn sort(places: &mut [Place]) {
    places.sort_by_cached_key(|it| {
        let above = it.parent_name.as_deref().unwrap_or_default();
        (name_key(above), name_key(&it.name), it.code.clone())
    });
}

/// A member, as the database tells it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// Where the cell stands among the places.
    pub place: i64,
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub born_precision: Option<Precision>,
    pub sex: Option<Sex>,
    pub admitted_on: Option<NaiveDate>,
    pub official_on: Option<NaiveDate>,
    pub workplace: Option<String>,
    pub workplace_cell: String,
    pub address: String,
    pub kind: ResidenceKind,
    pub category: Category,
    pub letter_number: Option<String>,
    pub received_on: Option<NaiveDate>,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
    #[sqlx(flatten)]
    pub gifts: Gifts,
    #[sqlx(flatten)]
    pub labels: Labels,
    /// Of the sheet that the cell has signed; likewise what follows.
    pub other_text: String,
    pub consulted_on: Option<NaiveDate>,
    pub signed_on: Option<NaiveDate>,
    pub confirmed_on: Option<NaiveDate>,
}

/// What was chosen for each criterion, by its number; empty where there is no such criterion.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct Labels {
    c1: String,
    c2: String,
    c3: String,
    c4: String,
    c5: String,
    c6: String,
    c7: String,
    c8: String,
    c9: String,
    c10: String,
}

impl Labels {
    pub fn all(&self) -> [&String; 10] {
        [
            &self.c1, &self.c2, &self.c3, &self.c4, &self.c5, &self.c6, &self.c7, &self.c8,
            &self.c9, &self.c10,
        ]
    }
}

impl Row {
    pub fn born(&self) -> Option<PartialDay> {
        let precision = self.born_precision.unwrap_or(Precision::Day);
        self.born_on.map(|day| PartialDay { day, precision })
    }

    /// `Chi bộ Văn phòng, Sở Tài chính`
    pub fn works_at(&self) -> String {
        let parts = [Some(self.workplace_cell.as_str()), self.workplace.as_deref()];
        let parts = parts.into_iter().flatten().filter(|it| !it.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// What somebody gave in the year, less what was cancelled. Labour and land are summed
/// up; other things are counted by the entry, each in a measure of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Gifts {
    pub amount_vnd: i64,
    pub labour_hundredths: i64,
    pub land_hundredths: i64,
    pub goods: i64,
    pub ideas: i64,
    pub expertise: i64,
}

impl Gifts {
    /// `1.500.000 đ; 2 ngày công; 1 hiện vật; 1 hiến kế`, with ordinary spaces.
    pub fn summary(&self) -> String {
        let money = number::dong(self.amount_vnd).replace('\u{a0}', " ");
        let parts = [
            (self.amount_vnd, money),
            (
                self.labour_hundredths,
                format!("{} ngày công", number::quantity(self.labour_hundredths)),
            ),
            (self.land_hundredths, format!("{} m² đất", number::quantity(self.land_hundredths))),
            (self.goods, format!("{} hiện vật", number::grouped(self.goods))),
            (self.ideas, format!("{} hiến kế", number::grouped(self.ideas))),
            (self.expertise, format!("{} lượt chuyên môn", number::grouped(self.expertise))),
        ];
        let given = parts.into_iter().filter(|(count, _)| *count != 0);
        given.map(|(_, words)| words).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_what_was_given_and_nothing_else() {
        let gifts = Gifts {
            amount_vnd: 1_500_000,
            labour_hundredths: 250,
            goods: 1,
            ideas: 1,
            ..Gifts::default()
        };
        assert_eq!(gifts.summary(), "1.500.000 đ; 2,5 ngày công; 1 hiện vật; 1 hiến kế");
        assert_eq!(Gifts::default().summary(), "");
    }

    #[test]
    fn a_year_is_told_to_its_end_or_to_today() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let over = Year::new(2024, day("2026-05-01"));
        assert_eq!(over.on, day("2024-12-31"));
        assert_eq!(over.days(), (day("2024-01-01"), day("2025-01-01")));
        assert_eq!(Year::new(2026, day("2026-05-01")).on, day("2026-05-01"));
        let opened = over.opened_for(day("2024-11-15"));
        assert_eq!(opened.on, day("2024-11-15"));
        assert_eq!(opened.days(), over.days(), "what was done later in the year counts");
    }
}
