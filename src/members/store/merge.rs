//! Two records of one person: which of them is kept, and since when.

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{MemberId, MergeId, ResidenceId};

/// A merge: the forms are the kept record's fields in JSON, before and after it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Merge {
    pub id: MergeId,
    pub kept_id: MemberId,
    pub merged_id: MemberId,
    pub account_name: String,
    pub merged_at: Moment,
    pub form_before: String,
    pub form_after: String,
    pub residence_id: Option<ResidenceId>,
    pub undone_at: Option<Moment>,
}

macro_rules! merges {
    ($tail:literal) => {
        concat!(
            "SELECT id, kept_id, merged_id, account_name, merged_at, form_before, form_after,
                    residence_id, undone_at
             FROM member_merge ",
            $tail
        )
    };
}

/// A record that is merged already is a unique violation.
pub async fn add_merge(tx: &mut Tx, new: &Merge) -> sqlx::Result<()> {
    let sql = "INSERT INTO member_merge (id, kept_id, merged_id, account_name, merged_at,
                                         form_before, form_after, residence_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.kept_id)
            .bind(new.merged_id)
            .bind(&new.account_name)
            .bind(new.merged_at)
            .bind(&new.form_before)
            .bind(&new.form_after)
            .bind(new.residence_id)
    )?;
    Ok(())
}

pub async fn find_merge(tx: &mut Tx, id: MergeId) -> sqlx::Result<Option<Merge>> {
    let sql = merges!("WHERE id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// The merges into a record that hold, newest first.
pub async fn merges_into(tx: &mut Tx, kept_id: MemberId) -> sqlx::Result<Vec<Merge>> {
    let sql = merges!("WHERE kept_id = $1 AND undone_at IS NULL ORDER BY merged_at DESC, id");
    on!(tx, db => sqlx::query_as(sql).bind(kept_id).fetch_all(db))
}

/// The merge by which a record is another one's now.
pub async fn merge_of(tx: &mut Tx, merged_id: MemberId) -> sqlx::Result<Option<Merge>> {
    let sql = merges!("WHERE merged_id = $1 AND undone_at IS NULL");
    on!(tx, db => sqlx::query_as(sql).bind(merged_id).fetch_optional(db))
}

/// No row where it is undone already.
pub async fn undo_merge(tx: &mut Tx, id: MergeId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE member_merge SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)
}
