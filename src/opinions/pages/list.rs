//! The opinions of a unit, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::opinions::model::{Counts, Opinion, Which};
use crate::opinions::store::{self, Filter};
use crate::organisation::model::Unit;
use crate::web::{Path, Query};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "opinions/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    today: NaiveDate,
    query: ListQuery,
    which: Which,
    /// The years to choose from, newest first.
    years: Vec<i32>,
    counts: Counts,
    opinions: Vec<Opinion>,
    page: i64,
    pages: i64,
}

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    status: String,
    year: String,
    q: String,
    #[serde(skip_serializing)]
    page: String,
}

impl ListQuery {
    fn is_empty(&self) -> bool {
        self.status.is_empty() && self.year.is_empty() && self.q.trim().is_empty()
    }

    fn filter(&self) -> Filter {
        let new_year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let year = self.year.trim().parse().ok().filter(|year| (1900..=2100).contains(year));
        Filter {
            from: new_year(year.unwrap_or(1900)),
            to: new_year(year.unwrap_or(2100) + 1),
            which: Which::read(&self.status).unwrap_or(Which::All),
            q: self.q.clone(),
        }
    }
}

impl ListPage {
    /// The address of another page of the same list.
    fn href(&self, page: i64) -> String {
        let query = serde_urlencoded::to_string(&self.query).unwrap_or_default();
        format!("?{query}&page={page}")
    }

    fn is_asked(&self, word: &str) -> bool {
        self.which.as_str() == word
    }

    /// What the filter offers: each status, and how many opinions of the year have it.
    fn statuses(&self) -> Vec<(&'static str, String)> {
        let option =
            |it: &Which| (it.as_str(), format!("{} ({})", it.label(), self.counts.of(*it)));
        Which::ALL.iter().map(option).collect()
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
    let filter = query.filter();
    let counts = store::counts(&mut tx, unit.id, &filter).await?;
    let pages = (counts.of(filter.which) + PER_PAGE - 1) / PER_PAGE;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let rows = (PER_PAGE, (page - 1) * PER_PAGE);
    let first = store::first_day(&mut tx, unit.id).await?.unwrap_or(today);
    let page = ListPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?,
        may_keep: scope.may(Right::KeepMeetings),
        today,
        which: filter.which,
        years: (first.year()..=today.year()).rev().collect(),
        counts,
        opinions: store::list(&mut tx, &scope, &filter, rows).await?,
        unit,
        query,
        page,
        pages,
    };
    Ok(Html(page.render()?))
}
