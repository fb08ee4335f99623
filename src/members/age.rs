//! Ages in whole years, and the bands in which they are counted.

use chrono::{Datelike, Months, NaiveDate};

/// From so many years on, up to but not with so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBand {
    /// As addresses carry it.
    pub word: &'static str,
    pub label: &'static str,
    from: u32,
    to: u32,
}

const fn band(word: &'static str, label: &'static str, from: u32, to: u32) -> AgeBand {
    AgeBand { word, label, from, to }
}

/// The oldest first, as the chart of ages stands.
pub const BANDS: [AgeBand; 8] = [
    band("60", "60 trở lên", 60, 999),
    band("55-59", "55-59", 55, 60),
    band("50-54", "50-54", 50, 55),
    band("45-49", "45-49", 45, 50),
    band("40-44", "40-44", 40, 45),
    band("35-39", "35-39", 35, 40),
    band("30-34", "30-34", 30, 35),
    band("u30", "Dưới 30", 0, 30),
];

impl AgeBand {
    pub fn read(word: &str) -> Option<&'static AgeBand> {
        BANDS.iter().find(|it| it.word == word.trim())
    }

    /// The last day of birth on which somebody is old enough for the band on `on`.
    ///
    /// Of a birth with only its year known, the day kept is 1 January, and the age counts
    /// from it. Somebody born on 29 February is a year older on 1 March of other years.
    pub fn born_until(&self, on: NaiveDate) -> NaiveDate {
        if self.from == 0 { last() } else { years_before(on, self.from) }
    }

    /// Likewise, the last day of birth of those too old for it.
    pub fn born_after(&self, on: NaiveDate) -> NaiveDate {
        years_before(on, self.to)
    }
}

fn band_on(born: NaiveDate, on: NaiveDate) -> Option<usize> {
    BANDS.iter().position(|it| it.born_after(on) < born && born <= it.born_until(on))
}

/// The first of January of the year of birth, where no count of any day of `stays` tells it
/// from the day itself: of a residence from its first day up to, but not on, its second.
///
/// Somebody who passed from one band to the next while being counted keeps the day: the
/// counts of those days depend on it.
pub fn coarsened(born: NaiveDate, stays: &[(NaiveDate, NaiveDate)]) -> Option<NaiveDate> {
    let january = NaiveDate::from_ymd_opt(born.year(), 1, 1)?;
    let same = |(from, to): &(NaiveDate, NaiveDate)| {
        let last = to.pred_opt().unwrap_or(*to).max(*from);
        let band = band_on(born, *from);
        [(born, last), (january, *from), (january, last)]
            .iter()
            .all(|(born, on)| band_on(*born, *on) == band)
    };
    stays.iter().all(same).then_some(january)
}

fn years_before(on: NaiveDate, years: u32) -> NaiveDate {
    on.checked_sub_months(Months::new(years * 12)).filter(|it| *it > first()).unwrap_or(first())
}

/// Days before and after every birth, which both databases can hold.
fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}

fn last() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(born: &str, on: &str) -> Vec<&'static str> {
        let (born, on): (NaiveDate, NaiveDate) = (born.parse().unwrap(), on.parse().unwrap());
        let holds = |it: &&AgeBand| it.born_after(on) < born && born <= it.born_until(on);
        BANDS.iter().filter(holds).map(|it| it.word).collect()
    }

    #[test]
    fn everybody_is_in_one_band() {
        assert_eq!(of("1964-11-15", "2024-11-15"), ["60"]);
        assert_eq!(of("1964-11-16", "2024-11-15"), ["55-59"]);
        assert_eq!(of("1994-01-01", "2024-11-15"), ["30-34"]);
        assert_eq!(of("2030-01-01", "2024-11-15"), ["u30"]);
        assert_eq!(of("1900-01-01", "2024-11-15"), ["60"]);
    }

    #[test]
    fn a_day_of_birth_is_kept_where_a_count_depends_on_it() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |born: &str, from: &str, to: &str| coarsened(day(born), &[(day(from), day(to))]);
        let january = Some(day("1979-01-01"));
        assert_eq!(of("1979-06-12", "2020-01-01", "2024-01-01"), january);
        // Turned 45 on 12 June 2024, while counted or not.
        assert_eq!(of("1979-06-12", "2020-01-01", "2024-06-13"), None);
        assert_eq!(of("1979-06-12", "2024-06-12", "2025-01-01"), january);
        // Of the first of January 45 already, of the day itself not yet.
        assert_eq!(of("1979-06-12", "2024-02-01", "2024-06-01"), None);
        assert_eq!(coarsened(day("1979-06-12"), &[]), january);
    }

    #[test]
    fn a_birthday_on_the_29th_of_february_passes_on_the_1st_of_march() {
        assert_eq!(of("2000-02-29", "2030-02-28"), ["u30"]);
        assert_eq!(of("2000-02-29", "2030-03-01"), ["30-34"]);
    }
}
