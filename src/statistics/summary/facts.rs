//! What is counted of one unit, packed: records of one size, as they lie in the database and as
//! they are read.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use zerocopy::little_endian::{I32, I64, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::ids::UnitId;

/// Days since the first of the year 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(transparent)]
pub struct Day(I32);

impl Day {
    /// Where nothing is written down.
    pub const NONE: Day = Day(I32::new(i32::MAX));

    pub fn or_none(day: Option<NaiveDate>) -> Day {
        day.map_or(Day::NONE, Day::from)
    }

    pub fn get(self) -> i32 {
        self.0.get()
    }
}

impl From<NaiveDate> for Day {
    fn from(day: NaiveDate) -> Day {
        Day(I32::new(day.num_days_from_ce()))
    }
}

/// Days of a unit as a cell: from the first up to, but not on, the second.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Days {
    pub from: Day,
    pub to: Day,
}

/// A residence.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Person {
    pub started: Day,
    pub ended: Day,
    pub born: Day,
    pub marks: u8,
    /// The number of the workplace; 0 where none is known.
    pub workplace: U32,
}

impl Person {
    pub const EXEMPT: u8 = 1;
    pub const LETTER: u8 = 2;
    pub const MALE: u8 = 4;
    pub const FEMALE: u8 = 8;

    pub fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }
}

/// A residence that has ended, and the cell of the person's latest one.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Former {
    pub person: Person,
    pub now: [u8; 16],
}

/// A meeting.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Meeting {
    pub held: Day,
    pub marks: u8,
    pub expected: U32,
    pub present: U32,
    pub excused: U32,
    pub unexcused: U32,
}

impl Meeting {
    pub const PERIODIC: u8 = 1;
    /// The unit was there on the day.
    pub const THERE: u8 = 2;
    /// And it was a cell.
    pub const CELL: u8 = 4;

    pub fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }
}

/// What was said, and what became of it.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Opinion {
    pub raised: Day,
    pub forwarded: Day,
    pub answered: Day,
}

/// Annual sheets of one year and reference day that stood alike on the same days: from the
/// first, up to and with the second.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Sheets {
    pub year: I32,
    pub state: u8,
    pub reference: Day,
    pub from: Day,
    pub to: Day,
    pub count: U32,
}

impl Sheets {
    pub const UNWRITTEN: u8 = 0;
    pub const WRITTEN: u8 = 1;
    pub const RETURNED: u8 = 2;
    pub const SIGNED: u8 = 3;
    pub const CONFIRMED: u8 = 4;
    pub const SENT: u8 = 5;
}

/// How often an option was chosen on such sheets that were confirmed.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Choice {
    pub reference: Day,
    pub from: Day,
    pub to: Day,
    pub option: [u8; 16],
    pub count: U32,
}

/// What was given on one day for one purpose, less what was reversed.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct Gift {
    pub given: Day,
    /// The number of what it is, and for which work.
    pub purpose: U32,
    pub count: I32,
    pub amount_vnd: I64,
    pub quantity_hundredths: I64,
}

/// What is kept of one unit year by year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Year {
    pub choices: Vec<u8>,
    pub gifts: Vec<u8>,
}

impl Year {
    pub fn choices(&self) -> sqlx::Result<&[Choice]> {
        records(&self.choices)
    }

    pub fn gifts(&self) -> sqlx::Result<&[Gift]> {
        records(&self.gifts)
    }
}

/// Everything of one unit, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Packed {
    pub unit_id: UnitId,
    pub cell_days: Vec<u8>,
    pub people: Vec<u8>,
    pub former: Vec<u8>,
    pub meetings: Vec<u8>,
    pub opinions: Vec<u8>,
    pub sheets: Vec<u8>,
    /// The one that is counted; all of them where the unit is summed up.
    #[sqlx(skip)]
    pub years: BTreeMap<i64, Year>,
}

impl Packed {
    pub fn empty(unit_id: UnitId) -> Packed {
        let (cell_days, people, former, meetings, opinions, sheets, years) = Default::default();
        Packed { unit_id, cell_days, people, former, meetings, opinions, sheets, years }
    }

    /// What is known, with that of `year`.
    pub fn read(&self, year: i64) -> sqlx::Result<Facts<'_>> {
        let year = self.years.get(&year);
        Ok(Facts {
            cell_days: records(&self.cell_days)?,
            people: records(&self.people)?,
            former: records(&self.former)?,
            meetings: records(&self.meetings)?,
            opinions: records(&self.opinions)?,
            sheets: records(&self.sheets)?,
            choices: year.map_or(Ok(&[][..]), Year::choices)?,
            gifts: year.map_or(Ok(&[][..]), Year::gifts)?,
        })
    }
}

/// Likewise, as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub cell_days: &'a [Days],
    pub people: &'a [Person],
    pub former: &'a [Former],
    pub meetings: &'a [Meeting],
    pub opinions: &'a [Opinion],
    pub sheets: &'a [Sheets],
    /// Of the sheets of the year.
    pub choices: &'a [Choice],
    /// Of the year.
    pub gifts: &'a [Gift],
}

fn records<T: FromBytes + Immutable + KnownLayout + Unaligned>(bytes: &[u8]) -> sqlx::Result<&[T]> {
    <[T]>::ref_from_bytes(bytes)
        .map_err(|_| sqlx::Error::Decode("a summary is not made of whole records".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_lie_one_behind_the_other() {
        let held = Day::from(NaiveDate::from_ymd_opt(2024, 6, 1).unwrap());
        let (expected, present) = (U32::new(207), U32::new(201));
        let (excused, unexcused) = (U32::new(4), U32::new(2));
        let one = Meeting { held, marks: Meeting::PERIODIC, expected, present, excused, unexcused };
        let packed =
            Packed { meetings: [one, one].as_bytes().to_vec(), ..Packed::empty(UnitId::new()) };
        assert_eq!(packed.meetings.len(), 2 * 21);
        let facts = packed.read(2024).unwrap();
        assert_eq!(facts.meetings.len(), 2);
        assert_eq!(facts.meetings[1].held, held);
        assert_eq!(facts.meetings[1].present.get(), 201);
        let cut = Packed { meetings: packed.meetings[..30].to_vec(), ..packed };
        assert!(cut.read(2024).is_err());
    }
}
