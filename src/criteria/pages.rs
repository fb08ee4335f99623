//! The pages: everybody reads the sets, the registry's administrator writes new ones.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::criteria::model::{CriteriaSet, Whole};
use crate::criteria::store;
use crate::error::{Error, Result};
use crate::ids::CriteriaSetId;
use crate::web::Path;

mod write;

pub fn routes() -> Routes {
    Routes::new()
        .get("/criteria", Need::SignedIn, list)
        .post("/criteria", Need::SignedIn, write::copy)
        .get("/criteria/{id}", Need::SignedIn, show)
        .get("/criteria/{id}/edit", Need::SignedIn, write::edit)
        .post("/criteria/{id}/edit", Need::SignedIn, write::change)
        .post("/criteria/{id}/issue", Need::SignedIn, write::issue)
}

/// Whether the viewer writes criteria: they hold for the whole registry.
fn may_write(viewer: &Viewer) -> bool {
    viewer.may_everywhere(Right::KeepUnits)
}

/// Criteria are no secret: whoever may not write them is told so.
fn need_writer(viewer: &Viewer) -> Result<()> {
    if may_write(viewer) { Ok(()) } else { Err(Error::Forbidden) }
}

#[derive(Template)]
#[template(path = "criteria/list.html")]
struct ListPage {
    frame: Frame,
    sets: Vec<CriteriaSet>,
    may_write: bool,
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let sets = store::list(&mut tx).await?;
    let frame = Frame::bare(&viewer, Place::Criteria);
    let page = ListPage { frame, sets, may_write: may_write(&viewer) };
    Ok(Html(page.render()?))
}

#[derive(Template)]
#[template(path = "criteria/show.html")]
struct ShowPage {
    frame: Frame,
    whole: Whole,
    /// The id of the draft that a copy of it would be.
    copy_id: CriteriaSetId,
    may_write: bool,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CriteriaSetId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let whole = store::get(&mut tx, id).await?;
    let frame = Frame::bare(&viewer, Place::Criteria);
    let copy_id = CriteriaSetId::new();
    let page = ShowPage { frame, whole, copy_id, may_write: may_write(&viewer) };
    Ok(Html(page.render()?))
}
