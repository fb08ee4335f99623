//! What is done to one sheet for a reason: given back, corrected, dropped.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{act, enter};
use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act as Entry;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::evaluation::form::ReasonForm;
use crate::evaluation::model::{ActKind, Sheet, State as SheetState};
use crate::evaluation::store::{self, steps};
use crate::faults::Faults;
use crate::ids::SheetId;
use crate::organisation::model::Unit;
use crate::web::{Form, Path};

/// Which reason is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Return,
    Correct,
    Drop,
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Why::Return => "return",
            Why::Correct => "correct",
            Why::Drop => "drop",
        }
    }

    fn kind(self) -> ActKind {
        match self {
            Why::Return => ActKind::Return,
            Why::Correct => ActKind::Correct,
            Why::Drop => ActKind::Void,
        }
    }

    /// The states in which it can be done.
    fn fits(self, state: SheetState) -> bool {
        match self {
            Why::Return => state == SheetState::Signed,
            Why::Correct => state.is_confirmed() || state == SheetState::Void,
            Why::Drop => state.is_open(),
        }
    }

    /// Why it cannot, said to whoever tries.
    fn refusal(self) -> Error {
        Error::Conflict(match self {
            Why::Return => {
                "Chỉ trả lại phiếu mà chi bộ đã ký và đảng ủy chưa xác nhận. Mở lại phiếu để xem \
                 phiếu đang ở bước nào."
            }
            Why::Correct => {
                "Chỉ lập bản sửa cho phiếu đã xác nhận, hoặc đã bỏ. Mở lại phiếu để xem phiếu đang ở \
                 bước nào."
            }
            Why::Drop => {
                "Chỉ bỏ phiếu mà chi bộ chưa ký. Mở lại phiếu để xem phiếu đang ở bước nào."
            }
        })
    }
}

#[derive(Template)]
#[template(path = "evaluation/reason.html")]
struct ReasonPage {
    frame: Frame,
    unit: Unit,
    sheet: Sheet,
    why: Why,
    form: ReasonForm,
    faults: Faults,
}

impl ReasonPage {
    /// Whether a dropped sheet is opened again, which is a correction like others.
    fn reopens(&self) -> bool {
        self.sheet.state == SheetState::Void
    }

    fn heading(&self) -> &'static str {
        match self.why {
            Why::Return => "Trả lại phiếu",
            Why::Correct if self.reopens() => "Mở lại phiếu",
            Why::Correct => "Lập bản sửa",
            Why::Drop => "Bỏ phiếu",
        }
    }

    /// What will happen, said before it does.
    fn said(&self) -> &'static str {
        match self.why {
            Why::Return => "Phiếu trở lại chi bộ để viết và ký lại; mã kiểm tra đã in hết giá trị.",
            Why::Correct if self.reopens() => {
                "Phiếu trở lại trong số phiếu phải viết; chi bộ viết, ký, rồi đảng ủy xác nhận."
            }
            Why::Correct => {
                "Phiếu cũ giữ nguyên để đối chiếu, mã kiểm tra của nó hết giá trị. Chi bộ sửa bản \
                 mới, ký, rồi đảng ủy xác nhận lại."
            }
            Why::Drop => {
                "Phiếu không phải viết nữa và không còn trong số phiếu phải viết: dùng khi đồng chí \
                 đã qua đời, hoặc phiếu mở nhầm. Bỏ nhầm thì mở lại được."
            }
        }
    }

    /// The button, which names the object.
    fn button(&self) -> String {
        let name = &self.sheet.full_name;
        match self.why {
            Why::Return => format!("Trả lại phiếu của {name}"),
            Why::Correct if self.reopens() => format!("Mở lại phiếu của {name}"),
            Why::Correct => format!("Lập bản sửa cho {name}"),
            Why::Drop => format!("Bỏ phiếu của {name}"),
        }
    }
}

async fn reason_page(
    tx: &mut Tx,
    viewer: &Viewer,
    (sheet, unit, scope): (Sheet, Unit, Scope),
    why: Why,
    form: ReasonForm,
) -> Result<ReasonPage> {
    let frame = Frame::of_unit(tx, viewer, &scope, &unit, Place::Evaluation).await?;
    Ok(ReasonPage { frame, unit, sheet, why, form, faults: Faults::default() })
}

pub async fn ask_return(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
) -> Result<Html<String>> {
    ask(&app, &viewer, id, Why::Return).await
}

pub async fn ask_drop(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
) -> Result<Html<String>> {
    ask(&app, &viewer, id, Why::Drop).await
}

pub async fn ask_correct(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
) -> Result<Html<String>> {
    ask(&app, &viewer, id, Why::Correct).await
}

async fn ask(app: &App, viewer: &Viewer, id: SheetId, why: Why) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, viewer, id, Right::ConfirmEvaluations).await?;
    if !why.fits(entered.0.state) {
        return Err(why.refusal());
    }
    let form = ReasonForm {
        version: entered.0.version.to_string(),
        id: SheetId::new().to_string(),
        ..ReasonForm::default()
    };
    Ok(Html(reason_page(&mut tx, viewer, entered, why, form).await?.render()?))
}

pub async fn give_back(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response> {
    take(&app, &viewer, id, Why::Return, form).await
}

pub async fn drop_sheet(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response> {
    take(&app, &viewer, id, Why::Drop, form).await
}

pub async fn correct(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response> {
    take(&app, &viewer, id, Why::Correct, form).await
}

async fn take(
    app: &App,
    viewer: &Viewer,
    id: SheetId,
    why: Why,
    form: ReasonForm,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    steps::hold(&mut tx, id).await?;
    let entered = enter(&mut tx, viewer, id, Right::ConfirmEvaluations).await?;
    let sheet = &entered.0;
    let is_current = form.version.trim() == sheet.version.to_string();
    if let Some(there) = done_before(&mut tx, sheet, why, &form).await? {
        return Ok(Redirect::to(&format!("/evaluations/{there}")).into_response());
    }
    if !is_current || !why.fits(sheet.state) {
        return Err(why.refusal());
    }
    let reason = match form.read() {
        Ok(reason) => reason,
        Err(faults) => {
            let page = reason_page(&mut tx, viewer, entered, why, form).await?;
            let page = ReasonPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let done = act(viewer, why.kind(), &reason);
    let title = sheet.title();
    let (there, action, summary) = match why {
        Why::Return => {
            steps::give_back(&mut tx, sheet, &done).await.map_err(raced)?;
            let summary = format!("Trả lại {title} của {}: {reason}", sheet.full_name);
            (id, "evaluation.return", summary)
        }
        Why::Correct => {
            let new = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
            steps::correct(&mut tx, sheet, new, &done).await.map_err(raced)?;
            let summary = format!("Lập bản sửa cho {title} của {}: {reason}", sheet.full_name);
            (new, "evaluation.correct", summary)
        }
        Why::Drop => {
            steps::drop_open(&mut tx, sheet, &done).await.map_err(raced)?;
            (id, "evaluation.drop", format!("Bỏ {title} của {}: {reason}", sheet.full_name))
        }
    };
    let entry = Entry::new(action, id.0, summary).in_unit(entered.1.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/evaluations/{there}")).into_response())
}

/// Where the same form, sent twice, led the first time.
async fn done_before(
    tx: &mut Tx,
    sheet: &Sheet,
    why: Why,
    form: &ReasonForm,
) -> Result<Option<SheetId>> {
    let done = match (why, form.id.parse::<SheetId>()) {
        (Why::Return, _) => (sheet.state == SheetState::Returned).then_some(sheet.id),
        (Why::Drop, _) => (sheet.state == SheetState::Void).then_some(sheet.id),
        (Why::Correct, Ok(new)) => {
            let is_it = sheet.state == SheetState::Replaced
                && store::unit_of(tx, new).await.is_ok_and(|it| it == sheet.unit_id);
            is_it.then_some(new)
        }
        (Why::Correct, Err(_)) => None,
    };
    Ok(done)
}
