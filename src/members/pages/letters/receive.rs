//! A letter that comes to the ward: for somebody listed already, or for somebody new.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{self, Tx, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{LetterId, MemberId};
use crate::members::form::{LetterForm, LetterText, Person, PersonForm, SecrecyForm};
use crate::members::model::Found;
use crate::members::pages::{add, refused};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

/// As many as tell a namesake from another.
const MOST_FOUND: i64 = 20;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct FindQuery {
    q: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReceiveForm {
    /// The id of the letter to be written down.
    id: String,
    confirmed: String,
    #[serde(flatten)]
    secrecy: SecrecyForm,
    #[serde(flatten)]
    person: PersonForm,
    #[serde(flatten)]
    letter: LetterForm,
}

#[derive(Template)]
#[template(path = "letters/new.html")]
struct NewPage {
    frame: Frame,
    unit: Unit,
    q: String,
    found: Vec<Found>,
    form: ReceiveForm,
    faults: Faults,
    twins: Vec<Found>,
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<FindQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let today = clock::today();
    let q = query.q.trim().to_owned();
    let mut found = Vec::new();
    if !q.is_empty() {
        found = store::search(&mut tx, &scope, unit.id, today, &q, MOST_FOUND).await?;
        let by_card = store::find_by_card(&mut tx, unit.id, today, &q).await?;
        found.extend(by_card.into_iter().filter(|it| !found.contains(it)).collect::<Vec<_>>());
    }
    let form = ReceiveForm {
        id: LetterId::new().to_string(),
        letter: LetterForm { received_on: day::short(today), ..LetterForm::default() },
        ..ReceiveForm::default()
    };
    let page = page(&mut tx, &viewer, &scope, unit, form).await?;
    Ok(Html(NewPage { q, found, ..page }.render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ReceiveForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    if unit.is_cell() {
        return Err(Error::BadRequest("Đảng ủy phường, xã tiếp nhận giấy và phân về chi bộ."));
    }
    let id: LetterId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã."))?;
    organisation::store::hold(&mut tx, unit.id).await?;
    let done = Redirect::to(&format!("/letters/{id}"));
    if let Some(there) = store::find_letter(&mut tx, id).await? {
        // The form came twice; a letter of somebody else's stays unknown.
        super::enter_letter(&mut tx, &viewer, &there, Right::KeepMembers).await?;
        return Ok(done.into_response());
    }
    let mut faults = Faults::default();
    form.secrecy.read(&mut faults);
    let today = clock::today();
    let person = form.person.read(today, &mut faults);
    let letter = form.letter.read(today, &mut faults);
    let (Some(person), Some(letter), true) = (person, letter, faults.is_empty()) else {
        let page = page(&mut tx, &viewer, &scope, unit, form).await?;
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { faults, ..page });
    };
    let twins = add::twins(&mut tx, &viewer, &person).await?;
    if !twins.is_empty() && form.confirmed.is_empty() {
        let page = page(&mut tx, &viewer, &scope, unit, form).await?;
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { twins, ..page });
    }
    match write(&mut tx, &viewer, &unit, id, person, letter).await {
        Err(error) if db::is_duplicate(&error) => return Err(raced(error)),
        other => other?,
    }
    tx.commit().await?;
    Ok(done.into_response())
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    unit: &Unit,
    id: LetterId,
    person: Person,
    letter: LetterText,
) -> sqlx::Result<()> {
    let member_id = MemberId::new();
    let workplace_id = store::workplace_of(tx, &person.workplace).await?;
    let new = person.into_member(member_id, workplace_id);
    store::add(tx, &new, clock::now()).await?;
    let letter = letter.into_new(id, member_id, Some(unit.id), None, false);
    store::add_letter(tx, &letter, clock::now()).await?;
    let summary = format!("Tiếp nhận giấy giới thiệu số {} của {}", letter.number, new.name.full);
    let act = Act::new("member.letter_add", member_id.0, summary).in_unit(unit.id);
    audit::store::append(tx, &viewer.actor(), act).await
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    unit: Unit,
    form: ReceiveForm,
) -> Result<NewPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Members).await?;
    let (faults, found, twins) = (Faults::default(), Vec::new(), Vec::new());
    Ok(NewPage { frame, unit, q: String::new(), found, form, faults, twins })
}
