//! What summaries are made from: the rows of the books of some units.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sqlx::FromRow;
use zerocopy::IntoBytes;

use crate::db::{Tx, change, on};
use crate::ids::{UnitId, WorkplaceId};
use crate::members::model::Sex;
use crate::statistics::summary::facts::{Day, Days, Former, Meeting, Packed, Person};
use crate::statistics::summary::store::Place;

/// Entries of the audit trail behind the summaries, at most: with more of them, everything is
/// counted from its rows until the refresher has caught up.
const MOST_BEHIND: i64 = 2000;

/// Which units are summed up.
#[derive(Clone, Copy, Debug)]
pub enum Units {
    /// Those that something was written of behind this place of the audit trail.
    Behind(i64),
    /// The next ones after this, in the order of their ids.
    After(UnitId),
}

/// The acts behind the place in $1 that may change what is summed up, and the units that each
/// is about: its own, those where its member has ever lived, or all below its own. An act of
/// which nothing better is known concerns all below its unit, and without one everything.
/// `CROSS JOIN` tells `SQLite` to begin with the few.
macro_rules! behind {
    () => {
        "WITH act AS MATERIALIZED (
             SELECT audit_entry.action, audit_entry.subject, audit_entry.subject_id,
                    audit_entry.unit_id
             FROM audit_unsealed CROSS JOIN audit_entry
             WHERE audit_entry.id = audit_unsealed.entry_id
               AND audit_unsealed.is_change = 1
             UNION ALL
             SELECT audit_entry.action, audit_entry.subject, audit_entry.subject_id,
                    audit_entry.unit_id
             FROM audit_seal CROSS JOIN audit_entry
             WHERE audit_entry.id = audit_seal.entry_id AND audit_seal.position > $1
         ),
         about AS MATERIALIZED (
             SELECT * FROM act
             WHERE subject NOT IN ('access', 'account', 'backup', 'contribution', 'criteria',
                                   'data_request', 'evaluation', 'export', 'figures', 'opinion',
                                   'registry', 'view', 'work')
               AND action NOT IN ('reorganisation.draft', 'reorganisation.edit',
                                  'reorganisation.remove', 'reorganisation.step', 'unit.settle')
         ),
         asked (unit_id) AS MATERIALIZED (
             SELECT unit_id FROM about
             WHERE subject IN ('import', 'meeting', 'member') AND unit_id IS NOT NULL
             UNION
             SELECT residence.cell_id
             FROM about CROSS JOIN residence
             WHERE residence.member_id = about.subject_id AND about.subject = 'member'
             UNION
             SELECT subject_id FROM about WHERE subject = 'unit' AND subject_id IS NOT NULL
             UNION
             SELECT unit_ancestor.unit_id
             FROM about CROSS JOIN unit_ancestor
             WHERE unit_ancestor.ancestor_id = about.unit_id
               AND about.subject NOT IN ('import', 'meeting', 'member', 'unit')
             UNION
             SELECT unit.id FROM about CROSS JOIN unit
             WHERE about.unit_id IS NULL
               AND about.subject NOT IN ('import', 'meeting', 'member', 'unit')
         )"
    };
}

macro_rules! after {
    () => {
        "WITH asked (unit_id) AS MATERIALIZED (
             SELECT id FROM unit WHERE id > $1 ORDER BY id LIMIT 200
         )"
    };
}

/// Runs a query for whichever units are asked for, which it finds in `asked`.
macro_rules! of_units {
    ($tx:expr, $units:expr, $make:ident, $rest:literal) => {
        match $units {
            Units::Behind(position) => {
                let sql = concat!(behind!(), $rest);
                on!($tx, db => sqlx::$make(sql).bind(position).fetch_all(db))
            }
            Units::After(id) => {
                let sql = concat!(after!(), $rest);
                on!($tx, db => sqlx::$make(sql).bind(id).fetch_all(db))
            }
        }
    };
}

/// Whether so much has been written since that counting its units one by one takes longer than
/// counting everything.
pub async fn is_far_behind(tx: &mut Tx, position: i64) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) > $2 FROM (
                   SELECT 1 AS one FROM (SELECT 1 FROM audit_unsealed LIMIT $2 + 1) AS tail
                   UNION ALL
                   SELECT 1 FROM (SELECT 1 FROM audit_seal WHERE position > $1 LIMIT $2 + 1)
                                 AS sealed
               ) AS entry";
    on!(tx, db => sqlx::query_scalar(sql).bind(position).bind(MOST_BEHIND).fetch_one(db))
}

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
        let number = self.workplace_id.and_then(|it| numbers.get(&it).copied());
        Person {
            started: self.started_on.into(),
            ended: Day::or_none(self.ended_on),
            born: Day::or_none(self.born_on),
            marks,
            workplace: number.unwrap_or_default().into(),
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

/// Workplaces by the short numbers that people name them by.
pub type Numbers = HashMap<WorkplaceId, u32>;

/// Those that are asked for.
pub async fn units(tx: &mut Tx, units: Units) -> sqlx::Result<Vec<UnitId>> {
    of_units!(tx, units, query_scalar, " SELECT unit_id FROM asked")
}

/// Sums units up from the rows of their books, in the order of their ids.
pub async fn sum_up(
    tx: &mut Tx,
    asked: Units,
    numbers: &Numbers,
) -> sqlx::Result<BTreeMap<UnitId, Packed>> {
    let ids = units(tx, asked).await?;
    let mut packed: BTreeMap<UnitId, Packed> =
        ids.into_iter().map(|id| (id, Packed::empty(id))).collect();
    if packed.is_empty() {
        return Ok(packed);
    }
    let days: Vec<DaysOf> = of_units!(
        tx,
        asked,
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
        asked,
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
        asked,
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
    Ok(packed)
}

/// Where units that something was written of belonged, at or below the unit `id`.
pub async fn places(tx: &mut Tx, position: i64, id: UnitId) -> sqlx::Result<Vec<Place>> {
    let sql = concat!(
        behind!(),
        " SELECT asked.unit_id, unit_ancestor.child_id, unit_ancestor.from_on,
                 unit_ancestor.to_on
          FROM asked CROSS JOIN unit_ancestor
          WHERE unit_ancestor.unit_id = asked.unit_id AND unit_ancestor.ancestor_id = $2
          ORDER BY asked.unit_id, unit_ancestor.from_on"
    );
    on!(tx, db => sqlx::query_as(sql).bind(position).bind(id).fetch_all(db))
}

/// Takes away the summaries of units that are about to be written anew.
pub async fn clear(tx: &mut Tx, units: Units) -> sqlx::Result<u64> {
    match units {
        Units::Behind(position) => {
            let sql = concat!(
                behind!(),
                " DELETE FROM unit_summary WHERE unit_id IN (SELECT unit_id FROM asked)"
            );
            change!(tx, sqlx::query(sql).bind(position))
        }
        Units::After(id) => {
            let sql = concat!(
                after!(),
                " DELETE FROM unit_summary WHERE unit_id IN (SELECT unit_id FROM asked)"
            );
            change!(tx, sqlx::query(sql).bind(id))
        }
    }
}
