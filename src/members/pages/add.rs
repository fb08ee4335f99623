//! Writing a member down.

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
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{LetterId, MemberId, ResidenceId, UnitId};
use crate::members::form::{AddForm, Arrival, CategoryForm, Person, exempt_reasons};
use crate::members::model::{Category, Found, NewResidence};
use crate::members::pages::{cells_kept, chosen, enter_member, options, refused};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "members/add.html")]
struct AddPage {
    frame: Frame,
    unit: Unit,
    cells: Vec<(String, String)>,
    form: AddForm,
    faults: Faults,
    /// People already written down who may be the same.
    twins: Vec<Found>,
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let cells = cells(&mut tx, &viewer, &unit).await?;
    let form = AddForm {
        id: MemberId::new().to_string(),
        started_on: day::short(clock::today()),
        category: CategoryForm {
            category: Category::Normal.as_str().to_owned(),
            ..CategoryForm::default()
        },
        ..AddForm::default()
    };
    let page = page(&mut tx, &viewer, &scope, unit, &cells, form).await?;
    Ok(Html(page.render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<AddForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let cells = cells(&mut tx, &viewer, &unit).await?;
    let typed_cell = form.cell_id.trim();
    let cell_id = match typed_cell {
        "" if unit.is_cell() => Some(unit.id),
        "" => None,
        typed => Some(chosen(typed, &cells)?),
    };
    let id: MemberId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã."))?;
    let done = Redirect::to(&format!("/members/{id}"));
    if store::cell_of(&mut tx, id).await?.is_some() {
        // The form came twice. Somebody else's member stays unknown.
        enter_member(&mut tx, &viewer, id, Right::KeepMembers).await?;
        return Ok(done.into_response());
    }
    let mut faults = Faults::default();
    faults.need("cell_id", cell_id, "Chọn chi bộ nơi cư trú");
    let arrival = form.read(clock::today(), &mut faults);
    let (Some(cell_id), Some(arrival)) = (cell_id, arrival) else {
        let page = page(&mut tx, &viewer, &scope, unit, &cells, form).await?;
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &AddPage { faults, ..page });
    };
    let twins = twins(&mut tx, &viewer, &arrival.person).await?;
    if !twins.is_empty() && form.confirmed.is_empty() {
        let page = page(&mut tx, &viewer, &scope, unit, &cells, form).await?;
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &AddPage { twins, ..page });
    }
    if let Err(error) = write(&mut tx, &viewer, id, cell_id, arrival).await {
        drop(tx);
        let is_there = store::cell_of(&mut app.db.read().await?, id).await?.is_some();
        // The same form, sent twice at once: the other one has written it.
        return if is_there { Ok(done.into_response()) } else { Err(raced(error)) };
    }
    tx.commit().await?;
    Ok(done.into_response())
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MemberId,
    cell_id: UnitId,
    arrival: Arrival,
) -> sqlx::Result<()> {
    let (now, today) = (clock::now(), clock::today());
    let Arrival { person, place, exempt, started_on, letter } = arrival;
    let workplace_id = store::workplace_of(tx, &person.workplace).await?;
    let new = person.into_member(id, workplace_id);
    store::add(tx, &new, now).await?;
    let mut letter_id = None;
    if let Some(letter) = letter {
        let ward_id = organisation::store::ward_of(tx, cell_id, today).await?;
        let new_id = LetterId::new();
        let new = letter.into_new(new_id, id, ward_id, Some(cell_id), exempt.is_some());
        store::add_letter(tx, &new, now).await?;
        letter_id = Some(new_id);
    }
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id: id,
        cell_id,
        letter_id,
        address: place.address,
        household_cluster: place.household_cluster,
        kind: place.kind,
        exempt,
        started_on,
        ended: None,
    };
    store::add_residence(tx, &residence, now).await?;
    let cell = organisation::store::get(tx, cell_id, today).await?;
    let summary = format!("Thêm đảng viên {} vào {}", new.name.full, cell.name_in_text());
    let act = Act::new("member.add", id.0, summary)
        .in_unit(cell_id)
        .changing("Ngày quản lý", "", &day::short(started_on))
        .changing("Diện", "", residence.category().label());
    audit::store::append(tx, &viewer.actor(), act).await
}

/// The cells at or below `unit` whose members the viewer keeps.
pub(super) async fn cells(tx: &mut Tx, viewer: &Viewer, unit: &Unit) -> Result<Vec<Unit>> {
    let kept = cells_kept(tx, viewer).await?;
    let mut cells = organisation::store::cells(tx, unit.id, clock::today()).await?;
    cells.retain(|cell| kept.iter().any(|it| it.id == cell.id));
    Ok(cells)
}

/// People like this one among those whom the viewer may see, and nobody else: by name and
/// year of birth, card, or telephone. A few look-ups for each role of the account.
pub(super) async fn twins(tx: &mut Tx, viewer: &Viewer, person: &Person) -> Result<Vec<Found>> {
    let today = clock::today();
    let mut twins: Vec<Found> = Vec::new();
    let folded = person.name.folded();
    let like = (&*folded, person.card_number.as_deref(), person.phone.as_deref());
    for grant in &viewer.grants {
        let sees = grant.role.allows(Right::SeeNames, false, grant.names);
        let Some(unit_id) = grant.unit_id.filter(|_| sees) else { continue };
        let by_name = store::find_by_folded(tx, unit_id, today, &folded).await?;
        twins.extend(by_name.into_iter().filter(|it| person.may_be_born(it.birth_year())));
        let awaited = store::letters::awaiting_like(tx, unit_id, today, like).await?;
        twins.extend(awaited.into_iter().filter(|it| person.may_be_born(it.birth_year())));
        if let Some(card_number) = &person.card_number {
            twins.extend(store::find_by_card(tx, unit_id, today, card_number).await?);
        }
        if let Some(phone) = &person.phone {
            twins.extend(store::find_by_phone(tx, unit_id, today, phone).await?);
        }
    }
    twins.sort_by_key(|it| it.id);
    twins.dedup_by_key(|it| it.id);
    Ok(twins)
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    unit: Unit,
    cells: &[Unit],
    form: AddForm,
) -> Result<AddPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Members).await?;
    let cells = options("Chọn chi bộ", cells);
    Ok(AddPage { frame, unit, cells, form, faults: Faults::default(), twins: Vec::new() })
}

impl AddPage {
    fn reasons() -> Vec<(&'static str, &'static str)> {
        exempt_reasons()
    }
}
