//! From a count as it was confirmed to the count of the same day as it is now.

use crate::ids::MemberId;
use crate::members::model::{Category, EndReason};
use crate::small::{self, Shown};
use crate::words::words;

words! {
    /// Why the count of a day that is over can differ from what it was.
    Cause {
        WrittenLater = "written_later", "Người có mặt ngày ấy, ghi vào sổ sau khi chốt";
        EndedLater = "ended_later", "Người đã thôi trước ngày ấy, ghi sau khi chốt";
        Category = "category", "Chuyển diện trước ngày ấy, ghi sau khi chốt";
        Moved = "moved", "Chuyển chi bộ trong đơn vị, ghi sau khi chốt";
        Merged = "merged", "Gộp hồ sơ trùng, hoặc tách ra, sau khi chốt";
        Other = "other", "Sửa khác: hủy một lần nhập danh sách, đổi đơn vị trực thuộc";
    }
}

/// A residence that counts for the day now and did not when it was confirmed, or the
/// other way round.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Changed {
    pub member_id: MemberId,
    pub full_name: String,
    pub cell_name: String,
    pub category: Category,
    pub end_reason: Option<EndReason>,
    /// 1 where it counts now, 0 where it counted then.
    pub added: i64,
    /// 1 where a merge of records, or its undoing, did it.
    pub merged: i64,
}

impl Changed {
    fn sign(&self) -> i64 {
        if self.added > 0 { 1 } else { -1 }
    }

    /// `thêm, chi bộ 2, diện bình thường`
    pub fn said(&self) -> String {
        let how = if self.added > 0 { "thêm" } else { "bớt" };
        format!("{how}, {}, diện {}", self.cell_name, self.category.label().to_lowercase())
    }
}

/// What one cause does to the counts.
#[derive(Clone, Debug)]
pub struct Step {
    pub cause: Cause,
    pub normal: i64,
    pub exempt: i64,
    pub people: Vec<Changed>,
}

/// How many of either category.
pub type Heads = (i64, i64);

/// The steps from `then` to `now`, those that happened alone; together they are the whole
/// difference. What no row explains is said to be [`Cause::Other`].
pub fn bridge(then: Heads, now: Heads, changed: Vec<Changed>) -> Vec<Step> {
    let causes: Vec<Cause> = changed.iter().map(|it| cause(it, &changed)).collect();
    let mut left = (now.0 - then.0, now.1 - then.1);
    let mut steps: Vec<Step> = Vec::new();
    for (it, cause) in changed.into_iter().zip(causes) {
        let at = steps.iter().position(|step| step.cause == cause).unwrap_or_else(|| {
            steps.push(Step { cause, normal: 0, exempt: 0, people: Vec::new() });
            steps.len() - 1
        });
        let step = &mut steps[at];
        let (sign, (count, rest)) = match it.category {
            Category::Normal => (it.sign(), (&mut step.normal, &mut left.0)),
            Category::Exempt => (it.sign(), (&mut step.exempt, &mut left.1)),
        };
        *count += sign;
        *rest -= sign;
        step.people.push(it);
    }
    if left != (0, 0) {
        let (normal, exempt) = left;
        steps.push(Step { cause: Cause::Other, normal, exempt, people: Vec::new() });
    }
    steps.sort_by_key(|it| Cause::ALL.iter().position(|cause| *cause == it.cause));
    steps
}

fn cause(it: &Changed, all: &[Changed]) -> Cause {
    if it.merged > 0 {
        return Cause::Merged;
    }
    // The other end of the same step, where both lie in the unit.
    let other = all.iter().find(|that| that.member_id == it.member_id && that.added != it.added);
    let ended = if it.added > 0 { other } else { Some(it) };
    let by_category =
        ended.is_some_and(|it| it.added == 0 && it.end_reason == Some(EndReason::Category));
    match (other.is_some(), by_category, it.added > 0) {
        (_, true, _) => Cause::Category,
        (true, false, _) => Cause::Moved,
        (false, false, true) => Cause::WrittenLater,
        (false, false, false) => Cause::EndedLater,
    }
}

/// A step as it is shown.
#[derive(Clone, Debug)]
pub struct Told {
    pub cause: Cause,
    pub normal: String,
    pub exempt: String,
    /// Nobody for those who see no names.
    pub people: Vec<Changed>,
}

/// The steps as they are shown to somebody who sees `names`, or who does not: then none of
/// few people, nor what would betray it, and nothing at all where the whole difference is
/// few.
pub fn told(steps: Vec<Step>, names: bool) -> Vec<Told> {
    use crate::reports::difference::signed;
    let column = |of: fn(&Step) -> i64| -> Vec<String> {
        let by: Vec<i64> = steps.iter().map(of).collect();
        if names {
            return by.iter().map(|it| signed(*it)).collect();
        }
        let total: i64 = by.iter().sum();
        let sizes: Vec<i64> = by.iter().map(|it| it.abs()).collect();
        if small::few(total.abs()) {
            return sizes.iter().map(|it| if *it == 0 { "0" } else { "ẩn" }.to_owned()).collect();
        }
        let shown = small::shown(&sizes, true);
        let say = |(shown, by): (Shown, &i64)| match shown {
            Shown::Exact(_) => signed(*by),
            hidden => hidden.to_string(),
        };
        shown.into_iter().zip(&by).map(say).collect()
    };
    let (normal, exempt) = (column(|it| it.normal), column(|it| it.exempt));
    let lines = steps.into_iter().zip(normal).zip(exempt);
    let told = lines.map(|((step, normal), exempt)| Told {
        cause: step.cause,
        normal,
        exempt,
        people: if names { step.people } else { Vec::new() },
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(member_id: MemberId, added: i64, category: Category) -> Changed {
        Changed {
            member_id,
            full_name: String::new(),
            cell_name: String::new(),
            category,
            end_reason: (added == 0).then_some(EndReason::Moved),
            added,
            merged: 0,
        }
    }

    #[test]
    fn each_change_has_one_cause() {
        let [new, left, other, twin, moved] = std::array::from_fn(|_| MemberId::new());
        let ended = changed(other, 0, Category::Normal);
        let rows = vec![
            changed(new, 1, Category::Normal),
            changed(left, 0, Category::Normal),
            Changed { end_reason: Some(EndReason::Category), ..ended },
            changed(other, 1, Category::Exempt),
            Changed { merged: 1, ..changed(twin, 0, Category::Normal) },
            changed(moved, 0, Category::Normal),
            changed(moved, 1, Category::Normal),
        ];
        let steps = bridge((100, 4), (96, 5), rows);
        let said: Vec<_> = steps.iter().map(|it| (it.cause, it.normal, it.exempt)).collect();
        assert_eq!(
            said,
            [
                (Cause::WrittenLater, 1, 0),
                (Cause::EndedLater, -1, 0),
                (Cause::Category, -1, 1),
                (Cause::Moved, 0, 0),
                (Cause::Merged, -1, 0),
                (Cause::Other, -2, 0),
            ]
        );
    }

    #[test]
    fn the_steps_add_up_whatever_happened() {
        // A walk over all small cases: who came, went, changed, and what is left unexplained.
        for case in 0_i64..3_i64.pow(5) {
            let digits: Vec<i64> = (0..5).map(|at| case / 3_i64.pow(at) % 3).collect();
            let mut rows = Vec::new();
            for digit in &digits[..4] {
                let id = MemberId::new();
                let category = if digit % 2 == 0 { Category::Normal } else { Category::Exempt };
                rows.push(changed(id, i64::from(*digit > 0), category));
                if *digit == 2 {
                    rows.push(changed(id, 0, Category::Exempt));
                }
            }
            let now = (50 + digits[4], 9 - digits[4]);
            let steps = bridge((50, 9), now, rows);
            let sum = |of: fn(&Step) -> i64| steps.iter().map(of).sum::<i64>();
            assert_eq!((50 + sum(|it| it.normal), 9 + sum(|it| it.exempt)), now, "{digits:?}");
        }
    }

    #[test]
    fn without_names_nobody_can_be_told_from_a_step() {
        let step = |cause, normal| Step { cause, normal, exempt: 0, people: Vec::new() };
        let say = |steps: Vec<Step>, names| -> Vec<String> {
            told(steps, names).into_iter().map(|it| it.normal).collect()
        };
        let few = || vec![step(Cause::WrittenLater, 9), step(Cause::EndedLater, -7)];
        assert_eq!(say(few(), false), ["ẩn", "ẩn"], "two more than before");
        assert_eq!(say(few(), true), ["+9", "−7"]);
        let one = vec![step(Cause::WrittenLater, 12), step(Cause::EndedLater, -2)];
        assert_eq!(say(one, false), ["ẩn", "< 5"]);
        let many = vec![step(Cause::WrittenLater, 12), step(Cause::EndedLater, -6)];
        assert_eq!(say(many, false), ["+12", "−6"]);
    }
}
