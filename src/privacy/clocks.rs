//! The law's clocks for what people ask about their own data.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::db::Tx;
use crate::ids::UnitId;
use crate::organisation::settings::{self, Setting};
use crate::privacy::model::RequestKind;

/// How long is given: working days for the answer, days for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    pub answer: i64,
    pub stop: i64,
    pub stop_with_others: i64,
    pub other: i64,
    pub extension: i64,
}

/// Those of Luật 91/2025/QH15 and Nghị định 356/2025/NĐ-CP (section 11 of the domain): an
/// answer within 2 working days; restricting, objecting and withdrawing done within 15 days,
/// 20 where a processor or a third party takes part; once 15 days more. Other rights have 10
/// to 20 days: which has how many is not known here, so the shortest counts.
pub const BY_LAW: Clocks =
    Clocks { answer: 2, stop: 15, stop_with_others: 20, other: 10, extension: 15 };

impl Clocks {
    /// What the unit settled, or else the law.
    pub async fn of(tx: &mut Tx, unit_id: UnitId, on: NaiveDate) -> sqlx::Result<Clocks> {
        let settled = settings::store::list(tx, unit_id, on).await?;
        let days = |setting: Setting, by_law: i64| {
            let mut found = settled.iter().filter(|it| it.name == setting && !it.value.is_empty());
            found.next().and_then(|it| it.value.parse().ok()).unwrap_or(by_law)
        };
        Ok(Clocks {
            answer: days(Setting::DataAnswerDays, BY_LAW.answer),
            stop: days(Setting::DataStopDays, BY_LAW.stop),
            stop_with_others: days(Setting::DataStopDaysOthers, BY_LAW.stop_with_others),
            other: days(Setting::DataOtherDays, BY_LAW.other),
            extension: days(Setting::DataExtensionDays, BY_LAW.extension),
        })
    }

    /// The last day for an answer to what came on `received_on`.
    pub fn answer_by(&self, received_on: NaiveDate) -> NaiveDate {
        let mut on = received_on;
        let mut left = self.answer;
        while left > 0 {
            on = after(on, 1);
            // Holidays are not known here, so that the day may come too early, never too late.
            if !matches!(on.weekday(), Weekday::Sat | Weekday::Sun) {
                left -= 1;
            }
        }
        on
    }

    /// The last day for having done it; `others` is whether a processor or a third party
    /// takes part.
    pub fn done_by(&self, kind: RequestKind, others: bool, received_on: NaiveDate) -> NaiveDate {
        let stops = matches!(kind, RequestKind::Restriction | RequestKind::Objection);
        let days = match (stops, others) {
            (true, true) => self.stop_with_others,
            (true, false) => self.stop,
            (false, _) => self.other,
        };
        after(received_on, days)
    }

    /// The same, put off.
    pub fn extended(&self, done_by: NaiveDate) -> NaiveDate {
        after(done_by, self.extension)
    }
}

fn after(on: NaiveDate, days: i64) -> NaiveDate {
    let days = u64::try_from(days).unwrap_or_default();
    on.checked_add_days(Days::new(days)).unwrap_or(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekend_is_no_time_to_answer() {
        // 15 November 2024 was a Friday.
        for (received, by) in [
            ("2024-11-11", "2024-11-13"),
            ("2024-11-14", "2024-11-18"),
            ("2024-11-15", "2024-11-19"),
            ("2024-11-16", "2024-11-19"),
        ] {
            assert_eq!(BY_LAW.answer_by(day(received)), day(by), "{received}");
        }
    }

    #[test]
    fn what_is_to_stop_stops_in_fifteen_days_or_twenty() {
        let on = day("2024-11-15");
        let by = |kind, others| BY_LAW.done_by(kind, others, on);
        assert_eq!(by(RequestKind::Restriction, false), day("2024-11-30"));
        assert_eq!(by(RequestKind::Objection, true), day("2024-12-05"));
        assert_eq!(by(RequestKind::Access, true), day("2024-11-25"));
        assert_eq!(BY_LAW.extended(day("2024-11-30")), day("2024-12-15"));
    }
}
