//! The counts of sheets as they are shown to those who see no names.

use std::collections::{BTreeMap, BTreeSet};

use crate::criteria::model::Whole;
use crate::evaluation::store::counts::{Chosen, OfChild, Stages};
use crate::ids::{CriterionId, OptionId, UnitId};
use crate::small::{self, Shown};

/// The stages of a line of the table: those of [`Stages`], in its order.
pub type Told = [Shown; 7];

fn columns(stages: &Stages) -> [i64; 7] {
    [
        stages.asked,
        stages.written,
        stages.signed,
        stages.confirmed,
        stages.sent,
        stages.returned,
        stages.absent,
    ]
}

/// The table of a unit: a line for each child, in the order of `lines`, and the total. `above`
/// is the line that the unit has in the table of the unit above it, which is not contradicted.
pub fn stages(lines: &[Stages], names: bool, above: Option<&Told>) -> (Vec<Told>, Told) {
    let mut told = vec![[Shown::Exact(0); 7]; lines.len()];
    let mut total = [Shown::Exact(0); 7];
    for at in 0..7 {
        let counts: Vec<i64> = lines.iter().map(|it| columns(it)[at]).collect();
        let (mut column, mut sum) = small::column(&counts, names);
        if let Some(above) = above.filter(|_| !names) {
            sum = sum.as_above(above[at]);
            column = small::shown(&counts, sum.is_exact());
        }
        total[at] = sum;
        for (line, shown) in told.iter_mut().zip(column) {
            line[at] = shown;
        }
    }
    (told, total)
}

/// An option and how often it was chosen.
#[derive(Clone, Debug)]
pub struct OptionCount {
    pub id: OptionId,
    pub label: String,
    pub count: Shown,
}

/// A criterion and its options.
#[derive(Clone, Debug)]
pub struct CriterionCount {
    pub number: i64,
    pub heading: String,
    pub options: Vec<OptionCount>,
}

/// The options that a table may not tell to somebody who sees no names: those that are few in
/// any of its lines, and where that is only one of a criterion, the next smallest as well,
/// since all of a criterion add up to the confirmed sheets. They are hidden in every line, and
/// in the tables below: no sum of lines then tells one.
pub fn hidden_options(whole: &Whole, rows: &[Chosen]) -> BTreeSet<OptionId> {
    let mut hidden = BTreeSet::new();
    for criterion in &whole.criteria {
        let counts =
            |id: OptionId| rows.iter().filter(move |it| it.option_id == id).map(|it| it.count);
        let (few, others): (Vec<_>, Vec<_>) =
            criterion.options.iter().map(|it| it.id).partition(|id| counts(*id).any(small::few));
        if few.len() == 1 {
            let total = |id: &OptionId| counts(*id).sum::<i64>();
            hidden.extend(others.into_iter().filter(|id| total(id) > 0).min_by_key(total));
        }
        hidden.extend(few);
    }
    hidden
}

/// The rows of a table as its one line of totals.
pub fn summed(rows: &[Chosen]) -> Vec<Chosen> {
    let mut sums: Vec<Chosen> = Vec::new();
    for row in rows {
        match sums.iter_mut().find(|it| it.option_id == row.option_id) {
            Some(sum) => sum.count += row.count,
            None => sums.push(*row),
        }
    }
    sums
}

/// The criterion that was answered on most sheets.
pub fn most_chosen(rows: &[Chosen]) -> Option<CriterionId> {
    let mut sums: BTreeMap<CriterionId, i64> = BTreeMap::new();
    for row in rows {
        *sums.entry(row.criterion_id).or_default() += row.count;
    }
    sums.into_iter().max_by_key(|(_, count)| *count).map(|(id, _)| id)
}

/// The options of a set, with how often each was chosen in all of `rows`.
pub fn options(whole: &Whole, rows: &[Chosen], hidden: &BTreeSet<OptionId>) -> Vec<CriterionCount> {
    let criteria = whole.criteria.iter().map(|criterion| {
        let options = criterion.options.iter().map(|it| {
            let of_it = rows.iter().filter(|row| row.option_id == it.id);
            let count: i64 = of_it.map(|it| it.count).sum();
            let count = match small::told(count) {
                _ if !hidden.contains(&it.id) => Shown::Exact(count),
                Shown::Few => Shown::Few,
                _ => Shown::Hidden,
            };
            OptionCount { id: it.id, label: it.label.clone(), count }
        });
        CriterionCount {
            number: criterion.number,
            heading: criterion.shown().to_owned(),
            options: options.collect(),
        }
    });
    criteria.collect()
}

/// The stages of each of `ids`, none where nothing was counted.
pub fn of_children(ids: &[UnitId], rows: &[OfChild]) -> Vec<Stages> {
    let of = |id: &UnitId| rows.iter().find(|it| it.child_id == *id).map(|it| it.stages);
    ids.iter().map(|id| of(id).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::criteria::model::{CriteriaSet, Criterion, CriterionOption, Variant};
    use crate::ids::{CriteriaSetId, CriterionId};

    /// One criterion of three options.
    fn set() -> Whole {
        let option = |number| CriterionOption {
            id: OptionId::new(),
            number,
            label: format!("Mức {number}"),
            confirmed: true,
        };
        let criterion = Criterion {
            id: CriterionId::new(),
            number: 1,
            heading: "Gương mẫu".to_owned(),
            confirmed: true,
            about_meetings: false,
            options: vec![option(1), option(2), option(3)],
        };
        let set = CriteriaSet {
            id: CriteriaSetId::new(),
            code: None,
            name: String::new(),
            source: String::new(),
            variant: Variant::Normal,
            valid_from: chrono::NaiveDate::MIN,
            valid_to: None,
            issued_at: Some(Moment(0)),
            version: 1,
        };
        Whole { set, criteria: vec![criterion] }
    }

    fn rows(whole: &Whole, lines: &[[i64; 3]]) -> Vec<Chosen> {
        let criterion = &whole.criteria[0];
        let mut rows = Vec::new();
        for line in lines {
            let child_id = UnitId::new();
            for (option, count) in criterion.options.iter().zip(line) {
                let (criterion_id, option_id) = (criterion.id, option.id);
                rows.push(Chosen { child_id, criterion_id, option_id, count: *count });
            }
        }
        rows
    }

    #[test]
    fn an_option_that_is_few_anywhere_takes_another_with_it_everywhere() {
        let whole = set();
        let rows = rows(&whole, &[[80, 12, 2], [90, 30, 0]]);
        let hidden = hidden_options(&whole, &rows);
        let counts = |of: &[Chosen]| -> Vec<String> {
            options(&whole, of, &hidden)[0].options.iter().map(|it| it.count.to_string()).collect()
        };
        assert_eq!(counts(&rows[..3]), ["80", "ẩn", "< 5"]);
        assert_eq!(counts(&rows[3..]), ["90", "ẩn", "ẩn"]);
    }

    #[test]
    fn the_set_is_that_of_most_sheets() {
        let (few, many) = (set(), set());
        let mut all = rows(&few, &[[3, 1, 0]]);
        all.extend(rows(&many, &[[2, 1, 0], [1, 1, 0]]));
        assert_eq!(most_chosen(&all), Some(many.criteria[0].id));
        assert_eq!(most_chosen(&[]), None);
    }

    #[test]
    fn counts_that_point_at_nobody_are_told() {
        let whole = set();
        let rows = rows(&whole, &[[80, 12, 0], [90, 30, 7]]);
        assert!(hidden_options(&whole, &rows).is_empty());
    }

    #[test]
    fn a_line_tells_no_more_than_the_table_above_it() {
        let line = |asked| Stages { asked, ..Stages::default() };
        let (lines, total) = stages(&[line(207), line(3), line(40)], false, None);
        assert_eq!(total[0], Shown::Exact(250));
        assert_eq!(lines[1][0], Shown::Few);
        assert_eq!(lines[2][0], Shown::Hidden);
        let (_, total) = stages(&[line(40)], false, Some(&lines[2]));
        assert_eq!(total[0], Shown::Hidden);
        let (lines, _) = stages(&[line(3)], true, None);
        assert_eq!(lines[0][0], Shown::Exact(3));
    }
}
