//! What is done behind a signature, as typed: given back, corrected, sent.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::evaluation::model::SentHow;
use crate::faults::Faults;
use crate::vietnamese::day;

/// Characters of a reason.
const LONGEST_REASON: usize = 500;

/// Why a sheet goes back, or is corrected.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub reason: String,
    pub version: String,
    /// The id of the sheet that a correction makes.
    pub id: String,
}

impl ReasonForm {
    pub fn read(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            let fault = format!("Viết lý do cho chi bộ hiểu, nhiều nhất {LONGEST_REASON} ký tự");
            faults.add("reason", fault);
        }
        if faults.is_empty() { Ok(reason) } else { Err(faults) }
    }
}

/// When and how sheets went back to the workplace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendForm {
    pub on: String,
    pub how: String,
    pub year: String,
    pub workplace: String,
    /// How many sheets the list had.
    pub count: String,
    pub version: String,
}

impl SendForm {
    pub fn new(today: NaiveDate) -> SendForm {
        SendForm { on: day::short(today), ..SendForm::default() }
    }

    /// `first` is the day of the confirmation.
    pub fn read(
        &self,
        first: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<(NaiveDate, SentHow), Faults> {
        let mut faults = Faults::default();
        let on = faults.read("on", day::read(&self.on));
        if let Some(day) = on
            && (day > today || first.is_some_and(|it| day < it))
        {
            faults.add("on", "Nhập ngày gửi, từ ngày đảng ủy xác nhận đến hôm nay");
        }
        let how = faults.need("how", SentHow::read(&self.how), "Chọn cách gửi");
        match (on, how) {
            (Some(on), Some(how)) if faults.is_empty() => Ok((on, how)),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_sheet_is_sent_after_it_was_confirmed() {
        let form = SendForm { how: "post".to_owned(), ..SendForm::new(day("2024-12-10")) };
        assert!(form.read(Some(day("2024-12-10")), day("2024-12-10")).is_ok());
        assert!(form.read(Some(day("2024-12-11")), day("2024-12-12")).is_err());
        assert!(form.read(None, day("2024-12-09")).is_err());
    }
}
