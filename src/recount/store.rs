//! The rows that do not agree with each other. Each query goes over its tables once.

use sqlx::FromRow;
use uuid::Uuid;

use crate::db::{Tx, on};
use crate::organisation::tree::{Ancestor, Period};

/// How many names are read at once.
const PAGE: i64 = 2000;

async fn ids(tx: &mut Tx, sql: &'static str) -> sqlx::Result<Vec<Uuid>> {
    on!(tx, db => sqlx::query_scalar(sql).fetch_all(db))
}

/// Meetings whose counts are not those of their roll.
pub async fn meetings(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT meeting.id
               FROM meeting
               LEFT JOIN (SELECT meeting_id,
                                 COUNT(*) FILTER (WHERE status <> 'exempt') AS expected,
                                 COUNT(*) FILTER (WHERE status = 'present') AS present,
                                 COUNT(*) FILTER (WHERE status = 'excused') AS excused,
                                 COUNT(*) FILTER (WHERE status = 'unexcused') AS unexcused
                          FROM attendance GROUP BY meeting_id) AS roll
                      ON roll.meeting_id = meeting.id
               WHERE meeting.present <> COALESCE(roll.present, 0)
                  OR meeting.excused <> COALESCE(roll.excused, 0)
                  OR meeting.unexcused <> COALESCE(roll.unexcused, 0)
                  OR meeting.expected <> CASE WHEN meeting.rolled_at IS NULL THEN 0
                                              ELSE COALESCE(roll.expected, 0) END
               ORDER BY meeting.id";
    ids(tx, sql).await
}

/// Meetings whose roll has lost a version.
pub async fn roll_versions(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT meeting_id FROM roll_version
               GROUP BY meeting_id HAVING MAX(version) <> COUNT(*) OR MIN(version) <> 1
               ORDER BY meeting_id";
    ids(tx, sql).await
}

/// Sheets that are not in the state of their open step, or have none, or more than one.
pub async fn sheets_and_steps(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT sheet.id
               FROM evaluation_sheet AS sheet
               LEFT JOIN evaluation_step AS step ON step.sheet_id = sheet.id
                                                AND step.to_on IS NULL
               GROUP BY sheet.id
               HAVING COUNT(step.number) <> 1
                   OR COUNT(*) FILTER (WHERE step.state <> sheet.state
                                          OR step.unit_id <> sheet.unit_id
                                          OR step.year <> sheet.year
                                          OR step.kind <> sheet.kind) > 0
               ORDER BY sheet.id";
    ids(tx, sql).await
}

/// Sheets with a step that ends before, or without, the next.
///
/// A clock set back may let a step begin before the one before it ended.
pub async fn broken_steps(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT step.sheet_id
               FROM evaluation_step AS step
               LEFT JOIN evaluation_step AS next ON next.sheet_id = step.sheet_id
                                                AND next.number = step.number + 1
               WHERE (step.to_on IS NULL AND next.number IS NOT NULL)
                  OR (step.to_on IS NOT NULL AND next.number IS NULL)
                  OR next.from_on > step.to_on
               ORDER BY step.sheet_id";
    ids(tx, sql).await
}

/// Sheets that count other than their choices.
pub async fn chosen(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT sheet.id
               FROM evaluation_sheet AS sheet
               LEFT JOIN (SELECT sheet_id, COUNT(*) AS chosen
                          FROM evaluation_choice GROUP BY sheet_id) AS marks
                      ON marks.sheet_id = sheet.id
               WHERE sheet.chosen <> COALESCE(marks.chosen, 0)
               ORDER BY sheet.id";
    ids(tx, sql).await
}

/// Sheets that count other than the criteria of their set.
pub async fn asked(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT sheet.id
               FROM evaluation_sheet AS sheet
               LEFT JOIN (SELECT set_id, COUNT(*) AS asked
                          FROM criterion GROUP BY set_id) AS criteria
                      ON criteria.set_id = sheet.set_id
               WHERE sheet.asked <> COALESCE(criteria.asked, 0)
               ORDER BY sheet.id";
    ids(tx, sql).await
}

/// Sheets whose signature is not among those given.
pub async fn signatures(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT sheet.id
               FROM evaluation_sheet AS sheet
               LEFT JOIN evaluation_signature AS signature
                      ON signature.sheet_id = sheet.id AND signature.act_id = sheet.signature_id
               WHERE sheet.state IN ('signed', 'confirmed', 'sent') AND signature.act_id IS NULL
               ORDER BY sheet.id";
    ids(tx, sql).await
}

/// Files that wait to be fetched, and are not as long as they were.
pub async fn exports(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT export.id
               FROM export
               JOIN (SELECT export_id, CAST(SUM(LENGTH(bytes)) AS BIGINT) AS bytes
                     FROM export_piece GROUP BY export_id) AS piece ON piece.export_id = export.id
               WHERE export.state = 'done' AND export.bytes <> piece.bytes
               ORDER BY export.id";
    ids(tx, sql).await
}

/// People who live in two places on one day, by a residence of theirs.
pub async fn overlaps(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT residence.id
               FROM residence
               JOIN residence AS other ON other.member_id = residence.member_id
                                      AND other.id <> residence.id
                                      AND other.started_on >= residence.started_on
                                      AND (residence.ended_on IS NULL
                                           OR other.started_on < residence.ended_on)
               ORDER BY residence.id";
    ids(tx, sql).await
}

/// Units that were two things on one day.
pub async fn periods(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT unit_period.unit_id
               FROM unit_period
               JOIN unit_period AS other ON other.unit_id = unit_period.unit_id
                                        AND other.from_on > unit_period.from_on
                                        AND (unit_period.to_on IS NULL
                                             OR other.from_on < unit_period.to_on)
               ORDER BY unit_period.unit_id";
    ids(tx, sql).await
}

pub async fn all_periods(tx: &mut Tx) -> sqlx::Result<Vec<Period>> {
    let sql = "SELECT unit_id, parent_id, from_on, to_on FROM unit_period";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

pub async fn all_ancestors(tx: &mut Tx) -> sqlx::Result<Vec<Ancestor>> {
    let sql = "SELECT ancestor_id, unit_id, child_id, depth, from_on, to_on FROM unit_ancestor";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// A name, its parts, and what was computed from them.
#[derive(FromRow)]
pub struct Named {
    pub id: Uuid,
    pub full_name: String,
    pub family: String,
    pub middle: String,
    pub given: String,
    pub sort_key: Vec<u8>,
    pub folded: String,
    pub is_anonymised: bool,
}

/// A word by which somebody is found.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub struct Word {
    pub member_id: Uuid,
    pub word: String,
    pub sort_key: Vec<u8>,
    pub folded: String,
}

/// The names of the next members behind `after`.
pub async fn names_after(tx: &mut Tx, after: Uuid) -> sqlx::Result<Vec<Named>> {
    let sql = "SELECT id, full_name, family, middle, given, sort_key, folded,
                      anonymised_on IS NOT NULL AS is_anonymised
               FROM member WHERE id > $1 ORDER BY id LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(after).bind(PAGE).fetch_all(db))
}

/// The words of the members behind `after` up to and with `last`.
pub async fn words_between(tx: &mut Tx, after: Uuid, last: Uuid) -> sqlx::Result<Vec<Word>> {
    let sql = "SELECT member_id, word, sort_key, folded FROM name_word
               WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id, word";
    on!(tx, db => sqlx::query_as(sql).bind(after).bind(last).fetch_all(db))
}

pub async fn workplaces(tx: &mut Tx) -> sqlx::Result<Vec<(Uuid, String, String)>> {
    let sql = "SELECT id, name, folded FROM workplace ORDER BY id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

pub async fn works(tx: &mut Tx) -> sqlx::Result<Vec<(Uuid, String, String)>> {
    let sql = "SELECT id, name, folded FROM work_item ORDER BY id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}
