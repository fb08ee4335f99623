//! Works and funds: the list, and one of them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::pager::Pager;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Entry;
use crate::contributions::model::{Contribution, WorkItem, WorkKind};
use crate::contributions::store::works::{Filter, Listed};
use crate::contributions::store::{self, book, works};
use crate::contributions::totals::{Progress, Total, in_order};
use crate::error::Result;
use crate::ids::WorkItemId;
use crate::organisation::model::Unit;
use crate::vietnamese::number;
use crate::web::list::{Address, Span};
use crate::web::{Path, Query};
use crate::{audit, clock, organisation};

/// The latest entries of a history that a page shows.
const HISTORY: i64 = 50;

#[derive(Template)]
#[template(path = "contributions/works.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    query: ListQuery,
    lines: Vec<Line>,
    count: i64,
    pager: Pager,
    today: NaiveDate,
}

/// A work of the list, and what was given to it.
struct Line {
    listed: Listed,
    progress: Progress,
    /// What the progress does not count, in words.
    besides: Vec<String>,
}

impl Line {
    fn new(listed: Listed, totals: Vec<Total>) -> Line {
        let totals = in_order(totals);
        let progress = Progress::of(&listed.work, &totals);
        let others = totals.iter().filter(|it| it.measure != listed.work.measure);
        let besides = others.map(Total::what).collect();
        Line { listed, progress, besides }
    }
}

#[derive(Template)]
#[template(path = "contributions/work.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    work: WorkItem,
    progress: Progress,
    totals: Vec<Total>,
    entries: Vec<Contribution>,
    count: i64,
    pager: Pager,
    thanked: Vec<String>,
    history: Vec<Entry>,
    /// The last day that is counted, and whether it was asked for.
    today: NaiveDate,
    is_past: bool,
}

impl ShowPage {
    fn thanked_count(&self) -> String {
        number::grouped(i64::try_from(self.thanked.len()).unwrap_or(i64::MAX))
    }
}

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    kind: String,
    q: String,
    #[serde(skip_serializing)]
    page: String,
}

impl ListQuery {
    fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.q.trim().is_empty()
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let today = clock::today();
    let filter = Filter { kind: WorkKind::read(&query.kind), q: query.q.clone() };
    let count = works::count(&mut tx, unit.id, today, &filter).await?;
    let conditions = serde_urlencoded::to_string(&query).unwrap_or_default();
    let pager = Pager::new(&query.page, count, conditions);
    let found = works::list(&mut tx, unit.id, today, &filter, pager.rows()).await?;
    let totals = works::totals(&mut tx, unit.id, today, &filter, pager.rows()).await?;
    let lines = found.into_iter().map(|listed| {
        let own = totals.iter().filter(|it| it.work_item_id == listed.work.id);
        let own = own.map(|it| it.total.clone()).collect();
        Line::new(listed, own)
    });
    let lines = lines.collect();
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?;
    let may_keep = scope.may(Right::KeepContributions);
    let page = ListPage { frame, unit, may_keep, query, lines, count, pager, today };
    Ok(Html(page.render()?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// The last day that is counted.
    on: String,
    page: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<WorkItemId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let work = store::get_work(&mut tx, id).await?;
    let scope = guard::enter(&mut tx, &viewer, work.unit_id, Right::SeeNames).await?;
    let today = clock::today();
    let unit = organisation::store::get(&mut tx, work.unit_id, today).await?;
    let (span, faults) = Span::read("", "", &query.on);
    let until = (id, span.days().1);
    let totals = book::sums_of_work(&mut tx, until).await?;
    let count = totals.iter().map(|it| it.entries).sum();
    let on = query.on.as_str();
    let address = Address::new(format!("/works/{id}"), &[("on", on)]);
    let pager = Pager::new(&query.page, count, address.query());
    let entries = book::of_work(&mut tx, &scope, until, pager.rows()).await?;
    let thanked = book::thanked(&mut tx, &scope, until).await?;
    let history = audit::store::list_of(&mut tx, id.0, HISTORY).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?;
    let page = ShowPage {
        frame,
        unit,
        may_keep: scope.may(Right::KeepContributions),
        progress: Progress::of(&work, &totals),
        work,
        totals: in_order(totals),
        entries,
        count,
        pager,
        thanked,
        history,
        today: span.on.unwrap_or(today),
        is_past: span.on.is_some(),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}
