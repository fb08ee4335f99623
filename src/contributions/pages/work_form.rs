//! The form of a work or fund: opening one, changing it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::contributions::form::work::WorkForm;
use crate::contributions::model::WorkKind;
use crate::contributions::store;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::WorkItemId;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "contributions/work_form.html")]
struct FormPage {
    frame: Frame,
    unit: Unit,
    /// The name of the work that is changed; none yet of a new one.
    name: Option<String>,
    kinds: Vec<(&'static str, &'static str)>,
    form: WorkForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl FormPage {
    fn action(&self) -> String {
        match self.name {
            Some(_) => format!("/works/{}/edit", self.form.id),
            None => format!("/units/{}/works", self.unit.code),
        }
    }

    fn back(&self) -> String {
        match self.name {
            Some(_) => format!("/works/{}", self.form.id),
            None => format!("/units/{}/works", self.unit.code),
        }
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let right = Right::KeepContributions;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let page = form_page(&mut tx, &viewer, &scope, unit, WorkForm::new()).await?;
    Ok(Html(page.render()?))
}

/// The form without faults, for a new work.
async fn form_page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    unit: Unit,
    form: WorkForm,
) -> Result<FormPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Contributions).await?;
    Ok(FormPage {
        frame,
        unit,
        name: None,
        kinds: WorkKind::choices(),
        form,
        faults: Faults::default(),
        clashes: Vec::new(),
    })
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<WorkForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let right = Right::KeepContributions;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let id: WorkItemId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/works/{id}")).into_response();
    if let Some(work) = store::find_work(&mut tx, id).await? {
        return if work.unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let new = match form.read(id, unit.id) {
        Ok(new) => new,
        Err(faults) => {
            let page = form_page(&mut tx, &viewer, &scope, unit, form).await?;
            return FormPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match store::add_work(&mut tx, &new, clock::now()).await {
        // The same form, sent twice at once: the other one has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    let summary = format!("Mở {} {}", new.kind.label().to_lowercase(), new.name);
    let act = Act::new("work.add", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<WorkItemId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let work = store::get_work(&mut tx, id).await?;
    let right = Right::KeepContributions;
    let scope = guard::enter(&mut tx, &viewer, work.unit_id, right).await?;
    let unit = organisation::store::get(&mut tx, work.unit_id, clock::today()).await?;
    let page = form_page(&mut tx, &viewer, &scope, unit, WorkForm::of(&work)).await?;
    Ok(Html(FormPage { name: Some(work.name), ..page }.render()?))
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<WorkItemId>,
    Form(mut form): Form<WorkForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let work = store::get_work(&mut tx, id).await?;
    let right = Right::KeepContributions;
    let scope = guard::enter(&mut tx, &viewer, work.unit_id, right).await?;
    store::hold_work(&mut tx, id).await?;
    let work = store::get_work(&mut tx, id).await?;
    let unit = organisation::store::get(&mut tx, work.unit_id, clock::today()).await?;
    form.id = id.to_string();
    let version: i64 = form.version.parse().unwrap_or_default();
    let stored = WorkForm::of(&work);
    let read = form.read(id, unit.id);
    // Values are compared, not spellings: the same form may come twice.
    let typed = read.as_ref().map_or_else(|_| form.clone(), |it| WorkForm::of(&it.stored(version)));
    let clashes = if version == work.version { Vec::new() } else { typed.clashes(&stored) };
    let new = match read {
        Ok(new) if version == work.version => new,
        // Sent twice: what is stored is what was typed.
        Ok(_) if clashes.is_empty() => {
            return Ok(Redirect::to(&format!("/works/{id}")).into_response());
        }
        read => {
            form.version = work.version.to_string();
            let page = form_page(&mut tx, &viewer, &scope, unit, form).await?;
            let status = if clashes.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::CONFLICT
            };
            let faults = read.err().unwrap_or_default();
            return FormPage { name: Some(work.name), faults, clashes, ..page }.answer(status);
        }
    };
    store::change_work(&mut tx, &new, version).await?;
    let changed = WorkForm::of(&store::get_work(&mut tx, id).await?);
    let summary = format!("Sửa {} {}", new.kind.label().to_lowercase(), new.name);
    let mut act = Act::new("work.change", id.0, summary).in_unit(unit.id);
    for (label, before, after) in changed.against(&stored) {
        act = act.changing(label, before, after);
    }
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/works/{id}")).into_response())
}
