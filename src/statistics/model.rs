//! What is counted, of which days, and how the counts of a unit come together.

use std::collections::HashMap;
use std::ops::AddAssign;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::contributions::model::{ContributionKind, WorkKind};
use crate::evaluation::store::counts::Known;
use crate::ids::UnitId;
use crate::organisation::model::{Unit, by_name};
use crate::statistics::chase;
use crate::statistics::half::{HalfFigures, HalfYear, OfChild};
use crate::statistics::store::people::{AtWork, OfAge};
use crate::vietnamese::{day, number};

/// The day of a count. People are counted as they stood on it; meetings and
/// contributions are those of `year`, up to and on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsOf {
    pub on: NaiveDate,
    pub year: i32,
}

impl AsOf {
    /// A day and its own year.
    pub fn of(on: NaiveDate) -> AsOf {
        AsOf { on, year: on.year() }
    }

    /// The first day of the meetings and contributions, and the first day after them.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX);
        let after = self.on.succ_opt().unwrap_or(NaiveDate::MAX);
        (new_year(self.year), after.min(new_year(self.year + 1)))
    }

    /// The last day that is counted; of a year that has not begun, the day itself.
    pub fn last_day(self) -> NaiveDate {
        let (from, to) = self.days();
        if from < to { to.pred_opt().unwrap_or(self.on) } else { self.on }
    }

    /// The half-year of the last day that is counted.
    pub fn half(self) -> HalfYear {
        HalfYear::of(self.last_day())
    }

    /// `năm 2024`, or `năm 2024 đến 15/11/2024` while the year is not over.
    pub fn name(self) -> String {
        let is_within = self.on.year() == self.year && self.days().1.year() == self.year;
        if is_within {
            return format!("năm {} đến {}", self.year, day::short(self.on));
        }
        format!("năm {}", self.year)
    }

    /// As addresses carry it.
    pub fn query(self) -> String {
        format!("on={}&year={}", day::iso(self.on), self.year)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Members {
    pub normal: i64,
    pub exempt: i64,
    /// Of those of category normal, how many have brought no introduction letter yet.
    pub without_letter: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Meetings {
    pub held: i64,
    pub periodic: i64,
    /// Cells that held one. A cell that changed its ward in the year may have met in
    /// both, and is yet one cell of the city: the only count that is no sum.
    pub cells: i64,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
}

impl Meetings {
    pub fn unmarked(self) -> i64 {
        self.expected - self.present - self.excused - self.unexcused
    }

    /// The share of those present; `None` where nobody was expected yet.
    pub fn rate(self) -> Option<String> {
        number::percent(self.present, self.expected)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Contributions {
    /// Entries, less those that were cancelled.
    pub count: i64,
    pub amount_vnd: i64,
}

/// Opinions by how far they had come on the day of the count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Opinions {
    pub recorded: i64,
    pub forwarded: i64,
    pub answered: i64,
}

impl Opinions {
    pub fn all(self) -> i64 {
        self.recorded + self.forwarded + self.answered
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub members: Members,
    pub meetings: Meetings,
    pub contributions: Contributions,
    pub opinions: Opinions,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Figures) {
        self.members.normal += other.members.normal;
        self.members.exempt += other.members.exempt;
        self.members.without_letter += other.members.without_letter;
        self.meetings.held += other.meetings.held;
        self.meetings.periodic += other.meetings.periodic;
        self.meetings.cells += other.meetings.cells;
        self.meetings.expected += other.meetings.expected;
        self.meetings.present += other.meetings.present;
        self.meetings.excused += other.meetings.excused;
        self.meetings.unexcused += other.meetings.unexcused;
        self.contributions.count += other.contributions.count;
        self.contributions.amount_vnd += other.contributions.amount_vnd;
        self.opinions.recorded += other.opinions.recorded;
        self.opinions.forwarded += other.opinions.forwarded;
        self.opinions.answered += other.opinions.answered;
    }
}

/// A unit right below another, on the day of the count or earlier.
#[derive(Clone, Debug)]
pub struct Child {
    pub unit: Unit,
    pub figures: Figures,
}

impl Child {
    /// The last day under this parent, where the day of the count lies behind it.
    pub fn left_on(&self, on: NaiveDate) -> Option<NaiveDate> {
        self.unit.to_on.filter(|to_on| *to_on <= on)?.pred_opt()
    }
}

/// A unit and those right below it.
#[derive(Clone, Debug)]
pub struct Overview {
    pub unit: Unit,
    pub as_of: AsOf,
    pub total: Figures,
    /// By name: the children of the day, and former ones that have figures.
    pub children: Vec<Child>,
    /// What stands in the books of the unit itself, where that is anything; the whole
    /// of a cell does, and is not said twice.
    pub direct: Option<Figures>,
    /// The half-year of the day and those before it, by child.
    pub halves: Vec<OfChild>,
    /// What was given in the year, the most frequent first.
    pub by_kind: Vec<ByKind>,
    /// What its page tells besides, where that was counted with the rest.
    pub whole: Option<Whole>,
}

/// What the page of a unit tells besides the lines of those below it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub people: People,
    /// Those of the year.
    pub sheets: Sheets,
    /// What was given in the year, in the order of the works' names.
    pub by_work: Vec<ByWork>,
    /// Opinions of all years that wait for an answer.
    pub unanswered: i64,
}

/// The annual sheets of a unit.
#[derive(Clone, Debug)]
pub struct Sheets {
    pub known: Known,
    /// Those that wait for a signature, by year.
    pub late: Vec<chase::Sheets>,
}

/// Who the members of category normal are.
#[derive(Clone, Debug)]
pub struct People {
    pub ages: Vec<OfAge>,
    /// Those of most members first, and last those without any.
    pub places: Vec<AtWork>,
}

impl Overview {
    /// Puts together the figures counted by child, where those of the unit itself
    /// stand under its own id. `periods` are those of every child the unit ever had,
    /// in the order of their days; `cells` is how many cells met.
    pub fn new(
        unit: Unit,
        as_of: AsOf,
        mut counted: HashMap<UnitId, Figures>,
        periods: Vec<Unit>,
        cells: i64,
    ) -> Overview {
        let mut total = Figures::default();
        for figures in counted.values() {
            total += *figures;
        }
        total.meetings.cells = cells;
        let is_anything = |it: &Figures| *it != Figures::default();
        let direct = counted.remove(&unit.id).filter(is_anything).filter(|_| !unit.is_cell());
        let latest: HashMap<UnitId, Unit> = periods.into_iter().map(|it| (it.id, it)).collect();
        let children = latest.into_values().map(|unit| {
            let figures = counted.get(&unit.id).copied().unwrap_or_default();
            Child { unit, figures }
        });
        let has_place = |it: &Child| it.left_on(as_of.on).is_none() || is_anything(&it.figures);
        let mut children: Vec<Child> = children.filter(has_place).collect();
        children
            .sort_by(|a, b| by_name(&a.unit.name, &b.unit.name).then(a.unit.id.cmp(&b.unit.id)));
        let (halves, by_kind) = (Vec::new(), Vec::new());
        Overview { unit, as_of, total, children, direct, halves, by_kind, whole: None }
    }

    /// The latest half-year of a child, or of the unit itself under its own id.
    pub fn half_of(&self, child_id: UnitId) -> HalfFigures {
        let half = self.as_of.half();
        let found = self.halves.iter().find(|it| it.half == half && it.child_id == child_id);
        found.map(|it| it.figures).unwrap_or_default()
    }

    /// A half-year of the whole unit. A cell that changed its parent inside of it is counted
    /// where it was on the last day, and so once.
    pub fn half(&self, half: HalfYear) -> HalfFigures {
        let mut whole = HalfFigures::default();
        for it in self.halves.iter().filter(|it| it.half == half) {
            whole.add(it.figures);
        }
        whole
    }

    /// What the children are: `Chi bộ`, `Phường, xã`.
    pub fn children_are(&self) -> String {
        let kinds = kinds(self.children.iter().map(|it| &it.unit));
        if kinds.is_empty() { "Đơn vị".to_owned() } else { upper_first(&kinds) }
    }
}

/// The kinds of some units in running text: `phường, xã`.
pub fn kinds<'a>(units: impl Iterator<Item = &'a Unit>) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for unit in units {
        if !kinds.contains(&unit.kind.plural()) {
            kinds.push(unit.kind.plural());
        }
    }
    kinds.sort_unstable();
    kinds.join(", ")
}

fn upper_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + rest.as_str())
}

/// What was given of one kind, counted in one measure.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ByKind {
    pub kind: ContributionKind,
    pub measure: String,
    pub count: i64,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
}

impl ByKind {
    /// Those of one kind and measure together, the most frequent first.
    pub fn of_all(rows: impl Iterator<Item = ByKind>) -> Vec<ByKind> {
        let mut sums: Vec<ByKind> = Vec::new();
        for row in rows {
            let is_same = |it: &&mut ByKind| (it.kind, &it.measure) == (row.kind, &row.measure);
            match sums.iter_mut().find(is_same) {
                Some(sum) => {
                    sum.count += row.count;
                    sum.amount_vnd += row.amount_vnd;
                    sum.quantity_hundredths += row.quantity_hundredths;
                }
                None => sums.push(row),
            }
        }
        sums.sort_by(|a, b| {
            let names = a.kind.as_str().cmp(b.kind.as_str()).then(a.measure.cmp(&b.measure));
            b.count.cmp(&a.count).then(names)
        });
        sums
    }

    /// `1.500.000 đ`, `2,5 ngày công`; a dash where nothing was measured.
    pub fn sum(&self) -> String {
        match self.kind {
            ContributionKind::Money => number::dong(self.amount_vnd),
            _ if self.quantity_hundredths == 0 => "–".to_owned(),
            kind => {
                let measure =
                    if self.measure.is_empty() { kind.measure() } else { self.measure.as_str() };
                format!("{} {measure}", number::quantity(self.quantity_hundredths))
            }
        }
    }
}

/// What was given of one kind, whatever it is counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfKind {
    pub kind: ContributionKind,
    pub count: i64,
    /// `12 bộ đèn`, `3 món`: one for each measure.
    pub sums: Vec<String>,
}

impl OfKind {
    /// A row for each kind, the most frequent first.
    pub fn of_rows(rows: &[ByKind]) -> Vec<OfKind> {
        let mut kinds: Vec<OfKind> = Vec::new();
        for row in rows {
            let at = kinds.iter().position(|it| it.kind == row.kind).unwrap_or_else(|| {
                kinds.push(OfKind { kind: row.kind, count: 0, sums: Vec::new() });
                kinds.len() - 1
            });
            kinds[at].count += row.count;
            kinds[at].sums.push(row.sum());
        }
        kinds.sort_by_key(|it| std::cmp::Reverse(it.count));
        kinds
    }
}

/// What was given for the works of one name.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ByWork {
    /// Neither kind nor name: given for no work or fund in particular.
    pub kind: Option<WorkKind>,
    pub name: Option<String>,
    pub count: i64,
    pub amount_vnd: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(on: &str, year: i32) -> (String, String) {
        let (from, to) = AsOf { on: on.parse().unwrap(), year }.days();
        (day::iso(from), day::iso(to))
    }

    #[test]
    fn the_days_of_a_count_end_with_its_day_or_with_the_year() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(days("2024-11-15", 2024), pair("2024-01-01", "2024-11-16"));
        assert_eq!(days("2024-12-31", 2024), pair("2024-01-01", "2025-01-01"));
        assert_eq!(days("2026-05-01", 2024), pair("2024-01-01", "2025-01-01"));
        let (from, to) = days("2024-05-01", 2025);
        assert!(from > to, "no day of the year has come yet");
    }

    #[test]
    fn the_half_year_is_that_of_the_last_day_counted() {
        let half = |on: &str, year| AsOf { on: on.parse().unwrap(), year }.half().short();
        assert_eq!(half("2024-11-15", 2024), "II/24");
        assert_eq!(half("2024-11-15", 2023), "II/23");
        assert_eq!(half("2024-03-15", 2025), "I/24");
    }

    #[test]
    fn only_a_year_that_is_not_over_says_how_far_it_goes() {
        let name = |on: &str, year| AsOf { on: on.parse().unwrap(), year }.name();
        assert_eq!(name("2024-11-15", 2024), "năm 2024 đến 15/11/2024");
        assert_eq!(name("2024-12-31", 2024), "năm 2024");
        assert_eq!(name("2026-05-01", 2024), "năm 2024");
    }
}
