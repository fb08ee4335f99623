//! The tables of second factors, of codes on paper, of half sign-ins, and of the roles that
//! need a second factor.

use chrono::NaiveDate;

use crate::access::model::Role;
use crate::access::store::grants::in_force;
use crate::access::store::{remove_others, tokens};
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::AccountId;

#[derive(Clone, sqlx::FromRow)]
pub struct Factor {
    /// Sealed.
    pub secret: Vec<u8>,
    /// None while it waits for its first code.
    pub confirmed_at: Option<Moment>,
}

/// The second factor of an account, in force or waiting for its first code.
pub async fn find(tx: &mut Tx, id: AccountId) -> sqlx::Result<Option<Factor>> {
    let sql = "SELECT secret, confirmed_at FROM second_factor WHERE account_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Likewise, where it is in force.
pub async fn in_force(tx: &mut Tx, id: AccountId) -> sqlx::Result<Option<Factor>> {
    Ok(find(tx, id).await?.filter(|it| it.confirmed_at.is_some()))
}

/// A new one, that waits for its first code. One in force stays as it is: no row then.
pub async fn start(tx: &mut Tx, id: AccountId, sealed: &[u8], at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO second_factor (account_id, secret, started_at) VALUES ($1, $2, $3)
               ON CONFLICT (account_id) DO UPDATE SET
                   secret = excluded.secret, started_at = excluded.started_at
               WHERE second_factor.confirmed_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(sealed).bind(at))?)
}

/// Puts the waiting one in force; the step of its first code is used.
pub async fn confirm(tx: &mut Tx, id: AccountId, step: i64, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE second_factor SET confirmed_at = $3, last_step = $2
               WHERE account_id = $1 AND confirmed_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(step).bind(at))?)
}

/// Uses a step; false where it or a later one was used before.
pub async fn use_step(tx: &mut Tx, id: AccountId, step: i64) -> sqlx::Result<bool> {
    let sql = "UPDATE second_factor SET last_step = $2 WHERE account_id = $1 AND last_step < $2";
    Ok(change!(tx, sqlx::query(sql).bind(id).bind(step))? == 1)
}

/// Takes the second factor off, with its codes on paper.
pub async fn remove(tx: &mut Tx, id: AccountId) -> sqlx::Result<()> {
    change!(tx, sqlx::query("DELETE FROM recovery_code WHERE account_id = $1").bind(id))?;
    change!(tx, sqlx::query("DELETE FROM second_factor WHERE account_id = $1").bind(id))?;
    Ok(())
}

/// What follows from any change of a factor: all other sign-ins of the account end, and all
/// of its tokens (ASVS 7.4.3).
pub async fn end_others(tx: &mut Tx, id: AccountId, kept: &[u8], at: Moment) -> sqlx::Result<()> {
    remove_others(tx, id, kept).await?;
    remove_halves(tx, id).await?;
    tokens::revoke_all(tx, id, at).await
}

/// New codes on paper in the place of all earlier ones.
pub async fn set_recovery(tx: &mut Tx, id: AccountId, hashes: &[Vec<u8>]) -> sqlx::Result<()> {
    change!(tx, sqlx::query("DELETE FROM recovery_code WHERE account_id = $1").bind(id))?;
    // As many statements as there are codes: ten.
    for hash in hashes {
        let sql = "INSERT INTO recovery_code (code_hash, account_id) VALUES ($1, $2)";
        change!(tx, sqlx::query(sql).bind(hash).bind(id))?;
    }
    Ok(())
}

/// Uses a code on paper; false where there is no such one, or it was used before.
pub async fn use_recovery(
    tx: &mut Tx,
    id: AccountId,
    code_hash: &[u8],
    at: Moment,
) -> sqlx::Result<bool> {
    let sql = "UPDATE recovery_code SET used_at = $3
               WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL";
    Ok(change!(tx, sqlx::query(sql).bind(id).bind(code_hash).bind(at))? == 1)
}

/// How many codes on paper are left.
pub async fn count_recovery(tx: &mut Tx, id: AccountId) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}

/// Somebody who has given the password, of an account that is not disabled.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Half {
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub created_at: Moment,
}

pub async fn add_half(
    tx: &mut Tx,
    token_hash: &[u8],
    id: AccountId,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO half_session (token_hash, account_id, created_at) VALUES ($1, $2, $3)";
    change!(tx, sqlx::query(sql).bind(token_hash).bind(id).bind(at))?;
    Ok(())
}

pub async fn find_half(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<Half>> {
    let sql = "SELECT account.id AS account_id, account.login, account.display_name,
                      half_session.created_at
               FROM half_session JOIN account ON account.id = half_session.account_id
               WHERE half_session.token_hash = $1 AND account.disabled_at IS NULL";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).fetch_optional(db))
}

/// Ends what was half done.
pub async fn remove_halves(tx: &mut Tx, id: AccountId) -> sqlx::Result<()> {
    change!(tx, sqlx::query("DELETE FROM half_session WHERE account_id = $1").bind(id))?;
    Ok(())
}

/// Takes out half sign-ins that began before `before`.
pub async fn purge_halves(tx: &mut Tx, before: Moment) -> sqlx::Result<u64> {
    change!(tx, sqlx::query("DELETE FROM half_session WHERE created_at < $1").bind(before))
}

/// Whether those with a role need a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rule {
    pub role: Role,
    pub required: bool,
    pub version: i64,
}

/// The roles that were ever settled.
pub async fn rules(tx: &mut Tx) -> sqlx::Result<Vec<Rule>> {
    let sql = "SELECT role, required, version FROM factor_rule ORDER BY role";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// Makes whoever else settles the roles wait until this transaction has ended.
pub async fn hold_rules(tx: &mut Tx) -> sqlx::Result<()> {
    let sql = "INSERT INTO factor_rule (role, required, version)
               VALUES ($1, $5, 0), ($2, $5, 0), ($3, $5, 0), ($4, $5, 0)
               ON CONFLICT (role) DO UPDATE SET version = factor_rule.version";
    let [first, second, third, fourth] = Role::ALL;
    change!(tx, sqlx::query(sql).bind(first).bind(second).bind(third).bind(fourth).bind(false))?;
    Ok(())
}

pub async fn set_rule(tx: &mut Tx, role: Role, required: bool) -> sqlx::Result<()> {
    let sql = "INSERT INTO factor_rule (role, required) VALUES ($1, $2)
               ON CONFLICT (role) DO UPDATE SET
                   required = excluded.required, version = factor_rule.version + 1";
    change!(tx, sqlx::query(sql).bind(role).bind(required))?;
    Ok(())
}

/// Whether the account in `$account` has a role on the day in $2 that needs a second factor,
/// and has none in force; $3 is true.
macro_rules! lacks_one {
    ($account:literal) => {
        concat!(
            "EXISTS (SELECT 1
                     FROM role_grant JOIN factor_rule ON factor_rule.role = role_grant.role
                     WHERE role_grant.account_id = ",
            $account,
            " AND factor_rule.required = $3 AND ",
            in_force!(),
            ") AND NOT EXISTS (SELECT 1 FROM second_factor
                               WHERE second_factor.account_id = ",
            $account,
            " AND second_factor.confirmed_at IS NOT NULL)"
        )
    };
}
pub(super) use lacks_one;

pub async fn lacks(tx: &mut Tx, id: AccountId, today: NaiveDate) -> sqlx::Result<bool> {
    let sql = concat!("SELECT ", lacks_one!("$1"));
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(today).bind(true).fetch_one(db))
}
