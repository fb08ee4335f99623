//! The cell signs every complete sheet at once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

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
use crate::evaluation::model::{ActKind, Listed, State as SheetState};
use crate::evaluation::store::steps::{self, Which};
use crate::evaluation::store::{self, Filter};
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};
use crate::{audit, clock};

/// More sheets than a cell has.
const MOST: i64 = 2_000;

#[derive(Template)]
#[template(path = "evaluation/sign.html")]
struct SignPage {
    frame: Frame,
    unit: Unit,
    year: i64,
    /// Those that will be signed.
    complete: Vec<Listed>,
    /// Those that will not, each with what it lacks.
    exceptions: Vec<(Listed, String)>,
    version: i64,
    /// Whether somebody changed a sheet since the page was opened.
    changed: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AllForm {
    pub year: String,
    /// What [`steps::fingerprint`] was on the page.
    pub version: String,
}

/// The annual sheets of a cell's year: those in `state`, or all that are to be written.
pub async fn sheets(
    tx: &mut Tx,
    scope: &Scope,
    year: i64,
    state: Option<SheetState>,
) -> Result<Vec<Listed>> {
    let filter = Filter::annual(year, state, clock::today());
    Ok(store::list(tx, scope, &filter, (MOST, 0)).await?)
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    year: i64,
) -> Result<SignPage> {
    let (mut complete, mut exceptions) = (Vec::new(), Vec::new());
    for sheet in sheets(tx, scope, year, None).await? {
        if !sheet.state.is_open() {
            continue;
        }
        match (sheet.state, sheet.missing()) {
            (SheetState::Written, None) => complete.push(sheet),
            (SheetState::Returned, _) => {
                exceptions.push((sheet, "bị trả lại, chưa sửa".to_owned()));
            }
            (_, missing) => {
                let missing = missing.unwrap_or_else(|| "chưa lưu lại".to_owned());
                exceptions.push((sheet, missing));
            }
        }
    }
    Ok(SignPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        version: steps::fingerprint(tx, unit.id, year).await?,
        unit,
        year,
        complete,
        exceptions,
        changed: false,
    })
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let today = clock::today();
    let asked = query.year(today).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, today).await?;
    Ok(Html(page(&mut tx, &viewer, (unit, &scope), year).await?.render()?))
}

pub async fn sign_all(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<AllForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let year: i64 = form.year.trim().parse().map_err(|_| Error::BadRequest("Thiếu năm."))?;
    steps::hold_year(&mut tx, unit.id, year).await?;
    let there = format!("/units/{code}/evaluations?year={year}&done=sign");
    let now = page(&mut tx, &viewer, (unit.clone(), &scope), year).await?;
    if form.version.trim() != now.version.to_string() {
        if now.complete.is_empty() {
            // Sent twice: the first has signed them.
            return Ok(Redirect::to(&there).into_response());
        }
        let page = SignPage { changed: true, ..now };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let done = act(&viewer, ActKind::Sign, "");
    let signed = steps::sign(&mut tx, Which::Year(unit.id, year), &done).await?;
    if signed > 0 {
        let summary = format!("{} ký {signed} phiếu nhận xét năm {year}", unit.name);
        let entry = Entry::new("evaluation.sign", unit.id.0, summary).in_unit(unit.id);
        audit::store::append(&mut tx, &viewer.actor(), entry).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&there).into_response())
}
