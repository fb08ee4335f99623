//! CSV, in whatever encoding and with whatever separator.

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::{
    Cell, LONGEST_CELL, ListFile, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Refusal, Row, Sheet,
    unguarded,
};

pub fn read(bytes: &[u8]) -> Result<ListFile, Refusal> {
    let text = decode(bytes)?;
    let (separator, text) = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let (mut rows, mut cells): (Vec<Row>, usize) = (Vec::new(), 0);
    let mut last = 0;
    for record in reader.records() {
        let record = record.map_err(|_| Refusal::Damaged)?;
        if record.len() > MOST_COLUMNS {
            return Err(Refusal::TooManyColumns);
        }
        cells += record.len();
        if rows.len() >= MOST_ROWS || cells > MOST_CELLS {
            return Err(Refusal::TooManyRows);
        }
        let line = record.position().map_or(0, csv::Position::line);
        // A file with the line ends of an old Mac has one line, as csv counts.
        let line = u32::try_from(line).unwrap_or(u32::MAX).max(last + 1);
        last = line;
        let row = Row { line, cells: record.iter().map(cell).collect::<Result<_, _>>()? };
        if !row.cells.iter().all(Cell::is_empty) {
            rows.push(row);
        }
    }
    let sheet = Sheet { name: "CSV".to_owned(), rows };
    Ok(ListFile { sheets: vec![sheet], fonts: Vec::new() })
}

fn cell(text: &str) -> Result<Cell, Refusal> {
    if text.chars().count() > LONGEST_CELL {
        return Err(Refusal::CellTooLong);
    }
    let is_empty = text.trim_matches([' ', '\t', '\u{a0}']).is_empty();
    Ok(if is_empty { Cell::Empty } else { Cell::Text(unguarded(text).to_owned()) })
}

/// UTF-8 or UTF-16; else each byte is the letter of Latin-1 with its number, so that an
/// old lettering can be told and decoded afterwards.
fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xFF, 0xFE, rest @ ..] => wide(UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => wide(UTF_16BE, rest),
        // Without a mark: every other byte of Latin letters is zero.
        [_, 0, _, 0, ..] => wide(UTF_16LE, bytes),
        [0, _, 0, _, ..] => wide(UTF_16BE, bytes),
        _ if bytes.contains(&0) => return Err(Refusal::NotAList),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(_) => Some(bytes.iter().map(|it| char::from(*it)).collect()),
        },
    };
    let text = text.ok_or(Refusal::Damaged)?;
    if text.contains('\0') {
        return Err(Refusal::NotAList);
    }
    Ok(text)
}

fn wide(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

/// The separator, and the text behind the line that may name it: the sign that most of
/// the first lines have most of, outside quotes.
fn separator(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=") {
        let separator = rest.bytes().next().unwrap_or(b';');
        let (_, behind) = rest.split_once('\n').unwrap_or(("", ""));
        return (separator, behind);
    }
    let count = |sign: u8| {
        let mut quoted = false;
        let mut signs = 0_usize;
        for byte in text.bytes().take(20_000) {
            match byte {
                b'"' => quoted = !quoted,
                it if it == sign && !quoted => signs += 1,
                _ => {}
            }
        }
        signs
    };
    let signs = [b';', b'\t', b','];
    let best = signs.into_iter().max_by_key(|it| (count(*it), std::cmp::Reverse(*it)));
    (best.unwrap_or(b','), text)
}
