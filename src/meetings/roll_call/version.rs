//! The versions of a roll: every save makes one, and none is ever taken away.

use crate::access::viewer::Viewer;
use crate::audit;
use crate::audit::model::{Act, Change};
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::roll_call::model::OnRoll;
use crate::meetings::store;
use crate::meetings::store::versions::NewVersion;

/// As many changes of marks as one entry of the history names.
const MOST_CHANGES: usize = 300;

/// How a person stands on a roll, and why they were absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: AttendanceStatus,
    pub reason: String,
}

/// What a save did to one person of a roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkChange {
    pub number: i64,
    pub before: Standing,
    pub after: Standing,
}

/// A version in the list of them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    /// 1 for the first.
    pub version: i64,
    pub saved_at: Moment,
    pub account_name: String,
    /// The version that this one took back.
    pub undoes: Option<i64>,
    /// How many people it changed.
    pub changed: i64,
}

impl Version {
    /// Whether it is about the people of the roll as it was last taken: the numbers of
    /// a roll taken anew are other people's.
    pub fn is_of_roll(&self, meeting: &Meeting) -> bool {
        meeting.frozen_at.is_some_and(|it| it <= self.saved_at)
    }
}

impl Standing {
    /// `Có phép (ốm)`
    fn in_words(&self) -> String {
        let mark = self.status.short();
        if self.reason.is_empty() { mark.to_owned() } else { format!("{mark} ({})", self.reason) }
    }
}

impl MarkChange {
    /// The change that takes this one back.
    #[must_use]
    pub fn reversed(self) -> MarkChange {
        MarkChange { number: self.number, before: self.after, after: self.before }
    }
}

/// What is written when a roll is saved.
pub struct Save {
    pub changes: Vec<MarkChange>,
    /// The version that is taken back.
    pub undoes: Option<i64>,
    /// What history calls it.
    pub action: &'static str,
}

impl Save {
    /// Writes the changes, the counts, the version and the entry of the history; the
    /// meeting as it is then. `meeting` must be claimed, and `roll` be read since.
    pub async fn write(
        self,
        tx: &mut Tx,
        viewer: &Viewer,
        meeting: &Meeting,
        roll: &[OnRoll],
        summary: impl FnOnce(&Meeting) -> String,
    ) -> Result<Meeting> {
        let Save { changes, undoes, action } = self;
        let (id, now) = (meeting.id, clock::now());
        let last = store::versions::last(tx, id).await?;
        let plain = changes.iter().filter(|it| it.after.reason.is_empty());
        let plain: Vec<_> = plain.map(|it| (it.number, it.after.status)).collect();
        if !plain.is_empty() {
            store::put_marks(tx, id, &plain).await?;
        }
        for (standing, numbers) in by_reason(&changes) {
            store::put(tx, id, standing, &numbers).await?;
        }
        let saved = store::recount(tx, id, now).await?;
        let new = NewVersion {
            meeting_id: id,
            version: last.map_or(1, |it| it.version + 1),
            saved_at: now,
            account_id: viewer.account_id,
            account_name: &viewer.signed_name(),
            undoes,
            changes: &changes,
        };
        store::versions::add(tx, &new).await?;
        let act = Act::new(action, id.0, summary(&saved)).in_unit(saved.unit_id);
        audit::store::append(tx, &viewer.actor(), naming(act, &changes, roll)).await?;
        Ok(saved)
    }
}

/// The numbers of those who are to stand alike for one reason, for one statement to write them
/// all.
fn by_reason(changes: &[MarkChange]) -> Vec<(&Standing, Vec<i64>)> {
    let mut groups: Vec<(&Standing, Vec<i64>)> = Vec::new();
    for it in changes.iter().filter(|it| !it.after.reason.is_empty()) {
        match groups.iter_mut().find(|(standing, _)| **standing == it.after) {
            Some((_, numbers)) => numbers.push(it.number),
            None => groups.push((&it.after, vec![it.number])),
        }
    }
    groups
}

/// Notes the changes in `act`, by the names of the people.
fn naming(mut act: Act, changes: &[MarkChange], roll: &[OnRoll]) -> Act {
    for it in changes.iter().take(MOST_CHANGES) {
        let person = roll.iter().find(|person| person.number == Some(it.number));
        let name = person.map_or_else(|| it.number.to_string(), OnRoll::numbered_name);
        act = act.changing(&name, &it.before.in_words(), &it.after.in_words());
    }
    if changes.len() > MOST_CHANGES {
        let rest = format!("và {} đồng chí khác", changes.len() - MOST_CHANGES);
        let (before, after) = (String::new(), "đã đánh dấu".to_owned());
        act.changes.push(Change { field: rest, before, after });
    }
    act
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(status: AttendanceStatus, reason: &str) -> Standing {
        Standing { status, reason: reason.to_owned() }
    }

    #[test]
    fn people_absent_for_one_reason_are_written_together() {
        let blank = standing(AttendanceStatus::Unmarked, "");
        let ill = standing(AttendanceStatus::Excused, "ốm");
        let away = standing(AttendanceStatus::Excused, "công tác");
        let present = standing(AttendanceStatus::Present, "");
        let to = |number, after: &Standing| MarkChange {
            number,
            before: blank.clone(),
            after: after.clone(),
        };
        let changes = [to(1, &present), to(2, &ill), to(3, &away), to(4, &ill)];
        let groups = by_reason(&changes);
        assert_eq!(groups, [(&ill, vec![2, 4]), (&away, vec![3])]);
    }

    #[test]
    fn taken_back_twice_a_change_is_itself() {
        let before = standing(AttendanceStatus::Excused, "ốm");
        let after = standing(AttendanceStatus::Present, "");
        let change = MarkChange { number: 3, before, after };
        assert_ne!(change.clone().reversed(), change);
        assert_eq!(change.clone().reversed().reversed(), change);
    }
}
