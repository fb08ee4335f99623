//! What is stored beside the rows it follows from, held against them.

use haichieu::audit::chain::Key;
use haichieu::db::Db;
use haichieu::recount;
use haichieu::{clock, members};
use sqlx::{AssertSqlSafe, raw_sql};

use crate::statistics::{home, person};
use crate::support::Site;

const WORDS: &str = "chữ để tìm theo tên ghi sai";

async fn site_with_a_member() -> Site {
    let site = Site::with_criteria().await;
    let member = person("Trần Thị Hạnh");
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        let home = home(member.id, site.town.cell_a1, "2020-01-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    site
}

/// Behind the program's back.
pub async fn spoil(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match db {
        Db::Sqlite { writer, .. } => raw_sql(sql).execute(writer).await.map(drop).unwrap(),
        Db::Postgres(pool) => raw_sql(sql).execute(pool).await.map(drop).unwrap(),
    }
}

pub async fn faults(site: &Site) -> Vec<String> {
    let file = tempfile::tempdir().unwrap();
    let key = Key::load(&file.path().join("key")).unwrap();
    recount::look(&site.db, &key, None).await.unwrap().faults
}

#[tokio::test]
async fn a_registry_as_it_was_written_has_no_fault() {
    let site = site_with_a_member().await;
    assert_eq!(faults(&site).await, Vec::<String>::new());
}

/// Each spoils one thing that is stored twice; what is said of it.
#[tokio::test]
async fn what_is_stored_twice_is_held_against_its_source() {
    let spoilt = [
        ("UPDATE unit_ancestor SET depth = 3 WHERE depth = 2", "cấp trên ghi sai"),
        ("UPDATE unit_ancestor SET depth = 2 WHERE depth = 3", ""),
        ("UPDATE unit_period SET parent_id = NULL WHERE kind = 'ward'", "cấp trên ghi sai"),
        (
            "UPDATE unit_period SET parent_id = (SELECT id FROM unit WHERE code = 'thanh-pho')
             WHERE kind = 'ward'",
            "",
        ),
        ("UPDATE member SET folded = 'khac'", "xếp thứ tự sai"),
        ("UPDATE member SET folded = 'tran thi hanh'", ""),
        ("DELETE FROM name_word WHERE word = 'thi'", WORDS),
        ("INSERT INTO name_word SELECT 'thi', sort_key, id, ' tran thi hanh ' FROM member", ""),
        ("INSERT INTO name_word SELECT 'hoa', sort_key, id, ' tran thi hanh ' FROM member", WORDS),
        ("DELETE FROM name_word WHERE word = 'hoa'", ""),
        ("UPDATE name_word SET folded = 'khac' WHERE word = 'tran'", WORDS),
        ("UPDATE name_word SET folded = ' tran thi hanh '", ""),
        ("DELETE FROM name_word", WORDS),
    ];
    let site = site_with_a_member().await;
    for (sql, expected) in spoilt {
        spoil(&site.db, sql).await;
        let found = faults(&site).await;
        if expected.is_empty() {
            assert_eq!(found, Vec::<String>::new(), "mended by {sql}");
        } else {
            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert!(found[0].contains(expected), "{sql}: {found:?}");
        }
    }
}

#[tokio::test]
async fn the_counts_of_a_roll_are_counted_anew() {
    let site = site_with_a_member().await;
    let secretary = site.secretary().await;
    let page = secretary.get("/units/a1/meetings/new").await;
    let id = page.field("id");
    let form = [("id", id.as_str()), ("kind", "periodic"), ("held_on", "15/11/2024")];
    let page = secretary.post("/units/a1/meetings", &form).await;
    let meeting = page.leads_to().to_owned();
    let id = meeting.trim_start_matches("/meetings/").split('/').next().unwrap().to_owned();
    secretary.post(&format!("/meetings/{id}/roll-call"), &[("m1", "present")]).await;
    spoil(&site.db, "UPDATE meeting SET rolled_at = 1, expected = 9, excused = 2").await;
    let found = faults(&site).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("số đếm khác danh sách điểm danh") && found[0].contains(&id));
}

/// Only a file keeps its schema where anybody who can write it can change it.
#[tokio::test]
async fn a_trigger_taken_away_is_missed() {
    let site = site_with_a_member().await;
    if let Db::Sqlite { .. } = &site.db {
        spoil(&site.db, "DROP TRIGGER audit_entry_refuses_update; CREATE TABLE extra (a TEXT)")
            .await;
        let found = faults(&site).await;
        assert_eq!(
            found,
            ["cấu trúc: thiếu trigger audit_entry_refuses_update", "cấu trúc: thừa table extra",]
        );
    }
}

#[tokio::test]
async fn a_row_that_refers_to_nothing_is_named() {
    let site = site_with_a_member().await;
    if let Db::Sqlite { .. } = &site.db {
        spoil(&site.db, "PRAGMA foreign_keys = OFF; DELETE FROM name_word; DELETE FROM member")
            .await;
        let found = faults(&site).await;
        assert_eq!(found, ["bảng residence: 1 dòng trỏ tới member không còn"]);
    }
}
