//! Making a backup: a snapshot under another name, looked through, then given its name.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::audit::chain::{self, Key};
use crate::backups::encrypted;
use crate::backups::model::size;
use crate::db::snapshot::{self, SnapshotError, beside};
use crate::db::tables::hex;
use crate::db::{Db, sound};
use crate::vietnamese::number;

/// Why there is no backup.
#[derive(Debug)]
pub enum BackupError {
    Snapshot(SnapshotError),
    File(PathBuf, io::Error),
    Database(sqlx::Error),
    /// It was made, and does not hold.
    Unfit(String),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackupError::Snapshot(error) => error.fmt(f),
            BackupError::File(path, error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(f, "đã có tệp {}; chọn tên khác", path.display())
            }
            BackupError::File(path, error) => {
                write!(f, "không ghi được {}: {error}", path.display())
            }
            BackupError::Database(error) => write!(f, "không sao lưu được: {error}"),
            BackupError::Unfit(why) => write!(f, "bản sao vừa ghi không dùng được: {why}"),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> BackupError {
        BackupError::Database(error)
    }
}

/// What stands in a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Entries of the audit trail under seal.
    pub entries: i64,
    /// The head of the chain as it stands on paper; empty without an entry.
    pub head: String,
}

/// A backup that is there.
#[derive(Clone, Debug)]
pub struct Made {
    pub file: PathBuf,
    pub bytes: i64,
    pub found: Found,
    pub seconds: f64,
}

impl Made {
    pub fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// In one line, for a shell.
    pub fn told(&self) -> String {
        format!(
            "{}: {}, nhật ký {} mục, đầu chuỗi {}, {:.1} giây",
            self.file.display(),
            size(self.bytes),
            number::grouped(self.found.entries),
            self.found.head,
            self.seconds
        )
    }
}

/// What lies beside a backup: the key of its chain, and its checksum as `sha256sum` writes.
pub const BESIDE: [&str; 2] = [".key", ".sha256"];

/// What stands behind the name of a backup under way.
const PARTS: [&str; 5] = ["", "-journal", ".age", ".key", ".sha256"];

/// Takes away what a program that was killed has left of a backup of this name.
fn clear_what_was_cut_off(file: &Path, part: &Path) {
    let was_cut = part.exists() || beside(part, ".age").exists();
    if was_cut && !file.exists() {
        // Killed while it gave the names: these two had theirs already, and nothing of that
        // name was there when it began.
        for ending in BESIDE {
            fs::remove_file(beside(file, ending)).ok();
        }
    }
    for ending in PARTS {
        fs::remove_file(beside(part, ending)).ok();
    }
}

/// The files of a backup under way; gone with it unless it comes to its end.
struct Parts {
    paths: Vec<PathBuf>,
}

impl Drop for Parts {
    fn drop(&mut self) {
        for path in &self.paths {
            fs::remove_file(path).ok();
        }
    }
}

/// Makes a backup of the registry in `file`, with its key and its checksum beside it,
/// encrypted for `recipient` where there is one. One that fails leaves no file.
pub async fn make(
    db: &Db,
    key: &Key,
    file: &Path,
    recipient: Option<&str>,
) -> Result<Made, BackupError> {
    let began = Instant::now();
    let part = beside(file, ".part");
    clear_what_was_cut_off(file, &part);
    for path in [file.to_owned(), beside(file, BESIDE[0]), beside(file, BESIDE[1])] {
        if path.exists() {
            return Err(BackupError::File(path, io::ErrorKind::AlreadyExists.into()));
        }
    }
    let parts = Parts { paths: PARTS.iter().map(|it| beside(&part, it)).collect() };
    snapshot::take(db, &part).await.map_err(BackupError::Snapshot)?;
    let found = look(&part, key).await?;
    let finish = {
        let (file, key) = (file.to_owned(), key.clone());
        let recipient = recipient.map(str::to_owned);
        move || finish(&file, &part, &key, recipient.as_deref())
    };
    let done = tokio::task::spawn_blocking(finish).await;
    let bytes = done.map_err(|it| BackupError::File(file.to_owned(), io::Error::other(it)))??;
    drop(parts);
    let seconds = began.elapsed().as_secs_f64();
    Ok(Made { file: file.to_owned(), bytes, found, seconds })
}

/// Walks the chain of a snapshot.
async fn look(file: &Path, key: &Key) -> Result<Found, BackupError> {
    let copy = snapshot::open(file).await?;
    let verdict = chain::verify(&copy, key).await;
    copy.close().await;
    let verdict = verdict?;
    if let Some(why) = verdict.broken {
        return Err(BackupError::Unfit(format!("chuỗi nhật ký: {why}")));
    }
    let head = verdict.head.map(|it| it.to_string()).unwrap_or_default();
    Ok(Found { entries: verdict.sealed, head })
}

/// Encrypts, sums up, and gives the files their names, the backup itself last: what bears
/// its name is whole.
fn finish(
    file: &Path,
    part: &Path,
    key: &Key,
    recipient: Option<&str>,
) -> Result<i64, BackupError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| BackupError::File(path, error)
    };
    let key_part = beside(part, BESIDE[0]);
    let whole = if let Some(recipient) = recipient {
        let locked = beside(part, ".age");
        encrypted::lock(part, &locked, recipient).map_err(at(file))?;
        // What is open lies there no longer than it must.
        fs::remove_file(part).map_err(at(part))?;
        let lock = |bytes: &[u8]| encrypted::lock_bytes(bytes, &key_part, recipient);
        key.locked(lock).map_err(at(&key_part))?;
        locked
    } else {
        key.write_new(&key_part).map_err(at(&key_part))?;
        part.to_owned()
    };
    let (sum, bytes) = checksum(&whole).map_err(at(&whole))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let sum_part = beside(part, BESIDE[1]);
    fs::write(&sum_part, format!("{sum}  {name}\n")).map_err(at(&sum_part))?;
    let moves = [
        (key_part, beside(file, BESIDE[0])),
        (sum_part, beside(file, BESIDE[1])),
        (whole, file.to_owned()),
    ];
    for (from, _) in &moves {
        fs::File::open(from).and_then(|it| it.sync_all()).map_err(at(from))?;
    }
    for (from, to) in &moves {
        fs::rename(from, to).map_err(at(to))?;
    }
    snapshot::sync_folder(file).map_err(at(file))?;
    Ok(bytes)
}

/// The SHA-256 of a file in digits, and its length.
pub fn checksum(file: &Path) -> io::Result<(String, i64)> {
    let mut hash = Sha256::new();
    let mut source = fs::File::open(file)?;
    let mut bytes = 0;
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = io::Read::read(&mut source, &mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        bytes += i64::try_from(read).unwrap_or(0);
    }
    Ok((hex(&hash.finalize()), bytes))
}

/// Looks through a file that is to become a registry.
pub async fn examine(file: &Path, key: &Key) -> Result<Found, BackupError> {
    let copy = snapshot::open(file).await?;
    let faults = sound::damage(&copy).await;
    copy.close().await;
    let faults = faults?;
    if !faults.is_empty() {
        return Err(BackupError::Unfit(faults.join("; ")));
    }
    look(file, key).await
}
