//! Calendars that a telephone reads by an address nobody guesses: each of one unit, and never
//! more than its account may see at that moment.

use crate::access::tokens::{Limits, Reach};
use crate::access::viewer::Viewer;
use crate::access::{session, store};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::ids::{AccountId, FeedId, UnitId};

/// Calendars in force that one account may have.
pub const MOST: i64 = 20;
/// How far `used_at` may lag behind, in seconds, so that reading does not mean writing.
const USED_EVERY: i64 = 3600;

/// A calendar as it is kept: without its token.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Feed {
    pub id: FeedId,
    pub account_id: AccountId,
    pub unit_id: UnitId,
    pub created_at: Moment,
    /// When it was last read, to the hour.
    pub used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

/// The calendar whose address ends with this token, and for whom it is read; nothing where it
/// was revoked, or its account is closed or may not come in.
pub async fn open(app: &App, token: &str, address: &str) -> sqlx::Result<Option<(Viewer, Feed)>> {
    let mut tx = app.db.read().await?;
    let found = store::feeds::find_by_hash(&mut tx, &session::hash(token)).await?;
    let Some(found) = found.filter(|it| it.feed.revoked_at.is_none()) else { return Ok(None) };
    let (feed, now) = (found.feed, clock::now());
    if found.disabled_at.is_some()
        || store::factors::lacks(&mut tx, feed.account_id, now.day()).await?
    {
        return Ok(None);
    }
    let held = store::deputies::held(&mut tx, feed.account_id, now.day()).await?;
    drop(tx);
    if feed.used_at.is_none_or(|it| now.seconds_since(it) >= USED_EVERY) {
        // Who only reads must not have to wait until somebody can write.
        if let Err(error) = used(app, feed.id, now).await {
            tracing::warn!(%error, "the last use of a calendar was not noted");
        }
    }
    let reader = (feed.account_id, found.login, found.display_name);
    let limits = Limits { reach: Reach::Exports, unit_id: Some(feed.unit_id) };
    Ok(Some((Viewer::reading_for(reader, held, address, limits), feed)))
}

async fn used(app: &App, id: FeedId, now: Moment) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    store::feeds::see(&mut tx, id, now).await?;
    tx.commit().await
}
