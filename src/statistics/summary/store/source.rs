//! What summaries are made from: the rows of the books of some units.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::FromRow;
use zerocopy::IntoBytes;

use super::asked::{AT_ONCE, of_units};
use super::{books, gifts};
use crate::db::{Tx, on};
use crate::ids::{UnitId, WorkplaceId};
use crate::members::model::Sex;
use crate::statistics::summary::facts::{Day, Days, Former, Meeting, Packed, Person};
use crate::statistics::summary::numbers::Numbers;

#[derive(FromRow)]
struct DaysOf {
    unit_id: UnitId,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

#[derive(FromRow)]
struct PersonOf {
    unit_id: UnitId,
    started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    is_exempt: bool,
    has_letter: bool,
    sex: Option<Sex>,
    born_on: Option<NaiveDate>,
    workplace_id: Option<WorkplaceId>,
    now_id: Option<UnitId>,
}

impl PersonOf {
    fn packed(&self, numbers: &Numbers) -> Person {
        let mut marks = 0;
        for (holds, mark) in [
            (self.is_exempt, Person::EXEMPT),
            (self.has_letter, Person::LETTER),
            (self.sex == Some(Sex::Male), Person::MALE),
            (self.sex == Some(Sex::Female), Person::FEMALE),
        ] {
            marks |= if holds { mark } else { 0 };
        }
        Person {
            started: self.started_on.into(),
            ended: Day::or_none(self.ended_on),
            born: Day::or_none(self.born_on),
            marks,
            workplace: numbers.workplace(self.workplace_id).into(),
        }
    }
}

#[derive(FromRow)]
struct MeetingOf {
    unit_id: UnitId,
    held_on: NaiveDate,
    is_periodic: bool,
    is_there: bool,
    is_cell: bool,
    expected: i64,
    present: i64,
    excused: i64,
    unexcused: i64,
}

impl MeetingOf {
    fn packed(&self) -> sqlx::Result<Meeting> {
        let mut marks = 0;
        for (holds, mark) in [
            (self.is_periodic, Meeting::PERIODIC),
            (self.is_there, Meeting::THERE),
            (self.is_cell, Meeting::CELL),
        ] {
            marks |= if holds { mark } else { 0 };
        }
        let whole = |count: i64| {
            u32::try_from(count).map(Into::into).map_err(|it| sqlx::Error::Decode(it.into()))
        };
        Ok(Meeting {
            held: self.held_on.into(),
            marks,
            expected: whole(self.expected)?,
            present: whole(self.present)?,
            excused: whole(self.excused)?,
            unexcused: whole(self.unexcused)?,
        })
    }
}

/// Sums units up from the rows of their books, in the order of their ids.
pub async fn sum_up(
    tx: &mut Tx,
    ids: &[UnitId],
    numbers: &mut Numbers,
) -> sqlx::Result<BTreeMap<UnitId, Packed>> {
    let mut packed: BTreeMap<UnitId, Packed> =
        ids.iter().map(|id| (*id, Packed::empty(*id))).collect();
    for ids in ids.chunks(AT_ONCE) {
        sum_up_some(tx, ids, &mut packed, numbers).await?;
    }
    Ok(packed)
}

/// Likewise, as many as one statement asks for.
async fn sum_up_some(
    tx: &mut Tx,
    ids: &[UnitId],
    packed: &mut BTreeMap<UnitId, Packed>,
    numbers: &mut Numbers,
) -> sqlx::Result<()> {
    let days: Vec<DaysOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, unit_period.from_on, unit_period.to_on
          FROM asked CROSS JOIN unit_period
          WHERE unit_period.unit_id = asked.unit_id AND unit_period.kind = 'cell'
          ORDER BY asked.unit_id, unit_period.from_on"
    )?;
    for it in days {
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        let days = Days { from: it.from_on.into(), to: Day::or_none(it.to_on) };
        of.cell_days.extend_from_slice(days.as_bytes());
    }
    let people: Vec<PersonOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, residence.started_on, residence.ended_on,
                 residence.category = 'exempt' AS is_exempt,
                 residence.letter_id IS NOT NULL AS has_letter,
                 member.sex, member.born_on, member.workplace_id,
                 CASE WHEN residence.ended_on IS NOT NULL
                      THEN (SELECT latest.cell_id FROM residence AS latest
                            WHERE latest.member_id = residence.member_id
                            ORDER BY latest.started_on DESC LIMIT 1) END AS now_id
          FROM asked CROSS JOIN residence CROSS JOIN member
          WHERE residence.cell_id = asked.unit_id AND member.id = residence.member_id
          ORDER BY asked.unit_id, residence.started_on, residence.id"
    )?;
    for it in people {
        let person = it.packed(numbers);
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        match it.now_id {
            None => of.people.extend_from_slice(person.as_bytes()),
            Some(now) => {
                let former = Former { person, now: now.0.into_bytes() };
                of.former.extend_from_slice(former.as_bytes());
            }
        }
    }
    let meetings: Vec<MeetingOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, meeting.held_on, meeting.kind = 'periodic' AS is_periodic,
                 unit_period.unit_id IS NOT NULL AS is_there,
                 COALESCE(unit_period.kind = 'cell', FALSE) AS is_cell,
                 meeting.expected, meeting.present, meeting.excused, meeting.unexcused
          FROM asked CROSS JOIN meeting
          LEFT JOIN unit_period ON unit_period.unit_id = meeting.unit_id
                               AND unit_period.from_on <= meeting.held_on
                               AND (unit_period.to_on IS NULL
                                    OR unit_period.to_on > meeting.held_on)
          WHERE meeting.unit_id = asked.unit_id
          ORDER BY asked.unit_id, meeting.held_on, meeting.id"
    )?;
    for it in meetings {
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        of.meetings.extend_from_slice(it.packed()?.as_bytes());
    }
    books::sum_up(tx, ids, packed).await?;
    gifts::sum_up(tx, ids, packed, numbers).await
}
