//! The tables of exports.

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::exports::model::{Export, Outcome, State};
use crate::ids::{ExportId, UnitId};

macro_rules! exports {
    ($rest:literal) => {
        concat!(
            "SELECT id, unit_id, what, format, file, said, purpose, account_name, expected,
                    written, bytes, sha256, job, state, started_at, finished_at, expires_at
             FROM export ",
            $rest
        )
    };
}

pub async fn find(tx: &mut Tx, id: ExportId) -> sqlx::Result<Option<Export>> {
    let sql = exports!("WHERE id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// The latest files of a unit.
pub async fn latest(tx: &mut Tx, unit_id: UnitId, limit: i64) -> sqlx::Result<Vec<Export>> {
    let sql = exports!("WHERE unit_id = $1 ORDER BY started_at DESC LIMIT $2");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(limit).fetch_all(db))
}

pub async fn add(tx: &mut Tx, new: &Export) -> sqlx::Result<()> {
    let sql = "INSERT INTO export (id, unit_id, what, format, file, said, purpose, account_name,
                                   expected, job, state, started_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.what)
            .bind(&new.format)
            .bind(&new.file)
            .bind(&new.said)
            .bind(&new.purpose)
            .bind(&new.account_name)
            .bind(new.expected)
            .bind(new.job)
            .bind(new.state)
            .bind(new.started_at)
    )?;
    Ok(())
}

/// Keeps a piece of a job's file, and how many rows it has so far.
pub async fn add_piece(
    tx: &mut Tx,
    id: ExportId,
    (number, bytes): (i64, &[u8]),
    written: i64,
) -> sqlx::Result<()> {
    // A piece whose commit was not answered is there already, and the same.
    let sql = "INSERT INTO export_piece (export_id, number, bytes) VALUES ($1, $2, $3)
               ON CONFLICT (export_id, number) DO NOTHING";
    change!(tx, sqlx::query(sql).bind(id).bind(number).bind(bytes))?;
    let sql = "UPDATE export SET written = $2 WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id).bind(written))?;
    Ok(())
}

/// The piece of this number, from 0; None behind the last.
pub async fn piece(tx: &mut Tx, id: ExportId, number: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM export_piece WHERE export_id = $1 AND number = $2";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(number).fetch_optional(db))
}

/// Writes down how a file ended; whether this call did.
pub async fn finish(
    tx: &mut Tx,
    id: ExportId,
    outcome: &Outcome,
    (at, expires_at): (Moment, Option<Moment>),
) -> sqlx::Result<bool> {
    let state = if outcome.sha256.is_some() { State::Done } else { State::Failed };
    let sql = "UPDATE export
               SET state = $2, written = $3, bytes = $4, sha256 = $5, finished_at = $6,
                   expires_at = $7
               WHERE id = $1 AND finished_at IS NULL";
    let ended = change!(
        tx,
        sqlx::query(sql)
            .bind(id)
            .bind(state)
            .bind(outcome.written)
            .bind(outcome.bytes)
            .bind(&outcome.sha256)
            .bind(at)
            .bind(expires_at)
    )?;
    Ok(ended == 1)
}

/// Drops the files that have expired, and what is left of those cut off before `lost`; their
/// records stay.
pub async fn purge(tx: &mut Tx, now: Moment, lost: Moment) -> sqlx::Result<u64> {
    let sql = "DELETE FROM export_piece
               WHERE export_id IN (SELECT id FROM export
                                   WHERE expires_at <= $1
                                      OR (expires_at IS NULL AND started_at <= $2))";
    change!(tx, sqlx::query(sql).bind(now).bind(lost))
}
