//! Folders of CSV files, loaded by the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use haichieu::audit::model::Actor;
use haichieu::db::{Db, Tx};
use haichieu::exchange::seed::{Folder, load};
use tempfile::TempDir;

use crate::support::fresh_database;

/// Runs the program in a folder of its own, where `PostgreSQL` leaves its key.
pub fn haichieu(database: &str, arguments: &[&str]) -> Output {
    haichieu_in(&TempDir::new().unwrap(), database, arguments)
}

/// Likewise from one folder each time: there lies the key of a registry on PostgreSQL.
fn haichieu_in(folder: &TempDir, database: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haichieu"));
    command.args(arguments).args(["--database", database]).current_dir(folder.path());
    command.env_remove("DATABASE_URL").output().unwrap()
}

/// The one number that a query answers.
pub async fn number(tx: &mut Tx, sql: &'static str) -> i64 {
    match tx {
        Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
        Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
    }
    .unwrap()
}

pub async fn texts(tx: &mut Tx, sql: &'static str) -> Vec<String> {
    match tx {
        Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
        Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
    }
    .unwrap()
}

/// Runs a statement for what no page does: how many rows it changed.
pub async fn execute(tx: &mut Tx, sql: &'static str) -> u64 {
    match tx {
        Tx::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.unwrap().rows_affected(),
        Tx::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.unwrap().rows_affected(),
    }
}

const ROWS: &str = "SELECT (SELECT COUNT(*) FROM unit) + (SELECT COUNT(*) FROM workplace)
                         + (SELECT COUNT(*) FROM work_item) + (SELECT COUNT(*) FROM member)
                         + (SELECT COUNT(*) FROM residence) + (SELECT COUNT(*) FROM meeting)
                         + (SELECT COUNT(*) FROM attendance)
                         + (SELECT COUNT(*) FROM contribution)
                         + (SELECT COUNT(*) FROM audit_entry)";

fn seeds(folder: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder).display().to_string()
}

/// A copy of `seeds/example` in which `file` says `other` instead of `text`.
fn example_with(file: &str, text: &str, other: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(seeds("example")).unwrap() {
        let entry = entry.unwrap();
        let mut content = fs::read_to_string(entry.path()).unwrap();
        if entry.file_name() == file {
            assert!(content.contains(text), "{file} does not say {text}");
            content = content.replacen(text, other, 1);
        }
        fs::write(folder.path().join(entry.file_name()), content).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_example_is_loaded() {
    let url = fresh_database().await;

    let output = haichieu(&url, &["seed", &seeds("example")]);

    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("5 dòng  members.csv"), "{said}");
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    for (expected, sql) in [
        (2, "SELECT COUNT(*) FROM unit"),
        (3, "SELECT COUNT(*) FROM unit_ancestor"),
        (2, "SELECT COUNT(*) FROM workplace"),
        (2, "SELECT COUNT(*) FROM work_item"),
        (5, "SELECT COUNT(*) FROM member"),
        (1, "SELECT COUNT(*) FROM residence WHERE category = 'exempt' AND exempt_reason = 'd'"),
        (4, "SELECT COUNT(*) FROM introduction_letter WHERE ward_id IS NOT NULL"),
        (4, "SELECT COUNT(*) FROM residence WHERE letter_id IS NOT NULL"),
        (4, "SELECT expected FROM meeting"),
        (2, "SELECT present FROM meeting"),
        (1, "SELECT excused FROM meeting"),
        (1, "SELECT unexcused FROM meeting"),
        (1, "SELECT COUNT(*) FROM attendance WHERE reason = 'Đi công tác'"),
        (500_000, "SELECT CAST(SUM(amount_vnd) AS BIGINT) FROM contribution"),
        (400, "SELECT CAST(SUM(quantity_hundredths) AS BIGINT) FROM contribution"),
        (7, "SELECT COUNT(*) FROM audit_entry WHERE action = 'seed.load'"),
        (7, "SELECT COUNT(*) FROM audit_seal"),
    ] {
        assert_eq!(number(&mut tx, sql).await, expected, "{sql}");
    }
    let summary = "SELECT summary FROM audit_entry ORDER BY id";
    assert_eq!(texts(&mut tx, summary).await[3], "Nạp 5 dòng từ members.csv");
    let changes = texts(&mut tx, "SELECT changes FROM audit_entry ORDER BY id").await;
    assert!(changes[3].contains("SHA-256"), "{}", changes[3]);
}

#[tokio::test]
async fn the_same_folder_is_not_loaded_twice() {
    let url = fresh_database().await;
    assert!(haichieu(&url, &["seed", &seeds("example")]).status.success());

    let output = haichieu(&url, &["seed", &seeds("example")]);

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = "haichieu: units.csv, dòng 2, cột code: chờ mã chưa có trong sổ và trong tệp, \
                    gặp \"phuong-mau\"\n";
    assert_eq!(said, expected);
    let db = Db::open(&url).await.unwrap();
    assert_eq!(number(&mut db.read().await.unwrap(), "SELECT COUNT(*) FROM member").await, 5);
}

#[tokio::test]
async fn people_join_units_that_are_there_already() {
    let url = fresh_database().await;
    let home = TempDir::new().unwrap();
    assert!(haichieu_in(&home, &url, &["seed", &seeds("example")]).status.success());
    let folder = example_with("members.csv", "", "");
    for file in ["units.csv", "workplaces.csv", "works.csv", "meetings.csv", "attendance.csv"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }

    let output = haichieu_in(&home, &url, &["seed", folder.path().to_str().unwrap()]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let sql = "SELECT COUNT(*) FROM member WHERE workplace_id IS NOT NULL";
    assert_eq!(number(&mut tx, sql).await, 10);
    let sql = "SELECT COUNT(*) FROM contribution WHERE work_item_id IS NOT NULL";
    assert_eq!(number(&mut tx, sql).await, 4);
}

#[tokio::test]
async fn a_broken_row_is_named_and_nothing_is_kept() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    for (file, text, other, expected) in [
        ("units.csv", "2025-07-01", "2025-7-1", "dòng 2, cột from_on: chờ ngày dạng 2024-11-15"),
        ("units.csv", "cell,", "khối,", "dòng 3, cột kind: chờ province"),
        ("units.csv", ",phuong-mau,", ",phuong-la,", "dòng 3, cột parent_code: chờ mã một đơn vị"),
        ("units.csv", "phuong-mau,,", "Phường Mẫu,,", "dòng 2, cột code: chờ mã chỉ gồm chữ"),
        ("workplaces.csv", "tram-y-te-mau", "truong-mau", "dòng 3, cột code: chờ mã chưa có"),
        ("workplaces.csv", "Trạm Y tế", "Trường THCS", "dòng 3, cột name: chờ tên chưa có"),
        ("works.csv", "10,bộ đèn", "mười,bộ đèn", "dòng 3, cột goal: chờ số nguyên lớn hơn 0"),
        ("works.csv", "2026-01-05,", "2026-01-05,2025-12-31", "dòng 3, cột completed_on: chờ"),
        ("members.csv", "full_name", "ho_ten", "dòng 1: chờ các cột code, full_name"),
        ("members.csv", "Nguyễn Văn Ví", "Nguyễn Văn 3", "dòng 2, cột full_name: chờ họ và tên"),
        ("members.csv", "1978-03-12", "31/02/1980", "cột born_on: chờ ngày dạng 1980, 1980-02"),
        ("members.csv", "2004-05-19", "1977-05-19", "dòng 2, cột admitted_on: chờ ngày sau"),
        ("members.csv", "2005-05-19", "2003-05-19", "dòng 2, cột official_on: chờ ngày không"),
        ("members.csv", "2005-05-19", "2099-05-19", "dòng 2, cột official_on: chờ ngày không sau"),
        ("members.csv", "00.000001,,", "00.000001,0123,", "dòng 2, cột phone: chờ số điện thoại"),
        ("members.csv", "truong-mau", "so-la", "dòng 2, cột workplace_code: chờ mã một nơi"),
        ("members.csv", ",tdp-1-phuong-mau,", ",tdp-9,", "dòng 2, cột cell_code: chờ mã một đơn"),
        ("members.csv", ",tdp-1-phuong-mau,", ",phuong-mau,", "cột cell_code: chờ mã một chi bộ"),
        ("members.csv", "exempt,d", "exempt,", "dòng 6, cột exempt_reason: chờ a, b, c, d hoặc e"),
        ("members.csv", "exempt,d", "normal,d", "dòng 6, cột exempt_reason: chờ ô trống, vì"),
        ("members.csv", "2025-07-01,,", "2025-07-01,2025-06-30,", "dòng 2, cột ended_on: chờ ngày"),
        ("members.csv", "2025-07-01,,", "2025-06-30,,", "dòng 2, cột started_on: chờ ngày từ 2025"),
        ("members.csv", ",01-GGT/ĐU,", ",,", "dòng 2, cột letter_issued_by: chờ ô trống, vì"),
        ("members.csv", "2025-06-25,2025-07-01", "2025-06-25,2025-06-01", "cột letter_received_on"),
        ("members.csv", "\nm2,", "\nm1,", "dòng 3, cột code: chờ mã chưa có ở dòng nào phía trên"),
        ("meetings.csv", "2025-11-15", "", "dòng 2, cột held_on: chờ ngày dạng 2024-11-15, gặp ô"),
        ("meetings.csv", "periodic", "họp", "dòng 2, cột kind: chờ periodic, extraordinary"),
        ("attendance.csv", "h1,m2", "h2,m2", "dòng 2, cột meeting_code: chờ mã một cuộc họp"),
        ("attendance.csv", "m2", "m9", "dòng 2, cột member_code: chờ mã một người"),
        ("attendance.csv", "m2", "m5", "dòng 2, cột member_code: chờ người thuộc diện dự cuộc họp"),
        ("attendance.csv", "unexcused,", "unexcused,Ốm", "dòng 3, cột reason: chờ ô trống"),
        ("attendance.csv", "h1,*,present,", "h1,*,present", "dòng 4: chờ 4 ô như dòng tiêu đề"),
        ("contributions.csv", "500000", "500.000", "dòng 2, cột amount_vnd: chờ số nguyên"),
        ("contributions.csv", ",4,cái", ",1.234,cái", "dòng 3, cột quantity: chờ số lớn hơn 0"),
        ("contributions.csv", ",4,cái", ",4,", "dòng 3, cột measure: chờ đơn vị tính"),
        ("contributions.csv", "Tổ đảng số 1", "", "dòng 3, cột member_code: chờ mã người góp"),
        ("contributions.csv", "m1,,", "m1,Tổ 1,", "dòng 2, cột group_name: chờ ô trống"),
        ("contributions.csv", "2025-11-15", "2024-11-15", "cột given_on: chờ ngày từ 2025-07-01"),
    ] {
        let folder = example_with(file, text, other);
        let mut tx = db.write().await.unwrap();

        let refused = load(&mut tx, &Folder::At(folder.path()), &Actor::command_line()).await;

        let said = refused.err().map(|it| it.to_string()).unwrap_or_default();
        let named = said.starts_with(file) && said.contains(expected);
        assert!(named, "{text:?} as {other:?} in {file}: {said:?}");
        drop(tx);
    }
    assert_eq!(number(&mut db.read().await.unwrap(), ROWS).await, 0);
}

#[tokio::test]
async fn the_program_refuses_a_broken_folder_whole() {
    let url = fresh_database().await;
    let folder = example_with("contributions.csv", ",4,cái", ",bốn,cái");

    let output = haichieu(&url, &["seed", folder.path().to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    // Beside it may stand that a statement was slow.
    let refusal = "haichieu: contributions.csv, dòng 3, cột quantity: ";
    assert!(said.lines().any(|it| it.starts_with(refusal)), "{said}");
    let db = Db::open(&url).await.unwrap();
    assert_eq!(number(&mut db.read().await.unwrap(), ROWS).await, 0);
}

#[tokio::test]
async fn a_file_that_would_be_passed_over_is_refused() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let folder = example_with("units.csv", "", "");
    fs::write(folder.path().join("population.csv"), "unit_code\n").unwrap();
    let mut tx = db.write().await.unwrap();
    let actor = Actor::command_line();
    assert!(load(&mut tx, &Folder::At(folder.path()), &actor).await.is_ok());
    drop(tx);
    fs::write(folder.path().join("member.csv"), "code\n").unwrap();
    let mut tx = db.write().await.unwrap();

    let refused = load(&mut tx, &Folder::At(folder.path()), &actor).await;

    let said = refused.err().unwrap().to_string();
    assert!(said.contains("tệp lạ member.csv"), "{said}");
}

#[tokio::test]
async fn a_folder_without_any_of_the_files_is_refused() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let folder = TempDir::new().unwrap();
    let mut tx = db.write().await.unwrap();
    let actor = Actor::command_line();

    let empty = load(&mut tx, &Folder::At(folder.path()), &actor).await;
    let missing = load(&mut tx, &Folder::At(&folder.path().join("none")), &actor).await;

    assert!(empty.err().unwrap().to_string().contains("không có tệp nào trong số units.csv"));
    assert!(missing.err().unwrap().to_string().contains("none"));
}

#[tokio::test]
async fn rows_of_many_meetings_may_be_mixed() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let h2 =
        "\nh2,tdp-1-phuong-mau,thematic,2025-12-15,,\nh3,tdp-1-phuong-mau,residents,2025-12-20,,";
    let folder = example_with("meetings.csv", "năm sau\"", &format!("năm sau\"{h2}"));
    let mixed = "meeting_code,member_code,status,reason\n\
                 h2,m1,present,\nh1,m1,unexcused,\nh2,*,excused,Mưa bão\nh1,m2,present,\n";
    fs::write(folder.path().join("attendance.csv"), mixed).unwrap();
    let mut tx = db.write().await.unwrap();

    let loaded = load(&mut tx, &Folder::At(folder.path()), &Actor::command_line()).await;

    assert!(loaded.is_ok());
    for (expected, sql) in [
        (1, "SELECT present FROM meeting WHERE held_on = '2025-11-15'"),
        (1, "SELECT unexcused FROM meeting WHERE held_on = '2025-11-15'"),
        (4, "SELECT expected FROM meeting WHERE held_on = '2025-11-15'"),
        (3, "SELECT excused FROM meeting WHERE held_on = '2025-12-15'"),
        (3, "SELECT COUNT(*) FROM attendance WHERE reason = 'Mưa bão'"),
        (0, "SELECT expected FROM meeting WHERE held_on = '2025-12-20'"),
        (1, "SELECT COUNT(*) FROM meeting WHERE rolled_at IS NULL"),
    ] {
        assert_eq!(number(&mut tx, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn the_city_is_loaded() {
    let url = fresh_database().await;

    let output = haichieu(&url, &["seed", &seeds("ha-tinh")]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM unit").await, 157);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM workplace").await, 65);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM work_item").await, 277);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM member").await, 0);
    let applied = "SELECT COUNT(*) FROM reorganisation WHERE settled_at IS NOT NULL";
    assert_eq!(number(&mut tx, applied).await, 2);
    let entries = "SELECT COUNT(*) FROM audit_entry WHERE action = 'reorganisation.apply'";
    assert_eq!(number(&mut tx, entries).await, 2);
}

/// A ward is renamed, then its one cell goes to another that is opened for it.
const REFORMS: &str = "effective_on,legal_reference,step,unit_code,child_code,target_code,name,\
                       kind,official_code,parent_code\n\
                       2026-01-01,NQ 1,rename,phuong-mau,,,Phường Mẫu Mực,,,\n\
                       2026-02-01,NQ 2,split,phuong-mau,tdp-1-phuong-mau,phuong-moi,\
                       Phường Mới,ward,18073,\n";

#[tokio::test]
async fn reorganisations_come_last_and_are_applied_in_order() {
    let url = fresh_database().await;
    let folder = example_with("units.csv", "", "");
    fs::write(folder.path().join("reorganisations.csv"), REFORMS).unwrap();
    let home = TempDir::new().unwrap();

    let output = haichieu_in(&home, &url, &["seed", folder.path().to_str().unwrap()]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("2 dòng  reorganisations.csv"), "{said}");
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let above = "SELECT above.name || ' ' || CAST(unit_period.from_on AS TEXT) FROM unit_period
                 JOIN unit ON unit.id = unit_period.unit_id
                 JOIN unit_period AS above ON above.unit_id = unit_period.parent_id
                                          AND above.to_on IS NULL
                 WHERE unit.code = 'tdp-1-phuong-mau'";
    assert_eq!(texts(&mut tx, above).await, ["Phường Mới 2026-02-01"]);
    let names = "SELECT name FROM unit_period JOIN unit ON unit.id = unit_period.unit_id
                 WHERE unit.code = 'phuong-mau' ORDER BY from_on";
    assert_eq!(texts(&mut tx, names).await, ["Phường Mẫu", "Phường Mẫu Mực"]);
    drop(tx);
    // Later people come to the units as they stand by then.
    let more = TempDir::new().unwrap();
    fs::copy(folder.path().join("members.csv"), more.path().join("members.csv")).unwrap();
    let again = haichieu_in(&home, &url, &["seed", more.path().to_str().unwrap()]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
}

#[tokio::test]
async fn a_reorganisation_that_cannot_be_is_named_by_its_line() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    for (text, other, expected) in [
        ("2026-01-01", "1/1/2026", "dòng 2, cột effective_on: chờ ngày dạng 2024-11-15"),
        ("NQ 1", "", "dòng 2, cột legal_reference: chờ số và ngày của nghị quyết"),
        (",rename,", ",doi-ten,", "dòng 2, cột step: chờ open, rename"),
        (
            ",phuong-mau,,,Phường Mẫu Mực",
            ",phuong-la,,,Phường",
            "dòng 2: Không có đơn vị nào mang mã phuong-la",
        ),
        (",ward,", ",cell,", "dòng 3: "),
        ("phuong-moi,Phường", "phuong-mau,Phường", "dòng 3: Mã phuong-mau đã có đơn vị dùng"),
        ("2026-02-01", "2025-12-01", "dòng 3: Phường Mẫu đã định thay đổi từ ngày 01/01/2026"),
        // The people of the example met in November.
        (
            "2026-01-01,NQ 1,rename,phuong-mau,,,Phường Mẫu Mực,,,",
            "2025-11-01,NQ 1,dissolve,tdp-1-phuong-mau,,,,,,",
            "dòng 2: chưa đạt: ",
        ),
        ("official_code", "ma_so", "dòng 1: chờ các cột effective_on"),
    ] {
        assert!(REFORMS.contains(text), "{text}");
        let folder = example_with("units.csv", "", "");
        let rows = REFORMS.replacen(text, other, 1);
        fs::write(folder.path().join("reorganisations.csv"), rows).unwrap();
        let mut tx = db.write().await.unwrap();

        let refused = load(&mut tx, &Folder::At(folder.path()), &Actor::command_line()).await;

        let said = refused.err().map(|it| it.to_string()).unwrap_or_default();
        let named = said.starts_with("reorganisations.csv") && said.contains(expected);
        assert!(named, "{text:?} as {other:?}: {said:?}");
        drop(tx);
    }
    assert_eq!(number(&mut db.read().await.unwrap(), ROWS).await, 0);
}
