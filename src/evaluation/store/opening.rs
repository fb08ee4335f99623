//! Opening a year: a sheet for everybody who is to have one.

use chrono::NaiveDate;

use super::steps;
use crate::db::{Tx, change, on, one_row};
use crate::evaluation::model::{Act, Kind, OpenedYear};
use crate::ids::{CriteriaSetId, MemberId, SheetId, UnitId};

/// What opening a year would bring to a cell.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Prospect {
    pub unit_id: UnitId,
    pub code: String,
    pub name: String,
    /// Members who would get a sheet now.
    pub new: i64,
    /// Members who have theirs already.
    pub there: i64,
    /// Members exempt from activities at the residence: they get none (R14).
    pub exempt: i64,
}

/// Residences on the reference day $2 at or below the unit $1.
macro_rules! at_home {
    () => {
        "unit_ancestor
         JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                        AND residence.started_on <= $2
                        AND (residence.ended_on IS NULL OR residence.ended_on > $2) "
    };
}

/// Cells that the unit holds today ($4): whoever keeps a cell now opens its year, whoever kept
/// it on the reference day. Of a cell that has ended since, those who held it then.
macro_rules! below {
    () => {
        " WHERE unit_ancestor.ancestor_id = $1
            AND ((unit_ancestor.from_on <= $4
                  AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $4))
                 OR (unit_ancestor.from_on <= $2 AND unit_ancestor.to_on > $2
                     AND NOT EXISTS (SELECT 1 FROM unit_ancestor AS own
                                     WHERE own.unit_id = unit_ancestor.unit_id AND own.depth = 0
                                       AND own.from_on <= $4
                                       AND (own.to_on IS NULL OR own.to_on > $4)))) "
    };
}

macro_rules! has_one {
    () => {
        "EXISTS (SELECT 1 FROM evaluation_sheet AS own
                 WHERE own.member_id = residence.member_id AND own.year = $3
                   AND own.kind = 'annual')"
    };
}

/// What opening the year would bring, cell by cell.
pub async fn prospects(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, reference_on): (i64, NaiveDate),
    today: NaiveDate,
) -> sqlx::Result<Vec<Prospect>> {
    let sql = concat!(
        "SELECT unit.id AS unit_id, unit.code, unit_period.name,
                COUNT(*) FILTER (WHERE residence.category = 'normal' AND NOT ",
        has_one!(),
        ") AS new,
                COUNT(*) FILTER (WHERE residence.category = 'normal' AND ",
        has_one!(),
        ") AS there,
                COUNT(*) FILTER (WHERE residence.category = 'exempt') AS exempt
         FROM ",
        at_home!(),
        "JOIN unit ON unit.id = residence.cell_id
         JOIN unit_period ON unit_period.unit_id = unit.id
                         AND unit_period.from_on <= $2
                         AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)",
        below!(),
        "GROUP BY unit.id, unit.code, unit_period.name"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(reference_on)
        .bind(year)
        .bind(today)
        .fetch_all(db))
}

/// The year as the unit itself has opened it.
pub async fn find(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<Option<OpenedYear>> {
    let sql = "SELECT id, unit_id, year, reference_on, sign_by, return_by, version
               FROM evaluation_year WHERE unit_id = $1 AND year = $2";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).fetch_optional(db))
}

/// The year as the nearest unit at or above this one has opened it.
pub async fn in_force(
    tx: &mut Tx,
    unit_id: UnitId,
    year: i64,
    on: NaiveDate,
) -> sqlx::Result<Option<OpenedYear>> {
    let sql = "SELECT evaluation_year.id, evaluation_year.unit_id, evaluation_year.year,
                      evaluation_year.reference_on, evaluation_year.sign_by,
                      evaluation_year.return_by, evaluation_year.version
               FROM unit_ancestor
               JOIN evaluation_year ON evaluation_year.unit_id = unit_ancestor.ancestor_id
                                   AND evaluation_year.year = $2
               WHERE unit_ancestor.unit_id = $1
                 AND unit_ancestor.from_on <= $3
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $3)
               ORDER BY unit_ancestor.depth
               LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).bind(on).fetch_optional(db))
}

/// Writes down that the unit has opened the year; a unique violation where it had.
pub async fn add(tx: &mut Tx, new: &OpenedYear, act: &Act) -> sqlx::Result<()> {
    let sql = "INSERT INTO evaluation_year (id, unit_id, year, reference_on, sign_by, return_by,
                                            opened_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.year)
            .bind(new.reference_on)
            .bind(new.sign_by)
            .bind(new.return_by)
            .bind(act.at)
    )?;
    Ok(())
}

/// Settles other days for a year that is open; no row where somebody was first.
pub async fn change(tx: &mut Tx, year: &OpenedYear) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_year
               SET reference_on = $2, sign_by = $3, return_by = $4, version = version + 1
               WHERE id = $1 AND version = $5";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(year.id)
            .bind(year.reference_on)
            .bind(year.sign_by)
            .bind(year.return_by)
            .bind(year.version)
    )?)
}

/// Opens an annual sheet for everybody with a normal residence at or below the unit on the
/// reference day who has none of the year yet; how many.
pub async fn open(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, reference_on): (i64, NaiveDate),
    (set_id, asked): (CriteriaSetId, i64),
    act: &Act,
) -> sqlx::Result<u64> {
    steps::add_act(tx, act).await?;
    let sql = concat!(
        "INSERT INTO evaluation_sheet (member_id, unit_id, kind, year, reference_on, purpose,
                                       set_id, asked, state, act_id, created_at)
         SELECT residence.member_id, residence.cell_id, 'annual', $3, $2, '', $5, $6, 'blank',
                $7, $8
         FROM ",
        at_home!(),
        below!(),
        " AND residence.category = 'normal' AND NOT ",
        has_one!()
    );
    let opened = change!(
        tx,
        sqlx::query(sql)
            .bind(unit_id)
            .bind(reference_on)
            .bind(year)
            .bind(act.at.day())
            .bind(set_id)
            .bind(asked)
            .bind(act.id)
            .bind(act.at)
    )?;
    steps::record(tx, act).await?;
    Ok(opened)
}

/// A sheet on demand that is to be opened.
#[derive(Clone, Debug)]
pub struct NewOnDemand {
    pub id: SheetId,
    pub member_id: MemberId,
    pub unit_id: UnitId,
    pub reference_on: NaiveDate,
    pub year: i64,
    pub purpose: String,
    pub set_id: CriteriaSetId,
    pub asked: i64,
}

pub async fn open_on_demand(tx: &mut Tx, new: &NewOnDemand, act: &Act) -> sqlx::Result<()> {
    steps::add_act(tx, act).await?;
    let sql = "INSERT INTO evaluation_sheet (id, member_id, unit_id, kind, year, reference_on,
                                             purpose, set_id, asked, state, act_id, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'blank', $10, $11)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.member_id)
            .bind(new.unit_id)
            .bind(Kind::OnDemand)
            .bind(new.year)
            .bind(new.reference_on)
            .bind(&new.purpose)
            .bind(new.set_id)
            .bind(new.asked)
            .bind(act.id)
            .bind(act.at)
    )?;
    steps::record(tx, act).await
}
