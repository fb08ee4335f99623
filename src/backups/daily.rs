//! A backup every day while the program serves, and one whenever somebody asks.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::audit::chain::Key;
use crate::audit::model::Actor;
use crate::backups::make::{BESIDE, Made, make};
use crate::backups::model::{CUT_OFF, file_name, is_part, outdated};
use crate::backups::store;
use crate::clock::{self, Moment};
use crate::db::snapshot::beside;
use crate::db::{Db, again};
use crate::ids::BackupId;
use crate::settings::Backups;

const EVERY: Duration = Duration::from_mins(10);
/// After this a backup that still runs has been cut off.
const CUT: Duration = Duration::from_secs(CUT_OFF.unsigned_abs());

/// Makes the backup of each day, soon after the day has begun or the program has, until it
/// is told to stop.
pub async fn keep_backing_up(db: Db, key: Key, backups: Option<Backups>) {
    let Some(backups) = backups else { return };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = of_day(&db, &key, &backups.folder, clock::now()).await {
            tracing::warn!(%error, "whether a backup is due could not be told; trying again");
        }
    }
}

/// Makes the backup of the day, unless it is there; whether this call made one, or tried to.
pub async fn of_day(db: &Db, key: &Key, folder: &Path, now: Moment) -> sqlx::Result<bool> {
    let id = BackupId::new();
    let name = file_name(now);
    let mut tx = db.write().await?;
    let claimed = store::claim(&mut tx, id, &name, now).await?;
    tx.commit().await?;
    if claimed {
        run(db, key, folder, (id, &name), &Actor::calendar()).await?;
    }
    Ok(claimed)
}

/// Makes the backup whose row is there already, and writes down how it went. A disk that
/// fails is told there: the service goes on.
pub async fn run(
    db: &Db,
    key: &Key,
    folder: &Path,
    (id, name): (BackupId, &str),
    actor: &Actor,
) -> sqlx::Result<()> {
    let made = attempt(db, key, folder, name).await;
    if let Err(error) = &made {
        tracing::error!(%error, "no backup was made");
    }
    let outcome = made.as_ref().map_err(String::as_str);
    again(|| async {
        let mut tx = db.write().await?;
        store::end(&mut tx, id, outcome, actor, clock::now()).await?;
        tx.commit().await
    })
    .await
}

async fn attempt(db: &Db, key: &Key, folder: &Path, name: &str) -> Result<Made, String> {
    open_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let made = make(db, key, &folder.join(name), None).await.map_err(|it| it.to_string())?;
    // Only behind one that is good do others go.
    if let Err(error) = rotate(folder) {
        tracing::warn!(%error, "old backups were not taken away");
    }
    Ok(made)
}

/// Makes the folder where there is none; nobody else may look into it.
pub fn open_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes away the backups that have had their time.
pub fn rotate(folder: &Path) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // A program that was killed has left it; one under way is younger.
        if is_part(&name) && entry.metadata()?.modified()?.elapsed().is_ok_and(|it| it > CUT) {
            fs::remove_file(entry.path())?;
        }
        names.push(name);
    }
    for name in outdated(&names) {
        let file = folder.join(name);
        fs::remove_file(&file)?;
        for ending in BESIDE {
            fs::remove_file(beside(&file, ending)).ok();
        }
    }
    Ok(())
}
