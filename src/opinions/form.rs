//! The forms as they are typed, and what they are read into.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::contributions::model::Resident;
use crate::faults::{Clash, Faults};
use crate::ids::{MeetingId, MemberId, OpinionId, UnitId};
use crate::meetings::model::Meeting;
use crate::opinions::model::{NewOpinion, Opinion, Step};
use crate::vietnamese::day;

const LONGEST_LINE: usize = 200;
const LONGEST_TEXT: usize = 2000;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpinionForm {
    pub id: String,
    pub version: String,
    /// The meeting at which it was raised; empty between meetings.
    pub meeting: String,
    /// `member` or `anonymous`.
    pub who: String,
    /// The name of the member, as typed.
    pub name: String,
    /// The member chosen among those who answer to `asked`: it counts only while the
    /// name typed is still that one.
    pub member: String,
    pub asked: String,
    pub raised_on: String,
    pub topic: String,
    pub text: String,
}

impl OpinionForm {
    /// An empty form, with the id of the opinion it will write.
    pub fn new(today: NaiveDate, meeting: Option<&Meeting>) -> OpinionForm {
        let raised_on = meeting.map_or(today, |it| it.held_on.min(today));
        OpinionForm {
            id: OpinionId::new().to_string(),
            meeting: meeting.map(|it| it.id.to_string()).unwrap_or_default(),
            who: "member".to_owned(),
            raised_on: day::short(raised_on),
            ..OpinionForm::default()
        }
    }

    /// The form as somebody would have typed what is stored.
    pub fn of(opinion: &Opinion) -> OpinionForm {
        let who = if opinion.member_id.is_some() { "member" } else { "anonymous" };
        let name = opinion.speaker.clone().unwrap_or_default();
        OpinionForm {
            id: opinion.id.to_string(),
            version: opinion.version.to_string(),
            meeting: opinion.meeting_id.map(|it| it.to_string()).unwrap_or_default(),
            who: who.to_owned(),
            asked: name.clone(),
            name,
            member: opinion.member_id.map(|it| it.to_string()).unwrap_or_default(),
            raised_on: day::short(opinion.raised_on),
            topic: opinion.topic.clone(),
            text: opinion.text.clone(),
        }
    }

    pub fn is_anonymous(&self) -> bool {
        self.who == "anonymous"
    }

    /// Notes which member is meant.
    pub fn choose(&mut self, member: &Resident) {
        self.member = member.id.to_string();
        self.asked.clone_from(&self.name);
    }

    /// The day on which to look for the member: today where the one typed is no day.
    pub fn day_or(&self, today: NaiveDate) -> NaiveDate {
        day::read(&self.raised_on).unwrap_or(today)
    }

    /// Reads all but the member and the meeting, which are looked up; `faults` holds what
    /// is wrong with the member. It was raised on `last` at the latest.
    pub fn read(
        &self,
        (id, unit_id): (OpinionId, UnitId),
        meeting_id: Option<MeetingId>,
        member_id: Option<MemberId>,
        last: NaiveDate,
        mut faults: Faults,
    ) -> Result<NewOpinion, Faults> {
        let topic = faults.read("topic", line(&self.topic, "Nhập việc được nêu"));
        let text = faults.read("text", lines(&self.text, "Ghi nội dung ý kiến"));
        let raised_on = faults.read("raised_on", read_day(&self.raised_on, (first_day(), last)));
        match (raised_on, topic, text) {
            (Some(raised_on), Some(topic), Some(text)) if faults.is_empty() => {
                Ok(NewOpinion { id, unit_id, meeting_id, member_id, raised_on, topic, text })
            }
            _ => Err(faults),
        }
    }

    /// Label, stored and typed text of every field. A name that was left out is not
    /// told: it may have been left out because its bearer asked for it.
    pub fn against(&self, stored: &OpinionForm) -> Vec<(&'static str, String, String)> {
        let both_named = !self.is_anonymous() && !stored.is_anonymous();
        let who = |form: &OpinionForm| match form.is_anonymous() {
            true => "không nêu tên".to_owned(),
            false if both_named => form.name.clone(),
            false => "có nêu tên".to_owned(),
        };
        vec![
            ("Người nêu", who(stored), who(self)),
            ("Việc", stored.topic.clone(), self.topic.clone()),
            ("Nội dung", stored.text.clone(), self.text.clone()),
            ("Ngày nêu", stored.raised_on.clone(), self.raised_on.clone()),
        ]
    }

    pub fn clashes(&self, stored: &OpinionForm) -> Vec<Clash> {
        clashes(&self.against(stored))
    }
}

/// What is done with an opinion, as it is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub version: String,
    pub on: String,
    /// The body that is asked, or the answer.
    pub what: String,
}

impl StepForm {
    /// What was written of the step; of a step not taken yet, today.
    pub fn of(opinion: &Opinion, step: Step, today: NaiveDate) -> StepForm {
        let (on, what) = match step {
            Step::Forward => (opinion.forwarded_on, &opinion.forwarded_to),
            Step::Answer => (opinion.answered_on, &opinion.answer),
        };
        let (_, last) = opinion.days_of(step, today);
        StepForm {
            version: opinion.version.to_string(),
            on: day::short(on.unwrap_or(last)),
            what: what.clone().unwrap_or_default(),
        }
    }

    /// The day, and what was done on it.
    pub fn read(
        &self,
        step: Step,
        days: (NaiveDate, NaiveDate),
    ) -> Result<(NaiveDate, String), Faults> {
        let mut faults = Faults::default();
        let what = match step {
            Step::Forward => line(&self.what, "Nhập nơi nhận, ví dụ: UBND phường"),
            Step::Answer => lines(&self.what, "Ghi nội dung trả lời"),
        };
        let what = faults.read("what", what);
        let on = faults.read("on", read_day(&self.on, days));
        on.zip(what).ok_or(faults)
    }

    /// Label, stored and typed text of both fields.
    pub fn against(&self, stored: &StepForm, step: Step) -> Vec<(&'static str, String, String)> {
        let (what, on) = step.labels();
        vec![
            (what, stored.what.clone(), self.what.clone()),
            (on, stored.on.clone(), self.on.clone()),
        ]
    }

    pub fn clashes(&self, stored: &StepForm, step: Step) -> Vec<Clash> {
        clashes(&self.against(stored, step))
    }
}

impl Step {
    /// What its two fields are called: what was done, and when.
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Step::Forward => ("Chuyển đến", "Ngày chuyển"),
            Step::Answer => ("Nội dung trả lời", "Ngày trả lời"),
        }
    }
}

fn clashes(fields: &[(&'static str, String, String)]) -> Vec<Clash> {
    let fields: Vec<_> = fields.iter().map(|(label, a, b)| (*label, &**a, &**b)).collect();
    Clash::between(&fields)
}

/// Nothing in the registry happened before the party was founded.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1930, 1, 1).unwrap_or_default()
}

/// Reads a day from the first to the last of `days`, both included.
fn read_day(typed: &str, (first, last): (NaiveDate, NaiveDate)) -> Result<NaiveDate, String> {
    let on = day::read(typed)?;
    if on < first {
        return Err(format!("Viết ngày từ {} trở đi", day::short(first)));
    }
    if on > last {
        return Err(format!("Viết ngày không sau {}", day::short(last)));
    }
    Ok(on)
}

/// A line of text with single spaces; `missing` is said where there is none.
fn line(typed: &str, missing: &str) -> Result<String, String> {
    within(typed.split_whitespace().collect::<Vec<_>>().join(" "), LONGEST_LINE, missing)
}

/// Several lines of text, which browsers end with CR LF.
fn lines(typed: &str, missing: &str) -> Result<String, String> {
    within(typed.trim().replace("\r\n", "\n"), LONGEST_TEXT, missing)
}

fn within(text: String, longest: usize, missing: &str) -> Result<String, String> {
    match text.chars().count() {
        0 => Err(missing.to_owned()),
        long if long > longest => Err(format!("Viết ngắn lại, nhiều nhất {longest} ký tự")),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read(form: &OpinionForm) -> Result<NewOpinion, Faults> {
        let ids = (OpinionId::new(), UnitId::new());
        form.read(ids, None, None, day("2024-11-15"), Faults::default())
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let form = OpinionForm { raised_on: "16/11/2024".to_owned(), ..OpinionForm::default() };
        let faults = read(&form).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["topic", "text", "raised_on"]);
        assert_eq!(faults.of("raised_on"), Some("Viết ngày không sau 15/11/2024"));
    }

    #[test]
    fn lines_are_kept_and_spaces_are_not() {
        let form = OpinionForm {
            topic: "  Đèn   đường ".to_owned(),
            text: "Ngõ 3 tối.\r\nNgõ 5 cũng vậy.".to_owned(),
            ..OpinionForm::new(day("2024-11-15"), None)
        };
        let new = read(&form).unwrap();
        assert_eq!((&*new.topic, &*new.text), ("Đèn đường", "Ngõ 3 tối.\nNgõ 5 cũng vậy."));
    }

    #[test]
    fn a_name_taken_back_is_not_told_in_the_difference() {
        let named = OpinionForm {
            who: "member".to_owned(),
            name: "Võ Quốc Huy".to_owned(),
            ..OpinionForm::default()
        };
        let nobody = OpinionForm { who: "anonymous".to_owned(), ..OpinionForm::default() };
        let (_, before, after) = nobody.against(&named).remove(0);
        assert_eq!((&*before, &*after), ("có nêu tên", "không nêu tên"));
    }

    #[test]
    fn an_answer_lies_between_its_question_and_today() {
        let form = |on: &str| StepForm {
            on: on.to_owned(),
            what: "Đã sửa".to_owned(),
            ..StepForm::default()
        };
        let days = (day("2024-05-20"), day("2024-11-15"));
        assert!(form("20/05/2024").read(Step::Answer, days).is_ok());
        assert!(form("19/05/2024").read(Step::Answer, days).is_err());
        assert!(form("16/11/2024").read(Step::Answer, days).is_err());
    }
}
