//! The table of one-time links.

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::AccountId;

/// A link with which a password is set: that of the account, or of the first
/// administrator where there is no account yet.
#[derive(sqlx::FromRow)]
pub struct Link {
    pub account_id: Option<AccountId>,
    pub expires_at: Moment,
}

pub async fn add_link(
    tx: &mut Tx,
    token_hash: &[u8],
    account_id: Option<AccountId>,
    at: Moment,
    expires_at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO one_time_link (token_hash, account_id, created_at, expires_at)
               VALUES ($1, $2, $3, $4)";
    change!(tx, sqlx::query(sql).bind(token_hash).bind(account_id).bind(at).bind(expires_at))?;
    Ok(())
}

/// A link that was not used yet.
pub async fn find_link(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<Link>> {
    let sql = "SELECT account_id, expires_at FROM one_time_link
               WHERE token_hash = $1 AND used_at IS NULL";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).fetch_optional(db))
}

/// Whether there is such a link, in force or not.
pub async fn has_link(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) FROM one_time_link WHERE token_hash = $1";
    let links: i64 = on!(tx, db => sqlx::query_scalar(sql).bind(token_hash).fetch_one(db))?;
    Ok(links > 0)
}

pub async fn use_link(tx: &mut Tx, token_hash: &[u8], at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE one_time_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(token_hash).bind(at))?)
}

/// Unused links for this account (or for the first administrator) lose their force.
pub async fn void_links(
    tx: &mut Tx,
    account_id: Option<AccountId>,
    at: Moment,
) -> sqlx::Result<()> {
    if let Some(id) = account_id {
        let sql = "UPDATE one_time_link SET used_at = $2
                   WHERE used_at IS NULL AND account_id = $1";
        change!(tx, sqlx::query(sql).bind(id).bind(at))?;
    } else {
        let sql = "UPDATE one_time_link SET used_at = $1
                   WHERE used_at IS NULL AND account_id IS NULL";
        change!(tx, sqlx::query(sql).bind(at))?;
    }
    Ok(())
}

/// Takes out links that lapsed before `before`.
pub async fn purge_links(tx: &mut Tx, before: Moment) -> sqlx::Result<u64> {
    change!(tx, sqlx::query("DELETE FROM one_time_link WHERE expires_at < $1").bind(before))
}
