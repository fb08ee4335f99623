//! The tables of reorganisations; beside it what forbids applying or undoing one.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{ReorganisationId, UnitId};
use crate::organisation::model::UnitKind;
use crate::organisation::store::Turned;
use crate::reorganisations::flow::Flow;
use crate::reorganisations::model::{NewReorganisation, Reorganisation, Step};

pub use self::dependents::dependents;
pub use self::facts::facts_from;

mod dependents;
mod facts;
pub mod people;
pub mod summaries;

macro_rules! columns {
    () => {
        "id, unit_id, legal_reference, effective_on, status, created_by, created_at,
         applied_by, applied_at, settled_at, undone_by, undone_at, version"
    };
}

/// Drafts a reorganisation; one with this id is a unique violation.
pub async fn add(
    tx: &mut Tx,
    new: &NewReorganisation,
    created_by: &str,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO reorganisation (id, unit_id, legal_reference, effective_on, status,
                                           created_by, created_at)
               VALUES ($1, $2, $3, $4, 'draft', $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(&new.legal_reference)
            .bind(new.effective_on)
            .bind(created_by)
            .bind(at)
    )?;
    Ok(())
}

pub async fn get(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Reorganisation> {
    find(tx, id).await?.ok_or(sqlx::Error::RowNotFound)
}

pub async fn find(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Option<Reorganisation>> {
    let sql = concat!("SELECT ", columns!(), " FROM reorganisation WHERE id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Every reorganisation, the latest day first.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Reorganisation>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM reorganisation ORDER BY effective_on DESC, created_at DESC LIMIT $1"
    );
    on!(tx, db => sqlx::query_as(sql).bind(LISTED).fetch_all(db))
}

/// As many as a list shows.
pub const LISTED: i64 = 200;

/// A reorganisation in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub it: Reorganisation,
    /// What the unit above is called, or was last; none for the whole registry.
    pub unit_name: Option<String>,
    pub steps: i64,
}

/// The reorganisations of the unit and of those below it today, or all where there is none,
/// the latest day first. Of a unit that has ended, what it was below at its end counts.
pub async fn listed(
    tx: &mut Tx,
    unit_id: Option<UnitId>,
    today: NaiveDate,
) -> sqlx::Result<Vec<Listed>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", (SELECT unit_period.name FROM unit_period
            WHERE unit_period.unit_id = reorganisation.unit_id AND unit_period.from_on <= $2
            ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name,
           (SELECT COUNT(*) FROM reorganisation_step
            WHERE reorganisation_step.reorganisation_id = reorganisation.id) AS steps
          FROM reorganisation
          WHERE $1 IS NULL
             OR EXISTS (SELECT 1 FROM unit_ancestor AS above
                        WHERE above.ancestor_id = $1
                          AND above.unit_id = reorganisation.unit_id
                          AND above.from_on <= $2
                          AND (above.to_on IS NULL OR above.to_on > $2
                               OR NOT EXISTS (SELECT 1 FROM unit_ancestor AS own
                                              WHERE own.unit_id = above.unit_id
                                                AND own.depth = 0
                                                AND (own.to_on IS NULL
                                                     OR own.to_on > above.to_on))))
          ORDER BY effective_on DESC, created_at DESC
          LIMIT $3"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).bind(LISTED).fetch_all(db))
}

/// Those applied that touch the unit, the latest day first: "theo Nghị quyết …".
pub async fn list_of_unit(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Vec<Reorganisation>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM reorganisation
          WHERE status = 'applied'
            AND id IN (SELECT reorganisation_id FROM reorganisation_unit WHERE unit_id = $1)
          ORDER BY effective_on DESC, created_at DESC"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).fetch_all(db))
}

/// A period of a unit, and what the unit above was called when it began.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Past {
    pub name: String,
    pub kind: UnitKind,
    pub official_code: Option<String>,
    pub parent_name: Option<String>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// The periods of a unit, the oldest first, and those to come.
pub async fn past_of(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Vec<Past>> {
    let sql = "SELECT its.name, its.kind, its.official_code, above.name AS parent_name,
                      its.from_on, its.to_on
               FROM unit_period AS its
               LEFT JOIN unit_period AS above
                      ON above.unit_id = its.parent_id
                     AND above.from_on <= its.from_on
                     AND (above.to_on IS NULL OR above.to_on > its.from_on)
               WHERE its.unit_id = $1
               ORDER BY its.from_on";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).fetch_all(db))
}

/// Writes the decision and the day of a draft anew; no row at that version, or where it is
/// no draft any more.
pub async fn set_head(
    tx: &mut Tx,
    id: ReorganisationId,
    version: i64,
    legal_reference: &str,
    effective_on: NaiveDate,
) -> sqlx::Result<()> {
    let sql = "UPDATE reorganisation
               SET legal_reference = $3, effective_on = $4, version = version + 1
               WHERE id = $1 AND version = $2 AND status = 'draft'";
    one_row(change!(
        tx,
        sqlx::query(sql).bind(id).bind(version).bind(legal_reference).bind(effective_on)
    )?)
}

/// The steps in order.
pub async fn steps(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Vec<Step>> {
    let sql = "SELECT detail FROM reorganisation_step WHERE reorganisation_id = $1 ORDER BY number";
    let rows: Vec<String> = on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_all(db))?;
    rows.iter().map(|it| serde_json::from_str(it).map_err(unread)).collect()
}

/// Writes the steps of a draft anew; no row at that version, or where it is no draft any
/// more.
pub async fn set_steps(
    tx: &mut Tx,
    id: ReorganisationId,
    version: i64,
    steps: &[Step],
) -> sqlx::Result<()> {
    let sql = "UPDATE reorganisation SET version = version + 1
               WHERE id = $1 AND version = $2 AND status = 'draft'";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(version))?)?;
    let sql = "DELETE FROM reorganisation_step WHERE reorganisation_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    for (number, step) in (1_i64..).zip(steps) {
        let detail = serde_json::to_string(step).map_err(unread)?;
        let sql = "INSERT INTO reorganisation_step (reorganisation_id, number, kind, detail)
                   VALUES ($1, $2, $3, $4)";
        change!(tx, sqlx::query(sql).bind(id).bind(number).bind(step.kind()).bind(detail))?;
    }
    Ok(())
}

/// Takes a draft out; no row at that version, or where it is no draft.
pub async fn remove_draft(tx: &mut Tx, id: ReorganisationId, version: i64) -> sqlx::Result<()> {
    set_steps(tx, id, version, &[]).await?;
    let sql = "DELETE FROM reorganisation WHERE id = $1 AND status = 'draft'";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

fn unread(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

/// Makes whoever else applies or undoes this one wait until this transaction has ended.
pub async fn hold(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<()> {
    let sql = "UPDATE reorganisation SET version = version WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

/// Marks the draft as applied; no row at that version.
pub async fn mark_applied(
    tx: &mut Tx,
    it: &Reorganisation,
    flows: &[Flow],
    by: &str,
    at: Moment,
) -> sqlx::Result<()> {
    let flows = serde_json::to_string(flows).map_err(unread)?;
    let sql = "UPDATE reorganisation
               SET status = 'applied', flows = $3, applied_by = $4, applied_at = $5,
                   version = version + 1
               WHERE id = $1 AND version = $2 AND status = 'draft'";
    one_row(change!(
        tx,
        sqlx::query(sql).bind(it.id).bind(it.version).bind(flows).bind(by).bind(at)
    )?)
}

pub async fn mark_settled(tx: &mut Tx, id: ReorganisationId, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE reorganisation SET settled_at = $2
               WHERE id = $1 AND status = 'applied' AND settled_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(at))?)
}

pub async fn mark_undone(
    tx: &mut Tx,
    it: &Reorganisation,
    by: &str,
    at: Moment,
) -> sqlx::Result<()> {
    let sql = "UPDATE reorganisation
               SET status = 'undone', undone_by = $3, undone_at = $4, version = version + 1
               WHERE id = $1 AND version = $2 AND status = 'applied'";
    one_row(change!(tx, sqlx::query(sql).bind(it.id).bind(it.version).bind(by).bind(at))?)?;
    // There and back, its units are two versions on, and still as those before it left them.
    let sql = "UPDATE reorganisation_unit SET version = version + 2
               WHERE reorganisation_id <> $1
                 AND EXISTS (SELECT 1 FROM reorganisation_unit AS ours
                             WHERE ours.reorganisation_id = $1
                               AND ours.unit_id = reorganisation_unit.unit_id
                               AND ours.outcome IN ('changed', 'ended')
                               AND ours.version - 1 = reorganisation_unit.version)";
    change!(tx, sqlx::query(sql).bind(it.id))?;
    Ok(())
}

/// Where the people of which cell go, as it was worked out when it was applied.
pub async fn flows(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Vec<Flow>> {
    let sql = "SELECT flows FROM reorganisation WHERE id = $1";
    let text: String = on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))?;
    serde_json::from_str(&text).map_err(unread)
}

/// Those applied whose day has come by `today`, and whose people have not moved yet, the
/// earliest first.
pub async fn due(tx: &mut Tx, today: NaiveDate) -> sqlx::Result<Vec<ReorganisationId>> {
    let sql = "SELECT id FROM reorganisation
               WHERE status = 'applied' AND settled_at IS NULL AND effective_on <= $1
               ORDER BY effective_on, applied_at";
    on!(tx, db => sqlx::query_scalar(sql).bind(today).fetch_all(db))
}

/// What became of a unit: opened, changed, ended, or none of these where it only gave or
/// received.
pub async fn add_units(
    tx: &mut Tx,
    id: ReorganisationId,
    units: &[(UnitId, Option<Turned>, i64)],
) -> sqlx::Result<()> {
    for (unit_id, outcome, version) in units {
        let outcome = match outcome {
            Some(Turned::Opened) => "opened",
            Some(Turned::Changed) => "changed",
            Some(Turned::Ended) => "ended",
            None => "named",
        };
        let sql = "INSERT INTO reorganisation_unit (reorganisation_id, unit_id, outcome, version)
                   VALUES ($1, $2, $3, $4)";
        change!(tx, sqlx::query(sql).bind(id).bind(unit_id).bind(outcome).bind(version))?;
    }
    Ok(())
}

/// The units that it opened, changed or ended.
pub async fn turned(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Vec<(UnitId, Turned)>> {
    let sql = "SELECT unit_id, outcome FROM reorganisation_unit
               WHERE reorganisation_id = $1 ORDER BY unit_id";
    let rows: Vec<(UnitId, String)> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let turned = rows.into_iter().filter(|it| it.1 != "named").map(|(unit_id, outcome)| {
        let outcome = match outcome.as_str() {
            "opened" => Turned::Opened,
            "changed" => Turned::Changed,
            "ended" => Turned::Ended,
            _ => return Err(sqlx::Error::Decode(format!("no outcome: {outcome}").into())),
        };
        Ok((unit_id, outcome))
    });
    turned.collect()
}

/// The units that an applied reorganisation of a later day touches, and that day.
pub async fn touched_after(tx: &mut Tx, day: NaiveDate) -> sqlx::Result<Vec<(UnitId, NaiveDate)>> {
    let sql = "SELECT reorganisation_unit.unit_id, MIN(reorganisation.effective_on)
               FROM reorganisation
               JOIN reorganisation_unit
                 ON reorganisation_unit.reorganisation_id = reorganisation.id
               WHERE reorganisation.status = 'applied' AND reorganisation.effective_on > $1
               GROUP BY reorganisation_unit.unit_id";
    on!(tx, db => sqlx::query_as(sql).bind(day).fetch_all(db))
}
