//! Writing an opinion down, and mending what was written.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{enter, speaker};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::contributions::model::Resident;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{MeetingId, OpinionId};
use crate::meetings::model::Meeting;
use crate::opinions::form::OpinionForm;
use crate::opinions::store;
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, meetings};

#[derive(Template)]
#[template(path = "opinions/form.html")]
struct FormPage {
    frame: Frame,
    unit: Unit,
    meeting: Option<Meeting>,
    /// Whether it is there already, and is changed.
    is_stored: bool,
    form: OpinionForm,
    /// Those to choose among, where the name typed means several.
    choices: Vec<(String, String)>,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl FormPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        asked: Asked,
        form: OpinionForm,
        choices: Vec<Resident>,
    ) -> Result<FormPage> {
        let Asked { unit, scope, meeting } = asked;
        Ok(FormPage {
            frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Meetings).await?,
            unit,
            meeting,
            is_stored: false,
            form,
            choices: choices.into_iter().map(|it| (it.id.to_string(), it.label())).collect(),
            faults: Faults::default(),
            clashes: Vec::new(),
        })
    }

    fn action(&self) -> String {
        if self.is_stored {
            format!("/opinions/{}/edit", self.form.id)
        } else {
            format!("/units/{}/opinions", self.unit.code)
        }
    }

    fn back(&self) -> String {
        match &self.meeting {
            _ if self.is_stored => format!("/opinions/{}", self.form.id),
            Some(meeting) => format!("/meetings/{}/opinions", meeting.id),
            None => format!("/units/{}/opinions", self.unit.code),
        }
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

/// Where an opinion is raised.
struct Asked {
    unit: Unit,
    scope: Scope,
    meeting: Option<Meeting>,
}

/// The meeting that a form names, which must be the unit's own.
async fn find_meeting(tx: &mut Tx, unit: &Unit, typed: &str) -> Result<Option<Meeting>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let id: MeetingId = typed.parse().map_err(|_| Error::NotFound)?;
    let meeting = meetings::store::get(tx, id).await?;
    if meeting.unit_id == unit.id { Ok(Some(meeting)) } else { Err(Error::NotFound) }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    meeting: String,
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<NewQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMeetings).await?;
    let meeting = find_meeting(&mut tx, &unit, &query.meeting).await?;
    let form = OpinionForm::new(clock::today(), meeting.as_ref());
    let asked = Asked { unit, scope, meeting };
    FormPage::of(&mut tx, &viewer, asked, form, Vec::new()).await?.answer(StatusCode::OK)
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(mut form): Form<OpinionForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMeetings).await?;
    let id: OpinionId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/opinions/{id}")).into_response();
    if let Some(unit_id) = store::find_unit_id(&mut tx, id).await? {
        return if unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let meeting = find_meeting(&mut tx, &unit, &form.meeting).await?;
    let meeting_id = meeting.as_ref().map(|it| it.id);
    let mut faults = Faults::default();
    let found = speaker::find(&mut tx, &scope, &mut form, &mut faults).await?;
    let read = form.read((id, unit.id), meeting_id, found.member_id, clock::today(), faults);
    let new = match read {
        Ok(new) => new,
        Err(faults) => {
            let asked = Asked { unit, scope, meeting };
            let page = FormPage::of(&mut tx, &viewer, asked, form, found.choices).await?;
            return FormPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match store::add(&mut tx, &new, clock::now()).await {
        // The same form, sent twice at once: the other one has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    // History names no speaker: one who asks later not to be named is then named nowhere.
    let summary = format!("Ghi ý kiến: {}", new.topic);
    let act = Act::new("opinion.add", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (opinion, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let form = OpinionForm::of(&opinion);
    let meeting = find_meeting(&mut tx, &unit, &form.meeting).await?;
    let asked = Asked { unit, scope, meeting };
    let page = FormPage::of(&mut tx, &viewer, asked, form, Vec::new()).await?;
    FormPage { is_stored: true, ..page }.answer(StatusCode::OK)
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
    Form(mut form): Form<OpinionForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (opinion, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let there = Redirect::to(&format!("/opinions/{id}")).into_response();
    let stored = OpinionForm::of(&opinion);
    form.id = id.to_string();
    form.meeting.clone_from(&stored.meeting);
    let meeting = find_meeting(&mut tx, &unit, &form.meeting).await?;
    let is_current = form.version.trim() == stored.version;
    let mut faults = Faults::default();
    let found = speaker::find(&mut tx, &scope, &mut form, &mut faults).await?;
    let clashes = if is_current { Vec::new() } else { form.clashes(&stored) };
    let last = opinion.first_step_on().unwrap_or_else(clock::today);
    let ids = (id, unit.id);
    let new = match form.read(ids, opinion.meeting_id, found.member_id, last, faults) {
        Ok(new) if is_current => new,
        // Sent twice: what is stored is what was typed.
        Ok(_) if clashes.is_empty() => return Ok(there),
        read => {
            form.version = stored.version;
            let status = if clashes.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::CONFLICT
            };
            let asked = Asked { unit, scope, meeting };
            let page = FormPage::of(&mut tx, &viewer, asked, form, found.choices).await?;
            let faults = read.err().unwrap_or_default();
            return FormPage { is_stored: true, faults, clashes, ..page }.answer(status);
        }
    };
    store::change(&mut tx, &new, opinion.version).await?;
    let changed = OpinionForm::of(&store::get(&mut tx, &scope, id).await?);
    let summary = format!("Sửa ý kiến: {}", new.topic);
    let mut act = Act::new("opinion.change", id.0, summary).in_unit(unit.id);
    for (label, before, after) in changed.against(&stored) {
        act = act.changing(label, &before, &after);
    }
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
