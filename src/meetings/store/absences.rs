//! The table of absences that were announced.

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{ErasureId, MeetingId, MemberId};
use crate::meetings::absences::PlannedAbsence;
use crate::meetings::store::{forget_reasons, versions};

/// Who announced an absence from a meeting of the scope's unit, by name.
pub async fn list(tx: &mut Tx, scope: &Scope, id: MeetingId) -> sqlx::Result<Vec<PlannedAbsence>> {
    let sql = "SELECT planned_absence.member_id, planned_absence.reason, member.full_name
               FROM meeting
               JOIN planned_absence ON planned_absence.meeting_id = meeting.id
               JOIN member ON member.id = planned_absence.member_id
               WHERE meeting.id = $1 AND meeting.unit_id = $2
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(scope.unit_id()).fetch_all(db))
}

/// Notes an announced absence; a reason given later takes the place of an earlier one.
pub async fn put(
    tx: &mut Tx,
    id: MeetingId,
    member_id: MemberId,
    reason: &str,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO planned_absence (meeting_id, member_id, reason, noted_at)
               VALUES ($1, $2, $3, $4)
               ON CONFLICT (meeting_id, member_id) DO UPDATE SET
                   reason = excluded.reason, noted_at = excluded.noted_at";
    change!(tx, sqlx::query(sql).bind(id).bind(member_id).bind(reason).bind(at))?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, id: MeetingId, member_id: MemberId) -> sqlx::Result<()> {
    let sql = "DELETE FROM planned_absence WHERE meeting_id = $1 AND member_id = $2";
    change!(tx, sqlx::query(sql).bind(id).bind(member_id))?;
    Ok(())
}

/// Takes the reasons of absence of the people whom the erasure names.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "UPDATE planned_absence SET reason = ''
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    versions::forget(tx, id).await?;
    forget_reasons(tx, id).await
}
