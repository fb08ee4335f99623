//! What the first page counts.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::home::model::{Beginnings, DataRequests, People};
use crate::ids::UnitId;
use crate::members::store::kept_in;

/// The people who live in the unit's cells on `day`.
pub async fn people(tx: &mut Tx, unit_id: UnitId, day: NaiveDate) -> sqlx::Result<People> {
    let sql = "SELECT COUNT(*) FILTER (WHERE residence.category = 'normal') AS normal,
                      COUNT(*) FILTER (WHERE residence.category = 'exempt') AS exempt,
                      COUNT(*) FILTER (WHERE residence.letter_id IS NULL) AS without_letter
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(day).fetch_one(db))
}

/// The requests of people whom the unit keeps, as they stand on `today`.
pub async fn data_requests(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
) -> sqlx::Result<DataRequests> {
    let sql = concat!(
        "SELECT COUNT(*) AS open,
                COUNT(*) FILTER (WHERE data_request.done_by < $2
                                    OR (data_request.state = 'received'
                                        AND data_request.answer_by < $2)) AS overdue
         FROM data_request
         WHERE data_request.closed_on IS NULL AND ",
        kept_in!("$1", "$2", "data_request.member_id")
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).fetch_one(db))
}

/// Whether there is any of what a registry begins with.
pub async fn beginnings(tx: &mut Tx) -> sqlx::Result<Beginnings> {
    let sql = "SELECT EXISTS (SELECT 1 FROM unit_period WHERE kind = 'cell') AS units,
                      EXISTS (SELECT 1 FROM role_grant
                              WHERE role IN ('cell_secretary', 'ward_officer')
                                AND revoked_at IS NULL) AS accounts,
                      EXISTS (SELECT 1 FROM residence) AS people,
                      EXISTS (SELECT 1 FROM meeting) AS meetings";
    on!(tx, db => sqlx::query_as(sql).fetch_one(db))
}
