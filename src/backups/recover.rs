//! Bringing a registry back from a backup: looked through first, never over one that is
//! in use.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::audit;
use crate::audit::chain::{self, Key};
use crate::audit::model::{Act, Actor};
use crate::backups::encrypted;
use crate::backups::make::{BESIDE, BackupError, Found, checksum, examine};
use crate::clock;
use crate::db::copy::{CopyError, copy};
use crate::db::snapshot::{self, beside};
use crate::db::{Db, OpenError};
use crate::settings::{self, sqlite_file};

/// What is to be brought back.
#[derive(Clone, Debug)]
pub struct Source {
    pub file: PathBuf,
    /// The key of its chain; beside it where none is named.
    pub key: Option<PathBuf>,
    /// The private key of an encrypted backup.
    pub identity: Option<PathBuf>,
}

#[derive(Debug)]
pub struct Restored {
    pub found: Found,
    /// Where the registry that stood there has gone.
    pub aside: Option<PathBuf>,
    pub seconds: f64,
}

/// Why nothing was brought back; what stood there still stands.
#[derive(Debug)]
pub enum RestoreError {
    /// In words that say what to do.
    Refused(String),
    File(PathBuf, io::Error),
    Backup(BackupError),
    Open(OpenError),
    Copy(CopyError),
    Database(sqlx::Error),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::Refused(why) => f.write_str(why),
            RestoreError::File(path, error) => write!(f, "{}: {error}", path.display()),
            RestoreError::Backup(BackupError::Unfit(why)) => {
                write!(f, "bản sao lưu không dùng được: {why}")
            }
            RestoreError::Backup(error) => write!(f, "không đọc được bản sao lưu: {error}"),
            RestoreError::Open(error) => error.fmt(f),
            RestoreError::Copy(error) => error.fmt(f),
            RestoreError::Database(error) => write!(f, "không khôi phục được: {error}"),
        }
    }
}

impl std::error::Error for RestoreError {}

impl From<sqlx::Error> for RestoreError {
    fn from(error: sqlx::Error) -> RestoreError {
        RestoreError::Database(error)
    }
}

impl From<OpenError> for RestoreError {
    fn from(error: OpenError) -> RestoreError {
        RestoreError::Open(error)
    }
}

fn refused(why: impl Into<String>) -> RestoreError {
    RestoreError::Refused(why.into())
}

/// The copy of a backup that is being looked through; gone with this unless it has found
/// its place.
struct Waiting(PathBuf);

impl Drop for Waiting {
    fn drop(&mut self) {
        for ending in ["", ".key", "-journal", "-wal", "-shm", ".lock"] {
            fs::remove_file(beside(&self.0, ending)).ok();
        }
    }
}

/// Brings the registry back into the database at `url`. A registry that is there is moved
/// aside with `replace`, and is otherwise left as it is.
pub async fn restore(source: &Source, url: &str, replace: bool) -> Result<Restored, RestoreError> {
    let began = Instant::now();
    let target = sqlite_file(url);
    if let Some(target) = &target {
        refuse_what_is_used(target, replace).await?;
    }
    let waiting = Waiting(match &target {
        Some(file) => beside(file, ".restoring"),
        None => PathBuf::from("haichieu.restoring"),
    });
    let (file, key) = unpack(source, &waiting.0)?;
    let found = examine(file, &key).await.map_err(RestoreError::Backup)?;
    // Before anything has its place: what takes it is whole, and says where it came from.
    write_down(source, file, &key).await?;
    let key_file = settings::key_file(url);
    let aside = if let Some(target) = &target {
        put_in_place(file, &key, (target, &key_file), replace).await?
    } else {
        key.keep(&key_file).map_err(|error| RestoreError::File(key_file, error))?;
        into_server(file, url).await?;
        None
    };
    Ok(Restored { found, aside, seconds: began.elapsed().as_secs_f64() })
}

/// Brings the copy up to the present, and appends to its trail that it was brought back.
async fn write_down(source: &Source, file: &Path, key: &Key) -> Result<(), RestoreError> {
    let db = Db::open_copy(file).await?;
    let mut tx = db.write().await?;
    let name = source.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let act = Act::new("registry.restore", None, format!("Khôi phục sổ từ bản sao lưu {name}"));
    audit::store::append(&mut tx, &Actor::command_line(), act).await?;
    tx.commit().await?;
    chain::seal_tail(&db, key).await?;
    db.close().await;
    if beside(file, "-wal").exists() {
        return Err(refused(format!("{} còn nhật ký chưa gộp; chạy lại lệnh này", file.display())));
    }
    Ok(())
}

/// Gives the copy the name of the registry, and its key the place beside it. Killed at any
/// moment, the registry under that name is the old one or the new one; between the two last
/// steps the new one has the key of the old, with which it is refused until this is done
/// again.
async fn put_in_place(
    file: &Path,
    key: &Key,
    (target, key_file): (&Path, &Path),
    replace: bool,
) -> Result<Option<PathBuf>, RestoreError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| RestoreError::File(path, error)
    };
    fs::File::open(file).and_then(|it| it.sync_all()).map_err(at(file))?;
    let shut = Db::hold_shut(target).await?;
    let aside = make_room(target, replace).await?;
    if aside.is_none() {
        key.keep(key_file).map_err(at(key_file))?;
    }
    fs::rename(file, target).map_err(at(target))?;
    if aside.is_some() && !Key::read(key_file).is_ok_and(|it| it == *key) {
        let open_key = beside(file, ".key");
        fs::remove_file(&open_key).ok();
        key.write_new(&open_key).map_err(at(&open_key))?;
        fs::rename(&open_key, key_file).map_err(at(key_file))?;
    }
    snapshot::sync_folder(target).map_err(at(target))?;
    drop(shut);
    Ok(aside)
}

/// Lays the backup down at `place`, in the open, and reads its key.
fn unpack<'p>(source: &Source, place: &'p Path) -> Result<(&'p Path, Key), RestoreError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| RestoreError::File(path, error)
    };
    snapshot::remove(place);
    fs::remove_file(beside(place, ".key")).ok();
    let sum_file = beside(&source.file, BESIDE[1]);
    let Ok(sum) = fs::read_to_string(&sum_file) else {
        return Err(refused(format!(
            "không có tệp {}: chép nó về cùng bản sao lưu, vì chỉ nó cho biết bản sao còn nguyên",
            sum_file.display()
        )));
    };
    let (counted, _) = checksum(&source.file).map_err(at(&source.file))?;
    if sum.split_whitespace().next() != Some(&counted) {
        return Err(refused(
            "bản sao lưu đã bị cắt hoặc hỏng: mã SHA-256 không khớp; dùng bản khác",
        ));
    }
    let mut mark = vec![0; encrypted::MARK.len()];
    let mut opened = fs::File::open(&source.file).map_err(at(&source.file))?;
    let is_locked = io::Read::read_exact(&mut opened, &mut mark).is_ok() && mark == encrypted::MARK;
    let key_file = source.key.clone().unwrap_or_else(|| beside(&source.file, BESIDE[0]));
    snapshot::create(place).map_err(at(place))?;
    if !is_locked {
        // Not `fs::copy`: on a stick everybody may read a file, here nobody else.
        let copied = fs::OpenOptions::new().write(true).open(place).and_then(|mut copy| {
            io::Seek::rewind(&mut opened)?;
            io::copy(&mut opened, &mut copy)
        });
        copied.map_err(at(place))?;
        let key = Key::read(&key_file).map_err(at(&key_file))?;
        return Ok((place, key));
    }
    let Some(identity) = &source.identity else {
        return Err(refused("bản sao lưu đã mã hóa; thêm --identity TỆP_KHÓA_RIÊNG"));
    };
    encrypted::unlock(&source.file, place, identity).map_err(at(&source.file))?;
    let open_key = beside(place, ".key");
    snapshot::create(&open_key).map_err(at(&open_key))?;
    encrypted::unlock(&key_file, &open_key, identity).map_err(at(&key_file))?;
    let key = Key::read(&open_key).map_err(at(&open_key))?;
    Ok((place, key))
}

/// Refuses what may not be put aside; the longest work comes after.
async fn refuse_what_is_used(target: &Path, replace: bool) -> Result<(), RestoreError> {
    if !target.exists() {
        return Ok(());
    }
    if !replace && !snapshot::is_unused(target).await {
        return Err(refused(format!(
            "{} đang là một sổ đã có tài khoản; thêm --replace để cất sổ ấy sang một bên",
            target.display()
        )));
    }
    if !snapshot::is_free(target).await {
        return Err(refused(format!(
            "có chương trình đang mở {}; dừng nó trước (systemctl stop haichieu)",
            target.display()
        )));
    }
    Ok(())
}

/// Gives what stands at `target` another name as well, where that is wanted and nobody uses
/// it: it has the old one until the copy takes it.
async fn make_room(target: &Path, replace: bool) -> Result<Option<PathBuf>, RestoreError> {
    refuse_what_is_used(target, replace).await?;
    if !target.exists() {
        return Ok(None);
    }
    let time = clock::now().iso().replace([':', 'T'], "-");
    let stem = beside(target, &format!(".replaced-{}", &time[..19]));
    let free = (1..).map(|number| match number {
        1 => stem.clone(),
        _ => beside(&stem, &format!("-{number}")),
    });
    let aside = free.into_iter().find(|it| !it.exists()).unwrap_or(stem);
    for ending in [".key", "-wal", "-shm", ""] {
        let (from, to) = (beside(target, ending), beside(&aside, ending));
        if from.exists() {
            fs::remove_file(&to).ok();
            // Some file systems know one name for a file.
            let named = fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop));
            if let Err(error) = named {
                for ending in [".key", "-wal", "-shm", ""] {
                    fs::remove_file(beside(&aside, ending)).ok();
                }
                return Err(RestoreError::File(from, error));
            }
        }
    }
    // A damaged file may have left its log, which must not pass for that of the copy.
    for ending in ["-wal", "-shm"] {
        fs::remove_file(beside(target, ending)).ok();
    }
    Ok(Some(aside))
}

/// Copies the rows of the file into a `PostgreSQL` database that has none.
async fn into_server(file: &Path, url: &str) -> Result<(), RestoreError> {
    let from = Db::open_copy(file).await?;
    let to = Db::open(url).await?;
    let (mut source, mut target) = (from.read_whole().await?, to.write_whole().await?);
    copy(&mut source, &mut target).await.map_err(RestoreError::Copy)?;
    target.commit().await?;
    drop(source);
    from.close().await;
    to.close().await;
    Ok(())
}
