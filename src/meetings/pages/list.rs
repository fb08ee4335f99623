//! The meetings of a unit, newest first.

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
use crate::meetings::model::{HalfYear, Listed, MeetingKind, Sums};
use crate::meetings::store::book;
use crate::organisation::model::Unit;
use crate::web::list::{Address, Span};
use crate::web::{Path, Query};
use crate::{clock, organisation};

const PER_PAGE: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    year: String,
    /// The first day, and the last.
    from: String,
    on: String,
    /// A word of [`MeetingKind`].
    kind: String,
    /// The code of a unit right below.
    under: String,
    page: String,
}

impl ListQuery {
    fn address(&self, unit: &Unit) -> Address {
        Address::new(
            format!("/units/{}/meetings", unit.code),
            &[
                ("year", &self.year),
                ("from", &self.from),
                ("on", &self.on),
                ("kind", &self.kind),
                ("under", &self.under),
            ],
        )
    }
}

#[derive(Template)]
#[template(path = "meetings/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    today: NaiveDate,
    query: ListQuery,
    faults: Faults,
    span: Span,
    address: Address,
    /// The conditions of the filter in words, each with the list without it.
    conditions: Vec<(String, String)>,
    /// The years to choose from, newest first.
    years: Vec<i32>,
    sums: Sums,
    page: i64,
    pages: i64,
    halves: Vec<(HalfYear, Vec<Listed>)>,
}

impl ListPage {
    fn is_year(&self, year: i32) -> bool {
        self.span.year == Some(year)
    }

    fn said(&self) -> String {
        let words = self.conditions.iter().map(|it| it.0.as_str());
        words.collect::<Vec<_>>().join(", ")
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
    let wanted = List { title: "Cuộc họp", place: Place::Meetings, has_own: true, uri: &uri };
    let (entered, most) = ((&unit, &scope), app.settings.listed_units);
    if let Some(page) = below::instead(&mut tx, &viewer, entered, most, wanted).await? {
        return Ok(page);
    }
    let today = clock::today();
    let (span, faults) = Span::read(&query.year, &query.from, &query.on);
    let child = organisation::store::narrowed_to(&mut tx, unit.id, &query.under, today).await?;
    let kind = MeetingKind::read(&query.kind);
    let child_id = child.as_ref().map(|it| it.id);
    let filter = book::Filter { kind, child_id, ..book::Filter::of_days(span.days()) };
    let sums = book::sums(&mut tx, unit.id, filter).await?;
    let pages = (sums.held + PER_PAGE - 1) / PER_PAGE;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let part = (PER_PAGE, (page - 1) * PER_PAGE);
    let listed = book::list(&mut tx, unit.id, filter, part).await?;
    let (first, last) = book::span(&mut tx, unit.id).await?;
    let years = first.zip(last).map(|(first, last)| (first.year()..=last.year()).rev().collect());
    let address = query.address(&unit);
    span.shown(&mut query.from, &mut query.on);
    let mut conditions = span.conditions();
    conditions.extend(kind.map(|it| ("kind", it.in_text())));
    conditions.extend(child.map(|it| ("under", it.name_in_text())));
    let conditions = conditions.into_iter().map(|(field, words)| (words, address.without(field)));
    let page = ListPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Meetings).await?,
        may_keep: scope.may(Right::KeepMeetings),
        today,
        conditions: conditions.collect(),
        unit,
        query,
        faults,
        span,
        address,
        years: years.unwrap_or_default(),
        sums,
        page,
        pages,
        halves: by_half(listed),
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

fn by_half(listed: Vec<Listed>) -> Vec<(HalfYear, Vec<Listed>)> {
    let mut halves: Vec<(HalfYear, Vec<Listed>)> = Vec::new();
    for it in listed {
        let half = HalfYear::of(it.meeting.held_on);
        match halves.last_mut().filter(|(last, _)| *last == half) {
            Some((_, group)) => group.push(it),
            None => halves.push((half, vec![it])),
        }
    }
    halves
}
