//! The audit trail and its chain.

use std::path::Path;

use haichieu::audit::chain::{self, Head, Key};
use haichieu::audit::model::{Act, Actor};
use haichieu::audit::store;
use haichieu::db::Db;
use haichieu::{clock, members};
use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, raw_sql};

use crate::statistics::{home, person};
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

/// Takes away what holds entries and seals together.
async fn loosen(db: &Db) {
    match db {
        Db::Sqlite { writer, .. } => {
            raw_sql("PRAGMA foreign_keys = OFF").execute(writer).await.unwrap();
        }
        Db::Postgres(pool) => {
            let sql = "ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_entry_id_fkey";
            raw_sql(sql).execute(pool).await.unwrap();
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
    let why = verdict.broken.unwrap();
    assert!(why.starts_with("2 mục không nằm trong chuỗi; đầu tiên là mục "), "{why}");
    assert!(why.contains("(unit.rename, ") && why.contains(" ngày "), "{why}");
}

#[tokio::test]
async fn the_last_entry_taken_out_is_missed() {
    let site = site_with_entries(3).await;
    let key = key("last-removed.key");
    chain::seal_tail(&site.db, &key).await.unwrap();
    loosen(&site.db).await;
    tamper(&site.db, "DELETE FROM audit_entry WHERE summary = 'Việc thứ 3'").await;
    let verdict = chain::verify(&site.db, &key).await.unwrap();
    assert_eq!(verdict.sealed, 2);
    assert!(verdict.broken.unwrap().contains("mục số 3: đã bị lấy ra"));
}

/// A cut tail leaves a chain that holds: only what was written down before tells of it.
#[tokio::test]
async fn a_cut_tail_is_found_with_the_head_on_paper() {
    let site = site_with_entries(3).await;
    let key = key("cut.key");
    chain::seal_tail(&site.db, &key).await.unwrap();
    let paper = chain::verify(&site.db, &key).await.unwrap().head.unwrap().to_string();
    let head: Head = paper.parse().unwrap();
    let holds = async || {
        let mut tx = site.db.read().await.unwrap();
        chain::still_holds(&mut tx, &head).await.unwrap()
    };
    assert_eq!(holds().await, Ok(()));

    tamper(&site.db, "DELETE FROM audit_seal WHERE position = 3").await;
    loosen(&site.db).await;
    tamper(&site.db, "DELETE FROM audit_entry WHERE summary = 'Việc thứ 3'").await;
    assert_eq!(chain::verify(&site.db, &key).await.unwrap().broken, None);
    assert!(holds().await.unwrap_err().contains("trong sổ chỉ còn 2 mục"));

    site.seed(async |tx| {
        let act = Act::new("unit.rename", None, "Việc khác".to_owned());
        store::append(tx, &Actor::command_line(), act).await.unwrap();
    })
    .await;
    chain::seal_tail(&site.db, &key).await.unwrap();
    assert_eq!(chain::verify(&site.db, &key).await.unwrap().broken, None);
    assert!(holds().await.unwrap_err().contains("đã bị viết lại"));
}

#[tokio::test]
async fn another_key_does_not_fit() {
    let site = site_with_entries(1).await;
    chain::seal_tail(&site.db, &key("one.key")).await.unwrap();
    let verdict = chain::verify(&site.db, &key("other.key")).await.unwrap();
    assert!(verdict.broken.unwrap().contains("khóa khác"));
}

/// Two servers of one database must have one key.
#[tokio::test]
async fn another_key_seals_nothing() {
    let site = site_with_entries(3).await;
    let (ours, other) = (key("ours.key"), key("others.key"));
    chain::seal_tail(&site.db, &ours).await.unwrap();
    let act = Act::new("unit.rename", None, "Việc sau".to_owned());
    site.seed(async |tx| store::append(tx, &Actor::command_line(), act).await.unwrap()).await;
    let error = chain::seal_tail(&site.db, &other).await.unwrap_err();
    assert!(error.to_string().contains("chép đúng tệp khóa"), "{error}");
    assert_eq!(chain::seal_tail(&site.db, &ours).await.unwrap(), 1);
    assert!(chain::verify(&site.db, &ours).await.unwrap().broken.is_none());
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

/// Who opened whose page, and who was refused what: noted behind the answer.
#[tokio::test]
async fn looks_and_refusals_are_noted() {
    let site = Site::start().await;
    let member = person("Trần Thị Hạnh");
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        let home = home(member.id, site.town.cell_a1, "2020-01-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    let page = format!("/members/{}", member.id);
    let (officer, outsider) = (site.ward_officer().await, site.outsider().await);
    for _ in 0..3 {
        officer.get(&page).await.assert_is(StatusCode::OK);
    }
    for _ in 0..2 {
        outsider.get(&page).await.assert_is(StatusCode::NOT_FOUND);
    }
    officer.get("/units/a1/settings").await.assert_is(StatusCode::FORBIDDEN);
    outsider.get("/nothing-here").await.assert_is(StatusCode::NOT_FOUND);
    site.watch.settle().await;

    let entries = site.seed(async |tx| store::unsealed(tx, 100).await.unwrap()).await;
    let entries: Vec<_> = entries.into_iter().map(|it| it.entry).collect();
    let mut said: Vec<_> = entries.iter().map(|it| (&*it.action, &*it.summary)).collect();
    said.sort_unstable();
    let refused = |status: u16, path: &str, times: &str| {
        format!("Không cho xem hoặc làm ({status}): GET {path}{times}")
    };
    let expected = [
        ("access.refused", refused(403, "/units/a1/settings", "")),
        ("access.refused", refused(404, &page, " (2 lần)")),
        ("view.member", "Mở trang đảng viên (3 lần)".to_owned()),
    ];
    assert_eq!(said, expected.each_ref().map(|(action, summary)| (*action, &**summary)));
    assert!(entries.iter().all(|it| it.account_id.is_some()));
    // The history of the record is about what was done to it.
    officer.get(&page).await.assert_hides("Mở trang đảng viên");
}
