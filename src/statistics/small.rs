//! The counts as pages and files show them: to those who see no names, a count that is
//! small enough to point at somebody is not told, nor what would betray it.

use std::fmt;

use chrono::NaiveDate;

use crate::ids::UnitId;
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
}

/// Who looks at the counts.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// Somebody who sees the names, and so every count.
    Names,
    /// Somebody who does not; with the line that the unit has in the table of the unit
    /// above it, which its own page must not contradict. The top unit has none.
    Counts(Option<&'a Line>),
}

/// The lines of an overview, and their total.
#[derive(Clone, Debug)]
pub struct View {
    pub total: Line,
    pub lines: Vec<Line>,
}

impl View {
    pub fn new(overview: &Overview, sight: Sight) -> View {
        let children = overview.children.iter().map(|it| {
            Line::exact(Some(it.unit.clone()), it.left_on(overview.as_of.on), it.figures)
        });
        let direct = overview.direct.map(|it| Line::exact(None, None, it));
        let mut lines: Vec<Line> = children.chain(direct).collect();
        let mut total = Line::exact(Some(overview.unit.clone()), None, overview.total);
        if let Sight::Counts(above) = sight {
            hide_total(&mut total, above);
            hide_lines(&mut lines, &total);
        }
        View { total, lines }
    }

    /// The line of a child.
    pub fn line_of(self, id: UnitId) -> Option<Line> {
        self.lines.into_iter().find(|it| it.unit.as_ref().is_some_and(|unit| unit.id == id))
    }
}

/// Tells of the whole unit what the table above tells of it.
fn hide_total(total: &mut Line, above: Option<&Line>) {
    if let Some(above) = above {
        (total.normal, total.exempt) = (above.normal, above.exempt);
        total.attendance = above.attendance;
        return;
    }
    let Figures { members, meetings, .. } = total.figures;
    (total.normal, total.exempt) = (told(members.normal), told(members.exempt));
    total.attendance = is_exact(total.normal) && !few(meetings.expected);
}

fn hide_lines(lines: &mut [Line], total: &Line) {
    let of = |count: fn(&Figures) -> i64, lines: &[Line]| -> Vec<i64> {
        lines.iter().map(|it| count(&it.figures)).collect()
    };
    let normal = shown(&of(|it| it.members.normal, lines), is_exact(total.normal));
    let exempt = shown(&of(|it| it.members.exempt, lines), is_exact(total.exempt));
    let expected = of(|it| it.meetings.expected, lines);
    // Attendance tells how many there are, too.
    let untold = (0..lines.len()).map(|at| !is_exact(normal[at]) || few(expected[at]));
    let mut untold: Vec<bool> = untold.collect();
    if let Some(at) = second(&expected, &untold, total.attendance) {
        untold[at] = true;
    }
    for (at, line) in lines.iter_mut().enumerate() {
        (line.normal, line.exempt, line.attendance) = (normal[at], exempt[at], !untold[at]);
    }
}

fn shown(counts: &[i64], total_is_told: bool) -> Vec<Shown> {
    let mut shown: Vec<Shown> = counts.iter().map(|count| told(*count)).collect();
    let hidden: Vec<bool> = shown.iter().map(|it| !is_exact(*it)).collect();
    if let Some(at) = second(counts, &hidden, total_is_told) {
        shown[at] = Shown::Hidden;
    }
    shown
}

fn told(count: i64) -> Shown {
    if few(count) { Shown::Few } else { Shown::Exact(count) }
}

fn is_exact(shown: Shown) -> bool {
    matches!(shown, Shown::Exact(_))
}

fn few(count: i64) -> bool {
    (1..ENOUGH).contains(&count)
}

/// The line to hide as well, the smallest of the others that are not empty: beside the
/// only hidden one where the total is told, and in its stead where it is not, since the
/// lines would tell it.
fn second(counts: &[i64], hidden: &[bool], total_is_told: bool) -> Option<usize> {
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
