//! Backups, and a registry brought back from one.

use std::fs;
use std::path::{Path, PathBuf};

use haichieu::audit::chain::{self, Key};
use haichieu::audit::model::{Act, Actor};
use haichieu::backups::daily;
use haichieu::backups::make::{Made, make};
use haichieu::backups::recover::{Source, restore};
use haichieu::clock::{self, Moment};
use haichieu::db::Db;
use haichieu::db::snapshot::beside;
use haichieu::db::tables::{Content, tables};
use haichieu::settings::Backups;
use haichieu::{audit, members, recount};
use reqwest::StatusCode;
use tempfile::TempDir;

use crate::statistics::{home, person};
use crate::support::{Site, another_database};

/// A site with somebody in it, and a folder with the key of its chain.
pub struct Kept {
    pub site: Site,
    pub folder: TempDir,
    pub key: Key,
}

impl Kept {
    pub async fn start() -> Kept {
        let site = Site::start().await;
        let member = person("Trần Thị Hạnh");
        site.seed(async |tx| {
            members::store::add(tx, &member, clock::now()).await.unwrap();
            let home = home(member.id, site.town.cell_a1, "2020-01-01", None);
            members::store::add_residence(tx, &home, clock::now()).await.unwrap();
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let key = Key::load(&folder.path().join("registry.key")).unwrap();
        let kept = Kept { site, folder, key };
        kept.write("Việc đầu").await;
        kept
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One acknowledged write.
    async fn write(&self, summary: &str) {
        self.site
            .seed(async |tx| {
                let act = Act::new("unit.rename", None, summary.to_owned());
                audit::store::append(tx, &Actor::command_line(), act).await.unwrap();
            })
            .await;
    }

    pub async fn back_up(&self, name: &str) -> Made {
        chain::seal_tail(&self.site.db, &self.key).await.unwrap();
        make(&self.site.db, &self.key, &self.file(name), None).await.unwrap()
    }
}

pub fn source(file: PathBuf) -> Source {
    Source { file, key: None, identity: None }
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn databases(folder: &Path) -> Vec<String> {
    let is_one = |it: &String| Path::new(it).extension().is_some_and(|ending| ending == "db");
    names(folder).into_iter().filter(is_one).collect()
}

/// What each table holds.
async fn contents(db: &Db) -> Vec<(String, Content)> {
    let mut tx = db.read().await.unwrap();
    let mut contents = Vec::new();
    for table in tables(&mut tx).await.unwrap() {
        contents.push((table.name.clone(), table.content(&mut tx).await.unwrap()));
    }
    contents
}

async fn summaries(db: &Db) -> Vec<String> {
    let sql = "SELECT summary FROM audit_entry ORDER BY id";
    match db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_all(readers).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
    }
}

/// The drill: backed up, brought back elsewhere on the other database too, the same.
#[tokio::test]
async fn what_was_backed_up_comes_back_the_same() {
    let kept = Kept::start().await;
    kept.site.secretary().await;
    let made = kept.back_up("so.db").await;
    assert_eq!(made.found.entries, 1);
    assert_eq!(names(kept.folder.path()), ["registry.key", "so.db", "so.db.key", "so.db.sha256"]);

    let mut targets = vec![format!("sqlite://{}", kept.file("back/registry.db").display())];
    fs::create_dir(kept.file("back")).unwrap();
    let other = another_database("_restored").await;
    if !other.starts_with("postgres") {
        // On PostgreSQL the key would lie in the working folder, which tests share.
        targets.push(other);
    }
    for url in targets {
        if let Some(file) = url.strip_prefix("sqlite://") {
            fs::remove_file(beside(Path::new(file), ".key")).ok();
        }
        let restored = restore(&source(kept.file("so.db")), &url, false).await.unwrap();
        assert_eq!(restored.found, made.found);
        let back = Db::open_existing(&url).await.unwrap();
        let (there, here) = (contents(&kept.site.db).await, contents(&back).await);
        for ((table, was), (same, is)) in there.iter().zip(&here) {
            assert_eq!(table, same);
            match table.as_str() {
                // Sign-ins are void, and the bringing back is written down.
                "session" => assert_eq!((was.rows, is.rows), (1, 0)),
                "audit_entry" | "audit_seal" => assert_eq!(was.rows + 1, is.rows),
                _ => assert_eq!(was, is, "{table}"),
            }
        }
        let told = summaries(&back).await;
        assert_eq!(told, ["Việc đầu", "Khôi phục sổ từ bản sao lưu so.db"]);
        let report = recount::look(&back, &kept.key, None).await.unwrap();
        assert_eq!(report.faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn made_while_people_write_it_holds_what_was_there_before() {
    let kept = Kept::start().await;
    for number in 0..5 {
        kept.write(&format!("Trước {number}")).await;
    }
    let writing = async {
        for number in 0..20 {
            kept.write(&format!("Trong {number}")).await;
        }
    };
    let ((), made) = tokio::join!(writing, kept.back_up("giua.db"));
    assert!(made.bytes > 0);
    let copy = haichieu::db::snapshot::open(&kept.file("giua.db")).await.unwrap();
    let told = summaries(&copy).await;
    assert!((0..5).all(|it| told.contains(&format!("Trước {it}"))), "{told:?}");
    // Whatever else is in it is there from the first to the last, without a gap.
    let during = told.iter().filter(|it| it.starts_with("Trong")).count();
    assert!((0..during).all(|it| told.contains(&format!("Trong {it}"))), "{told:?}");
}

#[tokio::test]
async fn a_backup_that_was_cut_or_changed_is_refused_in_words() {
    let kept = Kept::start().await;
    kept.back_up("so.db").await;
    let (file, bad) = (kept.file("so.db"), kept.file("bad.db"));
    let whole = fs::read(&file).unwrap();
    for ending in [".key", ".sha256"] {
        fs::copy(beside(&file, ending), beside(&bad, ending)).unwrap();
    }
    let url = format!("sqlite://{}", kept.file("never.db").display());
    let refused =
        async || restore(&source(bad.clone()), &url, false).await.unwrap_err().to_string();
    for hundredth in (0..100).step_by(5) {
        let place = whole.len() * hundredth / 100;
        fs::write(&bad, &whole[..place]).unwrap();
        let why = refused().await;
        assert!(why.contains("bị cắt hoặc hỏng"), "{place}: {why}");
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&bad, &flipped).unwrap();
        let why = refused().await;
        assert!(why.contains("bị cắt hoặc hỏng"), "{place}: {why}");
    }
    fs::remove_file(beside(&bad, ".sha256")).unwrap();
    assert!(refused().await.contains("bad.db.sha256"));
    let left: Vec<String> =
        names(kept.folder.path()).into_iter().filter(|it| it.starts_with("never")).collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Whoever changes a backup and its checksum is found by the chain and its key.
#[tokio::test]
async fn a_backup_changed_with_care_is_refused_all_the_same() {
    let kept = Kept::start().await;
    kept.back_up("so.db").await;
    let file = kept.file("so.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let sql = "DROP TRIGGER audit_entry_refuses_update; UPDATE audit_entry SET summary = 'khác'";
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    pool.close().await;
    let (sum, _) = haichieu::backups::make::checksum(&file).unwrap();
    fs::write(beside(&file, ".sha256"), format!("{sum}  so.db\n")).unwrap();
    let url = format!("sqlite://{}", kept.file("never.db").display());
    let why = restore(&source(file), &url, false).await.unwrap_err().to_string();
    assert!(why.contains("nội dung hoặc thứ tự đã bị sửa"), "{why}");
    assert!(!kept.file("never.db").exists());
}

#[tokio::test]
async fn a_registry_in_use_is_not_written_over() {
    let kept = Kept::start().await;
    kept.site.secretary().await;
    kept.back_up("so.db").await;
    let url = format!("sqlite://{}", kept.file("registry.db").display());
    fs::remove_file(kept.file("registry.key")).unwrap();
    let from = source(kept.file("so.db"));
    restore(&from, &url, false).await.unwrap();
    let why = restore(&from, &url, false).await.unwrap_err().to_string();
    assert!(why.contains("đã có tài khoản; thêm --replace"), "{why}");

    let open = Db::open_existing(&url).await.unwrap();
    let why = restore(&from, &url, true).await.unwrap_err().to_string();
    assert!(why.contains("có chương trình đang mở"), "{why}");
    assert_eq!(summaries(&open).await.len(), 2, "it is as it was");
    open.close().await;

    let aside = restore(&from, &url, true).await.unwrap().aside.unwrap();
    assert!(aside.exists() && beside(&aside, ".key").exists());
    let old = haichieu::db::snapshot::open(&aside).await.unwrap();
    assert_eq!(summaries(&old).await.len(), 2, "what stood there is kept");
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let kept = Kept::start().await;
    let nowhere = kept.file("missing/so.db");
    let error = make(&kept.site.db, &kept.key, &nowhere, None).await.unwrap_err().to_string();
    assert!(error.contains("không ghi được"), "{error}");
    // Sealed with another key, it is no backup of this registry.
    chain::seal_tail(&kept.site.db, &kept.key).await.unwrap();
    let other = Key::load(&kept.file("other.key")).unwrap();
    let error = make(&kept.site.db, &other, &kept.file("so.db"), None).await.unwrap_err();
    assert!(error.to_string().contains("khóa khác"), "{error}");
    assert_eq!(names(kept.folder.path()), ["other.key", "registry.key"]);
    // One that is there is not written over.
    kept.back_up("so.db").await;
    let before = fs::read(kept.file("so.db")).unwrap();
    let error = make(&kept.site.db, &kept.key, &kept.file("so.db"), None).await.unwrap_err();
    assert!(error.to_string().contains("đã có tệp"), "{error}");
    assert_eq!(fs::read(kept.file("so.db")).unwrap(), before);
}

#[tokio::test]
async fn a_day_has_one_backup_however_many_servers_make_it() {
    let kept = Kept::start().await;
    let folder = kept.file("backups");
    let morning = Moment(1_731_690_000_000_000);
    let make_at = async |now| daily::of_day(&kept.site.db, &kept.key, &folder, now).await.unwrap();
    let (one, two) = tokio::join!(make_at(morning), make_at(morning));
    assert!(one != two, "one of the two makes it");
    assert!(!make_at(morning.plus_seconds(3 * 3600)).await);
    assert!(make_at(morning.plus_seconds(25 * 3600)).await);
    let wanted = ["haichieu-2024-11-16-000000.db", "haichieu-2024-11-17-010000.db"];
    let made: Vec<String> = databases(&folder);
    assert_eq!(made, wanted);
}

#[tokio::test]
async fn a_backup_that_failed_is_told_and_tried_again() {
    let kept = Kept::start().await;
    let folder = kept.file("backups");
    fs::write(&folder, "a file where the folder should be").unwrap();
    let now = clock::now();
    let make_at = async |now| daily::of_day(&kept.site.db, &kept.key, &folder, now).await.unwrap();
    assert!(make_at(now).await);
    let backups = Backups { folder: folder.clone(), key_file: kept.file("registry.key") };
    let root = kept.site.with_backups(backups).await;
    let administrator = kept.site.administrator().await.at(&root);
    let page = administrator.get("/administration/backups").await;
    page.assert_shows("Chưa có bản sao lưu nào tốt");
    page.assert_shows("Không được");
    page.assert_shows("backups: ");
    administrator.get("/administration/units").await.assert_shows("không có bản sao lưu tốt");

    fs::remove_file(&folder).unwrap();
    assert!(!make_at(now.plus_seconds(60)).await, "not at once");
    assert!(make_at(now.plus_seconds(3700)).await || now.day() != now.plus_seconds(3700).day());
}

#[tokio::test]
async fn an_administrator_makes_one_and_reads_when_it_was() {
    let kept = Kept::start().await;
    let (folder, key_file) = (kept.file("backups"), kept.file("registry.key"));
    let root = kept.site.with_backups(Backups { folder: folder.clone(), key_file }).await;
    let administrator = kept.site.administrator().await.at(&root);
    let page = administrator.get("/administration/backups").await;
    let id = page.field("id");
    let page = administrator.post("/administration/backups", &[("id", "x")]).await;
    page.assert_is(StatusCode::BAD_REQUEST);
    let page = administrator.post("/administration/backups", &[("id", &id)]).await;
    assert_eq!(page.leads_to(), "/administration/backups");
    // Sent twice, it makes one.
    administrator.post("/administration/backups", &[("id", &id)]).await;
    let page = administrator.get("/administration/backups").await;
    page.assert_shows("Bản sao lưu gần nhất tốt: ");
    assert_eq!(databases(&folder).len(), 1);
    let units = administrator.get("/administration/units").await;
    units.assert_shows(r#"href="/administration/backups""#);
    units.assert_hides("không có bản sao lưu tốt");
    let told = summaries(&kept.site.db).await;
    assert!(told.iter().any(|it| it.starts_with("Sao lưu: haichieu-")), "{told:?}");
}

#[tokio::test]
async fn others_know_of_no_such_page() {
    let site = Site::start().await;
    for visitor in [site.secretary().await, site.ward_officer().await] {
        visitor.get("/administration/backups").await.assert_is(StatusCode::NOT_FOUND);
        // Whatever is sent: what a form lacks is told only to those who may send it.
        let whole = [("id", "01932d3e-0000-7000-8000-000000000000")];
        for form in [&whole[..], &[], &[("id", "x")], &[("other", "1")]] {
            let page = visitor.post("/administration/backups", form).await;
            page.assert_is(StatusCode::NOT_FOUND);
        }
    }
    let stranger = site.stranger().get("/administration/backups").await;
    stranger.assert_is(StatusCode::SEE_OTHER);
}
