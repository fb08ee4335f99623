//! The workbook: sheets that print on A4 and read like the lists they came from.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::Receiver;

use super::{Cell, Part, Table};

/// The number that the format of the file has for A4.
const A4: u8 = 9;

/// How cells look, each kind made once.
struct Looks {
    head: Format,
    text: Format,
    day: Format,
    number: Format,
}

impl Looks {
    fn new() -> Looks {
        let plain = Format::new()
            .set_font_name("Times New Roman")
            .set_font_size(13)
            .set_align(FormatAlign::Top)
            .set_border(FormatBorder::Thin)
            .set_text_wrap();
        let head = plain.clone().set_bold().set_align(FormatAlign::Center);
        Looks {
            head: head.set_align(FormatAlign::VerticalCenter),
            // A number that stands as text keeps its leading 0, also when it is edited.
            text: plain.clone().set_num_format("@"),
            day: plain.clone().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Center),
            number: plain.set_num_format("#,##0"),
        }
    }
}

/// Writes rows as they come; blocks the thread while it waits for them.
pub fn write(table: &Table, mut parts: Receiver<Part>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let looks = Looks::new();
    let mut next = Some(table.clone());
    while let Some(table) = next {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        next = write_sheet(sheet, &table, &mut parts, &looks)?;
    }
    workbook.save_to_buffer()
}

/// Writes one sheet; the table of the sheet that comes next, if one does.
fn write_sheet(
    sheet: &mut Worksheet,
    table: &Table,
    parts: &mut Receiver<Part>,
    looks: &Looks,
) -> Result<Option<Table>, XlsxError> {
    set_up(sheet, table)?;
    for (column, (head, _)) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, *head, &looks.head)?;
    }
    let (mut last, mut next) = (0, None);
    while let Some(part) = parts.blocking_recv() {
        let row = match part {
            Part::Row(row) => row,
            Part::Sheet(table) => {
                next = Some(table);
                break;
            }
        };
        last += 1;
        for (column, cell) in (0..).zip(row) {
            write_cell(sheet, last, column, cell, looks)?;
        }
    }
    sheet.autofilter(0, 0, last, last_column(table))?;
    Ok(next)
}

fn set_up(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?;
    for (column, (_, width)) in (0..).zip(&table.columns) {
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    // An ampersand begins a command there, and 255 characters are all it takes.
    let title: String = table.title.chars().take(100).collect::<String>().replace('&', "&&");
    sheet.set_header(format!("&C&\"Times New Roman,Bold\"&13 {title}"));
    sheet.set_footer("&C&\"Times New Roman,Regular\"&11 Trang &P/&N");
    Ok(())
}

/// Text is written as text whatever it begins with: nothing here is a formula.
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match cell.in_sheet() {
        Cell::Empty => sheet.write_blank(row, column, &looks.text)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, text, &looks.text)?,
        Cell::Day(day) => sheet.write_datetime_with_format(row, column, day, &looks.day)?,
        #[expect(clippy::cast_precision_loss, reason = "a sheet has no other numbers")]
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, number as f64, &looks.number)?
        }
    };
    Ok(())
}

fn last_column(table: &Table) -> u16 {
    u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(0)
}
