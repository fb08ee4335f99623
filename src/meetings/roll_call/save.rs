//! Saving the marks of a roll: as the form of its page posts them, or as the script of that
//! page does, which asks for JSON and sends the same again until it is told that it is saved.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::ids::{MeetingId, SendingId};
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::{Marked, OnRoll, Posted, Tally};
use crate::meetings::roll_call::one;
use crate::meetings::roll_call::pages::{SAVED, dispute_page, no_roll};
use crate::meetings::roll_call::version::Save;
use crate::meetings::store;
use crate::meetings::store::sendings::Sending;
use crate::organisation::model::Unit;
use crate::web::{self, Form, Path};

/// For so many seconds a key is known: a telephone that was put away with a roll in it is
/// taken out again within two months, or never.
const KNOWN: i64 = 60 * 24 * 3600;
/// Marks that were made so many seconds before they came are said to be so in the history.
const LATE: i64 = 5 * 60;

const MISFIT: &str =
    "Danh sách điểm danh không khớp với sổ. Mở lại trang điểm danh rồi đánh dấu lại.";
const NO_ROLL: &str = "Cuộc họp này không còn danh sách điểm danh.";
const USED_KEY: &str = "Trang này đã lưu một lần với những dấu khác.";

/// The script is told that everything it sent is in the registry.
#[derive(Serialize)]
struct Saved {
    #[serde(rename = "saved_at")]
    at: Moment,
    /// `19:30 ngày 15/11/2024`
    #[serde(rename = "saved")]
    said: String,
    present: i64,
    expected: i64,
    /// What to save with the next time.
    key: SendingId,
}

/// The script is told whom somebody else has marked otherwise; nothing was saved.
#[derive(Serialize)]
struct Disputed {
    at: Moment,
    disputes: Vec<Letters>,
    /// What asks of each person which mark stands.
    html: String,
    key: SendingId,
}

/// Both marks of a person, as letters.
#[derive(Serialize)]
struct Letters {
    number: i64,
    stored: char,
    typed: char,
}

/// A person with both marks.
struct Choice {
    number: i64,
    name: String,
    stored: AttendanceStatus,
    typed: AttendanceStatus,
}

#[derive(Template)]
#[template(path = "meetings/roll_call/choose.html")]
struct Choices {
    disputes: Vec<Choice>,
}

/// The script is told why nothing was saved; with a key, that it may try again under that one.
#[derive(Serialize)]
struct Refused {
    text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<SendingId>,
}

/// A roll as it was sent.
struct Sent {
    by_script: bool,
    /// A form of an earlier release has none, and saves without.
    key: Option<SendingId>,
    hash: Vec<u8>,
    /// When it was saved on the telephone, by its own clock.
    kept_at: Option<Moment>,
    fields: Vec<(String, String)>,
}

impl Sent {
    fn read(headers: &HeaderMap, fields: Vec<(String, String)>) -> Sent {
        let mut hash = Sha256::new();
        for (name, value) in &fields {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
            hash.update((value.len() as u64).to_be_bytes());
            hash.update(value);
        }
        let hash = hash.finalize().to_vec();
        let by_script = web::wants_json(headers);
        let mut sent = Sent { by_script, key: None, hash, kept_at: None, fields };
        sent.key = sent.field("key").and_then(|it| it.parse().ok());
        let milliseconds = sent.field("t").and_then(|it| it.parse::<i64>().ok());
        sent.kept_at = milliseconds.and_then(|it| it.checked_mul(1000)).map(Moment);
        sent
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// Whether another account has marked it: a telephone may pass from hand to hand.
    fn is_anothers(&self, viewer: &Viewer) -> bool {
        self.field("user").is_some_and(|it| it != viewer.account_id.to_string())
    }

    /// Where a browser goes on: to what was saved, or to the next of those called one by one.
    fn leads_to(&self, id: MeetingId) -> String {
        if self.field("view") != Some(one::VIEW) {
            return format!("/meetings/{id}/roll-call/saved");
        }
        let number = |name: &str| name.strip_prefix('m').and_then(|it| it.parse().ok());
        one::behind(id, self.fields.iter().find_map(|(name, _)| number(name)))
    }

    /// Whether this is what was saved then, once more.
    fn is(&self, before: &Sending, viewer: &Viewer, id: MeetingId) -> bool {
        before.meeting_id == id
            && before.account_id == viewer.account_id
            && before.body_hash == self.hash
    }

    /// `, dấu giữ trên máy từ 19:05 ngày 15/11/2024 theo giờ của máy`
    fn late(&self, now: Moment) -> String {
        match self.kept_at {
            Some(kept_at) if now.0.abs_diff(kept_at.0) > LATE.unsigned_abs() * 1_000_000 => {
                format!(", dấu giữ trên máy từ {} theo giờ của máy", kept_at.shown())
            }
            _ => String::new(),
        }
    }
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let sent = Sent::read(&headers, fields);
    if sent.is_anothers(&viewer) {
        return Err(Error::SignedOut);
    }
    let mut tx = app.db.write().await?;
    let (_, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    store::claim(&mut tx, id).await?;
    let meeting = store::get(&mut tx, id).await?;
    let before = match sent.key {
        Some(key) => store::sendings::find(&mut tx, key).await?,
        None => None,
    };
    match &before {
        Some(before) if sent.is(before, &viewer, id) => {
            return Ok(saved(&sent, id, before.saved_at, (before.present, before.expected)));
        }
        // A form that was gone back to and changed is brought together with the roll as ever.
        Some(_) if sent.by_script => return Ok(refused(USED_KEY, Some(SendingId::new()))),
        _ => {}
    }
    let roll = store::roll(&mut tx, &scope, id).await?;
    let tally = Tally::of(roll.iter().map(|it| it.status));
    if tally.expected() == 0 {
        return nobody(&mut tx, &viewer, &sent, meeting, &unit, &scope).await;
    }
    let posted = Posted::read(&sent.fields).filter(|it| it.is_of(&meeting, tally.expected()));
    let Some(posted) = posted else {
        return if sent.by_script {
            Ok(refused(MISFIT, None))
        } else {
            Err(Error::BadRequest(MISFIT))
        };
    };
    let changes = match posted.merge(&roll) {
        Ok(changes) => changes,
        Err(disputes) if sent.by_script => return disputed(&disputes),
        Err(disputes) => {
            let disputes = disputes.into_iter().map(Into::into).collect();
            let entered = (meeting, unit, scope);
            return dispute_page(&mut tx, &viewer, entered, roll, &posted, disputes).await;
        }
    };
    if changes.is_empty() {
        // Dropped, the transaction takes the claim back: nothing was saved.
        return Ok(saved(&sent, id, clock::now(), (tally.present, tally.expected())));
    }
    let written = write(&mut tx, &viewer, &sent, &meeting, &roll, &changes).await?;
    if before.is_none() {
        remember(&mut tx, &viewer, &sent, &written).await?;
    }
    tx.commit().await?;
    let at = written.rolled_at.unwrap_or_else(clock::now);
    Ok(saved(&sent, id, at, (written.present, written.expected)))
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    sent: &Sent,
    meeting: &Meeting,
    roll: &[OnRoll],
    changes: &[Marked<'_>],
) -> Result<Meeting> {
    let changes = changes.iter().filter_map(|(person, to)| person.changing(*to, "")).collect();
    let save = Save { changes, undoes: None, action: SAVED };
    let late = sent.late(clock::now());
    let summary = |saved: &Meeting| {
        format!("Điểm danh {}: có mặt {}/{}{late}", saved.name(), saved.present, saved.expected)
    };
    save.write(tx, viewer, meeting, roll, summary).await
}

/// Remembers what the roll was saved by, and forgets what is long past.
async fn remember(tx: &mut Tx, viewer: &Viewer, sent: &Sent, written: &Meeting) -> Result<()> {
    let Some(id) = sent.key else { return Ok(()) };
    let saved_at = written.rolled_at.unwrap_or_else(clock::now);
    let new = Sending {
        id,
        meeting_id: written.id,
        account_id: viewer.account_id,
        body_hash: sent.hash.clone(),
        saved_at,
        present: written.present,
        expected: written.expected,
    };
    match store::sendings::add(tx, &new).await {
        // Sent at this moment for another meeting: no page of ours does that.
        Err(error) if is_duplicate(&error) => return Err(Error::Conflict(USED_KEY)),
        other => other?,
    }
    store::sendings::forget(tx, saved_at.plus_seconds(-KNOWN)).await?;
    Ok(())
}

/// Answers a roll sent for a meeting on which nobody is expected any more.
async fn nobody(
    tx: &mut Tx,
    viewer: &Viewer,
    sent: &Sent,
    meeting: Meeting,
    unit: &Unit,
    scope: &Scope,
) -> Result<Response> {
    if sent.by_script {
        return Ok(refused(NO_ROLL, None));
    }
    let frame = Frame::of_unit(tx, viewer, scope, unit, Place::Meetings).await?;
    no_roll(frame, meeting)
}

fn saved(sent: &Sent, id: MeetingId, at: Moment, (present, expected): (i64, i64)) -> Response {
    if !sent.by_script {
        return Redirect::to(&sent.leads_to(id)).into_response();
    }
    let key = SendingId::new();
    Json(Saved { at, said: at.shown(), present, expected, key }).into_response()
}

fn disputed(disputes: &[Marked]) -> Result<Response> {
    let choice = |(person, typed): &Marked| {
        let (name, stored) = (person.numbered_name(), person.status);
        Some(Choice { number: person.number?, name, stored, typed: *typed })
    };
    let choices = Choices { disputes: disputes.iter().filter_map(choice).collect() };
    let letters = choices.disputes.iter().map(|it| Letters {
        number: it.number,
        stored: it.stored.letter(),
        typed: it.typed.letter(),
    });
    let (at, key) = (clock::now(), SendingId::new());
    let told = Disputed { at, disputes: letters.collect(), html: choices.render()?, key };
    Ok((StatusCode::CONFLICT, Json(told)).into_response())
}

fn refused(text: &'static str, key: Option<SendingId>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(Refused { text, key })).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent::read(&HeaderMap::new(), fields.iter().map(owned).collect())
    }

    #[test]
    fn what_was_sent_is_told_from_what_looks_alike() {
        let hash = |fields: &[(&str, &str)]| sent(fields).hash;
        assert_eq!(hash(&[("m1", "p")]), hash(&[("m1", "p")]));
        for other in [[("m1", "e")], [("m", "1p")], [("m1p", "")]] {
            assert_ne!(hash(&[("m1", "p")]), hash(&other));
        }
    }

    #[test]
    fn marks_that_came_late_are_said_to_be_old() {
        let now = Moment(1_731_690_000_000_000);
        let late = |t| sent(&[("t", t)]).late(now);
        assert_eq!(late("1731689900000"), "");
        assert_eq!(
            late("1731686400000"),
            ", dấu giữ trên máy từ 23:00 ngày 15/11/2024 theo giờ của máy"
        );
        // A clock that is wrong, or nobody's.
        assert!(late("0").contains("1970"));
        assert_eq!(late("9223372036854775807"), "");
        assert_eq!(late("soon"), "");
    }
}
