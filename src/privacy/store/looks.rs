//! Who may see a person, and who looked at or took away what: read of the trail, a page at a
//! time, newest first.

use chrono::{Days, NaiveDate, NaiveTime};
use uuid::Uuid;

use crate::access::guard::Scope;
use crate::access::store::in_force;
use crate::db::{Tx, on};
use crate::ids::{AccountId, AuditEntryId, MemberId, UnitId};
use crate::privacy::model::{Look, Reader};

/// Which looks: on the days from `from` to `to`, both included.
#[derive(Clone, Debug)]
pub struct Filter {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub account_id: Option<AccountId>,
    pub member_id: Option<MemberId>,
    /// Only those before this one: where the page before ended.
    pub before: Option<AuditEntryId>,
}

/// Where the ids of entries written on `day` in Viet Nam begin: they are UUIDs of version 7,
/// which open with the milliseconds since 1970.
fn first_of(day: NaiveDate) -> AuditEntryId {
    const AHEAD: i64 = 7 * 3_600_000;
    let midnight = day.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - AHEAD;
    let milliseconds = u128::try_from(midnight).unwrap_or_default();
    AuditEntryId(Uuid::from_u128(milliseconds << 80))
}

macro_rules! looks {
    ($($rest:expr),+) => {
        concat!(
            "SELECT audit_entry.id, audit_entry.at, audit_entry.account_id,
                    audit_entry.account_name, audit_entry.address, audit_entry.action,
                    audit_entry.summary, member.id AS member_id, member.full_name,
                    (SELECT unit_period.name FROM unit_period
                     WHERE unit_period.unit_id = audit_entry.unit_id
                     ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name
             FROM audit_entry LEFT JOIN member ON member.id = audit_entry.subject_id ",
            $($rest),+
        )
    };
}

/// What was looked at of the unit and of those below it today.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Look>> {
    let sql = looks!(
        "WHERE audit_entry.subject IN ('view', 'export')
           AND audit_entry.unit_id IN (SELECT unit_ancestor.unit_id FROM unit_ancestor
                                       WHERE unit_ancestor.ancestor_id = $1
                                         AND unit_ancestor.from_on <= $2
                                         AND (unit_ancestor.to_on IS NULL
                                              OR unit_ancestor.to_on > $2))
           AND audit_entry.id >= $3 AND audit_entry.id < $4
           AND ($5 = 'any' OR audit_entry.account_id = $6)
           AND ($7 = 'any' OR audit_entry.subject_id = $8)
         ORDER BY audit_entry.id DESC
         LIMIT $9"
    );
    let end = first_of(filter.to.checked_add_days(Days::new(1)).unwrap_or(filter.to));
    let end = filter.before.map_or(end, |it| it.min(end));
    let word = |is_asked: bool| if is_asked { "one" } else { "any" };
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(today)
        .bind(first_of(filter.from))
        .bind(end)
        .bind(word(filter.account_id.is_some()))
        .bind(filter.account_id)
        .bind(word(filter.member_id.is_some()))
        .bind(filter.member_id)
        .bind(limit)
        .fetch_all(db))
}

/// Who looked at the person's own pages since `from`, newest first.
pub async fn of_member(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
    from: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Look>> {
    let sql = looks!(
        "WHERE audit_entry.subject_id = $1 AND audit_entry.id >= $2
           AND audit_entry.subject IN ('view', 'export')
         ORDER BY audit_entry.id DESC
         LIMIT $3"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(member_id)
        .bind(first_of(from))
        .bind(limit)
        .fetch_all(db))
}

/// Files and prints since `from` of the cell that keeps the person and of the units above it,
/// in which the person may be named.
pub async fn taken(
    tx: &mut Tx,
    cell_id: UnitId,
    from: NaiveDate,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Look>> {
    let sql = looks!(
        "WHERE audit_entry.subject IN ('view', 'export')
           AND audit_entry.unit_id IN (SELECT unit_ancestor.ancestor_id FROM unit_ancestor
                                       WHERE unit_ancestor.unit_id = $1
                                         AND unit_ancestor.from_on <= $2
                                         AND (unit_ancestor.to_on IS NULL
                                              OR unit_ancestor.to_on > $2))
           AND audit_entry.action IN ('export.begin', 'export.print')
           AND audit_entry.id >= $3 AND member.id IS NULL
         ORDER BY audit_entry.id DESC
         LIMIT $4"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(cell_id)
        .bind(today)
        .bind(first_of(from))
        .bind(limit)
        .fetch_all(db))
}

/// Accounts with a role today in the cell or in a unit above it, the nearest first. Which of
/// the roles sees names there, [`crate::access::model::Role::allows`] says.
pub async fn readers(tx: &mut Tx, cell_id: UnitId, today: NaiveDate) -> sqlx::Result<Vec<Reader>> {
    let sql = concat!(
        "SELECT account.id AS account_id, account.display_name, role_grant.role,
                role_grant.names, unit_period.name AS unit_name, unit_ancestor.depth
         FROM unit_ancestor
         JOIN role_grant ON role_grant.unit_id = unit_ancestor.ancestor_id
         JOIN account ON account.id = role_grant.account_id
                      AND account.disabled_at IS NULL
         JOIN unit_period ON unit_period.unit_id = unit_ancestor.ancestor_id
                          AND unit_period.from_on <= $2
                          AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
         WHERE unit_ancestor.unit_id = $1
           AND unit_ancestor.from_on <= $2
           AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
           AND ",
        in_force!(),
        " ORDER BY unit_ancestor.depth, role_grant.role, account.display_name, account.id"
    );
    on!(tx, db => sqlx::query_as(sql).bind(cell_id).bind(today).fetch_all(db))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_day_lies_between_the_days() {
        let today = crate::clock::today();
        let entry = AuditEntryId::new();
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap();
        assert!(first_of(today) <= entry && entry < first_of(tomorrow));
    }
}
