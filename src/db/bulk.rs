//! Many rows into one table, by whichever way its database takes them fastest.

use std::fmt::Write;
use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, PgConnection, Sqlite};

use crate::db::Tx;
use crate::db::tables::{Column, Table, Value, hex, names, quoted};

/// Values of one statement on `SQLite`, at most, and bytes sent at once to `PostgreSQL`. More
/// values cost more each: so large a list of them is given back to the system each time.
const VALUES: usize = 2_000;
const BYTES: usize = 1 << 20;

/// Writes the rows, whose values stand in the order of the table's columns.
pub async fn insert(table: &Table, target: &mut Tx, rows: &[Vec<Value>]) -> sqlx::Result<()> {
    if rows.is_empty() || table.columns.is_empty() {
        return Ok(());
    }
    match target {
        Tx::Sqlite(tx) => {
            let most = (VALUES / table.columns.len()).max(1);
            let mut chunks = rows.chunks(most).map(|rows| query(table, rows, most));
            let mut ready = chunks.next();
            while let Some(query) = ready {
                // The next is put together while SQLite's thread is busy with this one.
                let (done, next) = tokio::join!(query.execute(&mut **tx), async { chunks.next() });
                done?;
                ready = next;
            }
            Ok(())
        }
        Tx::Postgres(tx) => copy_in(table, tx, rows).await,
    }
}

/// Whole chunks bear the same text, which is prepared once.
fn query(
    table: &Table,
    rows: &[Vec<Value>],
    most: usize,
) -> Query<'static, Sqlite, SqliteArguments> {
    let sql = AssertSqlSafe(statement(table, rows.len()));
    let mut query = sqlx::query(sql).persistent(rows.len() == most);
    for value in rows.iter().flatten() {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Integer(number) => query.bind(*number),
            // One copy of it; of a &str sqlx makes a String within an Arc.
            Value::Text(text) => query.bind(Arc::<str>::from(text.as_str())),
            Value::Bytes(bytes) => query.bind(bytes.as_slice()),
        };
    }
    query
}

fn statement(table: &Table, rows: usize) -> String {
    let places = vec!["?"; table.columns.len()].join(", ");
    let mut sql = format!("INSERT INTO {} ({}) VALUES ", quoted(&table.name), columns(table));
    for row in 0..rows {
        let comma = if row == 0 { "" } else { ", " };
        let _ = write!(sql, "{comma}({places})");
    }
    sql
}

fn columns(table: &Table) -> String {
    names(table.columns.iter().map(|it| &it.name))
}

async fn copy_in(table: &Table, db: &mut PgConnection, rows: &[Vec<Value>]) -> sqlx::Result<()> {
    let sql = format!("COPY {} ({}) FROM STDIN", quoted(&table.name), columns(table));
    let mut copy = db.copy_in_raw(&sql).await?;
    let mut text = String::new();
    for row in rows {
        for (place, (column, value)) in table.columns.iter().zip(row).enumerate() {
            if place > 0 {
                text.push('\t');
            }
            put(&mut text, column, value);
        }
        text.push('\n');
        if text.len() >= BYTES {
            copy.send(text.as_bytes()).await?;
            text.clear();
        }
    }
    if !text.is_empty() {
        copy.send(text.as_bytes()).await?;
    }
    copy.finish().await?;
    Ok(())
}

/// A value as the text form of COPY has it: the column's type reads it.
fn put(text: &mut String, column: &Column, value: &Value) {
    match value {
        Value::Null => text.push_str("\\N"),
        Value::Integer(number) => {
            let _ = write!(text, "{number}");
        }
        Value::Text(words) => {
            for c in words.chars() {
                match c {
                    '\\' => text.push_str("\\\\"),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    c => text.push(c),
                }
            }
        }
        Value::Bytes(bytes) => {
            if column.kind != "uuid" {
                text.push_str("\\\\x");
            }
            text.push_str(&hex(bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_row_is_written_as_its_escape() {
        let column = |kind: &str| Column {
            name: "c".to_owned(),
            kind: kind.to_owned(),
            refers_to_own: false,
        };
        let written = |kind: &str, value: Value| {
            let mut text = String::new();
            put(&mut text, &column(kind), &value);
            text
        };
        assert_eq!(written("text", Value::Text("a\tb\\N\n".to_owned())), "a\\tb\\\\N\\n");
        assert_eq!(written("uuid", Value::Bytes(vec![1, 255])), "01ff");
        assert_eq!(written("bytea", Value::Bytes(vec![1, 255])), "\\\\x01ff");
        assert_eq!(written("int8", Value::Null), "\\N");
    }
}
