//! Coming, moving and leaving, as typed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{CategoryForm, LetterForm, LetterText, Person, PersonForm, Place, PlaceForm, past};
use crate::faults::Faults;
use crate::members::model::{EndReason, ExemptReason, Residence};
use crate::vietnamese::day;

/// A member to be written down, with the place and perhaps the letter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    pub id: String,
    pub cell_id: String,
    pub started_on: String,
    /// Whether the people shown as perhaps the same are said to be others.
    pub confirmed: String,
    #[serde(flatten)]
    pub person: PersonForm,
    #[serde(flatten)]
    pub place: PlaceForm,
    #[serde(flatten)]
    pub category: CategoryForm,
    #[serde(flatten)]
    pub letter: LetterForm,
}

#[derive(Clone, Debug)]
pub struct Arrival {
    pub person: Person,
    pub place: Place,
    pub exempt: Option<ExemptReason>,
    pub started_on: NaiveDate,
    pub letter: Option<LetterText>,
}

impl AddForm {
    pub fn read(&self, today: NaiveDate, faults: &mut Faults) -> Option<Arrival> {
        let person = self.person.read(today, faults);
        let place = self.place.read(faults);
        let exempt = self.category.read(faults);
        let started_on = faults.read("started_on", past(&self.started_on, today));
        let letter = if self.letter.is_blank() {
            Some(None)
        } else {
            self.letter.read(today, faults).map(Some)
        };
        Some(Arrival {
            person: person?,
            place: place?,
            exempt: exempt?,
            started_on: started_on?,
            letter: letter?,
        })
        .filter(|_| faults.is_empty())
    }
}

/// A new home. `residence_id` and `version` say which one it was seen to replace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MoveForm {
    /// Whether what it changes was told: of the pages.
    #[serde(skip_serializing)]
    pub step: String,
    pub id: String,
    pub residence_id: String,
    pub version: String,
    pub cell_id: String,
    pub on: String,
    #[serde(flatten)]
    pub place: PlaceForm,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LeaveForm {
    /// Whether what it changes was told: of the pages.
    #[serde(skip_serializing)]
    pub step: String,
    pub residence_id: String,
    pub version: String,
    pub on: String,
    pub reason: String,
}

impl LeaveForm {
    pub fn read(
        &self,
        residence: &Residence,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Option<(NaiveDate, EndReason)> {
        let on = read_turn(&self.on, residence, today, faults);
        let reason = EndReason::read(&self.reason).filter(|it| *it != EndReason::Category);
        let reason = faults.need("reason", reason, "Chọn lý do thôi sinh hoạt ở chi bộ này");
        on.zip(reason)
    }

    /// The reasons to choose from: a change of category has a page of its own.
    pub fn reasons() -> Vec<(&'static str, &'static str)> {
        let all = EndReason::choices().into_iter();
        all.filter(|(word, _)| *word != EndReason::Category.as_str()).collect()
    }
}

/// A switch between the categories: `exempt_reason` is asked for on the way to exempt.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CategoryChange {
    /// Whether what it changes was told: of the pages.
    #[serde(skip_serializing)]
    pub step: String,
    pub id: String,
    pub residence_id: String,
    pub version: String,
    pub on: String,
    pub exempt_reason: String,
}

impl CategoryChange {
    /// The day, and the reason where the member becomes exempt.
    pub fn read(
        &self,
        residence: &Residence,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Option<(NaiveDate, Option<ExemptReason>)> {
        let on = read_turn(&self.on, residence, today, faults);
        let reason = match residence.exempt_reason {
            Some(_) => Some(None),
            None => super::read_reason(&self.exempt_reason, faults).map(Some),
        };
        on.zip(reason)
    }
}

/// The day on which `residence` gives way to what comes next: after it began, and come
/// already. Whoever has left may come back on the day of leaving.
pub fn read_turn(
    typed: &str,
    residence: &Residence,
    today: NaiveDate,
    faults: &mut Faults,
) -> Option<NaiveDate> {
    let on = faults.read("on", past(typed, today))?;
    match residence.ended_on {
        Some(ended) if on < ended => {
            let ended = day::short(ended);
            faults.add("on", format!("Sửa ngày: đã thôi sinh hoạt nơi cư trú từ {ended}"));
            None
        }
        None if on <= residence.started_on => {
            let started = day::short(residence.started_on);
            faults.add("on", format!("Sửa ngày: phải sau ngày bắt đầu ở đây, {started}"));
            None
        }
        _ => Some(on),
    }
}
