//! How the members have lived in the cells, and the letters that brought them.

use std::collections::HashSet;

use chrono::Days;

use crate::db::Tx;
use crate::exchange::demo::calendar::{end, evening, office_day, ymd};
use crate::exchange::demo::cells::{Cell, Stay, TDP_2};
use crate::exchange::demo::files::{self, LANES};
use crate::exchange::demo::lives::{self, Home};
use crate::exchange::demo::persons::{Person, Persons};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::{LetterId, ResidenceId};
use crate::members::model::{NewLetter, NewResidence, ResidenceKind};
use crate::members::store;

/// The given name that is borne by several in the first cell, to be searched for
/// with and without its mark.
const COMMON: &str = "Hòa";
const BEARERS: i64 = 6;

const CLUSTERS: i64 = 8;
const RECEIVER: &str = "Văn phòng Đảng ủy";

pub struct People {
    persons: Persons,
    lanes: Weighted<String>,
}

/// Where in a cell somebody lives, and the letter that led there.
struct House {
    cell: usize,
    letter_id: Option<LetterId>,
    address: String,
    cluster: i64,
    kind: ResidenceKind,
}

impl People {
    pub fn read(known: &Known) -> Result<People, Fault> {
        let lanes = files::rows(LANES, |row| {
            Ok((files::number(row, "weight")?, lower_first(row.get("name"))))
        })?;
        Ok(People { persons: Persons::read(known)?, lanes: Weighted::new(lanes) })
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

    /// Sends each ward a few letters in the last weeks, of people whom no cell has yet: two
    /// wait to be received, one to be assigned.
    pub async fn announce(
        &mut self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &[Cell],
    ) -> sqlx::Result<()> {
        let mut wards = HashSet::new();
        for (place, cell) in cells.iter().enumerate() {
            if !wards.insert(cell.ward_id) {
                continue;
            }
            for is_received in [false, false, true] {
                let from_on = office_day(random.day(ymd(2024, 12, 23), end()));
                let home = Home { cell: place, exempt: None, from_on, ended: None };
                let person = self.persons.draw(random, &home, None);
                store::add(tx, &person.member, evening(from_on)).await?;
                let letter = NewLetter {
                    received_on: is_received.then_some(from_on),
                    received_by: if is_received { RECEIVER.to_owned() } else { String::new() },
                    cell_id: None,
                    assigned_on: None,
                    ..letter(random, &person, cell, &home)
                };
                store::add_letter(tx, &letter, evening(from_on)).await?;
            }
        }
        Ok(())
    }

    /// Makes somebody who has lived in these homes, one after the other.
    async fn move_in(
        &mut self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &mut [Cell],
        homes: &[Home],
        given: Option<&str>,
    ) -> sqlx::Result<()> {
        let person = self.persons.draw(random, &homes[0], given);
        store::add(tx, &person.member, evening(homes[0].from_on)).await?;
        let mut house: Option<House> = None;
        for home in homes {
            let cell = &mut cells[home.cell];
            // Whoever only changes category stays in the house.
            let here = match house.take().filter(|it| it.cell == home.cell) {
                Some(house) => house,
                None => self.find_house(tx, random, &person, cell, home).await?,
            };
            let residence = NewResidence {
                id: ResidenceId::new(),
                member_id: person.member.id,
                cell_id: cell.id,
                letter_id: here.letter_id,
                address: here.address.clone(),
                household_cluster: format!("Tổ liên gia {}", here.cluster),
                kind: here.kind,
                exempt: home.exempt,
                started_on: home.from_on,
                ended: home.ended,
            };
            store::add_residence(tx, &residence, evening(home.from_on)).await?;
            cell.stays.push(Stay {
                member_id: person.member.id,
                from_on: home.from_on,
                to_on: home.ended.map(|(day, _)| day),
                exempt: home.exempt.is_some(),
                cluster: here.cluster,
                absence: person.absence,
                may_bear: person.may_bear,
            });
            house = Some(here);
        }
        Ok(())
    }

    async fn find_house(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        person: &Person,
        cell: &Cell,
        home: &Home,
    ) -> sqlx::Result<House> {
        // A few have brought none.
        let letter = (!random.chance(28)).then(|| letter(random, person, cell, home));
        if let Some(letter) = &letter {
            store::add_letter(tx, letter, evening(home.from_on)).await?;
        }
        let permanent = random.chance(880);
        Ok(House {
            cell: home.cell,
            letter_id: letter.map(|it| it.id),
            address: self.address(random, cell),
            cluster: random.between(1, CLUSTERS),
            kind: if permanent { ResidenceKind::Permanent } else { ResidenceKind::Temporary },
        })
    }

    fn address(&self, random: &mut Random, cell: &Cell) -> String {
        if cell.rural {
            return cell.place.replacen("thôn", "Thôn", 1);
        }
        format!("Số {} {}", random.between(1, 96), self.lanes.draw(random))
    }
}

/// The introduction letter to the ward of the cell.
fn letter(random: &mut Random, person: &Person, cell: &Cell, home: &Home) -> NewLetter {
    let days = |random: &mut Random, low, high| Days::new(random.between(low, high).unsigned_abs());
    let received_on = office_day(home.from_on - days(random, 0, 5));
    let issued_on = office_day(received_on - days(random, 2, 24));
    NewLetter {
        id: LetterId::new(),
        member_id: person.member.id,
        number: format!("{:02}-GGT/ĐU", random.between(1, 380)),
        issued_by: person.committee.clone(),
        signer: String::new(),
        issued_on: Some(issued_on),
        ward_id: Some(cell.ward_id),
        received_on: Some(received_on),
        received_by: RECEIVER.to_owned(),
        cell_id: Some(cell.id),
        assigned_on: Some(home.from_on),
        exempt: home.exempt.is_some(),
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|it| it.to_lowercase().to_string()).unwrap_or_default();
    first + rest.as_str()
}
