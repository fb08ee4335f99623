//! Who the members of category normal are: men and women by age, and where they work.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::{Tx, on};
use crate::ids::{UnitId, WorkplaceId};
use crate::members::age::BANDS;
use crate::members::model::Sex;
use crate::members::store::kept_in;
use crate::statistics::model::People;

/// So many are of this sex and age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfAge {
    pub sex: Option<Sex>,
    /// The place of the band in [`BANDS`], or −1 where no birth is written down.
    pub band: i64,
    pub count: i64,
}

/// So many work there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    /// Neither id nor name: no workplace is known.
    pub id: Option<WorkplaceId>,
    pub name: Option<String>,
    pub count: i64,
}

/// So many are alike in all of this.
#[derive(FromRow)]
struct Alike {
    sex: Option<Sex>,
    band: i64,
    workplace_id: Option<WorkplaceId>,
    name: Option<String>,
    folded: Option<String>,
    count: i64,
}

/// The members of category normal at or below the unit on `on`: men and women by age, and all
/// their workplaces, those of most members first, and last those without any.
///
/// Where somebody works is known as of today alone. Of those who have since moved out of
/// the unit it is not told: neither here nor in the list behind the figure. `kept_on` is
/// today, or the last day of a unit that has ended: who lived there then has not moved out.
pub async fn of(
    tx: &mut Tx,
    id: UnitId,
    on: NaiveDate,
    kept_on: NaiveDate,
) -> sqlx::Result<People> {
    // In one pass: to come to the people takes longer than to count them. Workplaces are named
    // afterwards: there are few of them.
    let sql = concat!(
        "SELECT counted.sex, counted.band, counted.workplace_id, workplace.name,
                workplace.folded, counted.count
         FROM (SELECT sex, band, workplace_id, COUNT(*) AS count
               FROM (SELECT member.sex,
                            CAST(CASE WHEN member.born_on IS NULL THEN -1
                                      WHEN member.born_on <= $4 THEN 0
                                      WHEN member.born_on <= $5 THEN 1
                                      WHEN member.born_on <= $6 THEN 2
                                      WHEN member.born_on <= $7 THEN 3
                                      WHEN member.born_on <= $8 THEN 4
                                      WHEN member.born_on <= $9 THEN 5
                                      WHEN member.born_on <= $10 THEN 6
                                      ELSE 7 END AS BIGINT) AS band,
                            CASE WHEN (residence.ended_on IS NULL
                                       AND unit_ancestor.to_on IS NULL
                                       AND unit_ancestor.from_on <= $3) OR ",
        kept_in!("$1", "$3", "residence.member_id"),
        " THEN member.workplace_id END AS workplace_id
                     FROM unit_ancestor
                     JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                                    AND residence.category = 'normal'
                                    AND residence.started_on <= $2
                                    AND (residence.ended_on IS NULL OR residence.ended_on > $2)
                     JOIN member ON member.id = residence.member_id
                     WHERE unit_ancestor.ancestor_id = $1
                       AND unit_ancestor.from_on <= $2
                       AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)) AS person
               GROUP BY sex, band, workplace_id) AS counted
         LEFT JOIN workplace ON workplace.id = counted.workplace_id"
    );
    let rows: Vec<Alike> = on!(tx, db => sqlx::query_as(sql)
        .bind(id)
        .bind(on)
        .bind(kept_on)
        .bind(BANDS[0].born_until(on))
        .bind(BANDS[1].born_until(on))
        .bind(BANDS[2].born_until(on))
        .bind(BANDS[3].born_until(on))
        .bind(BANDS[4].born_until(on))
        .bind(BANDS[5].born_until(on))
        .bind(BANDS[6].born_until(on))
        .fetch_all(db))?;
    Ok(added_up(rows))
}

fn added_up(rows: Vec<Alike>) -> People {
    let mut ages: BTreeMap<(Option<&str>, i64), OfAge> = BTreeMap::new();
    let mut places: BTreeMap<Option<WorkplaceId>, (Option<String>, AtWork)> = BTreeMap::new();
    for row in rows {
        let Alike { sex, band, workplace_id: id, name, folded, count } = row;
        let age = ages.entry((sex.map(Sex::as_str), band));
        age.or_insert(OfAge { sex, band, count: 0 }).count += count;
        let place = places.entry(id).or_insert((folded, AtWork { id, name, count: 0 }));
        place.1.count += count;
    }
    let mut places: Vec<(Option<String>, AtWork)> = places.into_values().collect();
    places.sort_by(|(one, a), (other, b)| {
        let order = a.id.is_none().cmp(&b.id.is_none()).then(b.count.cmp(&a.count));
        order.then_with(|| one.cmp(other))
    });
    let places = places.into_iter().map(|(_, it)| it).collect();
    People { ages: ages.into_values().collect(), places }
}
