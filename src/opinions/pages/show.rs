//! One opinion: what was said, and what became of it.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::enter;
use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Entry;
use crate::error::Result;
use crate::ids::OpinionId;
use crate::opinions::model::{Opinion, OpinionStatus};
use crate::organisation::model::Unit;
use crate::web::Path;

const HISTORY: i64 = 20;

#[derive(Template)]
#[template(path = "opinions/show.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    opinion: Opinion,
    history: Vec<Entry>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (opinion, unit, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    if let Some(member_id) = opinion.member_id {
        viewer.looks.at(member_id);
    }
    let page = ShowPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?,
        may_keep: scope.may(Right::KeepMeetings),
        history: audit::store::list_of(&mut tx, id.0, HISTORY).await?,
        unit,
        opinion,
    };
    Ok(Html(page.render()?))
}
