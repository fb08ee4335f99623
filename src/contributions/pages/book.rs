//! The unit's book: everything that was given, newest first.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::pager::Pager;
use crate::access::below::{self, List};
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::contributions::model::{Contribution, ContributionKind, WorkKind};
use crate::contributions::store::filter::{Filter, OfWork};
use crate::contributions::store::{book, works};
use crate::contributions::totals::{Total, in_order};
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::web::list::{Address, Span};
use crate::web::{Path, Query};
use crate::{clock, organisation};

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
    faults: Faults,
    /// The conditions of the filter in words, each with the book without it.
    conditions: Vec<(String, String)>,
    years: Vec<i32>,
    works: Vec<(String, String)>,
    totals: Vec<Total>,
    entries: Vec<Contribution>,
    /// Lines of the book, reversals among them, and the gifts that count.
    count: i64,
    gifts: i64,
    pager: Pager,
    today: NaiveDate,
}

impl ListPage {
    fn said(&self) -> String {
        let words = self.conditions.iter().map(|it| it.0.as_str());
        words.collect::<Vec<_>>().join(", ")
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct BookQuery {
    year: String,
    /// The first day, and the last.
    from: String,
    on: String,
    /// A word of [`ContributionKind`].
    kind: String,
    /// The id of a work, or `none`.
    work: String,
    /// The name of works, and a word of [`WorkKind`].
    named: String,
    of: String,
    /// The code of a unit right below.
    under: String,
    page: String,
}

impl BookQuery {
    fn span(&self) -> (Span, Faults) {
        Span::read(&self.year, &self.from, &self.on)
    }

    fn work(&self) -> OfWork {
        let named = WorkKind::read(&self.of).filter(|_| !self.named.is_empty());
        match (self.work.trim(), named) {
            ("none", _) => OfWork::None,
            ("", Some(kind)) => OfWork::Named(kind, self.named.clone()),
            (typed, _) => typed.parse().map_or(OfWork::Anything, OfWork::One),
        }
    }

    fn address(&self, unit: &Unit) -> Address {
        Address::new(
            format!("/units/{}/contributions", unit.code),
            &[
                ("year", &self.year),
                ("from", &self.from),
                ("on", &self.on),
                ("kind", &self.kind),
                ("work", &self.work),
                ("named", &self.named),
                ("of", &self.of),
                ("under", &self.under),
            ],
        )
    }

    /// Each condition with its field, in words.
    fn conditions(&self, child: Option<&Unit>) -> Vec<(&'static str, String)> {
        let mut conditions = self.span().0.conditions();
        let kind = ContributionKind::read(&self.kind);
        conditions.extend(kind.map(|it| ("kind", it.label().to_lowercase())));
        conditions.extend(match self.work() {
            OfWork::Anything => None,
            OfWork::None => Some(("work", "không gắn công trình, quỹ".to_owned())),
            OfWork::One(_) => Some(("work", "của một công trình".to_owned())),
            OfWork::Named(kind, name) => {
                Some(("named", format!("{} {name}", kind.label().to_lowercase())))
            }
        });
        conditions.extend(child.map(|it| ("under", it.name_in_text())));
        conditions
    }

    /// `năm 2024, tiền`
    pub fn said(&self, child: Option<&Unit>) -> String {
        let mut words: Vec<String> =
            self.conditions(child).into_iter().map(|(_, words)| words).collect();
        if self.span().0 == Span::default() {
            words.insert(0, "mọi năm".to_owned());
        }
        words.join(", ")
    }

    /// The code of the unit right below that it is narrowed to; empty where there is none.
    pub fn under(&self) -> &str {
        &self.under
    }

    /// What it asks for, under `child` where that is named. Every day where none was chosen; a
    /// day that cannot be read is a fault.
    pub fn filter(&self, child: Option<&Unit>) -> (Filter, Faults) {
        let (span, faults) = self.span();
        let (from, to) = span.days();
        let filter = Filter {
            from,
            to,
            kind: ContributionKind::read(&self.kind),
            work: self.work(),
            child_id: child.map(|it| it.id),
            counted: span.on.is_some(),
        };
        (filter, faults)
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(code): Path<String>,
    Query(mut query): Query<BookQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let wanted =
        List { title: "Sổ đóng góp", place: Place::Contributions, has_own: true, uri: &uri };
    let (entered, most) = ((&unit, &scope), app.settings.listed_units);
    if let Some(page) = below::instead(&mut tx, &viewer, entered, most, wanted).await? {
        return Ok(page);
    }
    let today = clock::today();
    let child = organisation::store::narrowed_to(&mut tx, unit.id, &query.under, today).await?;
    let (filter, faults) = query.filter(child.as_ref());
    let totals = book::sums(&mut tx, unit.id, &filter).await?;
    let count = totals.iter().map(|it| it.entries).sum();
    let gifts = totals.iter().map(|it| it.gifts).sum();
    let address = query.address(&unit);
    let pager = Pager::new(&query.page, count, address.query());
    let entries = book::list(&mut tx, &scope, &filter, pager.rows()).await?;
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
    query.span().0.shown(&mut query.from, &mut query.on);
    let conditions = query.conditions(child.as_ref()).into_iter();
    let conditions = conditions.map(|(field, words)| (words, address.without(field)));
    let page = ListPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?,
        may_keep: scope.may(Right::KeepContributions),
        may_export: scope.may(Right::ExportNames),
        years: (first.year()..=today.year()).rev().collect(),
        works: works.collect(),
        totals: in_order(totals),
        conditions: conditions.collect(),
        unit,
        query,
        faults,
        entries,
        count,
        gifts,
        pager,
        today,
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}
