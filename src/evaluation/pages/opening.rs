//! Opening a year: which sheets it brings is told before it is done.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::Datelike as _;

use super::act;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::criteria::model::{Variant, Whole};
use crate::db::{Tx, raced};
use crate::error::Result;
use crate::evaluation::form::{Days, OpenForm, YearQuery};
use crate::evaluation::model::{ActKind, OpenedYear};
use crate::evaluation::store::opening::{self, Prospect};
use crate::faults::{Clash, Faults};
use crate::ids::EvaluationYearId;
use crate::organisation::model::{Unit, name_key};
use crate::small::{self, Shown};
use crate::vietnamese::{day, number};
use crate::web::{Form, Path, Query};
use crate::{audit, clock, criteria, organisation};

#[derive(Template)]
#[template(path = "evaluation/open.html")]
struct OpenPage {
    frame: Frame,
    unit: Unit,
    form: OpenForm,
    /// Whether the unit has opened the year already.
    is_open: bool,
    faults: Faults,
    clashes: Vec<Clash>,
    /// What it will bring; None while the form is filled in.
    plan: Option<Plan>,
}

/// What opening the year will do.
struct Plan {
    days: Days,
    set: Whole,
    lines: Vec<Line>,
    total: Line,
    /// How many sheets it opens: the one who opens them may know.
    new: i64,
}

/// What it brings to a cell, as the viewer may see it.
struct Line {
    name: String,
    new: Shown,
    there: Shown,
    exempt: Shown,
}

impl OpenPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn day(day: Option<chrono::NaiveDate>) -> String {
        day.map_or_else(|| "chưa đặt hạn".to_owned(), day::short)
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    form: OpenForm,
    is_open: bool,
) -> Result<OpenPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?;
    let (faults, clashes) = (Faults::default(), Vec::new());
    Ok(OpenPage { frame, unit, form, is_open, faults, clashes, plan: None })
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let right = Right::OpenEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let today = clock::today();
    let year = query.year(today).ok().flatten().unwrap_or_else(|| i64::from(today.year()));
    let opened = opening::find(&mut tx, unit.id, year).await?;
    let form = opened.as_ref().map_or_else(|| OpenForm::new(year, today), OpenForm::of);
    let page = page(&mut tx, &viewer, (unit, &scope), form, opened.is_some()).await?;
    page.answer(StatusCode::OK)
}

pub async fn open(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(mut form): Form<OpenForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let right = Right::OpenEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    organisation::store::hold(&mut tx, unit.id).await?;
    let read = match form.read(clock::today()) {
        Ok(days) => {
            let set =
                criteria::store::in_force(&mut tx, Variant::Normal, days.reference_on).await?;
            let fault = "Ngày này chưa có bộ tiêu chí nào có hiệu lực. Quản trị ban hành bộ tiêu chí \
                         trước";
            let mut faults = Faults::default();
            let set = faults.need("reference_on", set, fault);
            set.map(|set| (days, set)).ok_or(faults)
        }
        Err(faults) => Err(faults),
    };
    let (days, set) = match read {
        Ok(read) => read,
        Err(faults) => {
            let page = page(&mut tx, &viewer, (unit, &scope), form, false).await?;
            return OpenPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let opened = opening::find(&mut tx, unit.id, days.year).await?;
    let clashes = clashes(&form, opened.as_ref(), days);
    if !clashes.is_empty() {
        form.version = opened.as_ref().map(|it| it.version.to_string()).unwrap_or_default();
        let page = page(&mut tx, &viewer, (unit, &scope), form, opened.is_some()).await?;
        return OpenPage { clashes, ..page }.answer(StatusCode::CONFLICT);
    }
    match form.step.as_str() {
        "save" => {}
        "edit" => {
            let page = page(&mut tx, &viewer, (unit, &scope), form, opened.is_some()).await?;
            return page.answer(StatusCode::OK);
        }
        _ => {
            let plan = plan(&mut tx, (&unit, &scope), days, set).await?;
            let page = page(&mut tx, &viewer, (unit, &scope), form, opened.is_some()).await?;
            return OpenPage { plan: Some(plan), ..page }.answer(StatusCode::OK);
        }
    }
    if write(&mut tx, &viewer, &unit, (days, &set), opened).await? {
        tx.commit().await?;
    }
    let there = format!("/units/{code}/evaluations?year={}&done=open", days.year);
    Ok(Redirect::to(&there).into_response())
}

/// Where somebody else has settled other days since the page was opened. The same form sent
/// twice finds what it wrote itself, and that is no clash.
fn clashes(form: &OpenForm, opened: Option<&OpenedYear>, days: Days) -> Vec<Clash> {
    let Some(opened) = opened.filter(|it| form.version.trim() != it.version.to_string()) else {
        return Vec::new();
    };
    let short = |it: Option<_>| it.map(day::short).unwrap_or_default();
    Clash::between(&[
        ("Ngày chốt", &day::short(opened.reference_on), &day::short(days.reference_on)),
        ("Hạn chi bộ ký", &short(opened.sign_by), &short(days.sign_by)),
        ("Hạn gửi nơi công tác", &short(opened.return_by), &short(days.return_by)),
    ])
}

async fn plan(tx: &mut Tx, (unit, scope): (&Unit, &Scope), days: Days, set: Whole) -> Result<Plan> {
    let mut cells =
        opening::prospects(tx, unit.id, (days.year, days.reference_on), clock::today()).await?;
    cells.sort_by_cached_key(|it| name_key(&it.name));
    let names = scope.may(Right::SeeNames);
    let column =
        |of: fn(&Prospect) -> i64| small::column(&cells.iter().map(of).collect::<Vec<_>>(), names);
    let (new, all_new) = column(|it| it.new);
    let (there, all_there) = column(|it| it.there);
    let (exempt, all_exempt) = column(|it| it.exempt);
    let lines = cells.iter().enumerate().map(|(at, it)| Line {
        name: it.name.clone(),
        new: new[at],
        there: there[at],
        exempt: exempt[at],
    });
    Ok(Plan {
        lines: lines.collect(),
        total: Line { name: String::new(), new: all_new, there: all_there, exempt: all_exempt },
        new: cells.iter().map(|it| it.new).sum(),
        days,
        set,
    })
}

/// Whether there was anything to write: the same form, sent twice, finds nothing left.
async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    unit: &Unit,
    (days, set): (Days, &Whole),
    opened: Option<OpenedYear>,
) -> Result<bool> {
    let done = act(viewer, ActKind::Open, "");
    let Days { year, reference_on, sign_by, return_by } = days;
    let (id, version) =
        opened.as_ref().map_or((EvaluationYearId::new(), 0), |it| (it.id, it.version));
    let new = OpenedYear { id, unit_id: unit.id, year, reference_on, sign_by, return_by, version };
    let told = |it: &OpenedYear| (it.reference_on, it.sign_by, it.return_by);
    match &opened {
        None => opening::add(tx, &new, &done).await.map_err(raced)?,
        Some(it) if told(it) != told(&new) => opening::change(tx, &new).await.map_err(raced)?,
        Some(_) => {}
    }
    let of_set = (set.set.id, set.asked());
    let sheets = opening::open(tx, unit.id, (year, reference_on), of_set, &done).await;
    let sheets = sheets.map_err(raced)?;
    if sheets == 0 && opened.as_ref().is_some_and(|it| told(it) == told(&new)) {
        return Ok(false);
    }
    let sheets = number::grouped(i64::try_from(sheets).unwrap_or(i64::MAX));
    let summary =
        format!("Mở nhận xét năm {year} của {}: thêm {sheets} phiếu", unit.name_in_text());
    let short = |it: Option<_>| it.map(day::short).unwrap_or_default();
    let before =
        |of: fn(&OpenedYear) -> Option<chrono::NaiveDate>| short(opened.as_ref().and_then(of));
    let entry = Act::new("evaluation.open", unit.id.0, summary)
        .in_unit(unit.id)
        .changing("Ngày chốt", &before(|it| Some(it.reference_on)), &day::short(reference_on))
        .changing("Hạn chi bộ ký", &before(|it| it.sign_by), &short(sign_by))
        .changing("Hạn gửi nơi công tác", &before(|it| it.return_by), &short(return_by));
    audit::store::append(tx, &viewer.actor(), entry).await?;
    Ok(true)
}
