//! Everybody of a unit at once, for a list to be held against.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::{Tx, change, on};
use crate::ids::{MemberId, ResidenceId, UnitId};
use crate::members::model::{Category, Member, ResidenceKind};
use crate::members::store::words;

/// A member and the residence that keeps the member: the open one, or else the last.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    #[sqlx(flatten)]
    pub member: Member,
    pub folded: String,
    pub residence_id: ResidenceId,
    pub residence_version: i64,
    pub cell_id: UnitId,
    pub cell_name: String,
    pub address: String,
    pub household_cluster: String,
    pub residence_kind: ResidenceKind,
    pub category: Category,
    pub ended_on: Option<NaiveDate>,
    pub letter_number: Option<String>,
}

/// The members kept by the cells at or below the unit entered, as it is `today`.
pub async fn known(tx: &mut Tx, scope: &Scope, today: NaiveDate) -> sqlx::Result<Vec<Known>> {
    let sql = "SELECT member.id, member.version, member.full_name, member.family, member.middle,
                      member.given, member.sex, member.born_on, member.born_precision,
                      member.admitted_on, member.official_on, member.card_number, member.phone,
                      member.position, workplace.name AS workplace, member.workplace_cell,
                      member.folded, residence.id AS residence_id,
                      residence.version AS residence_version, residence.cell_id,
                      COALESCE(unit_period.name, '') AS cell_name, residence.address,
                      residence.household_cluster, residence.kind AS residence_kind,
                      residence.category, residence.ended_on,
                      introduction_letter.number AS letter_number
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
               JOIN member ON member.id = residence.member_id
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               LEFT JOIN introduction_letter ON introduction_letter.id = residence.letter_id
               LEFT JOIN unit_period ON unit_period.unit_id = residence.cell_id
                                     AND unit_period.from_on <= $2
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND NOT EXISTS (SELECT 1 FROM residence AS later
                                 WHERE later.member_id = residence.member_id
                                   AND later.started_on > residence.started_on)
                 AND NOT EXISTS (SELECT 1 FROM member_merge
                                 WHERE member_merge.merged_id = member.id
                                   AND member_merge.undone_at IS NULL)
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql).bind(scope.unit_id()).bind(today).fetch_all(db))
}

/// Takes out a member whom a list brought by mistake and whom nothing else speaks of (a
/// foreign key would refuse it otherwise), so that no count of any day holds the mistake. What was written stands
/// in the audit trail.
pub async fn remove(tx: &mut Tx, id: MemberId) -> sqlx::Result<()> {
    words::remove(tx, id).await?;
    for sql in [
        "DELETE FROM residence WHERE member_id = $1",
        "DELETE FROM introduction_letter WHERE member_id = $1",
        "DELETE FROM member WHERE id = $1",
    ] {
        change!(tx, sqlx::query(sql).bind(id))?;
    }
    Ok(())
}
