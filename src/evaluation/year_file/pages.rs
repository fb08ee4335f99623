//! The year's file: what is in it, and the file itself.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::csv_file::Dialect;
use crate::error::{Error, Result};
use crate::evaluation::year_file::form::YearForm;
use crate::evaluation::year_file::model::Year;
use crate::evaluation::year_file::{export, store};
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::table_file::{self, Format};
use crate::web::{Path, Query};
use crate::{audit, clock};

pub fn routes() -> Routes {
    let export = Need::Right(Right::ExportNames);
    Routes::new()
        .get("/units/{code}/evaluations/file", export, show)
        .get("/units/{code}/evaluations.csv", export, csv)
        .get("/units/{code}/evaluations.xlsx", export, sheet)
}

#[derive(Template)]
#[template(path = "evaluation/file.html")]
struct FilePage {
    frame: Frame,
    unit: Unit,
    form: YearForm,
    faults: Faults,
    /// The year and the number of people; None where no year could be read.
    found: Option<(Year, i64)>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(mut form): Query<YearForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::ExportNames).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Evaluation).await?;
    let (found, faults) = match form.read(clock::today()) {
        Ok(year) => {
            form.year = year.year.to_string();
            (Some((year, store::count(&mut tx, &scope, year).await?)), Faults::default())
        }
        Err(faults) => (None, faults),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FilePage { frame, unit, form, faults, found };
    Ok((status, Html(page.render()?)).into_response())
}

async fn csv(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<YearForm>,
) -> Result<Response> {
    let dialect = Dialect::read(&form.format).unwrap_or(Dialect::Excel);
    download(app, viewer, code, form, Format::Csv(dialect)).await
}

async fn sheet(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<YearForm>,
) -> Result<Response> {
    download(app, viewer, code, form, Format::Sheet).await
}

async fn download(
    app: App,
    viewer: Viewer,
    code: String,
    form: YearForm,
    format: Format,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::ExportNames).await?;
    let year = form.read(clock::today()).ok();
    let year = year.ok_or(Error::BadRequest("Năm của tệp không đọc được."))?;
    // The trace is kept before the first byte leaves.
    let lines = store::count(&mut tx, &scope, year).await?;
    format.hold(lines)?;
    let done = export::said(year, &unit.name_in_text(), format, lines);
    let act = Act::new("unit.evaluations", unit.id.0, done).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;

    let table = export::table(year, &unit.code, &unit.party_name());
    table_file::answer(table, format, |rows| export::fill(app.db, scope, year, rows)).await
}
