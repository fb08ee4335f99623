//! Who the members of category normal are: men and women by age, and where they work.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::{Tx, on};
use crate::ids::{UnitId, WorkplaceId};
use crate::members::age::BANDS;
use crate::members::model::Sex;
use crate::members::store::kept_in;
use crate::statistics::model::People;

/// The members of category normal at or below the unit in $1 on the day in $2.
macro_rules! counted {
    () => {
        "FROM unit_ancestor
         JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                        AND residence.category = 'normal'
                        AND residence.started_on <= $2
                        AND (residence.ended_on IS NULL OR residence.ended_on > $2)
         JOIN member ON member.id = residence.member_id
         WHERE unit_ancestor.ancestor_id = $1
           AND unit_ancestor.from_on <= $2
           AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)"
    };
}

/// Men and women by age, and where they work.
pub async fn of(
    tx: &mut Tx,
    id: UnitId,
    on: NaiveDate,
    kept_on: NaiveDate,
) -> sqlx::Result<People> {
    let ages = by_age(tx, id, on).await?;
    Ok(People { ages, places: by_workplace(tx, id, on, kept_on).await? })
}

/// So many are of this sex and age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct OfAge {
    pub sex: Option<Sex>,
    /// The place of the band in [`BANDS`], or −1 where no birth is written down.
    pub band: i64,
    pub count: i64,
}

pub async fn by_age(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<Vec<OfAge>> {
    let sql = concat!(
        "SELECT sex, band, COUNT(*) AS count
               FROM (SELECT member.sex,
                            CAST(CASE WHEN member.born_on IS NULL THEN -1
                                      WHEN member.born_on <= $3 THEN 0
                                      WHEN member.born_on <= $4 THEN 1
                                      WHEN member.born_on <= $5 THEN 2
                                      WHEN member.born_on <= $6 THEN 3
                                      WHEN member.born_on <= $7 THEN 4
                                      WHEN member.born_on <= $8 THEN 5
                                      WHEN member.born_on <= $9 THEN 6
                                      ELSE 7 END AS BIGINT) AS band ",
        counted!(),
        ") AS person GROUP BY sex, band"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(id)
        .bind(on)
        .bind(BANDS[0].born_until(on))
        .bind(BANDS[1].born_until(on))
        .bind(BANDS[2].born_until(on))
        .bind(BANDS[3].born_until(on))
        .bind(BANDS[4].born_until(on))
        .bind(BANDS[5].born_until(on))
        .bind(BANDS[6].born_until(on))
        .fetch_all(db))
}

/// So many work there.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AtWork {
    /// Neither id nor name: no workplace is known.
    pub id: Option<WorkplaceId>,
    pub name: Option<String>,
    pub count: i64,
}

/// All workplaces, those of most members first, and last those without any.
///
/// Where somebody works is known as of today alone. Of those who have since moved out of
/// the unit it is not told: neither here nor in the list behind the figure. `kept_on` is
/// today, or the last day of a unit that has ended: who lived there then has not moved out.
pub async fn by_workplace(
    tx: &mut Tx,
    id: UnitId,
    on: NaiveDate,
    kept_on: NaiveDate,
) -> sqlx::Result<Vec<AtWork>> {
    // Counted by their ids, and named afterwards: there are few of them.
    let sql = concat!(
        "SELECT workplace.id, workplace.name, counted.count
         FROM (SELECT workplace_id, COUNT(*) AS count
               FROM (SELECT CASE WHEN (residence.ended_on IS NULL
                                       AND unit_ancestor.to_on IS NULL
                                       AND unit_ancestor.from_on <= $3) OR ",
        kept_in!("$1", "$3", "residence.member_id"),
        " THEN member.workplace_id END AS workplace_id ",
        counted!(),
        ") AS person GROUP BY workplace_id) AS counted
         LEFT JOIN workplace ON workplace.id = counted.workplace_id
         ORDER BY CASE WHEN workplace.id IS NULL THEN 1 ELSE 0 END, counted.count DESC,
                  workplace.folded"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).bind(kept_on).fetch_all(db))
}
