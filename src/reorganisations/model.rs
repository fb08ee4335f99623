//! What a reorganisation is: one decision, one day, and steps in order.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::ids::{MemberId, ReorganisationId, UnitId};
use crate::organisation::model::UnitKind;
use crate::vietnamese::day;
use crate::words::words;

words! {
    /// How far a reorganisation has come.
    Status {
        Draft = "draft", "Bản thảo";
        Applied = "applied", "Đã ghi";
        Undone = "undone", "Đã hoàn tác";
    }
}

/// A reorganisation as it stands (R19): events with a day and a legal reference.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Reorganisation {
    pub id: ReorganisationId,
    /// It touches nothing outside this unit; none for the whole registry.
    pub unit_id: Option<UnitId>,
    /// The decision it follows: `Nghị quyết 1283/NQ-UBTVQH15 ngày 14/11/2024`.
    pub legal_reference: String,
    /// The first day of what is new; past, today or to come.
    pub effective_on: NaiveDate,
    pub status: Status,
    pub created_by: String,
    pub created_at: Moment,
    pub applied_by: String,
    pub applied_at: Option<Moment>,
    /// When its people were moved: at once, or when the day had come.
    pub settled_at: Option<Moment>,
    pub undone_by: String,
    pub undone_at: Option<Moment>,
    pub version: i64,
}

impl Reorganisation {
    /// The day, as pages write it.
    pub fn on(&self) -> String {
        day::short(self.effective_on)
    }

    /// The last day of what was before.
    pub fn eve(&self) -> String {
        day::short(self.effective_on.pred_opt().unwrap_or(self.effective_on))
    }

    /// The day on which it was written down.
    pub fn applied_on(&self) -> NaiveDate {
        self.applied_at.map_or(self.effective_on, Moment::day)
    }

    pub fn is_draft(&self) -> bool {
        self.status == Status::Draft
    }

    /// Whether it is written down, and its day is still to come.
    pub fn is_planned(&self, today: NaiveDate) -> bool {
        self.status == Status::Applied && self.effective_on > today
    }

    pub fn href(&self) -> String {
        format!("/reorganisations/{}", self.id)
    }
}

/// A reorganisation that is to be drafted.
#[derive(Clone, Debug)]
pub struct NewReorganisation {
    pub id: ReorganisationId,
    pub unit_id: Option<UnitId>,
    pub legal_reference: String,
    pub effective_on: NaiveDate,
}

/// A unit that a step opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUnitSpec {
    /// The id it will bear: made with the form, so that the preview and what is written
    /// speak of the same unit.
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    #[serde(default)]
    pub official_code: Option<String>,
    /// The code of the unit above; none for a first unit.
    #[serde(default)]
    pub parent: Option<String>,
}

/// Where units or people go: a unit that is there by then, or one that this step opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Code(String),
    New(NewUnitSpec),
}

impl Target {
    pub fn code(&self) -> &str {
        match self {
            Target::Code(code) => code,
            Target::New(spec) => &spec.code,
        }
    }
}

/// What one target of a split receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub target: Target,
    /// Of a ward: the codes of the cells that come here.
    #[serde(default)]
    pub children: Vec<String>,
    /// Of a cell: the household clusters (tổ liên gia) whose people come here, as they are
    /// written down.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// Of a cell: people named one by one; goes before their cluster.
    #[serde(default)]
    pub members: Vec<MemberId>,
    /// Whatever no part names comes here. Without such a part it stays in a source that
    /// goes on; a cell that ends needs one, so that nobody is left without a cell.
    #[serde(default)]
    pub takes_rest: bool,
    /// Whether those who had a role in the source have it here too.
    #[serde(default)]
    pub successor: bool,
}

/// One step. Units are named by their code, which never changes; a step sees what those
/// before it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    Open {
        unit: NewUnitSpec,
    },
    Rename {
        code: String,
        name: String,
    },
    /// Another kind, another official code, or both; what is missing stays as it is, and an
    /// empty official code is taken away.
    Rekind {
        code: String,
        #[serde(default)]
        kind: Option<UnitKind>,
        #[serde(default)]
        official_code: Option<String>,
    },
    /// Below another unit; below none without a parent.
    Move {
        code: String,
        #[serde(default)]
        parent: Option<String>,
    },
    /// The sources end, their children or people go to the target; a target that is among
    /// the sources goes on.
    Merge {
        sources: Vec<String>,
        target: Target,
    },
    Split {
        source: String,
        parts: Vec<Part>,
        /// Whether the source goes on with what is left.
        goes_on: bool,
    },
    /// The unit ends; its children go to another. A cell must be empty.
    Dissolve {
        code: String,
        #[serde(default)]
        children_to: Option<String>,
    },
}

impl Step {
    /// As the database writes the kind of the step.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::Open { .. } => "open",
            Step::Rename { .. } => "rename",
            Step::Rekind { .. } => "rekind",
            Step::Move { .. } => "move",
            Step::Merge { .. } => "merge",
            Step::Split { .. } => "split",
            Step::Dissolve { .. } => "dissolve",
        }
    }

    /// As pages say it.
    pub fn label(&self) -> &'static str {
        match self {
            Step::Open { .. } => "Mở đơn vị",
            Step::Rename { .. } => "Đổi tên",
            Step::Rekind { .. } => "Đổi cấp, đổi mã hành chính",
            Step::Move { .. } => "Chuyển về đơn vị cấp trên khác",
            Step::Merge { .. } => "Sáp nhập",
            Step::Split { .. } => "Chia tách",
            Step::Dissolve { .. } => "Giải thể",
        }
    }
}

/// What is wrong with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the step, from 1; 0 for the whole.
    pub step: usize,
    /// A sentence in Vietnamese.
    pub message: String,
}

/// Which unit takes the place of which, and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heir {
    pub predecessor: UnitId,
    pub successor: UnitId,
    /// It takes over what waits for a unit that has ended: one for each.
    pub main: bool,
    /// Who had a role in the predecessor has it in the successor too.
    pub grants: bool,
}
