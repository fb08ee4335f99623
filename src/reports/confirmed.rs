//! Figures that somebody answered for, as they were that day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Moment;
use crate::ids::{ConfirmationId, UnitId};
use crate::organisation::model::{Unit, UnitKind};
use crate::statistics::model::{
    AsOf, Child, Contributions, Figures, Meetings, Members, Opinions, Overview,
};
use crate::vietnamese::day;

/// The figures of a unit, in words that no later version of the program changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    pub normal: i64,
    pub exempt: i64,
    pub without_letter: i64,
    pub meetings: i64,
    pub periodic: i64,
    pub cells: i64,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
    pub contributions: i64,
    /// In đồng.
    pub amount_vnd: i64,
    pub recorded: i64,
    pub forwarded: i64,
    pub answered: i64,
}

impl From<Figures> for Kept {
    fn from(it: Figures) -> Kept {
        Kept {
            normal: it.members.normal,
            exempt: it.members.exempt,
            without_letter: it.members.without_letter,
            meetings: it.meetings.held,
            periodic: it.meetings.periodic,
            cells: it.meetings.cells,
            expected: it.meetings.expected,
            present: it.meetings.present,
            excused: it.meetings.excused,
            unexcused: it.meetings.unexcused,
            contributions: it.contributions.count,
            amount_vnd: it.contributions.amount_vnd,
            recorded: it.opinions.recorded,
            forwarded: it.opinions.forwarded,
            answered: it.opinions.answered,
        }
    }
}

impl From<Kept> for Figures {
    fn from(it: Kept) -> Figures {
        Figures {
            members: Members {
                normal: it.normal,
                exempt: it.exempt,
                without_letter: it.without_letter,
            },
            meetings: Meetings {
                held: it.meetings,
                periodic: it.periodic,
                cells: it.cells,
                expected: it.expected,
                present: it.present,
                excused: it.excused,
                unexcused: it.unexcused,
            },
            contributions: Contributions { count: it.contributions, amount_vnd: it.amount_vnd },
            opinions: Opinions {
                recorded: it.recorded,
                forwarded: it.forwarded,
                answered: it.answered,
            },
        }
    }
}

/// A unit right below, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptChild {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    pub figures: Kept,
}

/// The table of a unit on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    pub name: String,
    pub total: Kept,
    pub children: Vec<KeptChild>,
    /// What stands in the books of the unit itself.
    pub direct: Option<Kept>,
}

impl Frozen {
    pub fn of(overview: &Overview) -> Frozen {
        let children = overview.children.iter().map(|it| KeptChild {
            id: it.unit.id,
            code: it.unit.code.clone(),
            name: it.unit.name.clone(),
            kind: it.unit.kind,
            figures: it.figures.into(),
        });
        Frozen {
            name: overview.unit.name.clone(),
            total: overview.total.into(),
            children: children.collect(),
            direct: overview.direct.map(Kept::from),
        }
    }

    /// The table again, for those rules that say what of it may be told.
    pub fn overview(&self, unit: &Unit, as_of: AsOf) -> Overview {
        let children = self.children.iter().map(|it| Child {
            unit: Unit {
                id: it.id,
                code: it.code.clone(),
                name: it.name.clone(),
                kind: it.kind,
                parent_id: Some(unit.id),
                version: 0,
                official_code: None,
                from_on: as_of.on,
                to_on: None,
            },
            figures: it.figures.into(),
        });
        Overview {
            unit: unit.clone(),
            as_of,
            total: self.total.into(),
            children: children.collect(),
            direct: self.direct.map(Figures::from),
            halves: Vec::new(),
            by_kind: Vec::new(),
            whole: None,
        }
    }
}

/// Figures confirmed for the end of a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Confirmation {
    pub id: ConfirmationId,
    pub unit_id: UnitId,
    pub as_of_on: NaiveDate,
    /// 1 for the first of the day; the last holds.
    pub number: i64,
    pub normal: i64,
    pub exempt: i64,
    /// A [`Frozen`] as JSON.
    pub figures: String,
    pub note: String,
    pub account_name: String,
    pub confirmed_at: Moment,
}

impl Confirmation {
    /// What was confirmed.
    ///
    /// # Errors
    ///
    /// Where the row was not written by this program.
    pub fn frozen(&self) -> sqlx::Result<Frozen> {
        serde_json::from_str(&self.figures).map_err(|it| sqlx::Error::Decode(it.into()))
    }

    pub fn day(&self) -> String {
        day::short(self.as_of_on)
    }

    /// `lần 2`, where a day was confirmed more than once.
    pub fn version(&self) -> String {
        if self.number > 1 { format!("lần {}", self.number) } else { String::new() }
    }
}

/// What the preview showed, for the form to bring back: how often the day was confirmed
/// before, and the figures, as one word.
pub fn seal(number: i64, figures: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(number.to_be_bytes());
    hash.update(figures);
    let bytes = hash.finalize();
    bytes.iter().take(12).fold(String::new(), |word, byte| format!("{word}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_frozen_reads_as_it_was() {
        let figures = Figures {
            members: Members { normal: 202, exempt: 5, without_letter: 3 },
            meetings: Meetings { held: 2, expected: 404, present: 390, ..Meetings::default() },
            ..Figures::default()
        };
        assert_eq!(Figures::from(Kept::from(figures)), figures);
        let old: Kept = serde_json::from_str(r#"{"normal":3,"unheard_of":1}"#).unwrap();
        assert_eq!(old, Kept { normal: 3, ..Kept::default() });
    }

    #[test]
    fn another_count_or_another_confirmation_breaks_the_seal() {
        let seal_of = |number, text| seal(number, text);
        assert_ne!(seal_of(0, "{}"), seal_of(1, "{}"));
        assert_ne!(seal_of(0, "{}"), seal_of(0, "{} "));
        assert_eq!(seal_of(2, "{}"), seal_of(2, "{}"));
    }
}
