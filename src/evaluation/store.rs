//! The tables of sheets: what reads them. What writes them stands in the files of
//! `store/`, by subject.

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::evaluation::model::{Kind, Listed, Progress, Sheet, State, Step};
use crate::ids::{CriterionId, MemberId, OptionId, SheetId, UnitId};

pub mod consultations;
pub mod counts;
pub mod evidence;
pub mod opening;
pub mod requests;
pub mod steps;
pub mod verify;
pub mod writing;

/// Which sheets of a unit, and of the units that were below it on their reference day.
#[derive(Clone, Debug)]
pub struct Filter {
    pub year: i64,
    pub kind: Kind,
    /// Any but those replaced or void, where none is named.
    pub state: Option<State>,
    /// The name of a workplace; empty for any.
    pub workplace: String,
}

/// Where somebody works: as it stood at the signature, or as it stands for those who still
/// live there.
macro_rules! workplace {
    () => {
        "CASE WHEN signature.sheet_id IS NOT NULL THEN signature.workplace
              WHEN residence.ended_on IS NULL THEN COALESCE(workplace.name, '')
              ELSE '' END"
    };
}

macro_rules! joined {
    () => {
        "JOIN member ON member.id = sheet.member_id
         LEFT JOIN residence ON residence.member_id = sheet.member_id
                             AND residence.started_on <= sheet.reference_on
                             AND (residence.ended_on IS NULL
                                  OR residence.ended_on > sheet.reference_on)
         LEFT JOIN workplace ON workplace.id = member.workplace_id
         LEFT JOIN evaluation_signature AS signature
                ON signature.sheet_id = sheet.id AND signature.act_id = sheet.signature_id "
    };
}

macro_rules! sheets {
    ($($rest:expr),+) => {
        concat!(
            "SELECT sheet.id, sheet.member_id, sheet.unit_id, sheet.kind, sheet.year,
                    sheet.revision, sheet.replaces_id, sheet.reference_on, sheet.purpose,
                    sheet.set_id, sheet.asked, sheet.chosen, sheet.state, sheet.other_text,
                    sheet.consultation_id, sheet.saved_by, sheet.saved_at, sheet.signed_on,
                    sheet.signed_by, sheet.confirmed_on, sheet.confirmed_by, sheet.sent_on,
                    sheet.sent_how, sheet.version,
                    COALESCE(signature.full_name, member.full_name) AS full_name,
                    CASE WHEN signature.sheet_id IS NULL THEN member.born_on
                         ELSE signature.born_on END AS born_on,
                    CASE WHEN signature.sheet_id IS NULL THEN member.born_precision
                         ELSE signature.born_precision END AS born_precision,
                    COALESCE(signature.address, residence.address, '') AS address,
                    ", workplace!(), " AS workplace,
                    signature.code,
                    consultation.held_on AS consulted_on, consultation.cell_people,
                    consultation.front_people
             FROM evaluation_sheet AS sheet ",
            joined!(),
            "LEFT JOIN front_consultation AS consultation
                    ON consultation.id = sheet.consultation_id ",
            $($rest),+
        )
    };
}

/// Sheets at or below a unit: $1, of the year $2 and the kind $3.
macro_rules! in_unit {
    () => {
        "JOIN unit_ancestor AS held ON held.ancestor_id = $1
                                   AND held.unit_id = sheet.unit_id
                                   AND held.from_on <= sheet.reference_on
                                   AND (held.to_on IS NULL OR held.to_on > sheet.reference_on) "
    };
}

macro_rules! filtered {
    () => {
        concat!(
            " WHERE sheet.year = $2 AND sheet.kind = $3
                AND (($4 = '' AND sheet.state NOT IN ('replaced', 'void')) OR sheet.state = $4)
                AND ($5 = '' OR ",
            workplace!(),
            " = $5) "
        )
    };
}

/// The sheet, for whoever was let into its unit.
pub async fn get(tx: &mut Tx, _: &Scope, id: SheetId) -> sqlx::Result<Sheet> {
    let sql = sheets!("WHERE sheet.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

/// The unit whose officers keep the sheet.
pub async fn unit_of(tx: &mut Tx, id: SheetId) -> sqlx::Result<UnitId> {
    let sql = "SELECT unit_id FROM evaluation_sheet WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}

/// Whole sheets, in the order of their lists, for paper.
pub async fn whole(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
) -> sqlx::Result<Vec<Sheet>> {
    let sql = sheets!(
        in_unit!(),
        filtered!(),
        "ORDER BY sheet.unit_id, member.sort_key, member.id, sheet.revision LIMIT $6"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .bind(filter.state.map_or("", State::as_str))
        .bind(&filter.workplace)
        .bind(limit)
        .fetch_all(db))
}

/// The sheets of the filter by name: by cell first, where there are several.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Listed>> {
    let sql = concat!(
        "SELECT sheet.id, sheet.member_id, member.full_name, sheet.kind, sheet.year,
                sheet.revision, sheet.purpose, sheet.state, sheet.asked, sheet.chosen,
                sheet.consultation_id IS NOT NULL AS is_consulted, sheet.signed_on,
                sheet.confirmed_on, sheet.sent_on, ",
        workplace!(),
        " AS workplace, unit.code AS unit_code, unit_period.name AS unit_name, sheet.version
          FROM evaluation_sheet AS sheet ",
        joined!(),
        in_unit!(),
        "JOIN unit ON unit.id = sheet.unit_id
         JOIN unit_period ON unit_period.unit_id = unit.id
                         AND unit_period.from_on <= sheet.reference_on
                         AND (unit_period.to_on IS NULL
                              OR unit_period.to_on > sheet.reference_on) ",
        filtered!(),
        "ORDER BY unit_period.name, sheet.unit_id, member.sort_key, member.id, sheet.revision
         LIMIT $6 OFFSET $7"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .bind(filter.state.map_or("", State::as_str))
        .bind(&filter.workplace)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// How many sheets the filter finds.
pub async fn count(tx: &mut Tx, scope: &Scope, filter: &Filter) -> sqlx::Result<i64> {
    let sql = concat!(
        "SELECT COUNT(*) FROM evaluation_sheet AS sheet ",
        joined!(),
        in_unit!(),
        filtered!()
    );
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .bind(filter.state.map_or("", State::as_str))
        .bind(&filter.workplace)
        .fetch_one(db))
}

/// The workplaces of those whose sheets the unit has in the year, by name.
pub async fn workplaces(tx: &mut Tx, scope: &Scope, filter: &Filter) -> sqlx::Result<Vec<String>> {
    let sql = concat!(
        "SELECT named.workplace FROM (
             SELECT DISTINCT ",
        workplace!(),
        " AS workplace
             FROM evaluation_sheet AS sheet ",
        joined!(),
        in_unit!(),
        "WHERE sheet.year = $2 AND sheet.kind = $3) AS named
         WHERE named.workplace <> '' ORDER BY named.workplace"
    );
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .fetch_all(db))
}

/// How far the annual sheets of a cell have come.
pub async fn progress(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<Progress> {
    let sql = "SELECT COUNT(*) FILTER (WHERE state = 'blank') AS blank,
                      COUNT(*) FILTER (WHERE state = 'draft') AS draft,
                      COUNT(*) FILTER (WHERE state = 'written') AS written,
                      COUNT(*) FILTER (WHERE state = 'returned') AS returned,
                      COUNT(*) FILTER (WHERE state = 'signed') AS signed,
                      COUNT(*) FILTER (WHERE state = 'confirmed') AS confirmed,
                      COUNT(*) FILTER (WHERE state = 'sent') AS sent
               FROM evaluation_sheet
               WHERE unit_id = $1 AND year = $2 AND kind = 'annual'";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).fetch_one(db))
}

/// Where a member's sheet stands among those of its cell: the place by name, from 1.
pub async fn place(tx: &mut Tx, sheet: &Sheet) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*)
               FROM evaluation_sheet AS other
               JOIN member ON member.id = other.member_id
               JOIN member AS own ON own.id = $3
               WHERE other.unit_id = $1 AND other.year = $2 AND other.kind = 'annual'
                 AND other.state NOT IN ('replaced', 'void')
                 AND (member.sort_key, member.id) <= (own.sort_key, own.id)";
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(sheet.unit_id)
        .bind(sheet.year)
        .bind(sheet.member_id)
        .fetch_one(db))
}

/// The next sheet of the cell to be written: behind this one by name, or else the first.
pub async fn next(tx: &mut Tx, sheet: &Sheet) -> sqlx::Result<Option<SheetId>> {
    let sql = "SELECT other.id
               FROM evaluation_sheet AS other
               JOIN member ON member.id = other.member_id
               JOIN member AS own ON own.id = $3
               WHERE other.unit_id = $1 AND other.year = $2 AND other.kind = 'annual'
                 AND other.state IN ('blank', 'draft', 'returned') AND other.id <> $4
               ORDER BY CASE WHEN (member.sort_key, member.id) > (own.sort_key, own.id)
                             THEN 0 ELSE 1 END,
                        member.sort_key, member.id
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(sheet.unit_id)
        .bind(sheet.year)
        .bind(sheet.member_id)
        .bind(sheet.id)
        .fetch_optional(db))
}

/// The first sheet of the cell that is not written yet, by name.
pub async fn first_open(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<Option<SheetId>> {
    let sql = "SELECT sheet.id
               FROM evaluation_sheet AS sheet
               JOIN member ON member.id = sheet.member_id
               WHERE sheet.unit_id = $1 AND sheet.year = $2 AND sheet.kind = 'annual'
                 AND sheet.state IN ('blank', 'draft', 'returned')
               ORDER BY member.sort_key, member.id
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(year).fetch_optional(db))
}

/// What was chosen on a sheet.
pub async fn choices(
    tx: &mut Tx,
    _: &Scope,
    id: SheetId,
) -> sqlx::Result<Vec<(CriterionId, OptionId)>> {
    let sql = "SELECT criterion_id, option_id FROM evaluation_choice WHERE sheet_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Likewise for all the sheets that [`whole`] finds.
pub async fn choices_of_all(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
) -> sqlx::Result<Vec<(SheetId, CriterionId, OptionId)>> {
    let sql = concat!(
        "SELECT choice.sheet_id, choice.criterion_id, choice.option_id
         FROM evaluation_sheet AS sheet ",
        joined!(),
        in_unit!(),
        "JOIN evaluation_choice AS choice ON choice.sheet_id = sheet.id",
        filtered!()
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .bind(filter.state.map_or("", State::as_str))
        .bind(&filter.workplace)
        .fetch_all(db))
}

/// The steps of a sheet and of those it replaces, the latest first.
pub async fn history(tx: &mut Tx, _: &Scope, id: SheetId) -> sqlx::Result<Vec<Step>> {
    let sql = "WITH RECURSIVE version (id, replaces_id) AS (
                   SELECT id, replaces_id FROM evaluation_sheet WHERE id = $1
                   UNION ALL
                   SELECT before.id, before.replaces_id
                   FROM version JOIN evaluation_sheet AS before ON before.id = version.replaces_id
               )
               SELECT act.kind, step.state, act.account_name, act.note, act.done_at
               FROM version
               JOIN evaluation_step AS step ON step.sheet_id = version.id
               JOIN evaluation_act AS act ON act.id = step.act_id
               WHERE step.state <> 'replaced'
               ORDER BY act.done_at DESC, step.number DESC";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// The sheets of a member, the latest first.
pub async fn of_member(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
) -> sqlx::Result<Vec<(SheetId, UnitId, i64, Kind, String, State)>> {
    let sql = "SELECT id, unit_id, year, kind, purpose, state FROM evaluation_sheet
               WHERE member_id = $1 AND state <> 'replaced'
               ORDER BY year DESC, created_at DESC, id DESC
               LIMIT 100";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).fetch_all(db))
}
