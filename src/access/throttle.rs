//! How long sign-in makes those wait who guess, without locking anybody out for good.

use crate::access::address::network;
use crate::access::store;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::settings::Settings;
use crate::vietnamese::fold;

/// Failures on one account from one address before waiting begins, and the longest wait.
const FREE_TRIES: i64 = 5;
const LONGEST_WAIT: i64 = 15 * 60;
/// After this many seconds without a failure the count begins anew.
pub const FORGET: i64 = 24 * 3600;
/// Seconds that one address waits after each failure beyond its allowance. A try that is
/// refused for this is not counted, so that nobody keeps others out by trying on.
const ADDRESS_WAIT: i64 = 20;

/// What a sign-in is counted for.
pub struct Counted {
    pair: String,
    address: String,
    /// Everybody, within this minute.
    all: String,
}

impl Counted {
    pub fn of(login: &str, address: &str) -> Counted {
        let login: String = fold::fold(login).chars().take(60).collect();
        let address = network(address);
        Counted {
            pair: format!("pair:{login} {address}"),
            address: format!("from:{address}"),
            all: format!("all:{}", minute(clock::now())),
        }
    }
}

/// Counts a try before it is known how it ends, so that guesses made side by side do not
/// pass one another; or says how many seconds must pass before it.
async fn admit(db: &Db, counted: &Counted, settings: &Settings) -> sqlx::Result<Result<(), i64>> {
    let mut tx = db.write().await?;
    for subject in [&counted.pair, &counted.address, &counted.all] {
        store::hold_failures(&mut tx, subject, clock::now()).await?;
    }
    let wait = wait(&mut tx, counted, settings).await?;
    if wait > 0 {
        return Ok(Err(wait));
    }
    let now = clock::now();
    let forgotten = now.plus_seconds(-FORGET);
    for subject in [&counted.pair, &counted.address, &counted.all] {
        store::count_failure(&mut tx, subject, now, forgotten).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Counts a try to give a password, or sends it away for a while.
pub async fn let_by(app: &App, counted: &Counted) -> Result<()> {
    let admitted = admit(&app.db, counted, &app.settings).await?;
    admitted.map_err(|wait| Error::TooMany(wait.unsigned_abs()))
}

/// Checks of printed codes that one address may make before it waits, and the seconds without
/// any after which the count begins anew: a guess at a code is then hopeless for good.
const CHECKS: i64 = 30;
const CHECKS_FORGOTTEN: i64 = 60;

/// Counts a check of a printed code; or says how many seconds must pass before the next.
pub async fn admit_check(db: &Db, address: &str) -> sqlx::Result<Result<(), i64>> {
    count(db, &format!("check:{}", network(address)), CHECKS, CHECKS_FORGOTTEN).await
}

/// Counts a token that opened nothing, of which one address has as many as checks; or says how
/// many seconds must pass before another is looked at. One in force is never counted: others
/// behind the same address must not suffer for a program that nobody mends.
pub async fn count_token(db: &Db, address: &str) -> sqlx::Result<Result<(), i64>> {
    count(db, &format!("token:{}", network(address)), CHECKS, CHECKS_FORGOTTEN).await
}

/// Tries at the code of a second factor before one waits, and the seconds after the last of
/// them until the count begins anew.
const CODES: i64 = 5;
const CODES_FORGOTTEN: i64 = 5 * 60;

fn codes_of(id: AccountId) -> String {
    format!("code:{id}")
}

/// Counts a try at the code of an account's second factor, wherever it comes from: whoever
/// gets so far knows the password.
pub async fn admit_code(db: &Db, id: AccountId) -> Result<()> {
    let admitted = count(db, &codes_of(id), CODES, CODES_FORGOTTEN).await?;
    admitted.map_err(|wait| Error::TooMany(wait.unsigned_abs()))
}

/// Forgets what was counted for the account's codes.
pub async fn code_succeeded(tx: &mut Tx, id: AccountId) -> sqlx::Result<()> {
    store::forget_failures(tx, &codes_of(id)).await
}

async fn count(db: &Db, subject: &str, most: i64, forgotten: i64) -> sqlx::Result<Result<(), i64>> {
    let mut tx = db.write().await?;
    let now = clock::now();
    store::hold_failures(&mut tx, subject, now).await?;
    if let Some((checks, at)) = store::failures(&mut tx, subject).await?
        && checks >= most
    {
        let wait = left(forgotten, at, now);
        if wait > 0 {
            return Ok(Err(wait));
        }
    }
    let forgotten = now.plus_seconds(-forgotten);
    store::count_failure(&mut tx, subject, now, forgotten).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// How many seconds must pass before the next try; 0 where there is nothing to wait for.
async fn wait(tx: &mut Tx, counted: &Counted, settings: &Settings) -> sqlx::Result<i64> {
    let now = clock::now();
    let mut longest = 0;
    let mut failed = 0;
    if let Some((failures, failed_at)) = store::failures(tx, &counted.pair).await? {
        longest = left(pair_wait(failures), failed_at, now);
        failed += failures;
    }
    if let Some((failures, failed_at)) = store::failures(tx, &counted.address).await? {
        failed += failures;
        if failures >= settings.tries_per_address {
            longest = longest.max(left(ADDRESS_WAIT, failed_at, now));
        }
    }
    // Guessing from everywhere at once: whoever has failed before waits until the minute is
    // over; whoever comes for the first time does not suffer for others.
    let all = store::failures(tx, &counted.all).await?.map_or(0, |it| it.0);
    if failed > 0 && all >= settings.limits.failures_per_minute {
        longest = longest.max(60 - (now.0 / 1_000_000).rem_euclid(60));
    }
    Ok(longest)
}

/// Doubles from the fifth failure on: 2, 4, 8 … seconds, at most a quarter of an hour.
fn pair_wait(failures: i64) -> i64 {
    let beyond = (failures - FREE_TRIES + 1).clamp(0, 10);
    if beyond == 0 { 0 } else { (1_i64 << beyond).min(LONGEST_WAIT) }
}

fn left(wait: i64, failed_at: Moment, now: Moment) -> i64 {
    (wait - now.seconds_since(failed_at)).clamp(0, wait)
}

/// Forgets what was counted for the account at this address, and takes the try itself off
/// the address.
pub async fn succeeded(tx: &mut Tx, counted: &Counted) -> sqlx::Result<()> {
    store::forget_failures(tx, &counted.pair).await?;
    store::take_back_failure(tx, &counted.address).await?;
    store::take_back_failure(tx, &counted.all).await
}

fn minute(now: Moment) -> i64 {
    now.0 / 60_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_and_ends() {
        let waits: Vec<i64> = (3..8).map(pair_wait).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8]);
        assert_eq!(pair_wait(1_000), LONGEST_WAIT);
    }
}
