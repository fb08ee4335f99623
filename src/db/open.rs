//! Opening a database: the settings each engine must have, and its migrations.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fmt, io};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};

use crate::db::{Db, PATIENCE};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Connections that read an `SQLite` file side by side.
const READERS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 20;

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

pub async fn open(url: &str, create: bool) -> Result<Db, OpenError> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return open_postgres(url).await;
    }
    let is_file = Path::new(url).extension().is_some_and(|ending| ending == "db");
    match url.strip_prefix("sqlite:") {
        Some(rest) => open_sqlite(rest.strip_prefix("//").unwrap_or(rest), create).await,
        None if is_file => open_sqlite(url, create).await,
        None => Err(OpenError::UnknownUrl(url.to_owned())),
    }
}

async fn open_postgres(url: &str) -> Result<Db, OpenError> {
    // A request that hangs must end in the database, too.
    let limits = [
        ("statement_timeout", "60s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "60s"),
    ];
    let options = PgConnectOptions::from_str(url)?.options(limits);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await?;
    POSTGRES.run(&pool).await?;
    Ok(Db::Postgres(pool))
}

async fn open_sqlite(file: &str, create: bool) -> Result<Db, OpenError> {
    if !create && !Path::new(file).exists() {
        return Err(OpenError::Missing(file.to_owned()));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-16384");
    // The migrator's own lock does nothing on SQLite, and two programs that turn a
    // fresh file to WAL at once get in each other's way.
    let lock = lock_beside(Path::new(file)).await?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // A failed ROLLBACK (a full disk: SQLite has ended the transaction already)
        // leaves sqlx counting a transaction that is none, for ever.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    check_settings(&writer).await?;
    SQLITE.run(&writer).await?;
    drop(lock);
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_lazy_with(options.create_if_missing(false).read_only(true));
    Ok(Db::Sqlite { readers, writer })
}

/// Holds `<file>.lock` until dropped. Waits for whoever else holds it.
async fn lock_beside(file: &Path) -> Result<File, OpenError> {
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
