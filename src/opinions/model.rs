//! What an opinion is, and how far it has come.

use chrono::NaiveDate;

use crate::ids::{MeetingId, MemberId, OpinionId, UnitId};
use crate::meetings::model::MeetingKind;
use crate::vietnamese::day;
use crate::words::words;

words! {
    /// How far an opinion has come.
    OpinionStatus {
        Recorded = "recorded", "Đã ghi, chưa chuyển";
        Forwarded = "forwarded", "Đã chuyển, chờ trả lời";
        Answered = "answered", "Đã trả lời";
    }
}

impl OpinionStatus {
    /// The class and the shape that pages draw it with.
    pub fn mark(self) -> (&'static str, &'static str) {
        match self {
            OpinionStatus::Recorded => ("none", "none"),
            OpinionStatus::Forwarded => ("part", "part"),
            OpinionStatus::Answered => ("done", "check"),
        }
    }
}

/// What is done with an opinion. An answer may come without anybody having been asked:
/// the cell knows it itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Forward,
    Answer,
}

#[derive(Clone, Debug)]
pub struct NewOpinion {
    pub id: OpinionId,
    /// The unit in whose book it stands.
    pub unit_id: UnitId,
    /// The meeting at which it was raised; none for one raised between meetings.
    pub meeting_id: Option<MeetingId>,
    /// Who raised it; nobody is named of an anonymous one.
    pub member_id: Option<MemberId>,
    pub raised_on: NaiveDate,
    pub topic: String,
    pub text: String,
}

/// An opinion as it is stored, with the names that belong to it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Opinion {
    pub id: OpinionId,
    pub unit_id: UnitId,
    pub unit_name: String,
    pub meeting_id: Option<MeetingId>,
    pub meeting_kind: Option<MeetingKind>,
    pub meeting_on: Option<NaiveDate>,
    pub member_id: Option<MemberId>,
    /// The name of the member.
    pub speaker: Option<String>,
    pub raised_on: NaiveDate,
    pub topic: String,
    pub text: String,
    pub status: OpinionStatus,
    pub forwarded_to: Option<String>,
    pub forwarded_on: Option<NaiveDate>,
    pub answered_on: Option<NaiveDate>,
    pub answer: Option<String>,
    /// The meeting at which the answer was read out, and its day.
    pub answer_read_at_meeting_id: Option<MeetingId>,
    pub read_on: Option<NaiveDate>,
    pub version: i64,
}

impl Opinion {
    /// Who raised it, as pages say it.
    pub fn who(&self) -> &str {
        self.speaker.as_deref().unwrap_or("Không nêu tên")
    }

    /// `họp định kỳ ngày 15/11/2024`, or that it was no meeting.
    pub fn occasion(&self) -> String {
        match (self.meeting_kind, self.meeting_on) {
            (Some(kind), Some(on)) => format!("{} ngày {}", kind.in_text(), day::short(on)),
            _ => "giữa hai cuộc họp".to_owned(),
        }
    }

    /// How far it had come by the day.
    pub fn status_on(&self, on: NaiveDate) -> OpinionStatus {
        let by = |day: Option<NaiveDate>| day.is_some_and(|it| it <= on);
        match (by(self.answered_on), by(self.forwarded_on)) {
            (true, _) => OpinionStatus::Answered,
            (false, true) => OpinionStatus::Forwarded,
            (false, false) => OpinionStatus::Recorded,
        }
    }

    /// Where it had been sent by the day.
    pub fn sent_by(&self, on: NaiveDate) -> Option<&str> {
        self.forwarded_to.as_deref().filter(|_| self.forwarded_on.is_some_and(|it| it <= on))
    }

    /// The first thing that happened to it after it was raised, and its day.
    pub fn first_step_on(&self) -> Option<NaiveDate> {
        self.forwarded_on.or(self.answered_on)
    }

    /// The days on which `step` may have been taken, both ends included.
    pub fn days_of(&self, step: Step, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        match step {
            Step::Forward => (self.raised_on, self.answered_on.unwrap_or(today)),
            Step::Answer => (self.forwarded_on.unwrap_or(self.raised_on), today),
        }
    }
}

/// How many opinions have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    pub recorded: i64,
    pub forwarded: i64,
    pub answered: i64,
}

impl Counts {
    pub fn all(self) -> i64 {
        self.unanswered() + self.answered
    }

    pub fn unanswered(self) -> i64 {
        self.recorded + self.forwarded
    }

    pub fn of(self, which: Which) -> i64 {
        match which {
            Which::All => self.all(),
            Which::Unanswered => self.unanswered(),
            Which::Recorded => self.recorded,
            Which::Forwarded => self.forwarded,
            Which::Answered => self.answered,
        }
    }
}

words! {
    /// What a list shows.
    Which {
        All = "", "Tất cả";
        Unanswered = "unanswered", "Chưa trả lời";
        Recorded = "recorded", "Đã ghi, chưa chuyển";
        Forwarded = "forwarded", "Đã chuyển, chờ trả lời";
        Answered = "answered", "Đã trả lời";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion() -> Opinion {
        Opinion {
            id: OpinionId::new(),
            unit_id: UnitId::new(),
            unit_name: String::new(),
            meeting_id: None,
            meeting_kind: None,
            meeting_on: None,
            member_id: None,
            speaker: None,
            raised_on: "2024-05-10".parse().unwrap(),
            topic: String::new(),
            text: String::new(),
            status: OpinionStatus::Recorded,
            forwarded_to: None,
            forwarded_on: None,
            answered_on: None,
            answer: None,
            answer_read_at_meeting_id: None,
            read_on: None,
            version: 1,
        }
    }

    #[test]
    fn the_days_of_an_opinion_come_in_order() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2024-12-01");
        let mut it = opinion();
        assert_eq!(it.days_of(Step::Answer, today), (day("2024-05-10"), today));
        it.forwarded_on = Some(day("2024-05-20"));
        assert_eq!(it.days_of(Step::Answer, today), (day("2024-05-20"), today));
        it.answered_on = Some(day("2024-06-30"));
        assert_eq!(it.days_of(Step::Forward, today), (day("2024-05-10"), day("2024-06-30")));
        assert_eq!(it.first_step_on(), Some(day("2024-05-20")));
    }

    #[test]
    fn an_opinion_had_come_as_far_as_the_days_of_its_steps_say() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut it = opinion();
        it.forwarded_on = Some(day("2024-05-20"));
        it.forwarded_to = Some("UBND phường".to_owned());
        it.answered_on = Some(day("2024-06-30"));
        assert_eq!(it.status_on(day("2024-05-19")), OpinionStatus::Recorded);
        assert_eq!(it.sent_by(day("2024-05-19")), None);
        assert_eq!(it.status_on(day("2024-06-29")), OpinionStatus::Forwarded);
        assert_eq!(it.sent_by(day("2024-05-20")), Some("UBND phường"));
        assert_eq!(it.status_on(day("2024-06-30")), OpinionStatus::Answered);
    }

    #[test]
    fn an_opinion_names_nobody_unless_somebody_is_known() {
        let it = opinion();
        assert_eq!((it.who(), &*it.occasion()), ("Không nêu tên", "giữa hai cuộc họp"));
    }
}
