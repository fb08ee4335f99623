//! One registry into another database, row by row, in one transaction.

use std::fmt;

use futures_util::TryStreamExt;

use crate::db::Tx;
use crate::db::bulk::insert;
use crate::db::tables::{Content, Hasher, Table, Value, tables};

/// Tables that stay behind: what opens a door now, what was counted against somebody at it,
/// and which files lie on this machine. A copy opens nothing, and has no backups of its own.
pub const LEFT_BEHIND: &[&str] =
    &["session", "half_session", "one_time_link", "sign_in_failure", "backup"];

/// Rows and bytes that are held at once, at most.
const ROWS: usize = 500;
const BYTES: usize = 1 << 20;

/// Why a registry was not copied.
#[derive(Debug)]
pub enum CopyError {
    /// The target holds rows already, in this table.
    NotEmpty(String),
    /// The two do not have the same tables and columns: this one differs.
    Schema(String),
    /// What arrived in this table is not what left.
    Differs(String),
    Database(sqlx::Error),
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CopyError::NotEmpty(table) => write!(
                f,
                "cơ sở dữ liệu đích đã có dữ liệu (bảng {table}); chỉ chép vào một cơ sở dữ liệu \
                 trống"
            ),
            CopyError::Schema(table) => {
                write!(f, "hai cơ sở dữ liệu không cùng cấu trúc (bảng {table})")
            }
            CopyError::Differs(table) => {
                write!(f, "bảng {table} ở đích không khớp với nguồn; không có gì được giữ lại")
            }
            CopyError::Database(error) => write!(f, "không chép được: {error}"),
        }
    }
}

impl std::error::Error for CopyError {}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> CopyError {
        CopyError::Database(error)
    }
}

/// A table that went over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub table: String,
    pub content: Content,
}

/// Copies every row of `source` into `target`, which has the same tables and nothing in
/// them, and reads them again there to see that they are the same. The caller commits.
pub async fn copy(source: &mut Tx, target: &mut Tx) -> Result<Vec<Copied>, CopyError> {
    let (from, to) = (tables(source).await?, tables(target).await?);
    let shape =
        |it: &Table| -> Vec<String> { it.columns.iter().map(|it| it.name.clone()).collect() };
    for table in &to {
        let same = from.iter().any(|it| it.name == table.name && shape(it) == shape(table));
        if !same {
            return Err(CopyError::Schema(table.name.clone()));
        }
        if !table.is_empty(target).await? {
            return Err(CopyError::NotEmpty(table.name.clone()));
        }
    }
    if let Some(table) = from.iter().find(|it| !to.iter().any(|other| other.name == it.name)) {
        return Err(CopyError::Schema(table.name.clone()));
    }
    if let Tx::Sqlite(tx) = target {
        // Rows that refer to others of their own table may come before them.
        sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut **tx).await?;
    }
    let mut copied = Vec::new();
    for table in to.iter().filter(|it| !LEFT_BEHIND.contains(&it.name.as_str())) {
        let content = fill(table, source, target).await?;
        if table.content(target).await? != content {
            return Err(CopyError::Differs(table.name.clone()));
        }
        copied.push(Copied { table: table.name.clone(), content });
    }
    Ok(copied)
}

async fn fill(table: &Table, source: &mut Tx, target: &mut Tx) -> sqlx::Result<Content> {
    let own: Vec<usize> =
        (0..table.columns.len()).filter(|place| table.columns[*place].refers_to_own).collect();
    let mut hasher = Hasher::default();
    let (mut batch, mut bytes, mut last) = (Vec::new(), 0, Vec::new());
    // Names and order of columns are the same in both: `table` reads either.
    let mut rows = table.rows(source);
    while let Some(row) = rows.try_next().await? {
        hasher.feed(&row);
        if matches!(target, Tx::Postgres(_)) && own.iter().any(|it| row[*it] != Value::Null) {
            // PostgreSQL looks for what a row refers to at the end of its statement.
            last.push(row);
            continue;
        }
        bytes += row.iter().map(size).sum::<usize>();
        batch.push(row);
        if batch.len() == ROWS || bytes >= BYTES {
            insert(table, target, &batch).await?;
            bytes = 0;
            batch.clear();
        }
    }
    drop(rows);
    insert(table, target, &batch).await?;
    insert(table, target, &last).await?;
    Ok(hasher.content())
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
    }
}
