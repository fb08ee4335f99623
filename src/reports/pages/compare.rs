//! Two days of a unit, or two units of a day, side by side.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};

use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::reports::difference::{Pair, Row, lines, rows};
use crate::reports::form::CompareForm;
use crate::statistics::model::AsOf;
use crate::statistics::pages::view;
use crate::statistics::small::View;
use crate::vietnamese::day;
use crate::web::{Path, Query};
use crate::{clock, organisation, statistics};

#[derive(Template)]
#[template(path = "reports/compare.html")]
struct ComparePage {
    frame: Frame,
    unit: Unit,
    form: CompareForm,
    faults: Faults,
    /// Codes and names of the units that can be chosen.
    others: Vec<(String, String)>,
    names: bool,
    /// None where no days could be read.
    sides: Option<Sides>,
}

struct Sides {
    /// What stands above the columns.
    first: String,
    second: String,
    /// Whether both are of one unit.
    one_unit: bool,
    /// The pages whose figures open their rows: what they are called, and where they stand.
    pages: [(String, String); 2],
    rows: Vec<Row>,
    lines: Vec<(String, Pair)>,
    total: Pair,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<CompareForm>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let other = match form.with.trim() {
        "" => None,
        with => Some(guard::enter_by_code(&mut tx, &viewer, with, Right::SeeCounts).await?),
    };
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let today = clock::today();
    let day_asked = form.read(today).map_or(today, |it| it.0);
    let chosen = other.as_ref().map(|it| &it.0);
    let mut page = ComparePage {
        others: others(&mut tx, &frame, &unit, chosen, day_asked).await?,
        frame,
        names: scope.may(Right::SeeNames),
        form,
        faults: Faults::default(),
        sides: None,
        unit,
    };
    match page.form.read(today) {
        Err(faults) => page.faults = faults,
        Ok((on, against)) => {
            (page.form.on, page.form.against) = (day::short(on), day::short(against));
            let one = (&page.unit, &scope);
            page.sides = Some(match &other {
                Some((unit, scope)) => units(&mut tx, one, (unit, scope), on).await?,
                None => days(&mut tx, one, (against, on)).await?,
            });
        }
    }
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// Units that the viewer may see beside this one: those right below it, its siblings where
/// the unit above is seen, each as of the day, and the one that was chosen.
async fn others(
    tx: &mut Tx,
    frame: &Frame,
    unit: &Unit,
    chosen: Option<&Unit>,
    on: NaiveDate,
) -> Result<Vec<(String, String)>> {
    let mut units = Vec::new();
    let seen = frame.path.iter().filter(|it| !it.href.is_empty()).count();
    if let Some(parent_id) = unit.parent_id.filter(|_| seen > 1) {
        units.extend(organisation::store::children(tx, parent_id, on).await?);
    }
    units.extend(organisation::store::children(tx, unit.id, on).await?);
    units.retain(|it| it.id != unit.id);
    if let Some(chosen) = chosen.filter(|it| !units.iter().any(|unit| unit.id == it.id)) {
        units.push(chosen.clone());
    }
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let none = (String::new(), "Không: so hai ngày của đơn vị này".to_owned());
    let units = units.into_iter().map(|it| (it.code, it.name));
    Ok([none].into_iter().chain(units).collect())
}

async fn seen(tx: &mut Tx, (unit, scope): (&Unit, &Scope), on: NaiveDate) -> Result<View> {
    let as_of = AsOf { on, year: on.year() };
    let overview = statistics::store::overview(tx, unit.id, as_of).await?;
    view(tx, scope, &overview).await
}

fn page_of(unit: &Unit, on: NaiveDate) -> String {
    format!("/units/{}?on={}", unit.code, day::iso(on))
}

async fn days(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    (from, on): (NaiveDate, NaiveDate),
) -> Result<Sides> {
    let names = scope.may(Right::SeeNames);
    let first = seen(tx, (unit, scope), from).await?;
    let second = seen(tx, (unit, scope), on).await?;
    let (lines, total) = lines(&first, &second, names);
    Ok(Sides {
        first: day::short(from),
        second: day::short(on),
        one_unit: true,
        pages: [from, on].map(|it| (day::short(it), page_of(unit, it))),
        rows: rows(&first.total, &second.total, names, true),
        lines,
        total,
    })
}

async fn units(
    tx: &mut Tx,
    one: (&Unit, &Scope),
    other: (&Unit, &Scope),
    on: NaiveDate,
) -> Result<Sides> {
    let first = seen(tx, one, on).await?.total;
    let second = seen(tx, other, on).await?.total;
    let name = |unit: &Option<Unit>| unit.as_ref().map_or_else(String::new, |it| it.name.clone());
    Ok(Sides {
        first: name(&first.unit),
        second: name(&second.unit),
        one_unit: false,
        pages: [one.0, other.0].map(|it| (it.name_in_text(), page_of(it, on))),
        rows: rows(&first, &second, one.1.may(Right::SeeNames), one.0.id == other.0.id),
        lines: Vec::new(),
        total: Pair::of(first.normal, second.normal, true),
    })
}
