//! Where members live, and until when.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::clock;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{MemberId, ResidenceId, UnitId};
use crate::members::model::{EndReason, Residence, ResidenceKind};

/// Every residence of a member; the open one, or else the last, comes first.
pub async fn residences_of(tx: &mut Tx, member_id: MemberId) -> sqlx::Result<Vec<Residence>> {
    let sql = "SELECT residence.id, residence.version, residence.member_id, residence.cell_id,
                      COALESCE(unit_period.name, unit.code) AS cell_name,
                      residence.letter_id, residence.address, residence.household_cluster,
                      residence.kind, residence.category, residence.exempt_reason,
                      residence.started_on, residence.ended_on, residence.end_reason
               FROM residence
               JOIN unit ON unit.id = residence.cell_id
               LEFT JOIN unit_period ON unit_period.unit_id = residence.cell_id
                                     AND unit_period.from_on <= residence.started_on
                                     AND (unit_period.to_on IS NULL
                                          OR unit_period.to_on > residence.started_on)
               WHERE residence.member_id = $1
               ORDER BY residence.started_on DESC";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).fetch_all(db))
}

/// The open residence of a member, or else the last.
pub async fn get_residence(tx: &mut Tx, member_id: MemberId) -> sqlx::Result<Residence> {
    let all = residences_of(tx, member_id).await?;
    all.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

/// Ends a residence on the first day that it no longer holds; no row where somebody else
/// changed it first. When the end was written down is kept: figures that were confirmed
/// before knew nothing of it.
pub async fn end_residence(
    tx: &mut Tx,
    id: ResidenceId,
    version: i64,
    on: NaiveDate,
    reason: EndReason,
) -> sqlx::Result<()> {
    let sql =
        "UPDATE residence SET ended_on = $3, end_reason = $4, ended_at = $5, version = version + 1
               WHERE id = $1 AND version = $2 AND ended_on IS NULL";
    let now = clock::now();
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(version).bind(on).bind(reason).bind(now))?)
}

/// Corrects what was written down of the place itself; no row where somebody else
/// changed the residence first.
pub async fn change_place(
    tx: &mut Tx,
    id: ResidenceId,
    version: i64,
    address: &str,
    household_cluster: &str,
    kind: ResidenceKind,
) -> sqlx::Result<()> {
    let sql = "UPDATE residence
               SET address = $3, household_cluster = $4, kind = $5, version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql).bind(id).bind(version).bind(address).bind(household_cluster).bind(kind)
    )?)
}

/// How many live in a cell, and how many of them take part in its activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Headcount {
    pub everybody: i64,
    pub normal: i64,
}

pub async fn headcount(tx: &mut Tx, cell_id: UnitId, on: NaiveDate) -> sqlx::Result<Headcount> {
    let sql = "SELECT COUNT(*) AS everybody,
                      CAST(COALESCE(SUM(CASE WHEN category = 'normal' THEN 1 ELSE 0 END), 0)
                           AS BIGINT) AS normal
               FROM residence
               WHERE cell_id = $1 AND started_on <= $2 AND (ended_on IS NULL OR ended_on > $2)";
    on!(tx, db => sqlx::query_as(sql).bind(cell_id).bind(on).fetch_one(db))
}
