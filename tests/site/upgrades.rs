//! A registry of an earlier release, brought up to the present with its data.

use std::path::{Path, PathBuf};

use haichieu::audit::chain::{self, Key};
use haichieu::backups::make::checksum;
use haichieu::backups::recover::{Source, restore};
use haichieu::db::snapshot::{self, beside};
use haichieu::db::{Db, OpenError};
use haichieu::recount;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, raw_sql};

use crate::support::fresh_database;

/// Opens it; what is made before an upgrade of PostgreSQL goes with the folder.
async fn open(url: &str) -> Result<Db, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    Db::open_backing_up(url, folder.path()).await
}

async fn open_backing_up_into(url: &str, folder: &Path) {
    Db::open_backing_up(url, folder).await.unwrap().close().await;
}

/// Of each released schema: how far it goes, and what is in it.
const RELEASED: [(&str, [(&str, i64); 5]); 1] = [(
    "schema-0021",
    [("member", 5), ("residence", 5), ("attendance", 5), ("contribution", 2), ("criterion", 9)],
)];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Fills an empty database with what an earlier release left; its URL.
async fn released(name: &str) -> String {
    let url = fresh_database().await;
    let is_postgres = url.starts_with("postgres");
    let ending = if is_postgres { "postgres.sql" } else { "sqlite.sql" };
    let sql = std::fs::read_to_string(fixture(&format!("{name}.{ending}"))).unwrap();
    let sql = AssertSqlSafe(sql);
    if is_postgres {
        let pool = PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let file = url.trim_start_matches("sqlite://");
        for stale in ["-0.db", ".db"] {
            for older in before(Path::new(file)) {
                std::fs::remove_file(older).ok();
            }
            std::fs::remove_file(beside(Path::new(file), stale)).ok();
        }
        let options =
            SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }
    url
}

/// The backups made before an upgrade of the file.
fn before(file: &Path) -> Vec<PathBuf> {
    let (folder, name) = (file.parent().unwrap(), file.file_name().unwrap().to_str().unwrap());
    let found = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let is_one = |it: &PathBuf| {
        let other = it.file_name().unwrap().to_string_lossy();
        other.starts_with(&format!("{name}.before-")) && other.ends_with(".db")
    };
    found.filter(is_one).collect()
}

async fn count(db: &Db, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    match db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_one(readers).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
    }
}

#[tokio::test]
async fn every_released_schema_comes_up_with_its_data() {
    for (name, counts) in RELEASED {
        let url = released(name).await;
        let db = open(&url).await.unwrap();
        for (table, rows) in counts {
            assert_eq!(count(&db, table).await, rows, "{table} of {name}");
        }
        // Its schema is that of a new database, and its chain holds.
        let key = Key::read(&fixture(&format!("{name}.key"))).unwrap();
        let report = recount::look(&db, &key, None).await.unwrap();
        assert_eq!(report.faults, Vec::<String>::new(), "{name}");
        assert!(report.chain.sealed >= 9, "{:?}", report.chain);
        db.close().await;
    }
}

/// Beside the file; of PostgreSQL in the folder that is named, as an SQLite file too.
#[tokio::test]
async fn the_registry_is_backed_up_before_it_is_touched() {
    let url = released("schema-0021").await;
    let folder = tempfile::tempdir().unwrap();
    let stem = match url.strip_prefix("sqlite://") {
        Some(file) => PathBuf::from(file),
        None => folder.path().join("haichieu"),
    };
    let open = async || open_backing_up_into(&url, folder.path()).await;
    // One that was killed left half of one, which has no name yet.
    let (folder_of, name) = (stem.parent().unwrap(), stem.file_name().unwrap().to_str().unwrap());
    let newest = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"));
    let newest = newest.unwrap().map(|it| it.unwrap().file_name()).max().unwrap();
    let half = format!("{name}.before-{}.db.part", &newest.to_str().unwrap()[..4]);
    std::fs::write(folder_of.join(&half), "cut off").unwrap();
    open().await;
    let backups = before(&stem);
    assert_eq!(backups.len(), 1, "{backups:?}");
    assert!(!folder_of.join(&half).exists(), "{half} is left");
    let old = snapshot::open(&backups[0]).await.unwrap();
    assert_eq!(count(&old, "_sqlx_migrations").await, 21);
    assert_eq!(count(&old, "member").await, 5);
    let key = Key::read(&fixture("schema-0021.key")).unwrap();
    assert_eq!(chain::verify(&old, &key).await.unwrap().broken, None);
    old.close().await;
    // A registry that is up to date is not backed up again.
    open().await;
    assert_eq!(before(&stem), backups);
}

#[tokio::test]
async fn a_registry_of_a_later_release_is_refused() {
    let url = fresh_database().await;
    let db = Db::open(&url).await.unwrap();
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (9999, 'from the future', TRUE, $1, 0)";
    match &db {
        Db::Sqlite { writer, .. } => {
            sqlx::query(sql).bind(vec![0_u8]).execute(writer).await.unwrap();
        }
        Db::Postgres(pool) => {
            sqlx::query(sql).bind(vec![0_u8]).execute(pool).await.unwrap();
        }
    }
    db.close().await;
    match Db::open(&url).await {
        Err(error @ OpenError::Newer) => {
            assert!(error.to_string().contains("bản mới hơn"), "{error}");
        }
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

/// One whose first opening was cut off among the migrations holds nothing to be kept.
#[tokio::test]
async fn a_registry_that_holds_nothing_is_not_backed_up() {
    let url = released("schema-0021").await;
    let folder = tempfile::tempdir().unwrap();
    if let Some(file) = url.strip_prefix("sqlite://") {
        let empty = "DROP TRIGGER audit_entry_refuses_delete;
                     DROP TRIGGER audit_seal_refuses_delete; DELETE FROM audit_unsealed;
                     DELETE FROM audit_seal; DELETE FROM audit_entry";
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        raw_sql(empty).execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let empty = "SET session_replication_role = replica; DELETE FROM audit_unsealed;
                     DELETE FROM audit_seal; DELETE FROM audit_entry";
        let pool = PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        raw_sql(empty).execute(&pool).await.unwrap();
        pool.close().await;
    }
    open_backing_up_into(&url, folder.path()).await;
    let stem = match url.strip_prefix("sqlite://") {
        Some(file) => PathBuf::from(file),
        None => folder.path().join("haichieu"),
    };
    assert_eq!(before(&stem), Vec::<PathBuf>::new());
}

/// A backup of an earlier release comes up to the present while it is brought back; it is a
/// backup itself, and needs none.
#[tokio::test]
async fn a_backup_of_an_earlier_release_is_brought_back() {
    let url = released("schema-0021").await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    if let Some(database) = url.strip_prefix("sqlite://") {
        std::fs::copy(database, file("old.db")).unwrap();
    } else {
        open_backing_up_into(&url, folder.path()).await;
        std::fs::rename(&before(&file("haichieu"))[0], file("old.db")).unwrap();
    }
    std::fs::copy(fixture("schema-0021.key"), file("old.db.key")).unwrap();
    let (sum, _) = checksum(&file("old.db")).unwrap();
    std::fs::write(file("old.db.sha256"), format!("{sum}  old.db\n")).unwrap();

    let source = Source { file: file("old.db"), key: None, identity: None };
    let target = format!("sqlite://{}", file("home.db").display());
    restore(&source, &target, false).await.unwrap();
    let db = Db::open_existing(&target).await.unwrap();
    assert_eq!(count(&db, "member").await, 5);
    let key = Key::read(&file("home.db.key")).unwrap();
    let report = recount::look(&db, &key, None).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    db.close().await;
    let is_left = |it: &String| it.contains(".restoring") || it.contains(".before-");
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(is_left)
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Of four that start at once, one upgrades and the others find it done.
#[tokio::test]
async fn several_programs_may_start_at_once() {
    let url = released("schema-0021").await;
    let opened = futures_util::future::join_all((0..4).map(|_| open(&url))).await;
    for db in opened {
        let db = db.unwrap();
        assert_eq!(count(&db, "member").await, 5);
        db.close().await;
    }
}
