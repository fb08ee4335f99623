//! What an entry of the audit trail says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::ids::{AccountId, AuditEntryId, UnitId};
use crate::vietnamese::masked::masked;

/// The fields of a person of which the trail keeps only the last three digits: entries are
/// never changed, and so could never be freed of them.
const NUMBERS: [&str; 2] = ["Điện thoại", "Số thẻ"];

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

    /// What was decided before, done when its day has come.
    pub fn calendar() -> Actor {
        Actor {
            account_id: None, name: "Lịch của máy chủ".to_owned(), address: String::new()
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

impl Change {
    fn masked(mut self) -> Change {
        if NUMBERS.contains(&self.field.as_str()) {
            self.before = masked(&self.before);
            self.after = masked(&self.after);
        }
        self
    }
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

    /// Whether a page may tell something else from now on: looks, refusals, files that were
    /// taken, sign-ins and reminders leave the registry as it was.
    pub fn changes_registry(&self) -> bool {
        const QUIET: [&str; 4] = ["access", "backup", "export", "view"];
        const DOOR: [&str; 9] = [
            "account.code_failed",
            "account.confirm",
            "account.confirm_failed",
            "account.half",
            "account.reminder_sent",
            "account.session_end",
            "account.sign_in",
            "account.sign_in_failed",
            "account.sign_out",
        ];
        let subject = self.action.split('.').next().unwrap_or_default();
        !QUIET.contains(&subject) && !DOOR.contains(&self.action)
    }

    /// Notes one field, unless it stayed as it was; of telephones and cards the last digits.
    #[must_use]
    pub fn changing(mut self, field: &str, before: &str, after: &str) -> Act {
        if before != after {
            let change = Change {
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            };
            self.changes.push(change.masked());
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
    /// The fields that changed, before and after; numbers masked, which old entries hold whole.
    pub fn fields(&self) -> Vec<Change> {
        let changes: Vec<Change> = serde_json::from_str(&self.changes).unwrap_or_default();
        changes.into_iter().map(Change::masked).collect()
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
    /// How many acts had changed the registry up to here; an earlier release did not count.
    #[sqlx(default)]
    pub revision: i64,
}
