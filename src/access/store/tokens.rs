//! The table of tokens.

use chrono::NaiveDate;

use crate::access::tokens::ApiToken;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{AccountId, TokenId};

/// A token, in force or not, and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Held {
    #[sqlx(flatten)]
    pub token: ApiToken,
    pub login: String,
    pub display_name: String,
    pub disabled_at: Option<Moment>,
}

pub async fn find_by_hash(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<Held>> {
    let sql = "SELECT api_token.id, api_token.account_id, api_token.prefix, api_token.name,
                      api_token.reach, api_token.unit_id, api_token.created_at,
                      api_token.last_on, api_token.used_at, api_token.revoked_at,
                      account.login, account.display_name, account.disabled_at
               FROM api_token JOIN account ON account.id = api_token.account_id
               WHERE api_token.token_hash = $1";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).fetch_optional(db))
}

pub async fn find(tx: &mut Tx, id: TokenId) -> sqlx::Result<Option<ApiToken>> {
    let sql = "SELECT id, account_id, prefix, name, reach, unit_id, created_at, last_on, used_at,
                      revoked_at
               FROM api_token WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Ends every token of an account.
pub async fn revoke_all(tx: &mut Tx, account_id: AccountId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE api_token SET revoked_at = $2
               WHERE account_id = $1 AND revoked_at IS NULL";
    change!(tx, sqlx::query(sql).bind(account_id).bind(at))?;
    Ok(())
}

/// A token, and what the unit is called that it is limited to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub token: ApiToken,
    /// Its name today, or its code where it has ended.
    pub unit_name: Option<String>,
}

/// The latest tokens of an account, whether in force or not.
pub async fn latest(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let sql = "SELECT api_token.id, api_token.account_id, api_token.prefix, api_token.name,
                      api_token.reach, api_token.unit_id, api_token.created_at,
                      api_token.last_on, api_token.used_at, api_token.revoked_at,
                      COALESCE(unit_period.name, unit.code) AS unit_name
               FROM api_token
               LEFT JOIN unit ON unit.id = api_token.unit_id
               LEFT JOIN unit_period ON unit_period.unit_id = unit.id
                                     AND unit_period.from_on <= $2
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE api_token.account_id = $1
               ORDER BY api_token.created_at DESC, api_token.id DESC
               LIMIT $3";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(today).bind(limit).fetch_all(db))
}

/// How many tokens of the account are in force.
pub async fn count(tx: &mut Tx, account_id: AccountId, today: NaiveDate) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM api_token
               WHERE account_id = $1 AND revoked_at IS NULL AND last_on >= $2";
    on!(tx, db => sqlx::query_scalar(sql).bind(account_id).bind(today).fetch_one(db))
}

/// An id that is there already is a unique violation.
pub async fn add(tx: &mut Tx, new: &ApiToken, token_hash: &[u8]) -> sqlx::Result<()> {
    let sql = "INSERT INTO api_token (id, account_id, token_hash, prefix, name, reach, unit_id,
                                      created_at, last_on)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.account_id)
            .bind(token_hash)
            .bind(&new.prefix)
            .bind(&new.name)
            .bind(new.reach)
            .bind(new.unit_id)
            .bind(new.created_at)
            .bind(new.last_on)
    )?;
    Ok(())
}

/// Notes that it was used.
pub async fn see(tx: &mut Tx, id: TokenId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE api_token SET used_at = $2 WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id).bind(at))?;
    Ok(())
}

/// No row where it was revoked already.
pub async fn revoke(tx: &mut Tx, id: TokenId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)
}
