//! The exceptions of a roll that was called on paper: typed, read back, and saved.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::exceptions::{Exceptions, Unread};
use crate::meetings::roll_call::model::{OnRoll, Tally};
use crate::meetings::roll_call::pages::{SAVED, no_roll};
use crate::meetings::roll_call::version::{MarkChange, Save, Standing, Version};
use crate::meetings::store;
use crate::web::{Form, Path};

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct PaperForm {
    text: String,
    /// The text as it was last read back.
    read: String,
    /// The state of the roll that it was read against.
    base: String,
    action: String,
}

/// What the text says of one person.
struct Echo {
    person: OnRoll,
    after: Standing,
}

#[derive(Template)]
#[template(path = "meetings/roll_call/paper.html")]
struct PaperPage {
    frame: Frame,
    meeting: Meeting,
    form: PaperForm,
    /// The state of the roll as the page shows it.
    base: String,
    tally: Tally,
    /// Whether the text was read, and says something or leaves it at everybody present.
    is_read: bool,
    echoes: Vec<Echo>,
    unread: Vec<Unread>,
    /// The version that somebody else saved since the text was read back.
    newer: Option<Version>,
}

impl PaperPage {
    fn may_save(&self) -> bool {
        self.is_read && self.unread.is_empty()
    }

    /// How many will be marked present because nobody said anything of them.
    fn rest(&self) -> usize {
        let unmarked = usize::try_from(self.tally.unmarked).unwrap_or(0);
        let is_unmarked = |it: &&Echo| it.person.status == AttendanceStatus::Unmarked;
        unmarked - self.echoes.iter().filter(is_unmarked).count()
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
    let roll = store::roll(&mut tx, &scope, id).await?;
    let tally = Tally::of(roll.iter().map(|it| it.status));
    if tally.expected() == 0 {
        return no_roll(frame, meeting);
    }
    let page = PaperPage {
        frame,
        base: String::new(),
        meeting,
        form: PaperForm::default(),
        tally,
        is_read: false,
        echoes: Vec::new(),
        unread: Vec::new(),
        newer: None,
    };
    Ok(Html(page.render()?).into_response())
}

/// Reads the text back, or saves it: only as it was read back, and over the roll that it
/// was read against.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<PaperForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (_, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    store::claim(&mut tx, id).await?;
    let meeting = store::get(&mut tx, id).await?;
    let roll = store::roll(&mut tx, &scope, id).await?;
    let last = store::versions::last(&mut tx, id).await?;
    let tally = Tally::of(roll.iter().map(|it| it.status));
    if tally.expected() == 0 {
        let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
        return no_roll(frame, meeting);
    }
    let read = Exceptions::read(&form.text, tally.expected());
    let (echoes, changes) = apply(&read, &roll);
    let is_final = form.action == "save" && lines(&form.text) == lines(&form.read);
    let base = base(&meeting, last.as_ref());
    if is_final && read.unread.is_empty() {
        if changes.is_empty() {
            return Ok(Redirect::to(&format!("/meetings/{id}/roll-call/saved")).into_response());
        }
        if form.base == base {
            let save = Save { changes, undoes: None, action: SAVED };
            let summary = |saved: &Meeting| {
                let (present, expected) = (saved.present, saved.expected);
                format!("Nhập điểm danh giấy {}: có mặt {present}/{expected}", saved.name())
            };
            save.write(&mut tx, &viewer, &meeting, &roll, summary).await?;
            tx.commit().await?;
            return Ok(Redirect::to(&format!("/meetings/{id}/roll-call/saved")).into_response());
        }
    }
    let newer = last.filter(|_| is_final && form.base != base);
    let status = if !read.unread.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else if newer.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
    let unread = read.unread;
    let page =
        PaperPage { frame, meeting, form, base, tally, is_read: true, echoes, unread, newer };
    Ok((status, Html(page.render()?)).into_response())
}

/// The roll as it was taken and last saved, in a word.
fn base(meeting: &Meeting, last: Option<&Version>) -> String {
    let taken = meeting.frozen_at.map_or(0, |it| it.0);
    format!("{taken}-{}", last.map_or(0, |it| it.version))
}

/// The text with the line ends of no particular browser.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).collect()
}

/// What the text says of whom, and what it changes: those it does not name are present,
/// unless they are marked already.
fn apply(read: &Exceptions, roll: &[OnRoll]) -> (Vec<Echo>, Vec<MarkChange>) {
    let (mut echoes, mut changes) = (Vec::new(), Vec::new());
    let mut exceptions = read.found.iter().peekable();
    for person in roll {
        let Some(number) = person.number else { continue };
        match exceptions.next_if(|it| it.number == number) {
            Some(it) => {
                let change = person.changing(it.status, &it.reason);
                let after =
                    change.as_ref().map_or_else(|| person.standing(), |it| it.after.clone());
                echoes.push(Echo { person: person.clone(), after });
                changes.extend(change);
            }
            None if person.status == AttendanceStatus::Unmarked => {
                changes.extend(person.changing(AttendanceStatus::Present, ""));
            }
            None => {}
        }
    }
    (echoes, changes)
}
