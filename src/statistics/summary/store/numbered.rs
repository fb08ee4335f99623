//! What units name by short numbers.

use sqlx::FromRow;

use crate::contributions::model::{ContributionKind, WorkKind};
use crate::db::bulk::insert;
use crate::db::tables::Table;
use crate::db::{Tx, change, on};
use crate::ids::WorkplaceId;

/// A workplace, and its short number if it has one.
#[derive(Clone, Debug, FromRow)]
pub struct Named {
    pub id: WorkplaceId,
    pub name: String,
    pub folded: String,
    pub number: Option<i64>,
}

pub async fn workplaces(tx: &mut Tx) -> sqlx::Result<Vec<Named>> {
    let sql = "SELECT workplace.id, workplace.name, workplace.folded, summary_workplace.number
               FROM workplace
               LEFT JOIN summary_workplace ON summary_workplace.workplace_id = workplace.id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// Gives every workplace that has none a number of its own.
pub async fn number_workplaces(tx: &mut Tx) -> sqlx::Result<u64> {
    let sql = "INSERT INTO summary_workplace (workplace_id, number)
               SELECT workplace.id,
                      (SELECT COALESCE(MAX(number), 0) FROM summary_workplace)
                      + ROW_NUMBER() OVER (ORDER BY workplace.id)
               FROM workplace
               WHERE NOT EXISTS (SELECT 1 FROM summary_workplace
                                 WHERE summary_workplace.workplace_id = workplace.id)";
    change!(tx, sqlx::query(sql))
}

/// What is given: its kind, what it is counted in, and for which work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, FromRow)]
pub struct Purpose {
    pub kind: ContributionKind,
    pub measure: String,
    /// Neither kind nor name: for no work in particular.
    pub work_kind: Option<WorkKind>,
    pub work_name: Option<String>,
}

/// A purpose, and its number.
#[derive(FromRow)]
pub struct Known {
    pub number: i64,
    #[sqlx(flatten)]
    pub purpose: Purpose,
}

pub async fn purposes(tx: &mut Tx) -> sqlx::Result<Vec<Known>> {
    let sql = "SELECT number, kind, measure, work_kind, work_name FROM summary_purpose";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// Writes down purposes that were given a number.
pub async fn add_purposes(
    tx: &mut Tx,
    new: impl Iterator<Item = (u32, Purpose)>,
) -> sqlx::Result<()> {
    let columns = [
        ("number", "int8"),
        ("kind", "text"),
        ("measure", "text"),
        ("work_kind", "text"),
        ("work_name", "text"),
    ];
    let rows: Vec<_> = new
        .map(|(number, it)| {
            vec![
                i64::from(number).into(),
                it.kind.as_str().into(),
                it.measure.into(),
                it.work_kind.map(WorkKind::as_str).into(),
                it.work_name.into(),
            ]
        })
        .collect();
    insert(&Table::of("summary_purpose", &columns), tx, &rows).await
}
