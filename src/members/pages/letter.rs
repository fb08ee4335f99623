//! Introduction letters.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{self, Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{LetterId, MemberId, UnitId};
use crate::members::form::{LetterForm, LetterText};
use crate::members::pages::standing::Standing;
use crate::members::pages::{cells_kept, chosen, options, refused};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock, organisation};

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    /// The id of the letter to be written down; empty where it is there already.
    id: String,
    version: String,
    #[serde(flatten)]
    letter: LetterForm,
}

#[derive(Template)]
#[template(path = "members/letter.html")]
struct LetterPage {
    frame: Frame,
    standing: Standing,
    /// Where the form goes.
    action: String,
    is_new: bool,
    cells: Vec<(String, String)>,
    form: EditForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

pub async fn new_form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    let cells = cells(&mut tx, &viewer, None).await?;
    let form = EditForm { id: LetterId::new().to_string(), ..EditForm::default() };
    Ok(Html(new_page(frame, standing, &cells, form).render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, id).await?;
    let cells = cells(&mut tx, &viewer, None).await?;
    let cell_id = cell_of(&form, &cells)?;
    let new_id: LetterId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã."))?;
    let done = Redirect::to(&standing.href());
    if let Some(there) = store::find_letter(&mut tx, new_id).await? {
        // The form came twice; a letter of somebody else's stays unknown.
        return if there.member_id == id { Ok(done.into_response()) } else { Err(Error::NotFound) };
    }
    let mut faults = Faults::default();
    let text = form.letter.read(clock::today(), &mut faults).filter(|_| faults.is_empty());
    let Some(text) = text else {
        let page = LetterPage { faults, ..new_page(frame, standing, &cells, form) };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match write(&mut tx, &viewer, &standing, new_id, cell_id, text).await {
        Err(error) if db::is_duplicate(&error) => return Ok(done.into_response()),
        other => other?,
    }
    tx.commit().await?;
    Ok(done.into_response())
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    standing: &Standing,
    id: LetterId,
    cell_id: Option<UnitId>,
    text: LetterText,
) -> sqlx::Result<()> {
    let ward_id = organisation::store::ward_of(tx, standing.cell.id, clock::today()).await?;
    let exempt = standing.residence.exempt_reason.is_some();
    let new = text.into_new(id, standing.member.id, ward_id, cell_id, exempt);
    store::add_letter(tx, &new, clock::now()).await?;
    store::attach_letter(tx, standing.residence.id, id).await?;
    let summary =
        format!("Ghi giấy giới thiệu số {} của {}", new.number, standing.member.full_name);
    let act =
        Act::new("member.letter_add", standing.member.id.0, summary).in_unit(standing.cell.id);
    audit::store::append(tx, &viewer.actor(), act).await
}

pub async fn edit_form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<LetterId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let letter = store::get_letter(&mut tx, id).await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, letter.member_id).await?;
    let cells = cells(&mut tx, &viewer, letter.cell_id).await?;
    let form = EditForm {
        id: String::new(),
        version: letter.version.to_string(),
        letter: LetterForm::of(&letter),
    };
    Ok(Html(edit_page(frame, standing, id, &cells, form).render()?))
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<LetterId>,
    Form(mut form): Form<EditForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let member_id = store::get_letter(&mut tx, id).await?.member_id;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, member_id).await?;
    let letter = store::get_letter(&mut tx, id).await?;
    let cells = cells(&mut tx, &viewer, letter.cell_id).await?;
    let cell_id = cell_of(&form, &cells)?;
    let mut faults = Faults::default();
    let text = form.letter.read(clock::today(), &mut faults).filter(|_| faults.is_empty());
    let Some(text) = text else {
        let page = LetterPage { faults, ..edit_page(frame, standing, id, &cells, form) };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let done = Redirect::to(&standing.href());
    let stored = LetterForm::of(&letter);
    if form.version.trim() != letter.version.to_string() {
        let clashes = form.letter.differences(&stored);
        if clashes.is_empty() && cell_id == letter.cell_id {
            return Ok(done.into_response());
        }
        form.version = letter.version.to_string();
        let page = LetterPage { clashes, ..edit_page(frame, standing, id, &cells, form) };
        return refused(StatusCode::CONFLICT, &page);
    }
    let letter = text.onto(&letter, cell_id, letter.version);
    store::change_letter(&mut tx, &letter).await.map_err(raced)?;
    let summary = format!("Sửa giấy giới thiệu số {}", letter.number);
    let mut act =
        Act::new("member.letter_edit", standing.member.id.0, summary).in_unit(standing.cell.id);
    let now = LetterForm::of(&letter);
    for it in now.differences(&stored) {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    let name = |typed: &str| {
        let named = cells.iter().find(|it| it.id.to_string() == typed);
        named.map(|it| it.name.clone()).unwrap_or_default()
    };
    let (before, after) = (name(&stored.assigned_cell_id), name(&now.assigned_cell_id));
    act = act.changing("Chi bộ được phân", &before, &after);
    if !act.changes.is_empty() {
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(done.into_response())
}

/// The cells a letter can be assigned to: those the viewer keeps, and the one it has.
async fn cells(tx: &mut Tx, viewer: &Viewer, present: Option<UnitId>) -> Result<Vec<Unit>> {
    let mut cells = cells_kept(tx, viewer).await?;
    if let Some(id) = present.filter(|id| !cells.iter().any(|it| it.id == *id)) {
        cells.push(organisation::store::get(tx, id, clock::today()).await?);
    }
    Ok(cells)
}

fn cell_of(form: &EditForm, cells: &[Unit]) -> Result<Option<UnitId>> {
    match form.letter.assigned_cell_id.trim() {
        "" => Ok(None),
        typed => chosen(typed, cells).map(Some),
    }
}

fn new_page(frame: Frame, standing: Standing, cells: &[Unit], form: EditForm) -> LetterPage {
    let action = format!("{}/letters", standing.href());
    page(frame, standing, action, true, cells, form)
}

fn edit_page(
    frame: Frame,
    standing: Standing,
    id: LetterId,
    cells: &[Unit],
    form: EditForm,
) -> LetterPage {
    page(frame, standing, format!("/letters/{id}/edit"), false, cells, form)
}

fn page(
    frame: Frame,
    standing: Standing,
    action: String,
    is_new: bool,
    cells: &[Unit],
    form: EditForm,
) -> LetterPage {
    let cells = options("Chưa phân", cells);
    let (faults, clashes) = (Faults::default(), Vec::new());
    LetterPage { frame, standing, action, is_new, cells, form, faults, clashes }
}
