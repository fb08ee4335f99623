//! What a meeting is, and how its roll is counted.

use chrono::{Datelike, NaiveDate};

use crate::ids::{MeetingId, MemberId, UnitId};
use crate::words::words;

words! {
    MeetingKind {
        Periodic = "periodic", "Họp định kỳ";
        Extraordinary = "extraordinary", "Họp đột xuất";
        Thematic = "thematic", "Họp chuyên đề";
        Residents = "residents", "Họp nhân dân";
    }
}

words! {
    /// How a person stands on a roll. The first two are not marks: nobody chose them.
    AttendanceStatus {
        Exempt = "exempt", "Được miễn";
        Unmarked = "unmarked", "Chưa đánh dấu";
        Present = "present", "Có mặt";
        Excused = "excused", "Vắng có lý do";
        Unexcused = "unexcused", "Vắng không lý do";
    }
}

#[derive(Clone, Debug)]
pub struct NewMeeting {
    pub id: MeetingId,
    pub unit_id: UnitId,
    pub kind: MeetingKind,
    pub held_on: NaiveDate,
    /// `19:30`, local time.
    pub starts_at: Option<String>,
    pub place: String,
    pub topic: String,
}

/// A choice made for one person of a roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub member_id: MemberId,
    pub status: AttendanceStatus,
    /// Why a person was excused; empty otherwise.
    pub reason: String,
}

/// Half a year: the period in which a cell must meet once (Regulation, article 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfYear {
    pub year: i32,
    /// 1 or 2.
    pub half: u32,
}

impl HalfYear {
    pub fn of(day: NaiveDate) -> HalfYear {
        HalfYear { year: day.year(), half: if day.month() <= 6 { 1 } else { 2 } }
    }

    /// `6 tháng cuối năm 2024`
    pub fn name(self) -> String {
        format!("6 tháng {} năm {}", if self.half == 1 { "đầu" } else { "cuối" }, self.year)
    }

    /// Its first day, and the first day after it.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
        match self.half {
            1 => (first(self.year, 1), first(self.year, 7)),
            _ => (first(self.year, 7), first(self.year + 1, 1)),
        }
    }
}
