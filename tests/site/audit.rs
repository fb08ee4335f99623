//! The audit trail and its chain.

use std::path::Path;

use haichieu::audit::chain::{self, Key};
use haichieu::audit::model::{Act, Actor};
use haichieu::audit::store;
use haichieu::db::Db;
use sqlx::{AssertSqlSafe, raw_sql};

use crate::support::Site;

fn key(name: &str) -> Key {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::remove_file(&file).ok();
    Key::load(&file).unwrap();
    Key::load(&file).unwrap()
}

async fn site_with_entries(count: usize) -> Site {
    let site = Site::start().await;
    site.seed(async |tx| {
        for number in 1..=count {
            let act = Act::new("unit.rename", None, format!("Việc thứ {number}"));
            store::append(tx, &Actor::command_line(), act).await.unwrap();
        }
    })
    .await;
    site
}

/// Changes the tables behind the program's back, triggers and all.
async fn tamper(db: &Db, sql: &str) {
    match db {
        Db::Sqlite { writer, .. } => {
            for trigger in ["audit_entry", "audit_seal"] {
                for verb in ["update", "delete"] {
                    let drop = format!("DROP TRIGGER IF EXISTS {trigger}_refuses_{verb}");
                    raw_sql(AssertSqlSafe(drop)).execute(writer).await.unwrap();
                }
            }
            raw_sql(AssertSqlSafe(sql.to_owned())).execute(writer).await.unwrap();
        }
        Db::Postgres(pool) => {
            for table in ["audit_entry", "audit_seal"] {
                let off = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
                raw_sql(AssertSqlSafe(off)).execute(pool).await.unwrap();
            }
            raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_chain_holds_and_goes_on() {
    let site = site_with_entries(3).await;
    let key = key("chain-holds.key");
    assert_eq!(chain::verify(&site.db, &key).await.unwrap().unsealed, 3);
    assert_eq!(chain::seal_tail(&site.db, &key).await.unwrap(), 3);
    site.seed(async |tx| {
        let act = Act::new("unit.rename", None, "Việc sau".to_owned());
        store::append(tx, &Actor::command_line(), act).await.unwrap();
    })
    .await;
    assert_eq!(chain::seal_tail(&site.db, &key).await.unwrap(), 1);
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert_eq!((verdict.sealed, verdict.unsealed, verdict.broken), (4, 0, None));
}

#[tokio::test]
async fn an_altered_entry_is_named() {
    let site = site_with_entries(3).await;
    let key = key("altered.key");
    chain::seal_tail(&site.db, &key).await.unwrap();
    let sql = "UPDATE audit_entry SET summary = 'khác' WHERE summary = 'Việc thứ 2'";
    tamper(&site.db, sql).await;
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert_eq!(verdict.sealed, 1, "the chain holds up to the entry before");
    assert!(verdict.broken.unwrap().contains("đã bị sửa"));
}

#[tokio::test]
async fn a_removed_entry_and_one_slipped_in_are_found() {
    let site = site_with_entries(3).await;
    let key = key("removed.key");
    chain::seal_tail(&site.db, &key).await.unwrap();
    tamper(&site.db, "DELETE FROM audit_seal WHERE position = 2").await;
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert!(verdict.broken.unwrap().contains("lấy ra khỏi chuỗi"));
    tamper(&site.db, "DELETE FROM audit_seal WHERE position >= 2").await;
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert!(verdict.broken.unwrap().contains("2 mục không nằm trong chuỗi"));
}

#[tokio::test]
async fn another_key_does_not_fit() {
    let site = site_with_entries(1).await;
    chain::seal_tail(&site.db, &key("one.key")).await.unwrap();
    let verdict = chain::verify(&site.db, &key("other.key")).await.unwrap();
    assert!(verdict.broken.unwrap().contains("khóa khác"));
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_an_entry() {
    let site = site_with_entries(1).await;
    for sql in ["UPDATE audit_entry SET summary = ''", "DELETE FROM audit_entry"] {
        let refused = match &site.db {
            Db::Sqlite { writer, .. } => raw_sql(sql).execute(writer).await.is_err(),
            Db::Postgres(pool) => raw_sql(sql).execute(pool).await.is_err(),
        };
        assert!(refused, "{sql}");
    }
}

#[tokio::test]
async fn two_sealers_at_once_make_one_chain() {
    let site = site_with_entries(40).await;
    let key = key("two-sealers.key");
    let (one, two) =
        tokio::join!(chain::seal_tail(&site.db, &key), chain::seal_tail(&site.db, &key));
    assert!(one.is_ok() || two.is_ok());
    chain::seal_tail(&site.db, &key).await.unwrap();
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert_eq!((verdict.sealed, verdict.unsealed, verdict.broken), (40, 0, None));
}
