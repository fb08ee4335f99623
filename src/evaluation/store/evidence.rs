//! What the books say of a member's year, to stand beside the sheet. It writes to no table.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::evaluation::model::Sheet;
use crate::ids::UnitId;

/// The meetings of the year that called the member, in one cell.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Attended {
    pub unit_id: UnitId,
    pub unit_name: String,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
}

/// By cell, the one that writes the sheet first: somebody who moved has an earlier one.
pub async fn attendance(
    tx: &mut Tx,
    _: &Scope,
    sheet: &Sheet,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Attended>> {
    let sql = "SELECT meeting.unit_id,
                      (SELECT unit_period.name FROM unit_period
                       WHERE unit_period.unit_id = meeting.unit_id
                       ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name,
                      COUNT(*) AS expected,
                      COUNT(*) FILTER (WHERE attendance.status = 'present') AS present,
                      COUNT(*) FILTER (WHERE attendance.status = 'excused') AS excused,
                      COUNT(*) FILTER (WHERE attendance.status = 'unexcused') AS unexcused
               FROM attendance
               JOIN meeting ON meeting.id = attendance.meeting_id
               WHERE attendance.member_id = $1 AND attendance.status <> 'exempt'
                 AND meeting.rolled_at IS NOT NULL
                 AND meeting.held_on >= $2 AND meeting.held_on < $3
               GROUP BY meeting.unit_id
               ORDER BY CASE WHEN meeting.unit_id = $4 THEN 0 ELSE 1 END,
                        MAX(meeting.held_on) DESC";
    on!(tx, db => sqlx::query_as(sql)
        .bind(sheet.member_id)
        .bind(from)
        .bind(to)
        .bind(sheet.unit_id)
        .fetch_all(db))
}

/// What the last annual sheet before this one says in its own words, and of which year.
pub async fn last_text(
    tx: &mut Tx,
    _: &Scope,
    sheet: &Sheet,
) -> sqlx::Result<Option<(i64, String)>> {
    let sql = "SELECT year, other_text FROM evaluation_sheet
               WHERE member_id = $1 AND year < $2 AND kind = 'annual'
                 AND state IN ('confirmed', 'sent')
               ORDER BY year DESC
               LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).bind(sheet.member_id).bind(sheet.year).fetch_optional(db))
}

/// What was chosen on that sheet: the number of each criterion, and the label of its option.
pub async fn last_choices(
    tx: &mut Tx,
    _: &Scope,
    sheet: &Sheet,
) -> sqlx::Result<Vec<(i64, String)>> {
    let sql = "SELECT criterion.number, criterion_option.label
               FROM evaluation_choice AS choice
               JOIN criterion ON criterion.id = choice.criterion_id
               JOIN criterion_option ON criterion_option.id = choice.option_id
               WHERE choice.sheet_id = (SELECT id FROM evaluation_sheet
                                        WHERE member_id = $1 AND year < $2 AND kind = 'annual'
                                          AND state IN ('confirmed', 'sent')
                                        ORDER BY year DESC LIMIT 1)
               ORDER BY criterion.number";
    on!(tx, db => sqlx::query_as(sql).bind(sheet.member_id).bind(sheet.year).fetch_all(db))
}
