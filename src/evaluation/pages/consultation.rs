//! The meeting with the Front work committee: recorded once, for all the sheets discussed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{sign, year_of};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::db::{Tx, is_duplicate, raced};
use crate::error::{Error, Result};
use crate::evaluation::form::{ConsultationForm, YearQuery};
use crate::evaluation::model::{Consultation, Listed};
use crate::evaluation::store::{consultations, steps};
use crate::faults::{Clash, Faults};
use crate::ids::ConsultationId;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "evaluation/consultation.html")]
struct ConsultationPage {
    frame: Frame,
    unit: Unit,
    form: ConsultationForm,
    /// Open sheets that name no consultation yet: this one will be theirs.
    sheets: Vec<Listed>,
    is_stored: bool,
    /// The cell has signed sheets that name it: it stays as it is.
    is_closed: bool,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl ConsultationPage {
    fn action(&self) -> String {
        if self.is_stored {
            format!("/consultations/{}", self.form.id)
        } else {
            format!("/units/{}/evaluations/consultations", self.unit.code)
        }
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

async fn open_sheets(tx: &mut Tx, scope: &Scope, year: i64) -> Result<Vec<Listed>> {
    let mut sheets = sign::sheets(tx, scope, year, None).await?;
    sheets.retain(|it| it.state.is_open() && !it.is_consulted);
    Ok(sheets)
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    form: ConsultationForm,
    sheets: Vec<Listed>,
) -> Result<ConsultationPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?;
    Ok(ConsultationPage {
        frame,
        unit,
        form,
        sheets,
        is_stored: false,
        is_closed: false,
        faults: Faults::default(),
        clashes: Vec::new(),
    })
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let asked = query.year(clock::today()).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, clock::today()).await?;
    let sheets = open_sheets(&mut tx, &scope, year).await?;
    let form = ConsultationForm::new(year);
    page(&mut tx, &viewer, (unit, &scope), form, sheets).await?.answer(StatusCode::OK)
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = ConsultationForm::of_fields(fields);
    let mut tx = app.db.write().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let id: ConsultationId =
        form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let year: i64 = form.year.trim().parse().map_err(|_| Error::BadRequest("Thiếu năm."))?;
    let there = format!("/units/{code}/evaluations?year={year}&done=consultation");
    let there = Redirect::to(&there).into_response();
    steps::hold_year(&mut tx, unit.id, year).await?;
    if let Some(stored) = consultations::find(&mut tx, id).await? {
        return if stored.unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let sheets = open_sheets(&mut tx, &scope, year).await?;
    let new = match form.read((id, unit.id, year), clock::today()) {
        Ok(new) => new,
        Err(faults) => {
            let page = page(&mut tx, &viewer, (unit, &scope), form, sheets).await?;
            return ConsultationPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match consultations::add(&mut tx, &new, clock::now()).await {
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    let left_out = |it: &Listed| if form.is_left_out(&it.id) { '1' } else { '0' };
    let left_out: String = sheets.iter().map(left_out).collect();
    let discussed = consultations::attach(&mut tx, (unit.id, year), id, &left_out).await?;
    let summary = format!(
        "Ghi cuộc họp với ban công tác mặt trận ngày {} về {discussed} phiếu năm {year}",
        day::short(new.held_on)
    );
    let entry = Entry::new("consultation.add", id.0, summary)
        .in_unit(unit.id)
        .changing("Chi bộ dự họp", "", &new.cell_people)
        .changing("Mặt trận dự họp", "", &new.front_people);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there)
}

async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: ConsultationId,
) -> Result<(Consultation, Unit, Scope)> {
    let stored = consultations::find(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, stored.unit_id, Right::KeepEvaluations).await?;
    let unit = organisation::store::get(tx, stored.unit_id, clock::today()).await?;
    Ok((stored, unit, scope))
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ConsultationId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (stored, unit, scope) = enter(&mut tx, &viewer, id).await?;
    let form = ConsultationForm::of(&stored);
    let page = page(&mut tx, &viewer, (unit, &scope), form, Vec::new()).await?;
    ConsultationPage { is_stored: true, is_closed: stored.signed > 0, ..page }
        .answer(StatusCode::OK)
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ConsultationId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut form = ConsultationForm::of_fields(fields);
    let mut tx = app.db.write().await?;
    consultations::hold(&mut tx, id).await?;
    let (stored, unit, scope) = enter(&mut tx, &viewer, id).await?;
    form.id = id.to_string();
    let before = ConsultationForm::of(&stored);
    let there = format!("/units/{}/evaluations?year={}", unit.code, stored.year);
    let there = Redirect::to(&there).into_response();
    let clashes = Clash::between(&[
        ("Ngày họp", &before.held_on, &form.held_on),
        ("Chi bộ dự họp", &before.cell_people, &form.cell_people),
        ("Mặt trận dự họp", &before.front_people, &form.front_people),
    ]);
    let is_current = form.version.trim() == before.version;
    if clashes.is_empty() {
        return Ok(there);
    }
    if stored.signed > 0 {
        let page = page(&mut tx, &viewer, (unit, &scope), form, Vec::new()).await?;
        let page = ConsultationPage { is_stored: true, is_closed: true, clashes, ..page };
        return page.answer(StatusCode::CONFLICT);
    }
    let new = match form.read((id, unit.id, stored.year), clock::today()) {
        Ok(new) if is_current => new,
        read => {
            form.version = before.version;
            let status =
                if is_current { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
            let page = page(&mut tx, &viewer, (unit, &scope), form, Vec::new()).await?;
            let faults = read.err().unwrap_or_default();
            let clashes = if is_current { Vec::new() } else { clashes };
            return ConsultationPage { is_stored: true, faults, clashes, ..page }.answer(status);
        }
    };
    consultations::change(&mut tx, &new, stored.version).await.map_err(raced)?;
    let mut entry = Entry::new(
        "consultation.change",
        id.0,
        "Sửa cuộc họp với ban công tác mặt trận".to_owned(),
    )
    .in_unit(unit.id);
    for it in clashes {
        entry = entry.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there)
}
