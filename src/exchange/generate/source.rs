//! Where everything drawn comes from: numbers, and ids that sort as they were made.

use chrono::{Datelike, Days, NaiveDate};
use uuid::{Builder, Uuid};

use crate::exchange::demo::calendar::{evening, ymd};
use crate::exchange::demo::random::Random;

pub struct Source {
    pub random: Random,
    /// The last day of the registry.
    pub on: NaiveDate,
    next_millisecond: u64,
}

impl Source {
    pub fn new(seed: u64, on: NaiveDate) -> Source {
        let yesterday = evening(on - Days::new(1)).0 / 1_000;
        Source { random: Random::new(seed), on, next_millisecond: yesterday.unsigned_abs() }
    }

    /// An id of the shape that the program gives, a millisecond after the one before: rows
    /// that are written one behind the other lie side by side.
    pub fn id(&mut self) -> Uuid {
        let [high, low] = [self.random.bits().to_be_bytes(), self.random.bits().to_be_bytes()];
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..2]);
        self.next_millisecond += 1;
        Builder::from_unix_timestamp_millis(self.next_millisecond, &bytes).into_uuid()
    }

    /// The year that is under way on the last day.
    pub fn year(&self) -> i32 {
        self.on.year()
    }

    /// A day so many years before the last year.
    pub fn back(&self, years: i64, month: u32, day: u32) -> NaiveDate {
        ymd(self.year() - i32::try_from(years).unwrap_or_default(), month, day)
    }
}
