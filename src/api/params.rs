//! The query string of a program: what is given must be known and readable, for nobody looks
//! at the answer who would notice that it is of another day.

use chrono::{Datelike, NaiveDate};
use utoipa::IntoParams;

use crate::api::model::FileFormat;
use crate::api::problem::{ParameterFault, Refusal};
use crate::csv_file::Dialect;
use crate::exports::model::read_purpose;
use crate::statistics::model::AsOf;
use crate::table_file::Format;
use crate::vietnamese::day;

/// Names and values as they stand in the address.
pub type Fields = Vec<(String, String)>;

/// Reads parameters one by one, and gathers what is wrong with them.
struct Reader {
    fields: Fields,
    faults: Vec<ParameterFault>,
}

impl Reader {
    /// Those of `fields` that are not `known`, or are given twice, are faults.
    fn new(fields: Fields, known: &[&str]) -> Reader {
        let mut faults = Vec::new();
        for (at, (name, _)) in fields.iter().enumerate() {
            let detail = if !known.contains(&name.as_str()) {
                "Không có tham số này ở đây"
            } else if fields[..at].iter().any(|(before, _)| before == name) {
                "Tham số này có hai lần"
            } else {
                continue;
            };
            faults.push(ParameterFault { name: name.clone(), detail: detail.to_owned() });
        }
        Reader { fields, faults }
    }

    fn read<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (_, typed) = self.fields.iter().find(|(it, _)| it == name)?;
        let read = read(typed);
        read.map_err(|detail| self.fault(name, detail)).ok()
    }

    fn fault(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.push(ParameterFault { name: name.to_owned(), detail: detail.into() });
    }

    fn done<T>(self, read: T) -> Result<T, Refusal> {
        if self.faults.is_empty() { Ok(read) } else { Err(Refusal::Parameters(self.faults)) }
    }
}

/// Refuses every parameter.
pub fn none(fields: Fields) -> Result<(), Refusal> {
    Reader::new(fields, &[]).done(())
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OnParams {
    /// Ngày hỏi tới; không có thì là hôm nay (giờ Việt Nam).
    #[param(value_type = String, format = Date, required = false, pattern = r"^(19\d\d|20\d\d|2100)-\d\d-\d\d$", example = "2024-12-31")]
    pub on: Option<NaiveDate>,
}

impl OnParams {
    pub fn read(fields: Fields) -> Result<OnParams, Refusal> {
        let mut reader = Reader::new(fields, &["on"]);
        let on = reader.read("on", read_day);
        reader.done(OnParams { on })
    }
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AsOfParams {
    /// Đảng viên tính đến ngày này; không có thì là hôm nay (giờ Việt Nam).
    #[param(value_type = String, format = Date, required = false, pattern = r"^(19\d\d|20\d\d|2100)-\d\d-\d\d$", example = "2024-12-31")]
    on: Option<NaiveDate>,
    /// Họp và đóng góp của năm này, đến hết ngày `on`; không có thì là năm của ngày `on`.
    #[param(value_type = i32, required = false, minimum = 1900, maximum = 2100, example = 2024)]
    year: Option<i32>,
}

impl AsOfParams {
    pub fn read(fields: Fields, today: NaiveDate) -> Result<AsOf, Refusal> {
        let mut reader = Reader::new(fields, &["on", "year"]);
        let read =
            AsOfParams { on: reader.read("on", read_day), year: reader.read("year", read_year) };
        let on = read.on.unwrap_or(today);
        reader.done(AsOf { on, year: read.year.unwrap_or(on.year()) })
    }
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportParams {
    /// Tệp dùng vào việc gì, từ 5 đến 200 ký tự: ghi vào sổ trước khi tệp ra, như khi xuất từ trang.
    #[param(
        min_length = 5,
        max_length = 200,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f]+( [^\s\x00-\x1f\x7f-\x9f]+)*$",
        example = "nộp đảng ủy phường"
    )]
    pub purpose: String,
    /// Dạng tệp; không có thì là `csv`. Tệp `xlsx` có nhiều nhất 20.000 dòng, CSV dài bao nhiêu
    /// cũng được.
    #[param(inline, value_type = FileFormat, required = false)]
    pub format: Format,
    /// Của `members` và `statistics`: tính đến ngày này; không có thì là hôm nay.
    #[param(value_type = String, format = Date, required = false, pattern = r"^(19\d\d|20\d\d|2100)-\d\d-\d\d$", example = "2024-12-31")]
    pub on: Option<NaiveDate>,
    /// Của mọi tệp trừ `members`; không có thì là năm nay, với `statistics` là năm của ngày `on`,
    /// với `contributions` là mọi năm.
    #[param(value_type = i32, required = false, minimum = 1900, maximum = 2100, example = 2024)]
    pub year: Option<i32>,
}

impl ExportParams {
    pub fn read(fields: Fields) -> Result<ExportParams, Refusal> {
        let mut reader = Reader::new(fields, &["purpose", "format", "on", "year"]);
        if reader.fields.iter().all(|(name, _)| name != "purpose") {
            reader.fault("purpose", "Cần có: tệp dùng vào việc gì");
        }
        let purpose = reader.read("purpose", read_words).unwrap_or_default();
        let format = reader.read("format", read_format);
        let on = reader.read("on", read_day);
        let year = reader.read("year", read_year);
        let format = format.unwrap_or(Format::Csv(Dialect::Standard));
        reader.done(ExportParams { purpose, format, on, year })
    }
}

/// Words with one space between them: what pages put right is for people.
fn read_words(typed: &str) -> Result<String, String> {
    let purpose = read_purpose(typed)?;
    if purpose != typed || typed.contains(char::is_control) {
        return Err("Viết trên một dòng, một dấu cách giữa hai chữ".to_owned());
    }
    Ok(purpose)
}

/// `2024-12-31` and nothing else: what pages also understand is for people.
fn read_day(typed: &str) -> Result<NaiveDate, String> {
    let runs: Vec<usize> = typed.split('-').map(str::len).collect();
    if runs != [4, 2, 2] {
        return Err("Viết ngày theo dạng 2024-12-31".to_owned());
    }
    day::read(typed)
}

fn read_year(typed: &str) -> Result<i32, String> {
    let year = typed.parse().ok().filter(|year| (1900..=2100).contains(year));
    let year = year.filter(|_| typed.len() == 4);
    year.ok_or_else(|| "Viết năm từ 1900 đến 2100, ví dụ 2024".to_owned())
}

fn read_format(typed: &str) -> Result<Format, String> {
    let format = Format::read(typed).filter(|it| it.as_str() == typed);
    format.ok_or_else(|| "Dạng tệp là csv, excel-csv hoặc xlsx".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str) -> Fields {
        serde_urlencoded::from_str(query).unwrap()
    }

    /// The names of the faulty parameters.
    fn faults<T: std::fmt::Debug>(read: Result<T, Refusal>) -> Vec<String> {
        let Err(Refusal::Parameters(faults)) = read else { panic!("{read:?}") };
        faults.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn what_is_given_must_be_readable() {
        let today = "2024-11-15".parse().unwrap();
        let read = |query: &str| AsOfParams::read(fields(query), today);
        let as_of = read("").unwrap();
        assert_eq!((day::iso(as_of.on), as_of.year), ("2024-11-15".to_owned(), 2024));
        assert_eq!(read("on=2023-06-30").unwrap().year, 2023);
        assert_eq!(read("on=2023-06-30&year=2022").unwrap().year, 2022);
        for (query, faulty) in [
            ("on=", "on"),
            ("on=30/06/2023", "on"),
            ("on=2023-6-30", "on"),
            ("on=2023-02-30", "on"),
            ("on=1899-12-31", "on"),
            ("year=", "year"),
            ("year=24", "year"),
            ("year=%2B202", "year"),
            ("On=2023-06-30", "On"),
            ("on=2023-06-30&on=2023-06-30", "on"),
        ] {
            assert_eq!(faults(read(query)), [faulty], "{query}");
        }
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        let read = |query: &str| ExportParams::read(fields(query));
        let params = read("purpose=b%C3%A1o+c%C3%A1o").unwrap();
        assert_eq!((params.purpose.as_str(), params.format.as_str()), ("báo cáo", "csv"));
        assert_eq!(faults(read("format=pdf&on=x")), ["purpose", "format", "on"]);
        assert_eq!(faults(read("purpose=+.+&format=xlsx+")), ["purpose", "format"]);
        for purpose in
            ["b%C3%A1o++c%C3%A1o", "+b%C3%A1o+c%C3%A1o", "b%C3%A1o%1Ec%C3%A1o", "b%0Ao+c%C3%A1o"]
        {
            assert_eq!(faults(read(&format!("purpose={purpose}"))), ["purpose"], "{purpose}");
        }
    }
}
