//! The table of sign-ins.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::access::deputies::Deputy;
use crate::access::model::{Grant, Role};
use crate::access::store::deputies::{self, Held};
use crate::access::store::factors::{lacks_one, remove_halves};
use crate::access::store::grants::in_force;
use crate::audit::store::revision;
use crate::clock::Moment;
use crate::db::{Db, Tx, alone, change, on, one_row};
use crate::ids::{AccountId, GrantId, SessionId, UnitId};

/// As many sign-ins are asked for in one statement.
pub const TOGETHER: usize = 16;

/// A sign-in of an account that is not disabled.
#[derive(Clone, sqlx::FromRow)]
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

/// A sign-in, and what the account may do at this moment.
#[derive(Clone)]
pub struct SignedIn {
    pub session: SessionRow,
    pub grants: Vec<Grant>,
    /// Which of them are lent to it.
    pub deputies: Vec<Deputy>,
    /// Whether a role of the account needs a second factor, and there is none.
    pub lacks_factor: bool,
    /// Where the registry stands.
    pub revision: i64,
}

/// A sign-in with one of the grants, if there is any.
#[derive(sqlx::FromRow)]
struct Row {
    token_hash: Vec<u8>,
    #[sqlx(flatten)]
    session: SessionRow,
    lacks_factor: bool,
    revision: i64,
    grant_id: Option<GrantId>,
    role: Option<Role>,
    unit_id: Option<UnitId>,
    names: Option<bool>,
    for_name: Option<String>,
    to_on: Option<NaiveDate>,
}

impl Row {
    fn held(&self) -> Option<Held> {
        let grant = Grant {
            id: self.grant_id?,
            account_id: self.session.account_id,
            role: self.role?,
            unit_id: self.unit_id,
            names: self.names?,
        };
        Some(Held { grant, for_name: self.for_name.clone(), to_on: self.to_on })
    }
}

/// The sign-ins of up to [`TOGETHER`] tokens, on `today`. Every request asks for its own, and so
/// for all that it is in one.
pub async fn signed_in(
    db: &Db,
    token_hashes: &[&[u8]],
    today: NaiveDate,
) -> sqlx::Result<HashMap<Vec<u8>, SignedIn>> {
    let sql = concat!(
        "SELECT session.token_hash, session.id, account.id AS account_id, account.login,
                account.display_name, session.created_at, session.seen_at,
                session.confirmed_at, ",
        lacks_one!("account.id"),
        " AS lacks_factor, ",
        revision!(),
        " AS revision,
                role_grant.id AS grant_id, role_grant.role, role_grant.unit_id,
                role_grant.names, lender.display_name AS for_name, role_grant.to_on
         FROM session
         JOIN account ON account.id = session.account_id AND account.disabled_at IS NULL
         LEFT JOIN role_grant ON role_grant.account_id = account.id AND ",
        in_force!(),
        " LEFT JOIN account AS lender ON lender.id = role_grant.for_account_id
         WHERE session.token_hash IN ($1, $4, $5, $6, $7, $8, $9, $10,
                                      $11, $12, $13, $14, $15, $16, $17, $18)
         ORDER BY session.token_hash, role_grant.id"
    );
    let rows: Vec<Row> = alone!(db, one => {
        let mut query = sqlx::query_as(sql)
            .bind(token_hashes.first().copied())
            .bind(today)
            .bind(true);
        for place in 1..TOGETHER {
            query = query.bind(token_hashes.get(place).copied());
        }
        query.fetch_all(one)
    })?;
    let mut found = HashMap::new();
    for rows in rows.chunk_by(|a, b| a.token_hash == b.token_hash) {
        let (grants, deputies) = deputies::parted(rows.iter().filter_map(Row::held).collect());
        let Row { token_hash, session, lacks_factor, revision, .. } = &rows[0];
        let (session, lacks_factor, revision) = (session.clone(), *lacks_factor, *revision);
        let it = SignedIn { session, grants, deputies, lacks_factor, revision };
        found.insert(token_hash.clone(), it);
    }
    Ok(found)
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
