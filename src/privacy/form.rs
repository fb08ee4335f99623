//! Requests, restrictions and proposals to anonymise, as typed.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::faults::{Clash, Faults};
use crate::ids::{DataRequestId, MemberId, UnitId};
use crate::members::form::past;
use crate::privacy::clocks::Clocks;
use crate::privacy::model::{DataRequest, NewRequest, RequestKind, Step};
use crate::vietnamese::day;

const LONGEST: usize = 2_000;

/// Several lines of text, which browsers end with CR LF.
fn lines(typed: &str, missing: &str) -> Result<String, String> {
    let text = typed.trim().replace("\r\n", "\n");
    match text.chars().count() {
        0..5 => Err(missing.to_owned()),
        5..=LONGEST => Ok(text),
        _ => Err(format!("Viết ngắn lại, nhiều nhất {LONGEST} ký tự")),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// The id of the row that it makes.
    pub id: String,
    pub kind: String,
    pub text: String,
    pub received_on: String,
    pub others: String,
}

impl RequestForm {
    pub fn new(today: NaiveDate) -> RequestForm {
        RequestForm {
            id: DataRequestId::new().to_string(),
            received_on: day::short(today),
            ..RequestForm::default()
        }
    }

    pub fn read(
        &self,
        (id, unit_id, member_id): (DataRequestId, UnitId, MemberId),
        received_by: &str,
        (clocks, today): (Clocks, NaiveDate),
    ) -> Result<NewRequest, Faults> {
        let mut faults = Faults::default();
        let kind = faults.need("kind", RequestKind::read(&self.kind), "Chọn yêu cầu gì");
        let text = faults.read("text", lines(&self.text, "Ghi đồng chí ấy yêu cầu gì"));
        let received_on = faults.read("received_on", past(&self.received_on, today));
        let others = !self.others.is_empty();
        match (kind, text, received_on) {
            (Some(kind), Some(text), Some(received_on)) => Ok(NewRequest {
                id,
                unit_id,
                member_id,
                kind,
                text,
                received_on,
                received_by: received_by.to_owned(),
                others,
                answer_by: clocks.answer_by(received_on),
                done_by: clocks.done_by(kind, others, received_on),
            }),
            _ => Err(faults),
        }
    }
}

/// What is done with a request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub version: String,
    pub step: String,
    pub what: String,
    pub on: String,
}

impl StepForm {
    pub fn new(request: &DataRequest, today: NaiveDate) -> StepForm {
        StepForm {
            version: request.version.to_string(),
            on: day::short(today),
            ..StepForm::default()
        }
    }

    pub fn read(
        &self,
        request: &DataRequest,
        today: NaiveDate,
    ) -> Result<(Step, String, NaiveDate), Faults> {
        let mut faults = Faults::default();
        let step = Step::read(&self.step).filter(|it| request.steps().contains(it));
        let step = faults.need("step", step, "Chọn việc đã làm");
        let what = faults.read("what", lines(&self.what, "Ghi đã trả lời, đã làm gì, hoặc vì sao"));
        let on = faults.read("on", past(&self.on, today));
        let first = request.answered_on.unwrap_or(request.received_on);
        if on.is_some_and(|it| it < first) {
            faults.add("on", format!("Viết ngày từ {} trở đi", day::short(first)));
        }
        match (step, what, on) {
            (Some(step), Some(what), Some(on)) if faults.is_empty() => Ok((step, what, on)),
            _ => Err(faults),
        }
    }

    /// What is stored now beside what was to be done, where somebody was quicker.
    pub fn clashes(&self, request: &DataRequest) -> Vec<Clash> {
        let typed = Step::read(&self.step).map_or("", Step::label);
        let said = if request.outcome.is_empty() { &request.answer } else { &request.outcome };
        let state = format!("{}: {said}", request.state.label());
        let typed = format!("{typed}: {}", self.what.trim());
        Clash::between(&[("Tình trạng", &state, &typed)])
    }
}

/// Restricting, or lifting the restriction that the form names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RestrictionForm {
    /// The id of the row that it makes, or of the one that it ends.
    pub id: String,
    pub reason: String,
}

impl RestrictionForm {
    pub fn read(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        let missing = "Ghi lý do, ví dụ: theo yêu cầu của đồng chí ngày 15/11/2024";
        faults.read("reason", lines(&self.reason, missing)).ok_or(faults)
    }
}

/// The word that is typed before what cannot be taken back.
pub const WORD: &str = "ẨN DANH";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ErasureForm {
    /// The id of the proposal: that it makes, or that it closes.
    pub id: String,
    pub word: String,
    /// The password, where it is asked for once more.
    pub confirm: String,
}

impl ErasureForm {
    pub fn read(&self) -> Result<(), Faults> {
        let mut faults = Faults::default();
        let typed = self.word.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        // Composed or not, as keyboards differ.
        let is_it = crate::vietnamese::fold::fold(&typed) == crate::vietnamese::fold::fold(WORD);
        faults.need("word", is_it.then_some(()), "Gõ hai chữ ẨN DANH để xác nhận").ok_or(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_typed_as_keyboards_do() {
        let typed = |word: &str| ErasureForm { word: word.to_owned(), ..ErasureForm::default() };
        for word in ["ẨN DANH", "ẩn  danh", "A\u{302}\u{309}n danh"] {
            assert!(typed(word).read().is_ok(), "{word}");
        }
        assert!(typed("").read().is_err() && typed("xóa").read().is_err());
    }
}
