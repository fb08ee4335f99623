//! Values that take long to make, kept by this process for a moment.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

/// What was made is made anew at most so often, and at most for one part in so many of the
/// time, though something was written since.
const OFTEN: Duration = Duration::from_mins(1);
const SHARE: u32 = 10;
/// As many of a kind are kept.
const MOST: usize = 64;
/// What nobody has asked for in so long is not made beside the requests.
const WANTED: Duration = Duration::from_hours(1);

/// Values by what they are of, each made by one at a time.
pub struct Memo<K, V>(Mutex<HashMap<K, Entry<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(Mutex::default())
    }
}

struct Entry<V> {
    revision: i64,
    made: Arc<OnceCell<Made<V>>>,
    /// When somebody last asked for it.
    asked: Instant,
}

struct Made<V> {
    value: V,
    due: Instant,
}

impl<V> Made<V> {
    /// What was begun to be made at `began`, and is made now.
    fn new(value: V, began: Instant) -> Made<V> {
        let due = Instant::now() + OFTEN.max(began.elapsed() * SHARE);
        Made { value, due }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Memo<K, V> {
    fn entries(&self) -> MutexGuard<'_, HashMap<K, Entry<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was made at `revision` of the registry is so at that revision; at a later one it may
    /// be as old as [`OFTEN`] and [`SHARE`] say. Otherwise `make` makes it.
    pub async fn get<E>(
        &self,
        key: K,
        revision: i64,
        make: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let cell = self.entry(key, revision);
        let fill = async || {
            let began = Instant::now();
            make().await.map(|value| Made::new(value, began))
        };
        Ok(cell.get_or_try_init(fill).await?.value.clone())
    }

    /// What is there, unless it is too old.
    fn entry(&self, key: K, revision: i64) -> Arc<OnceCell<Made<V>>> {
        let now = Instant::now();
        let mut all = self.entries();
        if let Some(it) = all.get_mut(&key) {
            it.asked = now;
            let is_late = it.made.get().is_some_and(|made| made.due <= now);
            if it.revision == revision || !is_late {
                return it.made.clone();
            }
        }
        let made = Arc::new(OnceCell::new());
        place(&mut all, key, Entry { revision, made: made.clone(), asked: now });
        made
    }

    /// Keeps what was begun to be made at `began`, beside the requests, of `revision`.
    pub fn put(&self, key: K, revision: i64, value: V, began: Instant) {
        let mut all = self.entries();
        // Somebody may have made a later one meanwhile.
        if all.get(&key).is_some_and(|it| it.revision > revision) {
            return;
        }
        let asked = all.get(&key).map_or(began, |it| it.asked);
        let made = Arc::new(OnceCell::new_with(Some(Made::new(value, began))));
        place(&mut all, key, Entry { revision, made, asked });
    }

    /// Whether there is nothing, or what is there was made at another revision and is due
    /// `within` this time.
    pub fn is_due(&self, key: K, revision: i64, within: Duration) -> bool {
        let soon = Instant::now() + within;
        self.entries().get(&key).is_none_or(|it| it.is_due(revision, soon))
    }

    /// Those of them that somebody has asked for lately.
    pub fn due(&self, revision: i64, within: Duration) -> Vec<K> {
        let soon = Instant::now() + within;
        let all = self.entries();
        let due = all.iter().filter(|(_, it)| it.is_due(revision, soon));
        due.filter(|(_, it)| it.asked.elapsed() < WANTED).map(|(key, _)| *key).collect()
    }
}

impl<V> Entry<V> {
    fn is_due(&self, revision: i64, soon: Instant) -> bool {
        self.revision != revision && self.made.get().is_some_and(|it| it.due <= soon)
    }
}

/// Where there is no room, what is due first makes room.
fn place<K: Copy + Eq + Hash, V>(all: &mut HashMap<K, Entry<V>>, key: K, entry: Entry<V>) {
    if all.len() >= MOST && !all.contains_key(&key) {
        let due = all.iter().filter_map(|(key, it)| Some((*key, it.made.get()?.due)));
        if let Some((first, _)) = due.min_by_key(|(_, due)| *due) {
            all.remove(&first);
        }
    }
    all.insert(key, entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count(memo: &Memo<u32, u32>, key: u32, revision: i64, value: u32) -> u32 {
        memo.get(key, revision, async || Ok::<_, sqlx::Error>(value)).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_counted_is_told_again() {
        let memo = Memo::default();
        assert_eq!(count(&memo, 1, 7, 10).await, 10);
        assert_eq!(count(&memo, 1, 7, 11).await, 10, "nothing was written");
        assert_eq!(count(&memo, 1, 8, 12).await, 10, "a moment ago");
        assert_eq!(count(&memo, 2, 8, 13).await, 13);
    }

    #[tokio::test]
    async fn what_is_made_beside_the_requests_takes_the_place_of_what_was_there() {
        let (memo, minute) = (Memo::default(), Duration::from_mins(1));
        assert!(memo.is_due(1, 7, minute), "it is not there");
        assert!(memo.due(7, minute).is_empty(), "nobody has asked for it");
        assert_eq!(count(&memo, 1, 7, 10).await, 10);
        assert!(!memo.is_due(1, 7, minute), "nothing was written");
        assert!(!memo.is_due(1, 8, minute / 2), "for a while");
        assert!(memo.is_due(1, 8, minute));
        assert_eq!(memo.due(8, minute), [1]);
        memo.put(1, 6, 9, Instant::now());
        assert_eq!(count(&memo, 1, 7, 12).await, 10, "what was made later stays");
        memo.put(1, 8, 11, Instant::now());
        assert_eq!(count(&memo, 1, 8, 12).await, 11);
        assert!(memo.due(8, minute).is_empty());
    }

    #[tokio::test]
    async fn what_could_not_be_counted_is_counted_by_the_next() {
        let memo: Memo<u32, u32> = Memo::default();
        let failed = memo.get(1, 7, async || Err(sqlx::Error::PoolTimedOut)).await;
        assert!(failed.is_err());
        assert_eq!(count(&memo, 1, 7, 10).await, 10);
    }

    #[tokio::test]
    async fn as_many_are_kept_as_there_is_room_for() {
        let memo = Memo::default();
        for key in 0..200 {
            count(&memo, key, 7, key).await;
        }
        assert_eq!(memo.entries().len(), MOST);
        assert_eq!(count(&memo, 199, 7, 1).await, 199);
        assert_eq!(count(&memo, 0, 7, 1).await, 1, "made room");
    }
}
