//! A list that somebody brings: CSV in whatever encoding, or a workbook. What begins like a
//! page of a workbook is put into one, so that the reader of its XML is reached through a zip
//! whose sums are right: page, texts and styles stand one behind the other, a NUL between.

#![no_main]

use std::io::{Cursor, Write as _};

use haichieu::list_file;
use haichieu::vietnamese::lettering::{self, Lettering};
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    if bytes.starts_with(b"<") {
        read(&workbook(bytes));
    }
});

fn read(bytes: &[u8]) {
    let Ok(file) = list_file::read(bytes) else { return };
    for sheet in &file.sheets {
        assert!(sheet.rows.is_sorted_by(|a, b| a.line < b.line), "two rows of one line");
        let texts: Vec<String> =
            sheet.rows.iter().flat_map(|row| row.cells.iter().map(list_file::Cell::text)).collect();
        lettering::guess(texts.iter().map(String::as_str));
        for text in texts.iter().take(100) {
            for lettering in Lettering::ALL {
                lettering::decode(text, *lettering);
            }
        }
    }
}

fn workbook(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let fixed: [(&str, &[u8]); 3] = [
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELS),
    ];
    let given = [
        ("xl/worksheets/sheet1.xml", part()),
        ("xl/sharedStrings.xml", part()),
        ("xl/styles.xml", part()),
    ];
    for (name, content) in fixed.into_iter().chain(given) {
        file.start_file(name, stored).expect("a file in memory");
        file.write_all(content).expect("a file in memory");
    }
    file.finish().expect("a file in memory").into_inner()
}

const TYPES: &[u8] = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const BOOK: &[u8] = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const RELS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
