//! The pages.

mod at_meeting;
mod list;
mod show;
mod speaker;
mod step;
mod write;

use crate::access::guard::{self, Scope};
use crate::access::model::Right::{self, KeepMeetings, SeeNames};
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::OpinionId;
use crate::opinions::model::Opinion;
use crate::opinions::store;
use crate::organisation::model::Unit;
use crate::{clock, organisation};

pub fn routes() -> Routes {
    let (see, keep) = (Need::Right(SeeNames), Need::Right(KeepMeetings));
    Routes::new()
        .get("/units/{code}/opinions", see, list::list)
        .get("/units/{code}/opinions/new", keep, write::new)
        .post("/units/{code}/opinions", keep, write::add)
        .get("/opinions/{id}", see, show::show)
        .get("/opinions/{id}/edit", keep, write::edit)
        .post("/opinions/{id}/edit", keep, write::change)
        .get("/opinions/{id}/forward", keep, step::ask_forward)
        .post("/opinions/{id}/forward", keep, step::forward)
        .get("/opinions/{id}/answer", keep, step::ask_answer)
        .post("/opinions/{id}/answer", keep, step::answer)
        .get("/meetings/{id}/opinions", see, at_meeting::show)
        .post("/meetings/{id}/opinions/read", keep, at_meeting::mark)
}

/// Enters the unit in whose book the opinion stands.
async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: OpinionId,
    right: Right,
) -> Result<(Opinion, Unit, Scope)> {
    let unit_id = store::find_unit_id(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, unit_id, right).await?;
    let unit = organisation::store::get(tx, unit_id, clock::today()).await?;
    Ok((store::get(tx, &scope, id).await?, unit, scope))
}
