//! The tables of meetings, their rolls and guests.

use crate::access::guard::Scope;
use crate::clock::{self, Moment};
use crate::db::{Tx, change, on, one_row};
use crate::ids::{ErasureId, MeetingId};
use crate::meetings::model::{AttendanceStatus, Guest, Mark, Meeting, NewMeeting};
use crate::meetings::roll_call::model::OnRoll;
use crate::meetings::roll_call::version::Standing;

pub mod absences;
pub mod attended;
pub mod book;
pub mod sendings;
pub mod versions;

pub async fn get(tx: &mut Tx, id: MeetingId) -> sqlx::Result<Meeting> {
    let sql = "SELECT * FROM meeting WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

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

/// Writes what is known of a meeting anew. No row at `version`: somebody else changed
/// it first.
pub async fn update(tx: &mut Tx, new: &NewMeeting, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET kind = $3, held_on = $4, starts_at = $5, place = $6,
                                  topic = $7, version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(version)
            .bind(new.kind)
            .bind(new.held_on)
            .bind(&new.starts_at)
            .bind(&new.place)
            .bind(&new.topic)
    )?)
}

/// Counts the meeting's version up, and so holds the meeting until the transaction ends:
/// of two who save at once the second waits here, then reads what the first wrote.
pub async fn claim(tx: &mut Tx, id: MeetingId) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET version = version + 1 WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

/// Holds the meeting until the transaction ends, and leaves it as it is.
pub async fn hold(tx: &mut Tx, id: MeetingId) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
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

/// Throws a roll away on which nobody was marked, for [`freeze`] to take it anew.
pub async fn thaw(tx: &mut Tx, id: MeetingId) -> sqlx::Result<()> {
    let sql = "UPDATE meeting SET frozen_at = NULL WHERE id = $1 AND rolled_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)?;
    change!(tx, sqlx::query("DELETE FROM attendance WHERE meeting_id = $1").bind(id))?;
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

/// Brings the people with these numbers to their marks, without a reason, in one statement.
/// [`recount`] belongs behind it.
pub async fn put_marks(
    tx: &mut Tx,
    id: MeetingId,
    marks: &[(i64, AttendanceStatus)],
) -> sqlx::Result<()> {
    // A letter for each number of the roll: read in one step, where a list is searched.
    let last = marks.iter().map(|(number, _)| *number).max().unwrap_or(0);
    let mut letters = vec!['.'; usize::try_from(last).unwrap_or(0)];
    for (number, status) in marks {
        let at = usize::try_from(number - 1).ok().and_then(|at| letters.get_mut(at));
        if let Some(letter) = at {
            *letter = status.letter();
        }
    }
    let letters: String = letters.into_iter().collect();
    let sql = "UPDATE attendance
               SET status = CASE SUBSTR($2, CAST(number AS INTEGER), 1)
                                 WHEN 'p' THEN 'present' WHEN 'e' THEN 'excused'
                                 WHEN 'u' THEN 'unexcused' ELSE 'unmarked' END,
                   reason = ''
               WHERE meeting_id = $1 AND number IS NOT NULL
                 AND SUBSTR($2, CAST(number AS INTEGER), 1) IN ('p', 'e', 'u', '-')";
    all_of(marks.len(), change!(tx, sqlx::query(sql).bind(id).bind(&letters))?)
}

/// As many rows were written as were asked for.
fn all_of(asked: usize, written: u64) -> sqlx::Result<()> {
    if usize::try_from(written) == Ok(asked) { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Brings the people with these numbers to one standing, in one statement.
/// [`recount`] belongs behind it.
pub async fn put(
    tx: &mut Tx,
    id: MeetingId,
    standing: &Standing,
    numbers: &[i64],
) -> sqlx::Result<()> {
    // A letter for each number of the roll: read in one step, where a list is searched.
    let last = numbers.iter().max().copied().unwrap_or(0);
    let letter = |number| if numbers.contains(&number) { '1' } else { '0' };
    let chosen: String = (1..=last).map(letter).collect();
    let sql = "UPDATE attendance SET status = $2, reason = $3
               WHERE meeting_id = $1 AND number IS NOT NULL
                 AND SUBSTR($4, CAST(number AS INTEGER), 1) = '1'";
    let written = change!(
        tx,
        sqlx::query(sql).bind(id).bind(standing.status).bind(&standing.reason).bind(&chosen)
    )?;
    all_of(numbers.len(), written)
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

/// Brings the meeting's counts in line with its roll; the meeting as it is then. A roll on
/// which nobody is marked, as undoing its first version leaves it, was not called.
pub async fn recount(tx: &mut Tx, id: MeetingId, at: Moment) -> sqlx::Result<Meeting> {
    // Counted in one pass over the roll.
    let sql = "UPDATE meeting SET
                   (rolled_at, expected, present, excused, unexcused) =
                   (SELECT CASE WHEN COUNT(*) FILTER (WHERE status <> 'unmarked') > 0
                                THEN CAST($2 AS BIGINT) END,
                           CASE WHEN COUNT(*) FILTER (WHERE status <> 'unmarked') > 0
                                THEN COUNT(*) ELSE 0 END,
                           COUNT(*) FILTER (WHERE status = 'present'),
                           COUNT(*) FILTER (WHERE status = 'excused'),
                           COUNT(*) FILTER (WHERE status = 'unexcused')
                    FROM attendance
                    WHERE meeting_id = $1 AND status <> 'exempt')
               WHERE id = $1
               RETURNING *";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(at).fetch_one(db))
}

pub async fn add_guest(tx: &mut Tx, guest: &Guest) -> sqlx::Result<()> {
    let sql = "INSERT INTO meeting_guest (id, meeting_id, name, note) VALUES ($1, $2, $3, $4)";
    change!(
        tx,
        sqlx::query(sql).bind(guest.id).bind(guest.meeting_id).bind(&guest.name).bind(&guest.note)
    )?;
    Ok(())
}

/// The guests of a meeting, in the order they were written down.
pub async fn guests(tx: &mut Tx, scope: &Scope, id: MeetingId) -> sqlx::Result<Vec<Guest>> {
    let sql = "SELECT meeting_guest.*
               FROM meeting_guest JOIN meeting ON meeting.id = meeting_guest.meeting_id
               WHERE meeting_guest.meeting_id = $1 AND meeting.unit_id = $2
               ORDER BY meeting_guest.id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(scope.unit_id()).fetch_all(db))
}

/// The roll of a meeting of the scope's unit: by number, behind them those exempt by
/// name.
pub async fn roll(tx: &mut Tx, scope: &Scope, id: MeetingId) -> sqlx::Result<Vec<OnRoll>> {
    let sql = "SELECT attendance.member_id, attendance.number, attendance.status,
                      attendance.reason, member.full_name, member.given
               FROM meeting
               JOIN attendance ON attendance.meeting_id = meeting.id
               JOIN member ON member.id = attendance.member_id
               WHERE meeting.id = $1 AND meeting.unit_id = $2
               ORDER BY CASE WHEN attendance.number IS NULL THEN 1 ELSE 0 END,
                        attendance.number, member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(scope.unit_id()).fetch_all(db))
}

/// The roll of a meeting; of one whose roll is not taken yet, the roll that it would
/// have today, or would have had on its day.
pub async fn roll_so_far(
    tx: &mut Tx,
    scope: &Scope,
    meeting: &Meeting,
) -> sqlx::Result<Vec<OnRoll>> {
    if meeting.frozen_at.is_some() {
        return roll(tx, scope, meeting.id).await;
    }
    let on = meeting.held_on.min(clock::today());
    let sql = "SELECT member.id AS member_id,
                      CASE WHEN residence.category = 'normal'
                           THEN ROW_NUMBER() OVER (PARTITION BY residence.category
                                                   ORDER BY member.sort_key, member.id)
                      END AS number,
                      CASE WHEN residence.category = 'normal' THEN 'unmarked' ELSE 'exempt'
                      END AS status,
                      '' AS reason, member.full_name, member.given
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               JOIN member ON member.id = residence.member_id
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               ORDER BY CASE WHEN residence.category = 'normal' THEN 0 ELSE 1 END,
                        member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(scope.unit_id()).bind(on).fetch_all(db))
}

/// Takes the reasons of absence of the people whom the erasure names; the marks stay.
async fn forget_reasons(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "UPDATE attendance SET reason = ''
               WHERE reason <> ''
                 AND member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
