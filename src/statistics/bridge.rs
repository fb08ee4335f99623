//! Why from one number of members to another: the reasons, and how many each is told to
//! somebody who sees no names.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::ids::UnitId;
use crate::small::{Shown, few};
use crate::statistics::store::bridge::Counted;
use crate::vietnamese::{day, number};
use crate::words::words;

words! {
    /// Why somebody of category normal is counted on one day and not on the other. The
    /// first five add to the count, the others take from it.
    Flow {
        Joined = "joined", "Giới thiệu mới về";
        MovedIn = "moved_in", "Chuyển đến từ nơi khác";
        ReorganisedIn = "reorganised_in", "Chi bộ chuyển về khi sắp xếp";
        CategoryIn = "category_in", "Trở lại diện bình thường";
        CorrectedIn = "corrected_in", "Bỏ gộp hồ sơ trùng";
        MovedOut = "moved_out", "Chuyển đi nơi khác";
        ReorganisedOut = "reorganised_out", "Chi bộ chuyển đi khi sắp xếp";
        CategoryOut = "category_out", "Chuyển sang diện được miễn";
        Retired = "retired", "Nghỉ hưu, về chi bộ nơi cư trú";
        Deceased = "deceased", "Từ trần";
        LeftParty = "left_party", "Không còn là đảng viên";
        CorrectedOut = "corrected_out", "Gộp hồ sơ trùng";
        Other = "other", "Lý do khác";
    }
}

impl Flow {
    /// Whether it adds to the count.
    pub fn is_in(self) -> bool {
        self.sign() > 0
    }

    fn sign(self) -> i64 {
        match self {
            Flow::Joined
            | Flow::MovedIn
            | Flow::ReorganisedIn
            | Flow::CategoryIn
            | Flow::CorrectedIn => 1,
            _ => -1,
        }
    }

    fn place(self) -> usize {
        Flow::ALL.iter().position(|it| *it == self).unwrap_or(0)
    }
}

/// How many each reason brought or took, in the order of [`Flow::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([i64; 13]);

impl Counts {
    /// Those of each unit that is counted in `rows`.
    pub fn of_units(rows: &[Counted]) -> BTreeMap<UnitId, Counts> {
        let mut all: BTreeMap<UnitId, Counts> = BTreeMap::new();
        for row in rows {
            all.entry(row.unit_id).or_default().0[row.kind.place()] += row.count;
        }
        all
    }

    pub fn get(&self, flow: Flow) -> i64 {
        self.0[flow.place()]
    }

    /// What the second day counts more than the first.
    pub fn net(&self) -> i64 {
        Flow::ALL.iter().map(|it| it.sign() * self.get(*it)).sum()
    }
}

/// The reasons that a table of units may not tell: those that are few in any of them, and
/// where that is only one, the next smallest as well. Hidden in all of them and in the tables
/// below, they follow from no sum of units.
pub fn hidden(tables: &[Counts]) -> BTreeSet<usize> {
    let is_few = |at: &usize| tables.iter().any(|it| few(it.0[*at]));
    let mut hidden: BTreeSet<usize> = (0..Flow::ALL.len()).filter(is_few).collect();
    if hidden.len() == 1 {
        let total = |at: &usize| tables.iter().map(|it| it.0[*at]).sum::<i64>();
        // Where nothing else happened it is the first that has not: that it has not is then
        // not told either.
        let others = (0..Flow::ALL.len()).filter(|at| !hidden.contains(at));
        let partner = others.min_by_key(|at| (total(at) == 0, total(at)));
        hidden.extend(partner);
    }
    hidden
}

/// A reason and its people, as they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub flow: Flow,
    pub count: Shown,
}

/// The way from the count of one day to that of another.
#[derive(Clone, Debug)]
pub struct Bridge {
    pub from: NaiveDate,
    pub on: NaiveDate,
    pub start: Shown,
    pub end: Shown,
    /// Those that happened, or may have. Nothing is told where one of the ends is not.
    pub rows: Vec<Row>,
}

impl Bridge {
    /// As somebody sees it who sees names.
    pub fn exact(days: (NaiveDate, NaiveDate), start: i64, counts: &Counts) -> Bridge {
        let end = Shown::Exact(start + counts.net());
        let rows = rows(counts, &BTreeSet::new());
        Bridge { from: days.0, on: days.1, start: Shown::Exact(start), end, rows }
    }

    /// As somebody sees it who does not, and to whom `start` and `end` are told so; `hidden`
    /// are reasons that other tables may not tell. Days that differ by so few that they point
    /// at somebody are not told side by side.
    pub fn told(
        (from, on): (NaiveDate, NaiveDate),
        (start, end): (Shown, Shown),
        counts: &Counts,
        hidden: &BTreeSet<usize>,
    ) -> Bridge {
        let few_more = few(counts.net().abs());
        let start = if few_more && start.is_exact() { Shown::Hidden } else { start };
        let rows = if start.is_exact() && end.is_exact() { rows(counts, hidden) } else { vec![] };
        Bridge { from, on, start, end, rows }
    }

    /// `tăng 23 từ 30/06/2024`
    pub fn change(&self) -> Option<String> {
        let (Shown::Exact(start), Shown::Exact(end)) = (self.start, self.end) else { return None };
        let from = day::short(self.from);
        let (more, word) = ((end - start).abs(), if end > start { "tăng" } else { "giảm" });
        Some(match more {
            0 => format!("bằng ngày {from}"),
            more => format!("{word} {} từ {from}", number::grouped(more)),
        })
    }

    /// `Vì sao từ 1.178 thành 1.201`
    pub fn title(&self) -> String {
        if self.start.is_exact() && self.end.is_exact() {
            return format!("Vì sao từ {} thành {}", self.start, self.end);
        }
        "Thay đổi số đảng viên".to_owned()
    }

    /// Where a row's bar begins and how long it is, in per cent: from the middle to the right
    /// what came, to the left what went. A count that is not told has none.
    pub fn bar(&self, row: &Row) -> Option<(String, String)> {
        let exact = |it: &Row| match it.count {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Hidden => None,
        };
        let most = self.rows.iter().filter_map(exact).max().unwrap_or(0).max(1);
        let tenths = exact(row)? * 500 / most;
        let start = if row.flow.is_in() { 500 } else { 500 - tenths };
        let percent = |it: i64| format!("{}.{}%", it / 10, it % 10);
        Some((percent(start), percent(tenths)))
    }
}

/// Each reason that happened; one that is hidden is not told apart from one that did not.
fn rows(counts: &Counts, hidden: &BTreeSet<usize>) -> Vec<Row> {
    let is_hidden = |flow: Flow| hidden.contains(&flow.place());
    let unclear: Vec<(i64, i64)> = Flow::ALL
        .iter()
        .filter(|it| is_hidden(**it))
        .map(|it| (it.sign(), counts.get(*it)))
        .collect();
    let says_few = keeps_secret(&unclear);
    let all = Flow::ALL.iter().map(|flow| {
        let count = counts.get(*flow);
        let shown = match is_hidden(*flow) {
            false => Shown::Exact(count),
            true if says_few && few(count) => Shown::Few,
            true => Shown::Hidden,
        };
        Row { flow: *flow, count: shown }
    });
    all.filter(|it| it.count != Shown::Exact(0)).collect()
}

/// Whether more than one number is possible for each that is few, where it is said to be
/// from 1 to 4, the others to be none or 5 and more, and their sum is known.
fn keeps_secret(unclear: &[(i64, i64)]) -> bool {
    let sum: i64 = unclear.iter().map(|(sign, count)| sign * count).sum();
    // Numbers far from the true one are left out: what remains is possible all the more.
    let possible = |count: i64| -> Vec<i64> {
        if few(count) {
            (1..5).collect()
        } else {
            (5.max(count - 20)..count + 20).chain([0]).collect()
        }
    };
    let is_open = |at: usize, sign: i64| {
        let mut sums = BTreeSet::from([0]);
        for (other, (sign, count)) in unclear.iter().enumerate() {
            if other != at {
                let numbers = possible(*count);
                sums =
                    sums.iter().flat_map(|it| numbers.iter().map(move |n| it + sign * n)).collect();
            }
        }
        (1..5).filter(|count| sums.contains(&(sum - sign * count))).count() > 1
    };
    let mut those_few = unclear.iter().enumerate().filter(|(_, (_, count))| few(*count));
    those_few.all(|(at, (sign, _))| is_open(at, *sign))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(of: &[(Flow, i64)]) -> Counts {
        let mut counts = Counts::default();
        for (flow, count) in of {
            counts.0[flow.place()] = *count;
        }
        counts
    }

    fn told(of: &[(Flow, i64)]) -> Vec<String> {
        let counts = counts(of);
        let rows = rows(&counts, &hidden(&[counts]));
        rows.iter().map(|it| format!("{} {}", it.flow.as_str(), it.count)).collect()
    }

    #[test]
    fn a_reason_of_few_takes_the_next_smallest_with_it() {
        let flows = [(Flow::Joined, 41), (Flow::MovedOut, 17), (Flow::Deceased, 3)];
        assert_eq!(told(&flows), ["joined 41", "moved_out ẩn", "deceased < 5"]);
        assert_eq!(
            told(&[(Flow::Joined, 41), (Flow::MovedOut, 17)]),
            ["joined 41", "moved_out 17"]
        );
    }

    #[test]
    fn alone_a_reason_of_few_is_not_told_apart_from_one_that_did_not_happen() {
        assert_eq!(told(&[(Flow::Deceased, 1)]), ["joined ẩn", "deceased ẩn"]);
    }

    #[test]
    fn what_is_few_in_one_unit_is_told_of_none() {
        let units = [
            counts(&[(Flow::Joined, 40), (Flow::Retired, 9)]),
            counts(&[(Flow::Joined, 30), (Flow::Retired, 2), (Flow::MovedOut, 8)]),
        ];
        let hidden = hidden(&units);
        let told = rows(&units[0], &hidden);
        assert!(told.iter().all(|it| it.flow == Flow::Joined || it.count == Shown::Hidden));
        assert_eq!(told[0].count, Shown::Exact(40));
    }

    #[test]
    fn the_words_say_which_way_it_went() {
        let days = ("2024-06-30".parse().unwrap(), "2024-11-15".parse().unwrap());
        let bridge =
            Bridge::exact(days, 1_178, &counts(&[(Flow::Joined, 41), (Flow::Retired, 18)]));
        assert_eq!(bridge.title(), "Vì sao từ 1.178 thành 1.201");
        assert_eq!(bridge.change().as_deref(), Some("tăng 23 từ 30/06/2024"));
        assert_eq!(bridge.bar(&bridge.rows[0]), Some(("50.0%".into(), "50.0%".into())));
        assert_eq!(bridge.bar(&bridge.rows[1]), Some(("28.1%".into(), "21.9%".into())));
    }

    proptest! {
        /// Whoever knows both ends, every row that is told, and what the marks mean finds at
        /// least two numbers for each that is few.
        #[test]
        fn no_small_number_follows_from_the_totals(
            of in proptest::array::uniform13(prop_oneof![4 => Just(0i64), 2 => 1i64..5, 1 => 5i64..30]),
        ) {
            let counts = Counts(of);
            let rows = rows(&counts, &hidden(&[counts]));
            let shown: i64 = rows
                .iter()
                .filter_map(|it| match it.count {
                    Shown::Exact(count) => Some(it.flow.sign() * count),
                    _ => None,
                })
                .sum();
            prop_assert!(rows.iter().all(|it| !matches!(it.count, Shown::Exact(1..5))));
            let left = counts.net() - shown;
            let unclear: Vec<Row> = rows.into_iter().filter(|it| !it.count.is_exact()).collect();
            let says_few = unclear.iter().any(|it| it.count == Shown::Few);
            for (at, row) in unclear.iter().enumerate() {
                if !few(counts.get(row.flow)) {
                    continue;
                }
                let others = |at: usize| {
                    let others = unclear.iter().enumerate().filter(move |(other, _)| *other != at);
                    others.map(|(_, it)| *it).collect::<Vec<_>>()
                };
                let ways = numbers(*row, says_few).into_iter().filter(|n| {
                    let sums = sums(&others(at), says_few);
                    let rest = left - row.flow.sign() * n;
                    sums.contains(&(rest, true)) || few(*n) && sums.contains(&(rest, false))
                });
                prop_assert!(ways.count() > 1, "{unclear:?}");
            }
        }
    }

    /// What a row that is not told can be.
    fn numbers(row: Row, says_few: bool) -> Vec<i64> {
        match row.count {
            Shown::Few => (1..5).collect(),
            _ if says_few => [0].into_iter().chain(5..60).collect(),
            _ => (0..60).collect(),
        }
    }

    /// What the rows can come to, and whether one of them is few then: without that nothing
    /// would have been hidden.
    fn sums(rows: &[Row], says_few: bool) -> BTreeSet<(i64, bool)> {
        rows.iter().fold(BTreeSet::from([(0, false)]), |sums, row| {
            let numbers = numbers(*row, says_few);
            let add = |(sum, any_few): (i64, bool)| {
                numbers.iter().map(move |n| (sum + row.flow.sign() * n, any_few || few(*n)))
            };
            sums.into_iter().flat_map(add).collect()
        })
    }
}
