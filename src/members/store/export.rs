//! Everybody whom the filter of a list finds, in the order of the list.

use futures_util::Stream;

use super::asked::six_words;
use super::list::{Filter, RANKED, asked_for, bound, holds, kept_in, listed, present, restricted};
use crate::access::guard::Scope;
use crate::db::rows::next_row;
use crate::db::{Tx, on};
use crate::members::export::Lines;
use crate::members::model::Listed;

macro_rules! found {
    ($scope:expr, $filter:expr) => {
        bound!(
            sqlx::query_as(concat!(
                "SELECT member.full_name, member.born_on, member.born_precision, member.sex,
                    COALESCE(present.position, '') AS position, workplace.name AS workplace,
                    COALESCE(present.workplace_cell, '') AS workplace_cell,
                    CASE WHEN ",
                restricted!("member.id"),
                " THEN '' ELSE residence.address END AS address,
                    CASE WHEN ",
                restricted!("member.id"),
                " THEN '' ELSE residence.household_cluster END AS household_cluster,
                    COALESCE(home.name, '') AS cell_name, above.name AS parent_name,
                    member.admitted_on, member.official_on,
                    introduction_letter.number AS letter_number,
                    introduction_letter.issued_on AS letter_issued_on,
                    CASE WHEN ",
                restricted!("member.id"),
                " THEN NULL ELSE present.phone END AS phone, residence.category, residence.started_on ",
                listed!(
                    "LEFT JOIN introduction_letter ON introduction_letter.id = residence.letter_id
                 LEFT JOIN unit_period AS home
                        ON home.unit_id = residence.cell_id AND home.from_on <= $2
                       AND (home.to_on IS NULL OR home.to_on > $2)
                 LEFT JOIN unit_period AS above
                        ON above.unit_id = home.parent_id AND above.from_on <= $2
                       AND (above.to_on IS NULL OR above.to_on > $2)"
                ),
                " ORDER BY member.sort_key, member.id"
            )),
            $scope,
            $filter
        )
    };
}

/// All of them at once, to be printed.
pub async fn listed(tx: &mut Tx, scope: &Scope, filter: &Filter) -> sqlx::Result<Vec<Listed>> {
    let mut rows: Vec<Listed> = on!(tx, db => found!(scope, filter).fetch_all(db))?;
    for batch in rows.chunks_mut(RANKED) {
        filter.rank(batch, |it| &it.full_name);
    }
    Ok(rows)
}

/// Hands them to `lines`, without ever holding more than are ranked together.
pub async fn each(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    on!(tx, db => forward(found!(scope, filter).fetch(db), filter, lines))
}

async fn forward(
    mut rows: impl Stream<Item = sqlx::Result<Listed>> + Unpin,
    filter: &Filter,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    let mut batch: Vec<Listed> = Vec::with_capacity(RANKED);
    loop {
        let row = next_row(&mut rows).await?;
        let is_last = row.is_none();
        batch.extend(row);
        if is_last || batch.len() == RANKED {
            filter.rank(&mut batch, |it| &it.full_name);
            for row in batch.drain(..) {
                lines.push(&row).await?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}
