//! What a draft would come to; from here it is applied.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use super::{Entered, draft, show};
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::ids::ReorganisationId;
use crate::reorganisations::apply::{self as engine, Refused};
use crate::reorganisations::form::ShownForm;
use crate::reorganisations::model::{Reorganisation, Step};
use crate::reorganisations::preview::{Preview, preview};
use crate::reorganisations::store;
use crate::reorganisations::summary::Summary;
use crate::web::{Form, Path};

#[derive(Template)]
#[template(path = "reorganisations/preview.html")]
struct PreviewPage {
    frame: Frame,
    it: Reorganisation,
    unit_name: String,
    preview: Preview,
    summary: Summary,
    names: bool,
    today: NaiveDate,
    notice: Option<&'static str>,
}

impl PreviewPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn is_to_come(&self) -> bool {
        self.it.effective_on > self.today
    }

    /// How many of the clashing names the machine can tell apart.
    fn suggested(&self) -> usize {
        self.preview.clashes.iter().filter(|it| it.suggestion.is_some()).count()
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    entered: Entered,
    notice: Option<&'static str>,
) -> Result<PreviewPage> {
    let frame = entered.frame(tx, viewer).await?;
    let names = entered.names().is_some();
    let it = entered.it;
    let preview = preview(tx, &it).await?;
    Ok(PreviewPage {
        frame,
        unit_name: show::unit_name(tx, &it).await?,
        summary: preview.summary.clone(),
        preview,
        names,
        today: clock::today(),
        notice,
        it,
    })
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if !entered.it.is_draft() {
        return Ok(Redirect::to(&entered.it.href()).into_response());
    }
    page(&mut tx, &viewer, entered, None).await?.answer(StatusCode::OK)
}

const STALE: &str = "Bản thảo vừa thay đổi, chưa ghi gì. Bảng dưới đây tính theo bản đang lưu; xem lại rồi bấm lần nữa.";

async fn stale(tx: &mut Tx, viewer: &Viewer, entered: Entered) -> Result<Response> {
    if !entered.it.is_draft() {
        return Err(Error::Conflict("Lần sắp xếp này không còn là bản thảo. Tải lại trang."));
    }
    page(tx, viewer, entered, Some(STALE)).await?.answer(StatusCode::CONFLICT)
}

/// Adds the steps that give clashing names the name of their former ward.
pub async fn tell_apart(
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
    let there = Redirect::to(&format!("{}/preview", it.href())).into_response();
    let found = preview(&mut tx, &it).await?;
    let renames = found
        .clashes
        .into_iter()
        .filter_map(|clash| clash.suggestion.map(|name| Step::Rename { code: clash.code, name }));
    let renames: Vec<Step> = renames.collect();
    if renames.is_empty() {
        return Ok(there);
    }
    let summary = format!("Thêm {} bước đổi tên đơn vị trùng tên", renames.len());
    let mut steps = store::steps(&mut tx, id).await?;
    steps.extend(renames);
    store::set_steps(&mut tx, id, it.version, &steps).await.map_err(raced)?;
    draft::note(&mut tx, &viewer, &it, "reorganisation.step", summary).await?;
    tx.commit().await?;
    Ok(there)
}

pub async fn apply(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(form): Form<ShownForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    let there = format!("{}?done=apply", entered.it.href());
    let actor = viewer.actor();
    let refused = match engine::apply(&mut tx, &actor, id, form.version(), clock::now()).await {
        Ok(()) => {
            tx.commit().await?;
            return Ok(Redirect::to(&there).into_response());
        }
        Err(Refused::Database(error)) => return Err(raced(error)),
        Err(refused) => refused,
    };
    drop(tx);
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if matches!(refused, Refused::Stale) {
        return stale(&mut tx, &viewer, entered).await;
    }
    let notice = "Chưa áp dụng: còn chỗ phải sửa trước, nêu ở dưới.";
    let page = page(&mut tx, &viewer, entered, Some(notice)).await?;
    page.answer(StatusCode::UNPROCESSABLE_ENTITY)
}
