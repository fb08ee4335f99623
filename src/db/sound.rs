//! Whether a database is sound in itself, whatever it holds.

use crate::db::Db;
use crate::db::open::SQLITE;

/// What is wrong with an `SQLite` file: its pages, its references, its schema.
///
/// `PostgreSQL` holds its references by itself and has tools of its own for its pages
/// (`pg_amcheck`, `pg_checksums`): nothing is looked at there.
pub async fn faults(db: &Db) -> sqlx::Result<Vec<String>> {
    let mut faults = damage(db).await?;
    if faults.is_empty() {
        faults.extend(schema(db).await?);
    }
    Ok(faults)
}

/// What makes it no registry at all: pages that cannot be read, references to nothing.
pub async fn damage(db: &Db) -> sqlx::Result<Vec<String>> {
    let Db::Sqlite { readers, .. } = db else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    let answer: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(readers).await?;
    for line in answer.iter().filter(|it| *it != "ok") {
        faults.push(format!("tệp hỏng: {line}"));
    }
    if !faults.is_empty() {
        return Ok(faults);
    }
    let sql = "SELECT \"table\", parent, COUNT(*) FROM pragma_foreign_key_check GROUP BY 1, 2";
    let dangling: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(readers).await?;
    for (table, parent, rows) in dangling {
        faults.push(format!("bảng {table}: {rows} dòng trỏ tới {parent} không còn"));
    }
    Ok(faults)
}

/// Compares the schema with that of a new database brought up to the same version: a table,
/// an index or a trigger that somebody dropped, added or changed is named.
async fn schema(db: &Db) -> sqlx::Result<Vec<String>> {
    let Db::Sqlite { readers, .. } = db else { return Ok(Vec::new()) };
    let version = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
    let version: i64 = sqlx::query_scalar(version).fetch_one(readers).await?;
    let fresh = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
    let fresh = fresh.connect("sqlite::memory:").await?;
    if let Err(error) = SQLITE.run_to(version, &fresh).await {
        return Ok(vec![format!("không dựng được cấu trúc mẫu: {error}")]);
    }
    let sql = "SELECT type, name, COALESCE(sql, '') FROM sqlite_master
               WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'
               ORDER BY type, name";
    let there: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(readers).await?;
    let wanted: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&fresh).await?;
    fresh.close().await;
    let mut faults = Vec::new();
    let named = |(kind, name, _): &(String, String, String)| format!("{kind} {name}");
    for it in &wanted {
        match there.iter().find(|other| (&other.0, &other.1) == (&it.0, &it.1)) {
            None => faults.push(format!("cấu trúc: thiếu {}", named(it))),
            Some(other) if other.2 != it.2 => {
                faults.push(format!("cấu trúc: {} đã bị sửa", named(it)));
            }
            Some(_) => {}
        }
    }
    let extra = there.iter().filter(|it| !wanted.iter().any(|o| (&o.0, &o.1) == (&it.0, &it.1)));
    faults.extend(extra.map(|it| format!("cấu trúc: thừa {}", named(it))));
    Ok(faults)
}
