//! The unit's book: everything that was given, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::pager::Pager;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::contributions::model::{Contribution, ContributionKind};
use crate::contributions::store::{book, works};
use crate::contributions::totals::{Total, in_order};
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::web::{Path, Query};

/// The works offered in the filter; a city has some hundreds.
const MOST_WORKS: i64 = 1000;

#[derive(Template)]
#[template(path = "contributions/book.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    may_export: bool,
    query: BookQuery,
    years: Vec<i32>,
    works: Vec<(String, String)>,
    totals: Vec<Total>,
    entries: Vec<Contribution>,
    count: i64,
    pager: Pager,
    today: NaiveDate,
}

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct BookQuery {
    year: String,
    kind: String,
    work: String,
    #[serde(skip_serializing)]
    page: String,
}

impl BookQuery {
    fn is_empty(&self) -> bool {
        self.year.is_empty() && self.kind.is_empty() && self.work.is_empty()
    }

    /// `năm 2024, tiền`
    pub fn said(&self) -> String {
        let year = match self.year.trim() {
            "" => "mọi năm".to_owned(),
            year => format!("năm {year}"),
        };
        let kind = ContributionKind::read(&self.kind).map(|it| it.label().to_lowercase());
        let work = (!self.work.is_empty()).then(|| "của một công trình".to_owned());
        [Some(year), kind, work].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        serde_urlencoded::to_string(self).unwrap_or_default()
    }

    /// Every day where no year was chosen.
    pub fn filter(&self) -> book::Filter {
        let new_year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let year = self.year.trim().parse().ok().filter(|year| (1900..=2100).contains(year));
        book::Filter {
            from: new_year(year.unwrap_or(1900)),
            to: new_year(year.unwrap_or(2100) + 1),
            kind: ContributionKind::read(&self.kind),
            work_item_id: self.work.parse().ok(),
        }
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<BookQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let today = clock::today();
    let filter = query.filter();
    let totals = book::sums(&mut tx, unit.id, filter).await?;
    let count = totals.iter().map(|it| it.entries).sum();
    let pager = Pager::new(&query.page, count, &query);
    let entries = book::list(&mut tx, &scope, filter, pager.rows()).await?;
    let first = book::first_day(&mut tx, unit.id).await?.unwrap_or(today);
    let all = works::Filter::default();
    let works = works::list(&mut tx, unit.id, today, &all, (MOST_WORKS, 0)).await?;
    let works = works.into_iter().map(|it| {
        let name = if it.work.unit_id == unit.id {
            it.work.name
        } else {
            format!("{} ({})", it.work.name, it.unit_name)
        };
        (it.work.id.to_string(), name)
    });
    let page = ListPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?,
        may_keep: scope.may(Right::KeepContributions),
        may_export: scope.may(Right::ExportNames),
        years: (first.year()..=today.year()).rev().collect(),
        works: works.collect(),
        totals: in_order(totals),
        unit,
        query,
        entries,
        count,
        pager,
        today,
    };
    Ok(Html(page.render()?))
}
