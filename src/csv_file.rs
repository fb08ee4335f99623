//! CSV files: two dialects, and no cell that a spreadsheet would run.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

use crate::words::words;

words! {
    /// Excel splits by the list separator of the machine, `;` where a comma divides
    /// decimals, and takes UTF-8 for what it is only behind a mark.
    Dialect {
        Excel = "excel-csv", "CSV cho Excel";
        Standard = "csv", "CSV chuẩn";
    }
}

impl Dialect {
    /// The bytes before the first line.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Dialect::Excel => b"\xEF\xBB\xBF",
            Dialect::Standard => b"",
        }
    }

    /// Writes lines behind `head`.
    pub fn writer_behind(self, head: &[u8]) -> Writer<Vec<u8>> {
        let delimiter = if self == Dialect::Excel { b';' } else { b',' };
        WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(Terminator::CRLF)
            .from_writer(head.to_vec())
    }
}

/// A cell of text for a spreadsheet: one that it would take for a formula gets an apostrophe
/// before it, in both dialects, since spreadsheets open both. Numbers of our own making need
/// none; our own import takes it off again, and the JSON interface has the text as it is.
pub fn text(text: &str) -> Cow<'_, str> {
    const LEADS: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let is_wrapping =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’');
    let is_formula = text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start_matches(is_wrapping).starts_with(LEADS);
    if is_formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_stays_text() {
        for typed in ["=1+1", "+84", "-1", "@a", "\tx", "\rx", "\0x", "＝1", " =1", "\"=1", "'=1"]
        {
            assert_eq!(text(typed), format!("'{typed}"));
        }
        for typed in ["", "Hoàng Thị Ý", "1-2", "a=b", "“Nhà văn hóa”"] {
            assert_eq!(text(typed), typed);
        }
    }
}
