//! What a unit has answered for, beside what its books say of the same day now.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};

use crate::access::figures;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::UnitId;
use crate::organisation::model::Unit;
use crate::reports::bridge::{self, Told};
use crate::reports::confirmed::{Confirmation, Frozen};
use crate::reports::difference::{Pair, Row, lines, rows, signed};
use crate::reports::form::ShowQuery;
use crate::reports::store;
use crate::reports::store::bridge::GiftsSince;
use crate::small::{Shown, told};
use crate::statistics;
use crate::statistics::model::{AsOf, Members, Overview};
use crate::statistics::pages::view;
use crate::statistics::small::{Line, Sight, View};
use crate::statistics::tables::Tables;
use crate::vietnamese::{day, number};
use crate::web::{Path, Query};

/// As many as a page lists.
const LATEST: i64 = 60;

#[derive(Template)]
#[template(path = "reports/confirmed.html")]
struct ConfirmedPage {
    frame: Frame,
    unit: Unit,
    latest: Vec<Confirmation>,
    /// None where nothing was confirmed yet.
    shown: Option<Comparison>,
    names: bool,
    may_confirm: bool,
    done: bool,
}

/// Frozen and live, side by side.
struct Comparison {
    confirmation: Confirmation,
    /// Whether another confirmation of the day took its place.
    replaced: bool,
    name: String,
    rows: Vec<Row>,
    lines: Vec<(String, Pair)>,
    total: Pair,
    steps: Vec<Told>,
    /// From the count confirmed, and to the count of now, of either category.
    heads: [Pair; 2],
    gifts: GiftsSince,
    children: Vec<ChildNote>,
}

impl Comparison {
    fn is_same(&self) -> bool {
        !self.rows.iter().any(Row::differs)
    }

    fn has_other_children(&self) -> bool {
        self.children.iter().any(|it| it.differs)
    }

    fn gifts_said(&self) -> String {
        let GiftsSince { count, amount_vnd } = self.gifts;
        let sign = if amount_vnd < 0 { "−" } else { "+" };
        format!("{} lượt, {sign}{}", signed(count), number::dong(amount_vnd.saturating_abs()))
    }
}

/// What a unit below has confirmed for the same day.
pub struct ChildNote {
    pub name: String,
    pub code: String,
    pub confirmation: Confirmation,
    /// Whether the number is another than the one in the table above it.
    pub differs: bool,
    /// Its members, where they may be told.
    pub normal: String,
}

/// What the units below have confirmed for the day of the table, in its order.
pub async fn child_notes(
    tx: &mut Tx,
    frozen: &Frozen,
    (unit_id, on): (UnitId, NaiveDate),
    names: bool,
) -> Result<Vec<ChildNote>> {
    let mut notes = Vec::new();
    let confirmed = store::of_children(tx, unit_id, on).await?;
    for child in &frozen.children {
        let Some(it) = confirmed.iter().find(|it| it.unit_id == child.id) else { continue };
        let kept = child.figures;
        notes.push(ChildNote {
            name: child.name.clone(),
            code: child.code.clone(),
            confirmation: it.clone(),
            differs: (it.normal, it.exempt) != (kept.normal, kept.exempt),
            normal: if names { number::grouped(it.normal) } else { String::new() },
        });
    }
    Ok(notes)
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Response> {
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Counts).await?;
    let latest = store::list(&mut tx, unit.id, LATEST).await?;
    let asked = asked(&mut tx, &unit, &query, &latest).await?;
    let shown = match asked {
        Some(confirmation) => Some(compare(&mut tx, (&unit, &scope), confirmation).await?),
        None => None,
    };
    let page = ConfirmedPage {
        frame,
        unit,
        latest,
        shown,
        names: scope.may(Right::SeeNames),
        may_confirm: scope.may(Right::ConfirmFigures),
        done: !query.done.is_empty(),
    };
    Ok(Html(page.render()?).into_response())
}

/// The confirmation that the address names: of this day, and number; the last where it
/// names none.
async fn asked(
    tx: &mut Tx,
    unit: &Unit,
    query: &ShowQuery,
    latest: &[Confirmation],
) -> Result<Option<Confirmation>> {
    if query.on.trim().is_empty() {
        return Ok(latest.first().cloned());
    }
    let on = day::read(query.on.trim()).map_err(|_| Error::NotFound)?;
    let found = match query.number.trim() {
        "" => store::of_day(tx, unit.id, on).await?,
        number => {
            let number = number.parse().map_err(|_| Error::NotFound)?;
            store::numbered(tx, unit.id, on, number).await?
        }
    };
    found.map(Some).ok_or(Error::NotFound)
}

async fn compare(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    confirmation: Confirmation,
) -> Result<Comparison> {
    let names = scope.may(Right::SeeNames);
    let on = confirmation.as_of_on;
    let as_of = AsOf { on, year: on.year() };
    let frozen = confirmation.frozen()?;
    let live = statistics::store::overview(tx, unit.id, as_of).await?;
    let then = frozen_view(tx, scope, &frozen.overview(&live.unit, as_of)).await?;
    let now = view(tx, scope, &live).await?;
    let changed = store::bridge::changed(tx, scope, on, confirmation.confirmed_at).await?;
    let heads = |view: &View| {
        let members = view.total.figures.members;
        (members.normal, members.exempt)
    };
    let steps = bridge::bridge(heads(&then), heads(&now), changed);
    let (lines, total) = lines(&then, &now, names);
    let newest = store::of_day(tx, unit.id, on).await?;
    Ok(Comparison {
        replaced: newest.is_some_and(|it| it.number > confirmation.number),
        name: frozen.name.clone(),
        rows: rows(&then.total, &now.total, names, true),
        lines,
        total,
        steps: bridge::told(steps, names),
        heads: [
            Pair::of(then.total.normal, now.total.normal, names),
            Pair::of(then.total.exempt, now.total.exempt, names),
        ],
        gifts: store::bridge::gifts_since(tx, unit.id, as_of, confirmation.confirmed_at).await?,
        children: child_notes(tx, &frozen, (unit.id, on), names).await?,
        confirmation,
    })
}

/// The figures that were frozen, as this viewer may see them: what the table of the unit
/// above does not tell of this one today is not told of then either.
async fn frozen_view(tx: &mut Tx, scope: &Scope, overview: &Overview) -> Result<View> {
    if scope.may(Right::SeeNames) {
        return Ok(View::new(overview, Sight::Names));
    }
    let Members { normal, exempt, without_letter } = overview.total.members;
    let as_then = |now: Shown, then: i64| match told(then) {
        Shown::Exact(_) if !now.is_exact() => Shown::Hidden,
        shown => shown,
    };
    let above = Tables::default().above(tx, 0, overview.unit.id, overview.as_of).await?;
    let above = above.line.map(|it| Line {
        normal: as_then(it.normal, normal),
        exempt: as_then(it.exempt, exempt),
        without_letter: as_then(it.without_letter, without_letter),
        ..it
    });
    Ok(View::new(overview, Sight::Counts(above.as_ref())))
}
