//! The counts as pages and files show them: to those who see no names, a count that is
//! small enough to point at somebody is not told, nor what would betray it.

use chrono::NaiveDate;

use crate::ids::UnitId;
use crate::organisation::model::Unit;
use crate::small::{Shown, few, second, shown, told};
use crate::statistics::half::HalfFigures;
use crate::statistics::model::{Figures, Overview};

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
    pub without_letter: Shown,
    /// The latest half-year.
    pub half: HalfFigures,
    /// Whether attendance may be told, of the year and of its half.
    pub attendance: bool,
}

impl Line {
    fn exact(unit: Option<Unit>, figures: Figures, half: HalfFigures) -> Line {
        let normal = Shown::Exact(figures.members.normal);
        let exempt = Shown::Exact(figures.members.exempt);
        let without_letter = Shown::Exact(figures.members.without_letter);
        let (left_on, attendance) = (None, true);
        Line { unit, left_on, figures, normal, exempt, without_letter, half, attendance }
    }

    /// Whether some of its attendance counts too few: of the year, of the half-year, or of
    /// what remains of the one without the other.
    fn calls_few(&self) -> bool {
        let (year, half) = (self.figures.meetings.expected, self.half.expected);
        few(year) || few(half) || few(year - half)
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
            let half = overview.half_of(it.unit.id);
            let left_on = it.left_on(overview.as_of.on);
            Line { left_on, ..Line::exact(Some(it.unit.clone()), it.figures, half) }
        });
        let direct =
            overview.direct.map(|it| Line::exact(None, it, overview.half_of(overview.unit.id)));
        let mut lines: Vec<Line> = children.chain(direct).collect();
        let half = overview.half(overview.as_of.half());
        let mut total = Line::exact(Some(overview.unit.clone()), overview.total, half);
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

/// Tells of the whole unit what the table above tells of it. Where that is a little older, what it
/// tells exactly is told as it is by now.
fn hide_total(total: &mut Line, above: Option<&Line>) {
    let members = total.figures.members;
    (total.normal, total.exempt) = (told(members.normal), told(members.exempt));
    total.without_letter = told(members.without_letter);
    total.attendance = total.normal.is_exact() && !total.calls_few();
    if let Some(above) = above {
        total.normal = total.normal.as_above(above.normal);
        total.exempt = total.exempt.as_above(above.exempt);
        total.without_letter = total.without_letter.as_above(above.without_letter);
        total.attendance = above.attendance && !total.calls_few();
    }
}

fn hide_lines(lines: &mut [Line], total: &Line) {
    let of = |count: fn(&Figures) -> i64, lines: &[Line]| -> Vec<i64> {
        lines.iter().map(|it| count(&it.figures)).collect()
    };
    let normal = shown(&of(|it| it.members.normal, lines), total.normal.is_exact());
    let exempt = shown(&of(|it| it.members.exempt, lines), total.exempt.is_exact());
    let letters = of(|it| it.members.without_letter, lines);
    let letters = shown(&letters, total.without_letter.is_exact());
    let expected = of(|it| it.meetings.expected, lines);
    // Attendance tells how many there are, too.
    let untold = (0..lines.len()).map(|at| !normal[at].is_exact() || lines[at].calls_few());
    let mut untold: Vec<bool> = untold.collect();
    if let Some(at) = second(&expected, &untold, total.attendance) {
        untold[at] = true;
    }
    for (at, line) in lines.iter_mut().enumerate() {
        (line.normal, line.exempt, line.attendance) = (normal[at], exempt[at], !untold[at]);
        line.without_letter = letters[at];
    }
}
