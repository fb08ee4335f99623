//! How much one account, and all of them together, may ask of the server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::access::store;
use crate::access::viewer::Viewer;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::settings::Limits;

/// Accounts that are counted at once. More than a province has; beyond it the count begins
/// anew, so that its memory has an end.
const COUNTED: usize = 10_000;

/// Counts the requests of each account within the minute, in this process.
#[derive(Clone)]
pub struct Pace(Arc<Mutex<Minute>>, u32);

#[derive(Default)]
struct Minute {
    number: i64,
    requests: HashMap<AccountId, u32>,
}

impl Pace {
    pub fn new(limits: &Limits) -> Pace {
        Pace(Arc::default(), limits.requests_per_minute)
    }

    /// Counts a request; or says how many seconds must pass before the next.
    fn count(&self, id: AccountId, now: Moment) -> Result<(), u64> {
        let seconds = now.0 / 1_000_000;
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != seconds / 60 || minute.requests.len() >= COUNTED {
            *minute = Minute { number: seconds / 60, requests: HashMap::new() };
        }
        let requests = minute.requests.entry(id).or_default();
        if *requests >= self.1 {
            return Err((60 - seconds.rem_euclid(60)).unsigned_abs());
        }
        *requests += 1;
        Ok(())
    }
}

/// How often a calendar may be read within a minute, counted apart from its account's pages:
/// whoever got hold of its address must not keep the owner out.
#[derive(Clone)]
pub struct Readings(Pace);

impl Readings {
    /// Telephones ask a few times a day.
    const MOST: u32 = 30;

    pub fn admit(&self, id: AccountId) -> Result<()> {
        let counted = self.0.count(id, clock::now());
        counted
            .map_err(|wait| Error::Enough("Lịch này được đọc quá nhiều lần trong một phút.", wait))
    }
}

impl Default for Readings {
    fn default() -> Readings {
        Readings(Pace(Arc::default(), Readings::MOST))
    }
}

/// Sends an account away that asks too often (ASVS 2.4.1).
pub async fn keep_pace(
    State(pace): State<Pace>,
    viewer: Option<Viewer>,
    request: Request,
    next: Next,
) -> Response {
    let counted = viewer.filter(|_| !request.uri().path().starts_with("/static/"));
    match counted.map_or(Ok(()), |it| pace.count(it.account_id, clock::now())) {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            Error::Enough("Tài khoản này mở quá nhiều trang trong một phút.", wait).into_response()
        }
    }
}

/// The requests that are answered at the same time.
pub fn places(limits: &Limits) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(limits.at_once))
}

/// Answers at once that there is no place, instead of letting everybody wait (ASVS 13.1.2).
/// Whoever asks whether the program is alive, or ready, is answered in any case.
pub async fn keep_places(
    State(places): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(request.uri().path(), "/health" | "/ready") {
        return next.run(request).await;
    }
    let Ok(_place) = places.try_acquire() else { return Error::Crowded.into_response() };
    next.run(request).await
}

/// Counts what an account does within the hour, in the database: two servers count together.
/// Belongs into the transaction of what is counted.
pub async fn hourly(
    tx: &mut Tx,
    (what, why): (&str, &'static str),
    id: AccountId,
    most: i64,
) -> Result<()> {
    let now = clock::now();
    let seconds = now.0 / 1_000_000;
    let subject = format!("{what}:{id}:{}", seconds / 3600);
    store::hold_failures(tx, &subject, now).await?;
    let done = store::failures(tx, &subject).await?.map_or(0, |it| it.0);
    if done >= most {
        return Err(Error::Enough(why, (3600 - seconds.rem_euclid(3600)).unsigned_abs()));
    }
    store::count_failure(tx, &subject, now, Moment(0)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_counted_alone_and_anew_each_minute() {
        let pace = Pace::new(&Limits { requests_per_minute: 2, ..Limits::default() });
        let (one, other) = (AccountId::new(), AccountId::new());
        let at = |seconds: i64| Moment(seconds * 1_000_000);
        assert_eq!(pace.count(one, at(615)), Ok(()));
        assert_eq!(pace.count(one, at(620)), Ok(()));
        assert_eq!(pace.count(one, at(625)), Err(35));
        assert_eq!(pace.count(other, at(625)), Ok(()));
        assert_eq!(pace.count(one, at(660)), Ok(()));
    }

    #[test]
    fn the_count_has_an_end() {
        let pace = Pace::new(&Limits::default());
        for _ in 0..=COUNTED {
            pace.count(AccountId::new(), Moment(0)).unwrap();
        }
        assert!(pace.0.lock().unwrap().requests.len() <= COUNTED);
    }
}
