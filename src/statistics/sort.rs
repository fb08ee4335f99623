//! The order in which children stand beside each other.

use std::cmp::Ordering;

use crate::organisation::model::by_name;
use crate::small::Shown;
use crate::statistics::small::Line;
use crate::words::words;

words! {
    /// What the lines are ordered by.
    Column {
        Name = "name", "Tên";
        Members = "members", "Đảng viên";
        Met = "met", "Họp kỳ này";
        Attendance = "attendance", "Có mặt";
        Signed = "signed", "Phiếu đã ký";
        Letters = "letters", "Thiếu giấy";
        Given = "given", "Đóng góp";
    }
}

/// An order, as the address carries it: `members`, or `-members` for the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: Column,
    pub is_falling: bool,
}

impl Sort {
    /// By name where nothing else is asked for.
    pub fn read(typed: &str) -> Sort {
        let word = typed.trim();
        let is_falling = word.starts_with('-');
        let column = Column::read(word.trim_start_matches('-'));
        column.map_or(Sort { column: Column::Name, is_falling: false }, |column| Sort {
            column,
            is_falling,
        })
    }

    /// As `aria-sort` says it of a column; empty where another one is in force.
    pub fn said(self, column: Column) -> &'static str {
        match (self.column == column, self.is_falling) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The order that the head of a column leads to: the other way round where it is in force
    /// already, and else the largest numbers first.
    pub fn next(self, column: Column) -> String {
        let falls = if self.column == column { !self.is_falling } else { column != Column::Name };
        format!("{}{}", if falls { "-" } else { "" }, column.as_str())
    }

    /// `signed` are the sheets of a line: those that the cell signed, and all.
    pub fn apply(self, lines: &mut [Line], signed: impl Fn(&Line) -> (Shown, Shown)) {
        let name = |it: &Line| it.unit.as_ref().map(|unit| unit.name.clone()).unwrap_or_default();
        let order = |a: &Line, b: &Line| -> Ordering {
            match self.column {
                Column::Name => by_name(&name(a), &name(b)),
                Column::Members => length(a.normal).cmp(&length(b.normal)),
                Column::Met => met(a).cmp(&met(b)),
                Column::Attendance => share_present(a).cmp(&share_present(b)),
                Column::Signed => share_of(signed(a)).cmp(&share_of(signed(b))),
                Column::Letters => length(a.without_letter).cmp(&length(b.without_letter)),
                Column::Given => {
                    let given = |it: &Line| it.figures.contributions.amount_vnd;
                    given(a).cmp(&given(b))
                }
            }
        };
        // Ties stay in the order of names.
        lines.sort_by(|a, b| if self.is_falling { order(b, a) } else { order(a, b) });
    }
}

/// What is not told stands before what is: its place must not tell it.
fn length(count: Shown) -> i64 {
    match count {
        Shown::Exact(count) => count,
        Shown::Few | Shown::Hidden => -1,
    }
}

fn thousandths(part: i64, whole: i64) -> i64 {
    if whole > 0 { part * 1000 / whole } else { -1 }
}

fn met(line: &Line) -> (i64, Option<chrono::NaiveDate>) {
    (thousandths(line.half.met, line.half.cells), line.half.last_on)
}

fn share_present(line: &Line) -> i64 {
    if line.attendance { thousandths(line.half.present, line.half.expected) } else { -1 }
}

fn share_of((part, whole): (Shown, Shown)) -> i64 {
    match (part, whole) {
        (Shown::Exact(part), Shown::Exact(whole)) => thousandths(part, whole),
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_turns_its_own_order_round() {
        let sort = Sort::read("-members");
        assert_eq!(sort.said(Column::Members), "descending");
        assert_eq!(sort.said(Column::Name), "");
        assert_eq!(sort.next(Column::Members), "members");
        assert_eq!(sort.next(Column::Name), "name");
        assert_eq!(sort.next(Column::Letters), "-letters");
        assert_eq!(Sort::read("nonsense").said(Column::Name), "ascending");
    }
}
