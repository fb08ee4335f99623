//! The page of a unit: its counts, and those of the units right below it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::small::Shown;
use crate::statistics::form::AsOfForm;
use crate::statistics::model::{self, AsOf, ByKind, ByWork, Overview};
use crate::statistics::small::{Sight, View};
use crate::statistics::store;
use crate::web::{Path, Query};
use crate::{clock, organisation};

pub fn routes() -> Routes {
    Routes::new().get("/units/{code}", Need::Right(Right::SeeCounts), show)
}

#[derive(Template)]
#[template(path = "statistics/unit.html")]
struct UnitPage {
    frame: Frame,
    unit: Unit,
    form: AsOfForm,
    faults: Faults,
    may_see_names: bool,
    may_export: bool,
    may_settle: bool,
    /// None where no day could be read.
    counts: Option<Counts>,
}

struct Counts {
    as_of: AsOf,
    children_are: String,
    above: Option<Above>,
    /// The last day of a unit that had ended before the day of the count.
    ended_on: Option<NaiveDate>,
    view: View,
    by_kind: Vec<ByKind>,
    by_work: Vec<ByWork>,
    /// The latest year with any meeting or contribution, where this one has none.
    last_year: Option<AsOf>,
}

/// Where the unit belonged on the day of the count: `Một trong 15 phường, xã của …`.
struct Above {
    siblings: usize,
    kinds: String,
    name: String,
    /// Empty where the viewer may not see it.
    href: String,
}

impl Counts {
    /// How long a bar is beside the longest, in per cent.
    fn share(part: i64, longest: i64) -> String {
        let thousandths = if longest > 0 { part.max(0) * 1000 / longest } else { 0 };
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    }

    /// The bar of a count of people, where the count is told.
    fn people_bar(&self, count: Shown) -> Option<String> {
        let exact = |shown| match shown {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Hidden => None,
        };
        let longest = self.view.lines.iter().filter_map(|it| exact(it.normal)).max();
        exact(count).map(|it| Counts::share(it, longest.unwrap_or(0)))
    }

    fn kind_bar(&self, count: i64) -> String {
        Counts::share(count, self.by_kind.iter().map(|it| it.count).max().unwrap_or(0))
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(form): Query<AsOfForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let may_see_names = scope.may(Right::SeeNames);
    let may_export = scope.may(Right::ExportNames);
    let may_settle = scope.may(Right::KeepSettings);
    let page = match form.read(clock::today()) {
        Err(faults) => UnitPage {
            frame,
            unit,
            form,
            faults,
            may_see_names,
            may_export,
            may_settle,
            counts: None,
        },
        Ok(as_of) => {
            let overview = store::overview(&mut tx, unit.id, as_of).await?;
            let unit = overview.unit.clone();
            let counts = Some(counts(&mut tx, &scope, &frame, &overview).await?);
            let (form, faults) = (AsOfForm::filled(as_of), Faults::default());
            UnitPage { frame, unit, form, faults, may_see_names, may_export, may_settle, counts }
        }
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

async fn counts(tx: &mut Tx, scope: &Scope, frame: &Frame, overview: &Overview) -> Result<Counts> {
    let (unit, as_of) = (&overview.unit, overview.as_of);
    let total = overview.total;
    let mut last_year = None;
    if total.meetings.held == 0 && total.contributions.count == 0 {
        let (from, to) = as_of.days();
        let last = store::last_day_before(tx, unit.id, from.min(to)).await?;
        last_year = last.map(|day| AsOf { year: day.year(), ..as_of });
    }
    let ended = unit.to_on.filter(|to_on| *to_on <= as_of.on);
    Ok(Counts {
        as_of,
        children_are: overview.children_are(),
        above: above(tx, frame, unit, as_of).await?,
        ended_on: ended.and_then(|it| it.pred_opt()),
        view: view(tx, scope, overview).await?,
        by_kind: store::by_kind(tx, unit.id, as_of).await?,
        by_work: store::by_work(tx, unit.id, as_of).await?,
        last_year,
    })
}

/// The counts as this viewer may see them.
pub async fn view(tx: &mut Tx, scope: &Scope, overview: &Overview) -> Result<View> {
    if scope.may(Right::SeeNames) {
        return Ok(View::new(overview, Sight::Names));
    }
    let above = store::told_above(tx, overview.unit.id, overview.as_of).await?;
    Ok(View::new(overview, Sight::Counts(above.as_ref())))
}

async fn above(tx: &mut Tx, frame: &Frame, unit: &Unit, as_of: AsOf) -> Result<Option<Above>> {
    let Some(parent_id) = unit.parent_id else { return Ok(None) };
    let parent = organisation::store::get(tx, parent_id, as_of.on).await?;
    let siblings = organisation::store::children(tx, parent_id, as_of.on).await?;
    let href = format!("/units/{}", parent.code);
    let is_seen = frame.path.iter().any(|step| step.href == href);
    Ok(Some(Above {
        siblings: siblings.len(),
        kinds: model::kinds(siblings.iter()),
        name: parent.name_in_text(),
        href: if is_seen { href } else { String::new() },
    }))
}
