//! `meetings.csv` and `attendance.csv`: meetings, and how people stood on their rolls.

use std::collections::HashSet;

use crate::clock::Moment;
use crate::db::Tx;
use crate::db::codes::Codes;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};
use crate::exchange::seed::{Above, Known, Refused};
use crate::ids::{MeetingId, MemberId};
use crate::meetings::model::{AttendanceStatus, Mark, MeetingKind, NewMeeting};
use crate::meetings::store;

pub const MEETINGS: Layout = Layout {
    file: "meetings.csv",
    needed: &["code", "unit_code", "kind", "held_on"],
    optional: &["place", "topic"],
};

pub const ATTENDANCE: Layout = Layout {
    file: "attendance.csv",
    needed: &["meeting_code", "member_code", "status"],
    optional: &["reason"],
};

/// Stands for all who are not marked yet.
const THE_REST: &str = "*";

/// Adds the meetings, and takes the roll of each.
pub async fn load(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &Known,
    codes: &mut Codes<MeetingId>,
    at: Moment,
) -> Result<(), Refused> {
    while let Some(row) = sheet.read_row()? {
        let code = row.code("code")?;
        let meeting = read_meeting(row, known)?;
        if !codes.add(code, meeting.id).await? {
            return Err(row.fault("code", "mã chưa có ở dòng nào phía trên").into());
        }
        store::add(tx, &meeting, at).await?;
        store::freeze(tx, meeting.id, at).await?;
    }
    Ok(())
}

fn read_meeting(row: Row<'_>, known: &Known) -> Result<NewMeeting, Fault> {
    let kinds = "periodic, extraordinary, thematic hoặc residents";
    let held_on = row.need_past_day("held_on")?;
    Ok(NewMeeting {
        id: MeetingId::new(),
        unit_id: known.unit_on(row, "unit_code", "held_on", held_on)?.id,
        kind: row.need_word("kind", MeetingKind::read, kinds)?,
        held_on,
        starts_at: None,
        place: row.text("place")?,
        topic: row.text("topic")?,
    })
}

/// Marks in any order of meetings; each meeting that was marked is counted at the end.
pub async fn load_attendance(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    above: &mut Above,
    at: Moment,
) -> Result<(), Refused> {
    let mut marked: HashSet<MeetingId> = HashSet::new();
    while let Some(row) = sheet.read_row()? {
        let meeting = above.meetings.find(row.get("meeting_code")).await?;
        let meeting =
            meeting.ok_or_else(|| row.fault("meeting_code", "mã một cuộc họp của meetings.csv"))?;
        let (status, reason) = read_status(row)?;
        if row.get("member_code") == THE_REST {
            store::mark_rest(tx, meeting, status, &reason).await?;
        } else {
            mark_one(tx, row, &mut above.members, meeting, status, reason).await?;
        }
        marked.insert(meeting);
    }
    for meeting in marked {
        store::recount(tx, meeting, at).await?;
    }
    Ok(())
}

fn read_status(row: Row<'_>) -> Result<(AttendanceStatus, String), Fault> {
    let read = |text: &str| {
        let marks =
            [AttendanceStatus::Present, AttendanceStatus::Excused, AttendanceStatus::Unexcused];
        marks.into_iter().find(|it| it.as_str() == text)
    };
    let status = row.need_word("status", read, "present, excused hoặc unexcused")?;
    let reason = row.text("reason")?;
    if !reason.is_empty() && status != AttendanceStatus::Excused {
        return Err(row.fault("reason", "ô trống, vì status không phải excused"));
    }
    Ok((status, reason))
}

async fn mark_one(
    tx: &mut Tx,
    row: Row<'_>,
    codes: &mut Codes<MemberId>,
    meeting: MeetingId,
    status: AttendanceStatus,
    reason: String,
) -> Result<(), Refused> {
    let member_id = codes.find(row.get("member_code")).await?;
    let member_id = member_id
        .ok_or_else(|| row.fault("member_code", "mã một người của members.csv, hoặc *"))?;
    let mark = Mark { member_id, status, reason };
    match store::mark(tx, meeting, &[mark]).await {
        Err(sqlx::Error::RowNotFound) => {
            let expected = "người thuộc diện dự cuộc họp này ở chi bộ trong ngày họp";
            Err(row.fault("member_code", expected).into())
        }
        marked => Ok(marked?),
    }
}
