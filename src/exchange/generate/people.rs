//! The people of a ward: who they are, where they have lived, the letters that brought them.

use chrono::{Datelike, Days, Months, NaiveDate};
use uuid::Uuid;

use crate::exchange::demo::calendar::{evening, office_day, ymd};
use crate::exchange::demo::files::{self, LANES};
use crate::exchange::demo::names::Names;
use crate::exchange::demo::random::Weighted;
use crate::exchange::demo::trades::Workplaces;
use crate::exchange::generate::lives::{self, Home};
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::shape::ROLL;
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::{Cell, Ward};
use crate::exchange::seed::reader::Fault;
use crate::members::model::{Category, ExemptReason, ResidenceKind, Sex};

const RECEIVER: &str = "Văn phòng Đảng ủy";
const CLUSTERS: i64 = 8;
/// Letters that nobody has received yet, or that wait for a cell, in each ward.
const WAITING: [bool; 3] = [false, false, true];

/// A residence, as far as what happens in the cell depends on it.
pub struct Stay {
    pub member_id: Uuid,
    pub sort_key: Vec<u8>,
    pub full_name: String,
    pub born: (NaiveDate, &'static str),
    pub workplace: String,
    pub address: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub is_exempt: bool,
    /// How often the person is absent, in hundredths of how often others are.
    pub absence: i64,
}

impl Stay {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to_on| day < to_on)
    }
}

pub struct People {
    pub names: Names,
    lanes: Weighted<String>,
    /// How many have been made: numbers their cards and telephones.
    made: i64,
}

/// Somebody whose row is written.
struct Person {
    id: Uuid,
    stay: Stay,
    committee: String,
}

impl People {
    pub fn read() -> Result<People, Fault> {
        let lanes = files::rows(LANES, |row| {
            Ok((files::number(row, "weight")?, row.get("name").to_owned()))
        })?;
        Ok(People { names: Names::read()?, lanes: Weighted::new(lanes), made: 0 })
    }

    /// Fills the cells of the ward: who has lived in each, by name.
    pub fn settle(
        &mut self,
        source: &mut Source,
        ward: &Ward,
        workplaces: &Workplaces,
        rows: &mut Rows,
    ) -> Vec<Vec<Stay>> {
        let mut stays: Vec<Vec<Stay>> = ward.cells.iter().map(|_| Vec::new()).collect();
        for (place, cell) in ward.cells.iter().enumerate() {
            for _ in 0..cell.people {
                let is_exempt = cell.people != ROLL && source.random.chance(45);
                let homes = lives::present(source, place, ward.cells.len(), is_exempt);
                self.move_in(source, (ward, workplaces), &homes, &mut stays, rows);
            }
            for _ in 0..=cell.people / 80 {
                let homes = lives::gone(source, place);
                self.move_in(source, (ward, workplaces), &homes, &mut stays, rows);
            }
        }
        for is_received in WAITING {
            self.announce(source, (ward, workplaces), is_received, rows);
        }
        for stays in &mut stays {
            stays.sort_by(|a, b| (&a.sort_key, a.member_id).cmp(&(&b.sort_key, b.member_id)));
        }
        stays
    }

    fn move_in(
        &mut self,
        source: &mut Source,
        (ward, workplaces): (&Ward, &Workplaces),
        homes: &[Home],
        stays: &mut [Vec<Stay>],
        rows: &mut Rows,
    ) {
        let person = self.draw(source, workplaces, homes[0].from_on, rows);
        let mut house: Option<(usize, Option<Uuid>, String, String)> = None;
        for home in homes {
            let cell = &ward.cells[home.cell];
            // Whoever only changes category stays in the house.
            let (_, letter_id, address, cluster) =
                house.take().filter(|it| it.0 == home.cell).unwrap_or_else(|| {
                    let letter = (!source.random.chance(28))
                        .then(|| letter(source, (ward, Some(cell)), &person, home, rows));
                    let address = self.address(source, ward, cell);
                    let cluster = source.random.between(1, CLUSTERS);
                    (home.cell, letter, address, format!("Tổ liên gia {cluster}"))
                });
            let permanent = source.random.chance(880);
            let kind = if permanent { ResidenceKind::Permanent } else { ResidenceKind::Temporary };
            let is_exempt = home.exempt.is_some();
            let category = if is_exempt { Category::Exempt } else { Category::Normal };
            rows.residence.push(row![
                source.id(),
                person.id,
                cell.id,
                letter_id,
                address.as_str(),
                cluster.as_str(),
                kind.as_str(),
                category.as_str(),
                home.exempt.map(ExemptReason::as_str),
                home.from_on,
                home.ended.map(|it| it.0),
                home.ended.map(|it| it.1.as_str()),
                evening(home.from_on),
                home.ended.map(|it| evening(it.0)),
            ]);
            stays[home.cell].push(Stay {
                sort_key: person.stay.sort_key.clone(),
                full_name: person.stay.full_name.clone(),
                workplace: person.stay.workplace.clone(),
                address: address.clone(),
                from_on: home.from_on,
                to_on: home.ended.map(|it| it.0),
                is_exempt,
                ..person.stay
            });
            house = Some((home.cell, letter_id, address, cluster));
        }
    }

    /// Somebody whose letter is on the way to the ward in its last days.
    fn announce(
        &mut self,
        source: &mut Source,
        (ward, workplaces): (&Ward, &Workplaces),
        is_received: bool,
        rows: &mut Rows,
    ) {
        let from_on = office_day(source.on - Days::new(source.random.between(0, 8).unsigned_abs()));
        let person = self.draw(source, workplaces, from_on, rows);
        let home = Home { cell: 0, exempt: None, from_on, ended: None };
        letter(source, (ward, None), &person, &home, rows);
        if !is_received && let Some(last) = rows.introduction_letter.last_mut() {
            // The day on which it was received, and by whom.
            last[7] = None::<NaiveDate>.into();
            last[8] = "".into();
        }
    }

    fn draw(
        &mut self,
        source: &mut Source,
        workplaces: &Workplaces,
        first_on: NaiveDate,
        rows: &mut Rows,
    ) -> Person {
        self.made += 1;
        let random = &mut source.random;
        let sex = if random.chance(560) { Sex::Male } else { Sex::Female };
        let name = self.names.draw(random, sex);
        let workplace = workplaces.draw(random);
        // Nobody is older than 59 on the last day.
        let oldest = i64::from(59 - (source.on.year() - first_on.year()));
        let year = first_on.year()
            - i32::try_from(random.between(24, oldest.clamp(26, 50))).unwrap_or_default();
        let day = random.day(ymd(year, 1, 1), ymd(year, 12, 28));
        let born = if random.chance(40) { (ymd(year, 1, 1), "year") } else { (day, "day") };
        let admitted_on = random.day(ymd(year + 21, 2, 3), first_on - Days::new(60));
        let official_on =
            admitted_on.checked_add_months(Months::new(12)).filter(|day| *day <= source.on);
        let position = (*random.pick(workplace.trade.posts())).to_owned();
        // Plainly made up, both of them, so that they are nobody's.
        let card_number = official_on.map(|_| format!("00.{:07}", self.made));
        let phone = random.chance(850).then(|| format!("0900{:06}", self.made % 1_000_000));
        let workplace_cell = workplace.cell(random);
        let absence = *random.pick(&[40, 40, 40, 40, 40, 100, 100, 100, 250, 250]);
        let id = source.id();
        let sort_key = name.sort_key();
        rows.member.push(row![
            id,
            name.full.as_str(),
            name.family.as_str(),
            name.middle.as_str(),
            name.given.as_str(),
            sort_key.clone(),
            name.folded(),
            sex.as_str(),
            born.0,
            born.1,
            admitted_on,
            official_on,
            card_number,
            phone,
            position,
            workplace.id.0,
            workplace_cell,
            evening(first_on),
        ]);
        let stay = Stay {
            member_id: id,
            sort_key,
            full_name: name.full,
            born,
            workplace: workplace.name.clone(),
            address: String::new(),
            from_on: first_on,
            to_on: None,
            is_exempt: false,
            absence,
        };
        Person { id, stay, committee: workplace.committee() }
    }

    fn address(&self, source: &mut Source, ward: &Ward, cell: &Cell) -> String {
        if ward.is_rural {
            return cell.place.replacen("thôn", "Thôn", 1);
        }
        let number = source.random.between(1, 96);
        format!("Số {number} {}", self.lanes.draw(&mut source.random))
    }
}

/// The introduction letter to the ward, perhaps assigned to a cell.
fn letter(
    source: &mut Source,
    (ward, cell): (&Ward, Option<&Cell>),
    person: &Person,
    home: &Home,
    rows: &mut Rows,
) -> Uuid {
    let mut before = |low, high| Days::new(source.random.between(low, high).unsigned_abs());
    let received_on = office_day(home.from_on - before(0, 5));
    let issued_on = office_day(received_on - before(2, 24));
    let number = format!("{:02}-GGT/ĐU", source.random.between(1, 380));
    let id = source.id();
    rows.introduction_letter.push(row![
        id,
        person.id,
        number,
        person.committee.as_str(),
        "",
        issued_on,
        ward.id,
        received_on,
        RECEIVER,
        cell.map(|it| it.id),
        cell.map(|_| home.from_on),
        home.exempt.is_some(),
        evening(home.from_on),
    ]);
    id
}
