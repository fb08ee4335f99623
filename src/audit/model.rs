//! What an entry of the audit trail says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::ids::{AccountId, AuditEntryId, UnitId};

/// Who acts: an account at an address, or the command line.
#[derive(Clone, Debug)]
pub struct Actor {
    pub account_id: Option<AccountId>,
    pub name: String,
    pub address: String,
}

impl Actor {
    /// Whoever sits at the server's own keyboard.
    pub fn command_line() -> Actor {
        Actor {
            account_id: None, name: "Dòng lệnh máy chủ".to_owned(), address: String::new()
        }
    }

    /// Somebody who has not signed in.
    pub fn stranger(address: &str) -> Actor {
        Actor {
            account_id: None, name: "Chưa đăng nhập".to_owned(), address: address.to_owned()
        }
    }
}

/// One field that a write changed, in the words of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What was done: the entry before it is written.
#[derive(Clone, Debug)]
pub struct Act {
    /// `member.add`: the kind of record and the verb.
    pub action: &'static str,
    pub subject_id: Option<Uuid>,
    /// The unit whose officers may read the entry.
    pub unit_id: Option<UnitId>,
    /// A sentence in Vietnamese, as the history of the record prints it.
    pub summary: String,
    pub changes: Vec<Change>,
}

impl Act {
    pub fn new(action: &'static str, subject: impl Into<Option<Uuid>>, summary: String) -> Act {
        Act { action, subject_id: subject.into(), unit_id: None, summary, changes: Vec::new() }
    }

    #[must_use]
    pub fn in_unit(mut self, unit_id: UnitId) -> Act {
        self.unit_id = Some(unit_id);
        self
    }

    /// Notes one field, unless it stayed as it was.
    #[must_use]
    pub fn changing(mut self, field: &str, before: &str, after: &str) -> Act {
        if before != after {
            self.changes.push(Change {
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
        self
    }
}

/// An entry as it was written. The order of the fields is the order in which the
/// chain seals them.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct Entry {
    pub id: AuditEntryId,
    pub at: Moment,
    pub account_id: Option<AccountId>,
    pub account_name: String,
    pub address: String,
    pub action: String,
    pub subject: String,
    pub subject_id: Option<Uuid>,
    pub unit_id: Option<UnitId>,
    pub summary: String,
    /// A JSON list of [`Change`].
    pub changes: String,
}

impl Entry {
    /// The fields that changed, before and after.
    pub fn fields(&self) -> Vec<Change> {
        serde_json::from_str(&self.changes).unwrap_or_default()
    }
}

/// A link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Seal {
    /// 1 for the first.
    pub position: i64,
    pub entry_id: AuditEntryId,
    pub key_id: Vec<u8>,
    pub seal: Vec<u8>,
    pub sealed_at: Moment,
}
