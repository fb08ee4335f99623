//! The tables of imports.

use crate::clock::Moment;
use crate::db::bulk::insert;
use crate::db::tables::{Table, Value};
use crate::db::{Tx, change, on, one_row};
use crate::exchange::import::model::{Import, ImportRow};
use crate::ids::{ErasureId, ImportId, UnitId};
use crate::members::model::Member;

pub async fn add(tx: &mut Tx, new: &Import) -> sqlx::Result<()> {
    let sql = "INSERT INTO list_import (id, unit_id, account_name, file_name, file_hash, status,
                                        lettering, columns, heads, started_on, created_at,
                                        refused)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(&new.account_name)
            .bind(&new.file_name)
            .bind(&new.file_hash)
            .bind(new.status)
            .bind(new.lettering)
            .bind(&new.columns)
            .bind(&new.heads)
            .bind(new.started_on)
            .bind(new.created_at)
            .bind(new.refused)
    )?;
    Ok(())
}

/// Adds the rows of a list: its line in the file, its cells as JSON.
pub async fn add_rows(tx: &mut Tx, id: ImportId, rows: &[(i64, String)]) -> sqlx::Result<()> {
    let columns = [("import_id", "uuid"), ("line", "int8"), ("cells", "text")];
    let row = |(line, cells): &(i64, String)| {
        vec![id.0.into(), Value::from(*line), Value::from(cells.as_str())]
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(row).collect();
    insert(&Table::of("list_import_row", &columns), tx, &rows).await
}

pub async fn get(tx: &mut Tx, id: ImportId) -> sqlx::Result<Import> {
    let sql = "SELECT * FROM list_import WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

pub async fn find_unit_id(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT unit_id FROM list_import WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

/// The import in force of the same file into the same unit, if there is one.
pub async fn find_same(
    tx: &mut Tx,
    unit_id: UnitId,
    file_hash: &[u8],
) -> sqlx::Result<Option<ImportId>> {
    let sql = "SELECT id FROM list_import
               WHERE unit_id = $1 AND file_hash = $2 AND status = 'applied'
               ORDER BY created_at DESC LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(file_hash).fetch_optional(db))
}

/// The latest imports into the unit that were written down, newest first.
pub async fn list(tx: &mut Tx, unit_id: UnitId, limit: i64) -> sqlx::Result<Vec<Import>> {
    let sql = "SELECT * FROM list_import
               WHERE unit_id = $1 AND status <> 'draft'
               ORDER BY created_at DESC LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(limit).fetch_all(db))
}

pub async fn rows(tx: &mut Tx, id: ImportId) -> sqlx::Result<Vec<ImportRow>> {
    let sql = "SELECT * FROM list_import_row WHERE import_id = $1 ORDER BY line";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// How a draft is to be read.
pub async fn change(tx: &mut Tx, import: &Import) -> sqlx::Result<()> {
    let sql = "UPDATE list_import
               SET lettering = $2, columns = $3, started_on = $4, version = version + 1
               WHERE id = $1 AND status = 'draft'";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(import.id)
            .bind(import.lettering)
            .bind(&import.columns)
            .bind(import.started_on)
    )?)
}

/// Leaves a row of a draft out, or takes it in again.
pub async fn leave_out(tx: &mut Tx, id: ImportId, line: i64, out: bool) -> sqlx::Result<()> {
    let sql = "UPDATE list_import_row SET left_out = $3 WHERE import_id = $1 AND line = $2";
    change!(tx, sqlx::query(sql).bind(id).bind(line).bind(out))?;
    Ok(())
}

/// Writes what became of the rows of a draft, all of which are given: in place of those that
/// are there, which takes a thousandth of the statements of changing each.
pub async fn note(tx: &mut Tx, id: ImportId, rows: &[ImportRow]) -> sqlx::Result<()> {
    let sql = "DELETE FROM list_import_row WHERE import_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    let columns = [
        ("import_id", "uuid"),
        ("line", "int8"),
        ("cells", "text"),
        ("left_out", "int8"),
        ("outcome", "text"),
        ("member_id", "uuid"),
        ("residence_id", "uuid"),
        ("letter_id", "uuid"),
        ("member_version", "int8"),
        ("residence_version", "int8"),
        ("before", "text"),
    ];
    let row = |it: &ImportRow| -> Vec<Value> {
        vec![
            id.0.into(),
            it.line.into(),
            it.cells.as_str().into(),
            it.left_out.into(),
            it.outcome.as_deref().into(),
            it.member_id.map(|it| it.0).into(),
            it.residence_id.map(|it| it.0).into(),
            it.letter_id.map(|it| it.0).into(),
            it.member_version.into(),
            it.residence_version.into(),
            it.before.as_deref().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(row).collect();
    insert(&Table::of("list_import_row", &columns), tx, &rows).await
}

/// A draft is written down; no row where it was already.
pub async fn apply(
    tx: &mut Tx,
    id: ImportId,
    (added, changed): (i64, i64),
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "UPDATE list_import
               SET status = 'applied', applied_at = $2, added = $3, changed = $4,
                   version = version + 1
               WHERE id = $1 AND status = 'draft'";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at).bind(added).bind(changed))?)
}

/// An import is undone but for `kept` rows; no row where it was already.
pub async fn undo(tx: &mut Tx, id: ImportId, kept: i64, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE list_import
               SET status = 'undone', undone_at = $2, kept = $3, version = version + 1
               WHERE id = $1 AND status = 'applied'";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at).bind(kept))?)
}

/// A row that wrote something, the member as the record stands now, and whether anything
/// has come to speak of the member since: a roll, a gift, an opinion, an announced
/// absence, another home or letter, another record of the person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Since {
    #[sqlx(flatten)]
    pub member: Member,
    pub outcome: String,
    pub member_version: i64,
    pub before: Option<String>,
    pub used: i64,
    /// 1 while the residence is open, and as the import left it.
    pub at_home: i64,
}

pub async fn since(tx: &mut Tx, id: ImportId) -> sqlx::Result<Vec<Since>> {
    let sql = "SELECT member.id, member.version, member.full_name, member.family, member.middle,
                      member.given, member.sex, member.born_on, member.born_precision,
                      member.admitted_on, member.official_on, member.card_number, member.phone,
                      member.position, workplace.name AS workplace, member.workplace_cell,
                      written.outcome, written.member_version, written.before,
                      (SELECT COUNT(*) FROM attendance WHERE attendance.member_id = member.id)
                    + (SELECT COUNT(*) FROM contribution
                       WHERE contribution.member_id = member.id)
                    + (SELECT COUNT(*) FROM opinion WHERE opinion.member_id = member.id)
                    + (SELECT COUNT(*) FROM member_merge
                       WHERE member_merge.kept_id = member.id
                          OR member_merge.merged_id = member.id)
                    + (SELECT COUNT(*) FROM planned_absence
                       WHERE planned_absence.member_id = member.id)
                    + (SELECT COUNT(*) FROM residence
                       WHERE residence.member_id = member.id
                         AND residence.id <> written.residence_id)
                    + (SELECT COUNT(*) FROM introduction_letter
                       WHERE introduction_letter.member_id = member.id
                         AND (introduction_letter.version > 1 OR written.letter_id IS NULL
                              OR introduction_letter.id <> written.letter_id)) AS used,
                      (SELECT COUNT(*) FROM residence
                       WHERE residence.id = written.residence_id
                         AND residence.version = written.residence_version
                         AND residence.ended_on IS NULL) AS at_home
               FROM list_import_row AS written
               JOIN member ON member.id = written.member_id
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               WHERE written.import_id = $1 AND written.outcome IS NOT NULL
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Takes out the drafts of the unit that were brought before `before`: looked at, and
/// never written.
pub async fn purge_drafts(tx: &mut Tx, unit_id: UnitId, before: Moment) -> sqlx::Result<()> {
    let sql = "DELETE FROM list_import_row
               WHERE import_id IN (SELECT id FROM list_import
                                   WHERE unit_id = $1 AND status = 'draft' AND created_at < $2)";
    change!(tx, sqlx::query(sql).bind(unit_id).bind(before))?;
    let sql = "DELETE FROM list_import
               WHERE unit_id = $1 AND status = 'draft' AND created_at < $2";
    change!(tx, sqlx::query(sql).bind(unit_id).bind(before))?;
    Ok(())
}

/// Takes what lists brought of the people whom the erasure names.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    // The import keeps its counts; undone later, it leaves these people as they are.
    let sql = "UPDATE list_import_row
               SET cells = '[]', outcome = NULL, member_id = NULL, residence_id = NULL,
                   letter_id = NULL, before = NULL
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
