//! Who is reminded by mail, and when somebody last was.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::AccountId;

/// Where an account is reminded.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reminder {
    pub account_id: AccountId,
    pub address: String,
    pub asked_at: Moment,
    pub confirmed_at: Option<Moment>,
    /// The last day on which something was sent, and what was said.
    pub sent_on: Option<NaiveDate>,
    pub said: String,
}

pub async fn find(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<Option<Reminder>> {
    let sql = "SELECT account_id, address, asked_at, confirmed_at, sent_on, said
               FROM mail_reminder WHERE account_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).fetch_optional(db))
}

/// The address whose link bears this token, if it was asked for after `since`.
pub async fn find_asked(
    tx: &mut Tx,
    token_hash: &[u8],
    since: Moment,
) -> sqlx::Result<Option<Reminder>> {
    let sql = "SELECT account_id, address, asked_at, confirmed_at, sent_on, said
               FROM mail_reminder WHERE token_hash = $1 AND asked_at > $2";
    on!(tx, db => sqlx::query_as(sql).bind(token_hash).bind(since).fetch_optional(db))
}

/// Notes where an account wants to be reminded: nothing is, until the link was followed.
pub async fn ask(
    tx: &mut Tx,
    (account_id, address): (AccountId, &str),
    token_hash: &[u8],
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO mail_reminder (account_id, address, token_hash, asked_at, tried_at,
                                          looked_on)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (account_id) DO UPDATE SET
                   address = excluded.address, token_hash = excluded.token_hash,
                   asked_at = excluded.asked_at, confirmed_at = NULL, said = ''";
    change!(
        tx,
        sqlx::query(sql)
            .bind(account_id)
            .bind(address)
            .bind(token_hash)
            .bind(at)
            .bind(Moment(0))
            .bind(NaiveDate::default())
    )?;
    Ok(())
}

/// The link was followed; whether it is the first time.
pub async fn confirm(tx: &mut Tx, token_hash: &[u8], at: Moment) -> sqlx::Result<bool> {
    let sql = "UPDATE mail_reminder SET confirmed_at = $2
               WHERE token_hash = $1 AND confirmed_at IS NULL";
    Ok(change!(tx, sqlx::query(sql).bind(token_hash).bind(at))? > 0)
}

/// Whether there was one.
pub async fn remove(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<bool> {
    let sql = "DELETE FROM mail_reminder WHERE account_id = $1";
    Ok(change!(tx, sqlx::query(sql).bind(account_id))? > 0)
}

/// Somebody who is to be reminded today, where something is due.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    #[sqlx(flatten)]
    pub reminder: Reminder,
    pub login: String,
    pub display_name: String,
}

/// The next who was not looked after on `today`, nor tried after `hour_ago`.
pub async fn next(
    tx: &mut Tx,
    today: NaiveDate,
    hour_ago: Moment,
) -> sqlx::Result<Option<Waiting>> {
    let sql = "SELECT mail_reminder.account_id, mail_reminder.address, mail_reminder.asked_at,
                      mail_reminder.confirmed_at, mail_reminder.sent_on, mail_reminder.said,
                      account.login, account.display_name
               FROM mail_reminder JOIN account ON account.id = mail_reminder.account_id
               WHERE mail_reminder.looked_on < $1 AND mail_reminder.tried_at < $2
                 AND mail_reminder.confirmed_at IS NOT NULL AND account.disabled_at IS NULL
               ORDER BY mail_reminder.looked_on, mail_reminder.account_id
               LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).bind(today).bind(hour_ago).fetch_optional(db))
}

/// Takes the day's look for oneself, before anything is sent: of two servers one does it, and
/// one that is cut off has sent it at most once.
pub async fn claim(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
    (hour_ago, now): (Moment, Moment),
) -> sqlx::Result<bool> {
    let sql = "UPDATE mail_reminder SET looked_on = $2, tried_at = $4
               WHERE account_id = $1 AND looked_on < $2 AND tried_at < $3";
    let claimed =
        change!(tx, sqlx::query(sql).bind(account_id).bind(today).bind(hour_ago).bind(now))?;
    Ok(claimed == 1)
}

/// What was said today.
pub async fn sent(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
    said: &str,
) -> sqlx::Result<()> {
    let sql = "UPDATE mail_reminder SET sent_on = $2, said = $3 WHERE account_id = $1";
    change!(tx, sqlx::query(sql).bind(account_id).bind(today).bind(said))?;
    Ok(())
}

/// It was not sent: whoever looks an hour later may try again.
pub async fn release(tx: &mut Tx, account_id: AccountId) -> sqlx::Result<()> {
    let sql = "UPDATE mail_reminder SET looked_on = $2 WHERE account_id = $1";
    change!(tx, sqlx::query(sql).bind(account_id).bind(NaiveDate::default()))?;
    Ok(())
}
