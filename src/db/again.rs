//! Trying again what the database gave up: how often, and how long to wait before.

use std::time::Duration;

use crate::error::passing;

/// Tries behind the first, within some two seconds. Whoever still loses then is told that the
/// server is busy: with three of them, one in several hundred was, where hundreds wrote at the
/// same moment under SERIALIZABLE.
pub const TRIES: u32 = 6;

/// The wait before the first of them, at least; it doubles with each.
const SHORTEST: u64 = 20;

/// Waits before the try number `number`, counted from 0: longer each time, and by chance up to
/// twice as long, so that two who got in each other's way do not meet again.
pub async fn pause(number: u32) {
    let shortest = SHORTEST << number;
    let mut chance = [0; 2];
    // Without chance both wait the longer time: they may meet again, and nothing else is lost.
    let share = getrandom::fill(&mut chance)
        .map_or(u64::from(u16::MAX), |()| u64::from(u16::from_le_bytes(chance)));
    let by_chance = shortest * share / u64::from(u16::MAX);
    tokio::time::sleep(Duration::from_millis(shortest + by_chance)).await;
}

/// Does `work` again where it failed for what passes. For work beside the requests that finds
/// by itself what is done already; a request is tried again as a whole (`site::again`).
pub async fn again<T, F>(mut work: impl FnMut() -> F) -> sqlx::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    let mut number = 0;
    loop {
        match work().await {
            Err(error) if number < TRIES && passing::again(&error).is_some() => {
                tracing::debug!(%error, "trying again");
                pause(number).await;
                number += 1;
            }
            done => return done,
        }
    }
}
