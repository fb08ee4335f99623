//! The backups that were made, or tried.

use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::backups::make::Made;
use crate::backups::model::{Backup, CUT_OFF};
use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::BackupId;

/// Begins the backup of a day, unless it is done, or somebody is at it: of several servers
/// one makes it. One that failed may be tried again an hour later.
pub async fn claim(tx: &mut Tx, id: BackupId, file: &str, now: Moment) -> sqlx::Result<bool> {
    let actor = Actor::calendar();
    let sql = "INSERT INTO backup (id, claimed_on, file, state, account_name, started_at)
               VALUES ($1, $2, $3, 'running', $4, $5)
               ON CONFLICT (claimed_on) DO NOTHING";
    let (day, name) = (now.day(), &actor.name);
    let first = change!(tx, sqlx::query(sql).bind(id).bind(day).bind(file).bind(name).bind(now))?;
    if first == 1 {
        return Ok(true);
    }
    // The one that failed stays, without its claim.
    let sql = "UPDATE backup SET claimed_on = NULL
               WHERE claimed_on = $1 AND (state = 'failed' AND started_at < $2
                                          OR state = 'running' AND started_at < $3)";
    let (hour_ago, cut_off) = (now.plus_seconds(-3600), now.plus_seconds(-CUT_OFF));
    if change!(tx, sqlx::query(sql).bind(day).bind(hour_ago).bind(cut_off))? == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO backup (id, claimed_on, file, state, account_name, started_at)
               VALUES ($1, $2, $3, 'running', $4, $5)";
    change!(tx, sqlx::query(sql).bind(id).bind(day).bind(file).bind(name).bind(now))?;
    Ok(true)
}

/// Begins one that somebody asked for; nothing where the form comes a second time.
pub async fn add(
    tx: &mut Tx,
    id: BackupId,
    file: &str,
    actor: &Actor,
    now: Moment,
) -> sqlx::Result<bool> {
    let sql = "INSERT INTO backup (id, file, state, account_name, started_at)
               VALUES ($1, $2, 'running', $3, $4)
               ON CONFLICT (id) DO NOTHING";
    let added = change!(tx, sqlx::query(sql).bind(id).bind(file).bind(&actor.name).bind(now))?;
    Ok(added == 1)
}

/// Ends it: what was made, or why nothing was; with its entry.
pub async fn end(
    tx: &mut Tx,
    id: BackupId,
    outcome: Result<&Made, &str>,
    actor: &Actor,
    now: Moment,
) -> sqlx::Result<()> {
    let sql = "UPDATE backup SET state = $2, bytes = $3, entries = $4, head = $5, why = $6,
                                 finished_at = $7
               WHERE id = $1 AND finished_at IS NULL";
    let (state, bytes, entries, head, why) = match outcome {
        Ok(made) => ("done", made.bytes, made.found.entries, made.found.head.as_str(), ""),
        Err(why) => ("failed", 0, 0, "", why),
    };
    let ended = change!(
        tx,
        sqlx::query(sql)
            .bind(id)
            .bind(state)
            .bind(bytes)
            .bind(entries)
            .bind(head)
            .bind(why)
            .bind(now)
    )?;
    if ended == 0 {
        return Ok(());
    }
    let act = match outcome {
        Ok(made) => Act::new("backup.make", id.0, format!("Sao lưu: {}", made.name())),
        Err(_) => Act::new("backup.fail", id.0, "Sao lưu không được".to_owned()),
    };
    audit::store::append(tx, actor, act).await
}

/// The latest, newest first, at most `limit`.
pub async fn list(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Backup>> {
    let sql = "SELECT id, file, state, bytes, entries, head, why, account_name, started_at,
                      finished_at
               FROM backup ORDER BY started_at DESC, id DESC LIMIT $1";
    on!(tx, db => sqlx::query_as(sql).bind(limit).fetch_all(db))
}

/// The latest that is good.
pub async fn last_good(tx: &mut Tx) -> sqlx::Result<Option<Backup>> {
    let sql = "SELECT id, file, state, bytes, entries, head, why, account_name, started_at,
                      finished_at
               FROM backup WHERE state = 'done' ORDER BY started_at DESC, id DESC LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).fetch_optional(db))
}
