//! Works and funds with a goal, and how far they have come.

use sqlx::FromRow;

use crate::contributions::model::{DONG, WorkKind};
use crate::contributions::totals::Progress;
use crate::db::{Tx, on};
use crate::ids::{UnitId, WorkItemId};
use crate::statistics::model::AsOf;

/// A work of the unit or of one below it.
#[derive(Clone, Debug, FromRow)]
pub struct WithGoal {
    pub id: WorkItemId,
    pub kind: WorkKind,
    pub name: String,
    pub unit_name: String,
    /// In đồng, or in hundredths of the measure.
    given: i64,
    goal: i64,
    measure: String,
}

impl WithGoal {
    pub fn progress(&self) -> Progress {
        Progress::new(self.given, self.goal, &self.measure)
    }

    /// How much of the goal is there, in thousandths.
    pub fn share(&self) -> i64 {
        let one = if self.measure == DONG { 1 } else { 100 };
        let share = i128::from(self.given) * 1000 / i128::from(self.goal.max(1) * one);
        i64::try_from(share).unwrap_or(i64::MAX)
    }
}

/// Works that have a goal and were not completed before the year: all that was given up to
/// the day of the count, whenever it was. By name.
pub async fn goals(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Vec<WithGoal>> {
    let (from, to) = as_of.days();
    let sql = "SELECT work_item.id, work_item.kind, work_item.name, work_item.goal,
                      work_item.measure, unit_period.name AS unit_name,
                      CAST(COALESCE(SUM(
                          CASE WHEN work_item.measure = $5
                               THEN contribution.amount_vnd
                               WHEN contribution.kind <> 'money'
                                AND contribution.measure = work_item.measure
                               THEN contribution.quantity_hundredths END), 0) AS BIGINT) AS given
               FROM unit_ancestor AS held
               JOIN unit_period ON unit_period.unit_id = held.unit_id
                               AND unit_period.from_on <= $2
                               AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               JOIN work_item ON work_item.unit_id = held.unit_id AND work_item.goal > 0
                             AND (work_item.started_on IS NULL OR work_item.started_on < $4)
                             AND (work_item.completed_on IS NULL
                                  OR work_item.completed_on >= $3)
               LEFT JOIN contribution ON contribution.work_item_id = work_item.id
                                     AND contribution.given_on < $4
               WHERE held.ancestor_id = $1
                 AND held.from_on <= $2 AND (held.to_on IS NULL OR held.to_on > $2)
               GROUP BY work_item.id, work_item.kind, work_item.name, work_item.goal,
                        work_item.measure, work_item.folded, unit_period.name
               ORDER BY work_item.folded, unit_period.name, work_item.id";
    on!(tx, db => sqlx::query_as(sql)
        .bind(id)
        .bind(as_of.on)
        .bind(from)
        .bind(to)
        .bind(DONG)
        .fetch_all(db))
}
