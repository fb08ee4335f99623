//! What a meeting is, and how its roll is counted.

use chrono::{Datelike, NaiveDate};

use crate::clock::Moment;
use crate::ids::{GuestId, MeetingId, MemberId, UnitId};
use crate::vietnamese::{day, number};
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
    /// Why a person was absent; empty where that is not known, or not so.
    pub reason: String,
}

impl MeetingKind {
    /// The word inside a sentence: `họp định kỳ`.
    pub fn in_text(self) -> String {
        self.label().to_lowercase()
    }
}

impl AttendanceStatus {
    /// The marks that a roll call offers.
    pub const MARKS: [AttendanceStatus; 3] =
        [AttendanceStatus::Present, AttendanceStatus::Excused, AttendanceStatus::Unexcused];

    /// As the form of a roll call writes a mark: `p`, `e`, `u`, or `-` for none.
    pub fn letter(self) -> char {
        match self {
            AttendanceStatus::Present => 'p',
            AttendanceStatus::Excused => 'e',
            AttendanceStatus::Unexcused => 'u',
            AttendanceStatus::Exempt | AttendanceStatus::Unmarked => '-',
        }
    }

    /// The mark that a letter stands for; `-` is a person still unmarked.
    pub fn of_letter(letter: char) -> Option<AttendanceStatus> {
        let of_roll = AttendanceStatus::MARKS.into_iter().chain([AttendanceStatus::Unmarked]);
        of_roll.into_iter().find(|it| it.letter() == letter)
    }

    /// As a narrow screen says it: the label of paper takes three lines there.
    pub fn short(self) -> &'static str {
        match self {
            AttendanceStatus::Excused => "Có phép",
            AttendanceStatus::Unexcused => "Không phép",
            other => other.label(),
        }
    }
}

/// A meeting as it is written down.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Meeting {
    pub id: MeetingId,
    pub unit_id: UnitId,
    pub kind: MeetingKind,
    pub held_on: NaiveDate,
    pub starts_at: Option<String>,
    pub place: String,
    pub topic: String,
    /// When the roll was taken from the residences of the day.
    pub frozen_at: Option<Moment>,
    /// When marks were last saved; the counts below are zero until then.
    pub rolled_at: Option<Moment>,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
    pub version: i64,
}

impl Meeting {
    /// `15/11/2024`
    pub fn day(&self) -> String {
        day::short(self.held_on)
    }

    /// `19:30 thứ Sáu 15/11/2024`
    pub fn when(&self) -> String {
        let day = format!("{} {}", day::weekday(self.held_on), day::short(self.held_on));
        match &self.starts_at {
            Some(time) => format!("{time} {day}"),
            None => day,
        }
    }

    /// The same where a sentence begins: `Thứ Sáu 15/11/2024`.
    pub fn when_first(&self) -> String {
        let mut when = self.when();
        if when.starts_with("thứ") {
            when.replace_range(..1, "T");
        }
        when
    }

    /// `họp định kỳ ngày 15/11/2024`: how history speaks of it.
    pub fn name(&self) -> String {
        format!("{} ngày {}", self.kind.in_text(), day::short(self.held_on))
    }

    /// Whether any mark was saved.
    pub fn is_rolled(&self) -> bool {
        self.rolled_at.is_some()
    }

    /// How many people of a roll that was called are still unmarked.
    pub fn left(&self) -> i64 {
        self.expected - self.present - self.excused - self.unexcused
    }

    /// The share of the present in the expected.
    pub fn share(&self) -> Option<String> {
        number::percent(self.present, self.expected)
    }
}

/// A meeting in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub meeting: Meeting,
    /// The unit that held it, by its name of the day.
    pub unit_name: String,
    /// People of its roll without a mark; zero as long as there is no roll.
    pub unmarked: i64,
}

/// What the meetings of a list add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Sums {
    pub held: i64,
    /// Cells that held one of them.
    pub cells: i64,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
}

impl Sums {
    fn unmarked(self) -> i64 {
        self.expected - self.present - self.excused - self.unexcused
    }

    /// `Ở 7 chi bộ. Có mặt 50/60 lượt phải dự; vắng có lý do 7, không lý do 3.` Of a cell
    /// itself it is not said where.
    pub fn said(self, of_cell: bool) -> String {
        let cells = (!of_cell).then(|| format!("Ở {} chi bộ.", number::grouped(self.cells)));
        let rolled = (self.expected > 0).then(|| {
            let unmarked = match self.unmarked() {
                0 => String::new(),
                count => format!(", chưa đánh dấu {}", number::grouped(count)),
            };
            format!(
                "Có mặt {}/{} lượt phải dự; vắng có lý do {}, không lý do {}{unmarked}.",
                number::grouped(self.present),
                number::grouped(self.expected),
                number::grouped(self.excused),
                number::grouped(self.unexcused),
            )
        });
        cells.into_iter().chain(rolled).collect::<Vec<_>>().join(" ")
    }
}

/// Somebody who came without standing on the roll.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Guest {
    pub id: GuestId,
    pub meeting_id: MeetingId,
    pub name: String,
    pub note: String,
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
