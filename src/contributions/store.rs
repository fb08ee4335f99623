//! The tables of works and contributions.

use crate::clock::Moment;
use crate::contributions::model::{Giver, NewContribution, NewWorkItem};
use crate::db::{Tx, change};
use crate::vietnamese::fold;

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

/// Adds an entry. One that was reversed already cannot be again: a unique violation.
pub async fn add(tx: &mut Tx, new: &NewContribution, at: Moment) -> sqlx::Result<()> {
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
                                         measure, note, reverses_id, reason, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
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
            .bind(at)
    )?;
    Ok(())
}
