//! The tables of accounts, grants and sign-ins; beside it those of links and of failed
//! sign-ins.

use chrono::NaiveDate;

use crate::access::model::{Account, Grant, Role};
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{AccountId, GrantId, UnitId};

pub use self::failures::{
    count_failure, failures, forget_failures, hold_failures, purge_failures, take_back_failure,
};
pub use self::links::{Link, add_link, find_link, has_link, purge_links, use_link, void_links};

mod failures;
mod links;

/// A sign-in of an account that is not disabled.
#[derive(sqlx::FromRow)]
pub struct SessionRow {
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub created_at: Moment,
    pub seen_at: Moment,
}

pub async fn find_session(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<SessionRow>> {
    let sql = "SELECT account.id AS account_id, account.login, account.display_name,
                      session.created_at, session.seen_at
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
    let sql = "INSERT INTO session (token_hash, account_id, created_at, seen_at, address)
               VALUES ($1, $2, $3, $3, $4)";
    change!(tx, sqlx::query(sql).bind(token_hash).bind(account_id).bind(at).bind(address))?;
    Ok(())
}

pub async fn see_session(tx: &mut Tx, token_hash: &[u8], at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE session SET seen_at = $2 WHERE token_hash = $1";
    change!(tx, sqlx::query(sql).bind(token_hash).bind(at))?;
    Ok(())
}

pub async fn remove_session(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<()> {
    let sql = "DELETE FROM session WHERE token_hash = $1";
    change!(tx, sqlx::query(sql).bind(token_hash))?;
    Ok(())
}

/// Ends every sign-in of the account; the number ended.
pub async fn remove_sessions_of(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<u64> {
    let sql = "DELETE FROM session WHERE account_id = $1";
    change!(tx, sqlx::query(sql).bind(account_id))
}

/// Takes out sign-ins that began before `before`.
pub async fn purge_sessions(tx: &mut Tx, before: Moment) -> sqlx::Result<u64> {
    change!(tx, sqlx::query("DELETE FROM session WHERE created_at < $1").bind(before))
}

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

/// Sets a password, and ends every sign-in made with the old one.
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &str) -> sqlx::Result<()> {
    let sql = "UPDATE account SET password_hash = $2, version = version + 1 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(hash))?)?;
    remove_sessions_of(tx, id).await?;
    Ok(())
}

/// Closes the account, or opens it again with `None`; its sign-ins end.
pub async fn set_disabled(tx: &mut Tx, id: AccountId, at: Option<Moment>) -> sqlx::Result<()> {
    let sql = "UPDATE account SET disabled_at = $2, version = version + 1 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)?;
    remove_sessions_of(tx, id).await?;
    Ok(())
}

/// The grants in force.
pub async fn grants_of(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<Vec<Grant>> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant
               WHERE account_id = $1 AND revoked_at IS NULL
               ORDER BY id";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).fetch_all(db))
}

/// The grants in force of all accounts.
pub async fn grants(tx: &mut Tx) -> sqlx::Result<Vec<Grant>> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant
               WHERE revoked_at IS NULL
               ORDER BY id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// A grant, and what its unit is called.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NamedGrant {
    #[sqlx(flatten)]
    pub grant: Grant,
    /// None for the whole registry.
    pub unit_name: Option<String>,
}

/// The grants in force of all accounts, with the units' names on `on`.
pub async fn named_grants(tx: &mut Tx, on: NaiveDate) -> sqlx::Result<Vec<NamedGrant>> {
    let sql = "SELECT role_grant.id, role_grant.account_id, role_grant.role, role_grant.unit_id,
                      role_grant.names, unit_period.name AS unit_name
               FROM role_grant
               LEFT JOIN unit_period ON unit_period.unit_id = role_grant.unit_id
                                     AND unit_period.from_on <= $1
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $1)
               WHERE role_grant.revoked_at IS NULL
               ORDER BY role_grant.id";
    on!(tx, db => sqlx::query_as(sql).bind(on).fetch_all(db))
}

/// The grants in force in `unit_id` and in the units below it on `on`.
pub async fn grants_below(
    tx: &mut Tx,
    unit_id: UnitId,
    on: NaiveDate,
) -> sqlx::Result<Vec<GrantId>> {
    let sql = "SELECT role_grant.id
               FROM unit_ancestor JOIN role_grant ON role_grant.unit_id = unit_ancestor.unit_id
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND role_grant.revoked_at IS NULL";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(on).fetch_all(db))
}

/// A grant, in force or revoked.
pub async fn get_grant(tx: &mut Tx, id: GrantId) -> sqlx::Result<Grant> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

/// Makes whoever else changes the grants of this account wait until this transaction has
/// ended.
pub async fn hold(tx: &mut Tx, id: AccountId) -> sqlx::Result<()> {
    let sql = "UPDATE account SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Grants a role; its sign-ins end, so that the new right begins with a new one.
pub async fn add_grant(tx: &mut Tx, grant: &Grant, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO role_grant (id, account_id, role, unit_id, names, granted_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(grant.id)
            .bind(grant.account_id)
            .bind(grant.role)
            .bind(grant.unit_id)
            .bind(grant.names)
            .bind(at)
    )?;
    remove_sessions_of(tx, grant.account_id).await?;
    // A link made for the lesser account must not open the greater one.
    void_links(tx, Some(grant.account_id), at).await
}

pub async fn revoke_grant(tx: &mut Tx, grant: &Grant, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE role_grant SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(grant.id).bind(at))?)?;
    remove_sessions_of(tx, grant.account_id).await?;
    Ok(())
}

/// The grants in force of this role in this unit to this account.
pub async fn find_grant(
    tx: &mut Tx,
    account_id: AccountId,
    role: Role,
    unit_id: Option<UnitId>,
) -> sqlx::Result<Option<Grant>> {
    let grants = grants_of(tx, account_id).await?;
    Ok(grants.into_iter().find(|it| it.role == role && it.unit_id == unit_id))
}
