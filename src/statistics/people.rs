//! Who the members are, as the page shows it: men and women by age, and where they work.
//! Those who see no names are told multiples of five, so that neither the counts of two days
//! nor those of sibling units tell a single person by subtraction.

use std::fmt;

use crate::ids::WorkplaceId;
use crate::members::age::BANDS;
use crate::members::model::Sex;
use crate::small::few;
use crate::statistics::store::people::{AtWork, OfAge};
use crate::vietnamese::number;

/// A count as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rough {
    Exact(i64),
    /// From 1 to 4.
    Few,
    /// Rounded to a multiple of five.
    About(i64),
}

impl Rough {
    pub fn new(count: i64, names: bool) -> Rough {
        match count {
            _ if names => Rough::Exact(count),
            0 => Rough::Exact(0),
            _ if few(count) => Rough::Few,
            _ => Rough::About((count + 2) / 5 * 5),
        }
    }

    pub fn is_nobody(self) -> bool {
        self == Rough::Exact(0)
    }

    /// What a bar is drawn from: nothing of what is few.
    fn length(self) -> i64 {
        match self {
            Rough::Exact(count) | Rough::About(count) => count,
            Rough::Few => 0,
        }
    }
}

impl fmt::Display for Rough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rough::Exact(count) | Rough::About(count) => f.write_str(&number::grouped(*count)),
            Rough::Few => f.write_str("< 5"),
        }
    }
}

/// A band of age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeRow {
    /// As addresses carry it; `none` for those whose birth is not written down.
    pub word: &'static str,
    pub label: &'static str,
    pub men: Rough,
    pub women: Rough,
    /// Those whose sex is not written down.
    pub unsaid: Rough,
}

/// Men to the left, women to the right, the oldest above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pyramid {
    pub rows: Vec<AgeRow>,
    pub total: AgeRow,
}

impl Pyramid {
    pub fn new(counted: &[OfAge], names: bool) -> Pyramid {
        let sum = |sex: Option<Sex>, band: Option<i64>| -> Rough {
            let rows = counted.iter().filter(|it| it.sex == sex);
            let rows = rows.filter(|it| band.is_none_or(|band| it.band == band));
            Rough::new(rows.map(|it| it.count).sum(), names)
        };
        let row = |word, label, band| AgeRow {
            word,
            label,
            men: sum(Some(Sex::Male), band),
            women: sum(Some(Sex::Female), band),
            unsaid: sum(None, band),
        };
        let bands = BANDS.iter().zip(0..).map(|(it, at)| row(it.word, it.label, Some(at)));
        let unknown = row("none", "Chưa ghi", Some(-1));
        let has_unknown = counted.iter().any(|it| it.band < 0);
        let rows = bands.chain(has_unknown.then_some(unknown)).collect();
        Pyramid { rows, total: row("", "Cộng", None) }
    }

    /// Whether there is anybody whose sex is not written down.
    pub fn has_unsaid(&self) -> bool {
        !self.total.unsaid.is_nobody()
    }

    /// Whether there is anybody to draw.
    pub fn is_empty(&self) -> bool {
        let total = &self.total;
        [total.men, total.women, total.unsaid].iter().all(|it| it.is_nobody())
    }

    /// The length of a bar beside the longest, and where it begins when it grows to the left.
    pub fn bar(&self, count: &Rough) -> (String, String) {
        let both = self.rows.iter().flat_map(|it| [it.men, it.women]);
        let most = both.map(Rough::length).max().unwrap_or(0).max(1);
        let tenths = count.length() * 1000 / most;
        let percent = |it: i64| format!("{}.{}%", it / 10, it % 10);
        (percent(1000 - tenths), percent(tenths))
    }
}

/// A workplace and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workplace {
    pub id: Option<WorkplaceId>,
    pub name: String,
    pub count: Rough,
    /// The length of its bar, in per cent.
    pub bar: String,
}

/// Workplaces, those of most members first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workplaces {
    pub rows: Vec<Workplace>,
    /// Those that are not shown, and their members.
    pub others: Option<(i64, Rough)>,
    /// Members of whom no workplace is known.
    pub unknown: Rough,
}

impl Workplaces {
    /// The first `most` of them. A place of few is never named to somebody who sees no names.
    pub fn new(counted: &[AtWork], most: usize, names: bool) -> Workplaces {
        let (known, unknown): (Vec<_>, Vec<_>) = counted.iter().partition(|it| it.id.is_some());
        let shown = known.iter().take_while(|it| names || !few(it.count)).take(most);
        let longest = known.first().map_or(1, |it| it.count);
        let rows: Vec<Workplace> = shown
            .map(|it| {
                let count = Rough::new(it.count, names);
                let tenths = (count.length() * 1000 / longest.max(1)).min(1000);
                let bar = format!("{}.{}%", tenths / 10, tenths % 10);
                Workplace { id: it.id, name: it.name.clone().unwrap_or_default(), count, bar }
            })
            .collect();
        let rest = &known[rows.len()..];
        let people = Rough::new(rest.iter().map(|it| it.count).sum(), names);
        let places = i64::try_from(rest.len()).unwrap_or(i64::MAX);
        let unknown = Rough::new(unknown.iter().map(|it| it.count).sum(), names);
        Workplaces { rows, others: (places > 0).then_some((places, people)), unknown }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.others.is_none() && self.unknown.is_nobody()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_names_counts_are_multiples_of_five() {
        let shown = |count| Rough::new(count, false).to_string();
        assert_eq!(
            [0, 1, 4, 5, 7, 8, 1201].map(shown),
            ["0", "< 5", "< 5", "5", "5", "10", "1.200"]
        );
        assert_eq!(Rough::new(3, true), Rough::Exact(3));
    }

    #[test]
    fn a_workplace_of_few_is_not_named_without_names() {
        let place = |name: &str, count| AtWork {
            id: Some(WorkplaceId::new()),
            name: Some(name.to_owned()),
            count,
        };
        let nowhere = AtWork { id: None, name: None, count: 12 };
        let counted = [place("Sở Y tế", 40), place("Trường A", 9), place("Trường B", 3), nowhere];
        let all = Workplaces::new(&counted, 10, true);
        assert_eq!((all.rows.len(), all.others), (3, None));
        let told = Workplaces::new(&counted, 10, false);
        let names: Vec<&str> = told.rows.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Sở Y tế", "Trường A"]);
        assert_eq!(told.others, Some((1, Rough::Few)));
        assert_eq!(told.unknown, Rough::About(10));
        assert_eq!(Workplaces::new(&counted, 1, true).others, Some((2, Rough::Exact(12))));
    }

    proptest! {
        /// One person more or less is not to be seen, or not whether it is one or none.
        #[test]
        fn what_is_shown_stands_for_more_than_one_number(count in 1i64..500) {
            let shown = Rough::new(count, false);
            let alike = (0..505).filter(|it| Rough::new(*it, false) == shown).count();
            prop_assert!(alike >= 3, "{shown:?}");
        }
    }
}
