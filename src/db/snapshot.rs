//! One moment of a database as one `SQLite` file, whatever the database is.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::db::copy::{CopyError, LEFT_BEHIND, copy};
use crate::db::open::SQLITE;
use crate::db::tables::{quoted, tables};
use crate::db::{Db, OpenError, sound};

/// Why no snapshot was made.
#[derive(Debug)]
pub enum SnapshotError {
    File(PathBuf, io::Error),
    Open(OpenError),
    Copy(CopyError),
    Database(sqlx::Error),
    /// It was made, and is not sound.
    Unsound(Vec<String>),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::File(path, error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(f, "đã có tệp {}; chọn tên khác", path.display())
            }
            SnapshotError::File(path, error) => {
                write!(f, "không ghi được {}: {error}", path.display())
            }
            SnapshotError::Open(error) => error.fmt(f),
            SnapshotError::Copy(error) => error.fmt(f),
            SnapshotError::Database(error) => write!(f, "không sao lưu được: {error}"),
            SnapshotError::Unsound(faults) => {
                write!(f, "bản sao vừa ghi không lành: {}", faults.join("; "))
            }
        }
    }
}

impl std::error::Error for SnapshotError {}

impl From<sqlx::Error> for SnapshotError {
    fn from(error: sqlx::Error) -> SnapshotError {
        SnapshotError::Database(error)
    }
}

impl From<CopyError> for SnapshotError {
    fn from(error: CopyError) -> SnapshotError {
        SnapshotError::Copy(error)
    }
}

/// Writes the registry into `file`, which must not be there, while others go on reading and
/// writing: consistent, looked through, on stable storage, without what opens a door.
/// A snapshot that fails leaves no file.
pub async fn take(db: &Db, file: &Path) -> Result<(), SnapshotError> {
    create(file).map_err(|error| SnapshotError::File(file.to_owned(), error))?;
    let taken = write(db, file).await;
    if taken.is_err() {
        remove(file);
    }
    taken
}

/// Likewise; the snapshot bears its name once it is whole, whenever this program is ended.
/// The caller sees to it that nobody else makes one of this name at the same time.
pub async fn take_named(db: &Db, file: &Path) -> Result<(), SnapshotError> {
    let part = beside(file, ".part");
    remove(&part);
    take(db, &part).await?;
    let named = fs::rename(&part, file).and_then(|()| sync_folder(file));
    named.map_err(|error| SnapshotError::File(file.to_owned(), error))
}

/// Takes away a database that is of no use any more, with what `SQLite` puts beside it.
pub fn remove(file: &Path) {
    for ending in ["", "-journal", "-wal", "-shm"] {
        fs::remove_file(beside(file, ending)).ok();
    }
}

/// Puts the names in the folder of `file` on stable storage.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new("."))).and_then(|it| it.sync_all())
}

/// The path with `ending` behind its name.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A new, empty file that only its owner may read.
pub fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn write(db: &Db, file: &Path) -> Result<(), SnapshotError> {
    let unfit = |why: &str| SnapshotError::File(file.to_owned(), io::Error::other(why));
    match db {
        Db::Sqlite { readers, .. } => {
            let path = file.to_str().ok_or_else(|| unfit("tên tệp không phải UTF-8"))?;
            sqlx::query("VACUUM INTO $1").bind(path).execute(readers).await?;
            let pool = pool(file).await?;
            empty(&pool).await?;
            pool.close().await;
        }
        Db::Postgres(source) => {
            let version = version(source).await?;
            let pool = pool(file).await?;
            let migrated = SQLITE.run_to(version, &pool).await;
            migrated.map_err(|error| SnapshotError::Open(error.into()))?;
            let target = Db::Sqlite { readers: pool.clone(), writer: pool };
            let mut from = db.read_whole().await?;
            let mut to = target.write().await?;
            copy(&mut from, &mut to).await?;
            to.commit().await?;
            target.close().await;
        }
    }
    let copy = open(file).await?;
    let faults = sound::damage(&copy).await?;
    copy.close().await;
    if !faults.is_empty() {
        return Err(SnapshotError::Unsound(faults));
    }
    let synced = fs::File::open(file).and_then(|it| it.sync_all());
    synced.map_err(|error| SnapshotError::File(file.to_owned(), error))
}

/// The one connection that writes a snapshot. What is half written is thrown away: nothing
/// needs to be on the disk before the end.
async fn pool(file: &Path) -> sqlx::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Off)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF");
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await
}

async fn empty(pool: &SqlitePool) -> sqlx::Result<()> {
    let db = Db::Sqlite { readers: pool.clone(), writer: pool.clone() };
    let mut tx = db.write().await?;
    let tables = tables(&mut tx).await?;
    tx.commit().await?;
    for table in tables.iter().filter(|it| LEFT_BEHIND.contains(&it.name.as_str())) {
        let sql = format!("DELETE FROM {}", quoted(&table.name));
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await?;
    }
    Ok(())
}

/// The latest migration of a database.
async fn version(pool: &sqlx::PgPool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
        .fetch_one(pool)
        .await
}

/// Opens an `SQLite` file to be read as it is: nothing in it is changed.
pub async fn open(file: &Path) -> sqlx::Result<Db> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    Ok(Db::Sqlite { readers: pool.clone(), writer: pool })
}

/// Whether the file is a registry that nobody has an account in; a file that cannot be read
/// may be anything.
pub async fn is_unused(file: &Path) -> bool {
    let Ok(db) = open(file).await else { return false };
    let Db::Sqlite { readers, .. } = &db else { return false };
    let sql = "SELECT COUNT(*) FROM account";
    let accounts: sqlx::Result<i64> = sqlx::query_scalar(sql).fetch_one(readers).await;
    db.close().await;
    accounts.is_ok_and(|it| it == 0)
}

/// Whether no other program has the registry in this file open: only then can it leave its
/// write-ahead log. A damaged file is open to nobody.
pub async fn is_free(file: &Path) -> bool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(std::time::Duration::from_millis(500))
        .journal_mode(SqliteJournalMode::Delete);
    let opened = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    match opened {
        Ok(pool) => {
            pool.close().await;
            true
        }
        Err(error) => !is_held(&error),
    }
}

/// Whether the error says that somebody else has the file: `SQLITE_BUSY`, `SQLITE_LOCKED` and
/// their kin.
pub(super) fn is_held(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|it| matches!(it.as_ref(), "5" | "6" | "261" | "517" | "773"))
}
