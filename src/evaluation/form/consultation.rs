//! The meeting with the Front work committee, as typed.

use chrono::{Datelike, NaiveDate};

use crate::evaluation::model::Consultation;
use crate::evaluation::store::consultations::NewConsultation;
use crate::faults::Faults;
use crate::ids::{ConsultationId, SheetId, UnitId};
use crate::vietnamese::day;

/// Characters of a list of names.
const LONGEST_NAMES: usize = 300;

/// A meeting with the Front work committee, as typed.
#[derive(Clone, Debug, Default)]
pub struct ConsultationForm {
    /// The id of the row that it creates.
    pub id: String,
    pub year: String,
    pub held_on: String,
    pub cell_people: String,
    pub front_people: String,
    pub version: String,
    /// The sheets that were not discussed.
    pub left_out: Vec<String>,
}

impl ConsultationForm {
    pub fn new(year: i64) -> ConsultationForm {
        ConsultationForm {
            id: ConsultationId::new().to_string(),
            year: year.to_string(),
            ..ConsultationForm::default()
        }
    }

    pub fn of(it: &Consultation) -> ConsultationForm {
        ConsultationForm {
            id: it.id.to_string(),
            year: it.year.to_string(),
            held_on: day::short(it.held_on),
            cell_people: it.cell_people.clone(),
            front_people: it.front_people.clone(),
            version: it.version.to_string(),
            left_out: Vec::new(),
        }
    }

    pub fn of_fields(fields: Vec<(String, String)>) -> ConsultationForm {
        let mut form = ConsultationForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "id" => form.id = value,
                "year" => form.year = value,
                "held_on" => form.held_on = value,
                "cell_people" => form.cell_people = value,
                "front_people" => form.front_people = value,
                "version" => form.version = value,
                "left_out" => form.left_out.push(value),
                _ => {}
            }
        }
        form
    }

    pub fn is_left_out(&self, id: &SheetId) -> bool {
        self.left_out.iter().any(|it| *it == id.to_string())
    }

    pub fn read(
        &self,
        (id, unit_id, year): (ConsultationId, UnitId, i64),
        today: NaiveDate,
    ) -> Result<NewConsultation, Faults> {
        let mut faults = Faults::default();
        let held_on = faults.read("held_on", day::read(&self.held_on));
        if let Some(on) = held_on
            && (on > today || !(year..=year + 1).contains(&i64::from(on.year())))
        {
            let fault = format!("Nhập ngày họp, từ đầu năm {year} đến hôm nay");
            faults.add("held_on", fault);
        }
        let names = |field: &'static str, typed: &str, faults: &mut Faults, fault: &str| {
            let names = typed.split_whitespace().collect::<Vec<_>>().join(" ");
            if names.is_empty() || names.chars().count() > LONGEST_NAMES {
                faults.add(field, fault);
            }
            names
        };
        let fault = "Nhập họ tên người của chi bộ dự họp: chi ủy, hoặc bí thư nếu không có chi ủy";
        let cell_people = names("cell_people", &self.cell_people, &mut faults, fault);
        let fault = "Nhập họ tên người của ban công tác mặt trận dự họp";
        let front_people = names("front_people", &self.front_people, &mut faults, fault);
        match held_on {
            Some(held_on) if faults.is_empty() => {
                Ok(NewConsultation { id, unit_id, year, held_on, cell_people, front_people })
            }
            _ => Err(faults),
        }
    }
}
