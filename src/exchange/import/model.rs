//! An import: a list that somebody brought, from its reading to its undoing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::exchange::import::columns::Column;
use crate::ids::{ImportId, LetterId, MemberId, ResidenceId, UnitId};
use crate::list_file::{ListFile, Sheet};
use crate::members::form::{PersonForm, PlaceForm};
use crate::vietnamese::lettering::{self, Lettering};
use crate::words::words;

words! {
    ImportStatus {
        Draft = "draft", "Đang xem";
        Applied = "applied", "Đã nhập";
        Undone = "undone", "Đã hủy nhập";
    }
}

/// An import as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Import {
    pub id: ImportId,
    pub unit_id: UnitId,
    pub account_name: String,
    pub file_name: String,
    pub file_hash: Vec<u8>,
    pub status: ImportStatus,
    pub lettering: Lettering,
    /// Words of [`Column`], separated by spaces.
    pub columns: String,
    /// The heads of the columns, one a line.
    pub heads: String,
    /// The day from which those are in the cell whose row says none.
    pub started_on: NaiveDate,
    pub created_at: Moment,
    pub applied_at: Option<Moment>,
    pub undone_at: Option<Moment>,
    pub added: i64,
    pub changed: i64,
    /// How many the undoing left as they were.
    pub kept: i64,
    /// Rows of people who must stay unknown: neither read further nor kept (R16).
    pub refused: i64,
    pub version: i64,
}

impl Import {
    pub fn columns(&self) -> Vec<Column> {
        self.columns.split(' ').map(|it| Column::read(it).unwrap_or(Column::Ignore)).collect()
    }

    pub fn heads(&self) -> Vec<&str> {
        self.heads.split('\n').collect()
    }

    pub fn is_draft(&self) -> bool {
        self.status == ImportStatus::Draft
    }
}

/// A row of a list, as it stood in the file, and what became of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ImportRow {
    pub line: i64,
    /// The texts of its cells, as JSON; in the letters of the file.
    pub cells: String,
    /// Whether it is not to be written, though it could be.
    pub left_out: bool,
    /// `added`, `changed`, or nothing yet.
    pub outcome: Option<String>,
    pub member_id: Option<MemberId>,
    pub residence_id: Option<ResidenceId>,
    pub letter_id: Option<LetterId>,
    /// The version of the member behind this import.
    pub member_version: Option<i64>,
    /// Likewise of the residence.
    pub residence_version: Option<i64>,
    /// What stood there before it changed somebody: [`Before`] as JSON.
    pub before: Option<String>,
}

impl ImportRow {
    pub fn cells(&self) -> Vec<String> {
        serde_json::from_str(&self.cells).unwrap_or_default()
    }
}

/// A member as the list found the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Before {
    pub person: PersonForm,
    pub place: PlaceForm,
}

/// The sheet of a file that holds a list of people: the first with a column of names.
pub fn sheet_of(file: &ListFile) -> Option<(&Sheet, Lettering)> {
    let guess = guess(file).lettering;
    // Where the guess is wrong no head is found; another lettering may find it.
    let others = Lettering::ALL.iter().copied().filter(|it| *it != guess);
    [guess].into_iter().chain(others).find_map(|lettering| {
        let has_names = |it: &&Sheet| super::columns::find(&texts(it, lettering)).is_some();
        file.sheets.iter().find(has_names).map(|it| (it, lettering))
    })
}

/// A font tells most surely; else the words do.
pub fn guess(file: &ListFile) -> lettering::Guess {
    let cells = file.sheets.iter().flat_map(|it| &it.rows).flat_map(|it| &it.cells);
    let texts: Vec<String> = cells.map(crate::list_file::Cell::text).take(5_000).collect();
    let guess = lettering::guess(texts.iter().map(String::as_str));
    let by_font = file.fonts.iter().find_map(|it| lettering::of_font(it));
    match by_font {
        // A workbook in Unicode may still name an old font among its styles.
        Some(font) if !guess.sure => lettering::Guess { lettering: font, sure: false },
        _ => guess,
    }
}

/// The texts of a sheet, decoded.
pub fn texts(sheet: &Sheet, lettering: Lettering) -> Vec<Vec<String>> {
    let row = |row: &crate::list_file::Row| {
        row.cells.iter().map(|it| lettering::decode(&it.text(), lettering)).collect()
    };
    sheet.rows.iter().map(row).collect()
}
