//! What tables a database has, and their rows as plain values: what is needed to move a
//! registry from one database to another without knowing what it holds.
//!
//! A row reads alike on both databases: an id is its 16 bytes, a day its ISO text, yes and
//! no are 1 and 0.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Column as _, Row, TypeInfo, ValueRef};
use uuid::Uuid;

use crate::clock::Moment;
use crate::db::{Tx, on};

/// A table of the registry; columns in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    pub key: Vec<String>,
    /// The other tables that rows of this one refer to.
    pub refers_to: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// As the database names it: `BLOB`, `uuid`.
    pub kind: String,
    /// Whether it refers to a row of its own table.
    pub refers_to_own: bool,
}

/// What stands in one place of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn feed(&self, hash: &mut Sha256) {
        let (tag, bytes): (u8, &[u8]) = match self {
            Value::Null => (0, &[]),
            Value::Integer(number) => (1, &number.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Bytes(bytes) => (3, bytes),
        };
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Integer(yes.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Bytes(bytes)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Value {
        Value::Bytes(id.as_bytes().to_vec())
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Value {
        Value::Text(day.format("%Y-%m-%d").to_string())
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Value {
        Value::Integer(moment.0)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(perhaps: Option<T>) -> Value {
        perhaps.map_or(Value::Null, Into::into)
    }
}

/// How many rows a table has, and the hash of all of them in the order of their keys: equal
/// on both databases where the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub rows: u64,
    pub sha256: String,
}

/// Counts and hashes the rows that pass by.
#[derive(Default)]
pub struct Hasher {
    rows: u64,
    hash: Sha256,
}

impl Hasher {
    pub fn feed(&mut self, row: &[Value]) {
        self.rows += 1;
        for value in row {
            value.feed(&mut self.hash);
        }
    }

    pub fn content(self) -> Content {
        Content { rows: self.rows, sha256: hex(&self.hash.finalize()) }
    }
}

/// The tables of the registry, those that others refer to before the others.
pub async fn tables(tx: &mut Tx) -> sqlx::Result<Vec<Table>> {
    let columns: Vec<(String, String, String, i64)> = match tx {
        Tx::Sqlite(tx) => {
            let sql = "SELECT tables.name, columns.name, columns.type, columns.pk
                       FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
                       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                         AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
            sqlx::query_as(sql).fetch_all(&mut **tx).await?
        }
        Tx::Postgres(tx) => {
            let sql = "SELECT tables.relname::TEXT, columns.attname::TEXT, types.typname::TEXT,
                              COALESCE((SELECT array_position(keys.conkey, columns.attnum)::BIGINT
                                        FROM pg_constraint AS keys
                                        WHERE keys.conrelid = tables.oid
                                          AND keys.contype = 'p'), 0)
                       FROM pg_class AS tables
                       JOIN pg_attribute AS columns ON columns.attrelid = tables.oid
                       JOIN pg_type AS types ON types.oid = columns.atttypid
                       WHERE tables.relnamespace = current_schema()::regnamespace
                         AND tables.relkind = 'r' AND tables.relname NOT LIKE '\\_sqlx%'
                         AND columns.attnum > 0 AND NOT columns.attisdropped";
            sqlx::query_as(sql).fetch_all(&mut **tx).await?
        }
    };
    let references: Vec<(String, String, String)> = match tx {
        Tx::Sqlite(tx) => {
            let sql = "SELECT tables.name, keys.\"from\", keys.\"table\"
                       FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys
                       WHERE tables.type = 'table'";
            sqlx::query_as(sql).fetch_all(&mut **tx).await?
        }
        Tx::Postgres(tx) => {
            let sql = "SELECT tables.relname::TEXT, columns.attname::TEXT, others.relname::TEXT
                       FROM pg_constraint AS keys
                       JOIN pg_class AS tables ON tables.oid = keys.conrelid
                       JOIN pg_class AS others ON others.oid = keys.confrelid
                       JOIN pg_attribute AS columns ON columns.attrelid = tables.oid
                                                   AND columns.attnum = ANY (keys.conkey)
                       WHERE keys.contype = 'f'
                         AND tables.relnamespace = current_schema()::regnamespace";
            sqlx::query_as(sql).fetch_all(&mut **tx).await?
        }
    };
    in_order(gather(columns, &references))
}

fn gather(
    columns: Vec<(String, String, String, i64)>,
    references: &[(String, String, String)],
) -> Vec<Table> {
    let mut places: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    let mut found: BTreeMap<String, Table> = BTreeMap::new();
    for (table, name, kind, place) in columns {
        if place > 0 {
            places.entry(table.clone()).or_default().push((place, name.clone()));
        }
        let own = |it: &&(String, String, String)| it.0 == table && it.1 == name && it.2 == table;
        let refers_to_own = references.iter().any(|it| own(&it));
        let entry = found.entry(table.clone()).or_insert_with(|| Table {
            name: table,
            columns: Vec::new(),
            key: Vec::new(),
            refers_to: Vec::new(),
        });
        entry.columns.push(Column { name, kind, refers_to_own });
    }
    for table in found.values_mut() {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        let mut key = places.remove(&table.name).unwrap_or_default();
        key.sort();
        table.key = key.into_iter().map(|(_, name)| name).collect();
        let others = references.iter().filter(|it| it.0 == table.name && it.2 != table.name);
        table.refers_to = others.map(|it| it.2.clone()).collect();
    }
    found.into_values().collect()
}

fn in_order(mut waiting: Vec<Table>) -> sqlx::Result<Vec<Table>> {
    let mut placed: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_placed = |name: &String| placed.iter().any(|it| it.name == *name);
        let next = waiting.iter().position(|it| it.refers_to.iter().all(is_placed));
        let Some(next) = next else {
            return Err(sqlx::Error::Protocol("tables refer to each other in a circle".into()));
        };
        placed.push(waiting.remove(next));
    }
    Ok(placed)
}

impl Table {
    /// A table whose writer knows the columns of a row and the kind of each, as `PostgreSQL`
    /// names it.
    pub fn of(name: &str, columns: &[(&str, &str)]) -> Table {
        let column = |(name, kind): &(&str, &str)| Column {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            refers_to_own: false,
        };
        Table {
            name: name.to_owned(),
            columns: columns.iter().map(column).collect(),
            key: Vec::new(),
            refers_to: Vec::new(),
        }
    }

    /// The table with these columns, in this order; an error where one is missing.
    pub fn only(&self, columns: &[&str]) -> sqlx::Result<Table> {
        let find = |name: &&str| {
            let column = self.columns.iter().find(|it| it.name == *name);
            column.cloned().ok_or_else(|| sqlx::Error::ColumnNotFound((*name).to_owned()))
        };
        let columns = columns.iter().map(find).collect::<sqlx::Result<_>>()?;
        Ok(Table { columns, ..self.clone() })
    }

    /// Its rows in the order of their keys.
    pub fn rows<'t>(&self, tx: &'t mut Tx) -> BoxStream<'t, sqlx::Result<Vec<Value>>> {
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            names(self.columns.iter().map(|it| &it.name)),
            quoted(&self.name),
            names(self.key.iter()),
        );
        match tx {
            Tx::Sqlite(tx) => {
                sqlx::query(AssertSqlSafe(sql)).fetch(&mut **tx).map(|row| of_sqlite(&row?)).boxed()
            }
            Tx::Postgres(tx) => sqlx::query(AssertSqlSafe(sql))
                .fetch(&mut **tx)
                .map(|row| of_postgres(&row?))
                .boxed(),
        }
    }

    /// What is in it.
    pub async fn content(&self, tx: &mut Tx) -> sqlx::Result<Content> {
        let mut hasher = Hasher::default();
        let mut rows = self.rows(tx);
        while let Some(row) = rows.try_next().await? {
            hasher.feed(&row);
        }
        Ok(hasher.content())
    }

    pub async fn is_empty(&self, tx: &mut Tx) -> sqlx::Result<bool> {
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT 1)", quoted(&self.name));
        let sql = sql + " AS first";
        let rows: i64 = on!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db))?;
        Ok(rows == 0)
    }
}

/// Bytes in digits, two for each.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |it: u8| char::from_digit(it.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|it| [digit(it >> 4), digit(it & 15)]).collect()
}

/// A name between the marks that keep it from being read as a word of SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub fn names<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

fn of_sqlite(row: &SqliteRow) -> sqlx::Result<Vec<Value>> {
    let values = (0..row.len()).map(|place| {
        let raw = row.try_get_raw(place)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let kind = raw.type_info().name().to_owned();
        match kind.as_str() {
            "INTEGER" | "BOOLEAN" => row.try_get_unchecked(place).map(Value::Integer),
            "TEXT" | "DATE" => row.try_get_unchecked(place).map(Value::Text),
            "BLOB" => row.try_get_unchecked(place).map(Value::Bytes),
            other => Err(unknown(other)),
        }
    });
    values.collect()
}

fn of_postgres(row: &PgRow) -> sqlx::Result<Vec<Value>> {
    let values = (0..row.len()).map(|place| {
        if row.try_get_raw(place)?.is_null() {
            return Ok(Value::Null);
        }
        match row.column(place).type_info().name() {
            "INT8" => row.try_get(place).map(Value::Integer),
            "INT4" => row.try_get::<i32, _>(place).map(|it| Value::Integer(it.into())),
            "BOOL" => row.try_get::<bool, _>(place).map(|it| Value::Integer(it.into())),
            "TEXT" | "VARCHAR" => row.try_get(place).map(Value::Text),
            "DATE" => row
                .try_get::<NaiveDate, _>(place)
                .map(|it| Value::Text(it.format("%Y-%m-%d").to_string())),
            "UUID" => row.try_get::<Uuid, _>(place).map(|it| Value::Bytes(it.as_bytes().to_vec())),
            "BYTEA" => row.try_get(place).map(Value::Bytes),
            other => Err(unknown(other)),
        }
    });
    values.collect()
}

fn unknown(kind: &str) -> sqlx::Error {
    sqlx::Error::Protocol(format!("no way is known to copy values of type {kind}"))
}
