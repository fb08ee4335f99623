//! What the book of contributions is narrowed to.

use chrono::NaiveDate;

use crate::contributions::model::{ContributionKind, WorkKind};
use crate::ids::{UnitId, WorkItemId};

/// Which entries of a unit's book: those given from `from` up to, but not on, `to`.
#[derive(Clone, Debug)]
pub struct Filter {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub kind: Option<ContributionKind>,
    pub work: OfWork,
    /// The unit right below through which an entry belonged here on its day; itself for the
    /// unit's own.
    pub child_id: Option<UnitId>,
    /// Whether only what counts is asked for: not what a unit noted of days before it began.
    pub counted: bool,
}

impl Filter {
    /// Everything given on these days.
    pub fn of_days((from, to): (NaiveDate, NaiveDate)) -> Filter {
        let (kind, work, child_id) = (None, OfWork::Anything, None);
        Filter { from, to, kind, work, child_id, counted: false }
    }
}

/// For what something was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfWork {
    Anything,
    /// For no work or fund.
    None,
    One(WorkItemId),
    /// The works of one name, as cells have the same ones.
    Named(WorkKind, String),
}

impl OfWork {
    pub(super) fn word(&self) -> &'static str {
        match self {
            OfWork::Anything | OfWork::One(_) => "any",
            OfWork::None => "none",
            OfWork::Named(..) => "named",
        }
    }

    pub(super) fn id(&self) -> Option<WorkItemId> {
        if let OfWork::One(id) = self { Some(*id) } else { None }
    }

    pub(super) fn name(&self) -> (&str, &str) {
        if let OfWork::Named(kind, name) = self { (kind.as_str(), name) } else { ("", "") }
    }
}
