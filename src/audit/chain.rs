//! The chain over the entries: seal n = HMAC-SHA-256(key, seal n-1 ‖ entry n).
//!
//! One sealer gives the entries their places within a second, so that writers never
//! queue behind the chain. It is keyed: whoever can write the tables could compute a
//! plain hash anew.

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::audit::model::{Entry, Seal};
use crate::audit::store;
use crate::clock;
use crate::db::Db;

/// How many entries one transaction seals.
const BATCH: i64 = 500;
const EVERY: Duration = Duration::from_millis(500);

/// The secret of the chain: 32 random bytes, kept in a file beside the database.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads the key at `path`, or makes one there that only its owner may read.
    pub fn load(path: &Path) -> io::Result<Key> {
        match fs::read(path) {
            Ok(bytes) => bytes.try_into().map(Key).map_err(|_| {
                io::Error::other("tệp khóa nhật ký phải dài đúng 32 byte; khôi phục từ bản sao lưu")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Key::make(path),
            Err(error) => Err(error),
        }
    }

    fn make(path: &Path) -> io::Result<Key> {
        use std::io::Write as _;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        Ok(Key(bytes))
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

/// Seals what is unsealed; the number of entries sealed.
pub async fn seal_tail(db: &Db, key: &Key) -> sqlx::Result<usize> {
    let mut sealed = 0;
    loop {
        // Looking before asking for the right to write leaves the writers alone.
        let mut tx = db.read().await?;
        if store::count_unsealed(&mut tx).await? == 0 {
            return Ok(sealed);
        }
        drop(tx);
        let mut tx = db.write().await?;
        let entries = store::unsealed(&mut tx, BATCH).await?;
        let last = store::last_seal(&mut tx).await?;
        let (mut position, mut seal) = last.map_or((0, Vec::new()), |it| (it.position, it.seal));
        let (key_id, sealed_at) = (key.id(), clock::now());
        for entry in &entries {
            position += 1;
            seal = key.seal(&seal, entry)?;
            let link = Seal {
                position,
                entry_id: entry.id,
                key_id: key_id.clone(),
                seal: seal.clone(),
                sealed_at,
            };
            store::add_seal(&mut tx, &link).await?;
        }
        tx.commit().await?;
        sealed += entries.len();
    }
}

/// Seals the tail twice a second for as long as the program serves.
pub async fn keep_sealing(db: Db, key: Key) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = seal_tail(&db, &key).await {
            tracing::warn!(%error, "the audit trail was not sealed; trying again");
        }
    }
}

/// What a walk along the whole chain found.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub sealed: i64,
    /// Entries that wait for their seal: more than a second's worth is suspicious.
    pub unsealed: i64,
    /// The first place where the chain does not hold, and why.
    pub broken: Option<String>,
}

/// Walks the chain from its first link. Names the first entry that was altered,
/// removed, moved or slipped in.
pub async fn verify(db: &Db, key: &Key) -> sqlx::Result<Verdict> {
    let mut tx = db.read().await?;
    let unsealed = store::count_unsealed(&mut tx).await?;
    let entries = store::count(&mut tx).await?;
    let (mut position, mut seal) = (0, Vec::new());
    loop {
        let links = store::links_after(&mut tx, position, BATCH).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            let broken = |why: &str| {
                let id = link.entry.id;
                Verdict { sealed: position, unsealed, broken: Some(format!("mục {id}: {why}")) }
            };
            if link.position != position + 1 {
                return Ok(broken("mục đứng trước đã bị lấy ra khỏi chuỗi"));
            }
            if link.key_id != key.id() {
                return Ok(broken("được niêm phong bằng khóa khác"));
            }
            if link.seal != key.seal(&seal, &link.entry)? {
                return Ok(broken("nội dung hoặc thứ tự đã bị sửa"));
            }
            (position, seal) = (link.position, link.seal);
        }
    }
    let broken = (entries != position + unsealed)
        .then(|| format!("{} mục không nằm trong chuỗi", entries - position - unsealed));
    Ok(Verdict { sealed: position, unsealed, broken })
}
