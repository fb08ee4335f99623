//! Which of the half-year's duties comes first.

use chrono::{Datelike, NaiveDate};

use crate::meetings::model::{HalfYear, Listed, MeetingKind};

/// Counts of the people that a unit looks after.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct People {
    pub normal: i64,
    pub exempt: i64,
    /// Those of either kind whose introduction letter has not come.
    pub without_letter: i64,
}

/// What people asked about their own data: how many requests wait, how many are late.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct DataRequests {
    pub open: i64,
    pub overdue: i64,
}

/// What a registry holds of what it begins with.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "steps, each of which is taken or not")]
pub struct Beginnings {
    /// A cell, so that units above it were opened as well.
    pub units: bool,
    /// A secretary or a ward officer.
    pub accounts: bool,
    pub people: bool,
    pub meetings: bool,
}

impl Beginnings {
    /// Whoever reads this is the first administrator, or came after: that step is done.
    pub fn steps(self) -> [bool; 5] {
        [true, self.units, self.accounts, self.people, self.meetings]
    }

    pub fn are_over(self) -> bool {
        self.steps().iter().all(|it| *it)
    }
}

/// How far a meeting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Its day is yet to come.
    Planned,
    /// Its day has come, and nobody is marked.
    Open,
    /// Some are marked, this many are not.
    Begun(i64),
    Done,
}

impl Progress {
    pub fn of(listed: &Listed, today: NaiveDate) -> Progress {
        if listed.meeting.is_rolled() {
            return if listed.unmarked > 0 {
                Progress::Begun(listed.unmarked)
            } else {
                Progress::Done
            };
        }
        if listed.meeting.held_on > today { Progress::Planned } else { Progress::Open }
    }

    /// Whether its roll waits to be called, or called to the end.
    pub fn is_waiting(self) -> bool {
        matches!(self, Progress::Open | Progress::Begun(_))
    }
}

/// The one thing to do now.
#[derive(Clone, Debug)]
pub enum Next {
    /// Call the roll of this meeting: today's, or else the oldest that waits.
    CallRoll(Listed),
    /// The half-year has no periodic meeting yet (R8 of the domain).
    CallMeeting,
    /// Be ready for this one.
    Await(Listed),
    /// Nothing about meetings.
    Nothing,
}

impl Next {
    /// `meetings` are those of the half-year, newest first.
    pub fn of(meetings: &[Listed], today: NaiveDate) -> Next {
        let waits = |it: &&Listed| Progress::of(it, today).is_waiting();
        let is_today = |it: &&Listed| it.meeting.held_on == today;
        let waiting = meetings.iter().find(|it| is_today(it) && waits(it));
        if let Some(it) = waiting.or_else(|| meetings.iter().rev().find(waits)) {
            return Next::CallRoll(it.clone());
        }
        if !meetings.iter().any(|it| it.meeting.kind == MeetingKind::Periodic) {
            return Next::CallMeeting;
        }
        let planned = |it: &&Listed| Progress::of(it, today) == Progress::Planned;
        meetings.iter().rev().find(planned).cloned().map_or(Next::Nothing, Next::Await)
    }
}

/// A month of the half-year as the strip draws it, in per cent of its width.
#[derive(Clone, Copy, Debug)]
pub struct Month {
    pub number: u32,
    /// Where it begins, in tenths of a per cent.
    pub x: u32,
    /// How much of the month is over; 16 stands for all.
    pub passed: u32,
}

const WIDTH: u32 = 16;

impl Month {
    /// Where it begins, as the drawing writes it: `16.8%`.
    pub fn left(self) -> String {
        format!("{}.{}%", self.x / 10, self.x % 10)
    }
}

/// The six months of the half-year, as far as `today`.
pub fn strip(half: HalfYear, today: NaiveDate) -> Vec<Month> {
    let first = if half.half == 1 { 1 } else { 7 };
    let months = (0..6).map(|index| {
        let number = first + index;
        let passed = match number.cmp(&today.month()) {
            std::cmp::Ordering::Less => WIDTH,
            std::cmp::Ordering::Equal => today.day() * WIDTH / u32::from(today.num_days_in_month()),
            std::cmp::Ordering::Greater => 0,
        };
        Month { number, x: index * 168, passed }
    });
    months.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::ids::{MeetingId, UnitId};
    use crate::meetings::model::Meeting;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn meeting(kind: MeetingKind, held_on: &str, marked: Option<i64>) -> Listed {
        let meeting = Meeting {
            id: MeetingId::new(),
            unit_id: UnitId::new(),
            kind,
            held_on: day(held_on),
            starts_at: None,
            place: String::new(),
            topic: String::new(),
            frozen_at: None,
            rolled_at: marked.map(|_| Moment(0)),
            expected: 10,
            present: marked.unwrap_or(0),
            excused: 0,
            unexcused: 0,
            version: 1,
        };
        Listed { unmarked: 10 - meeting.present, meeting, unit_name: String::new() }
    }

    #[test]
    fn todays_roll_comes_first_then_the_oldest_that_waits() {
        let today = day("2024-11-15");
        let meetings = [
            meeting(MeetingKind::Thematic, "2024-11-15", None),
            meeting(MeetingKind::Thematic, "2024-10-01", Some(3)),
            meeting(MeetingKind::Periodic, "2024-08-01", Some(9)),
        ];
        let next = |meetings: &[Listed]| match Next::of(meetings, today) {
            Next::CallRoll(it) => it.meeting.held_on,
            other => panic!("{other:?}"),
        };
        assert_eq!(next(&meetings), today);
        assert_eq!(next(&meetings[1..]), day("2024-08-01"));
    }

    #[test]
    fn a_half_year_without_a_periodic_meeting_asks_for_one() {
        let today = day("2024-11-15");
        let thematic = meeting(MeetingKind::Thematic, "2024-10-01", Some(10));
        assert!(matches!(Next::of(&[], today), Next::CallMeeting));
        assert!(matches!(Next::of(&[thematic], today), Next::CallMeeting));
        let planned = meeting(MeetingKind::Periodic, "2024-12-01", None);
        assert!(matches!(Next::of(&[planned], today), Next::Await(_)));
        let done = meeting(MeetingKind::Periodic, "2024-11-01", Some(10));
        assert!(matches!(Next::of(&[done], today), Next::Nothing));
    }

    #[test]
    fn the_strip_stops_at_today() {
        let months = strip(HalfYear { year: 2024, half: 2 }, day("2024-11-15"));
        let passed: Vec<_> = months.iter().map(|it| (it.number, it.passed)).collect();
        assert_eq!(passed, [(7, 16), (8, 16), (9, 16), (10, 16), (11, 8), (12, 0)]);
        assert_eq!(months[5].x, 840);
    }
}
