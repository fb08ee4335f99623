//! Taking the last version of a roll back, by one more version.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::MeetingId;
use crate::meetings::model::Meeting;
use crate::meetings::pages::enter;
use crate::meetings::roll_call::version::{MarkChange, Save, Version};
use crate::meetings::store;
use crate::web::{Form, Path};

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct UndoForm {
    /// The version to be taken back.
    version: String,
}

/// Somebody saved since: nothing was taken back.
#[derive(Template)]
#[template(path = "meetings/roll_call/undo.html")]
struct StalePage {
    frame: Frame,
    meeting: Meeting,
    asked: i64,
    last: Option<Version>,
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<UndoForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (_, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let asked = form.version.parse().map_err(|_| {
        Error::BadRequest("Biểu mẫu thiếu số bản. Mở lại cuộc họp rồi hoàn tác từ đó.")
    })?;
    store::claim(&mut tx, id).await?;
    let meeting = store::get(&mut tx, id).await?;
    let last = store::versions::last(&mut tx, id).await?;
    let done = Redirect::to(&format!("/meetings/{id}#versions"));
    if last.as_ref().is_some_and(|it| it.undoes == Some(asked)) {
        // The form was sent twice: the first time has done it.
        return Ok(done.into_response());
    }
    if !last.as_ref().is_some_and(|it| it.version == asked && it.is_of_roll(&meeting)) {
        let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
        let page = StalePage { frame, meeting, asked, last };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let roll = store::roll(&mut tx, &scope, id).await?;
    let changes = store::versions::changes(&mut tx, id, asked).await?;
    let changes = changes.into_iter().map(MarkChange::reversed).collect();
    let save = Save { changes, undoes: Some(asked), action: "meeting.undo" };
    let summary =
        |saved: &Meeting| format!("Hoàn tác bản thứ {asked} của điểm danh {}", saved.name());
    save.write(&mut tx, &viewer, &meeting, &roll, summary).await?;
    tx.commit().await?;
    Ok(done.into_response())
}
