//! The opinions of a unit, newest first.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::access::below::{self, List};
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::faults::Faults;
use crate::opinions::model::{Counts, Opinion, Which};
use crate::opinions::store::{self, Filter};
use crate::organisation::model::Unit;
use crate::web::list::{Address, Span};
use crate::web::{Path, Query};
use crate::{clock, organisation};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "opinions/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    /// The day of the statuses.
    as_of: NaiveDate,
    query: ListQuery,
    faults: Faults,
    address: Address,
    /// The conditions of the filter in words, each with the list without it.
    conditions: Vec<(String, String)>,
    which: Which,
    /// The years to choose from, newest first.
    years: Vec<i32>,
    counts: Counts,
    opinions: Vec<Opinion>,
    page: i64,
    pages: i64,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// A word of [`Which`].
    status: String,
    year: String,
    /// The last day, as of which the statuses are told.
    on: String,
    q: String,
    /// The code of a unit right below.
    under: String,
    page: String,
}

impl ListQuery {
    fn address(&self, unit: &Unit) -> Address {
        Address::new(
            format!("/units/{}/opinions", unit.code),
            &[
                ("status", &self.status),
                ("year", &self.year),
                ("on", &self.on),
                ("q", &self.q),
                ("under", &self.under),
            ],
        )
    }
}

impl ListPage {
    fn is_asked(&self, word: &str) -> bool {
        self.which.as_str() == word
    }

    fn said(&self) -> String {
        let words = self.conditions.iter().map(|it| it.0.as_str());
        words.collect::<Vec<_>>().join(", ")
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
    uri: Uri,
    Path(code): Path<String>,
    Query(mut query): Query<ListQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let wanted = List { title: "Ý kiến", place: Place::Meetings, has_own: true, uri: &uri };
    let (entered, most) = ((&unit, &scope), app.settings.listed_units);
    if let Some(page) = below::instead(&mut tx, &viewer, entered, most, wanted).await? {
        return Ok(page);
    }
    let today = clock::today();
    let (span, faults) = Span::read(&query.year, "", &query.on);
    let child = organisation::store::narrowed_to(&mut tx, unit.id, &query.under, today).await?;
    let as_of = span.on.unwrap_or(today);
    let filter = Filter {
        which: Which::read(&query.status).unwrap_or(Which::All),
        q: query.q.clone(),
        child_id: child.as_ref().map(|it| it.id),
        counted: span.on.is_some(),
        ..Filter::of_days(span.days(), as_of)
    };
    let counts = store::counts(&mut tx, unit.id, &filter).await?;
    let pages = (counts.of(filter.which) + PER_PAGE - 1) / PER_PAGE;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let rows = (PER_PAGE, (page - 1) * PER_PAGE);
    let first = store::first_day(&mut tx, unit.id).await?.unwrap_or(today);
    let address = query.address(&unit);
    span.shown(&mut String::new(), &mut query.on);
    let mut conditions = span.conditions();
    let which = Some(filter.which).filter(|it| *it != Which::All);
    conditions.extend(which.map(|it| ("status", it.label().to_lowercase())));
    let words = Some(filter.q.trim()).filter(|it| !it.is_empty());
    conditions.extend(words.map(|it| ("q", format!("tìm “{it}”"))));
    conditions.extend(child.map(|it| ("under", it.name_in_text())));
    let conditions = conditions.into_iter().map(|(field, words)| (words, address.without(field)));
    let page = ListPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?,
        may_keep: scope.may(Right::KeepMeetings),
        as_of,
        which: filter.which,
        years: (first.year()..=today.year()).rev().collect(),
        counts,
        opinions: store::list(&mut tx, &scope, &filter, rows).await?,
        conditions: conditions.collect(),
        unit,
        query,
        faults,
        address,
        page,
        pages,
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}
