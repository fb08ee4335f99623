//! What a report of a year is made of.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::db::Tx;
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::reports::difference::{Difference, Pair};
use crate::reports::yearly::{MOST_WORKPLACES, Year};
use crate::small::{Shown, told};
use crate::statistics::bridge::{Bridge, Counts};
use crate::statistics::model::{AsOf, People};
use crate::statistics::pages::view;
use crate::statistics::people::{Pyramid, Workplaces};
use crate::statistics::sheets;
use crate::statistics::store as counted;
use crate::statistics::tables::Tables;
use crate::{clock, organisation};

/// The year of the unit, as whoever entered it may see it.
pub async fn year(tx: &mut Tx, (unit, scope): (&Unit, &Scope), as_of: AsOf) -> Result<Year> {
    let names = scope.may(Right::SeeNames);
    let overview = counted::overview(tx, unit.id, as_of).await?;
    let view = view(tx, scope, &overview).await?;
    let bridge = bridge(tx, scope, as_of, view.total.normal).await?;
    let today = clock::today();
    let last_day = organisation::store::ended_by(tx, unit.id, today).await?;
    let kept_on = last_day.unwrap_or(today);
    let (People { ages, places }, by_work) = match overview.whole.clone() {
        Some(whole) => (whole.people, whole.by_work),
        None => (
            counted::people::of(tx, unit.id, as_of.on, kept_on).await?,
            counted::by_work(tx, unit.id, as_of).await?,
        ),
    };
    let year = (i64::from(as_of.year), today);
    let tables = Tables::default();
    let counts = sheets::counted(tx, (None, &tables), (unit, names), year).await?;
    Ok(Year {
        view,
        names,
        bridge,
        ages: Pyramid::new(&ages, names),
        workplaces: Workplaces::new(&places, MOST_WORKPLACES, names && last_day.is_none()),
        by_kind: overview.by_kind.clone(),
        by_work,
        goals: counted::works::goals(tx, unit.id, as_of).await?,
        sheets: counts.total,
        tells_absent: counts.tells_absent,
        criteria: counts.criteria,
        today,
        confirmed: super::of_day(tx, unit.id, as_of.on).await?,
        overview,
    })
}

/// From the last day of the year before. To those who see no names a change of one to four
/// people is not told: the count of that day is hidden then, and so are its reasons.
async fn bridge(tx: &mut Tx, scope: &Scope, as_of: AsOf, end: Shown) -> Result<Bridge> {
    let (id, on) = (scope.unit_id(), as_of.on);
    let from = NaiveDate::from_ymd_opt(as_of.year - 1, 12, 31).unwrap_or(on);
    let start = counted::bridge::headcount(tx, id, from).await?;
    let counts = Counts::of_units(&counted::bridge::counts(tx, id, from, on).await?);
    let counts = counts.get(&id).copied().unwrap_or_default();
    if scope.may(Right::SeeNames) {
        return Ok(Bridge::exact((from, on), start, &counts));
    }
    let before = AsOf { on: from, year: as_of.year - 1 };
    let tables = Tables::default();
    let above = tables.above(tx, 0, id, before).await?.line;
    let start = above.map_or_else(|| told(start), |it| it.normal);
    let start = match Pair::of(start, end, false).difference {
        Difference::Few => Shown::Hidden,
        _ => start,
    };
    let hidden = tables.hidden_flows(tx, 0, id, (from, on)).await?;
    Ok(Bridge::told((from, on), (start, end), &counts, &hidden))
}
