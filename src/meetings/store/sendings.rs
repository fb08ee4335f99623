//! The table of what rolls were saved by, so that nothing is saved twice.

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{AccountId, MeetingId, SendingId};

/// A roll that was sent and saved.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Sending {
    /// The key that the page was given.
    pub id: SendingId,
    pub meeting_id: MeetingId,
    pub account_id: AccountId,
    pub body_hash: Vec<u8>,
    pub saved_at: Moment,
    /// As the roll stood then.
    pub present: i64,
    pub expected: i64,
}

pub async fn find(tx: &mut Tx, id: SendingId) -> sqlx::Result<Option<Sending>> {
    let sql = "SELECT * FROM roll_sending WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

pub async fn add(tx: &mut Tx, new: &Sending) -> sqlx::Result<()> {
    let sql = "INSERT INTO roll_sending (id, meeting_id, account_id, body_hash, saved_at,
                                         present, expected)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.meeting_id)
            .bind(new.account_id)
            .bind(&new.body_hash)
            .bind(new.saved_at)
            .bind(new.present)
            .bind(new.expected)
    )?;
    Ok(())
}

/// Forgets those saved before `before`: no telephone waits that long.
pub async fn forget(tx: &mut Tx, before: Moment) -> sqlx::Result<()> {
    let sql = "DELETE FROM roll_sending WHERE saved_at < $1";
    change!(tx, sqlx::query(sql).bind(before))?;
    Ok(())
}
