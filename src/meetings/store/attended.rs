//! The marks of every roll of a time, for a file.

use chrono::NaiveDate;
use futures_util::Stream;

use crate::access::guard::Scope;
use crate::db::rows::next_row;
use crate::db::{Tx, on};
use crate::meetings::export::{Lines, Marked};
use crate::members::store::restricted;

/// The rolls called at or below the unit, by the parents of their days.
macro_rules! called {
    ($($rest:expr),+) => {
        concat!(
            " FROM unit_ancestor
              JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                          AND meeting.held_on >= unit_ancestor.from_on
                          AND (unit_ancestor.to_on IS NULL
                               OR meeting.held_on < unit_ancestor.to_on)
              JOIN attendance ON attendance.meeting_id = meeting.id ",
            $($rest),+,
            " WHERE unit_ancestor.ancestor_id = $1
                AND meeting.held_on >= $2 AND meeting.held_on < $3
                AND meeting.rolled_at IS NOT NULL "
        )
    };
}

/// How many marks there are.
pub async fn count(
    tx: &mut Tx,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<i64> {
    let sql = concat!("SELECT COUNT(*)", called!(""));
    on!(tx, db => sqlx::query_scalar(sql).bind(scope.unit_id()).bind(from).bind(to).fetch_one(db))
}

/// Hands them to `lines`, meeting by meeting, each by name, without ever holding more than
/// one.
pub async fn each(
    tx: &mut Tx,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    lines: &mut Lines,
) -> sqlx::Result<()> {
    let sql = concat!(
        "SELECT meeting.held_on, meeting.kind, meeting.topic, unit_period.name AS unit_name,
                member.full_name, attendance.status,
                CASE WHEN ",
        restricted!("attendance.member_id"),
        " THEN '' ELSE attendance.reason END AS reason",
        called!(
            "JOIN member ON member.id = attendance.member_id
             JOIN unit_period ON unit_period.unit_id = meeting.unit_id
                             AND unit_period.from_on <= meeting.held_on
                             AND (unit_period.to_on IS NULL
                                  OR unit_period.to_on > meeting.held_on)"
        ),
        "ORDER BY meeting.held_on, meeting.id, member.sort_key, member.id"
    );
    on!(tx, db => forward(
        sqlx::query_as(sql).bind(scope.unit_id()).bind(from).bind(to).fetch(db),
        lines,
    ))
}

async fn forward(
    mut rows: impl Stream<Item = sqlx::Result<Marked>> + Unpin,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    while let Some(row) = next_row(&mut rows).await? {
        lines.push(&row).await?;
    }
    Ok(())
}
