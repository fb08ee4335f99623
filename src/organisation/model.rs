//! What a unit is.

use std::cmp::Ordering;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::UnitId;
use crate::vietnamese::fold;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
#[schema(description = "Tỉnh, thành phố, phường, xã, thị trấn, chi bộ.")]
pub enum UnitKind {
    Province,
    City,
    Ward,
    Commune,
    Township,
    Cell,
}

impl UnitKind {
    pub const ALL: [UnitKind; 6] = [
        UnitKind::Province,
        UnitKind::City,
        UnitKind::Ward,
        UnitKind::Commune,
        UnitKind::Township,
        UnitKind::Cell,
    ];

    /// As forms, files and the database write it.
    pub fn as_str(self) -> &'static str {
        match self {
            UnitKind::Province => "province",
            UnitKind::City => "city",
            UnitKind::Ward => "ward",
            UnitKind::Commune => "commune",
            UnitKind::Township => "township",
            UnitKind::Cell => "cell",
        }
    }

    pub fn read(text: &str) -> Option<UnitKind> {
        UnitKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            UnitKind::Province => "Tỉnh",
            UnitKind::City => "Thành phố",
            UnitKind::Ward => "Phường",
            UnitKind::Commune => "Xã",
            UnitKind::Township => "Thị trấn",
            UnitKind::Cell => "Chi bộ",
        }
    }

    /// Whether a unit of kind `below` may stand right below one of this kind: two levels
    /// of local government since 1 July 2025, three before.
    pub fn may_hold(self, below: UnitKind) -> bool {
        use UnitKind::{Cell, City, Commune, Province, Township, Ward};
        match self {
            Province => matches!(below, City | Ward | Commune | Township),
            City => matches!(below, Ward | Commune | Township),
            Ward | Commune | Township => below == Cell,
            Cell => false,
        }
    }

    /// What several units of this kind are called in running text.
    pub fn plural(self) -> &'static str {
        match self {
            UnitKind::Province => "tỉnh",
            UnitKind::City => "thành phố",
            UnitKind::Ward => "phường",
            UnitKind::Commune => "xã",
            UnitKind::Township => "thị trấn",
            UnitKind::Cell => "chi bộ",
        }
    }
}

/// A unit as it was on some day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unit {
    pub id: UnitId,
    /// The stable name of the unit in addresses and files; it never changes.
    pub code: String,
    pub version: i64,
    pub name: String,
    pub kind: UnitKind,
    /// The statistics office's code of the period. Codes are re-used: never a key.
    pub official_code: Option<String>,
    pub parent_id: Option<UnitId>,
    /// The period of this name, kind and parent: from this day …
    pub from_on: NaiveDate,
    /// … up to, but not on, this one.
    pub to_on: Option<NaiveDate>,
}

impl Unit {
    pub fn is_cell(&self) -> bool {
        self.kind == UnitKind::Cell
    }

    /// The name with the party's word before it: `Đảng bộ phường Nguyễn Du`; a cell
    /// is called by its name.
    pub fn party_name(&self) -> String {
        if self.is_cell() || self.name.starts_with("Đảng bộ") {
            return self.name.clone();
        }
        format!("Đảng bộ {}", lower_first(&self.name))
    }

    /// The name inside a sentence: `chi bộ tổ dân phố 2`.
    pub fn name_in_text(&self) -> String {
        lower_first(&self.name)
    }

    /// The name among its siblings: a list of cells does not say "Chi bộ" each time.
    pub fn short_name(&self) -> String {
        self.name.strip_prefix("Chi bộ ").map_or_else(|| self.name.clone(), upper_first)
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + rest.as_str())
}

fn upper_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + rest.as_str())
}

/// What puts units of a list in order: by name, numbers by their value (2 before 10). Of many
/// units it is made once for each (`sort_by_cached_key`).
pub fn name_key(name: &str) -> String {
    let words = fold::fold(name);
    // Numbers stand before words.
    let words = words.split(' ').map(|word| match word.parse::<u64>() {
        Ok(number) => format!("0{number:020}\0"),
        Err(_) => format!("1{word}\0"),
    });
    words.chain(["\0".to_owned(), name.to_owned()]).collect()
}

/// The order of units in a list.
pub fn by_name(a: &str, b: &str) -> Ordering {
    name_key(a).cmp(&name_key(b))
}

/// A unit that is to be opened.
#[derive(Clone, Debug)]
pub struct NewUnit {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    pub official_code: Option<String>,
    pub parent_id: Option<UnitId>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// What is wrong with a code, if anything: it stands in addresses.
pub fn check_code(code: &str) -> Result<(), &'static str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if code.is_empty() || code.len() > 60 || !code.chars().all(plain) {
        return Err("Mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, nhiều nhất 60 ký tự");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_group_comes_after_the_ninth() {
        let mut names = ["Tổ dân phố 10", "Tổ dân phố 9", "Tổ dân phố 1"];
        names.sort_by(|a, b| by_name(a, b));
        assert_eq!(names, ["Tổ dân phố 1", "Tổ dân phố 9", "Tổ dân phố 10"]);
    }

    #[test]
    fn a_unit_holds_only_lesser_ones() {
        for kind in UnitKind::ALL {
            assert!(!kind.may_hold(UnitKind::Province) && !UnitKind::Cell.may_hold(kind));
            assert!(!kind.may_hold(kind));
        }
        assert!(UnitKind::Province.may_hold(UnitKind::Ward), "no district between them");
        assert!(!UnitKind::City.may_hold(UnitKind::Cell));
    }

    #[test]
    fn a_code_holds_nothing_that_an_address_would_have_to_escape() {
        assert!(check_code("tdp-2-nguyen-du").is_ok());
        assert!(check_code("TDP 2").is_err());
        assert!(check_code("đồng-môn").is_err());
    }
}
