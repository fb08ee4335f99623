//! The only place that asks the machine what time it is.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A moment, in whole microseconds since 1970, UTC: what both databases keep and
/// compare alike.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Moment(pub i64);

/// Viet Nam is seven hours ahead of UTC all the year round.
pub const HOURS_AHEAD: i32 = 7;

impl Moment {
    /// The moment `seconds` later, or earlier where they are negative.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Moment {
        Moment(self.0 + seconds * 1_000_000)
    }

    /// Whole seconds from `earlier` to this moment.
    pub fn seconds_since(self, earlier: Moment) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// The day in Viet Nam.
    pub fn day(self) -> NaiveDate {
        self.local().date_naive()
    }

    /// The hour of the day in Viet Nam.
    pub fn hour(self) -> i64 {
        (self.0.div_euclid(3_600_000_000) + i64::from(HOURS_AHEAD)).rem_euclid(24)
    }

    /// `20:04 ngày 15/11/2024`, by the clock in Viet Nam.
    pub fn shown(self) -> String {
        self.local().format("%H:%M ngày %d/%m/%Y").to_string()
    }

    /// `20:04:59 ngày 15/11/2024`.
    pub fn shown_exactly(self) -> String {
        self.local().format("%H:%M:%S ngày %d/%m/%Y").to_string()
    }

    /// `2024-11-15T20:04:00+07:00`, for machines.
    pub fn iso(self) -> String {
        self.local().to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// `20241115T130400Z`: in UTC, as calendars write it.
    pub fn utc_basic(self) -> String {
        let utc = DateTime::from_timestamp_micros(self.0).unwrap_or_default();
        utc.format("%Y%m%dT%H%M%SZ").to_string()
    }

    fn local(self) -> DateTime<FixedOffset> {
        let utc = DateTime::from_timestamp_micros(self.0).unwrap_or_default();
        match FixedOffset::east_opt(HOURS_AHEAD * 3600) {
            Some(ahead) => utc.with_timezone(&ahead),
            None => utc.fixed_offset(),
        }
    }
}

pub fn now() -> Moment {
    #[expect(clippy::disallowed_methods, reason = "this is that place")]
    Moment(Utc::now().timestamp_micros())
}

/// The day in Viet Nam.
pub fn today() -> NaiveDate {
    now().day()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evening_in_utc_is_the_next_day_in_viet_nam() {
        let moment = Moment(1_731_690_000_000_000);
        assert_eq!(moment.shown(), "00:00 ngày 16/11/2024");
        assert_eq!(moment.iso(), "2024-11-16T00:00:00+07:00");
        assert_eq!((moment.hour(), moment.plus_seconds(-1).hour()), (0, 23));
        assert_eq!(moment.day(), NaiveDate::from_ymd_opt(2024, 11, 16).unwrap());
    }
}
