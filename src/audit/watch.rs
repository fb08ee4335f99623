//! What was looked at and what was refused: noted in batches, so that whoever only reads
//! waits for no writer.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time;

use crate::audit::model::{Act, Actor};
use crate::audit::store;
use crate::db::Db;

/// How long a batch is gathered.
const EVERY: Duration = Duration::from_millis(500);
/// Notes that wait; whoever comes then waits with them, so that none is lost.
const AHEAD: usize = 1024;
/// Different notes of one account in a batch; the rest of them are only counted, so that
/// nobody fills the disk by being refused.
const MOST_OF_ONE: usize = 30;
/// How often a batch is tried before it is given up, with an error in the log.
const TRIES: usize = 20;

/// The way to the one task that writes the notes down.
#[derive(Clone)]
pub struct Watch(mpsc::Sender<Message>);

enum Message {
    Note(Box<Note>),
    /// Somebody waits until everything before this is written.
    Settle(oneshot::Sender<()>),
}

struct Note {
    actor: Actor,
    act: Act,
    times: usize,
}

impl Watch {
    /// Starts the task, which ends with the last handle.
    pub fn start(db: Db) -> Watch {
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(keep_noting(db, receiver));
        Watch(sender)
    }

    /// Hands an act on, to be written within a second.
    pub async fn note(&self, actor: Actor, act: Act) {
        let note = Box::new(Note { actor, act, times: 1 });
        if self.0.send(Message::Note(note)).await.is_err() {
            tracing::error!("a look or a refusal was not noted: the task has ended");
        }
    }

    /// Waits until all that was handed on is written.
    pub async fn settle(&self) {
        let (sender, written) = oneshot::channel();
        if self.0.send(Message::Settle(sender)).await.is_ok() {
            written.await.ok();
        }
    }
}

async fn keep_noting(db: Db, mut receiver: mpsc::Receiver<Message>) {
    while let Some(first) = receiver.recv().await {
        let mut messages = vec![first];
        gather(&mut receiver, &mut messages).await;
        let (mut notes, mut waiting) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Note(note) => add(&mut notes, *note),
                Message::Settle(sender) => waiting.push(sender),
            }
        }
        write(&db, notes).await;
        for sender in waiting {
            sender.send(()).ok();
        }
    }
}

/// Takes what comes within the time of a batch, or until somebody waits for it.
async fn gather(receiver: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>) {
    let end = time::Instant::now() + EVERY;
    while !matches!(messages.last(), Some(Message::Settle(_))) && messages.len() < AHEAD {
        match time::timeout_at(end, receiver.recv()).await {
            Ok(Some(message)) => messages.push(message),
            Ok(None) | Err(_) => return,
        }
    }
}

/// Adds a note, or counts it with one that says the same.
fn add(notes: &mut Vec<Note>, new: Note) {
    let by_same = |it: &Note| {
        (it.actor.account_id, &it.actor.address) == (new.actor.account_id, &new.actor.address)
    };
    let same = |it: &Note| {
        let said = |it: &Act| (it.action, it.subject_id, it.unit_id);
        by_same(it) && said(&it.act) == said(&new.act) && it.act.summary == new.act.summary
    };
    if let Some(at) = notes.iter().position(same) {
        notes[at].times += 1;
        return;
    }
    if notes.iter().filter(|it| by_same(it)).count() < MOST_OF_ONE {
        return notes.push(new);
    }
    let act = Act::new(new.act.action, None, "Nhiều lần khác như vậy".to_owned());
    let rest = Note { act, ..new };
    match notes.iter().position(|it| {
        it.actor.account_id == rest.actor.account_id && it.act.summary == rest.act.summary
    }) {
        Some(at) => notes[at].times += 1,
        None => notes.push(rest),
    }
}

async fn write(db: &Db, notes: Vec<Note>) {
    if notes.is_empty() {
        return;
    }
    for attempt in 1..=TRIES {
        match try_to_write(db, &notes).await {
            Ok(()) => return,
            Err(error) if attempt == TRIES => {
                tracing::error!(%error, notes = notes.len(), "looks and refusals were not noted");
            }
            Err(error) => {
                tracing::warn!(%error, "looks and refusals were not noted; trying again");
                time::sleep(EVERY).await;
            }
        }
    }
}

async fn try_to_write(db: &Db, notes: &[Note]) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    for Note { actor, act, times } in notes {
        let mut act = act.clone();
        if *times > 1 {
            act.summary = format!("{} ({times} lần)", act.summary);
        }
        store::append(&mut tx, actor, act).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Note {
        let act = Act::new("access.refused", None, text.to_owned());
        Note { actor: Actor::stranger("127.0.0.1"), act, times: 1 }
    }

    #[test]
    fn who_is_refused_a_thousand_times_fills_no_disk() {
        let mut notes = Vec::new();
        for count in 0..1000 {
            add(&mut notes, note(&format!("GET /members/{count}")));
        }
        assert_eq!(notes.len(), MOST_OF_ONE + 1);
        assert_eq!(notes.last().unwrap().times, 1000 - MOST_OF_ONE);
    }

    #[test]
    fn the_same_again_is_counted() {
        let mut notes = Vec::new();
        for text in ["a", "b", "a"] {
            add(&mut notes, note(text));
        }
        assert_eq!(notes.iter().map(|it| it.times).collect::<Vec<_>>(), [2, 1]);
    }
}
