//! What was written after figures had been confirmed.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::reports::bridge::Changed;
use crate::statistics::model::AsOf;

/// The residences in the unit entered whose part in the count of `on` has changed since
/// `confirmed_at`: written down later and counting now, or ended later and counting no
/// more. Residences begin and end once, so these are all that a page can do.
pub async fn changed(
    tx: &mut Tx,
    scope: &Scope,
    day: NaiveDate,
    confirmed_at: Moment,
) -> sqlx::Result<Vec<Changed>> {
    let sql = "SELECT residence.member_id, member.full_name,
                      COALESCE(unit_period.name, '') AS cell_name, residence.category,
                      residence.end_reason,
                      CAST(CASE WHEN residence.created_at > $3 THEN 1 ELSE 0 END AS BIGINT)
                          AS added,
                      (SELECT COUNT(*) FROM member_merge
                       WHERE member_merge.merged_id = residence.member_id
                         AND ((member_merge.residence_id = residence.id
                               AND member_merge.merged_at > $3)
                              OR (residence.created_at > $3 AND member_merge.undone_at > $3)))
                          AS merged
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
               JOIN member ON member.id = residence.member_id
               LEFT JOIN unit_period ON unit_period.unit_id = residence.cell_id
                                     AND unit_period.from_on <= $2
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND ((residence.created_at > $3 AND residence.reorganisation_id IS NULL
                       AND (residence.ended_on IS NULL OR residence.ended_on > $2))
                      OR (residence.created_at <= $3 AND residence.ended_at > $3
                          AND residence.closed_by IS NULL AND residence.ended_on <= $2))
               ORDER BY member.sort_key, member.id, residence.started_on";
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(day)
        .bind(confirmed_at)
        .fetch_all(db))
}

/// Gifts of the days of the count that were written down, or cancelled, later.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct GiftsSince {
    pub count: i64,
    pub amount_vnd: i64,
}

pub async fn gifts_since(
    tx: &mut Tx,
    unit_id: UnitId,
    as_of: AsOf,
    confirmed_at: Moment,
) -> sqlx::Result<GiftsSince> {
    let (from, to) = as_of.days();
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN contribution.reverses_id IS NULL
                                             THEN 1 ELSE -1 END), 0) AS BIGINT) AS count,
                      CAST(COALESCE(SUM(contribution.amount_vnd), 0) AS BIGINT) AS amount_vnd
               FROM unit_ancestor
               JOIN contribution ON contribution.unit_id = unit_ancestor.unit_id
                                 AND contribution.given_on >= $2
                                 AND contribution.given_on < $3
                                 AND contribution.given_on >= unit_ancestor.from_on
                                 AND (unit_ancestor.to_on IS NULL
                                      OR contribution.given_on < unit_ancestor.to_on)
               WHERE unit_ancestor.ancestor_id = $1 AND contribution.created_at > $4";
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(from)
        .bind(to)
        .bind(confirmed_at)
        .fetch_one(db))
}
