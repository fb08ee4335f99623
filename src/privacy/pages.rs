//! The pages.

use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::MemberId;
use crate::members::model::Member;
use crate::members::store;
use crate::organisation;
use crate::organisation::model::Unit;

mod data;
mod log;
mod notice;
mod requests;
mod restriction;
mod retention;
mod viewers;

pub fn routes() -> Routes {
    let see = Need::Right(Right::SeeNames);
    let keep = Need::Right(Right::KeepMembers);
    let forget = Need::Right(Right::Anonymise);
    Routes::new()
        .get("/privacy", Need::Anyone, notice::show)
        .get("/members/{id}/data", see, data::ask)
        .post("/members/{id}/data", Need::Right(Right::ExportNames), data::take)
        .get("/members/{id}/viewers", see, viewers::show)
        .get("/units/{code}/access-log", Need::Right(Right::ReadAccessLog), log::show)
        .get("/units/{code}/data-requests", see, requests::list)
        .get("/members/{id}/data-requests", keep, requests::new)
        .post("/members/{id}/data-requests", keep, requests::add)
        .get("/data-requests/{id}", see, requests::show)
        .post("/data-requests/{id}", keep, requests::step)
        .get("/members/{id}/restriction", keep, restriction::form)
        .post("/members/{id}/restriction", keep, restriction::change)
        .get("/units/{code}/retention", forget, retention::show)
        .post("/units/{code}/retention", forget, retention::propose)
        .post("/units/{code}/retention/confirm", forget, retention::confirm)
        .post("/units/{code}/retention/drop", forget, retention::give_up)
}

/// Enters the cell that keeps the member. Somebody whom no cell keeps is unknown.
async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MemberId,
    right: Right,
) -> Result<(Member, Unit, Scope)> {
    let cell_id = store::cell_of(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, cell_id, right).await?;
    viewer.looks.at(id);
    let cell = organisation::store::get(tx, cell_id, clock::today()).await?;
    Ok((store::get(tx, id).await?, cell, scope))
}
