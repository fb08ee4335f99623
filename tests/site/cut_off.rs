//! Backups and restores that a killed program has left half done.

use std::fs;
use std::time::Duration;

use haichieu::backups::daily;
use haichieu::backups::make::make;
use haichieu::backups::recover::restore;
use haichieu::db::Db;
use haichieu::db::snapshot::beside;
use haichieu::recount;

use crate::backups::{Kept, names, source};

/// Killed between two of its last steps: what it left is in nobody's way.
#[tokio::test]
async fn what_a_killed_backup_left_goes_with_the_next() {
    let kept = Kept::start().await;
    for ending in [".part", ".part-journal", ".part.key", ".key", ".sha256"] {
        fs::write(beside(&kept.file("so.db"), ending), "cut off").unwrap();
    }
    kept.back_up("so.db").await;
    let left = ["registry.key", "so.db", "so.db.key", "so.db.sha256"];
    assert_eq!(names(kept.folder.path()), left);
    // A key that lies there by itself may be all that is left of something.
    fs::write(kept.file("other.db.key"), "somebody's").unwrap();
    let error = make(&kept.site.db, &kept.key, &kept.file("other.db"), None).await.unwrap_err();
    assert!(error.to_string().contains("đã có tệp"), "{error}");

    // Of the daily ones, whose names do not come again, after hours.
    let folder = kept.file("backups");
    fs::create_dir(&folder).unwrap();
    let (old, new) = ("haichieu-2024-11-14-000000.db.part", "haichieu-2024-11-15-000000.db.part");
    for name in [old, new, "luận-văn.part"] {
        fs::write(folder.join(name), "cut off").unwrap();
    }
    let long_ago = fs::metadata(&folder).unwrap().modified().unwrap() - Duration::from_hours(7);
    for name in [old, "luận-văn.part"] {
        let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    daily::rotate(&folder).unwrap();
    assert_eq!(names(&folder), [new, "luận-văn.part"]);
}

/// The registry that stood there keeps its own key; its log is not taken for that of the
/// copy.
#[tokio::test]
async fn a_registry_put_aside_keeps_what_is_its_own() {
    let kept = Kept::start().await;
    kept.site.secretary().await;
    kept.back_up("so.db").await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(kept.file("so.db"), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let target = kept.file("home.db");
    let url = format!("sqlite://{}", target.display());
    for ending in ["", ".key"] {
        fs::write(beside(&target, ending), format!("damaged{ending}")).unwrap();
    }
    fs::write(beside(&target, "-wal"), "of the damaged one").unwrap();
    // What a restore that was killed has left.
    for ending in ["", "-wal", ".key"] {
        fs::write(beside(&target, &format!(".restoring{ending}")), "cut off").unwrap();
    }
    let from = source(kept.file("so.db"));
    let aside = restore(&from, &url, true).await.unwrap().aside.unwrap();
    for ending in ["", ".key"] {
        let found = fs::read_to_string(beside(&aside, ending)).unwrap();
        assert_eq!(found, format!("damaged{ending}"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else may read it");
    }
    assert_eq!(
        fs::read(beside(&target, ".key")).unwrap(),
        fs::read(kept.file("so.db.key")).unwrap()
    );
    let db = Db::open_existing(&url).await.unwrap();
    let report = recount::look(&db, &kept.key, None).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(report.chain.unsealed, 0, "its entry came with it");
    db.close().await;
    let left: Vec<String> =
        names(kept.folder.path()).into_iter().filter(|it| it.contains(".restoring")).collect();
    assert_eq!(left, Vec::<String>::new());
}
