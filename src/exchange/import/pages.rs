//! The pages of an import: bring a list, look through it, write it down, undo it.

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::exchange::import::fate::{Judge, Judged};
use crate::exchange::import::model::{Import, ImportRow};
use crate::exchange::import::store;
use crate::ids::ImportId;
use crate::list_file::LARGEST;
use crate::members;
use crate::members::store::Known;
use crate::organisation::model::Unit;
use crate::{clock, organisation};

mod preview;
mod undoing;
mod upload;

pub use self::upload::draft;

/// What stands around the file in its form.
const AROUND: usize = 64 * 1024;

pub fn routes() -> Routes {
    let keep = Need::Right(Right::KeepMembers);
    Routes::new()
        .get("/units/{code}/import", keep, upload::form)
        .post_file("/units/{code}/import", keep, LARGEST + AROUND, upload::take)
        .get("/imports/{id}", keep, preview::show)
        .post("/imports/{id}", keep, preview::change)
        .get("/imports/{id}/failed.xlsx", keep, preview::failed_sheet)
        .get("/imports/{id}/failed.csv", keep, preview::failed_csv)
        .get("/imports/{id}/undo", keep, undoing::ask)
        .post("/imports/{id}/undo", keep, undoing::undo)
}

/// An import into a cell whose members the viewer keeps.
struct Desk {
    import: Import,
    cell: Unit,
    scope: Scope,
    frame: Frame,
}

impl Desk {
    async fn enter(tx: &mut Tx, viewer: &Viewer, id: ImportId) -> Result<Desk> {
        let unit_id = store::find_unit_id(tx, id).await?.ok_or(Error::NotFound)?;
        let scope = guard::enter(tx, viewer, unit_id, Right::KeepMembers).await?;
        let cell = organisation::store::get(tx, unit_id, clock::today()).await?;
        let frame = Frame::of_unit(tx, viewer, &scope, &cell, Place::Members).await?;
        Ok(Desk { import: store::get(tx, id).await?, cell, scope, frame })
    }

    /// The rows of the list, and what is to become of each.
    async fn judge(&self, tx: &mut Tx, viewer: &Viewer) -> Result<(Vec<ImportRow>, Vec<Judged>)> {
        let mut rows = store::rows(tx, self.import.id).await?;
        // What was written has no other fate any more.
        rows.retain(|it| it.outcome.is_none());
        let known = known(tx, viewer, &self.scope).await?;
        let columns = self.import.columns();
        let judge = Judge {
            cell_id: self.cell.id,
            columns: &columns,
            lettering: self.import.lettering,
            started_on: self.import.started_on,
            today: clock::today(),
            known: &known,
        };
        let judged = judge.judge(&rows);
        Ok((rows, judged))
    }
}

/// Everybody whom the viewer keeps, the cell's own people in any case, and nobody else: a
/// look for each role of the account.
async fn known(tx: &mut Tx, viewer: &Viewer, cell: &Scope) -> Result<Vec<Known>> {
    let today = clock::today();
    let mut known = members::store::known(tx, cell, today).await?;
    for grant in &viewer.grants {
        let keeps = grant.role.allows(Right::KeepMembers, false, grant.names);
        let Some(unit_id) = grant.unit_id.filter(|it| keeps && *it != cell.unit_id()) else {
            continue;
        };
        match guard::enter(tx, viewer, unit_id, Right::KeepMembers).await {
            Ok(scope) => known.extend(members::store::known(tx, &scope, today).await?),
            Err(Error::NotFound | Error::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    known.sort_by_key(|it| it.member.id);
    known.dedup_by_key(|it| it.member.id);
    Ok(known)
}
