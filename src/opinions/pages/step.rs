//! What is done with an opinion: it is sent to somebody, and answered.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use super::enter;
use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::{Clash, Faults};
use crate::ids::OpinionId;
use crate::opinions::form::StepForm;
use crate::opinions::model::{Opinion, Step};
use crate::opinions::store;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};
use crate::{audit, clock};

#[derive(Template)]
#[template(path = "opinions/step.html")]
struct StepPage {
    frame: Frame,
    opinion: Opinion,
    step: Step,
    /// The days on which it may have been done.
    first: NaiveDate,
    last: NaiveDate,
    form: StepForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl StepPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        (opinion, unit, scope): (Opinion, Unit, Scope),
        step: Step,
        form: StepForm,
    ) -> Result<StepPage> {
        let (first, last) = opinion.days_of(step, clock::today());
        Ok(StepPage {
            frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Meetings).await?,
            first,
            last,
            opinion,
            step,
            form,
            faults: Faults::default(),
            clashes: Vec::new(),
        })
    }

    fn heading(&self) -> &'static str {
        match self.step {
            Step::Forward => "Chuyển ý kiến",
            Step::Answer => "Ghi trả lời",
        }
    }
}

pub async fn ask_forward(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
) -> Result<Html<String>> {
    ask(&app, &viewer, id, Step::Forward).await
}

pub async fn ask_answer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
) -> Result<Html<String>> {
    ask(&app, &viewer, id, Step::Answer).await
}

pub async fn forward(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
    Form(form): Form<StepForm>,
) -> Result<Response> {
    take(&app, &viewer, id, Step::Forward, form).await
}

pub async fn answer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OpinionId>,
    Form(form): Form<StepForm>,
) -> Result<Response> {
    take(&app, &viewer, id, Step::Answer, form).await
}

async fn ask(app: &App, viewer: &Viewer, id: OpinionId, step: Step) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, viewer, id, Right::KeepMeetings).await?;
    let form = StepForm::of(&entered.0, step, clock::today());
    let page = StepPage::of(&mut tx, viewer, entered, step, form).await?;
    Ok(Html(page.render()?))
}

async fn take(
    app: &App,
    viewer: &Viewer,
    id: OpinionId,
    step: Step,
    mut form: StepForm,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let entered = enter(&mut tx, viewer, id, Right::KeepMeetings).await?;
    let opinion = &entered.0;
    let there = Redirect::to(&format!("/opinions/{id}")).into_response();
    let stored = StepForm::of(opinion, step, clock::today());
    let is_current = form.version.trim() == stored.version;
    let clashes = if is_current { Vec::new() } else { form.clashes(&stored, step) };
    let (on, what) = match form.read(step, opinion.days_of(step, clock::today())) {
        Ok(done) if is_current => done,
        // Sent twice: what is stored is what was typed.
        Ok(_) if clashes.is_empty() => return Ok(there),
        read => {
            form.version = stored.version;
            let status = if clashes.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::CONFLICT
            };
            let faults = read.err().unwrap_or_default();
            let page = StepPage::of(&mut tx, viewer, entered, step, form).await?;
            let page = StepPage { faults, clashes, ..page };
            return Ok((status, Html(page.render()?)).into_response());
        }
    };
    store::take(&mut tx, id, step, (on, &what), opinion.version).await?;
    let act = act(opinion, step, &form, &stored, &what).in_unit(entered.1.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

/// The entry for history: of a step taken anew, what it was before.
fn act(opinion: &Opinion, step: Step, form: &StepForm, stored: &StepForm, what: &str) -> Act {
    let topic = &opinion.topic;
    let (action, summary, is_new) = match step {
        Step::Forward => {
            let summary = format!("Chuyển ý kiến đến {what}: {topic}");
            ("opinion.forward", summary, opinion.forwarded_to.is_none())
        }
        Step::Answer => {
            ("opinion.answer", format!("Ghi trả lời ý kiến: {topic}"), opinion.answer.is_none())
        }
    };
    let mut act = Act::new(action, opinion.id.0, summary);
    for (label, before, after) in form.against(stored, step) {
        act = act.changing(label, if is_new { "" } else { &before }, &after);
    }
    act
}
