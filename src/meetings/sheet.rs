//! Sheets of paper about a meeting: the roll to be signed, and the minutes.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::NaiveDate;

use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Guest, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::OnRoll;
use crate::meetings::store;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::Path;

/// What stands above a document of the Party: who issues it, where and when.
struct Head {
    /// The body above the one that issues it; empty where there is none.
    upper: String,
    body: String,
    place_and_day: String,
}

impl Head {
    /// The head of a document that the unit issues on `on`, under its names of that day.
    async fn of(tx: &mut Tx, unit: &Unit, on: NaiveDate) -> Result<Head> {
        let path = organisation::store::path(tx, unit.id, on).await?;
        let upper = path.iter().rev().nth(1).map(|it| it.party_name().to_uppercase());
        let body = path.last().unwrap_or(unit).party_name().to_uppercase();
        let seat = path.iter().rfind(|it| !it.is_cell());
        let seat = seat.map(|it| it.name.trim_start_matches(it.kind.label()).trim().to_owned());
        let place_and_day = match seat {
            Some(seat) if !seat.is_empty() => format!("{seat}, {}", day::long(on)),
            _ => day::long(on),
        };
        Ok(Head { upper: upper.unwrap_or_default(), body, place_and_day })
    }
}

#[derive(Template)]
#[template(path = "meetings/roll_call/print.html")]
struct RollSheet {
    head: Head,
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
    let head = Head::of(&mut tx, &unit, meeting.held_on).await?;
    Ok(Html(RollSheet { head, meeting, provisional, people, exempt }.render()?))
}

#[derive(Template)]
#[template(path = "meetings/minutes.html")]
struct Minutes {
    head: Head,
    meeting: Meeting,
    unit: Unit,
    excused: Vec<OnRoll>,
    unexcused: Vec<OnRoll>,
    guests: Vec<Guest>,
}

pub async fn minutes(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (meeting, _, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let unit = organisation::store::get(&mut tx, meeting.unit_id, meeting.held_on).await?;
    let roll = store::roll(&mut tx, &scope, id).await?;
    let of = |status| roll.iter().filter(|it| it.status == status).cloned().collect();
    let page = Minutes {
        head: Head::of(&mut tx, &unit, meeting.held_on).await?,
        excused: of(AttendanceStatus::Excused),
        unexcused: of(AttendanceStatus::Unexcused),
        guests: store::guests(&mut tx, &scope, id).await?,
        meeting,
        unit,
    };
    Ok(Html(page.render()?))
}
