//! How far the year's comments have come: of a cell, with what is to be done next; of a unit
//! above, with a line for each unit below it, as of a day.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike as _, NaiveDate};

use super::{days, year_of};
use crate::access::frame::Frame;
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::criteria::model::{Variant, Whole};
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::form::YearQuery;
use crate::evaluation::model::{Consultation, OpenedYear, Progress, State as SheetState};
use crate::evaluation::small::{self, CriterionCount, Told};
use crate::evaluation::store::counts::{Known, OfChild, Stages};
use crate::evaluation::store::{self, consultations, counts, opening};
use crate::faults::Faults;
use crate::ids::{OptionId, SheetId, UnitId};
use crate::organisation::model::{Unit, by_name};
use crate::small::Shown;
use crate::{clock, criteria, organisation};

#[derive(Template)]
#[template(path = "evaluation/cell.html")]
struct CellPage {
    frame: Frame,
    unit: Unit,
    year: i64,
    years: Vec<i64>,
    opened: Option<OpenedYear>,
    today: NaiveDate,
    progress: Progress,
    consultations: Vec<Consultation>,
    /// Sheets that could be signed but for the meeting with the Front work committee.
    unconsulted: i64,
    /// The first sheet that is to be written.
    first: Option<SheetId>,
    scope: Scope,
    done: String,
    /// The sheet whose saving ended the list, for the draft that the browser keeps of it.
    saved: String,
}

impl CellPage {
    fn may_keep(&self) -> bool {
        self.scope.may(Right::KeepEvaluations)
    }

    fn may_confirm(&self) -> bool {
        self.scope.may(Right::ConfirmEvaluations)
    }

    fn may_open(&self) -> bool {
        self.scope.may(Right::OpenEvaluations)
    }

    fn may_export(&self) -> bool {
        self.scope.may(Right::ExportNames)
    }

    /// The states with any sheet in them, for links to the lists.
    fn stages(&self) -> Vec<(SheetState, i64)> {
        let it = &self.progress;
        let all = [
            (SheetState::Blank, it.blank),
            (SheetState::Draft, it.draft),
            (SheetState::Returned, it.returned),
            (SheetState::Written, it.written),
            (SheetState::Signed, it.signed),
            (SheetState::Confirmed, it.confirmed),
            (SheetState::Sent, it.sent),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    fn left(&self) -> i64 {
        self.progress.blank + self.progress.draft + self.progress.returned
    }

    /// Whether the day until which cells are to sign has passed, where one was settled.
    fn is_late(&self) -> bool {
        let late = self.opened.as_ref().and_then(|it| it.sign_by).is_some_and(|it| it < self.today);
        late && self.progress.is_signed() < self.progress.all()
    }
}

#[derive(Template)]
#[template(path = "evaluation/unit.html")]
struct UnitPage {
    frame: Frame,
    unit: Unit,
    query: YearQuery,
    faults: Faults,
    year: i64,
    on: NaiveDate,
    opened: Option<OpenedYear>,
    lines: Vec<Line>,
    total: Told,
    criteria: Vec<CriterionCount>,
    tells_absent: bool,
    names: bool,
    scope: Scope,
}

struct Line {
    unit: Unit,
    told: Told,
    /// Sheets that wait for the ward's confirmation.
    waiting: i64,
}

impl UnitPage {
    fn may_confirm(&self) -> bool {
        self.scope.may(Right::ConfirmEvaluations)
    }

    fn may_open(&self) -> bool {
        self.scope.may(Right::OpenEvaluations)
    }

    fn may_export(&self) -> bool {
        self.scope.may(Right::ExportNames)
    }

    /// The bar of a line: how much of its sheets is confirmed, in per cent.
    fn share(told: &Told) -> Option<String> {
        match (told[0], told[3]) {
            (Shown::Exact(all), Shown::Exact(confirmed)) if all > 0 => {
                let thousandths = confirmed * 1000 / all;
                Some(format!("{}.{}%", thousandths / 10, thousandths % 10))
            }
            _ => None,
        }
    }

    fn is_past(&self) -> bool {
        self.on < clock::today()
    }
}

/// What the page is asked for.
pub struct Asked {
    query: YearQuery,
    faults: Faults,
    pub year: i64,
    pub on: NaiveDate,
    opened: Option<OpenedYear>,
}

impl Asked {
    pub async fn read(tx: &mut Tx, unit: &Unit, query: YearQuery) -> Result<Asked> {
        let today = clock::today();
        let asked = query.year(today);
        let on = query.on(today);
        let faults = asked.as_ref().err().or(on.as_ref().err()).cloned().unwrap_or_default();
        let year = year_of(tx, unit, asked.unwrap_or_default(), today).await?;
        let opened = opening::in_force(tx, unit.id, year, today).await?;
        Ok(Asked { query, faults, year, on: on.unwrap_or(today), opened })
    }

    fn status(&self) -> StatusCode {
        if self.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

/// The page of a cell, to whoever sees names.
pub async fn cell(
    tx: &mut Tx,
    (unit, scope): (Unit, &Scope),
    frame: Frame,
    asked: Asked,
) -> Result<Response> {
    let status = asked.status();
    let Asked { query, year, opened, .. } = asked;
    let page = cell_page(tx, (unit, scope), frame, year, opened).await?;
    let page = CellPage { done: query.done, saved: query.saved, ..page };
    Ok((status, Html(page.render()?)).into_response())
}

/// The page of a unit, whose sheets were counted.
pub fn unit(
    (unit, scope): (Unit, Scope),
    frame: Frame,
    asked: Asked,
    sheets: Sheets,
) -> Result<Response> {
    let status = asked.status();
    let Asked { query, faults, year, on, opened } = asked;
    let Sheets { units, exact, told, total, criteria, tells_absent } = sheets;
    let waiting = |it: &Stages| it.signed - it.confirmed;
    let lines = units.into_iter().zip(told).zip(&exact).filter(|((_, _), it)| it.asked > 0);
    let lines = lines.map(|((unit, told), it)| Line { unit, told, waiting: waiting(it) });
    let names = scope.may(Right::SeeNames);
    let lines = lines.collect();
    let page = UnitPage {
        frame,
        unit,
        query,
        faults,
        year,
        on,
        opened,
        lines,
        total,
        criteria,
        tells_absent,
        names,
        scope,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn cell_page(
    tx: &mut Tx,
    (unit, scope): (Unit, &Scope),
    frame: Frame,
    year: i64,
    opened: Option<OpenedYear>,
) -> Result<CellPage> {
    let today = clock::today();
    let this_year = i64::from(today.year());
    Ok(CellPage {
        frame,
        year,
        years: (this_year - 4..=this_year).rev().collect(),
        opened,
        today,
        progress: store::progress(tx, unit.id, year).await?,
        consultations: consultations::list(tx, unit.id, year).await?,
        unconsulted: consultations::count_without(tx, unit.id, year).await?,
        first: store::first_open(tx, unit.id, year).await?,
        scope: scope.clone(),
        done: String::new(),
        saved: String::new(),
        unit,
    })
}

/// The sheets of a year at a unit, by the units below it, as a viewer may see them.
#[derive(Debug)]
pub struct Sheets {
    /// By name; none below a cell.
    pub units: Vec<Unit>,
    /// Of each unit, as counted and as told.
    pub exact: Vec<Stages>,
    pub told: Vec<Told>,
    pub total: Told,
    /// Of confirmed sheets alone.
    pub criteria: Vec<CriterionCount>,
    /// Whether those who attended nothing were counted.
    pub tells_absent: bool,
}

/// What is counted of sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// How far they have come.
    Stages,
    /// And whose attended no meeting, for which all attendance of the year is read.
    Absent,
}

impl Detail {
    async fn count(
        self,
        tx: &mut Tx,
        unit_id: UnitId,
        (year, on): (i64, NaiveDate),
    ) -> Result<Vec<OfChild>> {
        let after = on.succ_opt().unwrap_or(on);
        Ok(match self {
            Detail::Stages => counts::stages_by_child(tx, unit_id, (year, after)).await?,
            Detail::Absent => counts::by_child(tx, unit_id, (year, after), days(year, on)).await?,
        })
    }
}

/// What was counted of sheets already: their stages, not who was absent.
#[derive(Default)]
pub struct OfSheets<'a> {
    pub of_unit: Option<Known>,
    pub of_those_above: Vec<(UnitId, &'a Known)>,
}

/// Counts the year's sheets as they stood at the end of `on`, for somebody who sees `names` or
/// who does not: then no count contradicts the tables of the units above, those that the `viewer`
/// sees, or all where none is named. What is `known` is not counted again.
pub async fn counted(
    tx: &mut Tx,
    viewer: Option<&Viewer>,
    (unit, names): (&Unit, bool),
    (year, on): (i64, NaiveDate),
    detail: Detail,
    known: OfSheets<'_>,
) -> Result<Sheets> {
    let OfSheets { of_unit: known, of_those_above } = known;
    let is_known = known.is_some();
    let known = if let Some(known) = known {
        known
    } else {
        let after = on.succ_opt().unwrap_or(on);
        let stages = detail.count(tx, unit.id, (year, on)).await?;
        Known { stages, chosen: counts::options(tx, unit.id, year, after).await? }
    };
    let Known { stages: counted, chosen: rows } = known;
    let mut units = organisation::store::children(tx, unit.id, on).await?;
    if unit.is_cell() {
        units.clear();
    }
    // Those that hung here on the reference day and hang elsewhere now: hardly ever any.
    let gone = counted.iter().map(|it| it.child_id);
    for id in gone.filter(|id| !units.iter().any(|it| it.id == *id)).collect::<Vec<_>>() {
        units.push(organisation::store::get(tx, id, on).await?);
    }
    units.sort_by(|a, b| by_name(&a.name, &b.name));
    let ids: Vec<UnitId> = units.iter().map(|it| it.id).collect();
    let exact = small::of_children(&ids, &counted);
    let set = match small::most_chosen(&rows) {
        Some(id) => Some(criteria::store::of_criterion(tx, id).await?),
        // Of a large unit, all sheets would be read to tell that none of them is confirmed.
        None if is_known => criteria::store::in_force(tx, Variant::Normal, on).await?,
        None => set_of(tx, unit.id, year, on).await?,
    };
    let (above, hidden) = match (&set, names) {
        (Some(set), false) => {
            above(tx, viewer, (unit, set), (year, on), detail, &of_those_above).await?
        }
        _ => (None, BTreeSet::new()),
    };
    let (told, total) = small::stages(&exact, names, above.as_ref());
    let criteria = set.map(|it| small::options(&it, &rows, &hidden)).unwrap_or_default();
    let tells_absent = detail == Detail::Absent;
    Ok(Sheets { units, exact, told, total, criteria, tells_absent })
}

/// The set whose criteria most of the unit's sheets of the year have: that of the reference day
/// on which the year was opened, for it or below it.
async fn set_of(tx: &mut Tx, unit_id: UnitId, year: i64, on: NaiveDate) -> Result<Option<Whole>> {
    if let Some(id) = counts::set_of(tx, unit_id, year).await? {
        return Ok(Some(criteria::store::get(tx, id).await?));
    }
    Ok(criteria::store::in_force(tx, Variant::Normal, on).await?)
}

/// What the tables above the unit tell of it to a viewer who sees no names: its line there,
/// and the options that are hidden. As many look-ups as units above that the viewer may see,
/// or as there are.
async fn above(
    tx: &mut Tx,
    viewer: Option<&Viewer>,
    (unit, set): (&Unit, &Whole),
    (year, on): (i64, NaiveDate),
    detail: Detail,
    known: &[(UnitId, &Known)],
) -> Result<(Option<Told>, BTreeSet<OptionId>)> {
    let path = organisation::store::path(tx, unit.id, on).await?;
    let top = viewer.map_or(0, |viewer| {
        let granted = |it: &Unit| viewer.grants.iter().any(|grant| grant.unit_id == Some(it.id));
        path.iter().position(granted).unwrap_or(path.len().saturating_sub(1))
    });
    let after = on.succ_opt().unwrap_or(on);
    let mut line: Option<Told> = None;
    let mut hidden: BTreeSet<OptionId> = BTreeSet::new();
    for pair in path[top.min(path.len())..].windows(2) {
        let [parent, child] = pair else { continue };
        let known = known.iter().find(|(id, _)| *id == parent.id).map(|(_, it)| *it);
        let counted = match known {
            Some(known) => known.stages.clone(),
            None => detail.count(tx, parent.id, (year, on)).await?,
        };
        let ids: Vec<UnitId> = counted.iter().map(|it| it.child_id).collect();
        let exact = small::of_children(&ids, &counted);
        let (told, _) = small::stages(&exact, false, line.as_ref());
        line = ids.iter().position(|id| *id == child.id).map(|at| told[at]);
        let rows = match known {
            Some(known) => known.chosen.clone(),
            None => counts::options(tx, parent.id, year, after).await?,
        };
        hidden.extend(small::hidden_options(set, &rows));
    }
    if path.len() <= top + 1 {
        let rows = counts::options(tx, unit.id, year, after).await?;
        hidden.extend(small::hidden_options(set, &small::summed(&rows)));
    }
    Ok((line, hidden))
}
