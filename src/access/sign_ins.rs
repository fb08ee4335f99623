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
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    under_way: usize,
}

struct Asked {
    token_hash: Vec<u8>,
    answer: oneshot::Sender<Option<SignedIn>>,
}

/// A statement that is under way, or about to be.
struct Turn(SignIns);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.waiting().under_way -= 1;
    }
}

impl SignIns {
    pub fn new(db: Db) -> SignIns {
        SignIns { db, waiting: Arc::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sign-in of a token as it is at this moment or later.
    pub async fn of(&self, token_hash: &[u8]) -> sqlx::Result<Option<SignedIn>> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { token_hash: token_hash.to_vec(), answer };
        if let Some(turn) = self.queue(asked) {
            // A task of its own: others wait for it, whoever hangs up.
            tokio::spawn(ask(turn));
        }
        if let Ok(found) = answered.await {
            return Ok(found);
        }
        // The database did not answer, which whoever asked is to be told himself.
        let found = store::signed_in(&self.db, &[token_hash], clock::today()).await?;
        Ok(found.into_values().next())
    }

    /// A turn, where another statement may be sent.
    fn queue(&self, asked: Asked) -> Option<Turn> {
        let mut waiting = self.waiting();
        waiting.asked.push(asked);
        let is_free = waiting.under_way < AT_A_TIME;
        waiting.under_way += usize::from(is_free);
        is_free.then(|| Turn(self.clone()))
    }

    fn next(&self) -> Vec<Asked> {
        let mut waiting = self.waiting();
        let count = waiting.asked.len().min(store::TOGETHER);
        waiting.asked.drain(..count).collect()
    }
}

/// Asks for those that wait until nobody does.
async fn ask(turn: Turn) {
    let sign_ins = &turn.0;
    loop {
        let all = sign_ins.next();
        if all.is_empty() {
            break;
        }
        let hashes: Vec<&[u8]> = all.iter().map(|it| &*it.token_hash).collect();
        match store::signed_in(&sign_ins.db, &hashes, clock::today()).await {
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
