//! The tables of criteria.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::criteria::model::{
    CriteriaSet, Criterion, CriterionOption, NewCriterion, Variant, Whole,
};
use crate::db::{Tx, change, on, one_row};
use crate::ids::{CriteriaSetId, CriterionId, OptionId};

/// A set that is to be written.
#[derive(Clone, Debug)]
pub struct NewSet {
    pub id: CriteriaSetId,
    pub code: Option<String>,
    pub name: String,
    pub source: String,
    pub variant: Variant,
    pub valid_from: NaiveDate,
    pub issued_at: Option<Moment>,
    pub criteria: Vec<NewCriterion>,
}

#[derive(sqlx::FromRow)]
struct OptionRow {
    criterion_id: CriterionId,
    criterion_number: i64,
    heading: String,
    heading_confirmed: bool,
    about_meetings: bool,
    id: OptionId,
    number: i64,
    label: String,
    confirmed: bool,
}

/// All sets, the latest first.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<CriteriaSet>> {
    let sql = "SELECT id, code, name, source, category, valid_from, valid_to, issued_at, version
               FROM criteria_set
               ORDER BY CASE WHEN issued_at IS NULL THEN 0 ELSE 1 END, valid_from DESC,
                        category DESC, name";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

pub async fn get(tx: &mut Tx, id: CriteriaSetId) -> sqlx::Result<Whole> {
    let sql = "SELECT id, code, name, source, category, valid_from, valid_to, issued_at, version
               FROM criteria_set WHERE id = $1";
    let set = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))?;
    let sql = "SELECT criterion.id AS criterion_id, criterion.number AS criterion_number,
                      criterion.heading, criterion.confirmed AS heading_confirmed,
                      criterion.about_meetings,
                      criterion_option.id, criterion_option.number, criterion_option.label,
                      criterion_option.confirmed
               FROM criterion
               JOIN criterion_option ON criterion_option.criterion_id = criterion.id
               WHERE criterion.set_id = $1
               ORDER BY criterion.number, criterion_option.number";
    let rows: Vec<OptionRow> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    Ok(Whole { set, criteria: gathered(rows) })
}

/// The set that a criterion belongs to.
pub async fn of_criterion(tx: &mut Tx, id: CriterionId) -> sqlx::Result<Whole> {
    let sql = "SELECT set_id FROM criterion WHERE id = $1";
    let set_id = on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))?;
    get(tx, set_id).await
}

fn gathered(rows: Vec<OptionRow>) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for row in rows {
        if criteria.last().is_none_or(|it| it.id != row.criterion_id) {
            criteria.push(Criterion {
                id: row.criterion_id,
                number: row.criterion_number,
                heading: row.heading,
                confirmed: row.heading_confirmed,
                about_meetings: row.about_meetings,
                options: Vec::new(),
            });
        }
        let OptionRow { id, number, label, confirmed, .. } = row;
        if let Some(last) = criteria.last_mut() {
            last.options.push(CriterionOption { id, number, label, confirmed });
        }
    }
    criteria
}

/// The set in force on `on`.
pub async fn in_force(tx: &mut Tx, variant: Variant, on: NaiveDate) -> sqlx::Result<Option<Whole>> {
    let sql = "SELECT id FROM criteria_set
               WHERE category = $1 AND issued_at IS NOT NULL AND valid_from <= $2
                 AND (valid_to IS NULL OR valid_to > $2)
               ORDER BY valid_from DESC
               LIMIT 1";
    let id = on!(tx, db => sqlx::query_scalar(sql).bind(variant).bind(on).fetch_optional(db))?;
    match id {
        Some(id) => get(tx, id).await.map(Some),
        None => Ok(None),
    }
}

/// Whether the set that the program brings under this code is there.
pub async fn has_code(tx: &mut Tx, code: &str) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) FROM criteria_set WHERE code = $1";
    let found: i64 = on!(tx, db => sqlx::query_scalar(sql).bind(code).fetch_one(db))?;
    Ok(found > 0)
}

/// Whether there is a set with this id.
pub async fn is_there(tx: &mut Tx, id: CriteriaSetId) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) FROM criteria_set WHERE id = $1";
    let found: i64 = on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))?;
    Ok(found > 0)
}

pub async fn add(tx: &mut Tx, new: &NewSet, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO criteria_set (id, code, name, source, category, valid_from, issued_at,
                                         created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(&new.code)
            .bind(&new.name)
            .bind(&new.source)
            .bind(new.variant)
            .bind(new.valid_from)
            .bind(new.issued_at)
            .bind(at)
    )?;
    add_criteria(tx, new.id, &new.criteria).await
}

/// As many statements as a form has criteria and options: a score or two.
async fn add_criteria(
    tx: &mut Tx,
    set_id: CriteriaSetId,
    criteria: &[NewCriterion],
) -> sqlx::Result<()> {
    for (number, it) in (1_i64..).zip(criteria) {
        let id = CriterionId::new();
        let sql = "INSERT INTO criterion (id, set_id, number, heading, confirmed,
                                          about_meetings)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        change!(
            tx,
            sqlx::query(sql)
                .bind(id)
                .bind(set_id)
                .bind(number)
                .bind(&it.heading)
                .bind(it.confirmed)
                .bind(it.about_meetings)
        )?;
        for (number, it) in (1_i64..).zip(&it.options) {
            let sql = "INSERT INTO criterion_option (id, criterion_id, number, label, confirmed)
                       VALUES ($1, $2, $3, $4, $5)";
            change!(
                tx,
                sqlx::query(sql)
                    .bind(OptionId::new())
                    .bind(id)
                    .bind(number)
                    .bind(&it.label)
                    .bind(it.confirmed)
            )?;
        }
    }
    Ok(())
}

/// Makes whoever else writes on the set wait until this transaction has ended.
pub async fn hold(tx: &mut Tx, id: CriteriaSetId) -> sqlx::Result<()> {
    let sql = "UPDATE criteria_set SET version = version WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

/// Writes a draft anew; no row where it was issued, or changed by somebody else.
pub async fn change(tx: &mut Tx, new: &NewSet, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE criteria_set
               SET name = $2, source = $3, valid_from = $4, version = version + 1
               WHERE id = $1 AND version = $5 AND issued_at IS NULL";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(&new.name)
            .bind(&new.source)
            .bind(new.valid_from)
            .bind(version)
    )?)?;
    let sql = "DELETE FROM criterion_option
               WHERE criterion_id IN (SELECT id FROM criterion WHERE set_id = $1)";
    change!(tx, sqlx::query(sql).bind(new.id))?;
    change!(tx, sqlx::query("DELETE FROM criterion WHERE set_id = $1").bind(new.id))?;
    add_criteria(tx, new.id, &new.criteria).await
}

/// The first day of the latest set of this kind that was issued.
pub async fn latest_from(tx: &mut Tx, variant: Variant) -> sqlx::Result<Option<NaiveDate>> {
    let sql = "SELECT MAX(valid_from) FROM criteria_set
               WHERE category = $1 AND issued_at IS NOT NULL";
    on!(tx, db => sqlx::query_scalar(sql).bind(variant).fetch_one(db))
}

/// Issues a draft: from its first day on it holds, and the one before no more.
pub async fn issue(tx: &mut Tx, set: &CriteriaSet, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE criteria_set SET valid_to = $2, version = version + 1
               WHERE category = $1 AND issued_at IS NOT NULL AND valid_to IS NULL";
    change!(tx, sqlx::query(sql).bind(set.variant).bind(set.valid_from))?;
    let sql = "UPDATE criteria_set SET issued_at = $2, version = version + 1
               WHERE id = $1 AND version = $3 AND issued_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(set.id).bind(at).bind(set.version))?)
}
