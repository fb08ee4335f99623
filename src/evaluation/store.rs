//! The tables of sheets: what reads them. What writes them stands in the files of
//! `store/`, by subject.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::evaluation::model::{Kind, Listed, Progress, Reached, Sheet, State, Step};
use crate::ids::{CriterionId, OptionId, SheetId, UnitId};

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
    /// The day at whose end the states are told.
    pub on: NaiveDate,
    /// Any but those replaced or void, where neither this nor `reached` is named.
    pub state: Option<State>,
    pub reached: Option<Reached>,
    /// The name of a workplace; empty for any.
    pub workplace: String,
    /// An option that is chosen on them.
    pub option_id: Option<OptionId>,
    /// The unit right below through which their cells belonged here on the reference day;
    /// itself for a cell's own.
    pub child_id: Option<UnitId>,
}

impl Filter {
    /// The annual sheets of a year that are in the state at the end of `on`: in any of those
    /// that count, where none is named.
    pub fn annual(year: i64, state: Option<State>, on: NaiveDate) -> Filter {
        let (kind, workplace) = (Kind::Annual, String::new());
        let (reached, option_id, child_id) = (None, None, None);
        Filter { year, kind, on, state, reached, workplace, option_id, child_id }
    }

    /// What it asks for in words; empty where that is all.
    pub fn state_said(&self) -> &'static str {
        self.reached.map_or(self.state.map_or("", State::label), Reached::label)
    }

    /// As the address of a list writes what it asks for.
    pub fn state_word(&self) -> &'static str {
        self.reached.map_or(self.state.map_or("", State::as_str), Reached::as_str)
    }
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
                    consultation.front_people,
                    (SELECT MIN(later.started_on) FROM residence AS later
                     WHERE later.member_id = sheet.member_id
                       AND later.started_on > sheet.reference_on
                       AND later.cell_id <> sheet.unit_id) AS left_on
             FROM evaluation_sheet AS sheet ",
            joined!(),
            "LEFT JOIN front_consultation AS consultation
                    ON consultation.id = sheet.consultation_id ",
            $($rest),+
        )
    };
}

/// Sheets at or below a unit: $1, of the year $2 and the kind $3, each with the step at which
/// it stood before the day $6.
macro_rules! in_unit {
    () => {
        "JOIN evaluation_step AS step ON step.sheet_id = sheet.id AND step.from_on < $6
                                     AND (step.to_on IS NULL OR step.to_on >= $6)
         JOIN unit_ancestor AS held ON held.ancestor_id = $1
                                   AND held.unit_id = sheet.unit_id
                                   AND held.from_on <= sheet.reference_on
                                   AND (held.to_on IS NULL OR held.to_on > sheet.reference_on) "
    };
}

macro_rules! filtered {
    () => {
        concat!(
            " WHERE sheet.year = $2 AND sheet.kind = $3
                AND (step.state = $4
                     OR ($4 = '' AND step.state NOT IN ('replaced', 'void'))
                     OR ($4 IN ('unwritten', 'unsigned') AND step.state IN ('blank', 'draft'))
                     OR ($4 = 'unsigned' AND step.state IN ('written', 'returned'))
                     OR ($4 IN ('from_written', 'from_signed', 'from_confirmed')
                         AND step.state IN ('confirmed', 'sent'))
                     OR ($4 IN ('from_written', 'from_signed') AND step.state = 'signed')
                     OR ($4 = 'from_written' AND step.state = 'written'))
                AND ($7 IS NULL OR EXISTS (SELECT 1 FROM evaluation_choice AS picked
                                           WHERE picked.sheet_id = sheet.id
                                             AND picked.option_id = $7))
                AND ($8 IS NULL OR held.child_id = $8)
                AND ($5 = '' OR ",
            workplace!(),
            " = $5) "
        )
    };
}

/// Binds what [`in_unit!`] and [`filtered!`] ask for, 1 to 8.
macro_rules! bound {
    ($query:expr, $scope:expr, $filter:expr) => {
        $query
            .bind($scope.unit_id())
            .bind($filter.year)
            .bind($filter.kind)
            .bind($filter.state_word())
            .bind(&$filter.workplace)
            .bind($filter.on.succ_opt().unwrap_or($filter.on))
            .bind($filter.option_id)
            .bind($filter.child_id)
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
        "ORDER BY sheet.unit_id, member.sort_key, member.id, sheet.revision LIMIT $9"
    );
    on!(tx, db => bound!(sqlx::query_as(sql), scope, filter)
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
                sheet.revision, sheet.purpose, step.state, sheet.asked, sheet.chosen,
                sheet.consultation_id IS NOT NULL AS is_consulted, step.from_on AS since,
                sheet.sent_on, ",
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
         LIMIT $9 OFFSET $10"
    );
    on!(tx, db => bound!(sqlx::query_as(sql), scope, filter)
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
    on!(tx, db => bound!(sqlx::query_scalar(sql), scope, filter)
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
        "JOIN unit_ancestor AS held ON held.ancestor_id = $1
                                   AND held.unit_id = sheet.unit_id
                                   AND held.from_on <= sheet.reference_on
                                   AND (held.to_on IS NULL OR held.to_on > sheet.reference_on)
         WHERE sheet.year = $2 AND sheet.kind = $3) AS named
         WHERE named.workplace <> '' ORDER BY named.workplace"
    );
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(scope.unit_id())
        .bind(filter.year)
        .bind(filter.kind)
        .fetch_all(db))
}

/// The option that a list is narrowed to: the number of its criterion, and its label.
pub async fn option_said(tx: &mut Tx, id: OptionId) -> sqlx::Result<Option<(i64, String)>> {
    let sql = "SELECT criterion.number, criterion_option.label
               FROM criterion_option
               JOIN criterion ON criterion.id = criterion_option.criterion_id
               WHERE criterion_option.id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
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
    // MATERIALIZED: a PostgreSQL that has counted no rows yet goes through all people by name
    // until it meets one of the cell, and there may be none.
    let sql = "WITH open AS MATERIALIZED (
                   SELECT sheet.id, member.sort_key, member.id AS member_id
                   FROM evaluation_sheet AS sheet
                   JOIN member ON member.id = sheet.member_id
                   WHERE sheet.unit_id = $1 AND sheet.year = $2 AND sheet.kind = 'annual'
                     AND sheet.state IN ('blank', 'draft', 'returned')
               )
               SELECT id FROM open ORDER BY sort_key, member_id LIMIT 1";
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
    on!(tx, db => bound!(sqlx::query_as(sql), scope, filter)
        .fetch_all(db))
}

/// The steps of a sheet and of those it replaces, the latest first.
pub async fn history(tx: &mut Tx, _: &Scope, id: SheetId) -> sqlx::Result<Vec<Step>> {
    // CROSS JOIN keeps SQLite to the order written: from the one sheet, not from every step of
    // all sheets.
    let sql = "WITH RECURSIVE version (id, replaces_id) AS (
                   SELECT id, replaces_id FROM evaluation_sheet WHERE id = $1
                   UNION ALL
                   SELECT before.id, before.replaces_id
                   FROM version JOIN evaluation_sheet AS before ON before.id = version.replaces_id
               )
               SELECT act.kind, step.state, act.account_name, act.note, act.done_at
               FROM version CROSS JOIN evaluation_step AS step
               JOIN evaluation_act AS act ON act.id = step.act_id
               WHERE step.sheet_id = version.id AND step.state <> 'replaced'
               ORDER BY act.done_at DESC, step.number DESC";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}
