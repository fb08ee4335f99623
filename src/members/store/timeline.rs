//! What the rolls and the contributions' book say of one member.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{MeetingId, MemberId, OpinionId, SheetId, UnitId, WorkItemId};

/// A meeting whose roll names the member, and the mark on it.
#[derive(Clone, Debug, FromRow)]
pub struct RollRow {
    pub meeting_id: MeetingId,
    pub unit_id: UnitId,
    pub kind: String,
    pub held_on: NaiveDate,
    pub topic: String,
    pub status: String,
    pub reason: String,
}

/// The rolls that were called, newest first.
pub async fn rolls_of(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
    limit: i64,
) -> sqlx::Result<Vec<RollRow>> {
    // MATERIALIZED: a PostgreSQL that has counted no rows yet goes back through all meetings of
    // all cells until it has met enough of this member's.
    let sql = "WITH roll AS MATERIALIZED (
                   SELECT meeting.id AS meeting_id, meeting.unit_id, meeting.kind,
                          meeting.held_on, meeting.topic, attendance.status, attendance.reason
                   FROM attendance JOIN meeting ON meeting.id = attendance.meeting_id
                   WHERE attendance.member_id = $1 AND meeting.rolled_at IS NOT NULL
               )
               SELECT meeting_id, unit_id, kind, held_on, topic, status, reason
               FROM roll
               ORDER BY held_on DESC, meeting_id DESC
               LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).bind(limit).fetch_all(db))
}

/// An entry of the contributions' book that names the member as its giver.
#[derive(Clone, Debug, FromRow)]
pub struct GivenRow {
    pub unit_id: UnitId,
    pub work_item_id: Option<WorkItemId>,
    pub work_name: Option<String>,
    pub given_on: NaiveDate,
    pub kind: String,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
    pub measure: String,
    pub note: String,
}

/// What the member gave, newest first. An entry that was reversed stands there no more,
/// nor does its reversal.
pub async fn contributions_of(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
    limit: i64,
) -> sqlx::Result<Vec<GivenRow>> {
    let sql = "SELECT contribution.unit_id, contribution.work_item_id,
                      work_item.name AS work_name, contribution.given_on, contribution.kind,
                      contribution.amount_vnd, contribution.quantity_hundredths,
                      contribution.measure, contribution.note
               FROM contribution
               LEFT JOIN work_item ON work_item.id = contribution.work_item_id
               WHERE contribution.member_id = $1
                 AND contribution.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM contribution AS reversal
                                 WHERE reversal.reverses_id = contribution.id)
               ORDER BY contribution.given_on DESC, contribution.id DESC
               LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).bind(limit).fetch_all(db))
}

/// A comment sheet about the member.
#[derive(Clone, Debug, FromRow)]
pub struct SheetRow {
    pub id: SheetId,
    pub unit_id: UnitId,
    pub year: i64,
    pub kind: String,
    pub purpose: String,
    pub state: String,
    pub on: NaiveDate,
}

/// The sheets about the member, newest first, each on the day of its latest step. One that a
/// correction has taken the place of is told by that.
pub async fn sheets_of(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
    limit: i64,
) -> sqlx::Result<Vec<SheetRow>> {
    let sql = "SELECT sheet.id, sheet.unit_id, sheet.year, sheet.kind, sheet.purpose,
                      sheet.state, act.done_on AS \"on\"
               FROM evaluation_sheet AS sheet
               JOIN evaluation_act AS act ON act.id = sheet.act_id
               WHERE sheet.member_id = $1 AND sheet.state <> 'replaced'
               ORDER BY act.done_at DESC, sheet.id DESC
               LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).bind(limit).fetch_all(db))
}

/// An opinion that the member raised under the own name.
#[derive(Clone, Debug, FromRow)]
pub struct OpinionRow {
    pub id: OpinionId,
    pub unit_id: UnitId,
    pub raised_on: NaiveDate,
    pub topic: String,
    pub status: String,
}

/// What the member said, newest first; what was said without a name names nobody here.
pub async fn opinions_of(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
    limit: i64,
) -> sqlx::Result<Vec<OpinionRow>> {
    let sql = "SELECT id, unit_id, raised_on, topic, status
               FROM opinion
               WHERE member_id = $1
               ORDER BY raised_on DESC, id DESC
               LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).bind(limit).fetch_all(db))
}
