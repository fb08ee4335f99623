//! The table of calendars.

use chrono::NaiveDate;

use crate::access::feeds::Feed;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{AccountId, FeedId};

/// A calendar, in force or not, and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Held {
    #[sqlx(flatten)]
    pub feed: Feed,
    pub login: String,
    pub display_name: String,
    pub disabled_at: Option<Moment>,
}

pub async fn find_by_hash(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<Held>> {
    let sql = "SELECT calendar_feed.id, calendar_feed.account_id, calendar_feed.unit_id,
                      calendar_feed.created_at, calendar_feed.used_at, calendar_feed.revoked_at,
                      account.login, account.display_name, account.disabled_at
               FROM calendar_feed JOIN account ON account.id = calendar_feed.account_id
               WHERE calendar_feed.token_hash = $1";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).fetch_optional(db))
}

pub async fn find(tx: &mut Tx, id: FeedId) -> sqlx::Result<Option<Feed>> {
    let sql = "SELECT id, account_id, unit_id, created_at, used_at, revoked_at
               FROM calendar_feed WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// A calendar, and what its unit is called today, or its code where that has ended.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub feed: Feed,
    pub unit_name: String,
}

/// The calendars of an account that are in force, the latest first.
pub async fn list(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
) -> sqlx::Result<Vec<Listed>> {
    let sql = "SELECT calendar_feed.id, calendar_feed.account_id, calendar_feed.unit_id,
                      calendar_feed.created_at, calendar_feed.used_at, calendar_feed.revoked_at,
                      COALESCE(unit_period.name, unit.code) AS unit_name
               FROM calendar_feed
               JOIN unit ON unit.id = calendar_feed.unit_id
               LEFT JOIN unit_period ON unit_period.unit_id = unit.id
                                     AND unit_period.from_on <= $2
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE calendar_feed.account_id = $1 AND calendar_feed.revoked_at IS NULL
               ORDER BY calendar_feed.created_at DESC, calendar_feed.id DESC";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(today).fetch_all(db))
}

/// An id that is there already is a unique violation.
pub async fn add(tx: &mut Tx, new: &Feed, token_hash: &[u8]) -> sqlx::Result<()> {
    let sql = "INSERT INTO calendar_feed (id, account_id, unit_id, token_hash, created_at)
               VALUES ($1, $2, $3, $4, $5)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.account_id)
            .bind(new.unit_id)
            .bind(token_hash)
            .bind(new.created_at)
    )?;
    Ok(())
}

/// Notes that it was read.
pub async fn see(tx: &mut Tx, id: FeedId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE calendar_feed SET used_at = $2 WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id).bind(at))?;
    Ok(())
}

/// No row where it was revoked already.
pub async fn revoke(tx: &mut Tx, id: FeedId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE calendar_feed SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)
}

/// Ends every calendar of an account.
pub async fn revoke_all(tx: &mut Tx, account_id: AccountId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE calendar_feed SET revoked_at = $2
               WHERE account_id = $1 AND revoked_at IS NULL";
    change!(tx, sqlx::query(sql).bind(account_id).bind(at))?;
    Ok(())
}
