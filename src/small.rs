//! Counts of people as they are shown to those who see no names: one that is small enough to
//! point at somebody is not told, nor what would betray it by subtraction.

use std::fmt;

use crate::vietnamese::number;

/// From so many people on, a count points at nobody.
const ENOUGH: i64 = 5;

/// A count as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Exact(i64),
    /// Some, but fewer than five.
    Few,
    /// Told, it would betray by subtraction the one that is few.
    Hidden,
}

impl Shown {
    pub fn is_exact(self) -> bool {
        matches!(self, Shown::Exact(_))
    }

    /// The count where the table above tells its own; otherwise what that one tells.
    #[must_use]
    pub fn as_above(self, above: Shown) -> Shown {
        if above.is_exact() { self } else { above }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Exact(count) => f.write_str(&number::grouped(*count)),
            Shown::Few => f.write_str("< 5"),
            Shown::Hidden => f.write_str("ẩn"),
        }
    }
}

/// The counts of a column and their total, as they are shown to somebody who sees `names`, or
/// who does not.
pub fn column(counts: &[i64], names: bool) -> (Vec<Shown>, Shown) {
    let total = counts.iter().sum();
    if names {
        return (counts.iter().map(|it| Shown::Exact(*it)).collect(), Shown::Exact(total));
    }
    let total = told(total);
    (shown(counts, total.is_exact()), total)
}

/// Counts that add up to a total, and whether the total is told.
pub fn shown(counts: &[i64], total_is_told: bool) -> Vec<Shown> {
    let mut shown: Vec<Shown> = counts.iter().map(|count| told(*count)).collect();
    let hidden: Vec<bool> = shown.iter().map(|it| !it.is_exact()).collect();
    if let Some(at) = second(counts, &hidden, total_is_told) {
        shown[at] = Shown::Hidden;
    }
    shown
}

pub fn told(count: i64) -> Shown {
    if few(count) { Shown::Few } else { Shown::Exact(count) }
}

pub fn few(count: i64) -> bool {
    (1..ENOUGH).contains(&count)
}

/// The line to hide as well, the smallest of the others that are not empty: beside the
/// only hidden one where the total is told, and in its stead where it is not, since the
/// lines would tell it.
pub fn second(counts: &[i64], hidden: &[bool], total_is_told: bool) -> Option<usize> {
    let alone = usize::from(total_is_told);
    if hidden.iter().filter(|it| **it).count() != alone {
        return None;
    }
    let others = (0..counts.len()).filter(|at| !hidden[*at] && counts[*at] > 0);
    others.min_by_key(|at| counts[*at])
}

#[cfg(test)]
mod tests {
    use super::Shown::{Exact, Few, Hidden};
    use super::*;

    #[test]
    fn a_small_count_takes_the_next_smallest_with_it() {
        assert_eq!(shown(&[30, 4, 0, 12], true), [Exact(30), Few, Exact(0), Hidden]);
        assert_eq!(shown(&[30, 4, 1, 12], true), [Exact(30), Few, Few, Exact(12)]);
        assert_eq!(shown(&[30, 5, 0], true), [Exact(30), Exact(5), Exact(0)]);
    }

    #[test]
    fn the_lines_do_not_tell_a_total_that_is_hidden() {
        assert_eq!(shown(&[30, 12, 0], false), [Exact(30), Hidden, Exact(0)]);
        assert_eq!(shown(&[30, 4], false), [Exact(30), Few]);
    }

    #[test]
    fn alone_a_small_count_hides_the_total() {
        assert_eq!(shown(&[3, 0], true), [Few, Exact(0)]);
        assert_eq!(told(3), Few);
    }
}
