//! The counts of sheets: by the units below, as of a day. It writes to no table.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::ids::{CriteriaSetId, CriterionId, OptionId, UnitId};

/// Where the annual sheets of a unit stood at the end of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Stages {
    /// All sheets that are to be written.
    pub asked: i64,
    /// Written to the end, signed or not.
    pub written: i64,
    pub signed: i64,
    pub confirmed: i64,
    pub sent: i64,
    /// Given back by the ward, and not taken up again.
    pub returned: i64,
    /// Members with a sheet who attended no meeting of the year that called them.
    pub absent: i64,
}

/// The stages of a child of a unit, or of the unit itself.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OfChild {
    pub child_id: UnitId,
    #[sqlx(flatten)]
    pub stages: Stages,
}

/// The stages and options of a unit's sheets, where they were counted with its other figures.
#[derive(Clone, Debug)]
pub struct Known {
    pub stages: Vec<OfChild>,
    pub chosen: Vec<Chosen>,
}

/// By the child through which each cell hung below the unit on the sheet's reference day.
/// `after` is the day after the one asked for; the meetings are those from `from` up to, but
/// not on, `to`.
pub async fn by_child(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, after): (i64, NaiveDate),
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<OfChild>> {
    let sql = "SELECT held.child_id,
                      COUNT(*) AS asked,
                      COUNT(*) FILTER (WHERE step.state IN ('written', 'signed', 'confirmed',
                                                            'sent')) AS written,
                      COUNT(*) FILTER (WHERE step.state IN ('signed', 'confirmed', 'sent'))
                          AS signed,
                      COUNT(*) FILTER (WHERE step.state IN ('confirmed', 'sent')) AS confirmed,
                      COUNT(*) FILTER (WHERE step.state = 'sent') AS sent,
                      COUNT(*) FILTER (WHERE step.state = 'returned') AS returned,
                      COUNT(*) FILTER (WHERE attended.expected > 0 AND attended.present = 0)
                          AS absent
               FROM unit_ancestor AS held
               JOIN evaluation_step AS step ON step.unit_id = held.unit_id AND step.year = $2
                                           AND step.kind = 'annual' AND step.from_on < $5
                                           AND (step.to_on IS NULL OR step.to_on >= $5)
                                           AND step.state NOT IN ('replaced', 'void')
               JOIN evaluation_sheet AS sheet ON sheet.id = step.sheet_id
               LEFT JOIN (SELECT attendance.member_id, COUNT(*) AS expected,
                                 COUNT(*) FILTER (WHERE attendance.status = 'present') AS present
                          FROM unit_ancestor AS below
                          JOIN meeting ON meeting.unit_id = below.unit_id
                                      AND meeting.held_on >= $3 AND meeting.held_on < $4
                                      AND meeting.rolled_at IS NOT NULL
                                      AND below.from_on <= meeting.held_on
                                      AND (below.to_on IS NULL OR below.to_on > meeting.held_on)
                          JOIN attendance ON attendance.meeting_id = meeting.id
                                         AND attendance.status <> 'exempt'
                          WHERE below.ancestor_id = $1
                          GROUP BY attendance.member_id) AS attended
                      ON attended.member_id = sheet.member_id
               WHERE held.ancestor_id = $1
                 AND held.from_on <= sheet.reference_on
                 AND (held.to_on IS NULL OR held.to_on > sheet.reference_on)
               GROUP BY held.child_id";
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(year)
        .bind(from)
        .bind(to)
        .bind(after)
        .fetch_all(db))
}

/// Likewise without those absent, of whom the meetings know: a fraction of the work.
pub async fn stages_by_child(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, after): (i64, NaiveDate),
) -> sqlx::Result<Vec<OfChild>> {
    let sql = "SELECT held.child_id,
                      COUNT(*) AS asked,
                      COUNT(*) FILTER (WHERE step.state IN ('written', 'signed', 'confirmed',
                                                            'sent')) AS written,
                      COUNT(*) FILTER (WHERE step.state IN ('signed', 'confirmed', 'sent'))
                          AS signed,
                      COUNT(*) FILTER (WHERE step.state IN ('confirmed', 'sent')) AS confirmed,
                      COUNT(*) FILTER (WHERE step.state = 'sent') AS sent,
                      COUNT(*) FILTER (WHERE step.state = 'returned') AS returned,
                      CAST(0 AS BIGINT) AS absent
               FROM unit_ancestor AS held
               JOIN evaluation_step AS step ON step.unit_id = held.unit_id AND step.year = $2
                                           AND step.kind = 'annual' AND step.from_on < $3
                                           AND (step.to_on IS NULL OR step.to_on >= $3)
                                           AND step.state NOT IN ('replaced', 'void')
               JOIN evaluation_sheet AS sheet ON sheet.id = step.sheet_id
               WHERE held.ancestor_id = $1
                 AND held.from_on <= sheet.reference_on
                 AND (held.to_on IS NULL OR held.to_on > sheet.reference_on)
               GROUP BY held.child_id";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).bind(after).fetch_all(db))
}

/// How often an option was chosen on sheets that were confirmed on a day, by child.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Chosen {
    pub child_id: UnitId,
    pub criterion_id: CriterionId,
    pub option_id: OptionId,
    pub count: i64,
}

/// Only confirmed sheets are counted: what they say never changes again, and so neither does
/// a count of a past day. `after` is the day after the one asked for.
pub async fn options(
    tx: &mut Tx,
    unit_id: UnitId,
    year: i64,
    after: NaiveDate,
) -> sqlx::Result<Vec<Chosen>> {
    let sql = "SELECT held.child_id, choice.criterion_id, choice.option_id, COUNT(*) AS count
               FROM unit_ancestor AS held
               JOIN evaluation_step AS step ON step.unit_id = held.unit_id AND step.year = $2
                                           AND step.kind = 'annual' AND step.from_on < $3
                                           AND (step.to_on IS NULL OR step.to_on >= $3)
                                           AND step.state IN ('confirmed', 'sent')
               JOIN evaluation_sheet AS sheet ON sheet.id = step.sheet_id
               JOIN evaluation_choice AS choice ON choice.sheet_id = sheet.id
               WHERE held.ancestor_id = $1
                 AND held.from_on <= sheet.reference_on
                 AND (held.to_on IS NULL OR held.to_on > sheet.reference_on)
               GROUP BY held.child_id, choice.criterion_id, choice.option_id";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).bind(after).fetch_all(db))
}

/// The last year of which the unit has sheets: of cells that it held on their reference day,
/// as all counts of sheets.
pub async fn last_year(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Option<i64>> {
    // Of each year that anybody has opened, the first sheet will do: there are millions.
    let sql = "SELECT MAX(opened.year)
               FROM (SELECT DISTINCT year FROM evaluation_year) AS opened
               WHERE EXISTS (SELECT 1
                             FROM unit_ancestor AS held
                             JOIN evaluation_sheet AS sheet ON sheet.unit_id = held.unit_id
                                                           AND sheet.year = opened.year
                                                           AND sheet.kind = 'annual'
                             WHERE held.ancestor_id = $1
                               AND held.from_on <= sheet.reference_on
                               AND (held.to_on IS NULL OR held.to_on > sheet.reference_on))";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).fetch_one(db))
}

/// A set of criteria that the unit's annual sheets of the year have: the one most of them do.
pub async fn set_of(
    tx: &mut Tx,
    unit_id: UnitId,
    year: i64,
) -> sqlx::Result<Option<CriteriaSetId>> {
    let sql = "SELECT sheet.set_id
               FROM unit_ancestor AS held
               JOIN evaluation_sheet AS sheet ON sheet.unit_id = held.unit_id AND sheet.year = $2
                                             AND sheet.kind = 'annual'
               WHERE held.ancestor_id = $1
               GROUP BY sheet.set_id
               ORDER BY COUNT(*) DESC
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(year).fetch_optional(db))
}

/// How many annual sheets of the year below the unit wait for the ward's confirmation.
pub async fn waiting(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*)
               FROM unit_ancestor AS held
               JOIN evaluation_sheet AS sheet ON sheet.unit_id = held.unit_id AND sheet.year = $2
                                             AND sheet.kind = 'annual' AND sheet.state = 'signed'
               WHERE held.ancestor_id = $1 AND held.from_on <= sheet.reference_on
                 AND (held.to_on IS NULL OR held.to_on > sheet.reference_on)";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(year).fetch_one(db))
}
