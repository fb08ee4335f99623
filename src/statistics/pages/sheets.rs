//! How far the comments of a year have come.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::evaluation::form::YearQuery;
use crate::evaluation::pages::overview::{self, Asked};
use crate::statistics::recent::Recent;
use crate::statistics::sheets;
use crate::web::{Path, Query};

pub async fn show(
    State(app): State<App>,
    Extension(recent): Extension<Recent>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Evaluation).await?;
    let asked = Asked::read(&mut tx, &unit, query).await?;
    let names = scope.may(Right::SeeNames);
    if unit.is_cell() && names {
        return overview::cell(&mut tx, (unit, &scope), frame, asked).await;
    }
    let (whose, days) = ((Some(&viewer), &recent.tables), (asked.year, asked.on));
    let sheets = sheets::counted(&mut tx, whose, (&unit, names), days).await?;
    overview::unit((unit, scope), frame, asked, sheets)
}
