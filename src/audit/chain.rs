//! The chain over the entries: seal n = HMAC-SHA-256(key, seal n-1 ‖ entry n).
//!
//! One sealer gives the entries their places within a second, so that writers never
//! queue behind the chain. It is keyed: whoever can write the tables could compute a
//! plain hash anew.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, fs, io};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::audit::model::{Entry, Seal};
use crate::audit::store::{self, Unsealed};
use crate::clock;
use crate::db::snapshot::beside;
use crate::db::tables::hex;
use crate::db::{Db, Tx, in_time, is_duplicate};

/// How many entries one transaction seals.
const BATCH: i64 = 500;
const EVERY: Duration = Duration::from_millis(500);

/// The secret of the chain: 32 random bytes, kept in a file beside the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads the key at `path`, or makes one there that only its owner may read.
    pub fn load(path: &Path) -> io::Result<Key> {
        match Key::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match Key::make(path) {
                // Another program was quicker.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Key::read(path),
                made => made,
            },
            read => read,
        }
    }

    /// Reads the key at `path`, which must be there.
    pub fn read(path: &Path) -> io::Result<Key> {
        fs::read(path)?.try_into().map(Key).map_err(|_| {
            io::Error::other("tệp khóa nhật ký phải dài đúng 32 byte; khôi phục từ bản sao lưu")
        })
    }

    fn make(path: &Path) -> io::Result<Key> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let key = Key(bytes);
        key.write(path)?;
        Ok(key)
    }

    /// Lays the key down at `path`, where its like may lie already, but no other.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        match fs::read(path) {
            Ok(bytes) if bytes == self.0 => {
                fs::remove_file(beside(path, PART)).ok();
                Ok(())
            }
            Ok(_) => Err(io::Error::other("ở đó đã có khóa của một sổ khác")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.write(path),
            Err(error) => Err(error),
        }
    }

    /// Lets `lock` make something of the bytes that gives them away to nobody else.
    pub fn locked<T>(&self, lock: impl FnOnce(&[u8]) -> T) -> T {
        lock(&self.0)
    }

    /// Lays the key down at `path`, where nothing lies: whole or not at all, whenever this
    /// program is ended or the disk is full. Half a key would be in the way for good.
    fn write(&self, path: &Path) -> io::Result<()> {
        let part = beside(path, PART);
        let mut file = private().create(true).truncate(false).open(&part)?;
        // Whoever lays down another one here at the same time waits, and then finds this one.
        file.lock()?;
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let written = file.set_len(0).and_then(|()| self.fill(&mut file));
        let named = written.and_then(|()| match fs::hard_link(&part, path) {
            // Some file systems know one name for a file.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => self.write_new(path),
            linked => linked,
        });
        fs::remove_file(&part).ok();
        named
    }

    /// Lays the key down at `path`, where nothing lies, in a file that has no name of its
    /// own yet: half of it does no harm there.
    pub fn write_new(&self, path: &Path) -> io::Result<()> {
        self.fill(&mut private().create_new(true).open(path)?)
    }

    fn fill(&self, file: &mut fs::File) -> io::Result<()> {
        use std::io::Write as _;
        file.write_all(&self.0)?;
        file.sync_all()
    }

    /// Another key out of this one, for `purpose`: neither tells of the other, nor of a third.
    pub fn derive(&self, purpose: &str) -> io::Result<[u8; 32]> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(io::Error::other)?;
        Ok(mac.chain_update(purpose).finalize().into_bytes().into())
    }

    /// Tells keys apart without telling what they are.
    fn id(&self) -> Vec<u8> {
        Sha256::digest(self.0)[..8].to_vec()
    }

    fn seal(&self, previous: &[u8], entry: &Entry) -> sqlx::Result<Vec<u8>> {
        let text = serde_json::to_vec(entry).map_err(|it| sqlx::Error::Encode(it.into()))?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).map_err(|it| sqlx::Error::Encode(it.into()))?;
        mac.update(previous);
        mac.update(&text);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

/// What stands behind the name of a key that is being written.
const PART: &str = ".part";

/// How a file is opened that only its owner may read.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A second server with a key of its own would break the chain for good.
const OTHER_KEY: &str = "tệp khóa nhật ký không phải khóa đã niêm phong sổ này; chép đúng tệp khóa \
                         của sổ về rồi mở lại";

/// Seals what is unsealed at this moment; the number of entries sealed. An error, and nothing
/// sealed, where the chain was begun with another key.
///
/// Not until nothing is left: beside other servers, at which people write, that may never be.
pub async fn seal_tail(db: &Db, key: &Key) -> sqlx::Result<usize> {
    let mut sealed = 0;
    // Looking before asking for the right to write leaves the writers alone.
    let mut tx = db.read().await?;
    let mut left = store::count_unsealed(&mut tx).await?;
    drop(tx);
    while left > 0 {
        match seal_some(db, key).await {
            // Another server has just sealed the oldest ones: a batch, or all there were.
            Err(error) if is_duplicate(&error) => left -= BATCH,
            done => {
                let done = done?;
                if done == 0 {
                    break;
                }
                sealed += done;
                left -= i64::try_from(done).unwrap_or(i64::MAX);
            }
        }
    }
    Ok(sealed)
}

/// Seals a batch; the number of entries sealed.
async fn seal_some(db: &Db, key: &Key) -> sqlx::Result<usize> {
    let mut tx = db.write().await?;
    let entries = store::unsealed(&mut tx, BATCH).await?;
    let last = store::last_seal(&mut tx).await?;
    if last.as_ref().is_some_and(|it| it.key_id != key.id()) {
        return Err(sqlx::Error::Configuration(OTHER_KEY.into()));
    }
    let (mut position, mut seal, mut revision) =
        last.map_or((0, Vec::new(), 0), |it| (it.position, it.seal, it.revision));
    let (key_id, sealed_at) = (key.id(), clock::now());
    let mut links = Vec::with_capacity(entries.len());
    for Unsealed { entry, is_change } in &entries {
        position += 1;
        revision += is_change;
        seal = key.seal(&seal, entry)?;
        links.push(Seal {
            position,
            entry_id: entry.id,
            key_id: key_id.clone(),
            seal: seal.clone(),
            sealed_at,
            revision,
        });
    }
    store::add_seals(&mut tx, &links).await?;
    tx.commit().await?;
    Ok(entries.len())
}

/// Seals the tail twice a second for as long as the program serves.
pub async fn keep_sealing(db: Db, key: Key) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = in_time(seal_tail(&db, &key)).await {
            tracing::warn!(%error, "the audit trail was not sealed; trying again");
        }
    }
}

/// A place of the chain that can be written down on paper: whoever cuts entries off its
/// end, or writes it anew with the key, cannot bring it about again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub seal: Vec<u8>,
}

/// Bytes of a seal that stand on paper: 24 digits.
const ON_PAPER: usize = 12;

impl fmt::Display for Head {
    /// `1234 a1b2-c3d4-e5f6-0718-293a-4b5c`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on_paper = &self.seal[..self.seal.len().min(ON_PAPER)];
        let groups: Vec<String> = on_paper.chunks(2).map(hex).collect();
        write!(f, "{} {}", self.position, groups.join("-"))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    /// Reads what was written down, however it was grouped.
    fn from_str(text: &str) -> Result<Head, &'static str> {
        const HOW: &str = "viết như lệnh check --head đã in: số mục, dấu cách, rồi 24 chữ số";
        let (position, digits) = text.trim().split_once(char::is_whitespace).ok_or(HOW)?;
        let position = position.parse().map_err(|_| HOW)?;
        let digits: Vec<u8> = digits
            .chars()
            .filter(|it| !matches!(it, '-' | ' '))
            .map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok()).ok_or(HOW))
            .collect::<Result<_, _>>()?;
        if digits.len() != ON_PAPER * 2 {
            return Err(HOW);
        }
        let seal = digits.chunks(2).map(|it| it[0] << 4 | it[1]).collect();
        Ok(Head { position, seal })
    }
}

/// What a walk along the whole chain found.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub sealed: i64,
    /// Entries that wait for their seal: more than a second's worth is suspicious.
    pub unsealed: i64,
    /// The last place that holds; none in a registry without a sealed entry.
    pub head: Option<Head>,
    /// The first place where the chain does not hold, and why.
    pub broken: Option<String>,
}

/// Walks the chain from its first link. Names the first entry that was altered,
/// removed, moved or slipped in.
pub async fn verify(db: &Db, key: &Key) -> sqlx::Result<Verdict> {
    let mut tx = db.read_whole().await?;
    verify_in(&mut tx, key).await
}

/// Likewise, in the moment that `tx` sees.
pub async fn verify_in(tx: &mut Tx, key: &Key) -> sqlx::Result<Verdict> {
    let unsealed = store::count_unsealed(tx).await?;
    let entries = store::count(tx).await?;
    let (mut position, mut seal) = (0, Vec::new());
    let verdict = |position: i64, seal: Vec<u8>, broken: Option<String>| {
        let head = (position > 0).then_some(Head { position, seal });
        Verdict { sealed: position, unsealed, head, broken }
    };
    loop {
        let links = store::links_after(tx, position, BATCH).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            let why = if link.position != position + 1 {
                Some("mục đứng trước đã bị lấy ra khỏi chuỗi")
            } else if link.key_id != key.id() {
                Some("được niêm phong bằng khóa khác")
            } else if link.seal != key.seal(&seal, &link.entry)? {
                Some("nội dung hoặc thứ tự đã bị sửa")
            } else {
                None
            };
            if let Some(why) = why {
                let broken = format!("{}: {why}", named(&link.entry));
                return Ok(verdict(position, seal, Some(broken)));
            }
            (position, seal) = (link.position, link.seal);
        }
    }
    let last = store::last_seal(tx).await?.map_or(0, |it| it.position);
    let broken = if last > position {
        Some(format!("mục số {}: đã bị lấy ra, dấu niêm phong của nó còn lại", position + 1))
    } else if entries != position + unsealed {
        let stray = store::first_outside(tx).await?;
        let first = stray.as_ref().map(named).unwrap_or_default();
        let outside = entries - position - unsealed;
        Some(format!("{outside} mục không nằm trong chuỗi; đầu tiên là {first}"))
    } else {
        None
    };
    Ok(verdict(position, seal, broken))
}

/// Which entry it is, without what it says of people.
fn named(entry: &Entry) -> String {
    format!("mục {} ({}, {})", entry.id, entry.action, entry.at.shown())
}

/// Whether the chain still holds the place that somebody wrote down; why it does not.
pub async fn still_holds(tx: &mut Tx, head: &Head) -> sqlx::Result<Result<(), String>> {
    let Some(seal) = store::seal_at(tx, head.position).await? else {
        let last = store::last_seal(tx).await?.map_or(0, |it| it.position);
        return Ok(Err(format!(
            "trên giấy ghi mục {}, trong sổ chỉ còn {last} mục: phần cuối của nhật ký đã bị cắt",
            head.position
        )));
    };
    let same = seal.starts_with(&head.seal);
    Ok(if same {
        Ok(())
    } else {
        Err(format!("mục {} không còn như trên giấy: nhật ký đã bị viết lại", head.position))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written_down() {
        let head = Head { position: 1234, seal: (1..=12).collect() };
        assert_eq!(head.to_string(), "1234 0102-0304-0506-0708-090a-0b0c");
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        assert_eq!("1234  0102 0304 0506 0708 090A 0B0C".parse(), Ok(head));
        for wrong in ["", "1234", "1234 0102", "x 0102-0304-0506-0708-090a-0b0c"] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
