//! The table of sign-ins.

use crate::access::store::factors::remove_halves;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{AccountId, SessionId};

/// A sign-in of an account that is not disabled.
#[derive(sqlx::FromRow)]
pub struct SessionRow {
    pub id: SessionId,
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub created_at: Moment,
    pub seen_at: Moment,
    /// When the password was last given.
    pub confirmed_at: Moment,
}

pub async fn find_session(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<SessionRow>> {
    let sql = "SELECT session.id, account.id AS account_id, account.login, account.display_name,
                      session.created_at, session.seen_at, session.confirmed_at
               FROM session JOIN account ON account.id = session.account_id
               WHERE session.token_hash = $1 AND account.disabled_at IS NULL";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).fetch_optional(db))
}

pub async fn add_session(
    tx: &mut Tx,
    token_hash: &[u8],
    account_id: AccountId,
    address: &str,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO session (token_hash, id, account_id, created_at, seen_at, confirmed_at,
                                    address)
               VALUES ($1, $2, $3, $4, $4, $4, $5)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(token_hash)
            .bind(SessionId::new())
            .bind(account_id)
            .bind(at)
            .bind(address)
    )?;
    Ok(())
}

pub async fn see_session(tx: &mut Tx, token_hash: &[u8], at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE session SET seen_at = $2 WHERE token_hash = $1";
    change!(tx, sqlx::query(sql).bind(token_hash).bind(at))?;
    Ok(())
}

/// The password was given once more: another token stands for the sign-in from now on, and
/// the old one for nothing. Its age stays.
pub async fn renew_session(
    tx: &mut Tx,
    token_hash: &[u8],
    new_hash: &[u8],
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "UPDATE session SET token_hash = $2, seen_at = $3, confirmed_at = $3
               WHERE token_hash = $1";
    one_row(change!(tx, sqlx::query(sql).bind(token_hash).bind(new_hash).bind(at))?)
}

pub async fn remove_session(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<()> {
    let sql = "DELETE FROM session WHERE token_hash = $1";
    change!(tx, sqlx::query(sql).bind(token_hash))?;
    Ok(())
}

/// Ends every sign-in of the account, and every one half done; the number ended.
pub async fn remove_sessions_of(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<u64> {
    remove_halves(tx, account_id).await?;
    let sql = "DELETE FROM session WHERE account_id = $1";
    change!(tx, sqlx::query(sql).bind(account_id))
}

/// Ends every sign-in of the account but this one; the number ended.
pub async fn remove_others(tx: &mut Tx, account_id: AccountId, kept: &[u8]) -> sqlx::Result<u64> {
    let sql = "DELETE FROM session WHERE account_id = $1 AND token_hash <> $2";
    change!(tx, sqlx::query(sql).bind(account_id).bind(kept))
}

/// Ends one sign-in of the account; whether there was one.
pub async fn end_session(tx: &mut Tx, account_id: AccountId, id: SessionId) -> sqlx::Result<bool> {
    let sql = "DELETE FROM session WHERE account_id = $1 AND id = $2";
    Ok(change!(tx, sqlx::query(sql).bind(account_id).bind(id))? > 0)
}

/// A sign-in, as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignIn {
    pub id: SessionId,
    pub created_at: Moment,
    pub seen_at: Moment,
    pub address: String,
}

/// The sign-ins of an account that began after `since` and were used after `used`, the latest
/// first.
pub async fn sign_ins(
    tx: &mut Tx,
    account_id: AccountId,
    since: Moment,
    used: Moment,
) -> sqlx::Result<Vec<SignIn>> {
    let sql = "SELECT id, created_at, seen_at, address FROM session
               WHERE account_id = $1 AND created_at > $2 AND seen_at > $3
               ORDER BY created_at DESC, id DESC";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(since).bind(used).fetch_all(db))
}

/// Takes out sign-ins that began before `before`.
pub async fn purge_sessions(tx: &mut Tx, before: Moment) -> sqlx::Result<u64> {
    change!(tx, sqlx::query("DELETE FROM session WHERE created_at < $1").bind(before))
}
