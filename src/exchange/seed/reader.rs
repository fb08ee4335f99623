//! Reads the rows of a CSV file by the names of their columns, and says of a bad one
//! where it stands and what was expected there.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use chrono::NaiveDate;
use csv::{ErrorKind, StringRecord};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::exchange::seed::bytes::Digesting;
use crate::organisation::model::check_code;
use crate::vietnamese::day::{PartialDay, Precision};

/// The longest text of a field, in characters.
const LONGEST: usize = 500;

/// A file that is read: its name and its columns.
pub struct Layout {
    pub file: &'static str,
    /// Columns that must be there …
    pub needed: &'static [&'static str],
    /// … and columns that may be left out.
    pub optional: &'static [&'static str],
}

/// Where a file is wrong, and what was expected.
#[derive(Debug)]
pub struct Fault {
    file: &'static str,
    line: Option<u64>,
    column: Option<&'static str>,
    why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        if let Some(line) = self.line {
            write!(f, ", dòng {line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ", cột {column}")?;
        }
        write!(f, ": {}", self.why)
    }
}

/// Where a row stands, when it has been left behind.
#[derive(Clone, Copy)]
pub struct Spot {
    file: &'static str,
    line: u64,
}

impl Spot {
    /// What is wrong with the whole row.
    pub fn fault(self, why: String) -> Fault {
        Fault { file: self.file, line: Some(self.line), column: None, why }
    }
}

/// A file being read, one row at a time.
pub struct Sheet<'a> {
    layout: &'static Layout,
    reader: csv::Reader<Digesting<'a>>,
    places: HashMap<&'static str, usize>,
    record: StringRecord,
    today: NaiveDate,
    /// Whether days may stand as people type them.
    is_typed: bool,
    rows: i64,
}

/// One row of a [`Sheet`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    file: &'static str,
    line: u64,
    places: &'a HashMap<&'static str, usize>,
    record: &'a StringRecord,
    today: NaiveDate,
    is_typed: bool,
}

impl<'a> Sheet<'a> {
    /// Reads the header. A column that is missing, or that nobody knows, is a fault:
    /// a misspelt one would be lost without a word.
    pub fn open(
        layout: &'static Layout,
        source: Box<dyn Read + Send + 'a>,
        today: NaiveDate,
    ) -> Result<Sheet<'a>, Fault> {
        Sheet::open_with(layout, source, today, b',')
    }

    /// Likewise of a table that somebody made: something else than a comma may part its columns,
    /// and days may stand as people type them, `1/7/2025`.
    pub fn open_typed(
        layout: &'static Layout,
        source: Box<dyn Read + Send + 'a>,
        today: NaiveDate,
        delimiter: u8,
    ) -> Result<Sheet<'a>, Fault> {
        let sheet = Sheet::open_with(layout, source, today, delimiter)?;
        Ok(Sheet { is_typed: true, ..sheet })
    }

    fn open_with(
        layout: &'static Layout,
        source: Box<dyn Read + Send + 'a>,
        today: NaiveDate,
        delimiter: u8,
    ) -> Result<Sheet<'a>, Fault> {
        let digesting = Digesting::new(source);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(digesting);
        let header = reader.headers().map_err(|error| misread(layout.file, &error))?.clone();
        let all = || layout.needed.iter().chain(layout.optional);
        let mut places = HashMap::new();
        let fault = |why| Fault { file: layout.file, line: Some(1), column: None, why };
        for (place, name) in header.iter().map(str::trim).enumerate() {
            let Some(column) = all().find(|it| **it == name) else {
                let known = all().copied().collect::<Vec<_>>().join(", ");
                return Err(fault(format!("chờ các cột {known}; gặp cột lạ \"{name}\"")));
            };
            if places.insert(*column, place).is_some() {
                return Err(fault(format!("cột {column} có hai lần")));
            }
        }
        if let Some(missing) = layout.needed.iter().find(|it| !places.contains_key(*it)) {
            return Err(fault(format!("chờ cột {missing}, không thấy")));
        }
        let record = StringRecord::new();
        Ok(Sheet { layout, reader, places, record, today, is_typed: false, rows: 0 })
    }

    pub fn file(&self) -> &'static str {
        self.layout.file
    }

    pub fn read_row(&mut self) -> Result<Option<Row<'_>>, Fault> {
        let file = self.layout.file;
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| misread(file, &error))? {
            return Ok(None);
        }
        // Where lines end by two bytes, the reader takes a row to begin at the second of them.
        let behind = u64::from(self.reader.get_ref().has_crlf());
        let line = self.record.position().map_or(0, csv::Position::line) + behind;
        if !self.record.iter().all(is_nfc) {
            self.record = self.record.iter().map(|it| it.nfc().collect::<String>()).collect();
        }
        self.rows += 1;
        let (places, record) = (&self.places, &self.record);
        Ok(Some(Row { file, line, places, record, today: self.today, is_typed: self.is_typed }))
    }

    /// The number of rows read, and the SHA-256 of the file in hexadecimal digits.
    pub fn finish(self) -> (i64, String) {
        (self.rows, self.reader.into_inner().finish())
    }
}

fn misread(file: &'static str, error: &csv::Error) -> Fault {
    let why = match error.kind() {
        ErrorKind::Utf8 { .. } => "chờ chữ mã UTF-8; lưu lại tệp theo UTF-8".to_owned(),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("chờ {expected_len} ô như dòng tiêu đề, gặp {len} ô")
        }
        _ => error.to_string(),
    };
    Fault { file, line: error.position().map(csv::Position::line), column: None, why }
}

impl<'a> Row<'a> {
    /// What is wrong with `column`, by what was expected in it.
    pub fn fault(&self, column: &'static str, expected: &str) -> Fault {
        let found = match self.get(column) {
            "" => "ô trống".to_owned(),
            found => format!("\"{found}\""),
        };
        let why = format!("chờ {expected}, gặp {found}");
        Fault { file: self.file, line: Some(self.line), column: Some(column), why }
    }

    pub fn spot(&self) -> Spot {
        Spot { file: self.file, line: self.line }
    }

    /// The field without outer spaces; nothing where the file lacks the column.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.places.get(column);
        place.and_then(|place| self.record.get(*place)).map_or("", str::trim)
    }

    /// One line of text, perhaps none.
    pub fn text(&self, column: &'static str) -> Result<String, Fault> {
        let text = self.get(column);
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(self.fault(column, "một dòng chữ, nhiều nhất 500 ký tự"));
        }
        Ok(text.to_owned())
    }

    /// Text that must be there; `expected` names it.
    pub fn need(&self, column: &'static str, expected: &str) -> Result<String, Fault> {
        let text = self.text(column)?;
        if text.is_empty() { Err(self.fault(column, expected)) } else { Ok(text) }
    }

    /// A key of the file's own.
    pub fn code(&self, column: &'static str) -> Result<&'a str, Fault> {
        let code = self.get(column);
        let expected = "mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, nhiều nhất 60 ký tự";
        check_code(code).map(|()| code).map_err(|_| self.fault(column, expected))
    }

    /// One of a list of words; `None` of an empty field.
    pub fn word<T>(
        &self,
        column: &'static str,
        read: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Result<Option<T>, Fault> {
        match self.get(column) {
            "" => Ok(None),
            word => read(word).map(Some).ok_or_else(|| self.fault(column, expected)),
        }
    }

    /// One of a list of words, which must be there.
    pub fn need_word<T>(
        &self,
        column: &'static str,
        read: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Result<T, Fault> {
        self.word(column, read, expected)?.ok_or_else(|| self.fault(column, expected))
    }

    pub fn day(&self, column: &'static str) -> Result<Option<NaiveDate>, Fault> {
        let is_whole = |it: &PartialDay| it.precision == Precision::Day;
        let read = |text: &str| PartialDay::read(text).ok().filter(is_whole).map(|it| it.day);
        let fits = |text: &str| self.is_typed || is_iso(text, &[10]);
        let whole = |text: &str| fits(text).then(|| read(text))?;
        self.word(column, whole, self.day_form())
    }

    fn day_form(&self) -> &'static str {
        if self.is_typed { "ngày dạng 1/7/2025" } else { "ngày dạng 2024-11-15" }
    }

    /// The day of something that has happened.
    pub fn past_day(&self, column: &'static str) -> Result<Option<NaiveDate>, Fault> {
        match self.day(column)? {
            Some(day) if day > self.today => Err(self.fault(column, "ngày không sau hôm nay")),
            day => Ok(day),
        }
    }

    pub fn need_day(&self, column: &'static str) -> Result<NaiveDate, Fault> {
        self.day(column)?.ok_or_else(|| self.fault(column, self.day_form()))
    }

    pub fn need_past_day(&self, column: &'static str) -> Result<NaiveDate, Fault> {
        self.past_day(column)?.ok_or_else(|| self.fault(column, "ngày dạng 2024-11-15"))
    }

    /// A past day of which perhaps only the year or the month is known.
    pub fn part_of_day(&self, column: &'static str) -> Result<Option<PartialDay>, Fault> {
        let expected = "ngày dạng 1980, 1980-02 hoặc 1980-02-28, không sau hôm nay";
        let read = |text: &str| PartialDay::read(text).ok().filter(|it| it.day <= self.today);
        self.word(column, |text| is_iso(text, &[4, 7, 10]).then(|| read(text))?, expected)
    }

    /// A whole number above zero.
    pub fn whole(&self, column: &'static str) -> Result<Option<i64>, Fault> {
        let read = |text: &str| text.parse().ok().filter(|it| (1..=MOST).contains(it));
        let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit()).then(|| read(text))?;
        self.word(column, digits, "số nguyên lớn hơn 0, không dấu ngăn cách")
    }

    /// A number above zero with at most two decimals, in hundredths.
    pub fn hundredths(&self, column: &'static str) -> Result<Option<i64>, Fault> {
        self.word(column, read_hundredths, "số lớn hơn 0, nhiều nhất hai chữ số sau dấu chấm")
    }
}

/// The largest number a field may hold: more is a slip of the keyboard.
const MOST: i64 = 1_000_000_000_000;

/// Whether `text` is digits and hyphens, as long as one of `lengths`.
fn is_iso(text: &str, lengths: &[usize]) -> bool {
    let hyphen = |place| place == 4 || place == 7;
    let fits = |(place, c): (usize, u8)| if hyphen(place) { c == b'-' } else { c.is_ascii_digit() };
    lengths.contains(&text.len()) && text.bytes().enumerate().all(fits)
}

pub fn read_hundredths(text: &str) -> Option<i64> {
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(units) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    let units: i64 = units.parse().ok().filter(|it| *it <= MOST)?;
    let rest: i64 = decimals.parse().ok()?;
    let rest = if decimals.len() == 1 { rest * 10 } else { rest };
    Some(units * 100 + rest).filter(|it| *it > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout =
        Layout { file: "thử.csv", needed: &["code", "on"], optional: &["amount"] };

    fn sheet(text: &str) -> Result<Sheet<'_>, Fault> {
        let today = NaiveDate::from_ymd_opt(2024, 12, 31).unwrap();
        Sheet::open(&LAYOUT, Box::new(text.as_bytes()), today)
    }

    fn fault<T>(read: Result<T, Fault>) -> String {
        read.err().unwrap().to_string()
    }

    #[test]
    fn a_fault_says_file_line_column_and_what_was_expected() {
        let mut sheet = sheet("code,on\na,2024-01-31\n\"b\n\",31/02/1980\nc,x").unwrap();
        assert!(sheet.read_row().unwrap().unwrap().day("on").unwrap().is_some());
        let second = fault(sheet.read_row().unwrap().unwrap().day("on"));
        assert_eq!(second, "thử.csv, dòng 3, cột on: chờ ngày dạng 2024-11-15, gặp \"31/02/1980\"");
        let third = fault(sheet.read_row().unwrap().unwrap().need_day("on"));
        assert!(third.starts_with("thử.csv, dòng 5, cột on: "), "{third}");
    }

    #[test]
    fn a_header_is_held_against_the_layout() {
        assert_eq!(fault(sheet("code\n")), "thử.csv, dòng 1: chờ cột on, không thấy");
        assert!(fault(sheet("code,on,amuont\n")).contains("gặp cột lạ \"amuont\""));
        assert!(fault(sheet("code,on,on\n")).contains("hai lần"));
    }

    #[test]
    fn a_row_of_another_length_is_a_fault_of_its_line() {
        let mut sheet = sheet("code,on\na\n").unwrap();
        assert_eq!(fault(sheet.read_row()), "thử.csv, dòng 2: chờ 2 ô như dòng tiêu đề, gặp 1 ô");
    }

    #[test]
    fn lines_are_counted_however_they_end() {
        for end in ["\n", "\r\n"] {
            let text = ["code,on", "a,2025-01-01", "b,gần đây", ""].join(end);
            let mut sheet = sheet(&text).unwrap();
            assert!(sheet.read_row().unwrap().unwrap().need_day("on").is_ok());
            let row = sheet.read_row().unwrap().unwrap();
            assert!(fault(row.need_day("on")).starts_with("thử.csv, dòng 3, cột on"), "{end:?}");
        }
    }

    #[test]
    fn a_table_of_somebodys_own_has_days_as_people_type_them() {
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let text = "code;on\na;1/7/2025\nb;2025-07-01\nc;2025\n";
        let mut sheet = Sheet::open_typed(&LAYOUT, Box::new(text.as_bytes()), today, b';').unwrap();
        for _ in 0..2 {
            let day = sheet.read_row().unwrap().unwrap().need_day("on").unwrap();
            assert_eq!(day, NaiveDate::from_ymd_opt(2025, 7, 1).unwrap());
        }
        let year = sheet.read_row().unwrap().unwrap().need_day("on");
        assert!(fault(year).contains("chờ ngày dạng 1/7/2025"));
    }

    #[test]
    fn days_to_come_have_not_happened() {
        let mut sheet = sheet("code,on\na,2025-01-01\n").unwrap();
        let row = sheet.read_row().unwrap().unwrap();
        assert!(row.need_day("on").is_ok());
        assert!(fault(row.need_past_day("on")).contains("không sau hôm nay"));
    }

    #[test]
    fn quantities_have_a_decimal_point_and_no_separators() {
        assert_eq!(read_hundredths("4"), Some(400));
        assert_eq!(read_hundredths("1.5"), Some(150));
        assert_eq!(read_hundredths("1.05"), Some(105));
        for wrong in ["0", "1.250", "1,5", "-1", ".5", "1.", "ba"] {
            assert_eq!(read_hundredths(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_digest_is_that_of_the_whole_file() {
        let mut sheet = sheet("code,on\na,2024-01-31\n").unwrap();
        while sheet.read_row().unwrap().is_some() {}
        let (rows, digest) = sheet.finish();
        assert_eq!((rows, digest.len()), (1, 64));
    }
}
