//! The page on which the roll is called.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{MeetingId, MemberId, SendingId};
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::{Dispute, OnRoll, Posted, Tally};
use crate::meetings::roll_call::{one, paper, save, saved, undo};
use crate::meetings::{absences, store};
use crate::organisation::model::Unit;
use crate::web::{Path, Query};

/// What history calls the saving of marks.
pub(super) const SAVED: &str = "meeting.roll_call";

pub fn routes() -> Routes {
    let keep = Need::Right(Right::KeepMeetings);
    Routes::new()
        .get("/meetings/{id}/roll-call", keep, show)
        .post("/meetings/{id}/roll-call", keep, save::save)
        .post("/meetings/{id}/roll-call/start", keep, start)
        .get("/meetings/{id}/roll-call/saved", keep, saved::show)
        .get("/meetings/{id}/roll-call/exceptions", keep, paper::show)
        .post("/meetings/{id}/roll-call/exceptions", keep, paper::save)
        .post("/meetings/{id}/roll-call/undo", keep, undo::undo)
        .post("/meetings/{id}/reasons", keep, saved::save_reasons)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct RollQuery {
    q: String,
    only: String,
    /// Whether the page is to be kept on a telephone: it names those to be marked, no reasons
    /// and nobody else.
    keep: String,
    /// One person a screen: whom, or behind whom.
    view: String,
    number: String,
    after: String,
}

/// A person to be marked.
struct Choice {
    number: i64,
    person: OnRoll,
    /// The mark that the page shows.
    chosen: AttendanceStatus,
    /// Why the person said beforehand not to come.
    announced: Option<String>,
}

#[derive(Template)]
#[template(path = "meetings/roll_call/show.html")]
struct RollPage {
    frame: Frame,
    meeting: Meeting,
    query: RollQuery,
    /// The people on the page, under the letters of their given names.
    groups: Vec<(char, Vec<Choice>)>,
    exempt: Vec<OnRoll>,
    /// The stored marks of the whole roll, as letters.
    was: String,
    /// The marks of the whole roll as the page shows them …
    tally: Tally,
    /// … and those of the people whom a filter hides.
    hidden: Tally,
    disputes: Vec<Dispute>,
    /// When the roll was looked up.
    shown_at: Moment,
    /// What the marks are saved by.
    key: SendingId,
}

impl RollPage {
    fn is_filtered(&self) -> bool {
        self.hidden.expected() > 0
    }

    fn found(&self) -> i64 {
        self.tally.expected() - self.hidden.expected()
    }

    /// The page over a roll; `announced` are the reasons given beforehand, `typed` marks
    /// that were posted and not written.
    fn over(
        frame: Frame,
        meeting: Meeting,
        roll: Vec<OnRoll>,
        query: RollQuery,
        mut announced: BTreeMap<MemberId, String>,
        typed: &BTreeMap<i64, AttendanceStatus>,
    ) -> RollPage {
        let was = roll.iter().filter(|it| it.number.is_some()).map(|it| it.status.letter());
        let was = was.collect();
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        let (mut groups, mut exempt): (Vec<(char, Vec<Choice>)>, Vec<OnRoll>) = Default::default();
        for person in roll {
            let Some(number) = person.number else {
                exempt.push(person);
                continue;
            };
            let chosen = *typed.get(&number).unwrap_or(&person.status);
            let is_wanted = query.only.is_empty() || chosen == AttendanceStatus::Unmarked;
            if !is_wanted || !(query.q.trim().is_empty() || person.matches(&query.q)) {
                hidden.push(chosen);
                continue;
            }
            shown.push(chosen);
            let letter = person.initial();
            let announced = announced.remove(&person.member_id);
            let choice = Choice { number, person, chosen, announced };
            match groups.last_mut().filter(|(last, _)| *last == letter) {
                Some((_, group)) => group.push(choice),
                None => groups.push((letter, vec![choice])),
            }
        }
        let hidden_tally = Tally::of(hidden.iter().copied());
        let tally = Tally::of(shown.into_iter().chain(hidden));
        let disputes = Vec::new();
        RollPage {
            frame: Frame { draws: true, ..frame },
            meeting,
            query,
            groups,
            exempt,
            was,
            tally,
            hidden: hidden_tally,
            disputes,
            shown_at: clock::now(),
            key: SendingId::new(),
        }
    }
}

/// What stands in place of a roll that is not there: its day has not come, nobody has
/// opened it yet, or nobody was expected.
#[derive(Template)]
#[template(path = "meetings/roll_call/start.html")]
struct StartPage {
    frame: Frame,
    meeting: Meeting,
    has_come: bool,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Query(query): Query<RollQuery>,
) -> Result<Response> {
    let shown_at = clock::now();
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
    let mut roll = store::roll(&mut tx, &scope, id).await?;
    if roll.iter().all(|it| it.number.is_none()) {
        return no_roll(frame, meeting);
    }
    let mut announced = absences::reasons(&mut tx, &scope, id).await?;
    if query.view == one::VIEW {
        let place = one::place(&roll, query.number.parse().ok(), query.after.parse().ok());
        let reason = place.and_then(|at| announced.remove(&roll[at].member_id));
        viewer.looks.people(1);
        return one::page(frame, meeting, &roll, place, reason);
    }
    viewer.looks.people(roll.len());
    if !query.keep.is_empty() {
        announced.clear();
        roll.retain(|it| it.number.is_some());
    }
    let page = RollPage::over(frame, meeting, roll, query, announced, &BTreeMap::new());
    let page = RollPage { shown_at, ..page };
    Ok(Html(page.render()?).into_response())
}

/// Says in words why there is no roll to call.
pub(super) fn no_roll(frame: Frame, meeting: Meeting) -> Result<Response> {
    let has_come = meeting.held_on <= clock::today();
    let status = if has_come { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, Html(StartPage { frame, meeting, has_come }.render()?)).into_response())
}

/// Takes the roll of a meeting whose day has come since it was planned; of one that
/// found nobody expected, once more.
async fn start(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (_, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    store::claim(&mut tx, id).await?;
    let meeting = store::get(&mut tx, id).await?;
    let now = clock::now();
    if meeting.held_on > now.day() {
        let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?;
        return no_roll(frame, meeting);
    }
    let done = Redirect::to(&format!("/meetings/{id}/roll-call"));
    let roll = store::roll(&mut tx, &scope, id).await?;
    if meeting.is_rolled() || roll.iter().any(|it| it.number.is_some()) {
        return Ok(done.into_response());
    }
    store::thaw(&mut tx, id).await?;
    store::freeze(&mut tx, id, now).await?;
    let summary = format!("Lấy danh sách điểm danh {}", meeting.name());
    let act = Act::new("meeting.roll", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

/// The page once more, over what is stored now: people were marked differently meanwhile.
pub(super) async fn dispute_page(
    tx: &mut Tx,
    viewer: &Viewer,
    (meeting, unit, scope): (Meeting, Unit, Scope),
    roll: Vec<OnRoll>,
    posted: &Posted,
    disputes: Vec<Dispute>,
) -> Result<Response> {
    let shown_at = clock::now();
    let frame = Frame::of_unit(tx, viewer, &scope, &unit, Place::Meetings).await?;
    let announced = absences::reasons(tx, &scope, meeting.id).await?;
    let query = RollQuery::default();
    let page = RollPage::over(frame, meeting, roll, query, announced, &posted.chosen());
    let page = RollPage { disputes, shown_at, ..page };
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}
