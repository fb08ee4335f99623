//! Both databases end with the same tables, columns, keys and nullability.

use std::collections::BTreeMap;
use std::env;

use haichieu::audit::chain::Key;
use haichieu::db::Db;
use haichieu::db::snapshot::beside;
use sqlx::{PgPool, SqlitePool};

use crate::support::fresh_database;

/// Of each table: its columns with nullability, its primary key, and the columns that
/// refer to other tables.
type Schema = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn both_databases_end_with_the_same_schema() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-of-sqlite.db");
    std::fs::remove_file(&file).ok();
    let sqlite = match Db::open(file.to_str().unwrap()).await.unwrap() {
        Db::Sqlite { writer, .. } => of_sqlite(&writer).await,
        Db::Postgres(_) => unreachable!("a file is SQLite's"),
    };
    assert!(sqlite.len() >= 18, "{:?}", sqlite.keys());
    if env::var("TEST_DATABASE_URL").is_ok() {
        let Db::Postgres(pool) = Db::open(&fresh_database().await).await.unwrap() else {
            panic!("TEST_DATABASE_URL names a PostgreSQL database")
        };
        let postgres = of_postgres(&pool).await;
        for (table, columns) in &sqlite {
            assert_eq!(Some(columns), postgres.get(table), "{table}");
        }
        assert_eq!(sqlite.len(), postgres.len());
    }
}

async fn of_sqlite(pool: &SqlitePool) -> Schema {
    let sql = "SELECT tables.name, columns.name, columns.\"notnull\", columns.pk,
                      (SELECT keys.\"table\" FROM pragma_foreign_key_list(tables.name) AS keys
                       WHERE keys.\"from\" = columns.name)
               FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'
                 AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
               ORDER BY tables.name, columns.cid";
    let rows: Vec<(String, String, bool, i64, Option<String>)> =
        sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT tbl_name, name FROM sqlite_master
         WHERE type = 'index' AND name NOT LIKE 'sqlite%' ORDER BY 1, 2",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    gather(rows, indexes)
}

async fn of_postgres(pool: &PgPool) -> Schema {
    let sql = "SELECT tables.relname, columns.attname, columns.attnotnull,
                      COALESCE((SELECT array_position(keys.conkey, columns.attnum)::BIGINT
                                FROM pg_constraint AS keys
                                WHERE keys.conrelid = tables.oid AND keys.contype = 'p'), 0),
                      (SELECT other.relname FROM pg_constraint AS keys
                       JOIN pg_class AS other ON other.oid = keys.confrelid
                       WHERE keys.conrelid = tables.oid AND keys.contype = 'f'
                         AND keys.conkey[1] = columns.attnum)
               FROM pg_class AS tables
               JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0
               WHERE tables.relnamespace = current_schema()::regnamespace
                 AND tables.relkind = 'r' AND tables.relname NOT LIKE '\\_sqlx%'
               ORDER BY tables.relname, columns.attnum";
    let rows = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let indexes = sqlx::query_as(
        "SELECT tablename::TEXT, indexname::TEXT FROM pg_indexes
         WHERE schemaname = current_schema()
           AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'
         ORDER BY tablename::TEXT COLLATE \"C\", indexname::TEXT COLLATE \"C\"",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    gather(rows, indexes)
}

fn gather(
    rows: Vec<(String, String, bool, i64, Option<String>)>,
    indexes: Vec<(String, String)>,
) -> Schema {
    let mut schema = Schema::new();
    for (table, column, required, key, target) in rows {
        // A primary key requires its columns without saying so on SQLite.
        let required = if required || key > 0 { "required" } else { "optional" };
        let target = target.map(|it| format!(" -> {it}")).unwrap_or_default();
        let line = format!("{column} {required} key {key}{target}");
        schema.entry(table).or_default().push(line);
    }
    for (table, index) in indexes {
        schema.entry(table).or_default().push(format!("index {index}"));
    }
    schema
}

/// Whatever the umask: the registry, its log and its key are for their owner alone.
#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_may_read_a_registry() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.db");
    let db = Db::open(&format!("sqlite://{}", file.display())).await.unwrap();
    Key::load(&beside(&file, ".key")).unwrap();
    for ending in ["", "-wal", "-shm", ".key"] {
        let mode = std::fs::metadata(beside(&file, ending)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "registry.db{ending}");
    }
    db.close().await;
}
