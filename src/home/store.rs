//! What the first page counts.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::home::model::People;
use crate::ids::UnitId;

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
