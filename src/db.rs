//! The one database behind the program: `SQLite` or `PostgreSQL`, told apart by its URL.
//!
//! Every query is written once. Both databases read the same SQL; where they
//! differ, their migrations differ instead (`migrations/sqlite`,
//! `migrations/postgres`), so that a column answers alike in both.

use std::path::Path;
use std::time::Duration;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use crate::db::again::again;
pub use crate::db::open::OpenError;
use crate::error::Error;
use crate::error::passing::{self, Again};

pub mod again;
pub mod bulk;
pub mod codes;
pub mod copy;
pub mod loose;
mod open;
pub mod replica;
pub mod rows;
pub mod snapshot;
pub mod sound;
pub mod tables;

/// How long a request waits for a connection, and `SQLite` for its write lock.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub enum Db {
    /// One connection writes, several read: `SQLite` has one writer at a time, and
    /// its pool is the queue for it.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction: what every query runs in.
///
/// Dropped, it leaves no trace; only [`Tx::commit`] keeps what it wrote. After any
/// error it is to be dropped: statements behind it would stand alone.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one query on whichever database `$tx` belongs to.
///
/// `on!(tx, db => sqlx::query(SQL).bind(x).execute(db))` is a `sqlx::Result`.
macro_rules! on {
    ($tx:expr, $db:ident => $query:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => {
                let $db = &mut **tx;
                $query.await
            }
            $crate::db::Tx::Postgres(tx) => {
                let $db = &mut **tx;
                $query.await
            }
        }
    };
}
pub(crate) use on;

/// Runs one query that reads, on a connection of its own: a statement alone sees one moment of
/// the database without a transaction around it, which would ask it three times as often.
macro_rules! alone {
    ($db:expr, $one:ident => $query:expr) => {
        match $db {
            $crate::db::Db::Sqlite { readers: $one, .. } => $query.await,
            $crate::db::Db::Postgres($one) => $query.await,
        }
    };
}
pub(crate) use alone;

/// Runs a query that changes rows; the number of rows changed.
macro_rules! change {
    ($tx:expr, $query:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => {
                $query.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::db::Tx::Postgres(tx) => {
                $query.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
    };
}
pub(crate) use change;

impl Db {
    /// Opens the database at `url`, brings its schema up to date, and creates the
    /// file of an `SQLite` database that is not there yet.
    pub async fn open(url: &str) -> Result<Db, OpenError> {
        open::open(url, true, Path::new("")).await
    }

    /// Likewise; a `PostgreSQL` database of an earlier release is backed up into `folder`
    /// before it is upgraded, not into the working folder.
    pub async fn open_backing_up(url: &str, folder: &Path) -> Result<Db, OpenError> {
        open::open(url, true, folder).await
    }

    /// Likewise, for whoever fills it and closes it then. `SQLite` writes into its file itself:
    /// in its log it finds a page the more slowly the longer the log is. Where somebody else has
    /// the file open, the log stays. The next opening takes it up again; until then nothing is
    /// to be read but in transactions that write.
    pub async fn open_to_fill(url: &str) -> Result<Db, OpenError> {
        let db = Db::open(url).await?;
        if let Db::Sqlite { writer, .. } = &db {
            let set_aside = sqlx::query("PRAGMA journal_mode = DELETE").execute(writer).await;
            if let Err(error) = set_aside
                && !snapshot::is_held(&error)
            {
                return Err(OpenError::Database(error));
            }
        }
        Ok(db)
    }

    /// Opens a database that must be there already: a mistyped name of a file is an
    /// error, not an empty registry.
    pub async fn open_existing(url: &str) -> Result<Db, OpenError> {
        open::open(url, false, Path::new("")).await
    }

    /// Holds the registry in `file` shut until dropped: whoever opens it meanwhile, waits.
    pub async fn hold_shut(file: &Path) -> Result<std::fs::File, OpenError> {
        open::lock_beside(file).await
    }

    /// Opens the copy of a registry in `file`, which is brought up to the present without a
    /// backup: what it is a copy of is one.
    pub async fn open_copy(file: &Path) -> Result<Db, OpenError> {
        open::open_sqlite(file, false, false).await
    }

    /// Begins a transaction that reads, and sees one moment of the database.
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    pub async fn read(&self) -> sqlx::Result<Tx> {
        const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(match self {
            Db::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin_with(SNAPSHOT).await?),
        })
    }

    /// Begins a transaction that reads for a file, as fast as its reader takes it: a slow
    /// line must not cut short what is well under way.
    pub async fn read_for_file(&self) -> sqlx::Result<Tx> {
        let mut tx = self.read().await?;
        if let Tx::Postgres(tx) = &mut tx {
            sqlx::query("SET LOCAL statement_timeout = '600s'").execute(&mut **tx).await?;
        }
        Ok(tx)
    }

    /// Begins a transaction that reads the whole registry, however long it takes.
    pub async fn read_whole(&self) -> sqlx::Result<Tx> {
        let mut tx = self.read().await?;
        unhurried(&mut tx).await?;
        Ok(tx)
    }

    /// Begins a transaction that writes a whole registry, however long it takes.
    pub async fn write_whole(&self) -> sqlx::Result<Tx> {
        let mut tx = self.write().await?;
        unhurried(&mut tx).await?;
        Ok(tx)
    }

    /// Begins a transaction that will write. Await nothing but the database until it
    /// is committed: on `SQLite` every other writer waits.
    ///
    /// `SQLite` is told so at once: a transaction that asks for the right to write
    /// only after it has read can be refused it.
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    pub async fn write(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Db::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Closes every connection; `SQLite` then folds its write-ahead log back in.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// Lifts the limits that requests have to keep.
async fn unhurried(tx: &mut Tx) -> sqlx::Result<()> {
    if let Tx::Postgres(tx) = tx {
        for limit in
            ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"]
        {
            sqlx::query(limit).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

impl Tx {
    /// Keeps what was written. Where the line breaks before the answer comes, the error says
    /// that nobody knows (`passing::again`).
    pub async fn commit(self) -> sqlx::Result<()> {
        let kept = match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        };
        kept.map_err(passing::of_commit)
    }
}

/// How long a job beside the requests may wait for the database.
const JOB: Duration = Duration::from_mins(1);

/// Gives `job` up after a minute: on a line that went silent an answer would be waited for
/// without end, and the job never be tried again.
pub async fn in_time<T>(job: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    match tokio::time::timeout(JOB, job).await {
        Ok(done) => done,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Somebody wrote the same between our reading and our writing: the form tried once more is
/// shown what changed.
pub fn raced(error: sqlx::Error) -> Error {
    let passes = matches!(error, sqlx::Error::RowNotFound) || is_duplicate(&error);
    if passes { Error::Passing(Again::Unwritten, error.into()) } else { error.into() }
}

/// The error of an UPDATE that names a version: no such row at that version.
pub fn one_row(changed: u64) -> sqlx::Result<()> {
    if changed == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Whether `error` says that a row with this key is there already.
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
