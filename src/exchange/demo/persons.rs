//! Who the synthetic members are.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::exchange::demo::calendar::{end, ymd};
use crate::exchange::demo::lives::Home;
use crate::exchange::demo::names::Names;
use crate::exchange::demo::random::Random;
use crate::exchange::demo::trades::Workplaces;
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::MemberId;
use crate::members::model::{EndReason, ExemptReason, NewMember, Sex};
use crate::vietnamese::day::{PartialDay, Precision};

pub struct Person {
    pub member: NewMember,
    /// The committee that writes the member's letters.
    pub committee: String,
    /// How often the person is absent, in hundredths of how often others are.
    pub absence: i64,
    /// Whether the person may be absent to have a child.
    pub may_bear: bool,
}

pub struct Persons {
    names: Names,
    workplaces: Workplaces,
    /// How many have been drawn: numbers their cards and telephones.
    count: i64,
}

impl Persons {
    pub fn read(known: &Known) -> Result<Persons, Fault> {
        Ok(Persons { names: Names::read()?, workplaces: Workplaces::read(known)?, count: 0 })
    }

    /// Somebody whose first home is `first`, perhaps with a certain given name.
    pub fn draw(&mut self, random: &mut Random, first: &Home, given: Option<&str>) -> Person {
        self.count += 1;
        let sex = if random.chance(560) { Sex::Male } else { Sex::Female };
        let name = match given {
            Some(given) => self.names.draw_around(random, sex, given),
            None => self.names.draw(random, sex),
        };
        let student = first.exempt == Some(ExemptReason::StudiesAwayFromHome);
        let retired = matches!(first.ended, Some((_, EndReason::Retired)));
        let (born, admitted_on) = ages(random, first.from_on, student, retired);
        let official_on =
            admitted_on.checked_add_months(Months::new(12)).filter(|day| *day <= end());
        let workplace = match first.exempt {
            Some(ExemptReason::PostedFarAway) => self.workplaces.draw_force(random),
            _ => self.workplaces.draw(random),
        };
        let (position, workplace_cell, committee) = if student {
            let college = "Trường Đại học Vinh";
            ("Sinh viên".to_owned(), "Chi bộ Sinh viên".to_owned(), format!("Đảng ủy {college}"))
        } else {
            let post = (*random.pick(workplace.trade.posts())).to_owned();
            (post, workplace.cell(random), workplace.committee())
        };
        let member = NewMember {
            id: MemberId::new(),
            name,
            sex: Some(sex),
            born: Some(born),
            admitted_on: Some(admitted_on),
            official_on,
            // Plainly made up, both of them, so that they are nobody's.
            card_number: official_on.map(|_| format!("00.{:06}", self.count)),
            phone: random.chance(850).then(|| format!("09000{:05}", self.count * 7919 % 100_000)),
            position,
            workplace_id: (!student).then_some(workplace.id),
            workplace_cell,
        };
        Person {
            may_bear: sex == Sex::Female && born.year() >= 1984,
            absence: *random.pick(&[40, 40, 40, 40, 40, 100, 100, 100, 250, 250]),
            member,
            committee,
        }
    }
}

/// The day of birth, and that of admission some time before the first residence.
fn ages(
    random: &mut Random,
    first_on: NaiveDate,
    student: bool,
    retired: bool,
) -> (PartialDay, NaiveDate) {
    // Nobody is older than 59 at the end, unless retired by then.
    let oldest = i64::from(59 - (end().year() - first_on.year())).min(50);
    let age = match (student, retired) {
        (true, _) => random.between(20, 22),
        (_, true) => random.between(48, 54),
        _ => random.between(24, oldest.max(26)).min(random.between(26, oldest.max(28))),
    };
    let year = first_on.year() - i32::try_from(age).unwrap_or(30);
    let day = random.day(ymd(year, 1, 1), ymd(year, 12, 28));
    let born = match random.between(0, 99) {
        0..4 => PartialDay { day: ymd(year, 1, 1), precision: Precision::Year },
        4..6 => PartialDay { day: ymd(year, day.month(), 1), precision: Precision::Month },
        _ => PartialDay { day, precision: Precision::Day },
    };
    let latest = first_on - Days::new(60);
    let earliest = ymd(year + if student { 19 } else { 21 }, 2, 3).min(latest);
    let latest = latest.min(earliest + Days::new(365 * 11));
    (born, random.day(earliest, latest))
}
