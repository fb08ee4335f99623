//! The commands that answer a shell, called as a shell calls them.
//!
//! On a temporary SQLite file, or in the PostgreSQL database of `TEST_DATABASE_URL`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use haichieu::clock;
use haichieu::db::Db;
use haichieu::ids::{MemberId, ResidenceId, UnitId};
use haichieu::members::model::{NewMember, NewResidence, ResidenceKind};
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::vietnamese::name::FullName;
use haichieu::{members, organisation};
use serde_json::{Value, json};

#[expect(dead_code, reason = "the site's tests need the rest")]
#[path = "site/support.rs"]
mod support;

use support::{day, fresh_database};

/// A ward with one cell, in which one member lives; the URL of its database.
async fn registry() -> String {
    let url = fresh_database().await;
    let db = Db::open(&url).await.unwrap();
    let (ward, cell, member_id) = (UnitId::new(), UnitId::new(), MemberId::new());
    let unit = |id, code: &str, name: &str, kind, parent_id| NewUnit {
        id,
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        official_code: None,
        parent_id,
        from_on: day("2015-01-01"),
        to_on: None,
    };
    let units = [
        unit(ward, "phuong-a", "Phường An Bình", UnitKind::Ward, None),
        unit(cell, "a1", "Chi bộ tổ dân phố 1", UnitKind::Cell, Some(ward)),
    ];
    let member = NewMember {
        id: member_id,
        name: FullName::read("Lê Thị Sen").unwrap(),
        sex: None,
        born: None,
        admitted_on: None,
        official_on: None,
        card_number: None,
        phone: None,
        position: String::new(),
        workplace_id: None,
        workplace_cell: String::new(),
    };
    let home = NewResidence {
        id: ResidenceId::new(),
        member_id,
        cell_id: cell,
        letter_id: None,
        address: "Ngõ 5".to_owned(),
        household_cluster: String::new(),
        kind: ResidenceKind::Temporary,
        exempt: None,
        started_on: day("2024-06-01"),
        ended: None,
    };
    let mut tx = db.write().await.unwrap();
    let now = clock::now();
    organisation::store::add(&mut tx, &units, now).await.unwrap();
    members::store::add(&mut tx, &member, now).await.unwrap();
    members::store::add_residence(&mut tx, &home, now).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    url
}

/// Runs the program in a folder of its own, where it may keep its key.
fn haichieu(database: &str, arguments: &[&str]) -> Output {
    run_in(tempfile::tempdir().unwrap().path(), database, arguments, "")
}

/// Runs the program in `folder`, with `input` on its stdin.
fn run_in(folder: &Path, database: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_haichieu"))
        .current_dir(folder)
        .arg("--database")
        .arg(database)
        .args(arguments)
        .env("HAICHIEU_LOG", "warn")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn statistics_answer_in_json() {
    let url = registry().await;
    let asked = ["statistics", "--unit", "phuong-a", "--on", "2024-11-15", "--format", "json"];
    let answer: Value = serde_json::from_str(&said(&haichieu(&url, &asked))).unwrap();
    let meetings = json!({ "held": 0, "periodic": 0, "cells": 0,
        "expected": 0, "present": 0, "excused": 0, "unexcused": 0 });
    let figures = |code: &str, name: &str, kind: &str| {
        json!({
            "unit": { "code": code, "name": name, "kind": kind },
            "on": "2024-11-15",
            "year": 2024,
            "members": { "normal": 1, "exempt": 0, "without_letter": 1 },
            "meetings": meetings,
            "contributions": { "count": 0, "amount_vnd": 0 },
            "opinions": { "recorded": 0, "forwarded": 0, "answered": 0 },
        })
    };
    let mut expected = figures("phuong-a", "Phường An Bình", "ward");
    expected["children"] = json!([figures("a1", "Chi bộ tổ dân phố 1", "cell")]);
    assert_eq!(answer, expected);

    let before = ["statistics", "--on", "2024-05-31", "--year", "2023", "--format", "json"];
    let answer: Value = serde_json::from_str(&said(&haichieu(&url, &before))).unwrap();
    assert_eq!(answer[0]["members"]["normal"], 0);
    assert_eq!(answer[0]["year"], 2023);
}

#[tokio::test]
async fn statistics_answer_in_an_aligned_table() {
    let url = registry().await;
    let table = said(&haichieu(&url, &["statistics", "--on", "2024-11-15"]));
    let expected = "\
Đảng bộ phường An Bình
Đảng viên tính đến 15/11/2024; họp và đóng góp năm 2024 đến 15/11/2024.

                     Đảng viên  Miễn  Cuộc họp     Có mặt  Lượt góp  Tiền góp
Chi bộ tổ dân phố 1          1     0         0  chưa tính         0       0\u{a0}đ
Phường An Bình               1     0         0  chưa tính         0       0\u{a0}đ
";
    assert_eq!(table, expected);
}

#[tokio::test]
async fn what_cannot_be_answered_is_said_with_its_exit_code() {
    let url = registry().await;
    let unknown = haichieu(&url, &["statistics", "--unit", "nowhere"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("không có đơn vị nowhere"));
    assert!(unknown.stdout.is_empty());
    let unknown = haichieu(&url, &["export", "evaluations", "--unit", "nowhere", "--year", "2024"]);
    assert_eq!(unknown.status.code(), Some(1));
    for wrong in [
        ["statistics", "--on", "15/11/2024"],
        ["statistics", "--year", "24"],
        ["statistics", "--format", "xml"],
    ] {
        assert_eq!(haichieu(&url, &wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_mistyped_database_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let typo = folder.path().join("haichiue.db");
    let typo = typo.to_str().unwrap();
    let commands: [&[&str]; 6] = [
        &["statistics"],
        &["check"],
        &["export", "evaluations", "--unit", "a1", "--year", "2024"],
        &["import", "members", "danh-sach.csv", "--cell", "a1"],
        &["account", "list"],
        &["grant", "suu.lv", "administrator"],
    ];
    for command in commands {
        fs::write(folder.path().join("danh-sach.csv"), "Họ và tên\nLê Văn Sửu\n").unwrap();
        let refused = run_in(folder.path(), typo, command, "");
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(why.contains(&format!("không có tệp {typo}")), "{why}");
        assert!(!Path::new(typo).exists());
    }
}

#[tokio::test]
async fn a_list_is_imported_from_the_shell() {
    let url = registry().await;
    let folder = tempfile::tempdir().unwrap();
    let list = "TT;Họ và tên;Năm sinh\n1;Trương Huy Quế;1970\n2;Tống Thị Hoa;31/02/1980\n";
    fs::write(folder.path().join("danh-sach.csv"), list).unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), &url, arguments, "");
    let import = ["import", "members", "danh-sach.csv", "--cell", "a1"];
    let with = |option| run(&[&import[..], &[option]].concat());
    let members = || said(&run(&["statistics", "--unit", "a1", "--format", "csv"]));
    let before = members();

    let looked = with("--dry-run");
    let why = String::from_utf8(looked.stderr.clone()).unwrap();
    assert!(why.contains("dòng 3, Tống Thị Hoa: "), "{why}");
    assert!(said(&looked).contains("Người mới 1, có thay đổi 0, đã có 0, lỗi 1"));
    let refused = run(&import);
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("--valid-only"), "{why}");
    assert_eq!(members(), before, "nothing is written until all is right or asked for");

    assert!(said(&with("--valid-only")).contains("Đã ghi: thêm 1, sửa 0."));
    assert_ne!(members(), before);
    let again = with("--valid-only");
    let why = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(why.contains("tệp này đã nhập vào chi bộ"), "{why}");
    let elsewhere = run(&["import", "members", "danh-sach.csv", "--cell", "phuong-a"]);
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(said(&run(&["check"])).starts_with("Chuỗi nhật ký nguyên vẹn"));
}

#[tokio::test]
async fn the_evaluation_file_goes_to_a_file_or_to_stdout() {
    let url = registry().await;
    // One folder for all: on PostgreSQL the key that sealed the first export lies there.
    let folder = tempfile::tempdir().unwrap();
    let haichieu = |arguments: &[&str]| run_in(folder.path(), &url, arguments, "");
    let asked = ["export", "evaluations", "--unit", "phuong-a", "--year", "2024"];
    let excel = said(&haichieu(&[&asked[..], &["--format", "excel-csv"]].concat()));
    assert!(excel.starts_with("\u{feff}STT;Họ và tên;"), "{excel}");
    assert_eq!(excel.lines().count(), 2);
    for what in ["members", "attendance", "contributions", "statistics"] {
        let file = said(&haichieu(&["export", what, "--unit", "phuong-a"]));
        assert!(file.contains(','), "{what}: {file}");
    }

    let path = folder.path().join("2024.csv");
    let output = ["--format", "csv", "--output", path.to_str().unwrap()];
    assert_eq!(said(&haichieu(&[&asked[..], &output].concat())), "");
    let standard = fs::read_to_string(path).unwrap();
    assert!(standard.starts_with("STT,Họ và tên,"), "{standard}");
    assert!(standard.contains("\r\n1,Lê Thị Sen,,,,,,Ngõ 5,Tạm trú,"), "{standard}");
}

#[tokio::test]
async fn an_account_is_made_granted_and_closed_from_the_shell() {
    let url = registry().await;
    // The key of the audit chain lies in the working folder of PostgreSQL's registries.
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run_in(folder.path(), &url, arguments, input);
    let password = "con mèo vàng ngủ trưa\n";
    let added = run(&["account", "add", "suu.lv", "--display-name", "Lê Văn Sửu"], password);
    assert!(said(&added).contains("Tạo tài khoản suu.lv"));
    said(&run(&["grant", "suu.lv", "cell-secretary", "a1"], ""));
    let list = said(&run(&["account", "list"], ""));
    assert!(
        list.contains("Lê Văn Sửu\tđang dùng") && list.contains("cell-secretary\ta1"),
        "{list}"
    );
    said(&run(&["revoke", "suu.lv", "cell-secretary", "a1"], ""));
    said(&run(&["account", "disable", "suu.lv"], ""));
    let list = said(&run(&["account", "list"], ""));
    assert!(list.contains("đã khóa") && !list.contains("cell-secretary"), "{list}");

    let again = run(&["revoke", "suu.lv", "cell-secretary", "a1"], "");
    assert_eq!(again.status.code(), Some(1));
    let role = run(&["grant", "suu.lv", "ward-officer", "a1"], "");
    assert_eq!(role.status.code(), Some(1));
    let why = String::from_utf8(role.stderr).unwrap();
    assert!(why.contains("chỉ trao ở một phường, xã"), "{why}");
    let officer = ["grant", "suu.lv", "organisation-officer", "phuong-a"];
    said(&run(&officer, ""));
    said(&run(&[&officer[..], &["--names"]].concat(), ""));
    assert!(said(&run(&["account", "list"], "")).contains("phuong-a\txem họ tên"));
    let role = run(&["grant", "suu.lv", "king", "a1"], "");
    assert_eq!(role.status.code(), Some(2));
    let open = ["serve", "--behind-proxy", "--listen", "0.0.0.0:0"];
    let why = String::from_utf8(run(&open, "").stderr).unwrap();
    assert!(why.contains("--behind-proxy chỉ dùng khi nghe ở 127.0.0.1"), "{why}");
    let checked = said(&run(&["check"], ""));
    assert!(checked.starts_with("Chuỗi nhật ký nguyên vẹn: 6 mục.\n"), "{checked}");
}

/// Some entries in its trail, and a key beside it.
async fn registry_with_entries(folder: &Path) -> String {
    let url = registry().await;
    let add = ["account", "add", "suu.lv", "--display-name", "Lê Văn Sửu"];
    said(&run_in(folder, &url, &add, "mật khẩu thật dài và lạ\n"));
    said(&run_in(folder, &url, &["grant", "suu.lv", "cell-secretary", "a1"], ""));
    url
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The drill of docs/operation.md, as commands; on the other machine only what was carried
/// there.
#[tokio::test]
async fn a_registry_is_backed_up_and_brought_back_elsewhere() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = registry_with_entries(here.path()).await;
    let head = said(&run_in(here.path(), &url, &["check", "--head"], ""));
    let head = head.lines().next().unwrap();
    let told = said(&run_in(here.path(), &url, &["backup", "so.db"], ""));
    assert!(told.starts_with("Đã sao lưu so.db: ") && told.contains(head), "{told}");
    assert!(refused(&run_in(here.path(), &url, &["backup", "so.db"], "")).contains("đã có tệp"));
    for name in ["so.db", "so.db.key", "so.db.sha256"] {
        fs::copy(here.path().join(name), there.path().join(name)).unwrap();
    }
    let target = if url.starts_with("postgres") {
        support::another_database("_there").await
    } else {
        "moi.db".to_owned()
    };
    let run = |arguments: &[&str]| run_in(there.path(), &target, arguments, "");
    let told = said(&run(&["restore", "so.db"]));
    assert!(told.starts_with("Đã khôi phục trong ") && told.contains(head), "{told}");
    let checked = said(&run(&["check", "--expect-head", head]));
    assert!(checked.contains("ghi sẵn khớp với từng dòng"), "{checked}");
    let list = said(&run(&["account", "list"]));
    assert!(list.contains("suu.lv") && list.contains("cell-secretary\ta1"), "{list}");
    refused(&run(&["restore", "so.db"]));
    let other = format!("{} {}", 1, "0000-0000-0000-0000-0000-0000");
    let why = refused(&run(&["check", "--expect-head", &other]));
    assert!(why.contains("nhật ký đã bị viết lại"), "{why}");
}

#[tokio::test]
async fn a_registry_moves_to_another_database() {
    let folder = tempfile::tempdir().unwrap();
    let url = registry_with_entries(folder.path()).await;
    let head = said(&run_in(folder.path(), &url, &["check", "--head"], ""));
    let head = head.lines().next().unwrap();
    let told = said(&run_in(folder.path(), &url, &["copy", "--to", "khac.db"], ""));
    assert!(told.contains("Mỗi bảng ở đích khớp với nguồn từng dòng"), "{told}");
    assert!(told.contains("Chuỗi nhật ký nguyên vẹn"), "{told}");
    let check = ["check", "--expect-head", head];
    said(&run_in(folder.path(), "khac.db", &check, ""));
    let again = refused(&run_in(folder.path(), &url, &["copy", "--to", "khac.db"], ""));
    assert!(again.contains("chỉ chép vào một cơ sở dữ liệu trống"), "{again}");
}

/// By the program age, where the machine has it; where not, what is to be done is said.
#[tokio::test]
async fn an_encrypted_backup_opens_with_the_private_key_alone() {
    let folder = tempfile::tempdir().unwrap();
    let url = registry_with_entries(folder.path()).await;
    let cut = |name: &str| {
        Command::new("age-keygen").args(["-o", name]).current_dir(folder.path()).output()
    };
    let Ok(made) = cut("rieng.txt") else {
        let why = refused(&run_in(folder.path(), &url, &["backup", "so.age", "--age", "age1"], ""));
        assert!(why.contains("cài gói age"), "{why}");
        assert!(!folder.path().join("so.age").exists());
        return;
    };
    let public = String::from_utf8(made.stderr).unwrap();
    let public = public.trim().rsplit(' ').next().unwrap().to_owned();
    said(&run_in(folder.path(), &url, &["backup", "so.age", "--age", &public], ""));
    for name in ["so.age", "so.age.key"] {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org"), "{name}");
    }
    let run = |arguments: &[&str]| run_in(folder.path(), "moi.db", arguments, "");
    assert!(refused(&run(&["restore", "so.age"])).contains("--identity"));
    cut("khac.txt").unwrap();
    refused(&run(&["restore", "so.age", "--identity", "khac.txt"]));
    assert!(!folder.path().join("moi.db").exists());
    said(&run(&["restore", "so.age", "--identity", "rieng.txt"]));
    said(&run(&["check"]));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
    let open = left.iter().filter(|it| it.to_string_lossy().contains(".restoring"));
    assert_eq!(open.count(), 0, "nothing decrypted is left lying: {left:?}");
}

#[test]
fn passwords_do_not_go_over_a_network_in_the_open_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let serve = ["serve", "--listen", "0.0.0.0:0"];
    let why = refused(&run_in(folder.path(), "so.db", &serve, ""));
    assert!(why.contains("--tls-cert") && why.contains("--plain-http"), "{why}");
    assert!(!folder.path().join("so.db").exists());
}
