//! The addresses of the lists behind the figures of a unit: each with the same days, and so
//! of as many rows.

use chrono::NaiveDate;

use crate::ids::OptionId;
use crate::statistics::half::HalfYear;
use crate::statistics::model::{AsOf, ByWork};
use crate::statistics::store::works::WithGoal;
use crate::vietnamese::day;
use crate::web::list::Address;

#[derive(Clone, Debug)]
pub struct Lists {
    code: String,
    as_of: AsOf,
    /// The day of the sheets: none is told of a day to come.
    sheets_on: NaiveDate,
}

impl Lists {
    pub fn new(code: &str, as_of: AsOf, today: NaiveDate) -> Lists {
        Lists { code: code.to_owned(), as_of, sheets_on: as_of.on.min(today) }
    }

    fn of_unit(&self, list: &str, fields: &[(&'static str, &str)]) -> String {
        Address::new(format!("/units/{}/{list}", self.code), fields).href()
    }

    /// Of the year, up to the day.
    fn of_year(&self, list: &str, fields: &[(&'static str, &str)]) -> String {
        let (year, on) = (self.as_of.year.to_string(), day::iso(self.as_of.on));
        let days = [("year", year.as_str()), ("on", on.as_str())];
        self.of_unit(list, &[&days, fields].concat())
    }

    /// Of a half-year, up to the last day that is counted.
    fn of_half(&self, list: &str, half: HalfYear, fields: &[(&'static str, &str)]) -> String {
        let until = half.last_day().min(self.as_of.last_day());
        let (from, on) = (day::iso(half.first_day()), day::iso(until));
        let days = [("from", from.as_str()), ("on", on.as_str())];
        self.of_unit(list, &[&days, fields].concat())
    }

    /// The meetings of the year; `kind` may be empty.
    pub fn meetings(&self, kind: &str) -> String {
        self.of_year("meetings", &[("kind", kind)])
    }

    /// The meetings of a half-year, of the unit right below that has the code `under`, or of all.
    pub fn meetings_of(&self, half: HalfYear, under: &str) -> String {
        self.of_half("meetings", half, &[("under", under)])
    }

    /// The periodic meetings of a half-year.
    pub fn periodic(&self, half: HalfYear) -> String {
        self.of_half("meetings", half, &[("kind", "periodic")])
    }

    /// The cells of a half-year, with those that met.
    pub fn cells(&self, half: HalfYear, under: &str) -> String {
        self.of_half("cells", half, &[("under", under)])
    }

    /// What was given in the year.
    pub fn gifts(&self, kind: &str, under: &str) -> String {
        self.of_year("contributions", &[("kind", kind), ("under", under)])
    }

    pub fn gifts_of(&self, it: &ByWork) -> String {
        match (&it.kind, &it.name) {
            (Some(kind), Some(name)) => {
                self.of_year("contributions", &[("named", name), ("of", kind.as_str())])
            }
            _ => self.of_year("contributions", &[("work", "none")]),
        }
    }

    /// All that a work was given up to the last day, whenever it was.
    pub fn work(&self, it: &WithGoal) -> String {
        let on = day::iso(self.as_of.last_day());
        Address::new(format!("/works/{}", it.id), &[("on", &on)]).href()
    }

    pub fn opinions(&self, status: &str) -> String {
        self.of_year("opinions", &[("status", status)])
    }

    /// Sheets by a word of their list.
    pub fn sheets(&self, state: &str, under: &str) -> String {
        let (year, on) = (self.as_of.year.to_string(), day::iso(self.sheets_on));
        let days = [("year", year.as_str()), ("on", on.as_str())];
        let of = [("state", state), ("under", under)];
        self.of_unit("evaluations/sheets", &[days, of].concat())
    }

    /// Confirmed sheets on which the option is chosen.
    pub fn chosen(&self, id: &OptionId) -> String {
        let (year, on) = (self.as_of.year.to_string(), day::iso(self.sheets_on));
        self.of_unit(
            "evaluations/sheets",
            &[
                ("year", &year),
                ("on", &on),
                ("state", "from_confirmed"),
                ("option", &id.to_string()),
            ],
        )
    }

    /// The overview of sheets, which tells no names.
    pub fn overview(&self) -> String {
        let (year, on) = (self.as_of.year.to_string(), day::iso(self.sheets_on));
        self.of_unit("evaluations", &[("year", &year), ("on", &on)])
    }
}
