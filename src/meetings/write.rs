//! Writing a meeting down, and mending what was written.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::clock::{self, Moment};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{MeetingId, UnitId};
use crate::meetings::form::{Bounds, MeetingForm};
use crate::meetings::model::{Meeting, MeetingKind, NewMeeting};
use crate::meetings::pages::enter;
use crate::meetings::store;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path};
use crate::{audit, organisation};

#[derive(Template)]
#[template(path = "meetings/form.html")]
struct FormPage {
    frame: Frame,
    unit: Unit,
    /// The meeting that is edited; a new one otherwise.
    meeting: Option<Meeting>,
    form: MeetingForm,
    kinds: Vec<(&'static str, &'static str)>,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl FormPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        scope: &Scope,
        unit: Unit,
        form: MeetingForm,
    ) -> Result<FormPage> {
        let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Meetings).await?;
        let (kinds, faults, clashes) = (MeetingKind::choices(), Faults::default(), Vec::new());
        Ok(FormPage { frame, unit, meeting: None, form, kinds, faults, clashes })
    }

    fn answer(self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMeetings).await?;
    let form = MeetingForm::blank(clock::today());
    FormPage::of(&mut tx, &viewer, &scope, unit, form).await?.answer(StatusCode::OK)
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<MeetingForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMeetings).await?;
    let id = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã. Mở lại trang."))?;
    let bounds = bounds(&mut tx, unit.id).await?;
    let new = match form.read(id, unit.id, bounds) {
        Ok(new) => new,
        Err(faults) => {
            let page = FormPage::of(&mut tx, &viewer, &scope, unit, form).await?;
            return FormPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let now = clock::now();
    match store::add(&mut tx, &new, now).await {
        Err(error) if is_duplicate(&error) => {
            drop(tx);
            return sent_twice(&app, id, unit.id).await;
        }
        other => other?,
    }
    take_roll(&mut tx, &new, now).await?;
    let summary = format!("Tạo {}", name(&new));
    let act = Act::new("meeting.add", id.0, summary).in_unit(unit.id);
    let act = differences(act, None, &new);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/meetings/{id}")).into_response())
}

/// The answer to a form whose meeting is there already: what it got the first time.
async fn sent_twice(app: &App, id: MeetingId, unit_id: UnitId) -> Result<Response> {
    let mut tx = app.db.read().await?;
    if store::get(&mut tx, id).await?.unit_id != unit_id {
        return Err(Error::NotFound);
    }
    Ok(Redirect::to(&format!("/meetings/{id}")).into_response())
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let form = MeetingForm::of(&meeting);
    let page = FormPage::of(&mut tx, &viewer, &scope, unit, form).await?;
    FormPage { meeting: Some(meeting), ..page }.answer(StatusCode::OK)
}

pub async fn update(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<MeetingForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let bounds = bounds(&mut tx, unit.id).await?;
    let new = form.read(id, unit.id, bounds).and_then(|new| keep_day(&meeting, new));
    let new = match new {
        Ok(new) => new,
        Err(faults) => {
            let page = FormPage::of(&mut tx, &viewer, &scope, unit, form).await?;
            return FormPage { meeting: Some(meeting), faults, ..page }
                .answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let done = Redirect::to(&format!("/meetings/{id}"));
    let act = Act::new("meeting.edit", id.0, format!("Sửa {}", name(&new))).in_unit(unit.id);
    let act = differences(act, Some(&meeting), &new);
    if act.changes.is_empty() {
        return Ok(done.into_response());
    }
    match store::update(&mut tx, &new, form.version.parse().unwrap_or(0)).await {
        Err(sqlx::Error::RowNotFound) => {
            drop(tx);
            return clash(&app, &viewer, id, form).await;
        }
        other => other?,
    }
    if new.held_on != meeting.held_on {
        store::thaw(&mut tx, id).await?;
        take_roll(&mut tx, &new, clock::now()).await?;
    }
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

/// Shows both texts: what was typed, and what somebody else stored meanwhile.
async fn clash(app: &App, viewer: &Viewer, id: MeetingId, form: MeetingForm) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (meeting, unit, scope) = enter(&mut tx, viewer, id, Right::KeepMeetings).await?;
    let stored = MeetingForm::of(&meeting);
    let kind = |word: &str| MeetingKind::read(word).map_or("", MeetingKind::label);
    let clashes = Clash::between(&[
        ("Loại", kind(&stored.kind), kind(&form.kind)),
        ("Ngày", &stored.held_on, &form.held_on),
        ("Giờ", &stored.starts_at, &form.starts_at),
        ("Địa điểm", &stored.place, &form.place),
        ("Nội dung", &stored.topic, &form.topic),
    ]);
    let form = MeetingForm { version: stored.version, ..form };
    let page = FormPage::of(&mut tx, viewer, &scope, unit, form).await?;
    FormPage { meeting: Some(meeting), clashes, ..page }.answer(StatusCode::CONFLICT)
}

/// The days on which the unit may meet.
async fn bounds(tx: &mut Tx, unit_id: UnitId) -> Result<Bounds> {
    let first = organisation::store::get(tx, unit_id, NaiveDate::MIN).await?;
    let last = organisation::store::get(tx, unit_id, NaiveDate::MAX).await?;
    Ok(Bounds::of(first.from_on, last.to_on, clock::today()))
}

/// Refuses another day to a meeting whose roll was called: it names the people of its day.
fn keep_day(meeting: &Meeting, new: NewMeeting) -> Result<NewMeeting, Faults> {
    if !meeting.is_rolled() || new.held_on == meeting.held_on {
        return Ok(new);
    }
    let mut faults = Faults::default();
    faults.add(
        "held_on",
        format!(
            "Giữ ngày {}: đã lưu điểm danh theo danh sách của ngày đó. Họp ngày khác thì tạo cuộc \
             họp khác",
            day::short(meeting.held_on)
        ),
    );
    Err(faults)
}

/// Takes the roll of a meeting whose day has come.
async fn take_roll(tx: &mut Tx, new: &NewMeeting, now: Moment) -> Result<()> {
    if new.held_on <= now.day() {
        store::freeze(tx, new.id, now).await?;
    }
    Ok(())
}

fn name(new: &NewMeeting) -> String {
    format!("{} ngày {}", new.kind.in_text(), day::short(new.held_on))
}

/// Notes in `act` what differs from the meeting as it was, if it was.
fn differences(act: Act, old: Option<&Meeting>, new: &NewMeeting) -> Act {
    let before = old.map(MeetingForm::of).unwrap_or_default();
    let kind = old.map_or("", |it| it.kind.label());
    act.changing("Loại", kind, new.kind.label())
        .changing("Ngày", &before.held_on, &day::short(new.held_on))
        .changing("Giờ", &before.starts_at, new.starts_at.as_deref().unwrap_or_default())
        .changing("Địa điểm", &before.place, &new.place)
        .changing("Nội dung", &before.topic, &new.topic)
}
