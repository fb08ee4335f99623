//! One meeting; the list of meetings is beside it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::{Act, Entry};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::MeetingId;
use crate::meetings::form::GuestForm;
use crate::meetings::model::{AttendanceStatus, Guest, Meeting};
use crate::meetings::roll_call::model::{OnRoll, Tally};
use crate::meetings::roll_call::version::Version;
use crate::meetings::{absences, roll_call, sheet, store, write};
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock, organisation};

mod list;

const HISTORY: i64 = 20;

pub fn routes() -> Routes {
    let (see, keep) = (Need::Right(Right::SeeNames), Need::Right(Right::KeepMeetings));
    Routes::new()
        .get("/units/{code}/meetings", see, list::list)
        .get("/units/{code}/meetings/new", keep, write::new)
        .post("/units/{code}/meetings", keep, write::add)
        .get("/meetings/{id}", see, show)
        .get("/meetings/{id}/edit", keep, write::edit)
        .post("/meetings/{id}/edit", keep, write::update)
        .post("/meetings/{id}/guests", keep, add_guest)
        .get("/meetings/{id}/absences", keep, absences::show)
        .post("/meetings/{id}/absences", keep, absences::add)
        .post("/meetings/{id}/absences/remove", keep, absences::remove)
        .get("/meetings/{id}/roll-call/print", see, sheet::roll)
        .merge(roll_call::pages::routes())
}

/// Enters the unit that holds the meeting.
pub async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MeetingId,
    right: Right,
) -> Result<(Meeting, Unit, Scope)> {
    let meeting = store::get(tx, id).await?;
    let scope = guard::enter(tx, viewer, meeting.unit_id, right).await?;
    let unit = organisation::store::get(tx, meeting.unit_id, clock::today()).await?;
    Ok((meeting, unit, scope))
}

#[derive(Template)]
#[template(path = "meetings/show.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    meeting: Meeting,
    may_keep: bool,
    today: NaiveDate,
    tally: Tally,
    absent: Vec<OnRoll>,
    unmarked: Vec<OnRoll>,
    exempt: Vec<OnRoll>,
    guests: Vec<Guest>,
    form: GuestForm,
    faults: Faults,
    versions: Vec<Version>,
    history: Vec<Entry>,
}

impl ShowPage {
    /// The version that can be taken back.
    fn undoable(&self) -> Option<&Version> {
        self.versions.first().filter(|it| it.is_of_roll(&self.meeting))
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let page = show_page(&mut tx, &viewer, entered, GuestForm::blank(), Faults::default()).await?;
    Ok(Html(page.render()?))
}

async fn show_page(
    tx: &mut Tx,
    viewer: &Viewer,
    (meeting, unit, scope): (Meeting, Unit, Scope),
    form: GuestForm,
    faults: Faults,
) -> Result<ShowPage> {
    let roll = store::roll(tx, &scope, meeting.id).await?;
    let tally = Tally::of(roll.iter().map(|it| it.status));
    let of = |wanted: &[AttendanceStatus]| -> Vec<OnRoll> {
        roll.iter().filter(|it| wanted.contains(&it.status)).cloned().collect()
    };
    Ok(ShowPage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Meetings).await?,
        may_keep: scope.may(Right::KeepMeetings),
        today: clock::today(),
        tally,
        absent: of(&[AttendanceStatus::Excused, AttendanceStatus::Unexcused]),
        unmarked: of(&[AttendanceStatus::Unmarked]),
        exempt: of(&[AttendanceStatus::Exempt]),
        guests: store::guests(tx, &scope, meeting.id).await?,
        versions: store::versions::list(tx, meeting.id, HISTORY).await?,
        history: audit::store::list_of(tx, meeting.id.0, HISTORY).await?,
        unit,
        meeting,
        form,
        faults,
    })
}

async fn add_guest(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<GuestForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let guest_id =
        form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã. Mở lại trang."))?;
    let guest = match form.read(guest_id, id) {
        Ok(guest) => guest,
        Err(faults) => {
            let page = show_page(&mut tx, &viewer, entered, form, faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let (meeting, unit, _) = entered;
    let done = Redirect::to(&format!("/meetings/{id}#guests"));
    match store::add_guest(&mut tx, &guest).await {
        // The form was sent twice: the first time has done it.
        Err(error) if is_duplicate(&error) => return Ok(done.into_response()),
        other => other?,
    }
    let summary = format!("Ghi khách dự {}", meeting.name());
    let act = Act::new("meeting.guest", id.0, summary).in_unit(unit.id);
    let act = act.changing("Khách", "", &guest.name).changing("Ghi chú", "", &guest.note);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done.into_response())
}
