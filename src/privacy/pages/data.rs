//! "Dữ liệu về tôi": everything held about a person, on paper or for machines. What it is for
//! is written down before the first byte leaves.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::enter;
use crate::access::confirm;
use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::error::{Error, Result};
use crate::exports::model::read_purpose;
use crate::faults::Faults;
use crate::ids::MemberId;
use crate::members::model::Member;
use crate::organisation::letterhead::Letterhead;
use crate::privacy::held::{self, Section};
use crate::privacy::store;
use crate::web::{Form, Path};
use crate::{audit, clock};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DataForm {
    purpose: String,
    /// `paper` or `json`.
    format: String,
    confirm: String,
}

#[derive(Template)]
#[template(path = "privacy/data.html")]
struct AskPage {
    frame: Frame,
    member: Member,
    sections: Vec<Section>,
    form: DataForm,
    faults: Faults,
    may_take: bool,
    may_keep: bool,
}

impl AskPage {
    fn formats() -> [(&'static str, &'static str); 2] {
        [("paper", "Bản in A4, để đưa tận tay"), ("json", "Tệp JSON, để phần mềm khác đọc")]
    }
}

#[derive(Template)]
#[template(path = "privacy/data_paper.html")]
struct PaperPage {
    head: Letterhead,
    member: Member,
    sections: Vec<Section>,
    purpose: String,
    by: String,
    at: clock::Moment,
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Response> {
    asked(&app, &viewer, id, DataForm::default(), Faults::default()).await
}

async fn asked(
    app: &App,
    viewer: &Viewer,
    id: MemberId,
    form: DataForm,
    faults: Faults,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (member, cell, scope) = enter(&mut tx, viewer, id, Right::SeeNames).await?;
    let records = store::held::records(&mut tx, id).await?;
    let sections = store::held::sections(&mut tx, &scope, &records).await?;
    let frame = Frame::of_unit(&mut tx, viewer, &scope, &cell, Place::Members).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (may_take, may_keep) = (scope.may(Right::ExportNames), scope.may(Right::KeepMembers));
    let page = AskPage { frame, member, sections, form, faults, may_take, may_keep };
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn take(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(form): Form<DataForm>,
) -> Result<Response> {
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    let (member, cell, scope) = enter(&mut tx, &viewer, id, Right::ExportNames).await?;
    let mut faults = Faults::default();
    let purpose = faults.read("purpose", read_purpose(&form.purpose));
    let format = Some(form.format.as_str()).filter(|it| ["paper", "json"].contains(it));
    faults.need("format", format, "Chọn bản in hoặc tệp");
    faults.append(unconfirmed);
    let (Some(purpose), Some(format), true) = (purpose, format, faults.is_empty()) else {
        drop(tx);
        return asked(&app, &viewer, id, form, faults).await;
    };
    let what = if format == "json" { "tệp JSON" } else { "bản in" };
    let summary = format!("Lấy dữ liệu về đảng viên ({what}), để: {purpose}");
    let act = Act::new("view.data", id.0, summary).in_unit(cell.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;

    let mut tx = app.db.read().await?;
    let records = store::held::records(&mut tx, id).await?;
    let sections = store::held::sections(&mut tx, &scope, &records).await?;
    let at = clock::now();
    if format == "json" {
        let file = held::json(&sections, at);
        let file = serde_json::to_vec_pretty(&file).map_err(|it| Error::Internal(it.into()))?;
        let headers = [
            (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!(r#"attachment; filename="du-lieu-{id}.json""#)),
        ];
        return Ok((headers, file).into_response());
    }
    let head = Letterhead::of(&mut tx, &cell, clock::today()).await?;
    let by = viewer.signed_name();
    Ok(Html(PaperPage { head, member, sections, purpose, by, at }.render()?).into_response())
}
