//! Asking before an import is undone, and undoing it.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use sqlx::error::DatabaseError;

use super::Desk;
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::passing::Again;
use crate::error::{Error, Result};
use crate::exchange::import::model::{Import, ImportStatus};
use crate::exchange::import::store;
use crate::exchange::import::undo::{self, Step};
use crate::ids::ImportId;
use crate::organisation;
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
    let steps = undo::plan(&mut tx, id, clock::today()).await?;
    Ok(Html(UndoPage { frame, import, steps }.render()?).into_response())
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    let desk = Desk::enter(&mut tx, &viewer, id).await?;
    organisation::store::hold(&mut tx, desk.cell.id).await?;
    let import = store::get(&mut tx, id).await?;
    if import.status == ImportStatus::Applied {
        let when = (clock::today(), clock::now());
        let undone = undo::undo(&mut tx, &viewer.actor(), (&import, &desk.cell), when).await;
        undone.map_err(overtaken)?;
        tx.commit().await?;
    }
    // A second click: it is done.
    Ok(Redirect::to(&format!("/imports/{id}")))
}

/// Somebody wrote of one of the members while the import was being undone: once more, and
/// that one stays.
fn overtaken(error: sqlx::Error) -> Error {
    let is_used = error.as_database_error().is_some_and(DatabaseError::is_foreign_key_violation);
    if is_used || matches!(error, sqlx::Error::RowNotFound) {
        return Error::Passing(Again::Unwritten, error.into());
    }
    error.into()
}
