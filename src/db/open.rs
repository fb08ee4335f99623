//! Opening a database: the settings each engine must have, and its migrations.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, io};

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection, PgPool, SqlitePool};

use crate::db::snapshot::{self, SnapshotError, beside};
use crate::db::{Db, PATIENCE};

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Connections that read an `SQLite` file side by side.
const READERS: u32 = 6;
/// Rows that `SQLite` hands over before it waits for their reader.
const ROWS_AHEAD: usize = 512;
const POSTGRES_CONNECTIONS: u32 = 20;
/// Where tables are large, `PostgreSQL` compiles a statement before it runs it, which takes longer
/// than any of ours does.
pub(super) const NO_COMPILING: (&str, &str) = ("jit", "off");
/// A connection that was used so short a time ago is there still: asking it takes as long as a
/// short statement does.
const TRUSTED: Duration = Duration::from_secs(1);

/// The first `SQLite` without the corruption of a write-ahead log that is reset while
/// it is written (sqlite.org/wal.html#walresetbug).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Why a database could not be opened, and what to do about it.
#[derive(Debug)]
pub enum OpenError {
    UnknownUrl(String),
    /// There is no such file, and none is to be made.
    Missing(String),
    /// The database has migrations that this program does not know.
    Newer,
    OldSqlite(String),
    /// A setting did not take: its name, and what `SQLite` answered.
    Setting(&'static str, String),
    Lock(PathBuf, io::Error),
    Migration(MigrateError),
    /// There was no backup to be had before an upgrade; nothing was changed.
    Backup(Box<SnapshotError>),
    Database(sqlx::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::UnknownUrl(url) => write!(
                f,
                "không hiểu địa chỉ cơ sở dữ liệu \"{url}\"; viết sqlite://TỆP, đường dẫn tới một \
                 tệp .db, hoặc postgres://NGƯỜI@MÁY/TÊN"
            ),
            OpenError::Missing(file) => write!(
                f,
                "không có tệp {file}; kiểm tra --database (hoặc DATABASE_URL), hay tạo sổ mới \
                 bằng: haichieu serve"
            ),
            OpenError::Newer => f.write_str(
                "cơ sở dữ liệu đã được một bản mới hơn của haichieu nâng cấp; dùng bản mới đó, \
                 hoặc khôi phục bản sao lưu làm trước khi nâng cấp",
            ),
            OpenError::OldSqlite(version) => {
                write!(f, "SQLite {version} có lỗi làm hỏng tệp; cần từ 3.51.3")
            }
            OpenError::Setting(name, value) => {
                write!(
                    f,
                    "SQLite không nhận {name} (trả lời \"{value}\"); tệp có nằm trên ổ mạng không?"
                )
            }
            OpenError::Lock(path, error) => {
                write!(f, "không khóa được {}: {error}", path.display())
            }
            OpenError::Migration(error) => write!(f, "không nâng cấp được cơ sở dữ liệu: {error}"),
            OpenError::Backup(error) => {
                write!(f, "chưa nâng cấp, vì không sao lưu được trước đó: {error}")
            }
            OpenError::Database(error) => write!(f, "không mở được cơ sở dữ liệu: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> OpenError {
        OpenError::Database(error)
    }
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> OpenError {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
            other => OpenError::Migration(other),
        }
    }
}

pub async fn open(url: &str, create: bool, backups: &Path) -> Result<Db, OpenError> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return open_postgres(url, backups).await;
    }
    let is_file = Path::new(url).extension().is_some_and(|ending| ending == "db");
    let file = match url.strip_prefix("sqlite:") {
        Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
        None if is_file => url,
        None => return Err(OpenError::UnknownUrl(url.to_owned())),
    };
    open_sqlite(Path::new(file), create, true).await
}

async fn open_postgres(url: &str, backups: &Path) -> Result<Db, OpenError> {
    // A request that hangs must end in the database, too.
    let limits = [
        ("statement_timeout", "60s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "60s"),
        NO_COMPILING,
    ];
    let unhurried = PgConnectOptions::from_str(url)?;
    let options = unhurried.clone().options(limits);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(is_there)
        .connect_with(options)
        .await?;
    let db = Db::Postgres(pool.clone());
    if !is_up_to_date(&pool).await? {
        let stem = backups.join("haichieu");
        // Two programs that start at once make one backup, not one over the other.
        let lock = if is_earlier(&db).await? { Some(lock_beside(&stem).await?) } else { None };
        back_up_before_upgrade(&db, &stem).await?;
        // A line of its own, without the limits of requests: a large table takes longer than
        // they may, and of several servers the others wait until one has done it.
        let mut line = PgConnection::connect_with(&unhurried).await?;
        POSTGRES.run(&mut line).await?;
        line.close().await?;
        drop(lock);
    }
    Ok(db)
}

/// Whether a connection can be used: it answers, and nothing was begun on it.
#[expect(clippy::needless_pass_by_value, reason = "as the pool hands it over")]
pub(super) fn is_there(
    connection: &mut PgConnection,
    since: PoolConnectionMetadata,
) -> BoxFuture<'_, sqlx::Result<bool>> {
    Box::pin(async move {
        if since.idle_for > TRUSTED {
            connection.ping().await?;
        }
        Ok(!connection.is_in_transaction())
    })
}

/// Whether the database has been through exactly the migrations of this program. The
/// migrator would ask for its lock first, which not every engine has.
async fn is_up_to_date(pool: &PgPool) -> sqlx::Result<bool> {
    let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(pool).await? {
        return Ok(false);
    }
    let sql = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql).fetch_all(pool).await?;
    Ok(applied.into_iter().eq(POSTGRES.iter().map(|it| (it.version, it.checksum.to_vec()))))
}

pub(super) async fn open_sqlite(file: &Path, create: bool, back_up: bool) -> Result<Db, OpenError> {
    if !create && !file.exists() {
        return Err(OpenError::Missing(file.display().to_string()));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        // What is erased is gone from the file as well.
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-16384")
        // A page of rows goes from SQLite's thread to ours at once, not in turns.
        .row_buffer_size(ROWS_AHEAD);
    // The migrator's own lock does nothing on SQLite, and two programs that turn a
    // fresh file to WAL at once get in each other's way.
    let lock = lock_beside(file).await?;
    if create && !file.exists() {
        // Whatever the umask: nobody else on this machine may read it. SQLite gives its log
        // the same rights.
        let made = snapshot::create(file).map_err(sqlx::Error::Io);
        made.map_err(OpenError::Database)?;
    }
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // A failed ROLLBACK (a full disk: SQLite has ended the transaction already)
        // leaves sqlx counting a transaction that is none, for ever.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    check_settings(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_lazy_with(
            // The system keeps what they read in a cache of its own, which they share.
            options.create_if_missing(false).read_only(true).pragma("cache_size", "-2048"),
        );
    let db = Db::Sqlite { readers, writer: writer.clone() };
    if back_up {
        back_up_before_upgrade(&db, file).await?;
    }
    SQLITE.run(&writer).await?;
    drop(lock);
    Ok(db)
}

/// The latest migration that this program knows.
fn newest() -> i64 {
    SQLITE.iter().map(|it| it.version).max().unwrap_or(0)
}

/// Whether there is a registry that an earlier release has left. One without an entry in its
/// trail holds nothing: its first opening was cut off among the migrations.
async fn is_earlier(db: &Db) -> sqlx::Result<bool> {
    let version = version(db).await?;
    if version == 0 || version >= newest() {
        return Ok(false);
    }
    let written = "SELECT EXISTS (SELECT 1 FROM audit_entry)";
    match db {
        Db::Sqlite { writer, .. } => sqlx::query_scalar(written).fetch_one(writer).await,
        Db::Postgres(pool) => sqlx::query_scalar(written).fetch_one(pool).await,
    }
}

/// Makes a snapshot of a registry of an earlier release before its schema is touched:
/// `<stem>.before-0028.db`, named after what it is about to become. It bears that name once
/// it is whole.
async fn back_up_before_upgrade(db: &Db, stem: &Path) -> Result<(), OpenError> {
    if !is_earlier(db).await? {
        return Ok(());
    }
    let newest = newest();
    // One that an upgrade cut short has left tells of the same rows, or of fewer.
    let name = |number: u32| match number {
        1 => beside(stem, &format!(".before-{newest:04}.db")),
        _ => beside(stem, &format!(".before-{newest:04}-{number}.db")),
    };
    let mut number = 1;
    while name(number).exists() {
        number += 1;
    }
    let file = name(number);
    let failed = |error| OpenError::Backup(Box::new(error));
    snapshot::take_named(db, &file).await.map_err(failed)?;
    tracing::warn!(
        file = %file.display(), to = newest,
        "upgrading the database; it was backed up first"
    );
    Ok(())
}

/// The latest migration that the database has been through; 0 where it is new.
async fn version(db: &Db) -> sqlx::Result<i64> {
    let there = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let latest = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
    match db {
        Db::Sqlite { writer, .. } => {
            let tables: i64 = sqlx::query_scalar(there).fetch_one(writer).await?;
            if tables == 0 {
                return Ok(0);
            }
            sqlx::query_scalar(latest).fetch_one(writer).await
        }
        Db::Postgres(pool) => {
            let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
            if !sqlx::query_scalar::<_, bool>(there).fetch_one(pool).await? {
                return Ok(0);
            }
            sqlx::query_scalar(latest).fetch_one(pool).await
        }
    }
}

/// Holds `<file>.lock` until dropped. Waits for whoever else holds it.
pub(super) async fn lock_beside(file: &Path) -> Result<File, OpenError> {
    let mut path = file.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let take = {
        let path = path.clone();
        move || {
            let file = fs::OpenOptions::new().create(true).append(true).open(path)?;
            file.lock()?;
            Ok(file)
        }
    };
    let taken = tokio::task::spawn_blocking(take).await;
    taken
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(|it| OpenError::Lock(path, it))
}

async fn check_settings(writer: &SqlitePool) -> Result<(), OpenError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(writer).await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite(version));
    }
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await?;
    if journal != "wal" {
        return Err(OpenError::Setting("journal_mode", journal));
    }
    for (name, sql, wanted) in
        [("synchronous", "PRAGMA synchronous", 2), ("foreign_keys", "PRAGMA foreign_keys", 1)]
    {
        let value: i64 = sqlx::query_scalar(sql).fetch_one(writer).await?;
        if value != wanted {
            return Err(OpenError::Setting(name, value.to_string()));
        }
    }
    Ok(())
}
