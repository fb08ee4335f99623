//! The ward confirms what a cell has signed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::sign::{AllForm, sheets};
use super::{act, year_of};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::evaluation::form::YearQuery;
use crate::evaluation::model::{ActKind, Listed, Progress, State as SheetState};
use crate::evaluation::store::steps::Which;
use crate::evaluation::store::{self, steps};
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};
use crate::{audit, clock};

#[derive(Template)]
#[template(path = "evaluation/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    unit: Unit,
    year: i64,
    signed: Vec<Listed>,
    progress: Progress,
    version: i64,
    /// Whether somebody changed a sheet since the page was opened.
    changed: bool,
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    year: i64,
) -> Result<ConfirmPage> {
    Ok(ConfirmPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        signed: sheets(tx, scope, year, Some(SheetState::Signed)).await?,
        progress: store::progress(tx, unit.id, year).await?,
        version: steps::fingerprint(tx, unit.id, year).await?,
        unit,
        year,
        changed: false,
    })
}

/// The cell, which must be one: a ward confirms cell by cell.
async fn enter_cell(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<(Unit, Scope)> {
    let (unit, scope) = guard::enter_by_code(tx, viewer, code, Right::ConfirmEvaluations).await?;
    if unit.is_cell() {
        return Ok((unit, scope));
    }
    Err(Error::BadRequest("Xác nhận theo từng chi bộ: mở chi bộ trong danh sách rồi xác nhận."))
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = enter_cell(&mut tx, &viewer, &code).await?;
    let today = clock::today();
    let asked = query.year(today).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, today).await?;
    Ok(Html(page(&mut tx, &viewer, (unit, &scope), year).await?.render()?))
}

pub async fn confirm_all(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<AllForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = enter_cell(&mut tx, &viewer, &code).await?;
    let year: i64 = form.year.trim().parse().map_err(|_| Error::BadRequest("Thiếu năm."))?;
    steps::hold_year(&mut tx, unit.id, year).await?;
    let now = page(&mut tx, &viewer, (unit.clone(), &scope), year).await?;
    let there = format!("/units/{code}/evaluations?year={year}&done=confirm");
    if form.version.trim() != now.version.to_string() {
        if now.signed.is_empty() {
            // Sent twice: the first has confirmed them.
            return Ok(Redirect::to(&there).into_response());
        }
        let page = ConfirmPage { changed: true, ..now };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let done = act(&viewer, ActKind::Confirm, "");
    let confirmed = steps::confirm(&mut tx, Which::Year(unit.id, year), &done).await?;
    if confirmed > 0 {
        let summary = format!(
            "Đảng ủy xác nhận {confirmed} phiếu nhận xét năm {year} của {}",
            unit.name_in_text()
        );
        let entry = Entry::new("evaluation.confirm", unit.id.0, summary).in_unit(unit.id);
        audit::store::append(&mut tx, &viewer.actor(), entry).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&there).into_response())
}
