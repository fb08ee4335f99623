//! What people ask about their own data, and who looked at it.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::ids::{AccountId, DataRequestId, ErasureId, MemberId, RestrictionId, UnitId};
use crate::vietnamese::day;
use crate::words::words;

words! {
    /// What is asked for (section 11 of the domain).
    RequestKind {
        Access = "access", "Xem, nhận bản sao dữ liệu về mình";
        Correction = "correction", "Sửa dữ liệu sai";
        Restriction = "restriction", "Hạn chế xử lý";
        Objection = "objection", "Phản đối, rút lại sự đồng ý";
        Deletion = "deletion", "Xóa dữ liệu";
    }
}

words! {
    RequestState {
        Received = "received", "Đã nhận, chưa trả lời";
        Answered = "answered", "Đã trả lời, đang làm";
        Done = "done", "Đã làm xong";
        Refused = "refused", "Từ chối, có lý do";
    }
}

words! {
    /// What is done with a request.
    Step {
        Answer = "answer", "Đã trả lời: đã nhận, sẽ làm gì";
        Done = "done", "Đã làm xong";
        Refuse = "refuse", "Từ chối, ghi rõ lý do";
        Extend = "extend", "Kéo dài thời hạn một lần, ghi rõ lý do";
    }
}

/// A request to be written down.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub id: DataRequestId,
    /// The cell that keeps the member.
    pub unit_id: UnitId,
    pub member_id: MemberId,
    pub kind: RequestKind,
    pub text: String,
    pub received_on: NaiveDate,
    pub received_by: String,
    /// Whether a processor or a third party takes part.
    pub others: bool,
    pub answer_by: NaiveDate,
    pub done_by: NaiveDate,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DataRequest {
    pub id: DataRequestId,
    pub member_id: MemberId,
    pub full_name: String,
    pub kind: RequestKind,
    pub text: String,
    pub received_on: NaiveDate,
    pub received_by: String,
    pub others: bool,
    pub answer_by: NaiveDate,
    pub done_by: NaiveDate,
    pub state: RequestState,
    pub answered_on: Option<NaiveDate>,
    pub answer: String,
    pub closed_on: Option<NaiveDate>,
    pub outcome: String,
    pub extended_on: Option<NaiveDate>,
    pub extension_reason: String,
    pub version: i64,
}

impl DataRequest {
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }

    /// The day on which the next thing is due; none where all is done.
    pub fn due_on(&self) -> Option<NaiveDate> {
        match self.state {
            RequestState::Received => Some(self.answer_by.min(self.done_by)),
            RequestState::Answered => Some(self.done_by),
            RequestState::Done | RequestState::Refused => None,
        }
    }

    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.due_on().is_some_and(|it| it < today)
    }

    /// The class, the shape and the word of its state.
    pub fn mark(&self, today: NaiveDate) -> (&'static str, &'static str, String) {
        match self.state {
            _ if self.is_overdue(today) => {
                let by = self.due_on().map(day::short).unwrap_or_default();
                ("bad", "warning", format!("Quá hạn từ {by}"))
            }
            RequestState::Received => ("none", "none", self.state.label().to_owned()),
            RequestState::Answered => ("part", "part", self.state.label().to_owned()),
            RequestState::Done | RequestState::Refused => {
                ("done", "check", self.state.label().to_owned())
            }
        }
    }

    /// The steps that may be taken now.
    pub fn steps(&self) -> Vec<Step> {
        let may = |step: &Step| match step {
            Step::Answer => self.state == RequestState::Received,
            Step::Done | Step::Refuse => self.is_open(),
            Step::Extend => self.is_open() && self.extended_on.is_none(),
        };
        Step::ALL.iter().copied().filter(may).collect()
    }
}

/// How many requests of a unit wait, and how many of them are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub open: i64,
    pub overdue: i64,
}

/// A time during which the person's data go no further than the cell's own pages.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Restriction {
    pub id: RestrictionId,
    pub member_id: MemberId,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub reason: String,
    pub set_by: String,
    pub lifted_reason: String,
    pub lifted_by: String,
}

/// Somebody looked at, or took away, what names people.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Look {
    pub id: crate::ids::AuditEntryId,
    pub at: Moment,
    pub account_id: Option<AccountId>,
    pub account_name: String,
    pub address: String,
    pub action: String,
    pub summary: String,
    /// The member whom the entry is about.
    pub member_id: Option<MemberId>,
    pub full_name: Option<String>,
    pub unit_name: Option<String>,
}

impl Look {
    /// What was done, for somebody who sees `names`; what was typed may name people, so that
    /// others are told the kind alone.
    pub fn said(&self, names: bool) -> &str {
        match self.action.as_str() {
            "export.print" if !names => "In danh sách hoặc phiếu",
            action if !names && action.starts_with("export.") => "Xuất tệp",
            "view.data" if !names => "Lấy bản dữ liệu về một người",
            _ => &self.summary,
        }
    }
}

/// An account that may see the person today, and by which role.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reader {
    pub account_id: AccountId,
    pub display_name: String,
    pub role: crate::access::model::Role,
    pub names: bool,
    pub unit_name: String,
    /// How far the unit of the role stands above the person's cell.
    pub depth: i64,
}

/// A record whose time is over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub id: MemberId,
    pub full_name: String,
    pub cell_name: Option<String>,
    /// The first day on which the person lived here no more.
    pub ended_on: NaiveDate,
}

/// A proposal to anonymise.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Erasure {
    pub id: ErasureId,
    pub unit_id: UnitId,
    pub years: i64,
    pub people: i64,
    pub proposed_by_id: AccountId,
    pub proposed_by: String,
    pub proposed_at: Moment,
    pub closed_by: String,
    pub closed_at: Option<Moment>,
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(state: RequestState) -> DataRequest {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let closed = matches!(state, RequestState::Done | RequestState::Refused);
        DataRequest {
            id: DataRequestId::new(),
            member_id: MemberId::new(),
            full_name: String::new(),
            kind: RequestKind::Access,
            text: String::new(),
            received_on: day("2024-11-11"),
            received_by: String::new(),
            others: false,
            answer_by: day("2024-11-13"),
            done_by: day("2024-11-21"),
            state,
            answered_on: None,
            answer: String::new(),
            closed_on: closed.then(|| day("2024-11-14")),
            outcome: String::new(),
            extended_on: None,
            extension_reason: String::new(),
            version: 1,
        }
    }

    #[test]
    fn a_request_is_late_on_the_day_after_its_clock_has_run_out() {
        let late = |state, on: &str| request(state).is_overdue(on.parse().unwrap());
        assert!(!late(RequestState::Received, "2024-11-13"));
        assert!(late(RequestState::Received, "2024-11-14"));
        assert!(!late(RequestState::Answered, "2024-11-21"));
        assert!(late(RequestState::Answered, "2024-11-22"));
        assert!(!late(RequestState::Done, "2025-01-01"));
    }

    #[test]
    fn what_is_closed_has_no_next_step() {
        assert_eq!(request(RequestState::Received).steps().len(), 4);
        assert!(!request(RequestState::Answered).steps().contains(&Step::Answer));
        assert!(request(RequestState::Refused).steps().is_empty());
    }
}
