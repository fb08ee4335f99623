//! The roll on paper, to be signed.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::OnRoll;
use crate::meetings::store;
use crate::organisation::letterhead::Letterhead;
use crate::vietnamese::day;
use crate::web::Path;

#[derive(Template)]
#[template(path = "meetings/roll_call/print.html")]
struct RollSheet {
    head: Letterhead,
    meeting: Meeting,
    /// The day whose residents these are, if the roll is not taken yet.
    provisional: Option<String>,
    people: Vec<OnRoll>,
    exempt: Vec<OnRoll>,
}

pub async fn roll(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let roll = store::roll_so_far(&mut tx, &scope, &meeting).await?;
    let (people, exempt) = roll.into_iter().partition(|it| it.number.is_some());
    let taken_on = meeting.held_on.min(clock::today());
    let provisional = meeting.frozen_at.is_none().then(|| day::short(taken_on));
    let head = Letterhead::of(&mut tx, &unit, meeting.held_on).await?;
    Ok(Html(RollSheet { head, meeting, provisional, people, exempt }.render()?))
}
