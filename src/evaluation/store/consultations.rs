//! The table of meetings with the Front work committee, and which sheets they discussed.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::evaluation::model::Consultation;
use crate::ids::{ConsultationId, UnitId};

/// A consultation that is to be written.
#[derive(Clone, Debug)]
pub struct NewConsultation {
    pub id: ConsultationId,
    pub unit_id: UnitId,
    pub year: i64,
    pub held_on: NaiveDate,
    pub cell_people: String,
    pub front_people: String,
}

macro_rules! consultations {
    ($rest:literal) => {
        concat!(
            "SELECT consultation.id, consultation.unit_id, consultation.year,
                    consultation.held_on, consultation.cell_people, consultation.front_people,
                    consultation.version,
                    (SELECT COUNT(*) FROM evaluation_sheet AS sheet
                     WHERE sheet.consultation_id = consultation.id
                       AND sheet.state NOT IN ('replaced', 'void')) AS sheets,
                    (SELECT COUNT(*) FROM evaluation_sheet AS sheet
                     WHERE sheet.consultation_id = consultation.id
                       AND sheet.signature_id IS NOT NULL) AS signed
             FROM front_consultation AS consultation ",
            $rest
        )
    };
}

/// The consultations of a cell's year, the latest first.
pub async fn list(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<Vec<Consultation>> {
    let sql = consultations!(
        "WHERE consultation.unit_id = $1 AND consultation.year = $2
         ORDER BY consultation.held_on DESC, consultation.id DESC LIMIT 50"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).fetch_all(db))
}

/// How many open annual sheets of the cell's year name no consultation.
pub async fn count_without(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM evaluation_sheet
               WHERE unit_id = $1 AND year = $2 AND kind = 'annual'
                 AND state IN ('blank', 'draft', 'written', 'returned')
                 AND consultation_id IS NULL";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(year).fetch_one(db))
}

pub async fn find(tx: &mut Tx, id: ConsultationId) -> sqlx::Result<Option<Consultation>> {
    let sql = consultations!("WHERE consultation.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

pub async fn add(tx: &mut Tx, new: &NewConsultation, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO front_consultation (id, unit_id, year, held_on, cell_people,
                                               front_people, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.year)
            .bind(new.held_on)
            .bind(&new.cell_people)
            .bind(&new.front_people)
            .bind(at)
    )?;
    Ok(())
}

/// Makes whoever else writes on it wait until this transaction has ended.
pub async fn hold(tx: &mut Tx, id: ConsultationId) -> sqlx::Result<()> {
    let sql = "UPDATE front_consultation SET version = version WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

/// Mends a consultation; no row where somebody was first, or a signed sheet names it.
pub async fn change(tx: &mut Tx, new: &NewConsultation, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE front_consultation
               SET held_on = $2, cell_people = $3, front_people = $4, version = version + 1
               WHERE id = $1 AND version = $5
                 AND NOT EXISTS (SELECT 1 FROM evaluation_sheet AS sheet
                                 WHERE sheet.consultation_id = front_consultation.id
                                   AND sheet.signature_id IS NOT NULL)";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.held_on)
            .bind(&new.cell_people)
            .bind(&new.front_people)
            .bind(version)
    )?)
}

/// Notes on every open annual sheet of the cell's year that names no consultation that this
/// one discussed it, but for those ticked as left out; how many. `left_out` has a letter for
/// each of these sheets by name: `1` where it was not discussed.
pub async fn attach(
    tx: &mut Tx,
    (unit_id, year): (UnitId, i64),
    id: ConsultationId,
    left_out: &str,
) -> sqlx::Result<u64> {
    let sql = "UPDATE evaluation_sheet
               SET consultation_id = $3, version = version + 1
               WHERE id IN (
                   SELECT line.id
                   FROM (SELECT sheet.id,
                                ROW_NUMBER() OVER (ORDER BY member.sort_key, member.id) AS number
                         FROM evaluation_sheet AS sheet
                         JOIN member ON member.id = sheet.member_id
                         WHERE sheet.unit_id = $1 AND sheet.year = $2 AND sheet.kind = 'annual'
                           AND sheet.state IN ('blank', 'draft', 'written', 'returned')
                           AND sheet.consultation_id IS NULL) AS line
                   WHERE SUBSTR($4, CAST(line.number AS INTEGER), 1) <> '1')";
    change!(tx, sqlx::query(sql).bind(unit_id).bind(year).bind(id).bind(left_out))
}
