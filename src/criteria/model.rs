//! Sets of criteria, their criteria, and the options of each.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::ids::{CriteriaSetId, CriterionId, OptionId};
use crate::vietnamese::day;
use crate::words::words;

words! {
    /// Whom a set is for. Somebody exempt from activities at the residence has fewer
    /// duties there, and so fewer criteria (guidance, 1.1).
    Variant {
        Normal = "normal", "Diện bình thường";
        Exempt = "exempt", "Được miễn sinh hoạt nơi cư trú";
    }
}

/// A set of criteria (R11 of the domain). Once issued it never changes: sheets keep the
/// set they were opened with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CriteriaSet {
    pub id: CriteriaSetId,
    /// Of the sets that the program brings with it.
    pub code: Option<String>,
    pub name: String,
    /// Where its wording was taken from.
    pub source: String,
    #[sqlx(rename = "category")]
    pub variant: Variant,
    pub valid_from: NaiveDate,
    /// The first day on which it holds no more.
    pub valid_to: Option<NaiveDate>,
    /// None for a draft, which no sheet may use.
    pub issued_at: Option<Moment>,
    pub version: i64,
}

impl CriteriaSet {
    pub fn is_draft(&self) -> bool {
        self.issued_at.is_none()
    }

    /// `từ 02/01/2020 đến 30/06/2026`
    pub fn days(&self) -> String {
        let from = day::short(self.valid_from);
        match self.valid_to.and_then(|it| it.pred_opt()) {
            Some(last) => format!("từ {from} đến {}", day::short(last)),
            None => format!("từ {from}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    pub id: CriterionId,
    /// 1 for the first.
    pub number: i64,
    /// Empty where the official wording is not known.
    pub heading: String,
    /// Whether the heading was read in the official form.
    pub confirmed: bool,
    /// Whether the figures of the roll stand beside it, as a hint (R12 of the domain).
    pub about_meetings: bool,
    pub options: Vec<CriterionOption>,
}

impl Criterion {
    pub fn is_known(&self) -> bool {
        !self.heading.is_empty()
    }

    /// The heading, or what stands for it: nothing is made up.
    pub fn shown(&self) -> &str {
        if self.is_known() {
            &self.heading
        } else {
            "Nguyên văn theo mẫu chính thức, cấp trên nhập"
        }
    }

    pub fn option(&self, id: OptionId) -> Option<&CriterionOption> {
        self.options.iter().find(|it| it.id == id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionOption {
    pub id: OptionId,
    pub number: i64,
    pub label: String,
    pub confirmed: bool,
}

/// A set with all its criteria, in order.
#[derive(Clone, Debug)]
pub struct Whole {
    pub set: CriteriaSet,
    pub criteria: Vec<Criterion>,
}

impl Whole {
    pub fn criterion(&self, id: CriterionId) -> Option<&Criterion> {
        self.criteria.iter().find(|it| it.id == id)
    }

    /// How many criteria it has.
    pub fn asked(&self) -> i64 {
        i64::try_from(self.criteria.len()).unwrap_or(i64::MAX)
    }
}

/// A criterion that is to be written: its heading, whether the wording is confirmed,
/// whether it is about meetings, and the labels of its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCriterion {
    pub heading: String,
    pub confirmed: bool,
    pub about_meetings: bool,
    pub options: Vec<NewOption>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOption {
    pub label: String,
    pub confirmed: bool,
}
