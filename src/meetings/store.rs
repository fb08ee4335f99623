//! The tables of meetings, their rolls and guests.

use crate::clock::Moment;
use crate::db::{Tx, change, one_row};
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Mark, NewMeeting};

pub async fn add(tx: &mut Tx, new: &NewMeeting, at: Moment) -> sqlx::Result<()> {
    let sql =
        "INSERT INTO meeting (id, unit_id, kind, held_on, starts_at, place, topic, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.kind)
            .bind(new.held_on)
            .bind(&new.starts_at)
            .bind(&new.place)
            .bind(&new.topic)
            .bind(at)
    )?;
    Ok(())
}

/// Takes the roll from the residences of the meeting's day in the meeting's unit,
/// numbered by name; those exempt stand on it without a number. It is taken once.
pub async fn freeze(tx: &mut Tx, id: MeetingId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET frozen_at = $2 WHERE id = $1 AND frozen_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)?;
    let sql = "INSERT INTO attendance (meeting_id, member_id, number, status)
               SELECT meeting.id, member.id,
                      CASE WHEN residence.category = 'normal'
                           THEN ROW_NUMBER() OVER (PARTITION BY residence.category
                                                   ORDER BY member.sort_key, member.id)
                      END,
                      CASE WHEN residence.category = 'normal' THEN 'unmarked' ELSE 'exempt' END
               FROM meeting
               JOIN unit_ancestor ON unit_ancestor.ancestor_id = meeting.unit_id
                                  AND unit_ancestor.from_on <= meeting.held_on
                                  AND (unit_ancestor.to_on IS NULL
                                       OR unit_ancestor.to_on > meeting.held_on)
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= meeting.held_on
                              AND (residence.ended_on IS NULL
                                   OR residence.ended_on > meeting.held_on)
               JOIN member ON member.id = residence.member_id
               WHERE meeting.id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Writes marks. Nobody who is exempt, or not on the roll, can be marked: no such row.
/// [`recount`] belongs behind it.
pub async fn mark(tx: &mut Tx, id: MeetingId, marks: &[Mark]) -> sqlx::Result<()> {
    for mark in marks {
        let sql = "UPDATE attendance SET status = $3, reason = $4
                   WHERE meeting_id = $1 AND member_id = $2 AND status <> 'exempt'";
        one_row(change!(
            tx,
            sqlx::query(sql).bind(id).bind(mark.member_id).bind(mark.status).bind(&mark.reason)
        )?)?;
    }
    Ok(())
}

/// Marks everybody present who is still unmarked; the number of people marked.
pub async fn mark_rest_present(tx: &mut Tx, id: MeetingId) -> sqlx::Result<u64> {
    let sql = "UPDATE attendance SET status = 'present'
               WHERE meeting_id = $1 AND status = 'unmarked'";
    change!(tx, sqlx::query(sql).bind(id))
}

/// Marks everybody who is still unmarked; the number of people marked.
pub async fn mark_rest(
    tx: &mut Tx,
    id: MeetingId,
    status: AttendanceStatus,
    reason: &str,
) -> sqlx::Result<u64> {
    let sql = "UPDATE attendance SET status = $2, reason = $3
               WHERE meeting_id = $1 AND status = 'unmarked'";
    change!(tx, sqlx::query(sql).bind(id).bind(status).bind(reason))
}

/// Brings the meeting's counts in line with its roll.
pub async fn recount(tx: &mut Tx, id: MeetingId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET
                   rolled_at = $2,
                   expected = (SELECT COUNT(*) FROM attendance
                               WHERE meeting_id = $1 AND status <> 'exempt'),
                   present = (SELECT COUNT(*) FROM attendance
                              WHERE meeting_id = $1 AND status = 'present'),
                   excused = (SELECT COUNT(*) FROM attendance
                              WHERE meeting_id = $1 AND status = 'excused'),
                   unexcused = (SELECT COUNT(*) FROM attendance
                                WHERE meeting_id = $1 AND status = 'unexcused')
               WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)
}
