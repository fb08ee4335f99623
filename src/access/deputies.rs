//! "Làm hộ": whoever acts for the secretary of a cell for a time, with that secretary's right
//! there. What is written down meanwhile bears both names.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use crate::access::model::Grant;
use crate::ids::{AccountId, GrantId, UnitId};
use crate::vietnamese::day;
use crate::words::words;

/// That a grant of an account is lent to it, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deputy {
    pub grant_id: GrantId,
    /// The cell.
    pub unit_id: UnitId,
    /// Who is acted for.
    pub for_name: String,
    /// The first day on which it holds no more.
    pub to_on: NaiveDate,
}

impl Deputy {
    /// `Làm hộ Trần Thị B đến hết 30/11/2024`
    pub fn said(&self) -> String {
        format!("Làm hộ {} đến hết {}", self.for_name, day::short(last_of(self.to_on)))
    }
}

/// The last day of what holds up to, but not on, `to_on`.
pub fn last_of(to_on: NaiveDate) -> NaiveDate {
    to_on.pred_opt().unwrap_or(to_on)
}

/// For whom a request acts, once it has passed the guard with a lent right alone: every copy
/// of the viewer shares it.
#[derive(Clone, Debug, Default)]
pub struct Acting(Arc<OnceLock<String>>);

impl Acting {
    /// The first to come is kept: a page is about one unit.
    pub(super) fn begin(&self, for_name: &str) {
        self.0.set(for_name.to_owned()).ok();
    }

    /// Who is acted for.
    pub fn for_name(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// `Nguyễn Văn A, làm hộ Trần Thị B`, or `name` alone where nobody is acted for.
    pub fn signed(&self, name: &str) -> String {
        match self.for_name() {
            Some(for_name) => format!("{name}, làm hộ {for_name}"),
            None => name.to_owned(),
        }
    }
}

words! {
    Standing {
        InForce = "in_force", "Đang làm hộ";
        ToCome = "to_come", "Chưa đến ngày";
        Stopped = "stopped", "Dừng: người được làm hộ không còn vai trò";
        Ended = "ended", "Đã hết hạn";
        Revoked = "revoked", "Đã thu";
    }
}

/// Somebody who is to act for another, as it is written down.
#[derive(Clone, Debug)]
pub struct NewDeputy {
    /// The role that is lent, in the cell, to whom.
    pub grant: Grant,
    pub for_account_id: AccountId,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub reason: String,
}

/// One of a cell's deputies, of now and of before.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    pub id: GrantId,
    pub account_id: AccountId,
    pub display_name: String,
    pub for_account_id: AccountId,
    pub for_name: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub reason: String,
    pub is_revoked: bool,
}

impl Listed {
    /// `stands`: whether the one acted for still has the role.
    pub fn standing(&self, today: NaiveDate, stands: bool) -> Standing {
        if self.is_revoked {
            Standing::Revoked
        } else if self.to_on <= today {
            Standing::Ended
        } else if !stands {
            Standing::Stopped
        } else if self.from_on > today {
            Standing::ToCome
        } else {
            Standing::InForce
        }
    }

    /// `15/11/2024 đến hết 30/11/2024`
    pub fn time(&self) -> String {
        format!("{} đến hết {}", day::short(self.from_on), day::short(last_of(self.to_on)))
    }
}

/// An account that has the role of secretary in a cell, not lent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Secretary {
    pub account_id: AccountId,
    pub display_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_to_the_end_of_its_last_day() {
        let on = |text: &str| text.parse().unwrap();
        let deputy = Listed {
            id: GrantId::new(),
            account_id: AccountId::new(),
            display_name: String::new(),
            for_account_id: AccountId::new(),
            for_name: String::new(),
            from_on: on("2024-11-15"),
            to_on: on("2024-12-01"),
            reason: String::new(),
            is_revoked: false,
        };
        assert_eq!(deputy.time(), "15/11/2024 đến hết 30/11/2024");
        for (day, standing) in [
            ("2024-11-14", Standing::ToCome),
            ("2024-11-15", Standing::InForce),
            ("2024-11-30", Standing::InForce),
            ("2024-12-01", Standing::Ended),
        ] {
            assert_eq!(deputy.standing(on(day), true), standing, "{day}");
        }
        assert_eq!(deputy.standing(on("2024-11-15"), false), Standing::Stopped);
    }
}
