//! The counts, each one query for a unit and all its children at once.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::statistics::half::OfChild;
use crate::statistics::model::{
    AsOf, ByKind, ByWork, Figures, Meetings, Members, Opinions, Overview, Whole,
};
use crate::statistics::summary::{self, Summary};

pub mod bridge;
pub mod chase;
pub mod halves;
pub mod people;
pub mod works;

/// The unit and those right below it, each as it was on the day of the count.
pub async fn overview(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Overview> {
    let unit = organisation::store::get(tx, id, as_of.on).await?;
    let Heads { mut figures, cells, halves, counted } = heads(tx, id, as_of).await?;
    let (by_kind, whole) = match counted {
        Some((by_kind, whole)) => (by_kind, Some(whole)),
        None => (add_books(tx, id, as_of, &mut figures).await?, None),
    };
    let periods = organisation::store::children_until(tx, id, as_of.on).await?;
    let overview = Overview::new(unit, as_of, figures, periods, cells);
    Ok(Overview { halves, by_kind, whole, ..overview })
}

/// Counts gifts and opinions, by child; what was given, by kind.
async fn add_books(
    tx: &mut Tx,
    id: UnitId,
    as_of: AsOf,
    figures: &mut HashMap<UnitId, Figures>,
) -> sqlx::Result<Vec<ByKind>> {
    let given = contributions(tx, id, as_of).await?;
    for GivenTo { child_id, given } in &given {
        let sum = &mut figures.entry(*child_id).or_default().contributions;
        sum.count += given.count;
        sum.amount_vnd += given.amount_vnd;
    }
    for row in opinions(tx, id, as_of).await? {
        figures.entry(row.child_id).or_default().opinions = row.opinions;
    }
    Ok(ByKind::of_all(given.into_iter().map(|it| it.given)))
}

/// People and meetings, by child.
struct Heads {
    figures: HashMap<UnitId, Figures>,
    /// Cells that met in the year.
    cells: i64,
    halves: Vec<OfChild>,
    /// The rest, where it was counted in the same pass: then all is among the figures.
    counted: Option<(Vec<ByKind>, Whole)>,
}

async fn heads(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Heads> {
    if let Some(summary) = summary::of(tx, id, as_of).await? {
        let Summary { figures, cells, halves, by_kind, whole } = summary;
        return Ok(Heads { figures, cells, halves, counted: Some((by_kind, whole)) });
    }
    let mut figures: HashMap<UnitId, Figures> = HashMap::new();
    for row in members(tx, id, as_of.on).await? {
        figures.entry(row.child_id).or_default().members = row.members;
    }
    for row in meetings(tx, id, as_of).await? {
        figures.entry(row.child_id).or_default().meetings = row.meetings;
    }
    let cells = cells_that_met(tx, id, as_of).await?;
    let halves = halves::by_child(tx, id, as_of.last_day()).await?;
    Ok(Heads { figures, cells, halves, counted: None })
}

/// An overview of those counts only that may be too small to be told.
pub async fn told(tx: &mut Tx, unit: &Unit, as_of: AsOf) -> sqlx::Result<Overview> {
    let Heads { figures, cells, halves, counted } = heads(tx, unit.id, as_of).await?;
    let periods = organisation::store::children_until(tx, unit.id, as_of.on).await?;
    let whole = counted.map(|(_, whole)| whole);
    let overview = Overview::new(unit.clone(), as_of, figures, periods, cells);
    Ok(Overview { halves, whole, ..overview })
}

#[derive(FromRow)]
struct MembersOf {
    child_id: UnitId,
    #[sqlx(flatten)]
    members: Members,
}

async fn members(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<MembersOf>> {
    let sql = "SELECT unit_ancestor.child_id,
                      COUNT(*) FILTER (WHERE residence.category = 'normal') AS normal,
                      COUNT(*) FILTER (WHERE residence.category = 'exempt') AS exempt,
                      COUNT(*) FILTER (WHERE residence.category = 'normal'
                                         AND residence.letter_id IS NULL) AS without_letter
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               GROUP BY unit_ancestor.child_id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).fetch_all(db))
}

#[derive(FromRow)]
struct MeetingsOf {
    child_id: UnitId,
    #[sqlx(flatten)]
    meetings: Meetings,
}

/// Each meeting counts for the child to which its unit belonged on the meeting's day.
async fn meetings(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Vec<MeetingsOf>> {
    let (from, to) = as_of.days();
    let sql = "SELECT unit_ancestor.child_id,
                      COUNT(*) AS held,
                      COUNT(*) FILTER (WHERE meeting.kind = 'periodic') AS periodic,
                      COUNT(DISTINCT CASE WHEN unit_period.kind = 'cell'
                                          THEN meeting.unit_id END) AS cells,
                      CAST(COALESCE(SUM(meeting.expected), 0) AS BIGINT) AS expected,
                      CAST(COALESCE(SUM(meeting.present), 0) AS BIGINT) AS present,
                      CAST(COALESCE(SUM(meeting.excused), 0) AS BIGINT) AS excused,
                      CAST(COALESCE(SUM(meeting.unexcused), 0) AS BIGINT) AS unexcused
               FROM unit_ancestor
               JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                            AND meeting.held_on >= $2
                            AND meeting.held_on < $3
                            AND meeting.held_on >= unit_ancestor.from_on
                            AND (unit_ancestor.to_on IS NULL
                                 OR meeting.held_on < unit_ancestor.to_on)
               JOIN unit_period ON unit_period.unit_id = meeting.unit_id
                                AND unit_period.from_on <= meeting.held_on
                                AND (unit_period.to_on IS NULL
                                     OR unit_period.to_on > meeting.held_on)
               WHERE unit_ancestor.ancestor_id = $1
               GROUP BY unit_ancestor.child_id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(to).fetch_all(db))
}

async fn cells_that_met(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<i64> {
    let (from, to) = as_of.days();
    let sql = "SELECT COUNT(DISTINCT meeting.unit_id)
               FROM unit_ancestor
               JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                            AND meeting.held_on >= $2
                            AND meeting.held_on < $3
                            AND meeting.held_on >= unit_ancestor.from_on
                            AND (unit_ancestor.to_on IS NULL
                                 OR meeting.held_on < unit_ancestor.to_on)
               JOIN unit_period ON unit_period.unit_id = meeting.unit_id
                                AND unit_period.kind = 'cell'
                                AND unit_period.from_on <= meeting.held_on
                                AND (unit_period.to_on IS NULL
                                     OR unit_period.to_on > meeting.held_on)
               WHERE unit_ancestor.ancestor_id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(from).bind(to).fetch_one(db))
}

/// The gifts from the day in $2 to before that in $3, each where its unit belonged on its day:
/// at or below the unit in $1.
macro_rules! given {
    () => {
        "FROM unit_ancestor
         JOIN contribution ON contribution.unit_id = unit_ancestor.unit_id
                           AND contribution.given_on >= $2
                           AND contribution.given_on < $3
                           AND contribution.given_on >= unit_ancestor.from_on
                           AND (unit_ancestor.to_on IS NULL
                                OR contribution.given_on < unit_ancestor.to_on)
         WHERE unit_ancestor.ancestor_id = $1"
    };
}

/// What was given below one child, of one kind and in one measure.
#[derive(FromRow)]
struct GivenTo {
    child_id: UnitId,
    #[sqlx(flatten)]
    given: ByKind,
}

async fn contributions(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Vec<GivenTo>> {
    let (from, to) = as_of.days();
    let sql = concat!(
        "SELECT unit_ancestor.child_id, contribution.kind, contribution.measure,
                CAST(SUM(CASE WHEN contribution.reverses_id IS NULL
                              THEN 1 ELSE -1 END) AS BIGINT) AS count,
                CAST(SUM(contribution.amount_vnd) AS BIGINT) AS amount_vnd,
                CAST(SUM(contribution.quantity_hundredths) AS BIGINT) AS quantity_hundredths ",
        given!(),
        " GROUP BY unit_ancestor.child_id, contribution.kind, contribution.measure"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(to).fetch_all(db))
}

#[derive(FromRow)]
struct OpinionsOf {
    child_id: UnitId,
    #[sqlx(flatten)]
    opinions: Opinions,
}

/// Each opinion counts for the child to which its unit belonged when it was raised, with
/// the status that it had on the day of the count.
async fn opinions(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Vec<OpinionsOf>> {
    let (from, to) = as_of.days();
    let sql = "SELECT child_id,
                      COUNT(*) FILTER (WHERE status = 'recorded') AS recorded,
                      COUNT(*) FILTER (WHERE status = 'forwarded') AS forwarded,
                      COUNT(*) FILTER (WHERE status = 'answered') AS answered
               FROM (SELECT unit_ancestor.child_id,
                            CASE WHEN opinion.answered_on <= $4 THEN 'answered'
                                 WHEN opinion.forwarded_on <= $4 THEN 'forwarded'
                                 ELSE 'recorded' END AS status
                     FROM unit_ancestor
                     JOIN opinion ON opinion.unit_id = unit_ancestor.unit_id
                                  AND opinion.raised_on >= $2
                                  AND opinion.raised_on < $3
                                  AND opinion.raised_on >= unit_ancestor.from_on
                                  AND (unit_ancestor.to_on IS NULL
                                       OR opinion.raised_on < unit_ancestor.to_on)
                     WHERE unit_ancestor.ancestor_id = $1) AS raised
               GROUP BY child_id";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(to).bind(as_of.on).fetch_all(db))
}

/// What was given at or below `id`, by the works' names, in their order: funds of one
/// name are counted together, as cells have the same ones.
pub async fn by_work(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Vec<ByWork>> {
    let (from, to) = as_of.days();
    // Added up by their ids first: a name is looked up for each work, not for each gift.
    let sql = concat!(
        "SELECT work_item.kind, work_item.name,
                CAST(SUM(given.count) AS BIGINT) AS count,
                CAST(SUM(given.amount_vnd) AS BIGINT) AS amount_vnd
         FROM (SELECT contribution.work_item_id,
                      SUM(CASE WHEN contribution.reverses_id IS NULL
                               THEN 1 ELSE -1 END) AS count,
                      SUM(contribution.amount_vnd) AS amount_vnd ",
        given!(),
        " GROUP BY contribution.work_item_id) AS given
         LEFT JOIN work_item ON work_item.id = given.work_item_id
         GROUP BY work_item.kind, work_item.name, work_item.folded
         ORDER BY work_item.folded NULLS LAST, work_item.kind"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(to).fetch_all(db))
}

/// The day of the latest meeting or contribution at or below `id` before `before`.
pub async fn last_day_before(
    tx: &mut Tx,
    id: UnitId,
    before: NaiveDate,
) -> sqlx::Result<Option<NaiveDate>> {
    let sql = "SELECT MAX(meeting.held_on)
               FROM unit_ancestor
               JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                            AND meeting.held_on < $2
                            AND meeting.held_on >= unit_ancestor.from_on
                            AND (unit_ancestor.to_on IS NULL
                                 OR meeting.held_on < unit_ancestor.to_on)
               WHERE unit_ancestor.ancestor_id = $1";
    let met: Option<NaiveDate> =
        on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(before).fetch_one(db))?;
    let sql = "SELECT MAX(contribution.given_on)
               FROM unit_ancestor
               JOIN contribution ON contribution.unit_id = unit_ancestor.unit_id
                                 AND contribution.given_on < $2
                                 AND contribution.given_on >= unit_ancestor.from_on
                                 AND (unit_ancestor.to_on IS NULL
                                      OR contribution.given_on < unit_ancestor.to_on)
               WHERE unit_ancestor.ancestor_id = $1";
    let gave: Option<NaiveDate> =
        on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(before).fetch_one(db))?;
    Ok(met.max(gave))
}
