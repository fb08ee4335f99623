//! Which code stands for which id, in files of any size: what does not fit some megabytes
//! lies on the disk, in a table of `SQLite`'s own that is gone with its owner.

use std::marker::PhantomData;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection};
use uuid::Uuid;

/// Codes and the ids that they stand for.
pub struct Codes<T> {
    /// Opened when the first code comes.
    line: Option<SqliteConnection>,
    ids: PhantomData<T>,
}

impl<T> Default for Codes<T> {
    fn default() -> Codes<T> {
        Codes { line: None, ids: PhantomData }
    }
}

impl<T: From<Uuid> + Into<Uuid>> Codes<T> {
    /// Whether nothing had the code before.
    pub async fn add(&mut self, code: &str, id: T) -> sqlx::Result<bool> {
        let line = match &mut self.line {
            Some(line) => line,
            None => self.line.insert(open().await?),
        };
        let sql = "INSERT INTO code (code, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let added = sqlx::query(sql).bind(code).bind(id.into()).execute(line).await?;
        Ok(added.rows_affected() == 1)
    }

    pub async fn find(&mut self, code: &str) -> sqlx::Result<Option<T>> {
        let Some(line) = &mut self.line else { return Ok(None) };
        let sql = "SELECT id FROM code WHERE code = $1";
        let id: Option<Uuid> = sqlx::query_scalar(sql).bind(code).fetch_optional(line).await?;
        Ok(id.map(T::from))
    }
}

async fn open() -> sqlx::Result<SqliteConnection> {
    // A name of nothing: a database in memory, until its cache is full.
    let options = SqliteConnectOptions::new()
        .filename("")
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-16384");
    let mut line = SqliteConnection::connect_with(&options).await?;
    let sql = "CREATE TABLE code (code TEXT PRIMARY KEY, id BLOB NOT NULL) WITHOUT ROWID";
    sqlx::query(sql).execute(&mut line).await?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_code_stands_for_what_had_it_first() {
        let mut codes: Codes<Uuid> = Codes::default();
        assert_eq!(codes.find("a").await.unwrap(), None);
        let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
        assert!(codes.add("a", first).await.unwrap());
        assert!(!codes.add("a", second).await.unwrap());
        assert!(codes.add("A", second).await.unwrap());
        assert_eq!(codes.find("a").await.unwrap(), Some(first));
        assert_eq!(codes.find("A").await.unwrap(), Some(second));
    }
}
