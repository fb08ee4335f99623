//! The cells of a unit in a half-year, and when each met.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use super::shown::Day;
use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::statistics::half::{CellOfHalf, HalfYear};
use crate::statistics::store;
use crate::web::list::{Address, Span};
use crate::web::{Path, Query};
use crate::{clock, organisation};

/// So many stand on a page.
const ROWS: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CellsQuery {
    /// The first day of the meetings, and the last: that of the cells.
    from: String,
    on: String,
    /// The code of a unit right below.
    under: String,
    page: String,
}

#[derive(Template)]
#[template(path = "statistics/cells.html")]
struct CellsPage {
    frame: Frame,
    unit: Unit,
    query: CellsQuery,
    faults: Faults,
    from: NaiveDate,
    on: NaiveDate,
    child: Option<Unit>,
    address: Address,
    met: usize,
    count: usize,
    rows: Vec<CellOfHalf>,
    page: usize,
    pages: usize,
}

impl CellsPage {
    fn page_href(&self, page: usize) -> String {
        self.address.page(i64::try_from(page).unwrap_or(1))
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(mut query): Query<CellsQuery>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let today = clock::today();
    let (span, faults) = Span::read("", &query.from, &query.on);
    let on = span.on.unwrap_or(today);
    let from = span.from.unwrap_or(HalfYear::of(on).first_day());
    let child = organisation::store::narrowed_to(&mut tx, unit.id, &query.under, today).await?;
    let of = (unit.id, child.as_ref().map(|it| it.id));
    let all = store::halves::cells_of(&mut tx, of, (from, on)).await?;
    let address = Address::new(
        format!("/units/{}/cells", unit.code),
        &[("from", &query.from), ("on", &query.on), ("under", &query.under)],
    );
    span.shown(&mut query.from, &mut query.on);
    let (count, met) = (all.len(), all.iter().filter(|it| it.last_on.is_some()).count());
    let pages = count.div_ceil(ROWS).max(1);
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let rows = all.into_iter().skip((page - 1) * ROWS).take(ROWS).collect();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = CellsPage {
        frame,
        unit,
        query,
        faults,
        from,
        on,
        child,
        address,
        met,
        count,
        rows,
        page,
        pages,
    };
    Ok((status, Html(page.render()?)).into_response())
}
