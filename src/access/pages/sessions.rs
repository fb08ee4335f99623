//! Where one's own account is signed in, and how to end that.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Redirect};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::routes::{Need, Routes};
use crate::access::session::{IDLE, LONGEST};
use crate::access::store::{self, SignIn};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::error::{Error, Result};
use crate::ids::SessionId;
use crate::web::{Path, Query};

pub fn routes() -> Routes {
    Routes::new()
        .get("/account/sessions", Need::SignedIn, list)
        .post("/account/sessions/{id}/end", Need::SignedIn, end)
        .post("/account/sessions/end-others", Need::SignedIn, end_others)
}

#[derive(Template)]
#[template(path = "access/sessions.html")]
struct ListPage {
    frame: Frame,
    sessions: Vec<SignIn>,
    own: Option<SessionId>,
    ended: bool,
}

impl ListPage {
    fn is_own(&self, id: SessionId) -> bool {
        self.own == Some(id)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DoneQuery {
    done: String,
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<DoneQuery>,
) -> Result<Html<String>> {
    let now = clock::now();
    let (since, used) = (now.plus_seconds(-LONGEST), now.plus_seconds(-IDLE));
    let mut tx = app.db.read().await?;
    let sessions = store::sign_ins(&mut tx, viewer.account_id, since, used).await?;
    let (frame, own) = (Frame::bare(&viewer, Place::Nowhere), viewer.session_id);
    Ok(Html(ListPage { frame, sessions, own, ended: query.done == "1" }.render()?))
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SessionId>,
) -> Result<Redirect> {
    if viewer.session_id == Some(id) {
        return Err(Error::BadRequest("Đây là máy đang dùng: bấm Đăng xuất ở cuối trang."));
    }
    let mut tx = app.db.write().await?;
    // One that has ended already, or was never one's own, is told nothing about.
    if store::end_session(&mut tx, viewer.account_id, id).await? {
        let done = "Đăng xuất một máy khác".to_owned();
        let act = Act::new("account.session_end", viewer.account_id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/sessions?done=1"))
}

async fn end_others(State(app): State<App>, viewer: Viewer) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    let ended = store::remove_others(&mut tx, viewer.account_id, viewer.token_hash()).await?;
    if ended > 0 {
        let done = format!("Đăng xuất {ended} máy khác");
        let act = Act::new("account.session_end", viewer.account_id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/sessions?done=1"))
}
