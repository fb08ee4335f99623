//! The way of introduction letters through a ward, as its lists tell it.

use chrono::{Days, NaiveDate};

use crate::ids::{LetterId, MemberId, ResidenceId, UnitId};
use crate::members::model::ExemptReason;
use crate::vietnamese::day;
use crate::words::words;

words! {
    /// How far the letters of a list have come (R5); late ones by the deadlines that the
    /// upper committee has settled (R17).
    Queue {
        Waiting = "waiting", "Chờ tiếp nhận";
        Received = "received", "Đã tiếp nhận, chưa phân";
        Overdue = "overdue", "Quá hạn";
        Assigned = "assigned", "Đã phân về chi bộ";
        Closed = "closed", "Đã đóng";
        All = "all", "Tất cả";
    }
}

/// How many days a letter may take; `None` where nobody has settled it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// From the day of issue to that of reception.
    pub present: Option<i64>,
    /// From reception to assignment.
    pub assign: Option<i64>,
}

impl Deadlines {
    /// A letter issued before the first day, or received before the second, is late on
    /// `today`.
    pub fn turns(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let back = |days: i64| today.checked_sub_days(Days::new(days.unsigned_abs()));
        (self.present.and_then(back), self.assign.and_then(back))
    }

    /// `nộp giấy trong 30 ngày kể từ ngày cấp; phân về chi bộ: chưa đặt thời hạn`
    pub fn said(self) -> String {
        let days = |it: Option<i64>, since: &str| match it {
            Some(days) => format!("trong {days} ngày kể từ ngày {since}"),
            None => "chưa đặt thời hạn".to_owned(),
        };
        format!(
            "Nộp giấy: {}. Phân về chi bộ: {}.",
            days(self.present, "cấp"),
            days(self.assign, "tiếp nhận")
        )
    }
}

/// How many letters stand in each queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    pub waiting: i64,
    pub received: i64,
    pub overdue: i64,
    pub assigned: i64,
    pub closed: i64,
}

/// How many letters nobody has assigned yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Open {
    pub waiting: i64,
    pub received: i64,
    /// Of both, those that wait longer than was settled.
    pub overdue: i64,
}

impl Counts {
    pub fn of(self, queue: Queue) -> i64 {
        match queue {
            Queue::Waiting => self.waiting,
            Queue::Received => self.received,
            Queue::Overdue => self.overdue,
            Queue::Assigned => self.assigned,
            Queue::Closed => self.closed,
            Queue::All => self.waiting + self.received + self.assigned + self.closed,
        }
    }
}

/// A letter of a list, with the person whom it introduces.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: LetterId,
    pub version: i64,
    pub member_id: MemberId,
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub workplace: Option<String>,
    pub number: String,
    pub issued_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub cell_id: Option<UnitId>,
    pub assigned_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// The cell it was assigned to, or else the one where the person is listed.
    pub cell_name: Option<String>,
    pub state: Queue,
    /// The residence that is open, if there is one.
    pub residence_id: Option<ResidenceId>,
    pub residence_version: Option<i64>,
    pub residence_cell_id: Option<UnitId>,
    pub residence_since: Option<NaiveDate>,
    pub exempt_reason: Option<ExemptReason>,
    pub exempt: bool,
    /// The last day on which a former residence held, where none is open.
    pub left_on: Option<NaiveDate>,
}

impl Row {
    /// `Số 112-GGT/ĐU`
    pub fn title(&self) -> String {
        if self.number.is_empty() {
            "Chưa rõ số".to_owned()
        } else {
            format!("Số {}", self.number)
        }
    }

    /// `cấp 01/10/2024`
    pub fn since(&self) -> String {
        let parts = [
            ("cấp", self.issued_on),
            ("tiếp nhận", self.received_on),
            ("phân", self.assigned_on),
            ("đóng", self.closed_on),
        ];
        let said =
            parts.iter().filter_map(|(word, on)| Some(format!("{word} {}", day::short((*on)?))));
        said.collect::<Vec<_>>().join(", ")
    }

    /// The last day in time, where one was settled and the letter still waits.
    pub fn due(&self, deadlines: Deadlines) -> Option<NaiveDate> {
        let (from, days) = match self.state {
            Queue::Waiting => (self.issued_on?, deadlines.present?),
            Queue::Received => (self.received_on?, deadlines.assign?),
            _ => return None,
        };
        from.checked_add_days(Days::new(days.unsigned_abs()))
    }

    /// As the boxes of the list carry it: the letter and what was seen of it.
    pub fn ticket(&self) -> String {
        format!("{}.{}", self.id, self.version)
    }

    pub fn mark(&self) -> (&'static str, &'static str) {
        match self.state {
            Queue::Assigned | Queue::Closed => ("done", "check"),
            Queue::Received => ("part", "part"),
            _ => ("none", "none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_late_where_nothing_was_settled() {
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        assert_eq!(Deadlines::default().turns(today), (None, None));
        let deadlines = Deadlines { present: Some(30), assign: None };
        assert_eq!(deadlines.turns(today), (NaiveDate::from_ymd_opt(2024, 10, 16), None));
        assert!(deadlines.said().contains("Phân về chi bộ: chưa đặt thời hạn"));
    }
}
