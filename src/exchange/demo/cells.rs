//! The cells that are filled with people, and who lives in them when.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::exchange::demo::files::{self, POPULATION, UNITS};
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::{MemberId, UnitId};
use crate::organisation::model::UnitKind;

/// The two cells that the article tells of; they never miss a meeting.
pub const TDP_2: &str = "tdp-2-nguyen-du";
pub const MINH_TIEN: &str = "minh-tien-thach-ha";

pub struct Cell {
    pub id: UnitId,
    pub code: String,
    /// The ward or commune it belongs to.
    pub ward_id: UnitId,
    /// `tổ dân phố 2`
    pub place: String,
    /// Whether it is a hamlet of a commune: hamlets have no street names.
    pub rural: bool,
    /// How many live there on the last day: of category normal …
    pub normal: i64,
    /// … and exempt.
    pub exempt: i64,
    /// Who has lived there, when.
    pub stays: Vec<Stay>,
}

/// A residence, as far as meetings and gifts depend on it.
pub struct Stay {
    pub member_id: MemberId,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub exempt: bool,
    /// The number of the inter-household group.
    pub cluster: i64,
    /// How often the person is absent, in hundredths of how often others are.
    pub absence: i64,
    /// Whether the person may be absent to have a child.
    pub may_bear: bool,
}

impl Stay {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to_on| day < to_on)
    }
}

impl Cell {
    /// Whether the article tells of it.
    pub fn is_told_of(&self) -> bool {
        [TDP_2, MINH_TIEN].contains(&self.code.as_str())
    }
}

/// The cells of `population.csv`, each with one in `divisor` of its people.
pub fn read(known: &Known, divisor: i64) -> Result<Vec<Cell>, Fault> {
    let names: HashMap<String, String> =
        files::rows(UNITS, |row| Ok((row.get("code").to_owned(), row.get("name").to_owned())))?
            .into_iter()
            .collect();
    files::rows(POPULATION, |row| {
        let code = row.get("unit_code");
        let cell = known.units.get(code);
        let ward_id = cell.and_then(|it| it.parent_id);
        let (Some(cell), Some(ward_id)) = (cell, ward_id) else {
            return Err(row.fault("unit_code", "một chi bộ của units.csv"));
        };
        let ward = known.units.values().find(|it| it.id == ward_id);
        let name = names.get(code).map(String::as_str).unwrap_or_default();
        Ok(Cell {
            id: cell.id,
            code: code.to_owned(),
            ward_id,
            place: name.strip_prefix("Chi bộ ").unwrap_or(name).to_owned(),
            rural: ward.is_some_and(|it| it.kind == UnitKind::Commune),
            normal: files::number(row, "normal")? / divisor,
            exempt: files::number(row, "exempt")?,
            stays: Vec::new(),
        })
    })
}
