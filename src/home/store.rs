//! What the first page counts.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::home::model::{People, Place};
use crate::ids::UnitId;
use crate::organisation::model::by_name;

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

/// The cells at or below the unit that have no periodic meeting from `from` up to, but
/// not on, `to`, held or planned (R8).
pub async fn without_meeting(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Place>> {
    let sql = "SELECT unit.code, unit_period.name
               FROM unit_ancestor
               JOIN unit ON unit.id = unit_ancestor.unit_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                                AND unit_period.kind = 'cell'
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND NOT EXISTS (SELECT 1 FROM meeting
                                 WHERE meeting.unit_id = unit.id
                                   AND meeting.kind = 'periodic'
                                   AND meeting.held_on >= $3 AND meeting.held_on < $4)";
    let mut places: Vec<Place> = on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(today)
        .bind(from)
        .bind(to)
        .fetch_all(db))?;
    places.sort_by(|a, b| by_name(&a.name, &b.name));
    Ok(places)
}
