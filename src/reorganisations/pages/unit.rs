//! The page of a unit for its administrator, and what it was over time for all who see its
//! counts.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Entry;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::UnitId;
use crate::organisation::model::Unit;
use crate::organisation::store::{Kin, predecessors, successors};
use crate::reorganisations::model::Reorganisation;
use crate::reorganisations::store::{self, Past};
use crate::vietnamese::day;
use crate::web::Path;
use crate::{audit, clock, organisation};

/// What a unit was, is and is to be.
struct History {
    /// Oldest first.
    periods: Vec<Past>,
    reorganisations: Vec<Reorganisation>,
    before: Vec<Kin>,
    after: Vec<Kin>,
    today: NaiveDate,
}

impl History {
    async fn of(tx: &mut Tx, id: UnitId) -> Result<History> {
        let today = clock::today();
        // What is decided for a day to come is told too.
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(today);
        Ok(History {
            periods: store::past_of(tx, id).await?,
            reorganisations: store::list_of_unit(tx, id).await?,
            before: predecessors(tx, id, last).await?,
            after: successors(tx, id, last).await?,
            today,
        })
    }

    /// The decision that the period begins with, if it was one.
    fn reference(&self, on: NaiveDate) -> Option<&Reorganisation> {
        self.reorganisations.iter().find(|it| it.effective_on == on)
    }

    /// Those whose day is to come.
    fn planned(&self) -> Vec<&Reorganisation> {
        self.reorganisations.iter().filter(|it| it.effective_on > self.today).collect()
    }

    fn is_to_come(&self, on: NaiveDate) -> bool {
        on > self.today
    }

    /// The decision that ended the unit.
    fn ended(&self) -> Option<&Reorganisation> {
        let end = self.periods.last().and_then(|it| it.to_on)?;
        self.reference(end)
    }

    fn eve(on: NaiveDate) -> String {
        day::short(on.pred_opt().unwrap_or(on))
    }

    /// The last day of a period.
    fn last_day(to_on: Option<NaiveDate>) -> Option<String> {
        to_on.and_then(|it| it.pred_opt()).map(day::short)
    }
}

#[derive(Template)]
#[template(path = "administration/unit.html")]
struct UnitPage {
    frame: Frame,
    unit: Unit,
    children: Vec<Unit>,
    past: History,
    history: Vec<Entry>,
    /// Whether the decisions are links.
    may_reorganise: bool,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepUnits).await?;
    let page = UnitPage {
        frame: Frame::bare(&viewer, Place::Units),
        children: organisation::store::children(&mut tx, unit.id, clock::today()).await?,
        past: History::of(&mut tx, unit.id).await?,
        history: audit::store::list_of(&mut tx, unit.id.0, 50).await?,
        may_reorganise: scope.may(Right::Reorganise),
        unit,
    };
    Ok(Html(page.render()?))
}

#[derive(Template)]
#[template(path = "reorganisations/history.html")]
struct HistoryPage {
    frame: Frame,
    unit: Unit,
    past: History,
    may_reorganise: bool,
}

pub async fn history(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let past = History::of(&mut tx, unit.id).await?;
    Ok(Html(HistoryPage { frame, past, may_reorganise: false, unit }.render()?))
}
