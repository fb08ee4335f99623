//! A list that somebody brings: a sheet of Excel or CSV, read within limits.

use std::fmt;

use chrono::NaiveDate;

use crate::vietnamese::day;

mod text;
mod workbook;

/// Bytes of a file.
pub const LARGEST: usize = 10 * 1024 * 1024;
pub const MOST_ROWS: usize = 20_000;
pub const MOST_COLUMNS: usize = 100;
/// Cells of all sheets together.
const MOST_CELLS: usize = 500_000;
/// Characters of a cell.
const LONGEST_CELL: usize = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub struct ListFile {
    pub sheets: Vec<Sheet>,
    /// The fonts that the file names: some tell how the letters are written.
    pub fonts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub name: String,
    /// Rows with something in them.
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As spreadsheet programs number it, from 1.
    pub line: u32,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Day(NaiveDate),
}

impl Cell {
    /// As people would read it: `1958`, `912345678`, `05/02/1958`.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day::short(*day),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// Why a file is not read, said to whoever brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooLarge,
    TooManyRows,
    TooManyColumns,
    CellTooLong,
    /// A workbook of Excel before 2007, or a locked one: both have the same first bytes.
    OldExcel,
    NotAList,
    Damaged,
    /// Packed so tightly that it would fill the memory.
    Bomb,
    Empty,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::TooLarge => "Tệp lớn hơn 10 MB. Bỏ bớt hình ảnh và trang thừa rồi gửi lại.",
            Refusal::TooManyRows => "Tệp dài hơn 20.000 dòng. Chia thành nhiều tệp rồi gửi lại.",
            Refusal::TooManyColumns => {
                "Tệp rộng hơn 100 cột. Xóa các cột thừa bên phải rồi gửi lại."
            }
            Refusal::CellTooLong => "Có ô dài hơn 10.000 ký tự. Cắt bớt ô đó rồi gửi lại.",
            Refusal::OldExcel => {
                "Tệp Excel đời cũ (.xls) hoặc có mật khẩu. Mở bằng Excel, bỏ mật khẩu, lưu lại thành \
                 .xlsx rồi gửi lại."
            }
            Refusal::NotAList => "Không phải danh sách Excel (.xlsx) hay CSV. Chọn tệp khác.",
            Refusal::Damaged => "Tệp hỏng, không đọc được. Mở bằng Excel, lưu lại rồi gửi lại.",
            Refusal::Bomb => {
                "Tệp nén quá chặt so với nội dung. Chép danh sách sang một tệp mới rồi gửi lại."
            }
            Refusal::Empty => "Tệp không có dòng nào. Kiểm tra lại rồi gửi lại.",
        })
    }
}

/// Reads a file, told by what is in it and not by its name. It takes as long as the file
/// is large: for a thread of its own.
pub fn read(bytes: &[u8]) -> Result<ListFile, Refusal> {
    if bytes.len() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    let file = match bytes {
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(Refusal::OldExcel),
        [b'P', b'K', 3, 4, ..] => workbook::read(bytes)?,
        [b'%', b'P', b'D', b'F', ..] | [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] => {
            return Err(Refusal::NotAList);
        }
        _ => text::read(bytes)?,
    };
    if file.sheets.iter().all(|it| it.rows.is_empty()) {
        return Err(Refusal::Empty);
    }
    Ok(file)
}

/// A text of a cell without the apostrophe that kept a spreadsheet from running it.
fn unguarded(text: &str) -> &str {
    const LEADS: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
    match text.strip_prefix('\'') {
        Some(rest) if crate::csv_file::text(rest) != rest || rest.starts_with(LEADS) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn texts(file: &ListFile) -> Vec<Vec<String>> {
        let rows = file.sheets[0].rows.iter();
        rows.map(|row| row.cells.iter().map(Cell::text).collect()).collect()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn csv_is_read_whatever_wrote_it() {
        let utf16 = |text: &str, mark: &[u8]| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            mark.iter().copied().chain(units).collect()
        };
        let list = "TT;Họ và tên\r\n1;Đặng Thị Hoà\r\n";
        let files = [
            list.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", list.as_bytes()].concat(),
            utf16(list, b"\xFF\xFE"),
            list.replace(';', ",").into_bytes(),
            list.replace(';', "\t").into_bytes(),
            format!("sep=;\r\n{list}").into_bytes(),
            list.replace("\r\n", "\r").into_bytes(),
        ];
        for file in files {
            let read = read(&file).unwrap();
            assert_eq!(texts(&read), [["TT", "Họ và tên"], ["1", "Đặng Thị Hoà"]]);
            assert!(read.sheets[0].rows.is_sorted_by(|a, b| a.line < b.line));
        }
    }

    /// The soft hyphen of TCVN3 is a letter.
    #[test]
    fn bytes_of_an_old_lettering_stay_what_they_are() {
        let file = read(b"TT,Ten\n1,Tr\xAD\xACng Huy Qu\xD5\n").unwrap();
        assert_eq!(file.sheets[0].rows[1].cells[1], text("Tr\u{AD}¬ng Huy QuÕ"));
    }

    #[test]
    fn the_apostrophe_that_guarded_a_formula_is_taken_off() {
        let file = read("a,'=1+1\nb,'tis\n".as_bytes()).unwrap();
        assert_eq!(texts(&file), [["a", "=1+1"], ["b", "'tis"]]);
    }

    #[test]
    fn a_workbook_keeps_days_numbers_and_texts_apart() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(2, 1, "Họ và tên").unwrap();
        sheet.write_number(3, 0, 1).unwrap();
        sheet.write_string(3, 1, "=1+1").unwrap();
        let day = ExcelDateTime::parse_from_str("1958-02-05").unwrap();
        let format = Format::new().set_num_format("dd/mm/yyyy").set_font_name(".VnTime");
        sheet.write_with_format(3, 2, &day, &format).unwrap();
        sheet.write_number(3, 3, 912_345_678).unwrap();
        let file = read(&book.save_to_buffer().unwrap()).unwrap();
        let rows = &file.sheets[0].rows;
        assert_eq!(rows.iter().map(|it| it.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(texts(&file)[1], ["1", "=1+1", "05/02/1958", "912345678"]);
        assert!(matches!(rows[1].cells[2], Cell::Day(_)));
        assert!(file.fonts.iter().any(|it| it == ".VnTime"), "{:?}", file.fonts);
    }

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_no_list_is_refused_in_words() {
        let refused = |bytes: &[u8]| read(bytes).unwrap_err();
        assert_eq!(refused(b"%PDF-1.7 "), Refusal::NotAList);
        assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Refusal::OldExcel);
        assert_eq!(refused(b"a\0\0b"), Refusal::NotAList);
        assert_eq!(refused(b""), Refusal::Empty);
        assert_eq!(refused(b" \n ; \n"), Refusal::Empty);
        assert_eq!(refused(&zipped(&[("word/document.xml", b"<a/>")])), Refusal::NotAList);
        assert_eq!(refused(&vec![b'a'; LARGEST + 1]), Refusal::TooLarge);
        assert_eq!(refused("a\n".repeat(MOST_ROWS + 1).as_bytes()), Refusal::TooManyRows);
        assert_eq!(refused(",".repeat(MOST_COLUMNS).as_bytes()), Refusal::TooManyColumns);
        assert_eq!(refused("a".repeat(LONGEST_CELL + 1).as_bytes()), Refusal::CellTooLong);
        assert!(Refusal::OldExcel.to_string().contains("lưu lại thành .xlsx"));
    }

    #[test]
    fn a_bomb_is_counted_while_it_unpacks() {
        let large = vec![b' '; 120 * 1024 * 1024];
        let bomb = zipped(&[("xl/workbook.xml", b"<a/>"), ("xl/sharedStrings.xml", &large)]);
        assert!(bomb.len() < 1024 * 1024);
        assert_eq!(read(&bomb), Err(Refusal::Bomb));
        let many: Vec<(String, &[u8])> = (0..200).map(|it| (it.to_string(), &b"a"[..])).collect();
        let many: Vec<_> = many.iter().map(|(name, content)| (&**name, *content)).collect();
        assert_eq!(read(&zipped(&many)), Err(Refusal::Bomb));
    }

    /// The reader would take 96 GB for the texts that 40 bytes promise.
    #[test]
    fn a_promise_of_more_texts_than_any_list_has_is_refused() {
        let with = |strings: &[u8]| {
            zipped(&[("xl/workbook.xml", b"<a/>"), ("xl/SharedStrings.xml", strings)])
        };
        for count in ["4000000000", "18446744073709551615", "000004000000000", "&#52;000000000"] {
            for quote in ['"', '\''] {
                let strings = format!("<sst uniqueCount\n=  {quote}{count}{quote}><si/></sst>");
                assert_eq!(read(&with(strings.as_bytes())), Err(Refusal::Bomb), "{strings}");
                let wide: Vec<u8> = strings.encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert_eq!(read(&with(&wide)), Err(Refusal::Bomb), "{strings} in UTF-16");
                let late = format!("<!--{}-->{strings}", "x".repeat(8_150));
                assert_eq!(read(&with(late.as_bytes())), Err(Refusal::Bomb));
            }
        }
        assert_eq!(read(&with(b"<sst uniqueCount=\"7\"/>")), Err(Refusal::Damaged));
    }

    /// Two cells at opposite ends would make a table of 512 GB.
    #[test]
    fn a_sparse_sheet_takes_no_memory() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "a").unwrap();
        sheet.write_string(1_048_575, 16_383, "b").unwrap();
        assert_eq!(read(&book.save_to_buffer().unwrap()), Err(Refusal::TooManyColumns));
    }

    /// Two rows of one number: whose cells they are cannot be told.
    #[test]
    fn rows_out_of_order_are_said_to_be_damaged() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..3 {
            sheet.write_number(row, 0, row).unwrap();
        }
        let whole = book.save_to_buffer().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(&whole)).unwrap();
        let mut parts = Vec::new();
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).unwrap();
            let mut content = String::new();
            std::io::Read::read_to_string(&mut part, &mut content).unwrap();
            parts.push((part.name().unwrap().into_owned(), content.replace("\"A3\"", "\"A1\"")));
        }
        let parts: Vec<_> = parts.iter().map(|(name, it)| (&**name, it.as_bytes())).collect();
        assert_eq!(read(&zipped(&parts)), Err(Refusal::Damaged));
    }

    #[test]
    fn a_cut_workbook_is_said_to_be_damaged() {
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 0, "Họ và tên").unwrap();
        let whole = book.save_to_buffer().unwrap();
        for cut in (100..whole.len()).step_by(97) {
            assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            read(&bytes).ok();
            read(&[&b"PK\x03\x04"[..], &bytes].concat()).ok();
        }
    }
}
