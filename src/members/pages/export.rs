//! The list on paper, with the filter of the page.

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use super::filter::ListQuery;
use crate::access::confirm;
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::error::{Error, Result};
use crate::members::model::Listed;
use crate::members::store::{self, Filter};
use crate::organisation::model::Unit;
use crate::table_file;
use crate::vietnamese::{day, number};
use crate::web::{Path, Query};
use crate::{audit, clock, organisation};

/// What was asked for and may be taken.
struct Taken {
    unit: Unit,
    scope: Scope,
    filter: Filter,
    /// The filter in words.
    conditions: String,
}

#[derive(Template)]
#[template(path = "members/print.html")]
struct PaperPage {
    unit: Unit,
    /// The unit above, which stands over it on the paper.
    above: Option<Unit>,
    on: NaiveDate,
    today: NaiveDate,
    /// Whom the list names, in words.
    conditions: String,
    back: String,
    rows: Vec<Listed>,
}

impl PaperPage {
    /// Where it is signed: `Nguyễn Du`.
    fn place(&self) -> &str {
        let ward = self.above.as_ref().filter(|_| self.unit.is_cell()).unwrap_or(&self.unit);
        let kinds = ["Phường ", "Xã ", "Thị trấn ", "Thành phố ", "Tỉnh "];
        let name = ward.name.strip_prefix("Đảng bộ ").unwrap_or(&ward.name);
        kinds.into_iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
    }

    fn count(&self) -> String {
        number::grouped(i64::try_from(self.rows.len()).unwrap_or(i64::MAX))
    }

    /// Who signs, and in whose name.
    fn signature(&self) -> (&'static str, &'static str) {
        if self.unit.is_cell() { ("T/M CHI BỘ", "BÍ THƯ") } else { ("T/M CẤP ỦY", "") }
    }
}

pub async fn paper(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    if let Some(first) = confirm::before(&viewer, &uri.to_string())? {
        return Ok(first.into_response());
    }
    let Taken { unit, scope, filter, conditions } = take(&app, &viewer, &code, &query).await?;
    let mut tx = app.db.read().await?;
    let rows = store::listed(&mut tx, &scope, &filter).await?;
    let today = clock::today();
    let path = organisation::store::path(&mut tx, unit.id, today).await?;
    let above = path.into_iter().rev().find(|it| it.id != unit.id);
    let back = query.list_href(&unit);
    let page = PaperPage { unit, above, on: filter.on, today, conditions, back, rows };
    Ok(Html(page.render()?).into_response())
}

/// Lets the viewer take the list away, and keeps the trace of it: before the first
/// byte leaves.
async fn take(app: &App, viewer: &Viewer, code: &str, query: &ListQuery) -> Result<Taken> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, viewer, code, Right::ExportNames).await?;
    let child = query.child(&mut tx, &unit).await?;
    let (filter, faults) = query.filter(child.as_ref());
    if !faults.is_empty() {
        return Err(Error::BadRequest("Ngày của danh sách không đọc được."));
    }
    let count = store::count_listed(&mut tx, &scope, &filter).await?;
    table_file::hold(count)?;
    let conditions = query.said(&unit, child.as_ref(), filter.on);
    let said = if conditions.is_empty() { "không lọc" } else { &conditions };
    let done = format!(
        "In danh sách đảng viên của {} tính đến {}: {} đồng chí; {said}",
        unit.name_in_text(),
        day::short(filter.on),
        number::grouped(count),
    );
    viewer.looks.told();
    let act = Act::new("export.print", unit.id.0, done).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(Taken { unit, scope, filter, conditions })
}
