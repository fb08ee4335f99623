//! The page that says what was saved, and takes the reasons of those who were absent.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::{MeetingId, MemberId};
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::{Dispute, Merged, OnRoll};
use crate::meetings::roll_call::version::{Save, Standing, Version};
use crate::meetings::{absences, store};
use crate::web::{Form, Path};

/// As many characters as a reason may have.
const LONGEST_REASON: usize = 200;

/// Somebody who was absent, and the reason as the page shows it.
struct Absent {
    number: i64,
    person: OnRoll,
    typed: String,
}

#[derive(Template)]
#[template(path = "meetings/roll_call/saved.html")]
struct SavedPage {
    frame: Frame,
    meeting: Meeting,
    /// The newest version; a roll that came from a file has none.
    last: Option<Version>,
    absent: Vec<Absent>,
    disputes: Vec<Dispute>,
}

impl SavedPage {
    fn unexplained(&self) -> usize {
        let unexcused = |it: &&Absent| it.person.status == AttendanceStatus::Unexcused;
        let is_unexplained = |it: &&Absent| it.person.reason.is_empty();
        self.absent.iter().filter(unexcused).filter(is_unexplained).count()
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    if !meeting.is_rolled() {
        return Ok(Redirect::to(&format!("/meetings/{id}/roll-call")).into_response());
    }
    let roll = store::roll(&mut tx, &scope, id).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
    let last = store::versions::last(&mut tx, id).await?;
    let announced = absences::reasons(&mut tx, &scope, id).await?;
    let absent = absent(roll, &announced, &BTreeMap::new());
    let page = SavedPage { frame, meeting, last, absent, disputes: Vec::new() };
    Ok(Html(page.render()?).into_response())
}

/// Those who were absent. A reason that was announced is proposed to those excused.
fn absent(
    roll: Vec<OnRoll>,
    announced: &BTreeMap<MemberId, String>,
    typed: &BTreeMap<i64, String>,
) -> Vec<Absent> {
    let absent = roll.into_iter().filter(OnRoll::is_absent).filter_map(|person| {
        let number = person.number?;
        let is_open = person.status == AttendanceStatus::Excused && person.reason.is_empty();
        let announced = announced.get(&person.member_id).filter(|_| is_open);
        let typed = typed.get(&number).or(announced).unwrap_or(&person.reason).clone();
        Some(Absent { number, person, typed })
    });
    absent.collect()
}

pub async fn save_reasons(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (_, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    store::claim(&mut tx, id).await?;
    let meeting = store::get(&mut tx, id).await?;
    let roll = store::roll(&mut tx, &scope, id).await?;
    let (typed, was) = (numbered(&fields, 'r'), numbered(&fields, 'w'));
    if typed.values().any(|it| it.chars().count() > LONGEST_REASON) {
        return Err(Error::BadRequest("Lý do dài nhất 200 ký tự. Quay lại và viết ngắn hơn."));
    }
    let (mut changes, mut disputes) = (Vec::new(), Vec::new());
    for person in roll.iter().filter(|it| it.is_absent()) {
        let reason = person.number.and_then(|it| Some((typed.get(&it)?, was.get(&it)?)));
        let Some((reason, was)) = reason else { continue };
        match Merged::of(was, &person.reason, reason) {
            Merged::Kept => {}
            Merged::Changed => {
                let after = Standing { status: person.status, reason: reason.clone() };
                changes.extend(person.becoming(after));
            }
            Merged::Disputed => disputes.push(Dispute {
                name: person.numbered_name(),
                stored: person.reason.clone(),
                typed: reason.clone(),
            }),
        }
    }
    if !disputes.is_empty() {
        let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
        let last = store::versions::last(&mut tx, id).await?;
        let announced = absences::reasons(&mut tx, &scope, id).await?;
        // Reasons that the page merely showed give way to what is stored meanwhile.
        let mut typed = typed;
        typed.retain(|number, reason| was.get(number) != Some(reason));
        let absent = absent(roll, &announced, &typed);
        let page = SavedPage { frame, meeting, last, absent, disputes };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    if !changes.is_empty() {
        let save = Save { changes, undoes: None, action: "meeting.reasons" };
        let summary = |saved: &Meeting| format!("Ghi lý do vắng {}", saved.name());
        save.write(&mut tx, &viewer, &meeting, &roll, summary).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/meetings/{id}")).into_response())
}

/// The lines of text called `letter` and a number.
fn numbered(fields: &[(String, String)], letter: char) -> BTreeMap<i64, String> {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fields = fields.iter();
    fields
        .filter_map(|(name, it)| Some((name.strip_prefix(letter)?.parse().ok()?, line(it))))
        .collect()
}
