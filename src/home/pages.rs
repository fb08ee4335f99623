//! Where one lands after signing in, and the tasks of a cell.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::access::deputies::Deputy;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::{Grant, Right, Role};
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::home::model::{DataRequests, Month, Next, People, Progress, strip};
use crate::home::store;
use crate::ids::UnitId;
use crate::meetings::model::{HalfYear, Listed};
use crate::organisation::model::Unit;
use crate::statistics::pages::is_large;
use crate::statistics::recent::Recent;
use crate::vietnamese::day;
use crate::web::{Path, Query};
use crate::{clock, evaluation, meetings, opinions, organisation};

mod above;
mod help;
mod simple;
mod start;

/// More meetings than a cell holds in half a year.
const MOST_MEETINGS: i64 = 100;

/// Where an administrator lands; before, while the registry begins.
const UNITS: &str = "/administration/units";
const START: &str = "/administration/start";

pub fn routes() -> Routes {
    Routes::new()
        .get("/", Need::SignedIn, land)
        .get("/administration/start", Need::SignedIn, start::show)
        .get("/help", Need::Anyone, help::show)
        .get("/help/paper", Need::Anyone, help::paper)
        .get_kept("/units/{code}/tasks", Need::Right(Right::SeeCounts), tasks)
        .get("/units/{code}/roll-call", Need::Right(Right::KeepMeetings), simple::roll_call)
}

#[derive(Template)]
#[template(path = "home/choose.html")]
struct ChoosePage {
    frame: Frame,
    places: Vec<Landing>,
}

/// Where a grant leads to.
struct Landing {
    role: Role,
    /// `Làm hộ …`, of a role that is lent.
    lent: Option<String>,
    unit: String,
    href: String,
    /// The last day of a unit that has ended: its book is read, its work is done elsewhere.
    ended_on: Option<NaiveDate>,
}

async fn land(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let mut places = landings(&mut tx, &viewer, clock::today()).await?;
    places.sort_by_key(|it| it.ended_on.is_some());
    if viewer.may_everywhere(Right::KeepUnits) && !store::beginnings(&mut tx).await?.are_over() {
        for it in places.iter_mut().filter(|it| it.href == UNITS) {
            START.clone_into(&mut it.href);
        }
    }
    let standing = places.iter().filter(|it| it.ended_on.is_none()).count();
    if let [first, ..] = places.as_slice()
        && (standing == 1 || places.len() == 1)
    {
        return Ok(Redirect::to(&first.href).into_response());
    }
    let frame = Frame::bare(&viewer, Place::Home);
    Ok(Html(ChoosePage { frame, places }.render()?).into_response())
}

async fn landings(tx: &mut Tx, viewer: &Viewer, today: NaiveDate) -> Result<Vec<Landing>> {
    let mut places = Vec::new();
    // As many look-ups as the account has roles: one or two, and one for each unit that has
    // ended.
    for grant in &viewer.grants {
        let unit = match grant.unit_id {
            Some(id) => Some(organisation::store::get(tx, id, today).await?),
            None => None,
        };
        let deputy = viewer.deputies.iter().find(|it| it.grant_id == grant.id);
        places.push(Landing { lent: deputy.map(Deputy::said), ..landing(grant, unit, today) });
    }
    Ok(places)
}

fn landing(grant: &Grant, unit: Option<Unit>, today: NaiveDate) -> Landing {
    let code = unit.as_ref().map_or("", |it| it.code.as_str());
    let ended = unit.as_ref().and_then(|it| it.to_on).filter(|to_on| *to_on <= today);
    let ended_on = ended.and_then(|it| it.pred_opt());
    let is_cell = unit.as_ref().is_some_and(Unit::is_cell);
    let href = match (grant.role, ended_on) {
        (Role::Administrator, _) => UNITS.to_owned(),
        // A cell that has ended holds no more meetings; a ward may have left work undone.
        (_, Some(last)) if is_cell => format!("/units/{code}?on={}", day::iso(last)),
        _ => format!("/units/{code}/tasks"),
    };
    let unit = unit.map_or("Cả sổ".to_owned(), |it| it.name);
    Landing { role: grant.role, lent: None, href, unit, ended_on }
}

/// The books of units that have ended, in which the viewer has a role.
async fn old_books(tx: &mut Tx, viewer: &Viewer, today: NaiveDate) -> Result<Vec<Landing>> {
    let mut places = landings(tx, viewer, today).await?;
    places.retain(|it| it.ended_on.is_some());
    Ok(places)
}

#[derive(Template)]
#[template(path = "home/tasks.html")]
struct TasksPage {
    frame: Frame,
    unit: Unit,
    half: HalfYear,
    today: NaiveDate,
    days_left: i64,
    months: Vec<Month>,
    people: People,
    unanswered: i64,
    /// The latest year of comments, and how far its sheets have come.
    evaluation: Option<(i64, evaluation::model::Progress)>,
    requests: DataRequests,
    next: Next,
    /// The meetings of the half-year, newest first.
    meetings: Vec<(Progress, Listed)>,
    old_books: Vec<Landing>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TasksQuery {
    view: String,
}

/// The meetings of the half-year, newest first.
async fn half_year(tx: &mut Tx, id: UnitId, half: HalfYear) -> sqlx::Result<Vec<Listed>> {
    let held = meetings::store::book::Filter::of_days(half.days());
    meetings::store::book::list(tx, id, held, (MOST_MEETINGS, 0)).await
}

async fn tasks(
    State(app): State<App>,
    Extension(recent): Extension<Recent>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<TasksQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    if !unit.is_cell() {
        let large = is_large(&mut tx, app.settings.large_unit, &unit, &scope).await?;
        let counted_at = large.then(clock::now);
        if large {
            tx = app.db.read_whole().await?;
        }
        return above::tasks(tx, &viewer, (unit, scope), (counted_at, recent)).await;
    }
    // The duties of a cell are its secretary's; who looks in from above reads the counts.
    if !scope.may(Right::KeepMeetings) {
        return Ok(Redirect::to(&format!("/units/{code}")).into_response());
    }
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Home).await?;
    if frame.simple && query.view == simple::OTHERS {
        return simple::others(frame, unit);
    }
    let today = clock::today();
    let half = HalfYear::of(today);
    let (_, to) = half.days();
    let listed = half_year(&mut tx, unit.id, half).await?;
    let next = Next::of(&listed, today);
    let unanswered = opinions::store::counts_of_unit(&mut tx, unit.id).await?.unanswered();
    let evaluation = evaluation(&mut tx, unit.id).await?;
    if frame.simple {
        let sheets = evaluation.map(|(year, it)| (year, it.all() - it.is_written()));
        return simple::page(frame, unit, &next, &simple::Waiting { sheets, unanswered });
    }
    let page = TasksPage {
        frame,
        half,
        today,
        days_left: (to - today).num_days() - 1,
        months: strip(half, today),
        people: store::people(&mut tx, unit.id, today).await?,
        unanswered,
        evaluation,
        requests: store::data_requests(&mut tx, unit.id, today).await?,
        next,
        meetings: listed.into_iter().map(|it| (Progress::of(&it, today), it)).collect(),
        old_books: old_books(&mut tx, &viewer, today).await?,
        unit,
    };
    Ok(Html(page.render()?).into_response())
}

/// How far the latest year's comments have come, where any were opened.
async fn evaluation(
    tx: &mut Tx,
    unit_id: UnitId,
) -> Result<Option<(i64, evaluation::model::Progress)>> {
    let Some(year) = evaluation::store::counts::last_year(tx, unit_id).await? else {
        return Ok(None);
    };
    Ok(Some((year, evaluation::store::progress(tx, unit_id, year).await?)))
}
