//! Who sends the requests: what comes while the database answers is asked for together, in one
//! statement. A request that comes alone is asked for at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::access::store::{self, SignedIn};
use crate::clock;
use crate::db::Db;

/// Statements that are under way at a time: one is answered while the next is sent.
const AT_A_TIME: usize = 2;

#[derive(Clone)]
pub struct SignIns {
    db: Db,
    queue: Queue,
}

impl SignIns {
    pub fn new(db: Db) -> SignIns {
        SignIns { db, queue: Queue::default() }
    }

    /// The sign-in of a token as it is at this moment or later.
    pub async fn of(&self, token_hash: &[u8]) -> sqlx::Result<Option<SignedIn>> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { token_hash: token_hash.to_vec(), answer };
        if let Some(turn) = self.queue.join(asked) {
            // A task of its own: others wait for it, whoever hangs up.
            tokio::spawn(ask(self.db.clone(), turn));
        }
        if let Ok(found) = answered.await {
            return Ok(found);
        }
        // The database did not answer, which whoever asked is to be told himself.
        let found = store::signed_in(&self.db, &[token_hash], clock::today()).await?;
        Ok(found.into_values().next())
    }
}

/// Asks for those that wait until nobody does.
async fn ask(db: Db, mut turn: Turn) {
    while let Some(all) = turn.next() {
        let hashes: Vec<&[u8]> = all.iter().map(|it| &*it.token_hash).collect();
        match store::signed_in(&db, &hashes, clock::today()).await {
            Ok(found) => {
                for Asked { token_hash, answer } in all {
                    // Whoever has hung up is not told.
                    let _ = answer.send(found.get(&token_hash).cloned());
                }
            }
            Err(error) => tracing::debug!(%error, "sign-ins are asked for one by one"),
        }
    }
}

/// Those that wait, and how many statements are under way.
#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    under_way: usize,
}

struct Asked {
    token_hash: Vec<u8>,
    /// Dropped where the database did not answer.
    answer: oneshot::Sender<Option<SignedIn>>,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn, where another statement may be sent; otherwise somebody who has one takes this on.
    fn join(&self, asked: Asked) -> Option<Turn> {
        let mut waiting = self.waiting();
        waiting.asked.push(asked);
        let is_free = waiting.under_way < AT_A_TIME;
        waiting.under_way += usize::from(is_free);
        is_free.then(|| Turn { queue: self.clone(), is_over: false })
    }
}

/// The right to send statements, one after the other.
struct Turn {
    queue: Queue,
    is_over: bool,
}

impl Turn {
    /// The next that wait. Where nobody does the turn is over in the same moment: whoever comes
    /// behind it gets one.
    fn next(&mut self) -> Option<Vec<Asked>> {
        let mut waiting = self.queue.waiting();
        if waiting.asked.is_empty() {
            waiting.under_way -= 1;
            self.is_over = true;
            return None;
        }
        let count = waiting.asked.len().min(store::TOGETHER);
        Some(waiting.asked.drain(..count).collect())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            // It broke off: those that count on it ask for themselves.
            let mut waiting = self.queue.waiting();
            waiting.under_way -= 1;
            waiting.asked.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str) -> (Asked, oneshot::Receiver<Option<SignedIn>>) {
        let (answer, answered) = oneshot::channel();
        (Asked { token_hash: name.as_bytes().to_vec(), answer }, answered)
    }

    fn names(all: &[Asked]) -> Vec<&[u8]> {
        all.iter().map(|it| &*it.token_hash).collect()
    }

    #[test]
    fn who_comes_behind_a_turn_that_is_over_gets_one() {
        let queue = Queue::default();
        let mut turns = [queue.join(asked("a").0).unwrap(), queue.join(asked("b").0).unwrap()];
        assert!(queue.join(asked("c").0).is_none(), "two are under way");
        assert_eq!(names(&turns[0].next().unwrap()), [b"a", b"b", b"c"]);
        assert!(turns[1].next().is_none());
        // The turn is not dropped yet, and counts no more.
        let mut third = queue.join(asked("d").0).unwrap();
        assert_eq!(names(&third.next().unwrap()), [b"d"]);
        assert!(turns[0].next().is_none() && third.next().is_none());
        drop((turns, third));
        assert_eq!(queue.waiting().under_way, 0);
    }

    #[test]
    fn those_that_count_on_a_turn_that_breaks_off_are_told() {
        let queue = Queue::default();
        let (one, _) = asked("a");
        let turn = queue.join(one).unwrap();
        let (other, mut answered) = asked("b");
        let second = queue.join(other);
        drop(turn);
        assert!(matches!(answered.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
        drop(second);
        assert_eq!(queue.waiting().under_way, 0);
    }

    #[test]
    fn as_many_are_asked_for_as_one_statement_holds() {
        let queue = Queue::default();
        let mut turn = queue.join(asked("a").0).unwrap();
        let _other = queue.join(asked("b").0).unwrap();
        for _ in 0..39 {
            assert!(queue.join(asked("c").0).is_none());
        }
        let mut counts = Vec::new();
        while let Some(all) = turn.next() {
            counts.push(all.len());
        }
        assert_eq!(counts, [16, 16, 9]);
    }
}
