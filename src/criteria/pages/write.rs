//! A new set: copied from one there is, edited as a draft, issued.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::need_writer;
use crate::access::frame::{Frame, Place};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::criteria::form::{SetForm, Typed};
use crate::criteria::model::{CriteriaSet, NewCriterion, NewOption, Whole};
use crate::criteria::store::{self, NewSet};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::CriteriaSetId;
use crate::vietnamese::day;
use crate::web::{Form, Path};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CopyForm {
    /// The id of the draft to be made.
    id: String,
    from: String,
}

pub async fn copy(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<CopyForm>,
) -> Result<Response> {
    need_writer(&viewer)?;
    let id: CriteriaSetId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let from: CriteriaSetId = form.from.parse().map_err(|_| Error::NotFound)?;
    let there = Redirect::to(&format!("/criteria/{id}/edit")).into_response();
    let mut tx = app.db.write().await?;
    if store::is_there(&mut tx, id).await? {
        return Ok(there);
    }
    let Whole { set, criteria } = store::get(&mut tx, from).await?;
    let copied = |it: crate::criteria::model::Criterion| NewCriterion {
        heading: it.heading,
        confirmed: it.confirmed,
        about_meetings: it.about_meetings,
        options: it
            .options
            .into_iter()
            .map(|it| NewOption { label: it.label, confirmed: it.confirmed })
            .collect(),
    };
    let new = NewSet {
        id,
        code: None,
        name: format!("{} (bản mới)", set.name),
        source: set.source,
        variant: set.variant,
        valid_from: clock::today().max(set.valid_from.succ_opt().unwrap_or(set.valid_from)),
        issued_at: None,
        criteria: criteria.into_iter().map(copied).collect(),
    };
    store::add(&mut tx, &new, clock::now()).await?;
    let act = Act::new("criteria.add", id.0, format!("Soạn bộ tiêu chí mới từ: {}", set.name));
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

#[derive(Template)]
#[template(path = "criteria/edit.html")]
struct EditPage {
    frame: Frame,
    set: CriteriaSet,
    form: SetForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl EditPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

fn page(viewer: &Viewer, set: CriteriaSet, form: SetForm) -> EditPage {
    let frame = Frame::bare(viewer, Place::Criteria);
    EditPage { frame, set, form, faults: Faults::default(), clashes: Vec::new() }
}

fn need_draft(set: &CriteriaSet) -> Result<()> {
    if set.is_draft() {
        return Ok(());
    }
    Err(Error::BadRequest(
        "Bộ tiêu chí này đã ban hành nên không sửa nữa: phiếu cũ giữ nguyên. Soạn một bộ mới từ nó.",
    ))
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    need_writer(&viewer)?;
    let mut tx = app.db.read().await?;
    let whole = store::get(&mut tx, id).await?;
    need_draft(&whole.set)?;
    let form = SetForm::of(&whole);
    page(&viewer, whole.set, form).answer(StatusCode::OK)
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CriteriaSetId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    need_writer(&viewer)?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let Whole { set, criteria } = store::get(&mut tx, id).await?;
    need_draft(&set)?;
    let mut form = SetForm::typed(&typed);
    let before = store::latest_from(&mut tx, set.variant).await?;
    let read = match form.read(before) {
        Ok(read) => read,
        Err(faults) => {
            let page = EditPage { faults, ..page(&viewer, set, form) };
            return page.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let new = NewSet {
        id,
        code: None,
        name: read.name,
        source: read.source,
        variant: set.variant,
        valid_from: read.valid_from,
        issued_at: None,
        criteria: read.criteria,
    };
    let stored = in_words(&SetForm::of(&Whole { set: set.clone(), criteria }));
    let wanted = in_words(&form);
    let there = Redirect::to(&format!("/criteria/{id}")).into_response();
    if form.version.trim() != set.version.to_string() {
        if stored == wanted {
            return Ok(there);
        }
        form.version = set.version.to_string();
        let clashes = Clash::between(&[("Bộ tiêu chí", &stored, &wanted)]);
        let page = EditPage { clashes, ..page(&viewer, set, form) };
        return page.answer(StatusCode::CONFLICT);
    }
    store::change(&mut tx, &new, set.version).await?;
    let act = Act::new("criteria.change", id.0, format!("Sửa bản thảo bộ tiêu chí: {}", new.name))
        .changing("Bộ tiêu chí", &stored, &wanted);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

/// The whole form as one text, to be compared and kept in history.
fn in_words(form: &SetForm) -> String {
    let mut parts = vec![form.name.clone(), format!("từ {}", form.valid_from.trim())];
    parts.push(form.source.clone());
    for it in form.parts.iter().filter(|it| !it.options.trim().is_empty()) {
        let options = it.options.lines().map(str::trim).filter(|it| !it.is_empty());
        let options = options.collect::<Vec<_>>().join(", ");
        let mark = if it.confirmed { "" } else { " (cần xác nhận)" };
        parts.push(format!("{}. {}{mark}: {options}", it.number, it.heading.trim()));
    }
    parts.join("; ")
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IssueForm {
    version: String,
}

pub async fn issue(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CriteriaSetId>,
    Form(form): Form<IssueForm>,
) -> Result<Response> {
    need_writer(&viewer)?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let Whole { set, .. } = store::get(&mut tx, id).await?;
    let there = Redirect::to(&format!("/criteria/{id}")).into_response();
    if !set.is_draft() {
        return Ok(there);
    }
    if form.version.trim() != set.version.to_string() {
        return Err(Error::Conflict("Bản thảo vừa được sửa. Xem lại rồi ban hành."));
    }
    if store::latest_from(&mut tx, set.variant).await?.is_some_and(|it| it >= set.valid_from) {
        return Err(Error::BadRequest(
            "Ngày bắt đầu phải sau ngày bắt đầu của bộ đang dùng. Sửa bản thảo trước.",
        ));
    }
    store::issue(&mut tx, &set, clock::now()).await?;
    let from = day::short(set.valid_from);
    let act =
        Act::new("criteria.issue", id.0, format!("Ban hành bộ tiêu chí: {}, từ {from}", set.name));
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
