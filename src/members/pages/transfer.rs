//! Moving to another home, and coming back after having left.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{self, Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{MemberId, ResidenceId, UnitId};
use crate::members::form::{MoveForm, Place, PlaceForm, read_turn};
use crate::members::model::{EndReason, NewResidence};
use crate::members::pages::confirm::{ConfirmPage, Step};
use crate::members::pages::standing::Standing;
use crate::members::pages::{cells_kept, chosen, options, refused};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::vietnamese::{day, number};
use crate::web::{Form, Path};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "members/move.html")]
struct MovePage {
    frame: Frame,
    standing: Standing,
    cells: Vec<(String, String)>,
    form: MoveForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl MovePage {
    /// Whether the viewer keeps no cell but this one.
    fn is_alone(&self) -> bool {
        self.cells.len() <= 2
    }

    fn title(&self) -> String {
        title(&self.standing)
    }
}

fn title(standing: &Standing) -> String {
    let name = &standing.member.full_name;
    if standing.residence.is_open() {
        format!("{name} chuyển nơi cư trú")
    } else {
        format!("Tiếp nhận lại đồng chí {name}")
    }
}

/// What will be otherwise: where, since when, and the counts of both cells.
async fn said(tx: &mut Tx, standing: &Standing, next: &NewResidence) -> Result<Vec<String>> {
    let (today, on) = (clock::today(), day::short(next.started_on));
    let to = organisation::store::get(tx, next.cell_id, today).await?.name_in_text();
    let name = &standing.member.full_name;
    if standing.residence.is_open() && next.cell_id == standing.cell.id {
        return Ok(vec![
            format!("{name} ở {} từ {on}, vẫn trong {to}.", next.address),
            format!("Số đảng viên của {to} giữ nguyên. Chỗ ở cũ vẫn còn trong sổ."),
        ]);
    }
    let mut said = Vec::new();
    if standing.residence.is_open() {
        let left = number::grouped(standing.head.everybody - 1);
        let from = standing.cell.name_in_text();
        said.push(format!("{name} thôi ở {from} từ {on}; {from} còn {left} đồng chí."));
    }
    let there = store::headcount(tx, next.cell_id, today).await?.everybody + 1;
    let there = number::grouped(there);
    said.push(format!("{name} sinh hoạt ở {to} từ {on}; {to} có {there} đồng chí."));
    said.push(format!("Số đồng chí tính theo sổ đến {}.", day::short(today)));
    if next.letter_id.is_none() {
        said.push("Chưa có giấy giới thiệu về chi bộ mới: ghi sau ở trang đồng chí.".to_owned());
    }
    Ok(said)
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    let cells = cells_kept(&mut tx, &viewer).await?;
    let only = match &cells[..] {
        [only] => only.id.to_string(),
        _ => String::new(),
    };
    let form = MoveForm {
        step: String::new(),
        id: ResidenceId::new().to_string(),
        residence_id: standing.residence.id.to_string(),
        version: standing.residence.version.to_string(),
        cell_id: only,
        on: day::short(clock::today()),
        place: PlaceForm::default(),
    };
    Ok(Html(page(frame, standing, &cells, form).render()?))
}

pub async fn transfer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(mut form): Form<MoveForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, id).await?;
    let cells = cells_kept(&mut tx, &viewer).await?;
    let cell_id = match form.cell_id.trim() {
        "" => None,
        typed => Some(chosen(typed, &cells)?),
    };
    let new_id: ResidenceId =
        form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã."))?;
    let done = Redirect::to(&standing.href());
    if standing.has(new_id) {
        return Ok(done.into_response());
    }
    let mut faults = Faults::default();
    faults.need("cell_id", cell_id, "Chọn chi bộ nơi cư trú mới");
    let on = read_turn(&form.on, &standing.residence, clock::today(), &mut faults);
    let place = form.place.read(&mut faults);
    if !standing.is_as_seen(&form.residence_id, &form.version) {
        let clashes = standing.clashes(&format!("Chuyển từ ngày {}", form.on));
        form.residence_id = standing.residence.id.to_string();
        form.version = standing.residence.version.to_string();
        let page = MovePage { clashes, ..page(frame, standing, &cells, form) };
        return refused(StatusCode::CONFLICT, &page);
    }
    let (Some(cell_id), Some(on), Some(place)) = (cell_id, on, place) else {
        let page = MovePage { faults, ..page(frame, standing, &cells, form) };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let next = next(&standing, new_id, cell_id, on, place);
    match Step::read(&form.step) {
        Step::Save => {}
        Step::Edit => return refused(StatusCode::OK, &page(frame, standing, &cells, form)),
        Step::Ask => {
            let said = said(&mut tx, &standing, &next).await?;
            let title = title(&standing);
            return ConfirmPage::answer((frame, standing), (title, "move"), said, &form);
        }
    }
    match write(&mut tx, &viewer, &standing, &next).await {
        Err(error) if db::is_duplicate(&error) => return Ok(done.into_response()),
        other => other.map_err(raced)?,
    }
    tx.commit().await?;
    Ok(done.into_response())
}

/// A new home in the same cell rests on the same letter; another cell waits for its own.
fn next(
    standing: &Standing,
    id: ResidenceId,
    cell_id: UnitId,
    on: chrono::NaiveDate,
    place: Place,
) -> NewResidence {
    let stays = cell_id == standing.residence.cell_id;
    NewResidence {
        id,
        member_id: standing.member.id,
        cell_id,
        letter_id: standing.residence.letter_id.filter(|_| stays),
        address: place.address,
        household_cluster: place.household_cluster,
        kind: place.kind,
        exempt: standing.residence.exempt_reason,
        started_on: on,
        ended: None,
    }
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    standing: &Standing,
    next: &NewResidence,
) -> sqlx::Result<()> {
    let old = &standing.residence;
    if old.is_open() {
        let (on, reason) = (next.started_on, EndReason::Moved);
        store::end_residence(tx, old.id, old.version, on, reason).await?;
    }
    store::add_residence(tx, next, clock::now()).await?;
    let cell = organisation::store::get(tx, next.cell_id, clock::today()).await?;
    let (name, to) = (&standing.member.full_name, cell.name_in_text());
    let summary = if !old.is_open() {
        format!("Tiếp nhận lại {name} về {to}")
    } else if cell.id == standing.cell.id {
        format!("Đổi chỗ ở của {name} trong {to}")
    } else {
        format!("Chuyển {name} từ {} về {to}", standing.cell.name_in_text())
    };
    let act = Act::new("member.move", standing.member.id.0, summary)
        .in_unit(standing.cell.id)
        .changing("Từ ngày", &day::short(old.started_on), &day::short(next.started_on))
        .changing("Chi bộ", &standing.cell.name, &cell.name)
        .changing("Chỗ ở", &old.address, &next.address)
        .changing("Tổ liên gia", &old.household_cluster, &next.household_cluster)
        .changing("Cư trú", old.kind.label(), next.kind.label());
    audit::store::append(tx, &viewer.actor(), act).await
}

fn page(frame: Frame, standing: Standing, cells: &[Unit], form: MoveForm) -> MovePage {
    let cells = options("Chọn chi bộ", cells);
    MovePage { frame, standing, cells, form, faults: Faults::default(), clashes: Vec::new() }
}
