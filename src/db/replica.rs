//! A second server that follows the first and only reads: how fresh it is, and whether it may
//! be asked.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::clock::{self, Moment};
use crate::db::open::{NO_COMPILING, is_there};
use crate::db::{Db, OpenError, Tx};

/// How often its freshness is asked for, and how long the answer is waited for.
const EVERY: Duration = Duration::from_secs(1);
/// A replica that does not give a connection within this time is not waited for.
const PATIENCE: Duration = Duration::from_secs(1);
const CONNECTIONS: u32 = 20;
/// How far the clocks of two servers may differ, in seconds.
const SKEW: i64 = 1;

/// A handle on it; clones know the same.
#[derive(Clone)]
pub struct Replica {
    db: Db,
    /// Seconds that it may lag behind and still be asked.
    lag: i64,
    /// Everything committed before this moment is there; 0 where that is not known.
    fresh_to: Arc<AtomicI64>,
}

impl Replica {
    /// The `PostgreSQL` server at `url`, which need not be there yet. It is asked once
    /// [`keep_looking`] has found it fresh.
    pub fn at(url: &str, lag: i64) -> Result<Replica, OpenError> {
        if !url.starts_with("postgres") {
            return Err(OpenError::UnknownUrl(url.to_owned()));
        }
        let limits = [
            ("statement_timeout", "60s"),
            ("idle_in_transaction_session_timeout", "60s"),
            NO_COMPILING,
        ];
        let options = PgConnectOptions::from_str(url)?.options(limits);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(is_there)
            .connect_lazy_with(options);
        Ok(Replica::over(Db::Postgres(pool), lag))
    }

    /// A copy that somebody else keeps, and whose freshness somebody else knows.
    pub fn over(db: Db, lag: i64) -> Replica {
        Replica { db, lag, fresh_to: Arc::default() }
    }

    /// Seconds after which whatever was written is there, or it is not asked.
    pub fn longest(&self) -> i64 {
        self.lag + SKEW
    }

    /// Remembers how fresh it is; None where it is away, or follows nobody.
    pub fn found(&self, fresh_to: Option<Moment>) {
        let before = self.fresh_to.swap(fresh_to.map_or(0, |it| it.0), Ordering::Relaxed);
        if (before == 0) != fresh_to.is_none() {
            tracing::info!(is_there = fresh_to.is_some(), "the server that figures are read from");
        }
    }

    /// Begins to read there, and says up to when everything is in it: if it is fresh enough,
    /// and has what was written at `since`. None where the first server is to be asked.
    pub async fn read(&self, since: Moment) -> Option<(Tx, Moment)> {
        let fresh_to = Moment(self.fresh_to.load(Ordering::Relaxed));
        let late = clock::now().plus_seconds(-self.lag);
        let unseen = since.0 > 0 && fresh_to < since.plus_seconds(SKEW);
        if fresh_to < late || unseen {
            return None;
        }
        match self.db.read().await {
            Ok(tx) => Some((tx, fresh_to)),
            Err(error) => {
                tracing::warn!(%error, "figures are read from the first server");
                self.found(None);
                None
            }
        }
    }

    /// Closes its connections.
    pub async fn close(&self) {
        self.db.close().await;
    }

    async fn look(&self) -> sqlx::Result<Option<Moment>> {
        let Db::Postgres(pool) = &self.db else { return Ok(None) };
        // A server that follows nobody knows of no replay; one that was promoted still does.
        let sql = "SELECT CASE WHEN pg_is_in_recovery() THEN
                       CAST(EXTRACT(EPOCH FROM pg_last_xact_replay_timestamp()) * 1000000 AS BIGINT)
                   END";
        let replayed: Option<i64> = sqlx::query_scalar(sql).fetch_one(pool).await?;
        Ok(replayed.map(Moment))
    }
}

/// Finds out every second how fresh the replica is, for as long as the program serves.
pub async fn keep_looking(replica: Replica, first: Db) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match tokio::time::timeout(EVERY, beat(&first)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "no beat"),
            Err(_) => tracing::debug!("no beat in time"),
        }
        let found = tokio::time::timeout(EVERY, replica.look()).await;
        replica.found(found.ok().and_then(Result::ok).flatten());
    }
}

/// Commits something that changes nothing. The replica tells the moment of the last commit
/// that reached it: where nobody writes, it would pass for one that lags.
async fn beat(first: &Db) -> sqlx::Result<()> {
    let mut tx = first.write().await?;
    if let Tx::Postgres(tx) = &mut tx {
        sqlx::query("SELECT pg_current_xact_id()").execute(&mut **tx).await?;
    }
    tx.commit().await
}
