//! Sums of what was given, and how far a work has come.

use crate::contributions::model::{ContributionKind, DONG, WorkItem};
use crate::vietnamese::number;

/// What was given of one kind, counted in one measure.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Total {
    pub kind: ContributionKind,
    pub measure: String,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
    /// Members of whose gifts something remains after reversals.
    pub people: i64,
    /// Groups likewise.
    pub parties: i64,
    /// Lines of the book, reversals among them.
    pub entries: i64,
    /// Gifts, less those that were reversed: as counts tell them.
    pub gifts: i64,
}

impl Total {
    /// Whether everything it sums was reversed.
    pub fn is_nothing(&self) -> bool {
        self.amount_vnd == 0 && self.quantity_hundredths == 0
    }

    pub fn what(&self) -> String {
        self.kind.shown(self.amount_vnd, self.quantity_hundredths, &self.measure)
    }

    /// `138 người, 1 tổ đảng`, each number with its word on one line.
    pub fn givers(&self) -> String {
        let people =
            (self.people > 0).then(|| format!("{}\u{a0}người", number::grouped(self.people)));
        let parties = (self.parties > 0)
            .then(|| format!("{}\u{a0}tổ\u{a0}đảng", number::grouped(self.parties)));
        people.into_iter().chain(parties).collect::<Vec<_>>().join(", ")
    }
}

/// The totals in the order of the kinds, without those that came to nothing.
pub fn in_order(mut totals: Vec<Total>) -> Vec<Total> {
    totals.retain(|it| !it.is_nothing());
    totals.sort_by_key(|it| {
        let place = ContributionKind::ALL.iter().position(|kind| *kind == it.kind);
        (place, it.measure.clone())
    });
    totals
}

/// Those in order, each kind once: things are counted in many measures.
pub fn by_kind(totals: &[Total]) -> Vec<(ContributionKind, &[Total])> {
    let kinds = totals.chunk_by(|one, next| one.kind == next.kind);
    kinds.filter_map(|it| Some((it.first()?.kind, it))).collect()
}

/// How far a work has come, counted in the measure of its goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// In đồng, or in hundredths of the measure.
    given: i64,
    goal: Option<i64>,
    measure: String,
}

impl Progress {
    pub fn of(work: &WorkItem, totals: &[Total]) -> Progress {
        let in_dong = work.measure == DONG;
        let counted = totals.iter().map(|it| match it.kind {
            ContributionKind::Money if in_dong => it.amount_vnd,
            ContributionKind::Money => 0,
            _ if it.measure == work.measure => it.quantity_hundredths,
            _ => 0,
        });
        let one = if in_dong { 1 } else { 100 };
        Progress {
            given: counted.sum(),
            goal: work.goal.filter(|goal| *goal > 0).map(|goal| goal.saturating_mul(one)),
            measure: work.measure.clone(),
        }
    }

    /// Of a sum that is counted already: `given` in đồng, or in hundredths of the measure, and
    /// `goal` in whole ones.
    pub fn new(given: i64, goal: i64, measure: &str) -> Progress {
        let one = if measure == DONG { 1 } else { 100 };
        let goal = Some(goal.saturating_mul(one)).filter(|it| *it > 0);
        Progress { given, goal, measure: measure.to_owned() }
    }

    /// Whether there is nothing to count towards anything: no goal, and only gifts of
    /// other kinds, if any.
    pub fn is_blank(&self) -> bool {
        self.goal.is_none() && self.given == 0
    }

    pub fn given(&self) -> String {
        self.shown(self.given)
    }

    pub fn goal(&self) -> Option<String> {
        self.goal.map(|goal| self.shown(goal))
    }

    /// The share of the goal that was given: `77,5%`.
    pub fn share(&self) -> Option<String> {
        number::percent(self.given, self.goal?)
    }

    /// What is still wanted, while something is.
    pub fn rest(&self) -> Option<String> {
        let rest = self.goal? - self.given;
        (rest > 0).then(|| self.shown(rest))
    }

    /// The length of the bar, in per cent as SVG writes it; full once the goal is met.
    pub fn bar(&self) -> Option<String> {
        let share = i128::from(self.given) * 1000 / i128::from(self.goal?);
        let tenths = share.clamp(0, 1000);
        Some(format!("{}.{}%", tenths / 10, tenths % 10))
    }

    fn shown(&self, n: i64) -> String {
        if self.measure == DONG {
            number::dong(n)
        } else {
            format!("{} {}", number::quantity(n), self.measure)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contributions::model::WorkKind;
    use crate::ids::{UnitId, WorkItemId};

    fn work(goal: Option<i64>, measure: &str) -> WorkItem {
        WorkItem {
            id: WorkItemId::new(),
            unit_id: UnitId::new(),
            kind: WorkKind::Work,
            name: "Điện thắp sáng".to_owned(),
            goal,
            measure: measure.to_owned(),
            started_on: None,
            completed_on: None,
            note: String::new(),
            version: 1,
        }
    }

    fn total(
        kind: ContributionKind,
        amount_vnd: i64,
        quantity_hundredths: i64,
        measure: &str,
    ) -> Total {
        Total {
            kind,
            measure: measure.to_owned(),
            amount_vnd,
            quantity_hundredths,
            people: 2,
            parties: 1,
            entries: 3,
            gifts: 3,
        }
    }

    #[test]
    fn a_goal_in_money_counts_money_only() {
        let totals = [
            total(ContributionKind::Money, 46_500_000, 0, "đồng"),
            total(ContributionKind::Labour, 0, 3400, "ngày"),
        ];
        let progress = Progress::of(&work(Some(60_000_000), "đồng"), &totals);
        assert_eq!(progress.given(), "46.500.000\u{a0}đ");
        assert_eq!(progress.share().as_deref(), Some("77,5%"));
        assert_eq!(progress.rest().as_deref(), Some("13.500.000\u{a0}đ"));
        assert_eq!(progress.bar().as_deref(), Some("77.5%"));
    }

    #[test]
    fn a_goal_in_days_counts_days_and_the_bar_stops_at_its_end() {
        let totals = [total(ContributionKind::Labour, 0, 4550, "ngày")];
        let progress = Progress::of(&work(Some(40), "ngày"), &totals);
        assert_eq!(progress.given(), "45,5 ngày");
        assert_eq!(progress.rest(), None);
        assert_eq!(progress.bar().as_deref(), Some("100.0%"));
    }

    #[test]
    fn without_a_goal_there_is_no_share() {
        let progress = Progress::of(&work(None, "đồng"), &[]);
        assert_eq!((progress.share(), progress.bar(), progress.rest()), (None, None, None));
    }

    #[test]
    fn what_came_to_nothing_is_not_listed() {
        let totals = vec![
            total(ContributionKind::Labour, 0, 100, "ngày"),
            total(ContributionKind::Goods, 0, 0, "món"),
            total(ContributionKind::Money, 5, 0, "đồng"),
        ];
        let kinds: Vec<_> = in_order(totals).into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [ContributionKind::Money, ContributionKind::Labour]);
    }

    #[test]
    fn givers_are_people_and_groups() {
        assert_eq!(
            total(ContributionKind::Money, 1, 0, "đồng").givers(),
            "2\u{a0}người, 1\u{a0}tổ\u{a0}đảng"
        );
    }
}
