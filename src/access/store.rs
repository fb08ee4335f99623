//! The table of accounts; beside it those of sign-ins, of failed ones, of grants and of links.

use crate::access::model::Account;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::AccountId;

pub use self::failures::{
    count_failure, failures, forget_failures, hold_failures, purge_failures, take_back_failure,
};
pub(crate) use self::grants::in_force;
pub use self::grants::{
    GrantOfUnit, NamedGrant, Passed, add_grant, find_grant, get_grant, given_to, grants_below,
    grants_in_units, grants_of, named_grants, pass_on, revoke_grant, take_back,
};
pub use self::links::{Link, add_link, find_link, has_link, purge_links, use_link, void_links};
pub use self::sessions::{
    SessionRow, SignIn, SignedIn, TOGETHER, add_session, end_session, purge_sessions,
    remove_others, remove_session, remove_sessions_of, renew_session, see_session, sign_ins,
    signed_in,
};

pub mod deputies;
pub mod factors;
mod failures;
pub mod feeds;
mod grants;
mod links;
mod sessions;
pub mod tokens;

pub async fn get(tx: &mut Tx, id: AccountId) -> sqlx::Result<Account> {
    let sql = "SELECT * FROM account WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

pub async fn find_by_login(tx: &mut Tx, login: &str) -> sqlx::Result<Option<Account>> {
    let sql = "SELECT * FROM account WHERE login = $1";
    on!(tx, db => sqlx::query_as(sql).bind(login).fetch_optional(db))
}

pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Account>> {
    on!(tx, db => sqlx::query_as("SELECT * FROM account ORDER BY login").fetch_all(db))
}

pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    on!(tx, db => sqlx::query_scalar("SELECT COUNT(*) FROM account").fetch_one(db))
}

/// A login that is taken is a unique violation.
pub async fn add(
    tx: &mut Tx,
    id: AccountId,
    login: &str,
    display_name: &str,
    password_hash: Option<&str>,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO account (id, login, display_name, password_hash, created_at)
               VALUES ($1, $2, $3, $4, $5)";
    change!(
        tx,
        sqlx::query(sql).bind(id).bind(login).bind(display_name).bind(password_hash).bind(at)
    )?;
    Ok(())
}

/// Sets a password, and ends every sign-in, token and calendar made with the old one.
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &str, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE account SET password_hash = $2, version = version + 1 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(hash))?)?;
    tokens::revoke_all(tx, id, at).await?;
    feeds::revoke_all(tx, id, at).await?;
    remove_sessions_of(tx, id).await?;
    Ok(())
}

/// Keeps the hash of the same password that was made in another way; the account stays as it is.
pub async fn renew_hash(tx: &mut Tx, id: AccountId, hash: &str) -> sqlx::Result<()> {
    let sql = "UPDATE account SET password_hash = $2 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(hash))?)
}

/// Closes the account, or opens it again with `None`; its sign-ins end.
pub async fn set_disabled(tx: &mut Tx, id: AccountId, at: Option<Moment>) -> sqlx::Result<()> {
    let sql = "UPDATE account SET disabled_at = $2, version = version + 1 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)?;
    remove_sessions_of(tx, id).await?;
    Ok(())
}

/// Makes whoever else changes the grants of this account wait until this transaction has
/// ended.
pub async fn hold(tx: &mut Tx, id: AccountId) -> sqlx::Result<()> {
    let sql = "UPDATE account SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
