//! Where somebody has lived in a ward: one residence after the other, up to the last day.

use chrono::{Days, NaiveDate};

use crate::exchange::demo::calendar::office_day;
use crate::exchange::generate::source::Source;
use crate::members::model::{EndReason, ExemptReason};

/// A residence before anybody lives in it.
pub struct Home {
    /// The place of the cell in the ward.
    pub cell: usize,
    pub exempt: Option<ExemptReason>,
    pub from_on: NaiveDate,
    pub ended: Option<(NaiveDate, EndReason)>,
}

/// Somebody who lives in `cell` on the last day. Some came from another of the ward's
/// `cells`, some change category once.
pub fn present(source: &mut Source, cell: usize, cells: usize, is_exempt: bool) -> Vec<Home> {
    let from_on = first_day(source);
    let random = &mut source.random;
    let reason = *random.pick(&[
        ExemptReason::PostedFarAway,
        ExemptReason::WorksOnTheMove,
        ExemptReason::WorksOnTheMove,
        ExemptReason::Rotated,
        ExemptReason::StudiesFullTime,
    ]);
    let home = |cell, exempt| Home { cell, exempt, from_on, ended: None };
    let (here, elsewhere) = (home(cell, is_exempt.then_some(reason)), random.place(cells));
    match random.between(0, 999) {
        0..500 if is_exempt => follow(source, home(cell, None), here, EndReason::Category),
        0..6 => follow(source, home(cell, Some(reason)), here, EndReason::Category),
        6..46 if elsewhere != cell && !is_exempt => {
            follow(source, home(elsewhere, None), here, EndReason::Moved)
        }
        _ => vec![here],
    }
}

/// Somebody who has left before the last day.
pub fn gone(source: &mut Source, cell: usize) -> Vec<Home> {
    let (first, last) = (source.back(12, 1, 4), source.back(5, 12, 20));
    let from_on = office_day(source.random.day(first, last));
    let reason = match source.random.between(0, 9) {
        0..5 => EndReason::Moved,
        5..9 => EndReason::Retired,
        _ => EndReason::Deceased,
    };
    let to_on = source.random.day(source.back(4, 2, 10), source.on);
    vec![Home { cell, exempt: None, from_on, ended: Some((office_day(to_on), reason)) }]
}

/// Closes `before` on the day on which `home` begins.
fn follow(source: &mut Source, mut before: Home, mut home: Home, reason: EndReason) -> Vec<Home> {
    let earliest = source.back(4, 3, 2).max(before.from_on + Days::new(150));
    let latest = source.on - Days::new(30);
    if earliest >= latest {
        return vec![home];
    }
    let day = office_day(source.random.day(earliest, latest));
    before.ended = Some((day, reason));
    home.from_on = day;
    vec![before, home]
}

/// The first day of a first residence.
fn first_day(source: &mut Source) -> NaiveDate {
    let back = match source.random.between(0, 99) {
        0..32 => source.random.between(10, 12),
        32..80 => source.random.between(5, 9),
        _ => source.random.between(0, 4),
    };
    let first = source.back(back, 1, 4).min(source.on);
    let last = (first + Days::new(345)).min(source.on);
    office_day(source.random.day(first, last))
}
