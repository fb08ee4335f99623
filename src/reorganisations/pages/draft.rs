//! A draft: its steps in order.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{Entered, show};
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::{Act, Entry};
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::ids::ReorganisationId;
use crate::reorganisations::desk::Desk;
use crate::reorganisations::form::ShownForm;
use crate::reorganisations::form::step::KINDS;
use crate::reorganisations::model::Reorganisation;
use crate::reorganisations::store;
use crate::web::{Form, Path};

#[derive(Template)]
#[template(path = "reorganisations/draft.html")]
pub struct DraftPage {
    frame: Frame,
    it: Reorganisation,
    unit_name: String,
    rows: Vec<StepRow>,
    /// Faults of the whole, which belong to no step.
    faults: Vec<String>,
    kinds: &'static [(&'static str, &'static str, &'static str)],
    history: Vec<Entry>,
    notice: Option<&'static str>,
}

/// A step in words, and what is wrong with it.
struct StepRow {
    number: usize,
    label: &'static str,
    said: String,
    faults: Vec<String>,
}

impl DraftPage {
    pub fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn is_faulty(&self) -> bool {
        !self.faults.is_empty() || self.rows.iter().any(|it| !it.faults.is_empty())
    }
}

pub async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    entered: Entered,
    notice: Option<&'static str>,
) -> Result<DraftPage> {
    let frame = entered.frame(tx, viewer).await?;
    let it = entered.it;
    let desk = Desk::load(tx, it.clone()).await?;
    let rows = desk.steps.iter().zip(desk.said()).enumerate().map(|(at, (step, said))| {
        let faults = desk.fault(at + 1).into_iter().map(str::to_owned).collect();
        StepRow { number: at + 1, label: step.label(), said, faults }
    });
    let faults = desk.fault(0).into_iter().map(str::to_owned).collect();
    Ok(DraftPage {
        frame,
        unit_name: show::unit_name(tx, &it).await?,
        rows: rows.collect(),
        faults,
        kinds: KINDS,
        history: audit::store::list_of(tx, it.id.0, 50).await?,
        notice,
        it,
    })
}

/// What was shown is no more what is stored.
async fn stale(tx: &mut Tx, viewer: &Viewer, entered: Entered) -> Result<Response> {
    if !entered.it.is_draft() {
        return Err(Error::Conflict("Lần sắp xếp này không còn là bản thảo. Tải lại trang."));
    }
    let notice = "Bản thảo vừa thay đổi. Các bước dưới đây là bản đang lưu; làm lại trên bản này.";
    page(tx, viewer, entered, Some(notice)).await?.answer(StatusCode::CONFLICT)
}

/// Takes a step out, or lets it change places with a neighbour.
pub async fn change_steps(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(form): Form<ShownForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    if !entered.it.is_draft() || entered.it.version != form.version() {
        return stale(&mut tx, &viewer, entered).await;
    }
    let there = Redirect::to(&entered.it.href()).into_response();
    let desk = Desk::load(&mut tx, entered.it.clone()).await?;
    let mut steps = desk.steps.clone();
    let at = form.number.trim().parse::<usize>().ok().and_then(|it| it.checked_sub(1));
    let at = at.filter(|it| *it < steps.len()).ok_or(Error::BadRequest("Không có bước này."))?;
    let said = desk.said_of(&steps[at]);
    let summary = match form.action.as_str() {
        "remove" => {
            steps.remove(at);
            format!("Bỏ bước: {said}")
        }
        "up" if at > 0 => {
            steps.swap(at - 1, at);
            format!("Chuyển bước lên trước: {said}")
        }
        "down" if at + 1 < steps.len() => {
            steps.swap(at, at + 1);
            format!("Chuyển bước xuống sau: {said}")
        }
        _ => return Err(Error::BadRequest("Không rõ việc cần làm với bước này.")),
    };
    store::set_steps(&mut tx, id, entered.it.version, &steps).await.map_err(raced)?;
    note(&mut tx, &viewer, &entered.it, "reorganisation.step", summary).await?;
    tx.commit().await?;
    Ok(there)
}

/// Takes the draft out. Its entries in the trail stay.
pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(form): Form<ShownForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    if !entered.it.is_draft() || entered.it.version != form.version() {
        return stale(&mut tx, &viewer, entered).await;
    }
    let it = entered.it;
    store::remove_draft(&mut tx, id, it.version).await.map_err(raced)?;
    let summary = format!("Bỏ bản thảo sắp xếp từ {} theo {}", it.on(), it.legal_reference);
    note(&mut tx, &viewer, &it, "reorganisation.remove", summary).await?;
    tx.commit().await?;
    Ok(Redirect::to("/reorganisations").into_response())
}

pub async fn note(
    tx: &mut Tx,
    viewer: &Viewer,
    it: &Reorganisation,
    action: &'static str,
    summary: String,
) -> sqlx::Result<()> {
    let act = Act { unit_id: it.unit_id, ..Act::new(action, it.id.0, summary) };
    audit::store::append(tx, &viewer.actor(), act).await
}
