//! Two counts side by side, and what may be told of their difference.

use std::fmt;

use crate::organisation::model::Unit;
use crate::small::{Shown, few};
use crate::statistics::small::{Line, View};
use crate::vietnamese::number;

/// By how much the second count differs from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    Exact(i64),
    /// By some people, but fewer than five.
    Few,
    /// A count of the two is not told.
    Hidden,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Exact(by) => f.write_str(&signed(*by)),
            Difference::Few => f.write_str("< 5"),
            Difference::Hidden => f.write_str("ẩn"),
        }
    }
}

/// `+1.201`, `−3`, `0`
pub fn signed(by: i64) -> String {
    match by {
        0 => "0".to_owned(),
        1.. => format!("+{}", number::grouped(by)),
        _ => format!("−{}", number::grouped(by.saturating_abs())),
    }
}

/// Two counts of people and their difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub first: Shown,
    pub second: Shown,
    pub difference: Difference,
}

impl Pair {
    /// To those who see no `names`, a difference of one to four people is not told, nor the
    /// second count, which would tell it.
    pub fn of(first: Shown, second: Shown, names: bool) -> Pair {
        let (Shown::Exact(a), Shown::Exact(b)) = (first, second) else {
            return Pair { first, second, difference: Difference::Hidden };
        };
        if !names && few((b - a).abs()) {
            return Pair { first, second: Shown::Hidden, difference: Difference::Few };
        }
        Pair { first, second, difference: Difference::Exact(b - a) }
    }

    fn exact(self) -> Option<i64> {
        match self.difference {
            Difference::Exact(by) => Some(by),
            _ => None,
        }
    }

    fn hide(&mut self) {
        self.second = Shown::Hidden;
        self.difference = Difference::Hidden;
    }
}

/// The pairs of the lines of a table, and of their total. A difference that is not told
/// must not follow from the others: where it is the only one, the smallest that is not zero
/// is hidden as well, and where there is no other, the total.
pub fn column(lines: &[(Shown, Shown)], total: (Shown, Shown), names: bool) -> (Vec<Pair>, Pair) {
    let mut pairs: Vec<Pair> = lines.iter().map(|(a, b)| Pair::of(*a, *b, names)).collect();
    let mut total = Pair::of(total.0, total.1, names);
    if names {
        return (pairs, total);
    }
    let hidden = pairs.iter().filter(|it| it.exact().is_none()).count();
    let alone = usize::from(total.exact().is_some());
    if hidden == alone {
        let others = (0..pairs.len()).filter(|at| pairs[*at].exact().is_some_and(|it| it != 0));
        match others.min_by_key(|at| pairs[*at].exact().map(i64::abs)) {
            Some(at) => pairs[at].hide(),
            None if hidden == 1 => total.hide(),
            None => {}
        }
    }
    (pairs, total)
}

/// The members of the units below, in two tables of one unit: the lines of both, those that
/// only the second has last.
pub fn lines(first: &View, second: &View, names: bool) -> (Vec<(String, Pair)>, Pair) {
    let id = |line: &Line| line.unit.as_ref().map(|it| it.id);
    let name =
        |line: &Line| line.unit.as_ref().map_or_else(|| "Trực tiếp".to_owned(), Unit::short_name);
    let none = Shown::Exact(0);
    let mut pairs: Vec<(String, (Shown, Shown))> = Vec::new();
    for line in &first.lines {
        let other = second.lines.iter().find(|it| id(it) == id(line));
        pairs.push((name(line), (line.normal, other.map_or(none, |it| it.normal))));
    }
    for line in &second.lines {
        if !first.lines.iter().any(|it| id(it) == id(line)) {
            pairs.push((name(line), (none, line.normal)));
        }
    }
    let counts: Vec<_> = pairs.iter().map(|it| it.1).collect();
    let (told, total) = column(&counts, (first.total.normal, second.total.normal), names);
    (pairs.into_iter().map(|it| it.0).zip(told).collect(), total)
}

/// A figure, its two values, and their difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub label: &'static str,
    pub first: String,
    pub second: String,
    pub difference: String,
}

impl Row {
    /// Of two counts that point at nobody.
    fn plain(label: &'static str, first: i64, second: i64) -> Row {
        Row {
            label,
            first: number::grouped(first),
            second: number::grouped(second),
            difference: signed(second - first),
        }
    }

    fn people(label: &'static str, pair: Pair) -> Row {
        Row {
            label,
            first: pair.first.to_string(),
            second: pair.second.to_string(),
            difference: pair.difference.to_string(),
        }
    }

    fn money(label: &'static str, first: i64, second: i64) -> Row {
        let by = second - first;
        let sign = if by < 0 { "−" } else { "+" };
        let by = number::dong(by.saturating_abs());
        Row {
            label,
            first: number::dong(first),
            second: number::dong(second),
            difference: if first == second { by } else { format!("{sign}{by}") },
        }
    }

    pub fn differs(&self) -> bool {
        self.first != self.second || self.difference == Difference::Few.to_string()
    }
}

/// Every figure of two lines. `one_unit` is whether both are of one unit, whose people a
/// small difference could point at.
pub fn rows(first: &Line, second: &Line, names: bool, one_unit: bool) -> Vec<Row> {
    let seen = names || !one_unit;
    let is_cell = [first, second].iter().all(|it| it.unit.as_ref().is_some_and(Unit::is_cell));
    let (a, b) = (first.figures, second.figures);
    let mut rows = vec![
        Row::people("Đảng viên", Pair::of(first.normal, second.normal, seen)),
        Row::people("Được miễn sinh hoạt", Pair::of(first.exempt, second.exempt, seen)),
        Row::people(
            "Chưa có giấy giới thiệu",
            Pair::of(first.without_letter, second.without_letter, seen),
        ),
        Row::plain("Cuộc họp", a.meetings.held, b.meetings.held),
        Row::plain("Trong đó họp định kỳ", a.meetings.periodic, b.meetings.periodic),
    ];
    if !is_cell {
        rows.push(Row::plain("Chi bộ đã họp", a.meetings.cells, b.meetings.cells));
    }
    let told = |line: &Line, count: i64| {
        if line.attendance { Shown::Exact(count) } else { Shown::Hidden }
    };
    for (label, of) in [
        ("Lượt phải dự", (a.meetings.expected, b.meetings.expected)),
        ("Có mặt", (a.meetings.present, b.meetings.present)),
        ("Vắng có lý do", (a.meetings.excused, b.meetings.excused)),
        ("Vắng không lý do", (a.meetings.unexcused, b.meetings.unexcused)),
    ] {
        let pair = Pair::of(told(first, of.0), told(second, of.1), seen);
        rows.push(Row::people(label, pair));
    }
    let (gifts, opinions) = ((a.contributions, b.contributions), (a.opinions, b.opinions));
    rows.extend([
        Row::plain("Lượt đóng góp", gifts.0.count, gifts.1.count),
        Row::money("Đóng góp bằng tiền", gifts.0.amount_vnd, gifts.1.amount_vnd),
        Row::plain("Ý kiến đã nêu", opinions.0.all(), opinions.1.all()),
        Row::plain("Ý kiến chờ trả lời", opinions.0.forwarded, opinions.1.forwarded),
        Row::plain("Ý kiến đã trả lời", opinions.0.answered, opinions.1.answered),
    ]);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(a: i64, b: i64) -> (Shown, Shown) {
        (Shown::Exact(a), Shown::Exact(b))
    }

    #[test]
    fn a_difference_that_points_at_somebody_is_not_told() {
        let pair = Pair::of(Shown::Exact(207), Shown::Exact(205), false);
        assert_eq!((pair.second, pair.difference), (Shown::Hidden, Difference::Few));
        let pair = Pair::of(Shown::Exact(207), Shown::Exact(205), true);
        assert_eq!(pair.difference.to_string(), "−2");
        let pair = Pair::of(Shown::Exact(1_207), Shown::Exact(2_414), false);
        assert_eq!(pair.difference.to_string(), "+1.207");
    }

    #[test]
    fn nor_does_it_follow_from_the_other_lines() {
        let lines = [exact(100, 103), exact(50, 57), exact(40, 52)];
        let (pairs, total) = column(&lines, exact(190, 212), false);
        assert_eq!(pairs[0].difference, Difference::Few);
        assert_eq!(pairs[1].difference, Difference::Hidden);
        assert_eq!((pairs[2].exact(), total.exact()), (Some(12), Some(22)));
        let (pairs, total) = column(&[exact(100, 103), exact(9, 9)], exact(109, 112), false);
        assert_eq!((pairs[0].exact(), total.exact()), (None, None));
        let (pairs, total) = column(&[exact(100, 101), exact(9, 8)], exact(109, 109), false);
        assert_eq!((pairs[0].exact(), pairs[1].exact(), total.exact()), (None, None, Some(0)));
        let (pairs, total) = column(&lines, exact(190, 212), true);
        assert_eq!((pairs[0].exact(), total.exact()), (Some(3), Some(22)));
    }

    #[test]
    fn the_lines_do_not_tell_a_total_that_is_hidden() {
        let (pairs, total) = column(&[exact(20, 26), exact(30, 26)], exact(50, 52), false);
        assert_eq!(total.difference, Difference::Few);
        assert_eq!((pairs[0].exact(), pairs[1].exact()), (Some(6), None), "the rest is few");
        let (pairs, _) = column(&[exact(20, 26), exact(30, 25)], exact(50, 51), false);
        assert_eq!((pairs[0].exact(), pairs[1].exact()), (Some(6), None));
    }
}
