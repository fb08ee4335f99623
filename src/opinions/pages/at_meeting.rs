//! What a meeting says and hears: opinions raised at it, answers read out.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::error::{Error, Result};
use crate::ids::{MeetingId, OpinionId};
use crate::meetings::model::Meeting;
use crate::meetings::pages::enter;
use crate::opinions::model::Opinion;
use crate::opinions::store;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock};

#[derive(Template)]
#[template(path = "opinions/at_meeting.html")]
struct MeetingPage {
    frame: Frame,
    unit: Unit,
    meeting: Meeting,
    may_keep: bool,
    /// Whether it has come as well: nothing was said at it before.
    may_mark: bool,
    today: NaiveDate,
    raised: Vec<Opinion>,
    to_read: Vec<Opinion>,
    read: Vec<Opinion>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let (may_keep, today) = (scope.may(Right::KeepMeetings), clock::today());
    let page = MeetingPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?,
        may_keep,
        may_mark: may_keep && meeting.held_on <= today,
        today,
        raised: store::raised_at(&mut tx, &scope, id).await?,
        to_read: store::to_read(&mut tx, &scope, meeting.held_on).await?,
        read: store::read_at(&mut tx, &scope, id).await?,
        unit,
        meeting,
    };
    Ok(Html(page.render()?))
}

/// Marks the answers called `read` as read out at the meeting, and takes that back of
/// those called `unread`. What is so already is left alone.
pub async fn mark(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    if meeting.held_on > clock::today() {
        return Err(Error::BadRequest("Chưa đến ngày họp: chưa có gì để đọc."));
    }
    let to_read = ids(store::to_read(&mut tx, &scope, meeting.held_on).await?);
    let read = ids(store::read_at(&mut tx, &scope, id).await?);
    // As many as were ticked: those that one meeting hears.
    for (name, value) in &fields {
        let opinion_id: OpinionId = value.parse().map_err(|_| Error::NotFound)?;
        let (is_news, done) = match name.as_str() {
            "read" if to_read.contains(&opinion_id) => {
                (store::mark_read(&mut tx, opinion_id, id).await?, "Đọc trả lời tại")
            }
            "unread" if read.contains(&opinion_id) => {
                (store::mark_unread(&mut tx, opinion_id, id).await?, "Bỏ ghi đã đọc trả lời tại")
            }
            _ if store::find_unit_id(&mut tx, opinion_id).await? == Some(unit.id) => (false, ""),
            _ => return Err(Error::NotFound),
        };
        if is_news {
            let summary = format!("{done} {}", meeting.name());
            let act = Act::new("opinion.read", opinion_id.0, summary).in_unit(unit.id);
            audit::store::append(&mut tx, &viewer.actor(), act).await?;
        }
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/meetings/{id}/opinions#answers")).into_response())
}

fn ids(opinions: Vec<Opinion>) -> HashSet<OpinionId> {
    opinions.into_iter().map(|it| it.id).collect()
}
