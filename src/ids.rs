//! The identifiers of rows: UUID version 7, made by the program.
//!
//! A form carries the id of the row it will create, so that a form sent twice
//! writes once. An id is never a secret.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// An id that no row bears yet; later ones sort later.
            #[expect(clippy::new_without_default, reason = "two defaults would differ")]
            pub fn new() -> $name {
                $name(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> $name {
                $name(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<$name, uuid::Error> {
                text.trim().parse().map($name)
            }
        }
    )+};
}

ids!(
    AccountId,
    ActId,
    AuditEntryId,
    BackupId,
    BatchId,
    ConfirmationId,
    ConsultationId,
    ContributionId,
    CriteriaSetId,
    CriterionId,
    DataRequestId,
    ErasureId,
    EvaluationYearId,
    ExportId,
    FeedId,
    GrantId,
    GuestId,
    ImportId,
    LetterId,
    MarkingId,
    MeetingId,
    MemberId,
    MergeId,
    OpinionId,
    OptionId,
    ReorganisationId,
    RequestId,
    ResidenceId,
    RestrictionId,
    SendingId,
    SessionId,
    SheetId,
    TokenId,
    UnitId,
    WorkItemId,
    WorkplaceId,
);
