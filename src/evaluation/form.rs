//! What is typed about sheets.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::criteria::model::Whole;
use crate::evaluation::model::{Consultation, OpenedYear, Sheet};
use crate::evaluation::store::writing::Draft;
use crate::faults::{Clash, Faults};
use crate::ids::{ConsultationId, CriterionId, OptionId};
use crate::vietnamese::day;

pub use self::consultation::ConsultationForm;
pub use self::step::{ReasonForm, SendForm};

mod consultation;
mod step;

/// Characters of the free text.
const LONGEST_TEXT: usize = 2_000;

/// The year of a page, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct YearQuery {
    pub year: String,
    /// The day of a count; today where it is left empty.
    pub on: String,
    /// A word of [`crate::evaluation::model::State`], or of
    /// [`crate::evaluation::model::Reached`].
    pub state: String,
    /// A word of [`crate::evaluation::model::Kind`].
    pub kind: String,
    pub workplace: String,
    /// The id of an option of a criterion.
    pub option: String,
    /// The code of a unit right below.
    pub under: String,
    pub page: String,
    /// The number of a criterion.
    pub criterion: String,
    /// What was just done, to be said.
    pub done: String,
    /// The sheet that was saved last.
    pub saved: String,
}

impl YearQuery {
    /// The year asked for, if one can be read; no year begins after `today`.
    pub fn year(&self, today: NaiveDate) -> Result<Option<i64>, Faults> {
        let mut faults = Faults::default();
        let read = |typed: &str| match typed.parse::<i64>() {
            Ok(year) if (2000..=i64::from(today.year())).contains(&year) => Ok(year),
            _ => Err("Viết năm đủ bốn chữ số, không sau năm nay, ví dụ 2024"),
        };
        let year = faults.read_optional("year", &self.year, read);
        year.ok_or(faults)
    }

    /// The day of a count, not after `today`.
    pub fn on(&self, today: NaiveDate) -> Result<NaiveDate, Faults> {
        let mut faults = Faults::default();
        let on = match self.on.trim() {
            "" => Some(today),
            typed => faults.read("on", day::read(typed)),
        };
        if on.is_some_and(|it| it > today) {
            faults.add("on", "Nhập ngày không sau hôm nay");
        }
        on.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

/// The days of a year's opening.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenForm {
    pub year: String,
    pub reference_on: String,
    pub sign_by: String,
    pub return_by: String,
    pub version: String,
    pub step: String,
}

/// The days of an opening, as read.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    pub year: i64,
    pub reference_on: NaiveDate,
    pub sign_by: Option<NaiveDate>,
    pub return_by: Option<NaiveDate>,
}

impl OpenForm {
    /// A year that was not opened yet: nothing is settled but that its members are counted
    /// today, or on its last day once it is over.
    pub fn new(year: i64, today: NaiveDate) -> OpenForm {
        let last = i32::try_from(year).ok().and_then(|it| NaiveDate::from_ymd_opt(it, 12, 31));
        OpenForm {
            year: year.to_string(),
            reference_on: day::short(last.unwrap_or(today).min(today)),
            ..OpenForm::default()
        }
    }

    pub fn of(opened: &OpenedYear) -> OpenForm {
        let short = |it: Option<NaiveDate>| it.map(day::short).unwrap_or_default();
        OpenForm {
            year: opened.year.to_string(),
            reference_on: day::short(opened.reference_on),
            sign_by: short(opened.sign_by),
            return_by: short(opened.return_by),
            version: opened.version.to_string(),
            step: String::new(),
        }
    }

    pub fn read(&self, today: NaiveDate) -> Result<Days, Faults> {
        let mut faults = Faults::default();
        let year = self.year.trim().parse::<i64>().ok();
        let year = year.filter(|it| (2000..=i64::from(today.year())).contains(it));
        let year = faults.need("year", year, "Viết năm đủ bốn chữ số, không sau năm nay");
        let reference_on = faults.read("reference_on", day::read(&self.reference_on));
        if let (Some(year), Some(on)) = (year, reference_on)
            && (i64::from(on.year()) != year || on > today)
        {
            let fault = format!("Nhập một ngày trong năm {year}, không sau hôm nay");
            faults.add("reference_on", fault);
        }
        let sign_by = faults.read_optional("sign_by", &self.sign_by, day::read);
        let return_by = faults.read_optional("return_by", &self.return_by, day::read);
        if let (Some(Some(sign_by)), Some(Some(return_by))) = (sign_by, return_by)
            && return_by < sign_by
        {
            faults.add("return_by", "Hạn gửi nơi công tác phải sau hạn chi bộ ký");
        }
        match (year, reference_on, sign_by, return_by) {
            (Some(year), Some(reference_on), Some(sign_by), Some(return_by))
                if faults.is_empty() =>
            {
                Ok(Days { year, reference_on, sign_by, return_by })
            }
            _ => Err(faults),
        }
    }
}

/// A sheet as typed: `c-` and the id of a criterion for each that was answered.
#[derive(Clone, Debug, Default)]
pub struct SheetForm {
    pub choices: Vec<(CriterionId, OptionId)>,
    pub other_text: String,
    pub consultation: String,
    pub version: String,
    pub action: String,
}

impl SheetForm {
    pub fn of(sheet: &Sheet, choices: &[(CriterionId, OptionId)]) -> SheetForm {
        SheetForm {
            choices: choices.to_vec(),
            other_text: sheet.other_text.clone(),
            consultation: sheet.consultation_id.map(|it| it.to_string()).unwrap_or_default(),
            version: sheet.version.to_string(),
            action: String::new(),
        }
    }

    /// Reads the fields; what no form of ours sends is left aside.
    pub fn of_fields(fields: Vec<(String, String)>) -> SheetForm {
        let mut form = SheetForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "other_text" => form.other_text = value,
                "consultation" => form.consultation = value,
                "version" => form.version = value,
                "action" => form.action = value,
                _ => {
                    let criterion = name.strip_prefix("c-").and_then(|it| it.parse().ok());
                    if let (Some(criterion), Ok(option)) = (criterion, value.parse()) {
                        form.choices.push((criterion, option));
                    }
                }
            }
        }
        form
    }

    pub fn is_chosen(&self, criterion: CriterionId, option: OptionId) -> bool {
        self.choices.contains(&(criterion, option))
    }

    pub fn is_answered(&self, criterion: CriterionId) -> bool {
        self.choices.iter().any(|it| it.0 == criterion)
    }

    /// Only options of the sheet's own criteria count, one for each.
    pub fn read(&self, whole: &Whole, consultations: &[Consultation]) -> Result<Draft, Faults> {
        let mut faults = Faults::default();
        let other_text = self.other_text.trim().replace("\r\n", "\n");
        if other_text.chars().count() > LONGEST_TEXT {
            faults.add("other_text", format!("Viết gọn lại, nhiều nhất {LONGEST_TEXT} ký tự"));
        }
        let mut choices: Vec<(CriterionId, OptionId)> = Vec::new();
        let clears = self.action == "clear";
        for criterion in whole.criteria.iter().filter(|_| !clears) {
            let mut of_it = self.choices.iter().filter(|it| it.0 == criterion.id);
            if let Some((id, option)) = of_it.next().filter(|it| criterion.option(it.1).is_some()) {
                choices.push((*id, *option));
            }
        }
        let consultation_id = match self.consultation.trim() {
            "" => None,
            typed => {
                let id: Option<ConsultationId> = typed.parse().ok();
                let known = id.filter(|id| consultations.iter().any(|it| it.id == *id));
                faults.need("consultation", known, "Chọn một cuộc họp trong danh sách")
            }
        };
        if faults.is_empty() {
            Ok(Draft { choices, other_text, consultation_id })
        } else {
            Err(faults)
        }
    }

    /// Where it differs from what is stored, in words.
    pub fn clashes(&self, stored: &SheetForm, whole: &Whole) -> Vec<Clash> {
        let label = |form: &SheetForm, criterion| {
            let chosen = form.choices.iter().find(|it| it.0 == criterion);
            let option = chosen.and_then(|it| whole.criterion(criterion)?.option(it.1));
            option.map(|it| it.label.clone()).unwrap_or_default()
        };
        let mut clashes = Vec::new();
        for it in &whole.criteria {
            let (stored, typed) = (label(stored, it.id), label(self, it.id));
            if stored != typed {
                clashes.push(Clash { label: criterion_label(it.number), stored, typed });
            }
        }
        clashes.extend(Clash::between(&[(
            "Nhận xét khác",
            &stored.other_text,
            &self.other_text.replace("\r\n", "\n"),
        )]));
        if stored.consultation.trim() != self.consultation.trim() {
            let said =
                |it: &str| if it.trim().is_empty() { "chưa ghi" } else { "đã ghi" }.to_owned();
            clashes.push(Clash {
                label: "Cuộc họp với mặt trận",
                stored: said(&stored.consultation),
                typed: said(&self.consultation),
            });
        }
        clashes
    }
}

/// How pages and history name a criterion.
pub fn criterion_label(number: i64) -> &'static str {
    const LABELS: [&str; 10] = [
        "Tiêu chí 1",
        "Tiêu chí 2",
        "Tiêu chí 3",
        "Tiêu chí 4",
        "Tiêu chí 5",
        "Tiêu chí 6",
        "Tiêu chí 7",
        "Tiêu chí 8",
        "Tiêu chí 9",
        "Tiêu chí 10",
    ];
    let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
    LABELS.get(at).copied().unwrap_or("Tiêu chí khác")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_opened_for_a_day_of_its_own_that_has_come() {
        let today = day("2024-11-15");
        let form = OpenForm::new(2024, today);
        assert_eq!(form.reference_on, "15/11/2024");
        assert_eq!(OpenForm::new(2023, today).reference_on, "31/12/2023");
        let days = form.read(today).unwrap();
        assert_eq!((days.sign_by, days.return_by), (None, None), "nothing is made up");
        for wrong in ["31/12/2024", "31/12/2023", ""] {
            let form = OpenForm { reference_on: wrong.to_owned(), ..form.clone() };
            assert!(form.read(today).unwrap_err().of("reference_on").is_some(), "{wrong}");
        }
        let form = OpenForm {
            sign_by: "10/12/2024".to_owned(),
            return_by: "1/12/2024".to_owned(),
            ..form
        };
        assert!(form.read(today).unwrap_err().of("return_by").is_some());
    }
}
