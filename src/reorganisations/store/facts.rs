//! What was written down in units that are to end, on their last day or later.

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;

use crate::db::{Tx, on};
use crate::ids::UnitId;

/// As many units as are asked for in one statement.
const AT_ONCE: usize = 400;

/// How many meetings, contributions, opinions and sheets bear a day from `day` on, unit by
/// unit: `(unit, what, how many)`. Such a fact would belong to a unit that is no more.
pub async fn facts_from(
    tx: &mut Tx,
    units: &[UnitId],
    day: NaiveDate,
) -> sqlx::Result<Vec<(UnitId, String, i64)>> {
    let mut facts = Vec::new();
    for some in units.chunks(AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|it| format!("${it}")).collect();
        let places = places.join(", ");
        let sql = format!(
            "SELECT unit_id, 'cuộc họp' AS what, COUNT(*) FROM meeting
             WHERE held_on >= $1 AND unit_id IN ({places}) GROUP BY unit_id
             UNION ALL
             SELECT unit_id, 'lượt đóng góp', COUNT(*) FROM contribution
             WHERE given_on >= $1 AND unit_id IN ({places}) GROUP BY unit_id
             UNION ALL
             SELECT unit_id, 'ý kiến', COUNT(*) FROM opinion
             WHERE raised_on >= $1 AND unit_id IN ({places}) GROUP BY unit_id
             UNION ALL
             SELECT unit_id, 'phiếu nhận xét', COUNT(*) FROM evaluation_sheet
             WHERE reference_on >= $1 AND unit_id IN ({places}) GROUP BY unit_id"
        );
        let found: Vec<(UnitId, String, i64)> = on!(tx, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(day);
            for unit in some {
                query = query.bind(unit);
            }
            query.fetch_all(db)
        })?;
        facts.extend(found);
    }
    Ok(facts)
}
