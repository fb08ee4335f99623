//! Who may have given: the members who lived in a unit on the day.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::contributions::form::bulk::BulkGiver;
use crate::contributions::model::Resident;
use crate::db::{Tx, on};
use crate::ids::{MemberId, WorkItemId};

/// Those whose names hold every word of `typed`, by name; at most `limit`.
pub async fn search(
    tx: &mut Tx,
    scope: &Scope,
    typed: &str,
    on_day: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Resident>> {
    let sql = "SELECT member.id, member.full_name, member.born_on, workplace.name AS workplace
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               JOIN member ON member.id = residence.member_id
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND member.folded LIKE $3 ESCAPE '\\' AND member.folded LIKE $4 ESCAPE '\\'
                 AND member.folded LIKE $5 ESCAPE '\\' AND member.folded LIKE $6 ESCAPE '\\'
                 AND member.folded LIKE $7 ESCAPE '\\' AND member.folded LIKE $8 ESCAPE '\\'
               ORDER BY member.sort_key, member.id
               LIMIT $9";
    let [first, second, third, fourth, fifth, sixth] = super::six_patterns(typed);
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(on_day)
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(fourth)
        .bind(fifth)
        .bind(sixth)
        .bind(limit)
        .fetch_all(db))
}

/// The member, if a resident on the day.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: MemberId,
    on_day: NaiveDate,
) -> sqlx::Result<Option<Resident>> {
    let sql = "SELECT member.id, member.full_name, member.born_on, workplace.name AS workplace
               FROM residence
               JOIN unit_ancestor ON unit_ancestor.unit_id = residence.cell_id
                                  AND unit_ancestor.ancestor_id = $2
                                  AND unit_ancestor.from_on <= $3
                                  AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $3)
               JOIN member ON member.id = residence.member_id
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               WHERE residence.member_id = $1
                 AND residence.started_on <= $3
                 AND (residence.ended_on IS NULL OR residence.ended_on > $3)";
    on!(tx, db => sqlx::query_as(sql)
        .bind(id)
        .bind(scope.unit_id())
        .bind(on_day)
        .fetch_optional(db))
}

/// The name of a member who has lived in the unit, on whatever day.
pub async fn find_name(tx: &mut Tx, scope: &Scope, id: MemberId) -> sqlx::Result<Option<String>> {
    let sql = "SELECT member.full_name
               FROM residence
               JOIN unit_ancestor ON unit_ancestor.unit_id = residence.cell_id
                                  AND unit_ancestor.ancestor_id = $2
               JOIN member ON member.id = residence.member_id
               WHERE residence.member_id = $1
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(scope.unit_id()).fetch_optional(db))
}

/// Everybody who lived in the unit on the day, by name, with what each has given in money
/// for the work.
pub async fn residents(
    tx: &mut Tx,
    scope: &Scope,
    on_day: NaiveDate,
    work_item_id: Option<WorkItemId>,
) -> sqlx::Result<Vec<BulkGiver>> {
    let sql = "SELECT member.id, member.full_name, member.born_on, workplace.name AS workplace,
                      CAST(COALESCE(given.amount_vnd, 0) AS BIGINT) AS given_vnd
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               JOIN member ON member.id = residence.member_id
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               LEFT JOIN (SELECT contribution.member_id,
                                 SUM(contribution.amount_vnd) AS amount_vnd
                          FROM contribution
                          WHERE contribution.work_item_id = $3
                          GROUP BY contribution.member_id) AS given
                      ON given.member_id = member.id
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(on_day)
        .bind(work_item_id)
        .fetch_all(db))
}
