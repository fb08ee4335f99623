//! What stands above a document of the Party: who issues it, where and when.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::organisation::model::Unit;
use crate::organisation::store;
use crate::vietnamese::day;

#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The body above the one that issues it; empty where there is none.
    pub upper: String,
    pub body: String,
    pub place_and_day: String,
}

impl Letterhead {
    /// The head of a document that the unit issues on `on`, under its names of that day.
    pub async fn of(tx: &mut Tx, unit: &Unit, on: NaiveDate) -> sqlx::Result<Letterhead> {
        Ok(Letterhead::below(&store::path(tx, unit.id, on).await?, unit, on))
    }

    /// Likewise, of a unit whose path on that day is known.
    pub fn below(path: &[Unit], unit: &Unit, on: NaiveDate) -> Letterhead {
        let upper = path.iter().rev().nth(1).map(|it| it.party_name().to_uppercase());
        let body = path.last().unwrap_or(unit).party_name().to_uppercase();
        let seat = path.iter().rfind(|it| !it.is_cell());
        let seat = seat.map(|it| it.name.trim_start_matches(it.kind.label()).trim().to_owned());
        let place_and_day = match seat {
            Some(seat) if !seat.is_empty() => format!("{seat}, {}", day::long(on)),
            _ => day::long(on),
        };
        Letterhead { upper: upper.unwrap_or_default(), body, place_and_day }
    }

    /// In whose name the unit's documents are signed, and by whom.
    pub fn signature(unit: &Unit) -> (&'static str, &'static str) {
        if unit.is_cell() { ("T/M CHI BỘ", "BÍ THƯ") } else { ("T/M ĐẢNG ỦY", "BÍ THƯ") }
    }
}
