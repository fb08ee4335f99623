//! What is to become of every row of a list.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use crate::exchange::import::columns::Column;
use crate::exchange::import::model::ImportRow;
use crate::exchange::import::rows::{Incoming, Typed};
use crate::faults::{Clash, Faults};
use crate::ids::{MemberId, UnitId};
use crate::members::form::{Person, PersonForm, PlaceForm};
use crate::members::store::Known;
use crate::vietnamese::day::{PartialDay, Precision};
use crate::vietnamese::fold::{self, fold};
use crate::vietnamese::lettering::{Lettering, decode};

/// A row and its fate.
#[derive(Clone, Debug)]
pub struct Judged {
    pub line: i64,
    pub name: String,
    pub left_out: bool,
    pub fate: Fate,
}

#[derive(Clone, Debug)]
pub enum Fate {
    New(Box<Incoming>),
    /// Somebody known, of whom the list says nothing else.
    Same(Box<Known>),
    /// Somebody known, of whom it says something else: the fields that differ.
    Changed(Box<Change>),
    Failed(Vec<String>),
    /// A total, a note, a signature.
    Aside,
}

/// Somebody known as the record stands, and as the list wants it.
#[derive(Clone, Debug)]
pub struct Change {
    pub known: Known,
    pub before: (PersonForm, PlaceForm),
    pub person: Person,
    pub place: PlaceForm,
    pub differences: Vec<Clash>,
}

/// How many rows have each fate; those left out count apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    pub failed: usize,
    pub aside: usize,
    pub left_out: usize,
}

impl Tally {
    pub fn of(rows: &[Judged]) -> Tally {
        let mut tally = Tally::default();
        for row in rows {
            *(match row.fate {
                Fate::New(_) | Fate::Changed(_) if row.left_out => &mut tally.left_out,
                Fate::New(_) => &mut tally.new,
                Fate::Changed(_) => &mut tally.changed,
                Fate::Same(_) => &mut tally.same,
                Fate::Failed(_) => &mut tally.failed,
                Fate::Aside => &mut tally.aside,
            }) += 1;
        }
        tally
    }

    pub fn to_write(self) -> usize {
        self.new + self.changed
    }

    /// Likewise, with those left out.
    pub fn writable(self) -> usize {
        self.to_write() + self.left_out
    }
}

/// What a list is held against.
pub struct Judge<'a> {
    pub cell_id: UnitId,
    pub columns: &'a [Column],
    pub lettering: Lettering,
    pub started_on: NaiveDate,
    pub today: NaiveDate,
    /// Everybody whom the viewer may see.
    pub known: &'a [Known],
}

impl Judge<'_> {
    pub fn judge(&self, rows: &[ImportRow]) -> Vec<Judged> {
        let index = Index::of(self.known);
        let mut seen = Seen::default();
        let mut judged = Vec::with_capacity(rows.len());
        for row in rows {
            let cells: Vec<String> =
                row.cells().iter().map(|it| decode(it, self.lettering)).collect();
            let typed = Typed::of(&cells, self.columns);
            let name = typed.person.full_name.clone();
            let fate = self.fate(&typed, &index, row.line, &mut seen);
            judged.push(Judged { line: row.line, name, left_out: row.left_out, fate });
        }
        judged
    }

    fn fate(&self, typed: &Typed, index: &Index, line: i64, seen: &mut Seen) -> Fate {
        if typed.is_aside() {
            return Fate::Aside;
        }
        let incoming = match typed.read(self.started_on, self.today) {
            Ok(incoming) => incoming,
            Err(why) => return Fate::Failed(why),
        };
        let born = incoming.person.born.map(|it| it.to_string()).unwrap_or_default();
        let card = incoming.person.card_number.clone().unwrap_or_default();
        let key = format!("{} {born} {card}", incoming.person.name.folded());
        let twice = |first: i64| Fate::Failed(vec![format!("Trùng với dòng {first} của tệp này")]);
        if let Some(first) = seen.people.insert(key, line) {
            return twice(first);
        }
        match index.find(&incoming.person, self.cell_id) {
            Found::Nobody => match &incoming.exempt {
                Ok(_) => Fate::New(Box::new(incoming)),
                Err(why) => Fate::Failed(vec![why.clone()]),
            },
            Found::Several => Fate::Failed(vec![
                "Sổ có nhiều người giống người này: ghi thêm ngày sinh hoặc số thẻ".to_owned(),
            ]),
            Found::One(known) => match seen.known.insert(known.member.id, line) {
                Some(first) => twice(first),
                None => self.compare(typed, known),
            },
        }
    }

    fn compare(&self, typed: &Typed, known: &Known) -> Fate {
        let cell = &known.cell_name;
        if known.ended_on.is_some() {
            let why = format!("Đã thôi sinh hoạt ở {cell}: mở trang người này để tiếp nhận lại");
            return Fate::Failed(vec![why]);
        }
        if known.cell_id != self.cell_id {
            let why = format!("Đang ở {cell}: mở trang người này để chuyển về");
            return Fate::Failed(vec![why]);
        }
        let before = PersonForm::of(&known.member);
        let mut person = overlaid(&before, &typed.person);
        let parts = [before.position.as_str(), before.workplace.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        if fold(&typed.work_title) == fold(&parts.join(", ")) {
            // Written together as our own files write it: where to split is no question.
            (person.position, person.workplace) =
                (before.position.clone(), before.workplace.clone());
        }
        let place_before = PlaceForm {
            address: known.address.clone(),
            household_cluster: known.household_cluster.clone(),
            residence_kind: known.residence_kind.as_str().to_owned(),
        };
        let place = PlaceForm {
            address: or(&typed.place.address, &place_before.address),
            household_cluster: or(&typed.place.household_cluster, &place_before.household_cluster),
            residence_kind: or(&typed.place.residence_kind, &place_before.residence_kind),
        };
        let mut differences = person.differences(&before);
        differences.extend(place.differences(&place_before));
        if differences.is_empty() {
            return Fate::Same(Box::new(known.clone()));
        }
        let mut faults = Faults::default();
        match person.read_listed(self.today, &mut faults) {
            Some(person) if faults.is_empty() => Fate::Changed(Box::new(Change {
                known: known.clone(),
                before: (before, place_before),
                person,
                place,
                differences,
            })),
            _ => Fate::Failed(faults.iter().map(|(_, fault)| fault.to_owned()).collect()),
        }
    }
}

/// What the list says, over what the record says where the list is silent.
fn overlaid(before: &PersonForm, typed: &PersonForm) -> PersonForm {
    let full_name = or_better(&typed.full_name, &before.full_name);
    let renamed = full_name != before.full_name;
    let part = |it: &String| if renamed { String::new() } else { it.clone() };
    PersonForm {
        full_name,
        family: part(&before.family),
        middle: part(&before.middle),
        given: part(&before.given),
        sex: or(&typed.sex, &before.sex),
        born: or_exact(&typed.born, &before.born),
        admitted_on: or(&typed.admitted_on, &before.admitted_on),
        official_on: or(&typed.official_on, &before.official_on),
        card_number: or(&typed.card_number, &before.card_number),
        phone: or(&typed.phone, &before.phone),
        position: or(&typed.position, &before.position),
        workplace: or_better(&typed.workplace, &before.workplace),
        workplace_cell: or(&typed.workplace_cell, &before.workplace_cell),
    }
}

/// The record's text, where the list says the same with fewer marks or other capitals.
fn or_better(typed: &str, before: &str) -> String {
    let same = fold(typed) == fold(before);
    let adds_marks = fold::has_marks(typed)
        && fold::plain_tone(typed).to_lowercase() != fold::plain_tone(before).to_lowercase();
    if same && !adds_marks { before.to_owned() } else { or(typed, before) }
}

/// The record's day of birth, where the list only knows its year or its month.
fn or_exact(typed: &str, before: &str) -> String {
    let (Ok(new), Ok(old)) = (PartialDay::read(typed), PartialDay::read(before)) else {
        return or(typed, before);
    };
    let same_year = new.year() == old.year();
    let agrees = match new.precision {
        Precision::Year => same_year,
        Precision::Month => {
            old.precision == Precision::Day && same_year && new.day.month() == old.day.month()
        }
        Precision::Day => false,
    };
    if agrees { before.to_owned() } else { typed.to_owned() }
}

fn or(typed: &str, before: &str) -> String {
    if typed.is_empty() { before.to_owned() } else { typed.to_owned() }
}

/// Whom earlier rows of the file spoke of, and in which line.
#[derive(Default)]
struct Seen {
    people: HashMap<String, i64>,
    known: HashMap<MemberId, i64>,
}

enum Found<'a> {
    Nobody,
    One(&'a Known),
    Several,
}

/// The known people by what tells them: card, name, telephone.
struct Index<'a> {
    card: HashMap<&'a str, Vec<&'a Known>>,
    name: HashMap<&'a str, Vec<&'a Known>>,
    phone: HashMap<&'a str, Vec<&'a Known>>,
}

impl<'a> Index<'a> {
    fn of(known: &'a [Known]) -> Index<'a> {
        let mut index = Index { card: HashMap::new(), name: HashMap::new(), phone: HashMap::new() };
        for it in known {
            index.name.entry(&it.folded).or_default().push(it);
            if let Some(card) = &it.member.card_number {
                index.card.entry(card).or_default().push(it);
            }
            if let Some(phone) = &it.member.phone {
                index.phone.entry(phone).or_default().push(it);
            }
        }
        index
    }

    /// Those of the same card; else of the same name, marks aside, and year of birth;
    /// else of the same name and telephone. The own cell comes first.
    fn find(&self, person: &Person, cell_id: UnitId) -> Found<'a> {
        let of = |map: &HashMap<&'a str, Vec<&'a Known>>, key: &str| {
            map.get(key).cloned().unwrap_or_default()
        };
        let born = |it: &&&Known| person.may_be_born(it.member.born().map(|born| born.year()));
        let folded = person.name.folded();
        let same_card =
            person.card_number.as_deref().map(|it| of(&self.card, it)).unwrap_or_default();
        let same_name: Vec<&Known> = of(&self.name, &folded).iter().filter(born).copied().collect();
        let same_phone: Vec<&Known> = person
            .phone
            .as_deref()
            .map(|it| of(&self.phone, it))
            .unwrap_or_default()
            .into_iter()
            .filter(|it| it.folded == folded)
            .collect();
        for found in [same_card, same_name, same_phone] {
            let here: Vec<&Known> =
                found.iter().filter(|it| it.cell_id == cell_id).copied().collect();
            match (here.as_slice(), found.as_slice()) {
                ([one], _) | ([], [one]) => return Found::One(one),
                ([], []) => {}
                _ => return Found::Several,
            }
        }
        Found::Nobody
    }
}
