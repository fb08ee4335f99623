//! Ending a residence that no other one here follows.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::raced;
use crate::error::Result;
use crate::faults::{Clash, Faults};
use crate::ids::MemberId;
use crate::members::form::LeaveForm;
use crate::members::model::EndReason;
use crate::members::pages::confirm::{ConfirmPage, Step};
use crate::members::pages::refused;
use crate::members::pages::standing::Standing;
use crate::members::store;
use crate::members::timeline::in_text;
use crate::vietnamese::{day, number};
use crate::web::{Form, Path};

#[derive(Template)]
#[template(path = "members/leave.html")]
struct LeavePage {
    frame: Frame,
    standing: Standing,
    form: LeaveForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl LeavePage {
    fn reasons() -> Vec<(&'static str, &'static str)> {
        LeaveForm::reasons()
    }
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    if !standing.residence.is_open() {
        return Ok(Redirect::to(&standing.href()).into_response());
    }
    let form = LeaveForm {
        step: String::new(),
        residence_id: standing.residence.id.to_string(),
        version: standing.residence.version.to_string(),
        on: day::short(clock::today()),
        reason: String::new(),
    };
    let page = LeavePage { frame, standing, form, faults: Faults::default(), clashes: Vec::new() };
    Ok(Html(page.render()?).into_response())
}

pub async fn leave(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(mut form): Form<LeaveForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, id).await?;
    let done = Redirect::to(&standing.href());
    if is_done(&standing, &form) {
        return Ok(done.into_response());
    }
    let mut faults = Faults::default();
    if !standing.residence.is_open() || !standing.is_as_seen(&form.residence_id, &form.version) {
        let clashes = standing.clashes(&format!("Thôi sinh hoạt từ ngày {}", form.on));
        form.residence_id = standing.residence.id.to_string();
        form.version = standing.residence.version.to_string();
        let page = LeavePage { frame, standing, form, faults, clashes };
        return refused(StatusCode::CONFLICT, &page);
    }
    let read = form.read(&standing.residence, clock::today(), &mut faults);
    let Some((on, reason)) = read else {
        let page = LeavePage { frame, standing, form, faults, clashes: Vec::new() };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match Step::read(&form.step) {
        Step::Ask => {
            let said = said(&standing, on, reason);
            let title = format!("{} thôi sinh hoạt ở đây", standing.member.full_name);
            return ConfirmPage::answer((frame, standing), (title, "leave"), said, &form);
        }
        Step::Edit => {
            let page = LeavePage { frame, standing, form, faults, clashes: Vec::new() };
            return refused(StatusCode::OK, &page);
        }
        Step::Save => {}
    }
    let residence = &standing.residence;
    let ended = store::end_residence(&mut tx, residence.id, residence.version, on, reason).await;
    ended.map_err(raced)?;
    audit::store::append(&mut tx, &viewer.actor(), act(&standing, on, reason)).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

/// What will be otherwise.
fn said(standing: &Standing, on: NaiveDate, reason: EndReason) -> Vec<String> {
    let (name, cell) = (&standing.member.full_name, standing.cell.name_in_text());
    let (on, reason) = (day::short(on), in_text(reason.label()));
    let left = number::grouped(standing.head.everybody - 1);
    vec![
        format!("{name} thôi sinh hoạt ở {cell} từ {on}: {reason}."),
        format!(
            "Từ ngày ấy {cell} còn {left} đồng chí, tính theo sổ đến {}.",
            day::short(clock::today())
        ),
        "Các lần dự họp, đóng góp trước ngày ấy vẫn còn trong sổ.".to_owned(),
    ]
}

/// Whether the residence has ended just so already: the form came twice.
fn is_done(standing: &Standing, form: &LeaveForm) -> bool {
    let residence = &standing.residence;
    residence.id.to_string() == form.residence_id.trim()
        && residence.ended_on.is_some()
        && residence.ended_on == day::read(&form.on).ok()
        && residence.end_reason == EndReason::read(&form.reason)
}

fn act(standing: &Standing, on: NaiveDate, reason: EndReason) -> Act {
    let (name, cell) = (&standing.member.full_name, standing.cell.name_in_text());
    let summary = format!("Ghi {name} thôi sinh hoạt tại {cell}");
    Act::new("member.leave", standing.member.id.0, summary)
        .in_unit(standing.cell.id)
        .changing("Đến ngày", "", &day::short(on))
        .changing("Lý do", "", reason.label())
}
