//! The times during which a person's data go no further than the own cell's pages.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{MemberId, RestrictionId};
use crate::privacy::model::Restriction;

/// Those of a person, newest first.
pub async fn list(tx: &mut Tx, member_id: MemberId) -> sqlx::Result<Vec<Restriction>> {
    let sql = "SELECT id, member_id, from_on, to_on, reason, set_by, lifted_reason, lifted_by
               FROM member_restriction WHERE member_id = $1
               ORDER BY created_at DESC, id DESC";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).fetch_all(db))
}

/// A person who is restricted already is a unique violation.
pub async fn add(
    tx: &mut Tx,
    (id, member_id): (RestrictionId, MemberId),
    from_on: NaiveDate,
    (reason, set_by): (&str, &str),
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO member_restriction (id, member_id, from_on, reason, set_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql).bind(id).bind(member_id).bind(from_on).bind(reason).bind(set_by).bind(at)
    )?;
    Ok(())
}

/// Ends one from `to_on` on; no row where somebody else has ended it.
pub async fn lift(
    tx: &mut Tx,
    id: RestrictionId,
    to_on: NaiveDate,
    (reason, lifted_by): (&str, &str),
) -> sqlx::Result<()> {
    let sql = "UPDATE member_restriction SET to_on = $2, lifted_reason = $3, lifted_by = $4
               WHERE id = $1 AND to_on IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(to_on).bind(reason).bind(lifted_by))?)
}
