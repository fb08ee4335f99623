//! The letters of a unit: what waits to be received, what to be assigned.

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::below::{self, List};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::UnitId;
use crate::members::letters::{Counts, Deadlines, Queue, Row};
use crate::members::model::Letter;
use crate::members::pages::{enter_member, options};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::organisation::settings::{self, Setting};
use crate::vietnamese::day;
use crate::vietnamese::number::grouped;
use crate::web::{Path, Query};

pub mod paper;
pub mod receive;
pub mod step;

const ROWS: i64 = 50;

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    state: String,
    #[serde(skip_serializing)]
    page: String,
}

#[derive(Template)]
#[template(path = "letters/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    queue: Queue,
    counts: Counts,
    deadlines: Deadlines,
    rows: Vec<Row>,
    today: NaiveDate,
    /// The cells that letters can be assigned to; none for those who may not.
    cells: Vec<(String, String)>,
    page: i64,
    pages: i64,
    /// Whether the viewer receives letters for a ward.
    may_receive: bool,
}

impl ListPage {
    fn queues(&self) -> Vec<(&'static str, String)> {
        let option = |it: &Queue| {
            (it.as_str(), format!("{} ({})", it.label(), grouped(self.counts.of(*it))))
        };
        Queue::ALL.iter().map(option).collect()
    }

    fn is_asked(&self, word: &str) -> bool {
        self.queue.as_str() == word
    }

    fn href(&self, page: i64) -> String {
        format!("?state={}&page={page}", self.queue.as_str())
    }

    fn may_step(&self) -> bool {
        self.may_receive && !matches!(self.queue, Queue::Closed | Queue::All | Queue::Overdue)
    }

    fn is_late(&self, row: &Row) -> bool {
        row.due(self.deadlines).is_some_and(|it| it < self.today)
    }

    fn due(&self, row: &Row) -> Option<String> {
        row.due(self.deadlines).map(day::short)
    }

    fn today(&self) -> String {
        day::short(self.today)
    }
}

/// The deadlines in force in the unit.
pub async fn deadlines(tx: &mut Tx, unit_id: UnitId, today: NaiveDate) -> sqlx::Result<Deadlines> {
    let find = settings::store::find_days;
    Ok(Deadlines {
        present: find(tx, unit_id, Setting::LetterPresentDays, today).await?,
        assign: find(tx, unit_id, Setting::LetterAssignDays, today).await?,
    })
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let wanted =
        List { title: "Giấy giới thiệu", place: Place::Members, has_own: false, uri: &uri };
    let (entered, most) = ((&unit, &scope), app.settings.listed_units);
    if let Some(page) = below::instead(&mut tx, &viewer, entered, most, wanted).await? {
        return Ok(page);
    }
    let today = clock::today();
    let deadlines = deadlines(&mut tx, unit.id, today).await?;
    let counts = store::letters::counts(&mut tx, unit.id, today, deadlines).await?;
    let queue = Queue::read(&query.state).unwrap_or(Queue::Waiting);
    let pages = (counts.of(queue) + ROWS - 1) / ROWS;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let part = (ROWS, (page - 1) * ROWS);
    let rows = store::letters::list(&mut tx, &scope, today, deadlines, queue, part).await?;
    viewer.looks.people(rows.len());
    let may_receive = scope.may(Right::KeepMembers) && !unit.is_cell();
    let cells = if may_receive {
        options("Chọn chi bộ", &super::add::cells(&mut tx, &viewer, &unit).await?)
    } else {
        Vec::new()
    };
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Members).await?;
    let page = ListPage {
        frame,
        unit,
        queue,
        counts,
        deadlines,
        rows,
        today,
        cells,
        page,
        pages,
        may_receive,
    };
    Ok(Html(page.render()?).into_response())
}

/// Enters the unit that keeps the person of the letter: the cell, or the ward to which an
/// open letter introduces somebody who has no home now. A stranger's letter is unknown.
pub async fn enter_letter(
    tx: &mut Tx,
    viewer: &Viewer,
    letter: &Letter,
    right: Right,
) -> Result<(Unit, Scope)> {
    if let Some(ward_id) = store::letters::ward_awaiting(tx, letter.id, clock::today()).await? {
        match guard::enter(tx, viewer, ward_id, right).await {
            Err(Error::NotFound) => {}
            other => {
                let scope = other?;
                let ward = crate::organisation::store::get(tx, ward_id, clock::today()).await?;
                return Ok((ward, scope));
            }
        }
    }
    enter_member(tx, viewer, letter.member_id, right).await
}
