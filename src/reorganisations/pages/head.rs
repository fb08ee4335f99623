//! The day and the decision of a draft.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Entered, own_frame};
use crate::access::frame::Frame;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, is_duplicate, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{ReorganisationId, UnitId};
use crate::organisation::model::Unit;
use crate::reorganisations::form::HeadForm;
use crate::reorganisations::model::{NewReorganisation, Reorganisation};
use crate::reorganisations::store;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "reorganisations/head.html")]
struct HeadPage {
    frame: Frame,
    /// None for one that is to be drafted.
    it: Option<Reorganisation>,
    /// What the unit above may be, where that is still open.
    units: Vec<(String, String)>,
    form: HeadForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl HeadPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    unit: String,
}

/// The units that a reorganisation of this viewer may stand below: those of the viewer's
/// roles, and those right below them.
async fn units(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<(String, String)>> {
    let today = clock::today();
    let mut tops = Vec::new();
    let mut choices = Vec::new();
    if viewer.may_everywhere(Right::Reorganise) {
        choices.push((String::new(), "Cả sổ".to_owned()));
        tops = organisation::store::roots(tx, today).await?;
    }
    // As many look-ups as the account has roles, and units stand on top: a few.
    for grant in viewer.grants.iter().filter(|it| it.role.allows(Right::Reorganise, false, false)) {
        if let Some(unit_id) = grant.unit_id {
            tops.push(organisation::store::get(tx, unit_id, today).await?);
        }
    }
    for top in tops {
        let below = organisation::store::children(tx, top.id, today).await?;
        let choice = |it: Unit| (it.code.clone(), it.name);
        choices.push(choice(top));
        choices.extend(below.into_iter().filter(|it| !it.is_cell()).map(choice));
    }
    let mut seen = std::collections::HashSet::new();
    choices.retain(|(code, _)| seen.insert(code.clone()));
    Ok(choices)
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<NewQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let mut units = units(&mut tx, &viewer).await?;
    if units.is_empty() {
        return Err(Error::NotFound);
    }
    if !query.unit.is_empty() && !units.iter().any(|(code, _)| *code == query.unit) {
        let entered = guard::enter_by_code(&mut tx, &viewer, &query.unit, Right::Reorganise).await;
        units.push((query.unit.clone(), entered?.0.name));
    }
    let form = HeadForm {
        id: ReorganisationId::new().to_string(),
        unit: query.unit,
        ..HeadForm::default()
    };
    let frame = own_frame(&mut tx, &viewer).await?;
    let (faults, clashes) = (Faults::default(), Vec::new());
    HeadPage { frame, it: None, units, form, faults, clashes }.answer(StatusCode::OK)
}

/// The unit above, in which the viewer may reorganise; none for the whole registry.
async fn unit_above(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<Option<UnitId>> {
    if code.is_empty() {
        let may = viewer.may_everywhere(Right::Reorganise);
        return if may { Ok(None) } else { Err(Error::NotFound) };
    }
    let (unit, _) = guard::enter_by_code(tx, viewer, code, Right::Reorganise).await?;
    Ok(Some(unit.id))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<HeadForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let unit_id = unit_above(&mut tx, &viewer, &form.unit).await?;
    let id = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    if store::find(&mut tx, id).await?.is_some() {
        // Sent twice.
        let there = Entered::enter(&mut tx, &viewer, id).await?.it;
        return Ok(Redirect::to(&there.href()).into_response());
    }
    let (legal_reference, effective_on) = match form.read() {
        Ok(read) => read,
        Err(faults) => {
            let units = units(&mut tx, &viewer).await?;
            let frame = own_frame(&mut tx, &viewer).await?;
            let page = HeadPage { frame, it: None, units, form, faults, clashes: Vec::new() };
            return page.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let there = Redirect::to(&format!("/reorganisations/{id}")).into_response();
    let on = day::short(effective_on);
    let summary = format!("Soạn bản sắp xếp đơn vị từ {on} theo {legal_reference}");
    let new = NewReorganisation { id, unit_id, legal_reference, effective_on };
    match store::add(&mut tx, &new, &viewer.display_name, clock::now()).await {
        // The same form at the same moment: the other has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        added => added?,
    }
    let act = Act { unit_id, ..Act::new("reorganisation.draft", id.0, summary) };
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if !entered.it.is_draft() {
        return Ok(Redirect::to(&entered.it.href()).into_response());
    }
    let frame = entered.frame(&mut tx, &viewer).await?;
    let it = entered.it;
    let form = HeadForm {
        legal_reference: it.legal_reference.clone(),
        effective_on: it.on(),
        version: it.version.to_string(),
        ..HeadForm::default()
    };
    let (units, faults, clashes) = (Vec::new(), Faults::default(), Vec::new());
    HeadPage { frame, it: Some(it), units, form, faults, clashes }.answer(StatusCode::OK)
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(mut form): Form<HeadForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    let frame = entered.frame(&mut tx, &viewer).await?;
    let it = entered.it;
    let there = Redirect::to(&it.href()).into_response();
    let units = Vec::new();
    let (reference, on) = match form.read() {
        Ok(read) => read,
        Err(faults) => {
            let page = HeadPage { frame, it: Some(it), units, form, faults, clashes: Vec::new() };
            return page.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    if (&it.legal_reference, it.effective_on) == (&reference, on) {
        // A second click, or nothing to change.
        return Ok(there);
    }
    if !it.is_draft() {
        return Err(Error::Conflict("Lần sắp xếp này không còn là bản thảo. Tải lại trang."));
    }
    let (now, typed) = (it.on(), day::short(on));
    if form.version.trim() != it.version.to_string() {
        let clashes = Clash::between(&[
            ("Từ ngày", &now, &typed),
            ("Căn cứ", &it.legal_reference, &reference),
        ]);
        form.version = it.version.to_string();
        let faults = Faults::default();
        return HeadPage { frame, it: Some(it), units, form, faults, clashes }
            .answer(StatusCode::CONFLICT);
    }
    store::set_head(&mut tx, id, it.version, &reference, on).await.map_err(raced)?;
    let act = Act::new("reorganisation.edit", id.0, "Sửa ngày và căn cứ sắp xếp đơn vị".to_owned())
        .changing("Từ ngày", &now, &typed)
        .changing("Căn cứ", &it.legal_reference, &reference);
    audit::store::append(&mut tx, &viewer.actor(), Act { unit_id: it.unit_id, ..act }).await?;
    tx.commit().await?;
    Ok(there)
}
