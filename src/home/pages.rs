//! Where one lands after signing in, and the tasks of a cell.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::{Grant, Right, Role};
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::home::model::{Month, Next, People, Progress, strip};
use crate::home::store;
use crate::ids::UnitId;
use crate::meetings::model::{HalfYear, Listed};
use crate::organisation::model::Unit;
use crate::web::Path;
use crate::{clock, evaluation, meetings, opinions, organisation};

mod above;

/// More meetings than a cell holds in half a year.
const MOST_MEETINGS: i64 = 100;

pub fn routes() -> Routes {
    Routes::new().get("/", Need::SignedIn, land).get(
        "/units/{code}/tasks",
        Need::Right(Right::SeeCounts),
        tasks,
    )
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
    unit: String,
    href: String,
}

async fn land(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let mut places = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for grant in &viewer.grants {
        let unit = match grant.unit_id {
            Some(id) => Some(organisation::store::get(&mut tx, id, clock::today()).await?),
            None => None,
        };
        places.push(landing(grant, unit));
    }
    if let [only] = places.as_slice() {
        return Ok(Redirect::to(&only.href).into_response());
    }
    let frame = Frame::bare(&viewer, Place::Home);
    Ok(Html(ChoosePage { frame, places }.render()?).into_response())
}

fn landing(grant: &Grant, unit: Option<Unit>) -> Landing {
    let code = unit.as_ref().map_or("", |it| it.code.as_str());
    let href = match grant.role {
        Role::CellSecretary | Role::WardOfficer | Role::OrganisationOfficer => {
            format!("/units/{code}/tasks")
        }
        Role::Administrator => "/administration/units".to_owned(),
    };
    Landing { role: grant.role, href, unit: unit.map_or("Cả sổ".to_owned(), |it| it.name) }
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
    next: Next,
    /// The meetings of the half-year, newest first.
    meetings: Vec<(Progress, Listed)>,
}

async fn tasks(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    if !unit.is_cell() {
        return above::tasks(tx, &viewer, unit, scope).await;
    }
    // The duties of a cell are its secretary's; who looks in from above reads the counts.
    if !scope.may(Right::KeepMeetings) {
        return Ok(Redirect::to(&format!("/units/{code}")).into_response());
    }
    let today = clock::today();
    let half = HalfYear::of(today);
    let (from, to) = half.days();
    let part = (MOST_MEETINGS, 0);
    let listed = meetings::store::list(&mut tx, unit.id, (from, to), part).await?;
    let page = TasksPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Home).await?,
        half,
        today,
        days_left: (to - today).num_days() - 1,
        months: strip(half, today),
        people: store::people(&mut tx, unit.id, today).await?,
        unanswered: opinions::store::counts_of_unit(&mut tx, unit.id).await?.unanswered(),
        evaluation: evaluation(&mut tx, unit.id).await?,
        next: Next::of(&listed, today),
        meetings: listed.into_iter().map(|it| (Progress::of(&it, today), it)).collect(),
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
