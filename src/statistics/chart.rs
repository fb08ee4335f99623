//! Where the parts of a drawing stand. Across, all is in per cent, so that nothing shrinks on
//! a phone; the numbers stand on the page as text besides.

use crate::evaluation::small::CriterionCount;
use crate::small::Shown;
use crate::statistics::half::{HalfFigures, HalfYear};
use crate::vietnamese::number;

/// A half-year in a series, as it is told.
#[derive(Clone, Copy, Debug)]
pub struct HalfLine {
    pub half: HalfYear,
    pub figures: HalfFigures,
    /// Whether attendance may be told.
    pub attendance: bool,
    /// Whether more days of it are to come.
    pub is_open: bool,
}

impl HalfLine {
    pub fn rate(&self) -> Option<String> {
        self.figures.rate().filter(|_| self.attendance)
    }

    /// In tenths of a per cent.
    fn tenths(&self) -> Option<i64> {
        let HalfFigures { expected, present, .. } = self.figures;
        (self.attendance && expected > 0).then(|| (present * 1000 + expected / 2) / expected)
    }
}

/// A point of the line, in per cent across and in pixels down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub x: String,
    pub y: i64,
    /// Where its number stands.
    pub above: i64,
    /// `91,6`
    pub label: String,
    pub is_open: bool,
}

/// Attendance over the half-years.
#[derive(Clone, Debug)]
pub struct LineChart {
    /// The lower end of the axis, in per cent; the upper is 100.
    pub low: i64,
    pub points: Vec<Point>,
    /// Between neighbours: a half-year without a rate leaves a gap.
    pub segments: Vec<(Point, Point)>,
    /// Every half-year below its place: `II/24`.
    pub names: Vec<(String, String)>,
    /// All of it in words.
    pub said: String,
}

const TOP: i64 = 24;
const BOTTOM: i64 = 150;

impl LineChart {
    /// Nothing to draw where fewer than two half-years have a rate.
    pub fn new(lines: &[HalfLine]) -> Option<LineChart> {
        let lowest = lines.iter().filter_map(HalfLine::tenths).min()?;
        let low = ((lowest - 30).max(0) / 100) * 10;
        let count = i64::try_from(lines.len()).unwrap_or(1).max(1);
        let x = |at: i64| {
            let thousandths = 60 + (2 * at + 1) * 940 / (2 * count);
            format!("{}.{}%", thousandths / 10, thousandths % 10)
        };
        let place = |(line, at): (&HalfLine, i64)| {
            let tenths = line.tenths()?;
            let y = BOTTOM - (tenths - low * 10) * (BOTTOM - TOP) / ((100 - low) * 10).max(1);
            let label = line.rate()?.trim_end_matches('%').to_owned();
            Some(Point { x: x(at), y, above: y - 14, label, is_open: line.is_open })
        };
        let placed: Vec<Option<Point>> = lines.iter().zip(0..).map(place).collect();
        let pairs = placed.windows(2).filter_map(|pair| match pair {
            [Some(a), Some(b)] => Some((a.clone(), b.clone())),
            _ => None,
        });
        let segments: Vec<(Point, Point)> = pairs.collect();
        let points: Vec<Point> = placed.iter().flatten().cloned().collect();
        let says = |it: &HalfLine| Some(format!("{}: {}", it.half.short(), it.rate()?));
        let said = lines.iter().filter_map(says).collect::<Vec<_>>().join("; ");
        let names = lines.iter().zip(0..).map(|(it, at)| (x(at), it.half.short())).collect();
        (points.len() > 1).then_some(LineChart { low, points, segments, names, said })
    }
}

/// A part of a stacked bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub x: String,
    pub width: String,
    /// What fills it: `v` full, `h` hatched, `t` empty, so that grey paper tells them apart.
    pub fill: &'static str,
}

/// What fills the parts, in their order; a fourth option begins anew.
pub const FILLS: [&str; 3] = ["v", "h", "t"];

/// How often each option of a criterion was chosen; nothing to draw where one is not told.
pub fn stacked(criterion: &CriterionCount) -> Option<Vec<Part>> {
    let counts: Option<Vec<i64>> = criterion
        .options
        .iter()
        .map(|it| match it.count {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Hidden => None,
        })
        .collect();
    let counts = counts?;
    let whole: i64 = counts.iter().sum();
    if whole <= 0 {
        return None;
    }
    let percent = |it: i64| format!("{}.{}%", it / 10, it % 10);
    let mut before = 0;
    let parts = counts.iter().zip(FILLS.iter().cycle()).map(|(count, fill)| {
        let (start, end) = (before * 1000 / whole, (before + count) * 1000 / whole);
        before += count;
        Part { x: percent(start), width: percent(end - start), fill }
    });
    Some(parts.collect())
}

/// A part of a whole as the width of a bar.
pub fn share(part: i64, whole: i64) -> String {
    let thousandths = if whole > 0 { (part.max(0) * 1000 / whole).min(1000) } else { 0 };
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// `+41`, `−17`
pub fn signed(count: i64) -> String {
    let sign = if count < 0 { "−" } else { "+" };
    format!("{sign}{}", number::grouped(count.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::small::OptionCount;
    use crate::ids::OptionId;

    fn line(half: &str, present: i64, expected: i64) -> HalfLine {
        let figures = HalfFigures { expected, present, ..HalfFigures::default() };
        let half = HalfYear::of(half.parse().unwrap());
        HalfLine { half, figures, attendance: true, is_open: false }
    }

    #[test]
    fn a_half_year_without_a_rate_leaves_a_gap() {
        let lines = [
            line("2023-01-01", 80, 100),
            line("2023-07-01", 0, 0),
            line("2024-01-01", 90, 100),
            line("2024-07-01", 100, 100),
        ];
        let chart = LineChart::new(&lines).unwrap();
        assert_eq!(chart.low, 70);
        assert_eq!((chart.points.len(), chart.segments.len(), chart.names.len()), (3, 1, 4));
        assert_eq!((chart.points[2].y, chart.points[2].label.as_str()), (TOP, "100"));
        assert_eq!(chart.said, "I/23: 80,0%; I/24: 90,0%; II/24: 100%");
        assert!(LineChart::new(&lines[..2]).is_none());
    }

    #[test]
    fn parts_stand_beside_each_other_and_fill_the_whole() {
        let option = |count| OptionCount { id: OptionId::new(), label: String::new(), count };
        let criterion = |counts: &[Shown]| CriterionCount {
            number: 1,
            heading: String::new(),
            options: counts.iter().map(|it| option(*it)).collect(),
        };
        let parts = stacked(&criterion(&[30, 60, 10].map(Shown::Exact))).unwrap();
        assert_eq!((parts[1].x.as_str(), parts[1].width.as_str()), ("30.0%", "60.0%"));
        assert_eq!((parts[2].x.as_str(), parts[2].fill), ("90.0%", "t"));
        assert!(stacked(&criterion(&[Shown::Exact(9), Shown::Few])).is_none());
        assert_eq!((signed(-1200).as_str(), signed(3).as_str()), ("−1.200", "+3"));
    }
}
