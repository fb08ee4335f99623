//! The meetings of a unit and of those below it: their list and their sums.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::meetings::model::{Listed, MeetingKind, Sums};

/// Which meetings: those held from `from` up to, but not on, `to`.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub kind: Option<MeetingKind>,
    /// The unit right below through which they belonged here on their day; itself for the
    /// unit's own.
    pub child_id: Option<UnitId>,
}

impl Filter {
    pub fn of_days((from, to): (NaiveDate, NaiveDate)) -> Filter {
        Filter { from, to, kind: None, child_id: None }
    }
}

/// Meetings of the unit, and of those that were below it on the day.
macro_rules! in_the_book {
    () => {
        "FROM unit_ancestor
         JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                      AND meeting.held_on >= unit_ancestor.from_on
                      AND (unit_ancestor.to_on IS NULL
                           OR meeting.held_on < unit_ancestor.to_on)
         JOIN unit_period ON unit_period.unit_id = meeting.unit_id
                          AND unit_period.from_on <= meeting.held_on
                          AND (unit_period.to_on IS NULL
                               OR unit_period.to_on > meeting.held_on)
         WHERE unit_ancestor.ancestor_id = $1
           AND meeting.held_on >= $2 AND meeting.held_on < $3
           AND (CAST($4 AS TEXT) IS NULL OR meeting.kind = $4)
           AND ($5 IS NULL OR unit_ancestor.child_id = $5) "
    };
}

/// Binds what `in_the_book!` asks for.
macro_rules! bound {
    ($query:expr, $unit_id:expr, $filter:expr) => {
        $query
            .bind($unit_id)
            .bind($filter.from)
            .bind($filter.to)
            .bind($filter.kind.map(MeetingKind::as_str))
            .bind($filter.child_id)
    };
}

/// A page of them, newest first.
pub async fn list(
    tx: &mut Tx,
    unit_id: UnitId,
    filter: Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Listed>> {
    let sql = concat!(
        "SELECT meeting.*, unit_period.name AS unit_name,
                CASE WHEN meeting.rolled_at IS NULL
                     THEN (SELECT COUNT(*) FROM attendance
                           WHERE attendance.meeting_id = meeting.id
                             AND attendance.status = 'unmarked')
                     ELSE meeting.expected - meeting.present - meeting.excused
                          - meeting.unexcused
                END AS unmarked ",
        in_the_book!(),
        "ORDER BY meeting.held_on DESC, meeting.id DESC
         LIMIT $6 OFFSET $7"
    );
    on!(tx, db => bound!(sqlx::query_as(sql), unit_id, filter)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// The sums of all that the filter finds.
pub async fn sums(tx: &mut Tx, unit_id: UnitId, filter: Filter) -> sqlx::Result<Sums> {
    let sql = concat!(
        "SELECT COUNT(*) AS held,
                COUNT(DISTINCT CASE WHEN unit_period.kind = 'cell'
                                    THEN meeting.unit_id END) AS cells,
                CAST(COALESCE(SUM(meeting.expected), 0) AS BIGINT) AS expected,
                CAST(COALESCE(SUM(meeting.present), 0) AS BIGINT) AS present,
                CAST(COALESCE(SUM(meeting.excused), 0) AS BIGINT) AS excused,
                CAST(COALESCE(SUM(meeting.unexcused), 0) AS BIGINT) AS unexcused ",
        in_the_book!()
    );
    on!(tx, db => bound!(sqlx::query_as(sql), unit_id, filter).fetch_one(db))
}

/// The first and the last day of any meeting in the book.
pub async fn span(
    tx: &mut Tx,
    unit_id: UnitId,
) -> sqlx::Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let sql = "SELECT MIN(meeting.held_on), MAX(meeting.held_on)
               FROM unit_ancestor
               JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                            AND meeting.held_on >= unit_ancestor.from_on
                            AND (unit_ancestor.to_on IS NULL
                                 OR meeting.held_on < unit_ancestor.to_on)
               WHERE unit_ancestor.ancestor_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).fetch_one(db))
}
