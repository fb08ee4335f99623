//! Where a synthetic member has lived: one residence after the other.

use chrono::{Datelike, Days, NaiveDate};

use crate::exchange::demo::calendar::{end, office_day, ymd};
use crate::exchange::demo::random::Random;
use crate::members::model::{EndReason, ExemptReason};

/// A residence before anybody lives in it.
pub struct Home {
    /// The place of the cell in the list of cells.
    pub cell: usize,
    pub exempt: Option<ExemptReason>,
    pub from_on: NaiveDate,
    pub ended: Option<(NaiveDate, EndReason)>,
}

/// A member of category normal who lives in `cell` at the end. Some came from
/// another of the `cells`, some were exempt before.
pub fn normal(random: &mut Random, cell: usize, cells: usize) -> Vec<Home> {
    let from_on = first_day(random);
    let home = Home { cell, exempt: None, from_on, ended: None };
    match random.between(0, 999) {
        0..40 => {
            let elsewhere = (cell + 1 + random.place(cells - 1)) % cells;
            let before = Home { cell: elsewhere, exempt: None, from_on, ended: None };
            follow(random, before, home, EndReason::Moved)
        }
        40..46 => {
            let exempt = Some(*random.pick(&[
                ExemptReason::WorksOnTheMove,
                ExemptReason::Rotated,
                ExemptReason::StudiesFullTime,
            ]));
            let before = Home { cell, exempt, from_on, ended: None };
            follow(random, before, home, EndReason::Category)
        }
        _ => vec![home],
    }
}

/// A member who is exempt at the end; every other one was not always.
pub fn exempt(random: &mut Random, cell: usize) -> Vec<Home> {
    let reason = match random.between(0, 99) {
        0..25 => ExemptReason::PostedFarAway,
        25..58 => ExemptReason::WorksOnTheMove,
        58..74 => ExemptReason::Rotated,
        74..88 => ExemptReason::StudiesFullTime,
        _ => ExemptReason::StudiesAwayFromHome,
    };
    let from_on = match reason {
        ExemptReason::StudiesAwayFromHome => {
            office_day(random.day(ymd(2022, 9, 1), ymd(2024, 10, 31)))
        }
        _ => first_day(random),
    };
    let home = Home { cell, exempt: Some(reason), from_on, ended: None };
    if reason == ExemptReason::StudiesAwayFromHome || random.chance(500) {
        return vec![home];
    }
    let before = Home { cell, exempt: None, from_on, ended: None };
    follow(random, before, home, EndReason::Category)
}

/// A member who has left the city before the end.
pub fn gone(random: &mut Random, cell: usize) -> Vec<Home> {
    let from_on = random.day(ymd(2012, 1, 3), ymd(2019, 12, 20));
    let reason = match random.between(0, 9) {
        0..5 => EndReason::Moved,
        5..9 => EndReason::Retired,
        _ => EndReason::Deceased,
    };
    let to_on = office_day(random.day(ymd(2020, 2, 10), ymd(2024, 12, 16)));
    vec![Home { cell, exempt: None, from_on: office_day(from_on), ended: Some((to_on, reason)) }]
}

/// Closes `before` on the day on which `home` begins.
fn follow(random: &mut Random, mut before: Home, mut home: Home, reason: EndReason) -> Vec<Home> {
    let earliest = ymd(2020, 3, 2).max(before.from_on + Days::new(150));
    if earliest >= ymd(2024, 11, 30) {
        return vec![home];
    }
    let day = office_day(random.day(earliest, ymd(2024, 11, 29)));
    before.ended = Some((day, reason));
    home.from_on = day;
    vec![before, home]
}

/// The first day of a first residence.
fn first_day(random: &mut Random) -> NaiveDate {
    let year = match random.between(0, 99) {
        0..32 => random.between(2012, 2014),
        32..80 => random.between(2015, 2019),
        _ => random.between(2020, 2024),
    };
    let first = ymd(i32::try_from(year).unwrap_or(end().year()), 1, 4);
    office_day(random.day(first, first + Days::new(345)))
}
