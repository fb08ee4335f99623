//! The people of cells that are to be split, by name.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{MemberId, UnitId};

/// As many cells as are asked for in one statement.
const AT_ONCE: usize = 400;

/// Somebody who lives in a cell.
#[derive(Clone, Debug, FromRow)]
pub struct Named {
    pub id: MemberId,
    pub full_name: String,
    pub address: String,
    sort_key: Vec<u8>,
}

/// Those who live in these cells on `day`, or move in later, by name. The cells stand at or
/// below the unit of the scope on that day, which sees names.
pub async fn named(
    tx: &mut Tx,
    _: &Scope,
    cells: &[UnitId],
    day: NaiveDate,
) -> sqlx::Result<Vec<Named>> {
    let mut people: Vec<Named> = Vec::new();
    for some in cells.chunks(AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|it| format!("${it}")).collect();
        let sql = format!(
            "SELECT member.id, member.full_name, residence.address, member.sort_key
             FROM residence JOIN member ON member.id = residence.member_id
             WHERE (residence.ended_on IS NULL OR residence.ended_on > $1)
               AND residence.cell_id IN ({})",
            places.join(", ")
        );
        let found: Vec<Named> = on!(tx, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(day);
            for cell in some {
                query = query.bind(cell);
            }
            query.fetch_all(db)
        })?;
        people.extend(found);
    }
    people.sort_by(|a, b| a.sort_key.cmp(&b.sort_key).then_with(|| a.id.cmp(&b.id)));
    Ok(people)
}
