//! What is late, each kind one query for a unit and all below it.

use chrono::{Datelike, Months, NaiveDate};

use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::db::{Tx, on};
use crate::error::Result;
use crate::ids::UnitId;
use crate::meetings::model::HalfYear;
use crate::members;
use crate::members::store::letters::Unsettled;
use crate::organisation::model::Unit;
use crate::statistics::chase::{Chase, Keeper, Kind, Letter, Place, Sheets, Town, Unrolled};
use crate::statistics::model::AsOf;
use crate::statistics::summary;
use crate::vietnamese::day;

/// Everything that is late at or below the unit: units as they stood on `on`, meetings of
/// its half-year, sheets at its end; letters and marks as they are `today`. Sheets that are
/// `known` are not counted again.
pub async fn chase(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    on: NaiveDate,
    today: NaiveDate,
    known: Option<Vec<Sheets>>,
) -> Result<Chase> {
    let names = scope.may(Right::SeeNames);
    let half = HalfYear::of(on);
    let places = places(tx, unit.id, on).await?;
    let keepers = keepers(tx, (unit.id, unit.parent_id), on).await?;
    let town = Town::new((unit.id, names), on, &places, keepers);
    let cells = without_meeting(tx, unit.id, on, half.days()).await?;
    let rolls = unrolled(tx, unit.id, on).await?;
    let deadlines = members::pages::letters::deadlines(tx, unit.id, today).await?;
    let letters = members::store::letters::unsettled(tx, (unit, scope), today, deadlines).await?;
    let letters: Vec<Letter> = letters.iter().map(|it| letter(it, &town)).collect();
    let sheets = match known {
        Some(sheets) => sheets,
        None => match summary::of(tx, unit.id, AsOf::of(on)).await? {
            Some(summary) => summary.whole.sheets.late,
            None => sheets(tx, unit.id, on).await?,
        },
    };
    let of = |received: bool| letters.iter().filter(move |it| it.is_received == received);
    let groups = vec![
        town.meetings(&cells),
        town.rolls(&rolls),
        town.letters(Kind::Unassigned, &of(true).collect::<Vec<_>>()),
        town.letters(Kind::Unreceived, &of(false).collect::<Vec<_>>()),
        town.sheets(Kind::Unsigned, &sheets),
        town.sheets(Kind::Unconfirmed, &sheets),
    ];
    Ok(Chase { on, today, half, names, groups })
}

fn letter(it: &Unsettled, town: &Town) -> Letter {
    let number = if it.number.is_empty() { String::new() } else { format!(", số {}", it.number) };
    let since = match (it.received_on, it.issued_on) {
        (Some(on), _) => format!("tiếp nhận {}", day::short(on)),
        (None, Some(on)) => format!("cấp {}", day::short(on)),
        (None, None) => String::new(),
    };
    Letter {
        id: it.id,
        ward_id: town.ward_of(it.ward_id, it.home_id),
        title: if town.names { format!("{}{number}", it.full_name) } else { String::new() },
        since,
        is_received: it.received_on.is_some(),
        is_late: it.late > 0,
    }
}

/// The unit and all below it on `on`.
async fn places(tx: &mut Tx, unit_id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Place>> {
    let sql = "SELECT unit.id, unit.code, unit_period.name, unit_period.kind,
                      unit_period.parent_id
               FROM unit_ancestor
               JOIN unit ON unit.id = unit_ancestor.unit_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).fetch_all(db))
}

/// The secretaries and officers of the unit, of those below it on `on`, and of the one
/// right above it, which confirms what a cell signs.
async fn keepers(
    tx: &mut Tx,
    (unit_id, above): (UnitId, Option<UnitId>),
    on: NaiveDate,
) -> sqlx::Result<Vec<Keeper>> {
    let sql = "SELECT role_grant.unit_id, role_grant.role, account.display_name
               FROM role_grant
               JOIN account ON account.id = role_grant.account_id
                            AND account.disabled_at IS NULL
               WHERE role_grant.revoked_at IS NULL AND role_grant.for_account_id IS NULL
                 AND role_grant.role IN ('cell_secretary', 'ward_officer')
                 AND (role_grant.unit_id = $3
                      OR role_grant.unit_id IN (
                          SELECT unit_ancestor.unit_id FROM unit_ancestor
                          WHERE unit_ancestor.ancestor_id = $1
                            AND unit_ancestor.from_on <= $2
                            AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)))
               ORDER BY account.display_name, role_grant.id";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).bind(above).fetch_all(db))
}

/// The cells at or below the unit that have no periodic meeting from `from` up to, but
/// not on, `to`, held or planned (R8).
pub async fn without_meeting(
    tx: &mut Tx,
    unit_id: UnitId,
    on: NaiveDate,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<UnitId>> {
    let sql = "SELECT unit_ancestor.unit_id
               FROM unit_ancestor
               JOIN unit_period ON unit_period.unit_id = unit_ancestor.unit_id
                                AND unit_period.kind = 'cell'
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND NOT EXISTS (SELECT 1 FROM meeting
                                 WHERE meeting.unit_id = unit_ancestor.unit_id
                                   AND meeting.kind = 'periodic'
                                   AND meeting.held_on >= $3 AND meeting.held_on < $4)";
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(unit_id)
        .bind(on)
        .bind(from)
        .bind(to)
        .fetch_all(db))
}

/// Meetings of the twelve months that end with `on` whose roll was not called to its end.
async fn unrolled(tx: &mut Tx, unit_id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Unrolled>> {
    let from = on.checked_sub_months(Months::new(12)).unwrap_or(on);
    let sql = "SELECT meeting.id, meeting.unit_id, meeting.kind, meeting.held_on,
                      meeting.present + meeting.excused + meeting.unexcused AS marked,
                      meeting.expected - meeting.present - meeting.excused - meeting.unexcused
                          AS unmarked
               FROM unit_ancestor
               JOIN meeting ON meeting.unit_id = unit_ancestor.unit_id
                            AND meeting.held_on > $3 AND meeting.held_on <= $2
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND (meeting.rolled_at IS NULL
                      OR meeting.expected > meeting.present + meeting.excused + meeting.unexcused)
               ORDER BY meeting.held_on, meeting.id";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(on).bind(from).fetch_all(db))
}

/// Annual sheets of the year of `on` and of the two before that wait for a signature.
pub async fn sheets(tx: &mut Tx, unit_id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<Sheets>> {
    let year = i64::from(on.year());
    let after = on.succ_opt().unwrap_or(on);
    // Those that wait still, and those that did on a day that is past: found by an index each.
    // The sum keeps SQLite from reading all sheets of the years instead of the latter.
    let sql = "SELECT step.unit_id, step.year,
                      COUNT(*) FILTER (WHERE step.state <> 'signed') AS unsigned,
                      COUNT(*) FILTER (WHERE step.state = 'signed') AS unconfirmed
               FROM (SELECT evaluation_step.unit_id, evaluation_step.year, evaluation_step.state
                     FROM unit_ancestor
                     JOIN evaluation_step
                       ON evaluation_step.unit_id = unit_ancestor.unit_id
                      AND evaluation_step.to_on IS NULL
                      AND evaluation_step.state IN ('blank', 'draft', 'written', 'returned',
                                                    'signed')
                      AND evaluation_step.year >= $3 AND evaluation_step.year <= $4
                      AND evaluation_step.kind = 'annual'
                      AND evaluation_step.from_on < $5
                     WHERE unit_ancestor.ancestor_id = $1
                       AND unit_ancestor.from_on <= $2
                       AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                     UNION ALL
                     SELECT evaluation_step.unit_id, evaluation_step.year, evaluation_step.state
                     FROM unit_ancestor
                     JOIN evaluation_step
                       ON evaluation_step.unit_id = unit_ancestor.unit_id
                      AND evaluation_step.to_on >= $5
                      AND evaluation_step.state IN ('blank', 'draft', 'written', 'returned',
                                                    'signed')
                      AND evaluation_step.year + 0 BETWEEN $3 AND $4
                      AND evaluation_step.kind = 'annual'
                      AND evaluation_step.from_on < $5
                     WHERE unit_ancestor.ancestor_id = $1
                       AND unit_ancestor.from_on <= $2
                       AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)) AS step
               GROUP BY step.unit_id, step.year
               ORDER BY step.year, step.unit_id";
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(on)
        .bind(year - 2)
        .bind(year)
        .bind(after)
        .fetch_all(db))
}
