//! The people behind a row of the bridge.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use super::shown::{Day, Number};
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::statistics::bridge::{Counts, Flow};
use crate::statistics::form::ChangesForm;
use crate::statistics::store;
use crate::statistics::store::bridge::Changed;
use crate::vietnamese::day;
use crate::web::{Path, Query};

const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "statistics/changes.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    form: ChangesForm,
    faults: Faults,
    from: NaiveDate,
    on: NaiveDate,
    flow: Flow,
    count: i64,
    rows: Vec<Changed>,
    page: i64,
    pages: i64,
}

impl ListPage {
    /// `tổ dân phố 2, phường Nguyễn Du`; a dash where the person lived nowhere.
    fn place(cell: Option<&String>, ward: Option<&String>) -> String {
        let names: Vec<&str> = [cell, ward].into_iter().flatten().map(String::as_str).collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    }

    /// Whether the person has left for a cell of other units, which is not theirs to know.
    fn is_elsewhere(&self, row: &Changed) -> bool {
        self.flow == Flow::MovedOut && !row.is_kept && row.new_cell.is_some()
    }

    fn href(&self, page: i64) -> String {
        let days = format!("from={}&on={}", day::iso(self.from), day::iso(self.on));
        let kind = self.flow.as_str();
        format!("/units/{}/changes?{days}&kind={kind}&page={page}", self.unit.code)
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<ChangesForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let flow = match form.kind.trim() {
        "" => Flow::Joined,
        _ => form.flow().ok_or(Error::NotFound)?,
    };
    let today = clock::today();
    let read = form.read(today);
    let faults = read.as_ref().err().cloned().unwrap_or_default();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = read.as_ref().map_or_else(|_| form.clone(), |days| form.filled(*days));
    let (from, on) = read.unwrap_or((today, today));
    let counted = store::bridge::counts(&mut tx, unit.id, from, on).await?;
    let counts = Counts::of_units(&counted).remove(&unit.id).unwrap_or_default();
    let count = counts.get(flow);
    let pages = ((count + ROWS - 1) / ROWS).max(1);
    let page = form.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let part = (ROWS, (page - 1) * ROWS);
    let rows = store::bridge::people(&mut tx, &scope, (from, on), flow, today, part).await?;
    viewer.looks.people(rows.len());
    let page = ListPage { frame, unit, form, faults, from, on, flow, count, rows, page, pages };
    Ok((status, Html(page.render()?)).into_response())
}
