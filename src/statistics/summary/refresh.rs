//! The refresher: brings summaries up to the audit trail, beside the requests.

use std::time::Duration;

use crate::db::{Db, Tx, in_time};
use crate::ids::UnitId;
use crate::organisation;
use crate::statistics::summary::facts::Packed;
use crate::statistics::summary::numbers::Numbers;
use crate::statistics::summary::store::asked::{self, Units};
use crate::statistics::summary::store::{self, State, numbered, source};

/// How often it is looked whether something was written.
const EVERY: Duration = Duration::from_secs(10);

/// Refreshes summaries for as long as the program serves.
pub async fn keep_refreshing(db: Db, large_unit: i64) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // Step by step: on `SQLite` others write in between.
        loop {
            match in_time(step(&db, large_unit)).await {
                Ok(Step::Further) => {}
                // No such row: another server has gone on.
                Ok(Step::Done) | Err(sqlx::Error::RowNotFound) => break,
                Err(error) => {
                    tracing::warn!(%error, "summaries were not refreshed; trying again");
                    break;
                }
            }
        }
    }
}

/// Refreshes until there is nothing left to do.
pub async fn refresh(db: &Db, large_unit: i64) -> sqlx::Result<()> {
    while let Step::Further = step(db, large_unit).await? {}
    Ok(())
}

/// What a step has come to.
pub enum Step {
    /// There may be more to do.
    Further,
    /// Everything that is sealed is in, or the registry is a small one.
    Done,
}

/// Sums up the next units, in one transaction.
pub async fn step(db: &Db, large_unit: i64) -> sqlx::Result<Step> {
    let mut tx = db.read().await?;
    let state = store::state(&mut tx).await?;
    let head = store::head(&mut tx).await?;
    let count = organisation::store::count(&mut tx).await?;
    drop(tx);
    match state {
        // One unit stands above all others.
        _ if count - 1 <= large_unit => {
            if state.is_some() {
                let mut tx = db.write().await?;
                store::remove(&mut tx).await?;
                tx.commit().await?;
            }
            Ok(Step::Done)
        }
        Some(state) if state.large_unit == large_unit && state.position <= head => {
            further(db, state).await
        }
        // There were none, or they are those of another trail.
        _ => begin(db.write().await?, large_unit).await,
    }
}

async fn begin(mut tx: Tx, large_unit: i64) -> sqlx::Result<Step> {
    let filled_to = Some(UnitId(uuid::Uuid::nil()));
    let position = store::head(&mut tx).await?;
    store::begin(&mut tx, State { position, large_unit, filled_to }).await?;
    tx.commit().await?;
    Ok(Step::Further)
}

async fn further(db: &Db, state: State) -> sqlx::Result<Step> {
    let mut tx = db.write().await?;
    // Read before anything is summed up: what is sealed later is summed up again.
    let head = store::head(&mut tx).await?;
    let units = match state.filled_to {
        Some(id) => Units::After(id),
        None if head == state.position => return Ok(Step::Done),
        None => Units::Behind(state.position),
    };
    let ids = asked::units(&mut tx, units).await?;
    if state.filled_to.is_none() && ids.len() > asked::MOST_UNITS {
        // In one step, nobody could write on `SQLite` for as long as it takes.
        return begin(tx, state.large_unit).await;
    }
    let packed = sum_up(&mut tx, &ids).await?;
    let last = packed.last().map(|it| it.unit_id);
    let new = match units {
        Units::After(_) => State { filled_to: last, ..state },
        Units::Behind(_) => State { position: head, ..state },
    };
    store::go_on(&mut tx, state, new).await?;
    // Whatever is written of in between has its summary taken away as well, and stands behind
    // the place that is reached.
    asked::clear(&mut tx, units).await?;
    store::write(&mut tx, packed.into_iter()).await?;
    tx.commit().await?;
    Ok(if new == state { Step::Done } else { Step::Further })
}

async fn sum_up(tx: &mut Tx, ids: &[UnitId]) -> sqlx::Result<Vec<Packed>> {
    numbered::number_workplaces(tx).await?;
    let mut numbers = Numbers::read(tx).await?;
    let packed = source::sum_up(tx, ids, &mut numbers).await?;
    numbered::add_purposes(tx, numbers.new_purposes()).await?;
    Ok(packed.into_values().collect())
}
