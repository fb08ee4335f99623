//! The pages: a unit's figures, and the rows behind them that have no list of their own.

use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::db::Tx;
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::statistics::model::Overview;
use crate::statistics::small::{Sight, View};
use crate::statistics::tables::Tables;
use crate::{clock, organisation};

mod cells;
mod changes;
mod chase;
mod counts;
mod lists;
mod sheets;
mod shown;
mod unit;
mod workplaces;

pub fn routes() -> Routes {
    let counts = Need::Right(Right::SeeCounts);
    Routes::new()
        .get_kept("/units/{code}", counts, unit::show)
        .get_kept("/units/{code}/cells", counts, cells::list)
        .get("/units/{code}/evaluations", counts, sheets::show)
        .get_kept("/units/{code}/chase", counts, chase::show)
        .get_kept("/units/{code}/workplaces", counts, workplaces::list)
        .get_kept("/units/{code}/changes", Need::Right(Right::SeeNames), changes::list)
}

/// The counts as this viewer may see them.
pub async fn view(tx: &mut Tx, scope: &Scope, overview: &Overview) -> Result<View> {
    if scope.may(Right::SeeNames) {
        return Ok(View::new(overview, Sight::Names));
    }
    let above = Tables::default().above(tx, 0, overview.unit.id, overview.as_of).await?;
    Ok(View::new(overview, Sight::Counts(above.line.as_ref())))
}

/// Whether counting takes long: where the unit has many below it; and for those who see no
/// names where the top of the registry has, whose tables this one does not contradict.
pub async fn is_large(tx: &mut Tx, large_unit: i64, unit: &Unit, scope: &Scope) -> Result<bool> {
    let today = clock::today();
    let mut counted = unit.id;
    if !scope.may(Right::SeeNames) {
        let path = organisation::store::path(tx, unit.id, today).await?;
        counted = path.first().map_or(unit.id, |it| it.id);
    }
    let below = organisation::store::count_below(tx, counted, today).await?;
    Ok(below > large_unit)
}
