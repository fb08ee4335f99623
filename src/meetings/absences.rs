//! Absences that members announce before a meeting.
//!
//! They are shown beside the name when the roll is called. Nobody is marked by them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::ids::{MeetingId, MemberId};
use crate::meetings::model::Meeting;
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::OnRoll;
use crate::meetings::store;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock};

const LONGEST_REASON: usize = 200;

/// Somebody who said beforehand that they would not come.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlannedAbsence {
    pub member_id: MemberId,
    pub reason: String,
    pub full_name: String,
}

/// The announced reasons, by the member.
pub async fn reasons(
    tx: &mut Tx,
    scope: &Scope,
    id: MeetingId,
) -> sqlx::Result<BTreeMap<MemberId, String>> {
    let planned = store::absences::list(tx, scope, id).await?;
    Ok(planned.into_iter().map(|it| (it.member_id, it.reason)).collect())
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AbsenceForm {
    member: String,
    reason: String,
}

impl AbsenceForm {
    /// The member, out of those who are expected, and the reason.
    fn read<'a>(&self, expected: &'a [OnRoll]) -> Result<(&'a OnRoll, String), Faults> {
        let mut faults = Faults::default();
        let member = self.member.parse::<MemberId>().ok();
        let person = expected.iter().find(|it| Some(it.member_id) == member);
        let person = faults.need("member", person, "Chọn đồng chí báo vắng trong danh sách");
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            faults.add("reason", "Nhập lý do đã báo, ví dụ: đi công tác");
        } else if reason.chars().count() > LONGEST_REASON {
            faults.add("reason", "Lý do dài nhất 200 ký tự, viết ngắn lại");
        }
        person.filter(|_| faults.is_empty()).map(|it| (it, reason)).ok_or(faults)
    }
}

#[derive(Template)]
#[template(path = "meetings/absences.html")]
struct AbsencesPage {
    frame: Frame,
    meeting: Meeting,
    planned: Vec<PlannedAbsence>,
    /// The people to choose from: id and name with number.
    people: Vec<(String, String)>,
    form: AbsenceForm,
    faults: Faults,
}

impl AbsencesPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        (meeting, unit, scope): (Meeting, Unit, Scope),
        form: AbsenceForm,
        faults: Faults,
    ) -> Result<AbsencesPage> {
        let choose = (String::new(), "Chọn trong danh sách".to_owned());
        let people = expected(tx, &scope, &meeting).await?;
        let people = people.iter().map(|it| (it.member_id.to_string(), it.numbered_name()));
        Ok(AbsencesPage {
            frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Meetings).await?,
            planned: store::absences::list(tx, &scope, meeting.id).await?,
            people: [choose].into_iter().chain(people).collect(),
            meeting,
            form,
            faults,
        })
    }
}

/// Who is expected at the meeting, as far as one can say today.
async fn expected(tx: &mut Tx, scope: &Scope, meeting: &Meeting) -> sqlx::Result<Vec<OnRoll>> {
    let mut roll = store::roll_so_far(tx, scope, meeting).await?;
    roll.retain(|it| it.number.is_some());
    Ok(roll)
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let (form, faults) = Default::default();
    let page = AbsencesPage::of(&mut tx, &viewer, entered, form, faults).await?;
    Ok(Html(page.render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<AbsenceForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let (meeting, unit, scope) = &entered;
    if meeting.is_rolled() {
        let page = AbsencesPage::of(&mut tx, &viewer, entered, form, Faults::default()).await?;
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let expected = expected(&mut tx, scope, meeting).await?;
    let (person, reason) = match form.read(&expected) {
        Ok(read) => read,
        Err(faults) => {
            let page = AbsencesPage::of(&mut tx, &viewer, entered, form, faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let done = Redirect::to(&format!("/meetings/{id}/absences"));
    let before = reasons(&mut tx, scope, id).await?.remove(&person.member_id);
    if before.as_ref() == Some(&reason) {
        return Ok(done.into_response());
    }
    store::absences::put(&mut tx, id, person.member_id, &reason, clock::now()).await?;
    let act = Act::new("meeting.absence", id.0, format!("Ghi báo vắng {}", meeting.name()));
    let act = act.changing(&person.full_name, &before.unwrap_or_default(), &reason);
    audit::store::append(&mut tx, &viewer.actor(), act.in_unit(unit.id)).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
    Form(form): Form<AbsenceForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (meeting, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepMeetings).await?;
    let done = Redirect::to(&format!("/meetings/{id}/absences"));
    let planned = store::absences::list(&mut tx, &scope, id).await?;
    let member = form.member.parse::<MemberId>().ok();
    let Some(it) = planned.into_iter().find(|it| Some(it.member_id) == member) else {
        // Removed already: the form was sent twice.
        return Ok(done.into_response());
    };
    store::absences::remove(&mut tx, id, it.member_id).await?;
    let act = Act::new("meeting.absence", id.0, format!("Bỏ báo vắng {}", meeting.name()));
    let act = act.changing(&it.full_name, &it.reason, "");
    audit::store::append(&mut tx, &viewer.actor(), act.in_unit(unit.id)).await?;
    tx.commit().await?;
    Ok(done.into_response())
}
