//! The sheets of a unit as its pages tell them: those of a large one from its summaries.

use chrono::NaiveDate;

use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::pages::overview::{self, Detail, OfSheets, Sheets};
use crate::organisation;
use crate::organisation::model::Unit;
use crate::statistics::model::AsOf;
use crate::statistics::summary;
use crate::statistics::tables::{Above, Tables};

/// Counts them as they stood at the end of `on`, for somebody who sees `names` or who does not.
/// Who attended no meeting is not counted of a large unit, nor below one for those who see no
/// names: all attendance of the year would be read for it. What the units above tell is as old as
/// in `tables`.
pub async fn counted(
    tx: &mut Tx,
    (viewer, tables): (Option<&Viewer>, &Tables),
    (unit, names): (&Unit, bool),
    (year, on): (i64, NaiveDate),
) -> Result<Sheets> {
    let mut widest = unit.id;
    if !names {
        let path = organisation::store::path(tx, unit.id, on).await?;
        widest = path.first().map_or(unit.id, |it| it.id);
    }
    let of = (unit, names);
    if !summary::is_large(tx, widest).await? {
        let known = OfSheets::default();
        return overview::counted(tx, viewer, of, (year, on), Detail::Absent, known).await;
    }
    let as_of = AsOf { on, year: i32::try_from(year).unwrap_or_default() };
    let of_unit = summary::of(tx, unit.id, as_of).await?.map(|it| it.whole.sheets.known);
    let revision = viewer.map_or(0, |it| it.revision);
    let over =
        if names { Above::default() } else { tables.above(tx, revision, unit.id, as_of).await? };
    let known = OfSheets { of_unit, of_those_above: over.sheets() };
    overview::counted(tx, viewer, of, (year, on), Detail::Stages, known).await
}
