//! The pages of those who reorganise units: drafts, what they would come to, what was done.

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ReorganisationId;
use crate::reorganisations::model::Reorganisation;
use crate::reorganisations::store;
use crate::{clock, organisation};

mod draft;
mod head;
mod list;
mod preview;
mod show;
mod split;
mod step;
mod undo;
mod unit;

pub fn routes() -> Routes {
    let need = Need::Right(Right::Reorganise);
    Routes::new()
        .get("/reorganisations", Need::SignedIn, list::list)
        .get("/reorganisations/new", Need::SignedIn, head::new)
        .post("/reorganisations", Need::SignedIn, head::add)
        .get("/reorganisations/{id}", need, show::show)
        .get("/reorganisations/{id}/edit", need, head::edit)
        .post("/reorganisations/{id}/edit", need, head::change)
        .get("/reorganisations/{id}/steps/new", need, step::new)
        .post("/reorganisations/{id}/steps", need, step::add)
        .post("/reorganisations/{id}/steps/change", need, draft::change_steps)
        .post("/reorganisations/{id}/remove", need, draft::remove)
        .get("/reorganisations/{id}/preview", need, preview::show)
        .post("/reorganisations/{id}/names", need, preview::tell_apart)
        .post("/reorganisations/{id}/apply", need, preview::apply)
        .get("/reorganisations/{id}/undo", need, undo::ask)
        .post("/reorganisations/{id}/undo", need, undo::undo)
        .get("/administration/units/{code}", Need::Right(Right::KeepUnits), unit::show)
        .get("/units/{code}/history", Need::Right(Right::SeeCounts), unit::history)
}

/// The frame of a page that is about no reorganisation: that of the viewer's only unit, if
/// there is one whose counts the viewer sees.
async fn own_frame(tx: &mut Tx, viewer: &Viewer) -> Result<Frame> {
    if let [grant] = viewer.grants.as_slice()
        && let Some(unit_id) = grant.unit_id
        && grant.role.allows(Right::SeeCounts, false, grant.names)
    {
        let scope = guard::enter(tx, viewer, unit_id, Right::SeeCounts).await?;
        let unit = organisation::store::get(tx, unit_id, clock::today()).await?;
        return Frame::of_unit(tx, viewer, &scope, &unit, Place::Units).await;
    }
    Ok(Frame::bare(viewer, Place::Units))
}

/// A reorganisation that the viewer may draft, apply and undo.
struct Entered {
    it: Reorganisation,
    /// None for one of the whole registry.
    scope: Option<Scope>,
}

impl Entered {
    async fn enter(tx: &mut Tx, viewer: &Viewer, id: ReorganisationId) -> Result<Entered> {
        let it = store::get(tx, id).await?;
        let scope = match it.unit_id {
            Some(unit_id) => Some(guard::enter(tx, viewer, unit_id, Right::Reorganise).await?),
            None if viewer.may_everywhere(Right::Reorganise) => None,
            None => return Err(Error::NotFound),
        };
        Ok(Entered { it, scope })
    }

    /// Likewise, in order to write: whoever else writes waits.
    async fn hold(tx: &mut Tx, viewer: &Viewer, id: ReorganisationId) -> Result<Entered> {
        store::hold(tx, id).await?;
        Entered::enter(tx, viewer, id).await
    }

    /// The scope in which the viewer sees names.
    fn names(&self) -> Option<&Scope> {
        self.scope.as_ref().filter(|it| it.may(Right::SeeNames))
    }

    async fn frame(&self, tx: &mut Tx, viewer: &Viewer) -> Result<Frame> {
        match (&self.scope, self.it.unit_id) {
            (Some(scope), Some(unit_id)) if scope.may(Right::SeeCounts) => {
                let unit = organisation::store::get(tx, unit_id, clock::today()).await?;
                Frame::of_unit(tx, viewer, scope, &unit, Place::Units).await
            }
            _ => Ok(Frame::bare(viewer, Place::Units)),
        }
    }
}
