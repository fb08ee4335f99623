//! Lists of works and funds, with what was given to each.

use chrono::NaiveDate;

use crate::contributions::model::{WorkItem, WorkKind};
use crate::contributions::totals::Total;
use crate::db::{Tx, on};
use crate::ids::{UnitId, WorkItemId};

/// What a list of works is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub kind: Option<WorkKind>,
    /// Words of the name, as typed.
    pub q: String,
}

/// A work in a list, with the name of the unit whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub work: WorkItem,
    pub unit_name: String,
}

/// A total, and the work it belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WorkTotal {
    pub work_item_id: WorkItemId,
    #[sqlx(flatten)]
    pub total: Total,
}

/// Which works: those of the unit, and of the units below it today.
macro_rules! within_reach {
    () => {
        "FROM work_item
         WHERE work_item.unit_id IN
               (SELECT unit_id FROM unit_ancestor
                WHERE ancestor_id = $1
                  AND (depth = 0 OR (from_on <= $2 AND (to_on IS NULL OR to_on > $2))))
           AND (CAST($3 AS TEXT) IS NULL OR work_item.kind = $3)
           AND work_item.folded LIKE $4 ESCAPE '\\' AND work_item.folded LIKE $5 ESCAPE '\\'
           AND work_item.folded LIKE $6 ESCAPE '\\' AND work_item.folded LIKE $7 ESCAPE '\\'
           AND work_item.folded LIKE $8 ESCAPE '\\' AND work_item.folded LIKE $9 ESCAPE '\\'"
    };
}

/// Works still open first, the latest begun before the others.
macro_rules! page_of_works {
    () => {
        "ORDER BY CASE WHEN work_item.completed_on IS NULL OR work_item.completed_on > $2
                       THEN 0 ELSE 1 END,
                  work_item.started_on DESC NULLS LAST, work_item.folded, work_item.id
         LIMIT $10 OFFSET $11"
    };
}

/// Binds what `within_reach!` asks for.
macro_rules! bind_reach {
    ($query:expr, $unit_id:expr, $today:expr, $filter:expr) => {{
        let [first, second, third, fourth, fifth, sixth] = super::six_patterns(&$filter.q);
        let query = $query.bind($unit_id).bind($today).bind($filter.kind.map(WorkKind::as_str));
        query.bind(first).bind(second).bind(third).bind(fourth).bind(fifth).bind(sixth)
    }};
}

/// The works at or below the unit, those still open first; at most `limit` of them.
pub async fn list(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Listed>> {
    let sql = concat!(
        "SELECT work_item.id, work_item.unit_id, work_item.kind, work_item.name, work_item.goal,
                work_item.measure, work_item.started_on, work_item.completed_on, work_item.note,
                work_item.version,
                (SELECT unit_period.name FROM unit_period
                 WHERE unit_period.unit_id = work_item.unit_id
                 ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name ",
        within_reach!(),
        page_of_works!()
    );
    on!(tx, db => bind_reach!(sqlx::query_as(sql), unit_id, today, filter)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// What was given to each work of the same page of [`list`].
pub async fn totals(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<WorkTotal>> {
    let sql = concat!(
        "SELECT work_item_id, kind, measure,
                CAST(SUM(amount_vnd) AS BIGINT) AS amount_vnd,
                CAST(SUM(quantity_hundredths) AS BIGINT) AS quantity_hundredths,
                COUNT(DISTINCT member_id) AS people, COUNT(DISTINCT group_name) AS parties,
                COUNT(*) AS entries,
                CAST(SUM(CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT) AS gifts
         FROM contribution
         WHERE work_item_id IN (SELECT work_item.id ",
        within_reach!(),
        page_of_works!(),
        ") GROUP BY work_item_id, kind, measure"
    );
    on!(tx, db => bind_reach!(sqlx::query_as(sql), unit_id, today, filter)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

pub async fn count(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    filter: &Filter,
) -> sqlx::Result<i64> {
    let sql = concat!("SELECT COUNT(*) ", within_reach!());
    on!(tx, db => bind_reach!(sqlx::query_scalar(sql), unit_id, today, filter).fetch_one(db))
}

/// The unit's own works that are not completed on `today`, by name.
pub async fn open(tx: &mut Tx, unit_id: UnitId, today: NaiveDate) -> sqlx::Result<Vec<WorkItem>> {
    let sql = "SELECT id, unit_id, kind, name, goal, measure, started_on, completed_on, note,
                      version
               FROM work_item
               WHERE unit_id = $1 AND (completed_on IS NULL OR completed_on > $2)
               ORDER BY folded, id";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).fetch_all(db))
}
