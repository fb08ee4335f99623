//! What is given, and for what.

use chrono::NaiveDate;

use crate::ids::{ContributionId, MemberId, UnitId, WorkItemId};
use crate::words::words;

words! {
    WorkKind {
        Work = "work", "Công trình";
        Fund = "fund", "Quỹ";
        Activity = "activity", "Phong trào";
    }
}

words! {
    /// What a contribution consists of.
    ContributionKind {
        Money = "money", "Tiền";
        Goods = "goods", "Hiện vật";
        Labour = "labour", "Ngày công";
        Land = "land", "Hiến đất";
        Idea = "idea", "Hiến kế";
        Expertise = "expertise", "Chuyên môn";
    }
}

impl ContributionKind {
    /// What its quantity is counted in, unless the entry says otherwise.
    pub fn measure(self) -> &'static str {
        match self {
            ContributionKind::Money => "đồng",
            ContributionKind::Goods => "món",
            ContributionKind::Labour => "ngày",
            ContributionKind::Land => "m²",
            ContributionKind::Idea => "ý kiến",
            ContributionKind::Expertise => "lượt",
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewWorkItem {
    pub id: WorkItemId,
    pub unit_id: UnitId,
    /// Its name in files.
    pub code: Option<String>,
    pub kind: WorkKind,
    pub name: String,
    /// How much is wanted, counted in `measure`.
    pub goal: Option<i64>,
    pub measure: String,
    pub started_on: Option<NaiveDate>,
    pub completed_on: Option<NaiveDate>,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    Member(MemberId),
    /// A group of members (tổ đảng), by its name.
    Group(String),
}

/// An entry of the contributions' book.
#[derive(Clone, Debug)]
pub struct NewContribution {
    pub id: ContributionId,
    /// The unit in whose book it stands.
    pub unit_id: UnitId,
    pub work_item_id: Option<WorkItemId>,
    pub giver: Giver,
    pub given_on: NaiveDate,
    pub kind: ContributionKind,
    /// In đồng; zero unless the kind is money. Negative in a reversal.
    pub amount_vnd: i64,
    /// In hundredths of `measure`; zero for money. Negative in a reversal.
    pub quantity_hundredths: i64,
    pub measure: String,
    pub note: String,
    /// The entry that this one cancels, and why.
    pub reverses: Option<(ContributionId, String)>,
}
