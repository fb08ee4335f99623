//! Counting a large unit, one unit below it after the other.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::facts::{Day, Facts, Former, Meeting, Person};
use super::store::Place;
use crate::ids::UnitId;
use crate::members::age::BANDS;
use crate::members::model::Sex;
use crate::statistics::half::{HalfFigures, HalfYear, OfChild};
use crate::statistics::model::{AsOf, Figures, Meetings, Members};
use crate::statistics::store::halves::HALVES;
use crate::statistics::store::people::OfAge;

/// Days from the first up to, but not on, the second.
type Span = (i32, i32);

fn within((from, to): Span, day: i32) -> bool {
    from <= day && day < to
}

/// The band of those whose birth is not written down stands behind the others.
const UNBORN: usize = BANDS.len();

/// What is counted, and how far it has come.
pub struct Tally {
    on: i32,
    kept_on: i32,
    year: Span,
    halves: Vec<(HalfYear, Span)>,
    /// The last day of birth of each band.
    born_until: Vec<i32>,
    children: BTreeMap<UnitId, Child>,
    cells: i64,
    /// Of men, of women, of those whose sex is not written down.
    ages: [[i64; UNBORN + 1]; 3],
    /// By the number of the workplace.
    places: Vec<i64>,
    /// The cells of the unit on the day in `kept_on`.
    kept: HashSet<UnitId>,
    /// People who live elsewhere by now, by where that is and by the number of their workplace.
    moved: HashMap<(UnitId, usize), i64>,
}

#[derive(Clone, Copy, Default)]
struct Child {
    figures: Figures,
    halves: [HalfFigures; HALVES],
}

/// All that was counted.
pub struct Counted {
    /// Without contributions and opinions; nothing of a child of which nothing was counted.
    pub figures: HashMap<UnitId, Figures>,
    /// Cells that met in the year.
    pub cells: i64,
    pub halves: Vec<OfChild>,
    pub ages: Vec<OfAge>,
    /// Members of category normal by the number of their workplace; first those of whom none is
    /// known or told.
    pub places: Vec<i64>,
}

impl Tally {
    /// Where people work is told of those who live in the unit on `kept_on`.
    pub fn new(as_of: AsOf, kept_on: NaiveDate) -> Tally {
        let day = |it: NaiveDate| Day::from(it).get();
        let (from, to) = as_of.days();
        let last = as_of.last_day();
        let halves = as_of.half().latest(HALVES).into_iter().map(|half| {
            let to = day(half.last_day().min(last)) + 1;
            (half, (day(half.first_day()), to))
        });
        Tally {
            on: day(as_of.on),
            kept_on: day(kept_on),
            year: (day(from), day(to)),
            halves: halves.collect(),
            born_until: BANDS.iter().map(|it| day(it.born_until(as_of.on))).collect(),
            children: BTreeMap::new(),
            cells: 0,
            ages: Default::default(),
            places: Vec::new(),
            kept: HashSet::new(),
            moved: HashMap::new(),
        }
    }

    /// Counts a unit: all its places at or below the unit that is counted.
    pub fn add(&mut self, places: &[Place], facts: Facts<'_>) {
        let spans: Vec<(UnitId, Span)> = places
            .iter()
            .map(|it| (it.child_id, (Day::from(it.from_on).get(), Day::or_none(it.to_on).get())))
            .collect();
        let under = |day| spans.iter().find(|(_, span)| within(*span, day)).map(|(id, _)| *id);
        let is_kept = under(self.kept_on).is_some();
        if let Some(place) = places.first().filter(|_| is_kept) {
            self.kept.insert(place.unit_id);
        }
        if let Some(child_id) = under(self.on) {
            self.people(child_id, is_kept, facts);
        }
        self.meetings(&under, facts.meetings);
        self.cells_of_halves(&under, facts);
    }

    fn people(&mut self, child_id: UnitId, is_kept: bool, facts: Facts<'_>) {
        let mut members = Members::default();
        for it in facts.people {
            if self.person(&mut members, it) {
                let number = if is_kept { it.workplace.get() as usize } else { 0 };
                self.at_work(number, 1);
            }
        }
        for Former { person, now } in facts.former {
            if self.person(&mut members, person) {
                let now = UnitId(uuid::Uuid::from_bytes(*now));
                *self.moved.entry((now, person.workplace.get() as usize)).or_default() += 1;
            }
        }
        if members != Members::default() {
            let sum = &mut self.children.entry(child_id).or_default().figures.members;
            sum.normal += members.normal;
            sum.exempt += members.exempt;
            sum.without_letter += members.without_letter;
        }
    }

    /// Counts somebody who lives there on the day; whether that is a member of category normal.
    fn person(&mut self, members: &mut Members, it: &Person) -> bool {
        if !within((it.started.get(), it.ended.get()), self.on) {
            return false;
        }
        if it.is(Person::EXEMPT) {
            members.exempt += 1;
            return false;
        }
        members.normal += 1;
        if !it.is(Person::LETTER) {
            members.without_letter += 1;
        }
        let sex = match (it.is(Person::MALE), it.is(Person::FEMALE)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => 2,
        };
        let band = if it.born == Day::NONE {
            UNBORN
        } else {
            let born = it.born.get();
            // The youngest band has no first birthday.
            self.born_until.iter().position(|until| born <= *until).unwrap_or(UNBORN - 1)
        };
        self.ages[sex][band] += 1;
        true
    }

    fn at_work(&mut self, number: usize, count: i64) {
        if self.places.len() <= number {
            self.places.resize(number + 1, 0);
        }
        self.places[number] += count;
    }

    fn meetings(&mut self, under: &impl Fn(i32) -> Option<UnitId>, meetings: &[Meeting]) {
        // The children under which the unit met as a cell: each counts it once.
        let mut met: Vec<UnitId> = Vec::new();
        for it in meetings {
            let held = it.held.get();
            let is_of_year = within(self.year, held) && it.is(Meeting::THERE);
            let half = self.halves.iter().position(|(_, span)| within(*span, held));
            if !is_of_year && half.is_none() {
                continue;
            }
            let Some(child_id) = under(held) else { continue };
            let child = self.children.entry(child_id).or_default();
            let count = |it: zerocopy::little_endian::U32| i64::from(it.get());
            if is_of_year {
                let is_first = it.is(Meeting::CELL) && !met.contains(&child_id);
                if is_first {
                    met.push(child_id);
                }
                let sum: &mut Meetings = &mut child.figures.meetings;
                sum.held += 1;
                sum.periodic += i64::from(it.is(Meeting::PERIODIC));
                sum.cells += i64::from(is_first);
                sum.expected += count(it.expected);
                sum.present += count(it.present);
                sum.excused += count(it.excused);
                sum.unexcused += count(it.unexcused);
            }
            if let Some(half) = half {
                let sum = &mut child.halves[half];
                sum.held += 1;
                sum.expected += count(it.expected);
                sum.present += count(it.present);
                if it.is(Meeting::PERIODIC) {
                    sum.last_on = sum.last_on.max(NaiveDate::from_num_days_from_ce_opt(held));
                }
            }
        }
        self.cells += i64::from(!met.is_empty());
    }

    /// A cell counts where it was on the last day of a half-year, wherever it met.
    fn cells_of_halves(&mut self, under: &impl Fn(i32) -> Option<UnitId>, facts: Facts<'_>) {
        for (at, (_, (from, to))) in self.halves.iter().enumerate() {
            let last = *to - 1;
            let is_cell = |it: &super::facts::Days| within((it.from.get(), it.to.get()), last);
            if !facts.cell_days.iter().any(is_cell) {
                continue;
            }
            let Some(child_id) = under(last) else { continue };
            let has_met =
                |it: &Meeting| it.is(Meeting::PERIODIC) && within((*from, *to), it.held.get());
            let sum = &mut self.children.entry(child_id).or_default().halves[at];
            sum.cells += 1;
            sum.met += i64::from(facts.meetings.iter().any(has_met));
        }
    }

    pub fn counted(mut self) -> Counted {
        for ((now, number), count) in std::mem::take(&mut self.moved) {
            let number = if self.kept.contains(&now) { number } else { 0 };
            self.at_work(number, count);
        }
        let (mut figures, mut halves) = (HashMap::new(), Vec::new());
        for (child_id, child) in &self.children {
            if child.figures != Figures::default() {
                figures.insert(*child_id, child.figures);
            }
        }
        for (at, (half, _)) in self.halves.iter().enumerate() {
            for (child_id, child) in &self.children {
                if child.halves[at] != HalfFigures::default() {
                    let figures = child.halves[at];
                    halves.push(OfChild { half: *half, child_id: *child_id, figures });
                }
            }
        }
        let sexes = [Some(Sex::Male), Some(Sex::Female), None];
        let ages = sexes.iter().zip(self.ages).flat_map(|(sex, bands)| {
            bands.into_iter().enumerate().filter(|(_, count)| *count > 0).map(|(band, count)| {
                OfAge {
                    sex: *sex,
                    band: if band == UNBORN { -1 } else { i64::try_from(band).unwrap_or(-1) },
                    count,
                }
            })
        });
        Counted { ages: ages.collect(), figures, halves, cells: self.cells, places: self.places }
    }
}
