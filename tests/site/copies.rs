//! A registry moved to another database, row by row.

use haichieu::audit::chain::{self, Key};
use haichieu::clock;
use haichieu::db::Db;
use haichieu::db::copy::{Copied, CopyError, LEFT_BEHIND, copy};
use haichieu::exchange::demo::{build, reform};
use haichieu::recount;

use crate::support::{Site, another_database, fresh_database};

/// An SQLite file of this test that is not there yet.
fn file(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for ending in ["", "-wal", "-shm"] {
        std::fs::remove_file(haichieu::db::snapshot::beside(&file, ending)).ok();
    }
    format!("sqlite://{}", file.display())
}

async fn copied(from: &Db, to: &Db) -> Result<Vec<Copied>, CopyError> {
    let (mut source, mut target) =
        (from.read_whole().await.unwrap(), to.write_whole().await.unwrap());
    let copied = copy(&mut source, &mut target).await?;
    target.commit().await.unwrap();
    Ok(copied)
}

/// A row that refers to one of its own table, and stands before it.
async fn reverse_one(db: &Db) {
    let sql =
        "INSERT INTO contribution (id, unit_id, work_item_id, member_id, group_name, given_on,
                                         kind, amount_vnd, quantity_hundredths, measure, note,
                                         reverses_id, reason, created_at)
               SELECT $1, unit_id, work_item_id, member_id, group_name, given_on, kind, -amount_vnd,
                      quantity_hundredths, measure, note, id, 'ghi nhầm', created_at
               FROM contribution WHERE kind = 'money' AND reverses_id IS NULL LIMIT 1";
    let id = uuid::Uuid::nil();
    let rows = match db {
        Db::Sqlite { writer, .. } => {
            sqlx::query(sql).bind(id).execute(writer).await.unwrap().rows_affected()
        }
        Db::Postgres(pool) => {
            sqlx::query(sql).bind(id).execute(pool).await.unwrap().rows_affected()
        }
    };
    assert_eq!(rows, 1);
}

/// With `TEST_DATABASE_URL` from PostgreSQL to SQLite and back.
#[tokio::test]
async fn a_registry_goes_there_and_back_row_by_row() {
    let from = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = from.write().await.unwrap();
    build(&mut tx, 1).await.unwrap();
    reform(&mut tx, clock::now()).await.unwrap();
    tx.commit().await.unwrap();
    reverse_one(&from).await;
    let key_file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("copies.key");
    std::fs::remove_file(&key_file).ok();
    let key = Key::load(&key_file).unwrap();
    chain::seal_tail(&from, &key).await.unwrap();

    let there = Db::open(&file("copies-there.db")).await.unwrap();
    let first = copied(&from, &there).await.unwrap();
    let filled: Vec<&str> =
        first.iter().filter(|it| it.content.rows > 0).map(|it| it.table.as_str()).collect();
    for table in ["attendance", "audit_seal", "evaluation_step", "member", "unit_succession"] {
        assert!(filled.contains(&table), "{table} is not among {filled:?}");
    }
    let back = Db::open(&another_database("_back").await).await.unwrap();
    let second = copied(&there, &back).await.unwrap();
    assert_eq!(first, second, "every table has the same rows at every place");

    let report = recount::look(&back, &key, None).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert!(report.chain.sealed > 100, "{:?}", report.chain);
}

#[tokio::test]
async fn what_opens_a_door_stays_behind() {
    let site = Site::start().await;
    site.secretary().await;
    let to = Db::open(&file("copies-doors.db")).await.unwrap();
    let tables = copied(&site.db, &to).await.unwrap();
    assert!(tables.iter().any(|it| it.table == "account" && it.content.rows == 1));
    assert!(!tables.iter().any(|it| LEFT_BEHIND.contains(&it.table.as_str())));
    let Db::Sqlite { readers, .. } = &to else { panic!("a file is SQLite's") };
    let sessions: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM session").fetch_one(readers).await.unwrap();
    assert_eq!(sessions, 0);
}

/// Whatever holds a token of somebody's sign-in, now or in a later migration.
#[tokio::test]
async fn no_table_of_sign_ins_is_forgotten() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let tables = haichieu::db::tables::tables(&mut tx).await.unwrap();
    let names: Vec<&str> = tables.iter().map(|it| it.name.as_str()).collect();
    for table in LEFT_BEHIND {
        assert!(names.contains(table), "there is no table {table}");
    }
    let bears = |it: &&haichieu::db::tables::Table| {
        // What a program, a calendar or the link of an address opens is not a sign-in.
        let others = ["api_token", "calendar_feed", "mail_reminder"];
        it.columns.iter().any(|it| it.name == "token_hash") && !others.contains(&&*it.name)
    };
    for table in tables.iter().filter(bears) {
        assert!(LEFT_BEHIND.contains(&table.name.as_str()), "{} would go over", table.name);
    }
}

#[tokio::test]
async fn nothing_is_copied_over_a_registry() {
    let site = Site::start().await;
    let to = Db::open(&file("copies-over.db")).await.unwrap();
    copied(&site.db, &to).await.unwrap();
    match copied(&site.db, &to).await {
        Err(error @ CopyError::NotEmpty(_)) => {
            assert!(error.to_string().contains("đã có dữ liệu"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

/// How the file takes what is written.
async fn journal(db: &Db) -> String {
    let Db::Sqlite { writer, .. } = db else { panic!("a file of its own") };
    sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await.unwrap()
}

#[tokio::test]
async fn a_file_is_filled_without_its_log_while_nobody_else_reads_it() {
    let url = file("filled.db");
    let alone = Db::open_to_fill(&url).await.unwrap();
    assert_eq!(journal(&alone).await, "delete");
    alone.close().await;
    let server = Db::open(&url).await.unwrap();
    assert_eq!(journal(&server).await, "wal");
    let beside = Db::open_to_fill(&url).await.unwrap();
    assert_eq!(journal(&beside).await, "wal");
    beside.write_whole().await.unwrap().commit().await.unwrap();
}
