//! The year of a unit on paper.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::reports::document::{Section, is_number, written};
use crate::reports::form::YearForm;
use crate::reports::store;
use crate::statistics::model::AsOf;
use crate::table_file::Cell;
use crate::web::{Path, Query};

#[derive(Template)]
#[template(path = "reports/yearly.html")]
struct YearlyPage {
    head: Letterhead,
    unit: Unit,
    form: YearForm,
    as_of: AsOf,
    sections: Vec<Section>,
}

impl YearlyPage {
    fn signature(&self) -> (&'static str, &'static str) {
        Letterhead::signature(&self.unit)
    }

    fn written(cell: &Cell) -> String {
        written(cell)
    }

    fn is_number(cell: &Cell) -> bool {
        is_number(cell)
    }
}

#[derive(Template)]
#[template(path = "reports/year.html")]
struct AskPage {
    frame: Frame,
    unit: Unit,
    form: YearForm,
    faults: Faults,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<YearForm>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let today = clock::today();
    let as_of = match form.read(today) {
        Ok(as_of) => as_of,
        Err(faults) => {
            let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
            let page = AskPage { frame, unit, form, faults };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let year = store::yearly::year(&mut tx, (&unit, &scope), as_of).await?;
    let page = YearlyPage {
        head: Letterhead::of(&mut tx, &year.overview.unit, today).await?,
        form: YearForm { year: as_of.year.to_string() },
        as_of,
        sections: year.sections(),
        unit: year.overview.unit,
    };
    Ok(Html(page.render()?).into_response())
}
