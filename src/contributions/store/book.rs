//! The book of contributions: its entries and their sums.

use chrono::NaiveDate;
use futures_util::Stream;

use crate::access::guard::Scope;
use crate::contributions::export::Lines;
use crate::contributions::model::{Contribution, ContributionKind, Giver, NewContribution};
use crate::contributions::store::filter::Filter;
use crate::contributions::totals::Total;
use crate::db::rows::next_row;
use crate::db::{Tx, change, on};
use crate::ids::{BatchId, ContributionId, ErasureId, MemberId, UnitId, WorkItemId};
use crate::members::store::restricted;

/// Entries with the names that belong to them.
macro_rules! entries {
    ($($rest:expr),+) => { entries_noting!("contribution.note", $($rest),+) };
}

/// Likewise; `note` is what is told of an entry's note.
macro_rules! entries_noting {
    ($note:expr, $($rest:expr),+) => {
        concat!(
            "SELECT contribution.id, contribution.unit_id, contribution.work_item_id,
                    contribution.member_id, contribution.given_on, contribution.kind,
                    contribution.amount_vnd, contribution.quantity_hundredths,
                    contribution.measure, ", $note, " AS note, contribution.reverses_id,
                    contribution.reason, contribution.created_at,
                    COALESCE(member.full_name, contribution.group_name) AS giver,
                    work_item.name AS work_name,
                    reversal.id AS reversal_id, reversal.created_at AS reversed_at,
                    (SELECT unit_period.name FROM unit_period
                     WHERE unit_period.unit_id = contribution.unit_id
                     ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name
             FROM contribution
             LEFT JOIN member ON member.id = contribution.member_id
             LEFT JOIN work_item ON work_item.id = contribution.work_item_id
             LEFT JOIN contribution AS reversal ON reversal.reverses_id = contribution.id ",
            $($rest),+
        )
    };
}

/// Sums by kind and measure. A giver counts while something of the gifts remains.
macro_rules! sums {
    ($($rest:expr),+) => {
        concat!(
            "SELECT kind, measure,
                    CAST(SUM(amount_vnd) AS BIGINT) AS amount_vnd,
                    CAST(SUM(quantity_hundredths) AS BIGINT) AS quantity_hundredths,
                    COUNT(member_id) FILTER (WHERE amount_vnd + quantity_hundredths > 0) AS people,
                    COUNT(group_name) FILTER (WHERE amount_vnd + quantity_hundredths > 0)
                        AS parties,
                    CAST(SUM(entries) AS BIGINT) AS entries,
                    CAST(SUM(gifts) AS BIGINT) AS gifts
             FROM (SELECT contribution.kind, contribution.measure, contribution.member_id,
                          contribution.group_name,
                          SUM(contribution.amount_vnd) AS amount_vnd,
                          SUM(contribution.quantity_hundredths) AS quantity_hundredths,
                          COUNT(*) AS entries,
                          SUM(CASE WHEN contribution.reverses_id IS NULL
                                   THEN 1 ELSE -1 END) AS gifts
                   FROM contribution ",
            $($rest),+,
            " GROUP BY contribution.kind, contribution.measure, contribution.member_id,
                       contribution.group_name) AS of_giver
             GROUP BY kind, measure"
        )
    };
}

/// The entries of the unit, and those of the units that were below it on their day.
macro_rules! in_the_book {
    () => {
        "WHERE contribution.unit_id IN (SELECT unit_id FROM unit_ancestor
                                        WHERE ancestor_id = $1 AND ($6 IS NULL OR child_id = $6))
           AND EXISTS (SELECT 1 FROM unit_ancestor AS held
                       WHERE held.ancestor_id = $1 AND held.unit_id = contribution.unit_id
                         AND ($6 IS NULL OR held.child_id = $6)
                         AND ((held.depth = 0 AND NOT $7)
                              OR (held.from_on <= contribution.given_on
                                  AND (held.to_on IS NULL
                                       OR held.to_on > contribution.given_on))))
           AND contribution.given_on >= $2 AND contribution.given_on < $3
           AND (CAST($4 AS TEXT) IS NULL OR contribution.kind = $4)
           AND ($5 IS NULL OR contribution.work_item_id = $5)
           AND ($8 = 'any' OR ($8 = 'none' AND contribution.work_item_id IS NULL)
                OR EXISTS (SELECT 1 FROM work_item AS named
                           WHERE named.id = contribution.work_item_id
                             AND named.kind = $9 AND named.name = $10))"
    };
}

/// Binds what `in_the_book!` asks for.
macro_rules! bound {
    ($query:expr, $unit_id:expr, $filter:expr) => {
        $query
            .bind($unit_id)
            .bind($filter.from)
            .bind($filter.to)
            .bind($filter.kind.map(ContributionKind::as_str))
            .bind($filter.work.id())
            .bind($filter.child_id)
            .bind($filter.counted)
            .bind($filter.work.word())
            .bind($filter.work.name().0)
            .bind($filter.work.name().1)
    };
}

macro_rules! newest_first {
    ($limits:literal) => {
        concat!(
            " ORDER BY contribution.given_on DESC, contribution.created_at DESC,
                       contribution.id DESC ",
            $limits
        )
    };
}

/// A page of the unit's book, newest first.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Contribution>> {
    let sql = entries!(in_the_book!(), newest_first!("LIMIT $11 OFFSET $12"));
    on!(tx, db => bound!(sqlx::query_as(sql), scope.unit_id(), filter)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// Hands every entry to `lines`, newest first, without ever holding more than one.
pub async fn each(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    // The note about somebody whose data are restricted stays in the book.
    let sql = entries_noting!(
        concat!(
            "CASE WHEN ",
            restricted!("contribution.member_id"),
            " THEN '' ELSE contribution.note END"
        ),
        in_the_book!(),
        newest_first!("")
    );
    on!(tx, db => forward(
        bound!(sqlx::query_as(sql), scope.unit_id(), filter).fetch(db),
        lines,
    ))
}

async fn forward(
    mut rows: impl Stream<Item = sqlx::Result<Contribution>> + Unpin,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    while let Some(row) = next_row(&mut rows).await? {
        lines.push(&row).await?;
    }
    Ok(())
}

/// The sums of everything that the filter finds.
pub async fn sums(tx: &mut Tx, unit_id: UnitId, filter: &Filter) -> sqlx::Result<Vec<Total>> {
    let sql = sums!(in_the_book!());
    on!(tx, db => bound!(sqlx::query_as(sql), unit_id, filter).fetch_all(db))
}

/// The day of the oldest entry at or below the unit.
pub async fn first_day(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Option<NaiveDate>> {
    // The first of each unit, which an index finds, and not every entry of all.
    let sql = "SELECT MIN((SELECT MIN(contribution.given_on) FROM contribution
                           WHERE contribution.unit_id = unit_ancestor.unit_id))
               FROM unit_ancestor WHERE ancestor_id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).fetch_one(db))
}

/// A page of the entries for one work given before `to`, newest first.
pub async fn of_work(
    tx: &mut Tx,
    scope: &Scope,
    (work_item_id, to): (WorkItemId, NaiveDate),
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Contribution>> {
    let sql = entries!(
        "WHERE contribution.work_item_id = $1 AND work_item.unit_id = $2
           AND contribution.given_on < $3",
        newest_first!("LIMIT $4 OFFSET $5")
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(work_item_id)
        .bind(scope.unit_id())
        .bind(to)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// The sums of what was given for one work before `to`.
pub async fn sums_of_work(
    tx: &mut Tx,
    (work_item_id, to): (WorkItemId, NaiveDate),
) -> sqlx::Result<Vec<Total>> {
    let sql = sums!("WHERE contribution.work_item_id = $1 AND contribution.given_on < $2");
    on!(tx, db => sqlx::query_as(sql).bind(work_item_id).bind(to).fetch_all(db))
}

/// The members whose money the work had before `to`, by name and not by amount.
pub async fn thanked(
    tx: &mut Tx,
    scope: &Scope,
    (work_item_id, to): (WorkItemId, NaiveDate),
) -> sqlx::Result<Vec<String>> {
    let sql = "SELECT member.full_name
               FROM (SELECT contribution.member_id
                     FROM contribution
                     JOIN work_item ON work_item.id = contribution.work_item_id
                     WHERE contribution.work_item_id = $1 AND work_item.unit_id = $2
                       AND contribution.kind = 'money' AND contribution.member_id IS NOT NULL
                       AND contribution.given_on < $3
                     GROUP BY contribution.member_id
                     HAVING SUM(contribution.amount_vnd) > 0) AS giver
               JOIN member ON member.id = giver.member_id
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(work_item_id)
        .bind(scope.unit_id())
        .bind(to)
        .fetch_all(db))
}

/// The unit in whose book the entry stands, if there is one.
pub async fn find_unit_id(tx: &mut Tx, id: ContributionId) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT unit_id FROM contribution WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

pub async fn get(tx: &mut Tx, scope: &Scope, id: ContributionId) -> sqlx::Result<Contribution> {
    let sql = entries!("WHERE contribution.id = $1 AND contribution.unit_id = $2");
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(scope.unit_id()).fetch_one(db))
}

/// Entries in force that say the same as `new`: giver, work, kind, amount and day.
pub async fn like(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewContribution,
) -> sqlx::Result<Vec<Contribution>> {
    let sql = entries!(
        "WHERE contribution.unit_id = $1 AND contribution.given_on = $2
           AND contribution.kind = $3 AND contribution.amount_vnd = $4
           AND contribution.quantity_hundredths = $5
           AND contribution.reverses_id IS NULL AND reversal.id IS NULL
           AND (contribution.member_id = $6 OR contribution.group_name = $7)",
        newest_first!("LIMIT 20")
    );
    let (member_id, group_name): (Option<MemberId>, Option<&str>) = match &new.giver {
        Giver::Member(id) => (Some(*id), None),
        Giver::Group(name) => (None, Some(name)),
    };
    let mut found: Vec<Contribution> = on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(new.given_on)
        .bind(new.kind)
        .bind(new.amount_vnd)
        .bind(new.quantity_hundredths)
        .bind(member_id)
        .bind(group_name)
        .fetch_all(db))?;
    found.retain(|it| it.work_item_id == new.work_item_id);
    Ok(found)
}

/// The unit in whose book the entries of a batch stand, if there is such a batch.
pub async fn find_batch_unit(tx: &mut Tx, id: BatchId) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT unit_id FROM contribution WHERE batch_id = $1 LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

/// What was written down together.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Batch {
    pub work_item_id: WorkItemId,
    pub given_on: NaiveDate,
    pub entries: i64,
    /// In đồng, as it was written down.
    pub amount_vnd: i64,
    /// How many of the entries were cancelled since.
    pub cancelled: i64,
}

pub async fn batch(tx: &mut Tx, id: BatchId) -> sqlx::Result<Batch> {
    let sql = "SELECT contribution.work_item_id, contribution.given_on, COUNT(*) AS entries,
                      CAST(SUM(contribution.amount_vnd) AS BIGINT) AS amount_vnd,
                      COUNT(reversal.id) AS cancelled
               FROM contribution
               LEFT JOIN contribution AS reversal ON reversal.reverses_id = contribution.id
               WHERE contribution.batch_id = $1
               GROUP BY contribution.work_item_id, contribution.given_on";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

/// Who gave which amount of money for the work on that day, by entries in force.
pub async fn given_for(
    tx: &mut Tx,
    scope: &Scope,
    work_item_id: WorkItemId,
    given_on: NaiveDate,
) -> sqlx::Result<Vec<(MemberId, i64)>> {
    let sql = "SELECT contribution.member_id, contribution.amount_vnd
               FROM contribution
               WHERE contribution.work_item_id = $1 AND contribution.given_on = $2
                 AND contribution.unit_id = $3 AND contribution.kind = 'money'
                 AND contribution.member_id IS NOT NULL AND contribution.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM contribution AS reversal
                                 WHERE reversal.reverses_id = contribution.id)";
    on!(tx, db => sqlx::query_as(sql)
        .bind(work_item_id)
        .bind(given_on)
        .bind(scope.unit_id())
        .fetch_all(db))
}

/// What one member or group gave for a work, of one kind, less what was cancelled.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GiverSum {
    pub member_id: Option<MemberId>,
    pub giver: String,
    pub kind: ContributionKind,
    pub measure: String,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
}

impl GiverSum {
    pub fn what(&self) -> String {
        self.kind.shown(self.amount_vnd, self.quantity_hundredths, &self.measure)
    }
}

/// Everybody who gave for the work, members by name, then groups; of each, kind by kind.
pub async fn givers_of_work(
    tx: &mut Tx,
    scope: &Scope,
    work_item_id: WorkItemId,
) -> sqlx::Result<Vec<GiverSum>> {
    let sql = "SELECT given.member_id, COALESCE(member.full_name, given.group_name) AS giver,
                      given.kind, given.measure, given.amount_vnd, given.quantity_hundredths
               FROM (SELECT contribution.member_id, contribution.group_name, contribution.kind,
                            contribution.measure,
                            CAST(SUM(contribution.amount_vnd) AS BIGINT) AS amount_vnd,
                            CAST(SUM(contribution.quantity_hundredths) AS BIGINT)
                                AS quantity_hundredths
                     FROM contribution
                     JOIN work_item ON work_item.id = contribution.work_item_id
                     WHERE contribution.work_item_id = $1 AND work_item.unit_id = $2
                     GROUP BY contribution.member_id, contribution.group_name,
                              contribution.kind, contribution.measure) AS given
               LEFT JOIN member ON member.id = given.member_id
               WHERE given.amount_vnd + given.quantity_hundredths > 0
               ORDER BY CASE WHEN given.member_id IS NULL THEN 1 ELSE 0 END, member.sort_key,
                        given.member_id, given.group_name, given.kind, given.measure";
    on!(tx, db => sqlx::query_as(sql).bind(work_item_id).bind(scope.unit_id()).fetch_all(db))
}

/// Takes the notes off the gifts of the people whom the erasure names.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    // A reversal must have a reason.
    let sql = "UPDATE contribution
               SET note = '',
                   reason = CASE WHEN reverses_id IS NULL THEN '' ELSE 'Đã ẩn danh' END
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
