//! What is late, on one page to read out or to print.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::shelf::SaysWhen;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::statistics::chase::{Kind, Row};
use crate::statistics::form::ChaseForm;
use crate::statistics::recent::{Late, Recent};
use crate::vietnamese::day;
use crate::web::{Path, Query};

#[derive(Template)]
#[template(path = "statistics/chase.html")]
struct ChasePage {
    frame: Frame,
    unit: Unit,
    form: ChaseForm,
    faults: Faults,
    /// When the list of a large unit was put together.
    counted_at: Option<Moment>,
    /// None where no day could be read.
    late: Option<Arc<Late>>,
}

impl ChasePage {
    /// The one kind that is asked for.
    fn kind(&self) -> Option<Kind> {
        Kind::read(&self.form.kind)
    }

    /// So many units stand on a page.
    const ROWS: usize = 50;

    /// Whether all stand on one page, to print.
    fn is_whole(&self) -> bool {
        self.form.page == "all"
    }

    /// The pages of so many units.
    fn pages(&self, rows: usize) -> usize {
        if self.is_whole() { 1 } else { rows.div_ceil(Self::ROWS).max(1) }
    }

    /// The page asked for, of so many.
    fn page(&self, pages: usize) -> usize {
        self.form.page.trim().parse().unwrap_or(1).clamp(1, pages)
    }

    /// The units of this page.
    fn here<'a>(&self, rows: &'a [Row<'a>]) -> &'a [Row<'a>] {
        if self.is_whole() {
            return rows;
        }
        let page = self.page(self.pages(rows.len()));
        rows.chunks(Self::ROWS).nth(page - 1).unwrap_or_default()
    }

    fn page_href(&self, page: impl std::fmt::Display) -> String {
        let day = self.late.as_ref().map(|it| it.chase.day()).unwrap_or_default();
        let kind = self.kind().map(|it| format!("&kind={}", it.as_str())).unwrap_or_default();
        format!("/units/{}/chase?on={day}{kind}&page={page}", self.unit.code)
    }

    /// The whole list where this is a part of it, and the other way round.
    fn other_href(&self) -> String {
        self.page_href(if self.is_whole() { "1" } else { "all" })
    }
}

pub async fn show(
    State(app): State<App>,
    Extension(recent): Extension<Recent>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<ChaseForm>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Home).await?;
    let today = clock::today();
    let page = match form.read(today) {
        Err(faults) => ChasePage { frame, unit, form, faults, counted_at: None, late: None },
        Ok(on) => {
            let is_large = super::is_large(&mut tx, app.settings.large_unit, &unit, &scope).await?;
            let may_be_late = is_large && viewer.figures.fresh_to().is_none();
            let recent = if may_be_late { recent } else { Recent::default() };
            let entered = (&unit, &scope);
            let late = recent.late(&mut tx, viewer.revision, entered, on, None).await?;
            let counted_at = is_large.then_some(late.at);
            let form = ChaseForm { on: day::short(on), ..form };
            let faults = Faults::default();
            ChasePage { frame, unit, form, faults, counted_at, late: Some(late) }
        }
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut response = (status, Html(page.render()?)).into_response();
    if page.counted_at.is_some() {
        response.extensions_mut().insert(SaysWhen);
    }
    Ok(response)
}
