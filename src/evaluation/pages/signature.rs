//! One sheet is signed by the cell, or confirmed by the ward.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{act, enter};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act as Entry;
use crate::error::{Error, Result};
use crate::evaluation::model::{ActKind, State as SheetState};
use crate::evaluation::store::steps::{self, Which};
use crate::ids::SheetId;
use crate::web::{Form, Path};

/// Whose signature.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Cell,
    Ward,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct VersionForm {
    pub version: String,
}

pub async fn sign(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<VersionForm>,
) -> Result<Response> {
    take(&app, &viewer, id, &form, By::Cell).await
}

pub async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<VersionForm>,
) -> Result<Response> {
    take(&app, &viewer, id, &form, By::Ward).await
}

async fn take(
    app: &App,
    viewer: &Viewer,
    id: SheetId,
    form: &VersionForm,
    by: By,
) -> Result<Response> {
    let (right, kind, action) = match by {
        By::Cell => (Right::KeepEvaluations, ActKind::Sign, "evaluation.sign"),
        By::Ward => (Right::ConfirmEvaluations, ActKind::Confirm, "evaluation.confirm"),
    };
    let mut tx = app.db.write().await?;
    steps::hold(&mut tx, id).await?;
    let (sheet, unit, _) = enter(&mut tx, viewer, id, right).await?;
    let there = Redirect::to(&format!("/evaluations/{id}")).into_response();
    let (is_done, may_be) = match by {
        By::Cell => {
            let complete = sheet.state == SheetState::Written && sheet.missing().is_none();
            (sheet.state.is_signed(), complete)
        }
        By::Ward => (sheet.state.is_confirmed(), sheet.state == SheetState::Signed),
    };
    if is_done {
        return Ok(there);
    }
    if form.version.trim() != sheet.version.to_string() {
        return Err(Error::Conflict("Phiếu vừa được sửa. Mở lại phiếu, xem rồi hãy bấm lần nữa."));
    }
    if !may_be {
        return Err(Error::BadRequest(match by {
            By::Cell => {
                "Phiếu chưa ký được: chọn đủ các tiêu chí và ghi cuộc họp với ban công tác mặt trận \
                 trước."
            }
            By::Ward => "Chi bộ chưa ký phiếu này nên đảng ủy chưa xác nhận được.",
        }));
    }
    let done = act(viewer, kind, "");
    match by {
        By::Cell => steps::sign(&mut tx, Which::One(&sheet), &done).await?,
        By::Ward => steps::confirm(&mut tx, Which::One(&sheet), &done).await?,
    };
    let summary = format!("{}: {} của {}", kind.label(), sheet.title(), sheet.full_name);
    let entry = Entry::new(action, id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there)
}
