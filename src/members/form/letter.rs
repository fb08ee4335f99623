//! An introduction letter as typed.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{line, past, tidy_day};
use crate::faults::{Clash, Faults};
use crate::ids::{LetterId, MemberId, UnitId};
use crate::members::model::{Letter, NewLetter};
use crate::vietnamese::day;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LetterForm {
    pub number: String,
    pub issued_by: String,
    pub signer: String,
    pub issued_on: String,
    pub received_on: String,
    pub received_by: String,
    pub assigned_cell_id: String,
    pub assigned_on: String,
    pub closed_on: String,
}

/// What a letter says, as read; its cell is for the page to check.
#[derive(Clone, Debug)]
pub struct LetterText {
    pub number: String,
    pub issued_by: String,
    pub signer: String,
    pub issued_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub received_by: String,
    pub assigned_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

impl LetterForm {
    pub fn of(letter: &Letter) -> LetterForm {
        let day = |it: Option<NaiveDate>| it.map(day::short).unwrap_or_default();
        LetterForm {
            number: letter.number.clone(),
            issued_by: letter.issued_by.clone(),
            signer: letter.signer.clone(),
            issued_on: day(letter.issued_on),
            received_on: day(letter.received_on),
            received_by: letter.received_by.clone(),
            assigned_cell_id: letter.cell_id.map(|it| it.to_string()).unwrap_or_default(),
            assigned_on: day(letter.assigned_on),
            closed_on: day(letter.closed_on),
        }
    }

    pub fn is_blank(&self) -> bool {
        let typed = [
            &self.number,
            &self.issued_by,
            &self.signer,
            &self.issued_on,
            &self.received_on,
            &self.received_by,
        ];
        typed.iter().all(|text| text.trim().is_empty())
    }

    pub fn read(&self, today: NaiveDate, faults: &mut Faults) -> Option<LetterText> {
        let read_past = |typed: &str| past(typed, today);
        let number = line(faults, "number", &self.number)?;
        if number.is_empty() {
            faults.add("number", "Nhập số giấy giới thiệu, ví dụ 112-GGT/ĐU");
        }
        let issued_by = line(faults, "issued_by", &self.issued_by);
        let signer = line(faults, "signer", &self.signer);
        let issued_on = faults.read_optional("issued_on", &self.issued_on, read_past);
        let received_on = faults.read_optional("received_on", &self.received_on, read_past);
        let received_by = line(faults, "received_by", &self.received_by);
        let assigned_on = faults.read_optional("assigned_on", &self.assigned_on, read_past);
        let closed_on = faults.read_optional("closed_on", &self.closed_on, read_past);
        let way = [
            ("issued_on", issued_on),
            ("received_on", received_on),
            ("assigned_on", assigned_on),
            ("closed_on", closed_on),
        ];
        let mut last = None;
        for (field, on) in way {
            let Some(on) = on.flatten() else { continue };
            if last.is_some_and(|last| on < last) {
                faults.add(
                    field,
                    "Sửa ngày: giấy được cấp, rồi tiếp nhận, rồi phân về chi bộ, rồi đóng",
                );
            }
            last = Some(on);
        }
        Some(LetterText {
            number,
            issued_by: issued_by?,
            signer: signer?,
            issued_on: issued_on?,
            received_on: received_on?,
            received_by: received_by?,
            assigned_on: assigned_on?,
            closed_on: closed_on?,
        })
    }

    /// Where what is typed here differs from what is stored.
    pub fn differences(&self, stored: &LetterForm) -> Vec<Clash> {
        let days = |form: &LetterForm| {
            [&form.issued_on, &form.received_on, &form.assigned_on, &form.closed_on]
                .map(|typed| tidy_day(typed))
        };
        let (was, is) = (days(stored), days(self));
        Clash::between(&[
            ("Số giấy", &stored.number, &self.number),
            ("Nơi cấp", &stored.issued_by, &self.issued_by),
            ("Người ký", &stored.signer, &self.signer),
            ("Ngày cấp", &was[0], &is[0]),
            ("Ngày tiếp nhận", &was[1], &is[1]),
            ("Người tiếp nhận", &stored.received_by, &self.received_by),
            ("Ngày phân về chi bộ", &was[2], &is[2]),
            ("Ngày đóng", &was[3], &is[3]),
        ])
    }
}

impl LetterText {
    pub fn into_new(
        self,
        id: LetterId,
        member_id: MemberId,
        ward_id: Option<UnitId>,
        cell_id: Option<UnitId>,
        exempt: bool,
    ) -> NewLetter {
        NewLetter {
            id,
            member_id,
            number: self.number,
            issued_by: self.issued_by,
            signer: self.signer,
            issued_on: self.issued_on,
            ward_id,
            received_on: self.received_on,
            received_by: self.received_by,
            cell_id,
            assigned_on: self.assigned_on,
            exempt,
        }
    }

    pub fn onto(self, before: &Letter, cell_id: Option<UnitId>, version: i64) -> Letter {
        Letter {
            id: before.id,
            version,
            member_id: before.member_id,
            number: self.number,
            issued_by: self.issued_by,
            signer: self.signer,
            issued_on: self.issued_on,
            ward_id: before.ward_id,
            received_on: self.received_on,
            received_by: self.received_by,
            cell_id,
            assigned_on: self.assigned_on,
            closed_on: self.closed_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_cannot_be_received_before_it_was_issued() {
        let form = LetterForm {
            number: "112-GGT/ĐU".to_owned(),
            issued_on: "18/02/2019".to_owned(),
            received_on: "17/02/2019".to_owned(),
            ..LetterForm::default()
        };
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let mut faults = Faults::default();
        form.read(today, &mut faults);
        assert!(faults.of("received_on").is_some());
        assert!(!form.is_blank() && LetterForm::default().is_blank());
    }
}
