//! The table of confirmed figures, and what else the reports read.

use chrono::NaiveDate;

use crate::db::{Tx, change, on};
use crate::ids::{ConfirmationId, UnitId};
use crate::reports::confirmed::Confirmation;

pub mod bridge;
pub mod yearly;

macro_rules! confirmations {
    ($rest:literal) => {
        concat!(
            "SELECT figures.id, figures.unit_id, figures.as_of_on, figures.number,
                    figures.normal, figures.exempt, figures.figures, figures.note,
                    figures.account_name, figures.confirmed_at
             FROM confirmed_figures AS figures ",
            $rest
        )
    };
}

pub async fn add(tx: &mut Tx, new: &Confirmation) -> sqlx::Result<()> {
    let sql = "INSERT INTO confirmed_figures (id, unit_id, as_of_on, number, normal, exempt,
                                              figures, note, account_name, confirmed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.as_of_on)
            .bind(new.number)
            .bind(new.normal)
            .bind(new.exempt)
            .bind(&new.figures)
            .bind(&new.note)
            .bind(&new.account_name)
            .bind(new.confirmed_at)
    )?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: ConfirmationId) -> sqlx::Result<Option<Confirmation>> {
    let sql = confirmations!("WHERE figures.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// What a unit has confirmed, the latest day first, and of a day the latest first.
pub async fn list(tx: &mut Tx, unit_id: UnitId, limit: i64) -> sqlx::Result<Vec<Confirmation>> {
    let sql = confirmations!(
        "WHERE figures.unit_id = $1
         ORDER BY figures.as_of_on DESC, figures.number DESC
         LIMIT $2"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(limit).fetch_all(db))
}

/// What holds for the unit and the day: the last confirmation of it.
pub async fn of_day(
    tx: &mut Tx,
    unit_id: UnitId,
    on: NaiveDate,
) -> sqlx::Result<Option<Confirmation>> {
    let sql = confirmations!(
        "WHERE figures.unit_id = $1 AND figures.as_of_on = $2
         ORDER BY figures.number DESC
         LIMIT 1"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).fetch_optional(db))
}

/// This confirmation of the day.
pub async fn numbered(
    tx: &mut Tx,
    unit_id: UnitId,
    on: NaiveDate,
    number: i64,
) -> sqlx::Result<Option<Confirmation>> {
    let sql = confirmations!(
        "WHERE figures.unit_id = $1 AND figures.as_of_on = $2 AND figures.number = $3"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).bind(number).fetch_optional(db))
}

/// The last day that the unit has confirmed.
pub async fn last_day(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Option<NaiveDate>> {
    let sql = "SELECT MAX(as_of_on) FROM confirmed_figures WHERE unit_id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).fetch_one(db))
}

/// What holds for the units right below this one, for the same day.
pub async fn of_children(
    tx: &mut Tx,
    parent_id: UnitId,
    on: NaiveDate,
) -> sqlx::Result<Vec<Confirmation>> {
    let sql = confirmations!(
        "JOIN unit_period ON unit_period.unit_id = figures.unit_id
                          AND unit_period.parent_id = $1
                          AND unit_period.from_on <= $2
                          AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
         WHERE figures.as_of_on = $2
           AND NOT EXISTS (SELECT 1 FROM confirmed_figures AS newer
                           WHERE newer.unit_id = figures.unit_id
                             AND newer.as_of_on = figures.as_of_on
                             AND newer.number > figures.number)"
    );
    on!(tx, db => sqlx::query_as(sql).bind(parent_id).bind(on).fetch_all(db))
}
