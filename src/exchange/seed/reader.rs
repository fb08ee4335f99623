//! Reads the rows of a CSV file by the names of their columns, and says of a bad one
//! where it stands and what was expected there.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};

use chrono::NaiveDate;
use csv::{ErrorKind, StringRecord};
use sha2::{Digest, Sha256};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::organisation::model::check_code;
use crate::vietnamese::day::PartialDay;

/// The longest text of a field, in characters.
const LONGEST: usize = 500;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

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
}

impl<'a> Sheet<'a> {
    /// Reads the header. A column that is missing, or that nobody knows, is a fault:
    /// a misspelt one would be lost without a word.
    pub fn open(
        layout: &'static Layout,
        source: Box<dyn Read + Send + 'a>,
        today: NaiveDate,
    ) -> Result<Sheet<'a>, Fault> {
        Sheet::open_parted(layout, source, today, b',')
    }

    /// Likewise, of a file whose columns something else than a comma parts.
    pub fn open_parted(
        layout: &'static Layout,
        source: Box<dyn Read + Send + 'a>,
        today: NaiveDate,
        delimiter: u8,
    ) -> Result<Sheet<'a>, Fault> {
        let digesting = Digesting { source, digest: Sha256::new() };
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
        match layout.needed.iter().find(|it| !places.contains_key(*it)) {
            Some(missing) => Err(fault(format!("chờ cột {missing}, không thấy"))),
            None => {
                Ok(Sheet { layout, reader, places, record: StringRecord::new(), today, rows: 0 })
            }
        }
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
        let line = self.record.position().map_or(0, csv::Position::line);
        if !self.record.iter().all(is_nfc) {
            self.record = self.record.iter().map(|it| it.nfc().collect::<String>()).collect();
        }
        self.rows += 1;
        let (places, record) = (&self.places, &self.record);
        Ok(Some(Row { file, line, places, record, today: self.today }))
    }

    /// The number of rows read, and the SHA-256 of the file in hexadecimal digits.
    pub fn finish(self) -> (i64, String) {
        let mut digest = String::new();
        for byte in self.reader.into_inner().digest.finalize() {
            digest.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
            digest.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
        (self.rows, digest)
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
        let read = |text: &str| PartialDay::read(text).ok().map(|it| it.day);
        let whole = |text: &str| is_iso(text, &[10]).then(|| read(text))?;
        self.word(column, whole, "ngày dạng 2024-11-15")
    }

    /// The day of something that has happened.
    pub fn past_day(&self, column: &'static str) -> Result<Option<NaiveDate>, Fault> {
        match self.day(column)? {
            Some(day) if day > self.today => Err(self.fault(column, "ngày không sau hôm nay")),
            day => Ok(day),
        }
    }

    pub fn need_day(&self, column: &'static str) -> Result<NaiveDate, Fault> {
        self.day(column)?.ok_or_else(|| self.fault(column, "ngày dạng 2024-11-15"))
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

/// Bytes on their way to the CSV reader, added up into the digest of the file.
struct Digesting<'a> {
    source: Box<dyn Read + Send + 'a>,
    digest: Sha256,
}

impl Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
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
