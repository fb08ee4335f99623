//! The tables of works and contributions.

use crate::clock::Moment;
use crate::contributions::model::{Giver, NewContribution, NewWorkItem, WorkItem};
use crate::db::{Tx, change, on, one_row};
use crate::ids::{BatchId, WorkItemId};
use crate::vietnamese::fold;

pub mod book;
pub mod filter;
pub mod givers;
pub mod works;

pub async fn add_work(tx: &mut Tx, new: &NewWorkItem, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO work_item (id, unit_id, code, kind, name, folded, goal, measure,
                                      started_on, completed_on, note, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(&new.code)
            .bind(new.kind)
            .bind(&new.name)
            .bind(fold::fold(&new.name))
            .bind(new.goal)
            .bind(&new.measure)
            .bind(new.started_on)
            .bind(new.completed_on)
            .bind(&new.note)
            .bind(at)
    )?;
    Ok(())
}

pub async fn get_work(tx: &mut Tx, id: WorkItemId) -> sqlx::Result<WorkItem> {
    let sql = "SELECT id, unit_id, kind, name, goal, measure, started_on, completed_on, note,
                      version
               FROM work_item WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

pub async fn find_work(tx: &mut Tx, id: WorkItemId) -> sqlx::Result<Option<WorkItem>> {
    match get_work(tx, id).await {
        Ok(work) => Ok(Some(work)),
        Err(sqlx::Error::RowNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes whoever else changes this work wait until this transaction has ended, so that a
/// form sent several times at once finds what its first sending wrote.
pub async fn hold_work(tx: &mut Tx, id: WorkItemId) -> sqlx::Result<()> {
    let sql = "UPDATE work_item SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Writes the fields of `new` over the work at `version`; its unit and its name in
/// files stay.
pub async fn change_work(tx: &mut Tx, new: &NewWorkItem, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE work_item SET kind = $3, name = $4, folded = $5, goal = $6, measure = $7,
                                    started_on = $8, completed_on = $9, note = $10,
                                    version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(version)
            .bind(new.kind)
            .bind(&new.name)
            .bind(fold::fold(&new.name))
            .bind(new.goal)
            .bind(&new.measure)
            .bind(new.started_on)
            .bind(new.completed_on)
            .bind(&new.note)
    )?)
}

/// Adds an entry. One that was reversed already cannot be again: a unique violation.
pub async fn add(tx: &mut Tx, new: &NewContribution, at: Moment) -> sqlx::Result<()> {
    add_in_batch(tx, new, None, at).await
}

/// Likewise, as one of those that are written down together.
pub async fn add_in_batch(
    tx: &mut Tx,
    new: &NewContribution,
    batch_id: Option<BatchId>,
    at: Moment,
) -> sqlx::Result<()> {
    let (member_id, group_name) = match &new.giver {
        Giver::Member(id) => (Some(*id), None),
        Giver::Group(name) => (None, Some(name)),
    };
    let (reverses_id, reason) = match &new.reverses {
        Some((id, reason)) => (Some(*id), reason.as_str()),
        None => (None, ""),
    };
    let sql = "INSERT INTO contribution (id, unit_id, work_item_id, member_id, group_name,
                                         given_on, kind, amount_vnd, quantity_hundredths,
                                         measure, note, reverses_id, reason, batch_id,
                                         created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.work_item_id)
            .bind(member_id)
            .bind(group_name)
            .bind(new.given_on)
            .bind(new.kind)
            .bind(new.amount_vnd)
            .bind(new.quantity_hundredths)
            .bind(&new.measure)
            .bind(&new.note)
            .bind(reverses_id)
            .bind(reason)
            .bind(batch_id)
            .bind(at)
    )?;
    Ok(())
}

/// The patterns of a search, filled up with ones that match everything: the number of
/// binds in a query is fixed.
fn six_patterns(typed: &str) -> [String; 6] {
    let mut words = fold::like_words(typed).into_iter();
    std::array::from_fn(|_| words.next().unwrap_or_else(|| "%".to_owned()))
}
