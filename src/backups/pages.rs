//! When the last good backup was made, for those who administer the whole registry.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::chain::Key;
use crate::backups::daily;
use crate::backups::model::{Backup, State as Outcome, file_name};
use crate::backups::store;
use crate::clock::{self, Moment};
use crate::error::{Error, Result};
use crate::ids::BackupId;
use crate::web::Form;

/// How many of the latest stand on the page.
const SHOWN: i64 = 60;
/// How long the page waits for a backup that was asked for; a larger one is told of later.
const WAIT: Duration = Duration::from_secs(20);

pub fn routes() -> Routes {
    Routes::new().get("/administration/backups", Need::SignedIn, list).post(
        "/administration/backups",
        Need::SignedIn,
        add,
    )
}

#[derive(Template)]
#[template(path = "administration/backups.html")]
struct ListPage {
    frame: Frame,
    id: BackupId,
    now: Moment,
    last: Option<Backup>,
    is_stale: bool,
    backups: Vec<Backup>,
    /// None where this program makes none.
    folder: Option<String>,
}

/// Others do not know that there is such a page.
fn enter(viewer: &Viewer) -> Result<()> {
    if viewer.may_everywhere(Right::KeepAccounts) { Ok(()) } else { Err(Error::NotFound) }
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    enter(&viewer)?;
    let mut tx = app.db.read().await?;
    let last = store::last_good(&mut tx).await?;
    let backups = store::list(&mut tx, SHOWN).await?;
    let now = clock::now();
    let is_stale = !last.as_ref().is_some_and(|it| it.is_fresh(now));
    let frame = Frame::bare(&viewer, Place::Nowhere);
    let folder = app.settings.backups.as_ref().map(|it| it.folder.display().to_string());
    let id = BackupId::new();
    Ok(Html(ListPage { frame, id, now, last, is_stale, backups, folder }.render()?))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct NowForm {
    id: String,
}

/// Makes one now. What comes of it stands on the page.
async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<NowForm>,
) -> Result<Response> {
    enter(&viewer)?;
    let Some(backups) = app.settings.backups.clone() else { return Err(Error::NotFound) };
    let id: BackupId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let key = Key::load(&backups.key_file).map_err(|error| Error::Internal(error.into()))?;
    let (actor, now) = (viewer.actor(), clock::now());
    let name = file_name(now);
    let mut tx = app.db.write().await?;
    let is_new = store::add(&mut tx, id, &name, &actor, now).await?;
    tx.commit().await?;
    if is_new {
        // It goes on when whoever asked has gone.
        let work = tokio::spawn(async move {
            let named = (id, name.as_str());
            daily::run(&app.db, &key, &backups.folder, named, &actor).await
        });
        if let Ok(Err(error)) = tokio::time::timeout(WAIT, work).await {
            return Err(Error::Internal(error.into()));
        }
    }
    Ok(Redirect::to("/administration/backups").into_response())
}
