//! Everything that is held about a person, as tables: the paper prints them, the file for
//! machines holds the same, so that the two cannot differ.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::clock::Moment;
use crate::vietnamese::{day, number};

/// The key in the file, and the head of the column on paper.
pub type Column = (&'static str, &'static str);

/// One kind of record.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its key in the file.
    pub key: &'static str,
    pub title: &'static str,
    pub columns: &'static [Column],
    pub rows: Vec<Vec<Datum>>,
}

impl Section {
    /// What one row tells, each under the head of its column.
    pub fn told(&self, row: &[Datum]) -> Vec<(&'static str, String)> {
        let fields = self.columns.iter().zip(row).map(|((_, label), it)| (*label, it.shown()));
        fields.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// One thing known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    Text(String),
    Number(i64),
    /// In hundredths, as it is stored and as the file for machines has it.
    Quantity(i64),
    Day(NaiveDate),
    Moment(Moment),
    Unknown,
}

impl Datum {
    /// As the paper writes it; empty where nothing is known.
    pub fn shown(&self) -> String {
        match self {
            Datum::Text(text) => text.clone(),
            Datum::Number(count) => number::grouped(*count),
            Datum::Quantity(hundredths) => number::quantity(*hundredths),
            Datum::Day(on) => day::short(*on),
            Datum::Moment(at) => at.shown(),
            Datum::Unknown => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Datum::Text(text) => Value::from(text.as_str()),
            Datum::Number(count) | Datum::Quantity(count) => Value::from(*count),
            Datum::Day(on) => Value::from(day::iso(*on)),
            Datum::Moment(at) => Value::from(at.iso()),
            Datum::Unknown => Value::Null,
        }
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Datum {
        if text.is_empty() { Datum::Unknown } else { Datum::Text(text.to_owned()) }
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Datum {
        Datum::from(text.as_str())
    }
}

impl From<i64> for Datum {
    fn from(count: i64) -> Datum {
        Datum::Number(count)
    }
}

impl From<NaiveDate> for Datum {
    fn from(on: NaiveDate) -> Datum {
        Datum::Day(on)
    }
}

impl From<Moment> for Datum {
    fn from(at: Moment) -> Datum {
        Datum::Moment(at)
    }
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(known: Option<T>) -> Datum {
        known.map_or(Datum::Unknown, T::into)
    }
}

/// The file for machines: a list under each section's key. Days are ISO days, moments carry
/// their zone, what is not known is null.
pub fn json(sections: &[Section], made_at: Moment) -> Value {
    let mut all = Map::new();
    all.insert("made_at".to_owned(), Value::from(made_at.iso()));
    for section in sections {
        let row = |row: &Vec<Datum>| {
            let fields = section.columns.iter().zip(row);
            fields.map(|((key, _), it)| ((*key).to_owned(), it.json())).collect::<Map<_, _>>()
        };
        let rows = section.rows.iter().map(|it| Value::Object(row(it))).collect();
        all.insert(section.key.to_owned(), Value::Array(rows));
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_the_paper_says() {
        let on = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let row = vec![
            Datum::from("Họp"),
            Datum::from(on),
            Datum::from(Some(1_500)),
            Datum::Quantity(250),
            "".into(),
        ];
        let columns = &[
            ("what", "Việc"),
            ("on", "Ngày"),
            ("amount", "Số"),
            ("hundredths", "Số lượng"),
            ("reason", "Lý do"),
        ];
        let section = Section { key: "meetings", title: "Họp", columns, rows: vec![row] };
        let shown: Vec<_> = section.rows[0].iter().map(Datum::shown).collect();
        assert_eq!(shown, ["Họp", "15/11/2024", "1.500", "2,5", ""]);
        let file = json(&[section], Moment(1_731_690_000_000_000));
        assert_eq!(
            file.to_string(),
            r#"{"made_at":"2024-11-16T00:00:00+07:00","meetings":[{"amount":1500,"hundredths":250,"on":"2024-11-15","reason":null,"what":"Họp"}]}"#
        );
    }
}
