//! Whose record has been kept long enough, and the proposals to anonymise them.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::access::viewer::Viewer;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{ErasureId, UnitId};
use crate::privacy::model::{Due, Erasure};
use crate::{contributions, evaluation, exchange, meetings, members, opinions};

/// People in one proposal: the rest wait for the next.
pub const MOST: i64 = 500;

/// Those whose last residence was at or below the unit `$1` on its last day, and ended on
/// `$2` or before.
macro_rules! due {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM unit_ancestor AS inside
              JOIN residence AS last ON last.cell_id = inside.unit_id
                                    AND last.ended_on <= $2
                                    AND inside.from_on < last.ended_on
                                    AND (inside.to_on IS NULL OR inside.to_on >= last.ended_on)
              JOIN member ON member.id = last.member_id AND member.anonymised_on IS NULL
              WHERE inside.ancestor_id = $1
                AND NOT EXISTS (SELECT 1 FROM residence AS later
                                WHERE later.member_id = last.member_id
                                  AND (later.ended_on IS NULL OR later.ended_on > last.ended_on
                                       OR (later.ended_on = last.ended_on
                                           AND later.id > last.id)))
                AND NOT EXISTS (SELECT 1 FROM member_merge
                                WHERE member_merge.merged_id = member.id
                                  AND member_merge.undone_at IS NULL)
              ORDER BY last.ended_on, member.sort_key, member.id
              LIMIT $3"
        )
    };
}

/// Whose time is over, those first who left first.
pub async fn due(tx: &mut Tx, scope: &Scope, ended_by: NaiveDate) -> sqlx::Result<Vec<Due>> {
    let sql = due!(
        "member.id, member.full_name, last.ended_on,
         (SELECT unit_period.name FROM unit_period
          WHERE unit_period.unit_id = last.cell_id
            AND unit_period.from_on < last.ended_on
            AND (unit_period.to_on IS NULL OR unit_period.to_on >= last.ended_on)) AS cell_name"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(ended_by)
        .bind(MOST)
        .fetch_all(db))
}

macro_rules! erasures {
    ($rest:literal) => {
        concat!(
            "SELECT id, unit_id, years, people, proposed_by_id, proposed_by, proposed_at,
                    closed_by, closed_at, done
             FROM erasure ",
            $rest
        )
    };
}

/// The proposal that waits, if any.
pub async fn open(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Option<Erasure>> {
    let sql = erasures!("WHERE unit_id = $1 AND closed_at IS NULL");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).fetch_optional(db))
}

pub async fn find(tx: &mut Tx, id: ErasureId) -> sqlx::Result<Option<Erasure>> {
    let sql = erasures!("WHERE id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Those done or dropped, newest first.
pub async fn closed(tx: &mut Tx, unit_id: UnitId, limit: i64) -> sqlx::Result<Vec<Erasure>> {
    let sql = erasures!(
        "WHERE unit_id = $1 AND closed_at IS NOT NULL ORDER BY proposed_at DESC LIMIT $2"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(limit).fetch_all(db))
}

/// The people of a proposal, by name.
pub async fn people(tx: &mut Tx, _: &Scope, id: ErasureId) -> sqlx::Result<Vec<Due>> {
    let sql = "SELECT member.id, member.full_name, last.ended_on,
                      (SELECT unit_period.name FROM unit_period
                       WHERE unit_period.unit_id = last.cell_id
                         AND unit_period.from_on < last.ended_on
                         AND (unit_period.to_on IS NULL
                              OR unit_period.to_on >= last.ended_on)) AS cell_name
               FROM erasure_member
               JOIN member ON member.id = erasure_member.member_id
               JOIN residence AS last
                 ON last.id = (SELECT latest.id FROM residence AS latest
                               WHERE latest.member_id = member.id
                                 AND latest.ended_on IS NOT NULL
                               ORDER BY latest.started_on DESC LIMIT 1)
               WHERE erasure_member.erasure_id = $1
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Proposes to anonymise whose time is over by `ended_by`, with the records merged into
/// theirs; how many records. A unit with a proposal that waits is a unique violation.
pub async fn propose(
    tx: &mut Tx,
    (scope, viewer): (&Scope, &Viewer),
    (id, years): (ErasureId, i64),
    ended_by: NaiveDate,
    at: Moment,
) -> sqlx::Result<i64> {
    let sql = "INSERT INTO erasure (id, unit_id, years, people, proposed_by_id, proposed_by,
                                    proposed_at)
               VALUES ($1, $2, $3, 0, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(id)
            .bind(scope.unit_id())
            .bind(years)
            .bind(viewer.account_id)
            .bind(&viewer.display_name)
            .bind(at)
    )?;
    let sql = concat!(
        "INSERT INTO erasure_member (erasure_id, member_id)
         SELECT $4, found.id FROM (",
        due!("member.id, last.ended_on, member.sort_key"),
        ") AS found"
    );
    change!(tx, sqlx::query(sql).bind(scope.unit_id()).bind(ended_by).bind(MOST).bind(id))?;
    let sql = "INSERT INTO erasure_member (erasure_id, member_id)
               SELECT erasure_member.erasure_id, member_merge.merged_id
               FROM erasure_member
               JOIN member_merge ON member_merge.kept_id = erasure_member.member_id
                                AND member_merge.undone_at IS NULL
               JOIN member ON member.id = member_merge.merged_id
                          AND member.anonymised_on IS NULL
               WHERE erasure_member.erasure_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE erasure
               SET people = (SELECT COUNT(*) FROM erasure_member WHERE erasure_id = $1)
               WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "SELECT people FROM erasure WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}

/// How many people of the proposal live in a cell again.
pub async fn returned(tx: &mut Tx, id: ErasureId) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM erasure_member
               JOIN residence ON residence.member_id = erasure_member.member_id
                             AND residence.ended_on IS NULL
               WHERE erasure_member.erasure_id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}

/// Closes the proposal: carried out or dropped. No row where somebody else was quicker.
pub async fn close(
    tx: &mut Tx,
    id: ErasureId,
    done: bool,
    (by, at): (&str, Moment),
) -> sqlx::Result<()> {
    let sql = "UPDATE erasure SET closed_by = $2, closed_at = $3, done = $4
               WHERE id = $1 AND closed_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(by).bind(at).bind(done))?)
}

/// Frees the records of the proposal of what tells who the people are, in all features: each
/// mends its own tables.
pub async fn forget(tx: &mut Tx, id: ErasureId, today: NaiveDate) -> sqlx::Result<()> {
    members::store::forget(tx, id, today).await?;
    meetings::store::absences::forget(tx, id).await?;
    contributions::store::book::forget(tx, id).await?;
    opinions::store::forget(tx, id).await?;
    evaluation::store::writing::forget(tx, id).await?;
    exchange::import::store::forget(tx, id).await?;
    let sql = "UPDATE data_request
               SET text = '', answer = '', outcome = '',
                   extension_reason = CASE WHEN extended_on IS NULL THEN '' ELSE 'Đã ẩn danh' END
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE member_restriction SET reason = '', lifted_reason = ''
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
