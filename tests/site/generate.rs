//! Registries of made-up people: the same each time, and right in themselves.

use chrono::NaiveDate;
use haichieu::audit::chain::Key as TrailKey;
use haichieu::db::Db;
use haichieu::db::tables::{Content, tables};
use haichieu::exchange::generate::accounts::Key;
use haichieu::exchange::generate::{Order, fill};
use haichieu::recount;

use crate::support::{Site, another_database, fresh_database, visitor};

/// The trail says when it was written, by a key of its own.
const OTHERS: [&str; 3] = ["audit_entry", "audit_unsealed", "audit_seal"];

pub fn order(members: i64, seed: u64) -> Order {
    Order { members, seed, on: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() }
}

pub async fn fill_with(db: &Db, order: Order) -> Key {
    let key = Key::of(order.seed).await.unwrap();
    let mut tx = db.write_whole().await.unwrap();
    fill(&mut tx, order, &key).await.unwrap();
    tx.commit().await.unwrap();
    key
}

async fn filled(url: &str, order: Order) -> Db {
    let db = Db::open(url).await.unwrap();
    fill_with(&db, order).await;
    db
}

async fn contents(db: &Db) -> Vec<(String, Content)> {
    let mut tx = db.read_whole().await.unwrap();
    let mut contents = Vec::new();
    for table in tables(&mut tx).await.unwrap() {
        if !OTHERS.contains(&table.name.as_str()) {
            contents.push((table.name.clone(), table.content(&mut tx).await.unwrap()));
        }
    }
    contents
}

#[tokio::test]
async fn the_same_number_seed_and_day_make_the_same_rows() {
    let one = filled(&fresh_database().await, order(300, 7)).await;
    let other = filled(&another_database("_2").await, order(300, 7)).await;
    let made = contents(&one).await;
    assert_eq!(made, contents(&other).await);
    let rows = |name: &str| made.iter().find(|it| it.0 == name).unwrap().1.rows;
    assert!(rows("member") > 300 && rows("attendance") > 3_000 && rows("evaluation_choice") > 600);
}

#[tokio::test]
async fn another_seed_makes_other_people() {
    let one = filled(&fresh_database().await, order(60, 7)).await;
    let other = filled(&another_database("_2").await, order(60, 8)).await;
    let of = |contents: Vec<(String, Content)>| {
        contents.into_iter().find(|it| it.0 == "member").unwrap().1.sha256
    };
    assert_ne!(of(contents(&one).await), of(contents(&other).await));
}

/// What is stored twice, what refers to what, and, on `SQLite`, that every index is there.
#[tokio::test]
async fn a_registry_of_made_up_people_is_right_in_itself() {
    let db = filled(&fresh_database().await, order(500, 1)).await;
    let folder = tempfile::tempdir().unwrap();
    let key = TrailKey::load(&folder.path().join("key")).unwrap();
    let report = recount::look(&db, &key, None).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

#[tokio::test]
async fn the_secretary_of_the_first_cell_finds_207_people() {
    let (root, db) = Site::start_empty().await;
    let key = fill_with(&db, order(500, 1)).await;
    let door = visitor(&root, None);
    let fields = [("login", "bithu.chibo"), ("password", &*key.password), ("next", "")];
    let secretary = door.with_all_cookies_of(&door.post("/sign-in", &fields).await);
    secretary.get("/units/phuong-1-1/members").await.assert_shows("207");
}
