//! The table of failed sign-ins, by what they are counted for.

use crate::clock::Moment;
use crate::db::{Tx, change, on};

/// How often signing in failed for `subject`, and when last.
pub async fn failures(tx: &mut Tx, subject: &str) -> sqlx::Result<Option<(i64, Moment)>> {
    let sql = "SELECT failures, failed_at FROM sign_in_failure WHERE subject = $1";
    on!(tx, db => sqlx::query_as(sql).bind(subject).fetch_optional(db))
}

/// Makes whoever else counts for `subject` wait until this transaction has ended.
pub async fn hold_failures(tx: &mut Tx, subject: &str, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO sign_in_failure (subject, failures, failed_at) VALUES ($1, 0, $2)
               ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures";
    change!(tx, sqlx::query(sql).bind(subject).bind(at))?;
    Ok(())
}

/// Counts one more failure; a count last raised before `forgotten` begins anew.
pub async fn count_failure(
    tx: &mut Tx,
    subject: &str,
    at: Moment,
    forgotten: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO sign_in_failure (subject, failures, failed_at) VALUES ($1, 1, $2)
               ON CONFLICT (subject) DO UPDATE SET
                   failures = CASE WHEN sign_in_failure.failed_at < $3 THEN 1
                                   ELSE sign_in_failure.failures + 1 END,
                   failed_at = excluded.failed_at";
    change!(tx, sqlx::query(sql).bind(subject).bind(at).bind(forgotten))?;
    Ok(())
}

pub async fn forget_failures(tx: &mut Tx, subject: &str) -> sqlx::Result<()> {
    let sql = "DELETE FROM sign_in_failure WHERE subject = $1";
    change!(tx, sqlx::query(sql).bind(subject))?;
    Ok(())
}

/// Takes back the last that was counted.
pub async fn take_back_failure(tx: &mut Tx, subject: &str) -> sqlx::Result<()> {
    let sql = "UPDATE sign_in_failure SET failures = failures - 1
               WHERE subject = $1 AND failures > 0";
    change!(tx, sqlx::query(sql).bind(subject))?;
    Ok(())
}

/// Takes out counts last raised before `before`.
pub async fn purge_failures(tx: &mut Tx, before: Moment) -> sqlx::Result<u64> {
    change!(tx, sqlx::query("DELETE FROM sign_in_failure WHERE failed_at < $1").bind(before))
}
