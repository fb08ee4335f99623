//! The page of a unit: its counts, and those of the units right below it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::counts::{Counts, counts};
use super::shown::{Day, Number};
use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::shelf::SaysWhen;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock::Moment;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::small::Shown;
use crate::statistics::form::PageForm;
use crate::statistics::recent::Recent;
use crate::statistics::sort::{Column, Sort};
use crate::web::{Path, Query};
use crate::{clock, organisation};

/// As many units with something late stand on the page; all of them on a page of their own.
const MOST_LATE: usize = 10;

#[derive(Template)]
#[template(path = "statistics/unit.html")]
struct UnitPage {
    frame: Frame,
    unit: Unit,
    form: PageForm,
    faults: Faults,
    may_see_names: bool,
    may_export: bool,
    may_settle: bool,
    /// When the figures of a large unit were counted.
    counted_at: Option<Moment>,
    /// None where no day could be read.
    counts: Option<Counts>,
}

pub async fn show(
    State(app): State<App>,
    Extension(recent): Extension<Recent>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<PageForm>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let counted_at =
        super::is_large(&mut tx, app.settings.large_unit, &unit, &scope).await?.then(clock::now);
    if counted_at.is_some() && viewer.figures.fresh_to().is_none() {
        tx = app.db.read_whole().await?;
    }
    // Of a unit that has ended, nothing would be counted on a day behind its last.
    let last = organisation::store::ended_by(&mut tx, unit.id, clock::today()).await?;
    let read = form.read(last.unwrap_or_else(clock::today));
    let status = if read.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = UnitPage {
        frame,
        unit,
        form,
        faults: read.as_ref().err().cloned().unwrap_or_default(),
        may_see_names: scope.may(Right::SeeNames),
        may_export: scope.may(Right::ExportNames),
        may_settle: scope.may(Right::KeepSettings),
        counted_at,
        counts: None,
    };
    let page = match read {
        Err(_) => page,
        Ok((as_of, from)) => {
            // Whoever is told when something was counted may be told of a moment ago; what a
            // second server tells may lag behind the revision, which is the first one's.
            let may_be_late = counted_at.is_some() && viewer.figures.fresh_to().is_none();
            let recent = if may_be_late { recent } else { Recent::default() };
            let (revision, id) = (viewer.revision, page.unit.id);
            let counted = recent.counted(&mut tx, revision, id, (as_of, from)).await?;
            let whose = (&viewer, &scope, &page.frame);
            let counts = counts(&mut tx, whose, &counted, &recent).await?;
            let sort = Sort::read(&page.form.sort);
            let asked_from = Some(from).filter(|_| !page.form.from.trim().is_empty());
            let counts = Counts { asked_from, ..counts }.sorted(sort);
            let form = page.form.filled((as_of, from));
            let unit = counted.overview.unit.clone();
            let counted_at = counted_at.map(|_| counts.at);
            UnitPage { unit, form, counted_at, counts: Some(counts), ..page }
        }
    };
    let mut response = (status, Html(page.render()?)).into_response();
    if counted_at.is_some() {
        response.extensions_mut().insert(SaysWhen);
    }
    Ok(response)
}
