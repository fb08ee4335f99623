//! The members: who they are, and the letters that brought them.

use chrono::{Datelike, Days, NaiveDate};

use crate::db::Tx;
use crate::exchange::demo::calendar::{end, evening, office_day, ymd};
use crate::exchange::demo::cells::{Cell, Stay, TDP_2};
use crate::exchange::demo::files::{self, LANES};
use crate::exchange::demo::lives::{self, Home};
use crate::exchange::demo::names::Names;
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::demo::trades::Workplaces;
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::{LetterId, MemberId, ResidenceId};
use crate::members::model::{
    EndReason, ExemptReason, NewLetter, NewMember, NewResidence, ResidenceKind, Sex,
};
use crate::members::store;
use crate::vietnamese::day::{PartialDay, Precision};

/// The given name that is borne by several in the first cell, to be searched for
/// with and without its mark.
const COMMON: &str = "Hòa";
const BEARERS: i64 = 6;

const CLUSTERS: i64 = 8;

pub struct People {
    names: Names,
    workplaces: Workplaces,
    lanes: Weighted<String>,
    /// How many have been made: numbers their cards and telephones.
    count: i64,
}

/// A member, and the committee that writes the member's letters.
struct Person {
    member: NewMember,
    committee: String,
}

impl People {
    pub fn read(known: &Known) -> Result<People, Fault> {
        let lanes = files::rows(LANES, |row| {
            Ok((files::number(row, "weight")?, lower_first(row.get("name"))))
        })?;
        Ok(People {
            names: Names::read()?,
            workplaces: Workplaces::read(known)?,
            lanes: Weighted::new(lanes),
            count: 0,
        })
    }

    /// Fills the cells, and notes in each who has lived there.
    pub async fn settle(
        &mut self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &mut [Cell],
    ) -> sqlx::Result<()> {
        for cell in 0..cells.len() {
            let (normal, exempt) = (cells[cell].normal, cells[cell].exempt);
            for number in 0..normal {
                let homes = lives::normal(random, cell, cells.len());
                let given = (cells[cell].code == TDP_2 && number < BEARERS).then_some(COMMON);
                self.move_in(tx, random, cells, &homes, given).await?;
            }
            for _ in 0..exempt {
                let homes = lives::exempt(random, cell);
                self.move_in(tx, random, cells, &homes, None).await?;
            }
            for _ in 0..=normal / 80 {
                let homes = lives::gone(random, cell);
                self.move_in(tx, random, cells, &homes, None).await?;
            }
        }
        Ok(())
    }

    async fn move_in(
        &mut self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &mut [Cell],
        homes: &[Home],
        given: Option<&str>,
    ) -> sqlx::Result<()> {
        let person = self.person(random, &homes[0], given);
        let member_id = person.member.id;
        store::add(tx, &person.member, evening(homes[0].from_on)).await?;
        let kind =
            if random.chance(880) { ResidenceKind::Permanent } else { ResidenceKind::Temporary };
        let absence = *random.pick(&[40, 40, 40, 40, 40, 100, 100, 100, 250, 250]);
        let young = person.member.born.is_some_and(|it| it.year() >= 1984);
        let may_bear = young && person.member.sex == Some(Sex::Female);
        let mut lived: Option<(usize, Option<LetterId>, i64, String)> = None;
        for home in homes {
            let cell = &mut cells[home.cell];
            let at = evening(home.from_on);
            let (letter_id, cluster, address) = match lived.take() {
                Some((place, letter_id, cluster, address)) if place == home.cell => {
                    (letter_id, cluster, address)
                }
                _ => {
                    let letter = letter(random, &person, cell, home);
                    if let Some(letter) = &letter {
                        store::add_letter(tx, letter, at).await?;
                    }
                    let address = self.address(random, cell);
                    (letter.map(|it| it.id), random.between(1, CLUSTERS), address)
                }
            };
            let residence = NewResidence {
                id: ResidenceId::new(),
                member_id,
                cell_id: cell.id,
                letter_id,
                address: address.clone(),
                household_cluster: format!("Tổ liên gia {cluster}"),
                kind,
                exempt: home.exempt,
                started_on: home.from_on,
                ended: home.ended,
            };
            store::add_residence(tx, &residence, at).await?;
            cell.stays.push(Stay {
                member_id,
                from_on: home.from_on,
                to_on: home.ended.map(|(day, _)| day),
                exempt: home.exempt.is_some(),
                cluster,
                absence,
                may_bear,
            });
            lived = Some((home.cell, letter_id, cluster, address));
        }
        Ok(())
    }

    fn person(&mut self, random: &mut Random, first: &Home, given: Option<&str>) -> Person {
        self.count += 1;
        let sex = if random.chance(560) { Sex::Male } else { Sex::Female };
        let name = match given {
            Some(given) => self.names.draw_around(random, sex, given),
            None => self.names.draw(random, sex),
        };
        let student = first.exempt == Some(ExemptReason::StudiesAwayFromHome);
        let retired = matches!(first.ended, Some((_, EndReason::Retired)));
        let (born, admitted_on) = ages(random, first.from_on, student, retired);
        let official_on = admitted_on.with_year(admitted_on.year() + 1).filter(|day| *day <= end());
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
        Person { member, committee }
    }

    fn address(&self, random: &mut Random, cell: &Cell) -> String {
        if cell.rural {
            let mut place = cell.place.clone();
            place.replace_range(..1, "T");
            return place;
        }
        format!("Số {} {}", random.between(1, 96), self.lanes.draw(random))
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

/// The introduction letter to the ward of the cell; a few have brought none.
fn letter(random: &mut Random, person: &Person, cell: &Cell, home: &Home) -> Option<NewLetter> {
    if random.chance(28) {
        return None;
    }
    let days = |random: &mut Random, low, high| Days::new(random.between(low, high).unsigned_abs());
    let received_on = office_day(home.from_on - days(random, 0, 5));
    let issued_on = office_day(received_on - days(random, 2, 24));
    Some(NewLetter {
        id: LetterId::new(),
        member_id: person.member.id,
        number: format!("{:02}-GGT/ĐU", random.between(1, 380)),
        issued_by: person.committee.clone(),
        signer: String::new(),
        issued_on: Some(issued_on),
        ward_id: Some(cell.ward_id),
        received_on: Some(received_on),
        received_by: "Văn phòng Đảng ủy".to_owned(),
        cell_id: Some(cell.id),
        assigned_on: Some(home.from_on),
        exempt: home.exempt.is_some(),
    })
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|it| it.to_lowercase().to_string()).unwrap_or_default();
    first + rest.as_str()
}
