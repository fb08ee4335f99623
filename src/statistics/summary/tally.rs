//! Counting a large unit, one unit below it after the other.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::facts::{Day, Facts, Former, Gift, Meeting, Opinion, Person, Sheets};
use super::store::Place;
use crate::evaluation::store::counts::{self, Stages};
use crate::ids::UnitId;
use crate::members::age::BANDS;
use crate::members::model::Sex;
use crate::statistics::chase;
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
    /// The day of what is late.
    late_on: i32,
    year: Span,
    of_year: i32,
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
    late: Vec<chase::Sheets>,
    unanswered: i64,
    /// By the child and the option.
    chosen: HashMap<(UnitId, [u8; 16]), i64>,
    /// By the number of the purpose.
    gifts: HashMap<u32, Given>,
}

/// What was given for one purpose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    /// Gifts, less those that were reversed.
    pub count: i64,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
}

#[derive(Clone, Copy, Default)]
struct Child {
    figures: Figures,
    stages: Stages,
    halves: [HalfFigures; HALVES],
}

/// All that was counted.
pub struct Counted {
    /// Nothing of a child of which nothing was counted.
    pub figures: HashMap<UnitId, Figures>,
    /// Cells that met in the year.
    pub cells: i64,
    pub halves: Vec<OfChild>,
    pub ages: Vec<OfAge>,
    /// Members of category normal by the number of their workplace; first those of whom none is
    /// known or told.
    pub places: Vec<i64>,
    pub stages: Vec<counts::OfChild>,
    pub chosen: HashMap<(UnitId, [u8; 16]), i64>,
    /// By the number of the purpose.
    pub gifts: HashMap<u32, Given>,
    /// By year and unit.
    pub late: Vec<chase::Sheets>,
    /// Opinions of all years that wait for an answer.
    pub unanswered: i64,
}

impl Tally {
    /// Where people work is told of those who live in the unit on `kept_on`; sheets are late on
    /// `late_on`.
    pub fn new(as_of: AsOf, kept_on: NaiveDate, late_on: NaiveDate) -> Tally {
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
            late_on: day(late_on),
            of_year: as_of.year,
            year: (day(from), day(to)),
            halves: halves.collect(),
            born_until: BANDS.iter().map(|it| day(it.born_until(as_of.on))).collect(),
            children: BTreeMap::new(),
            cells: 0,
            ages: Default::default(),
            places: Vec::new(),
            kept: HashSet::new(),
            moved: HashMap::new(),
            late: Vec::new(),
            unanswered: 0,
            chosen: HashMap::new(),
            gifts: HashMap::new(),
        }
    }

    /// Counts a unit: all its places at or below the unit that is counted.
    pub fn add(&mut self, places: &[Place], facts: Facts<'_>) {
        let Some(unit_id) = places.first().map(|it| it.unit_id) else { return };
        let spans: Vec<(UnitId, Span)> = places
            .iter()
            .map(|it| (it.child_id, (Day::from(it.from_on).get(), Day::or_none(it.to_on).get())))
            .collect();
        let under = |day| spans.iter().find(|(_, span)| within(*span, day)).map(|(id, _)| *id);
        let is_kept = under(self.kept_on).is_some();
        if is_kept {
            self.kept.insert(unit_id);
        }
        if let Some(child_id) = under(self.on) {
            self.people(child_id, is_kept, facts);
        }
        self.meetings(&under, facts.meetings);
        self.cells_of_halves(&under, facts);
        self.opinions(&under, facts.opinions);
        self.gifts(&under, facts.gifts);
        self.sheets(&under, facts.sheets);
        if under(self.late_on).is_some() {
            self.late(unit_id, facts.sheets);
        }
        for it in facts.choices {
            // As a step that holds at the end of the day.
            if it.from.get() <= self.on
                && self.on < it.to.get()
                && let Some(child_id) = under(it.reference.get())
            {
                *self.chosen.entry((child_id, it.option)).or_default() += i64::from(it.count.get());
            }
        }
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

    fn opinions(&mut self, under: &impl Fn(i32) -> Option<UnitId>, opinions: &[Opinion]) {
        for it in opinions.iter().filter(|it| it.raised.get() <= self.on) {
            let Some(child_id) = under(it.raised.get()) else { continue };
            self.unanswered += i64::from(it.answered.get() > self.on);
            if !within(self.year, it.raised.get()) {
                continue;
            }
            let sum = &mut self.children.entry(child_id).or_default().figures.opinions;
            if it.answered.get() <= self.on {
                sum.answered += 1;
            } else if it.forwarded.get() <= self.on {
                sum.forwarded += 1;
            } else {
                sum.recorded += 1;
            }
        }
    }

    fn gifts(&mut self, under: &impl Fn(i32) -> Option<UnitId>, gifts: &[Gift]) {
        for it in gifts.iter().filter(|it| within(self.year, it.given.get())) {
            let Some(child_id) = under(it.given.get()) else { continue };
            let (count, amount_vnd) = (i64::from(it.count.get()), it.amount_vnd.get());
            let sum = &mut self.children.entry(child_id).or_default().figures.contributions;
            sum.count += count;
            sum.amount_vnd += amount_vnd;
            let sum = self.gifts.entry(it.purpose.get()).or_default();
            sum.count += count;
            sum.amount_vnd += amount_vnd;
            sum.quantity_hundredths += it.quantity_hundredths.get();
        }
    }

    fn sheets(&mut self, under: &impl Fn(i32) -> Option<UnitId>, sheets: &[Sheets]) {
        for it in sheets.iter().filter(|it| it.year.get() == self.of_year) {
            if it.from.get() > self.on || it.to.get() <= self.on {
                continue;
            }
            let Some(child_id) = under(it.reference.get()) else { continue };
            let sum = &mut self.children.entry(child_id).or_default().stages;
            let count = i64::from(it.count.get());
            let add = |to: &mut i64, holds: bool| *to += if holds { count } else { 0 };
            let state = it.state;
            add(&mut sum.asked, true);
            add(&mut sum.written, state == Sheets::WRITTEN || state >= Sheets::SIGNED);
            add(&mut sum.signed, state >= Sheets::SIGNED);
            add(&mut sum.confirmed, state >= Sheets::CONFIRMED);
            add(&mut sum.sent, state == Sheets::SENT);
            add(&mut sum.returned, state == Sheets::RETURNED);
        }
    }

    /// Those of the year of the day and of the two before that wait for a signature.
    fn late(&mut self, unit_id: UnitId, sheets: &[Sheets]) {
        let year = NaiveDate::from_num_days_from_ce_opt(self.late_on).map_or(0, |it| it.year());
        for it in sheets {
            let is_there = it.from.get() <= self.late_on && self.late_on < it.to.get();
            let waits = it.state <= Sheets::SIGNED && (year - 2..=year).contains(&it.year.get());
            if !is_there || !waits {
                continue;
            }
            let (of_year, count) = (i64::from(it.year.get()), i64::from(it.count.get()));
            let is_signed = it.state == Sheets::SIGNED;
            let (unsigned, unconfirmed) = if is_signed { (0, count) } else { (count, 0) };
            match self.late.last_mut().filter(|it| (it.unit_id, it.year) == (unit_id, of_year)) {
                Some(sum) => {
                    sum.unsigned += unsigned;
                    sum.unconfirmed += unconfirmed;
                }
                None => {
                    self.late.push(chase::Sheets { unit_id, year: of_year, unsigned, unconfirmed });
                }
            }
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
        let stages = self.children.iter().filter(|(_, it)| it.stages.asked > 0);
        let stages =
            stages.map(|(id, it)| counts::OfChild { child_id: *id, stages: it.stages }).collect();
        self.late.sort_by_key(|it| (it.year, it.unit_id));
        Counted {
            figures,
            cells: self.cells,
            halves,
            ages: ages.collect(),
            places: self.places,
            stages,
            chosen: self.chosen,
            gifts: self.gifts,
            late: self.late,
            unanswered: self.unanswered,
        }
    }
}
