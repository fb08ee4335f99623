//! Records whose time is over: who they are, and anonymising them. One person proposes,
//! another confirms; it cannot be taken back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::access::confirm as again;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, is_duplicate, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::ErasureId;
use crate::organisation::model::Unit;
use crate::organisation::settings::{self, Setting};
use crate::privacy::form::ErasureForm;
use crate::privacy::model::{Due, Erasure};
use crate::privacy::store::retention as store;
use crate::vietnamese::{day, number};
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

/// Former proposals on the page.
const CLOSED: i64 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    done: String,
}

#[derive(Template)]
#[template(path = "privacy/retention.html")]
struct RetentionPage {
    frame: Frame,
    unit: Unit,
    /// How many years records are kept, where that was settled, and the day they end by.
    years: Option<(i64, NaiveDate)>,
    may_settle: bool,
    open: Option<Erasure>,
    /// Whether the viewer proposed it, and so cannot confirm it.
    own: bool,
    /// Of the proposal, or else those who may be proposed.
    people: Vec<Due>,
    closed: Vec<Erasure>,
    form: ErasureForm,
    faults: Faults,
    done: bool,
}

impl RetentionPage {
    fn is_cut(&self) -> bool {
        self.open.is_none() && i64::try_from(self.people.len()).unwrap_or(0) >= store::MOST
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

/// The years for which records are kept, and the last day on which those whose time is over
/// may have left.
async fn years(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> Result<Option<(i64, NaiveDate)>> {
    let settled = settings::store::find(tx, unit.id, Setting::DataKeepYears, today).await?;
    let years = settled.and_then(|it| it.parse::<u32>().ok()).filter(|it| *it > 0);
    Ok(years.and_then(|years| {
        Some((i64::from(years), today.checked_sub_months(Months::new(years * 12))?))
    }))
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    word: String,
) -> Result<RetentionPage> {
    let today = clock::today();
    let years = years(tx, &unit, today).await?;
    let open = store::open(tx, unit.id).await?;
    let people = match (&open, years) {
        (Some(it), _) => store::people(tx, scope, it.id).await?,
        (None, Some((_, ended_by))) => store::due(tx, scope, ended_by).await?,
        (None, None) => Vec::new(),
    };
    viewer.looks.people(people.len());
    let id = open.as_ref().map_or_else(ErasureId::new, |it| it.id).to_string();
    Ok(RetentionPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Members).await?,
        may_settle: scope.may(Right::KeepSettings),
        own: open.as_ref().is_some_and(|it| it.proposed_by_id == viewer.account_id),
        closed: store::closed(tx, unit.id, CLOSED).await?,
        unit,
        years,
        open,
        people,
        form: ErasureForm { id, word, confirm: String::new() },
        faults: Faults::default(),
        done: false,
    })
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::Anonymise).await?;
    let page = page(&mut tx, &viewer, (unit, &scope), String::new()).await?;
    RetentionPage { done: query.done == "1", ..page }.answer(StatusCode::OK)
}

/// Enters the unit to change something: nobody else does until the transaction has ended.
async fn hold(
    tx: &mut Tx,
    viewer: &Viewer,
    code: &str,
    form: &ErasureForm,
) -> Result<(Unit, Scope, ErasureId)> {
    let (unit, scope) = guard::enter_by_code(tx, viewer, code, Right::Anonymise).await?;
    organisation::store::hold(tx, unit.id).await?;
    let id = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    Ok((unit, scope, id))
}

/// The proposal that the form names, while it waits here; None where it is closed already.
async fn waiting(tx: &mut Tx, unit: &Unit, id: ErasureId) -> Result<Option<Erasure>> {
    let it = store::find(tx, id).await?.filter(|it| it.unit_id == unit.id);
    let it = it.ok_or(Error::NotFound)?;
    Ok(Some(it).filter(|it| it.closed_at.is_none()))
}

pub async fn propose(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ErasureForm>,
) -> Result<Response> {
    let there = Redirect::to(&format!("/units/{code}/retention")).into_response();
    let mut unconfirmed = Faults::default();
    again::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    let (unit, scope, id) = hold(&mut tx, &viewer, &code, &form).await?;
    if let Some(stored) = store::find(&mut tx, id).await? {
        return if stored.unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let mut faults = form.read().err().unwrap_or_default();
    faults.append(unconfirmed);
    if !faults.is_empty() {
        let page = page(&mut tx, &viewer, (unit, &scope), form.word).await?;
        return RetentionPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let years = years(&mut tx, &unit, clock::today()).await?;
    let is_waiting = store::open(&mut tx, unit.id).await?.is_some();
    let Some((years, ended_by)) = years.filter(|_| !is_waiting) else {
        let page = page(&mut tx, &viewer, (unit, &scope), String::new()).await?;
        return page.answer(StatusCode::CONFLICT);
    };
    let of = (&scope, &viewer);
    let people = match store::propose(&mut tx, of, (id, years), ended_by, clock::now()).await {
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    };
    if people == 0 {
        return Ok(there);
    }
    let summary = format!(
        "Đề nghị ẩn danh {} hồ sơ thôi cư trú từ {} trở về trước",
        number::grouped(people),
        day::short(ended_by)
    );
    let act = Act::new("erasure.propose", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ErasureForm>,
) -> Result<Response> {
    let there = Redirect::to(&format!("/units/{code}/retention?done=1")).into_response();
    let mut unconfirmed = Faults::default();
    again::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    let (unit, scope, id) = hold(&mut tx, &viewer, &code, &form).await?;
    let Some(erasure) = waiting(&mut tx, &unit, id).await? else { return Ok(there) };
    let mut faults = form.read().err().unwrap_or_default();
    faults.append(unconfirmed);
    if erasure.proposed_by_id == viewer.account_id {
        faults.add("word", "Người khác phải xác nhận: ai đề nghị thì không tự xác nhận được");
    }
    if !faults.is_empty() {
        let page = page(&mut tx, &viewer, (unit, &scope), form.word).await?;
        return RetentionPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
    }
    store::close(&mut tx, id, true, (&viewer.display_name, clock::now())).await.map_err(raced)?;
    store::forget(&mut tx, id, clock::today()).await?;
    // Asked after the rows are held: whoever takes somebody in again waits for this.
    if store::returned(&mut tx, id).await? > 0 {
        drop(tx);
        let mut tx = app.db.read().await?;
        let page = page(&mut tx, &viewer, (unit, &scope), String::new()).await?;
        let mut faults = Faults::default();
        faults.add("word", "Có đồng chí vừa được tiếp nhận lại: bỏ đề nghị này, lập đề nghị mới");
        return RetentionPage { faults, ..page }.answer(StatusCode::CONFLICT);
    }
    let summary = format!(
        "Ẩn danh {} hồ sơ, theo đề nghị của {}",
        number::grouped(erasure.people),
        erasure.proposed_by
    );
    let act = Act::new("erasure.confirm", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn give_up(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ErasureForm>,
) -> Result<Response> {
    let there = Redirect::to(&format!("/units/{code}/retention")).into_response();
    let mut tx = app.db.write().await?;
    let (unit, _, id) = hold(&mut tx, &viewer, &code, &form).await?;
    if waiting(&mut tx, &unit, id).await?.is_none() {
        return Ok(there);
    }
    store::close(&mut tx, id, false, (&viewer.display_name, clock::now())).await.map_err(raced)?;
    let act = Act::new("erasure.drop", id.0, "Bỏ đề nghị ẩn danh".to_owned()).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
