//! The table of the versions of rolls.

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{AccountId, ErasureId, MeetingId};
use crate::meetings::model::AttendanceStatus;
use crate::meetings::roll_call::version::{MarkChange, Standing, Version};

/// A change as it is kept: number, mark and reason before, mark and reason after.
type Kept = (i64, char, String, char, String);

/// The next version of a roll.
pub struct NewVersion<'a> {
    pub meeting_id: MeetingId,
    pub version: i64,
    pub saved_at: Moment,
    pub account_id: AccountId,
    pub account_name: &'a str,
    /// The version that this one takes back.
    pub undoes: Option<i64>,
    pub changes: &'a [MarkChange],
}

pub async fn add(tx: &mut Tx, new: &NewVersion<'_>) -> sqlx::Result<()> {
    let kept = |it: &MarkChange| -> Kept {
        let (before, after) = (it.before.clone(), it.after.clone());
        (it.number, before.status.letter(), before.reason, after.status.letter(), after.reason)
    };
    let changes: Vec<Kept> = new.changes.iter().map(kept).collect();
    let text = serde_json::to_string(&changes).map_err(|it| sqlx::Error::Encode(it.into()))?;
    let sql = "INSERT INTO roll_version (meeting_id, version, saved_at, account_id,
                                         account_name, undoes, changed, changes)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.meeting_id)
            .bind(new.version)
            .bind(new.saved_at)
            .bind(new.account_id)
            .bind(new.account_name)
            .bind(new.undoes)
            .bind(i64::try_from(changes.len()).unwrap_or(i64::MAX))
            .bind(&text)
    )?;
    Ok(())
}

/// The versions of a roll, newest first, at most `limit`.
pub async fn list(tx: &mut Tx, id: MeetingId, limit: i64) -> sqlx::Result<Vec<Version>> {
    let sql = "SELECT version, saved_at, account_name, undoes, changed
               FROM roll_version WHERE meeting_id = $1 ORDER BY version DESC LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(db))
}

/// The newest version of a roll.
pub async fn last(tx: &mut Tx, id: MeetingId) -> sqlx::Result<Option<Version>> {
    Ok(list(tx, id, 1).await?.pop())
}

/// What a version changed.
pub async fn changes(tx: &mut Tx, id: MeetingId, version: i64) -> sqlx::Result<Vec<MarkChange>> {
    let sql = "SELECT changes FROM roll_version WHERE meeting_id = $1 AND version = $2";
    let text: String = on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(version).fetch_one(db))?;
    let unreadable = || sqlx::Error::Decode("the changes of a roll's version".into());
    let kept: Vec<Kept> = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let standing = |letter, reason| -> sqlx::Result<Standing> {
        let status = AttendanceStatus::of_letter(letter).ok_or_else(unreadable)?;
        Ok(Standing { status, reason })
    };
    let read = |(number, mark, reason, new_mark, new_reason): Kept| {
        let (before, after) = (standing(mark, reason)?, standing(new_mark, new_reason)?);
        Ok(MarkChange { number, before, after })
    };
    kept.into_iter().map(read).collect()
}

/// Takes the reasons of absence of the people whom the erasure names out of the versions.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "SELECT roll_version.meeting_id, roll_version.version, roll_version.changes,
                      attendance.number
               FROM erasure_member
               JOIN attendance ON attendance.member_id = erasure_member.member_id
                              AND attendance.number IS NOT NULL
               JOIN roll_version ON roll_version.meeting_id = attendance.meeting_id
               WHERE erasure_member.erasure_id = $1
               ORDER BY roll_version.meeting_id, roll_version.version";
    let found: Vec<(MeetingId, i64, String, i64)> =
        on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let unreadable = || sqlx::Error::Decode("the changes of a roll's version".into());
    // One statement for each version that told a reason of theirs: few do.
    for version in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let Some((meeting_id, number, text, _)) = version.first() else { continue };
        let mut kept: Vec<Kept> = serde_json::from_str(text).map_err(|_| unreadable())?;
        for change in kept.iter_mut().filter(|it| version.iter().any(|(.., of)| *of == it.0)) {
            change.2.clear();
            change.4.clear();
        }
        let new = serde_json::to_string(&kept).map_err(|it| sqlx::Error::Encode(it.into()))?;
        if new != *text {
            let sql = "UPDATE roll_version SET changes = $3
                       WHERE meeting_id = $1 AND version = $2";
            change!(tx, sqlx::query(sql).bind(meeting_id).bind(number).bind(&new))?;
        }
    }
    Ok(())
}
