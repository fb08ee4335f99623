//! Where the members of a unit work: all places.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use super::shown::{Day, Number};
use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::statistics::form::PageForm;
use crate::statistics::model::AsOf;
use crate::statistics::people::{Workplace, Workplaces};
use crate::statistics::store;
use crate::vietnamese::day;
use crate::web::{Path, Query};
use crate::{clock, organisation};

/// So many stand on a page.
const ROWS: usize = 100;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct WorkplacesQuery {
    on: String,
    page: String,
}

#[derive(Template)]
#[template(path = "statistics/workplaces.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    query: WorkplacesQuery,
    faults: Faults,
    on: NaiveDate,
    may_see_names: bool,
    /// Whether the number of members is told, and so anything of them.
    is_told: bool,
    workplaces: Workplaces,
    page: usize,
    pages: usize,
}

impl ListPage {
    fn rows(&self) -> &[Workplace] {
        let rows = &self.workplaces.rows;
        let from = (self.page - 1) * ROWS;
        &rows[from.min(rows.len())..(from + ROWS).min(rows.len())]
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(mut query): Query<WorkplacesQuery>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let today = clock::today();
    let form = PageForm { on: query.on.clone(), ..PageForm::default() };
    let read = form.read(today);
    let faults = read.as_ref().err().cloned().unwrap_or_default();
    let on = read.map_or(today, |(as_of, _)| as_of.on);
    if faults.is_empty() {
        query.on = day::short(on);
    }
    let names = scope.may(Right::SeeNames);
    let overview = store::overview(&mut tx, unit.id, AsOf::of(on)).await?;
    let view = super::view(&mut tx, &scope, &overview).await?;
    let last_day = organisation::store::ended_by(&mut tx, unit.id, today).await?;
    let kept_on = last_day.unwrap_or(today);
    let counted = match overview.whole {
        Some(whole) => whole.people.places,
        None => store::people::of(&mut tx, unit.id, on, kept_on).await?.places,
    };
    // Where people work now is for the units of now to tell one by one.
    let names = names && last_day.is_none();
    let workplaces = Workplaces::new(&counted, usize::MAX, names);
    let pages = workplaces.rows.len().div_ceil(ROWS).max(1);
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ListPage {
        frame,
        unit,
        query,
        faults,
        on,
        may_see_names: names,
        is_told: view.total.normal.is_exact(),
        workplaces,
        page,
        pages,
    };
    Ok((status, Html(page.render()?)).into_response())
}
