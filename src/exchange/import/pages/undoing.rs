//! Asking before an import is undone, and undoing it.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::Desk;
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::exchange::import::model::{Import, ImportStatus};
use crate::exchange::import::store;
use crate::exchange::import::undo::{self, Step};
use crate::ids::ImportId;
use crate::web::Path;

#[derive(Template)]
#[template(path = "imports/undo.html")]
struct UndoPage {
    frame: Frame,
    import: Import,
    steps: Vec<Step>,
}

impl UndoPage {
    fn removed(&self) -> usize {
        self.steps.iter().filter(|it| matches!(it, Step::Remove(_))).count()
    }

    fn restored(&self) -> usize {
        self.steps.iter().filter(|it| matches!(it, Step::Restore(..))).count()
    }

    /// Who stays, and why.
    fn kept(&self) -> Vec<(&str, &'static str)> {
        let kept = self.steps.iter().filter_map(|it| match it {
            Step::Keep(member, why) => Some((member.full_name.as_str(), *why)),
            Step::Remove(_) | Step::Restore(..) => None,
        });
        kept.collect()
    }
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let Desk { import, frame, .. } = Desk::enter(&mut tx, &viewer, id).await?;
    if import.status != ImportStatus::Applied {
        return Ok(Redirect::to(&format!("/imports/{id}")).into_response());
    }
    let steps = undo::plan(&mut tx, id).await?;
    Ok(Html(UndoPage { frame, import, steps }.render()?).into_response())
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    let desk = Desk::enter(&mut tx, &viewer, id).await?;
    store::hold(&mut tx, id).await?;
    let import = store::get(&mut tx, id).await?;
    if import.status == ImportStatus::Applied {
        let when = (clock::today(), clock::now());
        undo::undo(&mut tx, &viewer.actor(), (&import, &desk.cell), when).await?;
        tx.commit().await?;
    }
    // A second click: it is done.
    Ok(Redirect::to(&format!("/imports/{id}")))
}
