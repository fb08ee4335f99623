//! Units, from the country down to the cells, and where people work.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::exchange::demo::calendar::evening;
use crate::exchange::demo::files::{self, WORKPLACES};
use crate::exchange::demo::names::Names;
use crate::exchange::demo::trades::Workplaces;
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::shape::Shape;
use crate::exchange::generate::source::Source;
use crate::exchange::seed::reader::Fault;
use crate::ids::WorkplaceId;
use crate::members::model::Sex;
use crate::organisation::model::UnitKind;
use crate::vietnamese::fold;

/// The units above the wards, and since when all units are there.
pub struct Above {
    /// Over all: a country of provinces, one province, or a city.
    pub top: (Uuid, &'static str),
    /// Province by province, or the city alone.
    pub provinces: Vec<Uuid>,
    has_country: bool,
    pub from_on: NaiveDate,
}

/// A ward or commune, and its cells.
pub struct Ward {
    pub id: Uuid,
    pub code: String,
    pub is_rural: bool,
    pub cells: Vec<Cell>,
}

pub struct Cell {
    pub id: Uuid,
    pub code: String,
    /// `tổ dân phố 2`
    pub place: String,
    pub people: i64,
}

struct NewUnit<'a> {
    id: Uuid,
    code: &'a str,
    name: &'a str,
    kind: UnitKind,
    /// Those above it, nearest first.
    above: &'a [Uuid],
}

impl Above {
    pub fn make(source: &mut Source, shape: &Shape, rows: &mut Rows) -> Above {
        let from_on = source.back(16, 1, 1);
        let top = source.id();
        let mut units = Above {
            top: (top, "toan-quoc"),
            provinces: Vec::new(),
            has_country: shape.has_country(),
            from_on,
        };
        if shape.provinces == 0 {
            units.top.1 = "thanh-pho";
            units.provinces.push(top);
            let (kind, name) = (UnitKind::City, "Thành phố Sông Sen");
            units.add(rows, &NewUnit { id: top, code: units.top.1, name, kind, above: &[] });
            return units;
        }
        let kind = UnitKind::Province;
        if units.has_country {
            let name = "Toàn quốc";
            units.add(rows, &NewUnit { id: top, code: units.top.1, name, kind, above: &[] });
        } else {
            units.top.1 = "tinh-1";
        }
        for number in 1..=shape.provinces {
            let id = if units.has_country { source.id() } else { top };
            let above = if units.has_country { &[top][..] } else { &[] };
            let (code, name) = (format!("tinh-{number}"), format!("Tỉnh số {number}"));
            units.add(rows, &NewUnit { id, code: &code, name: &name, kind, above });
            units.provinces.push(id);
        }
        units
    }

    /// The first province, where there is a country above it.
    pub fn first_province(&self) -> Option<(Uuid, &'static str)> {
        self.provinces.first().filter(|_| self.has_country).map(|id| (*id, "tinh-1"))
    }

    /// A ward of the province, with cells of so many people each.
    pub fn ward(
        &self,
        source: &mut Source,
        names: &Names,
        (number, province): (usize, usize),
        cells: &[i64],
        rows: &mut Rows,
    ) -> Ward {
        let is_rural = number % 3 == 0;
        let (kind, called, code) = if is_rural {
            (UnitKind::Commune, "Xã", format!("xa-{number}"))
        } else {
            (UnitKind::Ward, "Phường", format!("phuong-{number}"))
        };
        let given = |source: &mut Source| names.draw(&mut source.random, Sex::Female).given;
        let name = format!("{called} {} {}", given(source), given(source));
        let mut ward = Ward { id: source.id(), code, is_rural, cells: Vec::new() };
        let mut above = vec![self.provinces[province]];
        if self.has_country {
            above.push(self.top.0);
        }
        self.add(
            rows,
            &NewUnit { id: ward.id, code: &ward.code, name: &name, kind, above: &above },
        );
        above.insert(0, ward.id);
        for (place, people) in (1..).zip(cells) {
            let kind = UnitKind::Cell;
            let code = format!("{}-{place}", ward.code);
            let place = format!("{} {place}", if is_rural { "thôn" } else { "tổ dân phố" });
            let name = format!("Chi bộ {place}");
            let cell = Cell { id: source.id(), code, place, people: *people };
            let new = NewUnit { id: cell.id, code: &cell.code, name: &name, kind, above: &above };
            self.add(rows, &new);
            ward.cells.push(cell);
        }
        ward
    }

    fn add(&self, rows: &mut Rows, new: &NewUnit<'_>) {
        let NewUnit { id, code, name, kind, above } = new;
        let parent = above.first().copied();
        rows.unit.push(row![*id, *code, evening(self.from_on)]);
        rows.unit_period.push(row![*id, self.from_on, *name, kind.as_str(), parent]);
        rows.unit_ancestor.push(row![*id, *id, *id, 0, self.from_on]);
        let mut child = *id;
        for (depth, ancestor) in (1_i64..).zip(*above) {
            rows.unit_ancestor.push(row![*ancestor, *id, child, depth, self.from_on]);
            child = *ancestor;
        }
    }
}

/// The workplaces of a province; behind their names its number, where there are several.
pub fn workplaces(
    source: &mut Source,
    shape: &Shape,
    province: usize,
    rows: &mut Rows,
) -> Result<Workplaces, Fault> {
    let place =
        if shape.provinces > 1 { format!(" tỉnh số {}", province + 1) } else { String::new() };
    let mut known = HashMap::new();
    let listed = files::rows(WORKPLACES, |row| {
        Ok((row.get("code").to_owned(), format!("{}{place}", row.get("name"))))
    })?;
    for (code, name) in listed {
        let id = source.id();
        rows.workplace.push(row![
            id,
            format!("{code}-{}", province + 1),
            name.as_str(),
            fold::fold(&name)
        ]);
        known.insert(code, WorkplaceId(id));
    }
    Workplaces::of(|code| known.get(code).copied(), &place)
}
