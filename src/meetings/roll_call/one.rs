//! The roll, one person a screen, for whom a list of two hundred is too much. Each press sends
//! what the list would send, and is written as the list is.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::Frame;
use crate::error::Result;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::roll_call::model::{OnRoll, Tally};

/// What the address and the form call this view.
pub const VIEW: &str = "one";

#[derive(Template)]
#[template(path = "meetings/roll_call/one.html")]
struct OnePage {
    frame: Frame,
    meeting: Meeting,
    /// The stored marks of the whole roll, as letters.
    was: String,
    tally: Tally,
    person: OnRoll,
    number: i64,
    /// The number of the person before.
    before: Option<i64>,
    /// Why the person said beforehand not to come.
    announced: Option<String>,
}

/// Where the view goes on behind the person with this number.
pub fn behind(id: MeetingId, number: Option<i64>) -> String {
    let after = number.map_or_else(String::new, |it| format!("&after={it}"));
    format!("/meetings/{id}/roll-call?view={VIEW}{after}")
}

/// The place on the roll of the person to be shown: the one with this number; otherwise the
/// first unmarked one behind `after`, then the first unmarked one of all. Nobody where all are
/// marked.
pub fn place(roll: &[OnRoll], number: Option<i64>, after: Option<i64>) -> Option<usize> {
    if let Some(at) = roll.iter().position(|it| number.is_some() && it.number == number) {
        return Some(at);
    }
    let waits = |it: &OnRoll| it.number.is_some() && it.status == AttendanceStatus::Unmarked;
    let behind = |it: &OnRoll| waits(it) && it.number > after;
    roll.iter().position(behind).or_else(|| roll.iter().position(waits))
}

/// The page of the person at `place`; where there is none, what was saved.
pub fn page(
    frame: Frame,
    meeting: Meeting,
    roll: &[OnRoll],
    place: Option<usize>,
    announced: Option<String>,
) -> Result<Response> {
    let person = place.and_then(|at| roll.get(at)).cloned();
    let Some((person, number)) = person.and_then(|it| Some((it.clone(), it.number?))) else {
        let saved = format!("/meetings/{}/roll-call/saved", meeting.id);
        return Ok(Redirect::to(&saved).into_response());
    };
    let called = || roll.iter().filter(|it| it.number.is_some());
    let was = called().map(|it| it.status.letter()).collect();
    let tally = Tally::of(called().map(|it| it.status));
    let before = called().filter_map(|it| it.number).filter(|it| *it < number).max();
    let page = OnePage { frame, meeting, was, tally, person, number, before, announced };
    Ok(Html(page.render()?).into_response())
}
