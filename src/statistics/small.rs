//! The counts as pages and files show them: to those who see no names, a count of a
//! cell that is small enough to point at somebody is not told.

use std::fmt;

use chrono::NaiveDate;

use crate::organisation::model::Unit;
use crate::statistics::model::{Figures, Overview};
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

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Exact(count) => f.write_str(&number::grouped(*count)),
            Shown::Few => f.write_str("< 5"),
            Shown::Hidden => f.write_str("ẩn"),
        }
    }
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    /// None for what stands in the books of the whole unit itself.
    pub unit: Option<Unit>,
    /// The last day of a former child.
    pub left_on: Option<NaiveDate>,
    pub figures: Figures,
    pub normal: Shown,
    pub exempt: Shown,
    /// Whether attendance may be told.
    pub attendance: bool,
}

impl Line {
    fn exact(unit: Option<Unit>, left_on: Option<NaiveDate>, figures: Figures) -> Line {
        let normal = Shown::Exact(figures.members.normal);
        let exempt = Shown::Exact(figures.members.exempt);
        Line { unit, left_on, figures, normal, exempt, attendance: true }
    }

    fn is_cell(&self) -> bool {
        self.unit.as_ref().is_some_and(Unit::is_cell)
    }
}

/// The lines of an overview, and their total.
#[derive(Clone, Debug)]
pub struct View {
    pub total: Line,
    pub lines: Vec<Line>,
}

impl View {
    /// `names` is whether the viewer sees names, and so every count.
    pub fn new(overview: &Overview, names: bool) -> View {
        let children = overview.children.iter().map(|it| {
            Line::exact(Some(it.unit.clone()), it.left_on(overview.as_of.on), it.figures)
        });
        let direct = overview.direct.map(|it| Line::exact(None, None, it));
        let mut lines: Vec<Line> = children.chain(direct).collect();
        let mut total = vec![Line::exact(Some(overview.unit.clone()), None, overview.total)];
        if !names {
            hide(&mut lines);
            hide(&mut total);
        }
        View { total: total.remove(0), lines }
    }
}

fn hide(lines: &mut [Line]) {
    let is_cell: Vec<bool> = lines.iter().map(Line::is_cell).collect();
    let of = |count: fn(&Figures) -> i64, lines: &[Line]| -> Vec<i64> {
        lines.iter().map(|it| count(&it.figures)).collect()
    };
    let normal = shown(&of(|it| it.members.normal, lines), &is_cell);
    let exempt = shown(&of(|it| it.members.exempt, lines), &is_cell);
    let expected = of(|it| it.meetings.expected, lines);
    // Attendance tells how many there are, too.
    let told =
        |at: usize| matches!(normal[at], Shown::Exact(_)) && !(is_cell[at] && few(expected[at]));
    let mut untold: Vec<bool> = (0..lines.len()).map(|at| !told(at)).collect();
    if let Some(at) = second(&expected, &untold) {
        untold[at] = true;
    }
    for (at, line) in lines.iter_mut().enumerate() {
        (line.normal, line.exempt, line.attendance) = (normal[at], exempt[at], !untold[at]);
    }
}

fn shown(counts: &[i64], is_cell: &[bool]) -> Vec<Shown> {
    let hidden: Vec<bool> =
        counts.iter().zip(is_cell).map(|(count, cell)| *cell && few(*count)).collect();
    let lines = counts.iter().zip(&hidden);
    let mut shown: Vec<Shown> =
        lines.map(|(count, few)| if *few { Shown::Few } else { Shown::Exact(*count) }).collect();
    if let Some(at) = second(counts, &hidden) {
        shown[at] = Shown::Hidden;
    }
    shown
}

fn few(count: i64) -> bool {
    (1..ENOUGH).contains(&count)
}

/// The line to hide beside the only hidden one, since the total is told: the smallest
/// of the others that are not empty.
fn second(counts: &[i64], hidden: &[bool]) -> Option<usize> {
    if hidden.iter().filter(|it| **it).count() != 1 {
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
        assert_eq!(shown(&[30, 4, 0, 12], &[true; 4]), [Exact(30), Few, Exact(0), Hidden]);
        assert_eq!(shown(&[30, 4, 1, 12], &[true; 4]), [Exact(30), Few, Few, Exact(12)]);
        assert_eq!(shown(&[30, 5, 0], &[true; 3]), [Exact(30), Exact(5), Exact(0)]);
    }

    #[test]
    fn wards_are_large_enough_to_be_told() {
        assert_eq!(shown(&[3, 40], &[false; 2]), [Exact(3), Exact(40)]);
    }

    #[test]
    fn alone_a_small_count_is_hidden_alone() {
        assert_eq!(shown(&[3], &[true]), [Few]);
    }
}
