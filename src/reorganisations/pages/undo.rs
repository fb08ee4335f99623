//! Undoing what was applied: what it would undo, or what stands in the way.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use super::Entered;
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::ids::ReorganisationId;
use crate::reorganisations::form::ShownForm;
use crate::reorganisations::model::{Reorganisation, Status};
use crate::reorganisations::store;
use crate::reorganisations::summary::Summary;
use crate::reorganisations::undo::{self as engine, Blockers};
use crate::web::{Form, Path};

#[derive(Template)]
#[template(path = "reorganisations/undo.html")]
struct UndoPage {
    frame: Frame,
    it: Reorganisation,
    summary: Summary,
    names: bool,
    today: NaiveDate,
    blockers: Vec<String>,
}

impl UndoPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn changed(&self) -> usize {
        self.summary.lines.iter().filter(|it| !it.begins && !it.ends).count()
    }

    fn ended(&self) -> usize {
        self.summary.lines.iter().filter(|it| it.ends).count()
    }
}

async fn page(tx: &mut Tx, viewer: &Viewer, entered: Entered) -> Result<UndoPage> {
    let frame = entered.frame(tx, viewer).await?;
    let names = entered.names().is_some();
    let it = entered.it;
    let summary = store::summaries::find(tx, it.id).await?.unwrap_or_default();
    let blockers = store::dependents(tx, &it).await?;
    Ok(UndoPage { frame, summary, names, today: clock::today(), blockers, it })
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if entered.it.status != Status::Applied {
        return Ok(Redirect::to(&entered.it.href()).into_response());
    }
    page(&mut tx, &viewer, entered).await?.answer(StatusCode::OK)
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(form): Form<ShownForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    let there = format!("{}?done=undo", entered.it.href());
    let actor = viewer.actor();
    match engine::undo(&mut tx, &actor, id, form.version(), clock::now()).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&there).into_response())
        }
        Err(Blockers::Dependents(blockers)) => {
            drop(tx);
            let mut tx = app.db.read().await?;
            let entered = Entered::enter(&mut tx, &viewer, id).await?;
            let page = UndoPage { blockers, ..page(&mut tx, &viewer, entered).await? };
            page.answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Blockers::Stale) => {
            Err(Error::Conflict("Lần sắp xếp này vừa thay đổi, chưa hoàn tác. Tải lại trang."))
        }
        Err(Blockers::Database(error)) => Err(raced(error)),
    }
}
