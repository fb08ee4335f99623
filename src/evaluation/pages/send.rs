//! Confirmed sheets go back to the workplace: one, or all that a list shows.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{act, enter, list};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::evaluation::form::SendForm;
use crate::evaluation::model::{ActKind, SentHow, Sheet, State as SheetState};
use crate::evaluation::store::steps;
use crate::faults::Faults;
use crate::ids::SheetId;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path};
use crate::{audit, clock};

#[derive(Template)]
#[template(path = "evaluation/send.html")]
struct SendPage {
    frame: Frame,
    unit: Unit,
    sheet: Sheet,
    form: SendForm,
    faults: Faults,
}

impl SendPage {
    fn hows() -> Vec<(&'static str, &'static str)> {
        SentHow::choices()
    }
}

async fn send_page(
    tx: &mut Tx,
    viewer: &Viewer,
    (sheet, unit, scope): (Sheet, Unit, Scope),
    form: SendForm,
) -> Result<SendPage> {
    let frame = Frame::of_unit(tx, viewer, &scope, &unit, Place::Evaluation).await?;
    Ok(SendPage { frame, unit, sheet, form, faults: Faults::default() })
}

/// Only a confirmed sheet goes to the workplace.
fn need_confirmed(sheet: &Sheet) -> Result<()> {
    if sheet.state == SheetState::Confirmed {
        return Ok(());
    }
    Err(Error::Conflict("Chỉ gửi phiếu mà đảng ủy đã xác nhận, và mỗi phiếu ghi gửi một lần."))
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMembers).await?;
    need_confirmed(&entered.0)?;
    let version = entered.0.version.to_string();
    let form = SendForm { version, ..SendForm::new(clock::today()) };
    Ok(Html(send_page(&mut tx, &viewer, entered, form).await?.render()?))
}

pub async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(form): Form<SendForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    steps::hold(&mut tx, id).await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMembers).await?;
    let sheet = &entered.0;
    let there = Redirect::to(&format!("/evaluations/{id}")).into_response();
    let read = form.read(sheet.confirmed_on, clock::today());
    if let Ok((on, how)) = &read
        && sheet.state == SheetState::Sent
        && (sheet.sent_on, sheet.sent_how) == (Some(*on), Some(*how))
    {
        return Ok(there);
    }
    need_confirmed(sheet)?;
    let (on, how) = match read {
        Ok(read) => read,
        Err(faults) => {
            let page = send_page(&mut tx, &viewer, entered, form).await?;
            let page = SendPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let said = format!("{}, {}", how.label(), day::short(on));
    let done = act(&viewer, ActKind::Send, &said);
    steps::send(&mut tx, sheet, (on, how), &done).await.map_err(raced)?;
    let summary = format!("Ghi gửi {} của {}: {said}", sheet.title(), sheet.full_name);
    let entry = Entry::new("evaluation.send", id.0, summary).in_unit(entered.1.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there)
}

/// Notes that every confirmed sheet of a list went to the workplace. The form says how many
/// the list had: what was confirmed since is not sent unseen.
pub async fn send_all(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<SendForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let today = clock::today();
    let year: i64 = form.year.trim().parse().map_err(|_| Error::BadRequest("Thiếu năm."))?;
    let workplace = form.workplace.trim().to_owned();
    let what = (year, workplace.as_str());
    let (count, confirmed_on) = steps::to_send(&mut tx, unit.id, what, today).await?;
    let there = |sent: i64| list::sent_href(&code, what, sent);
    if count == 0 {
        // Sent twice: the first has noted them.
        return Ok(Redirect::to(&there(0)).into_response());
    }
    let mut faults = Faults::default();
    let is_current = form.count.trim() == count.to_string();
    if !is_current {
        let fault = format!("Danh sách vừa thay đổi: nay có {count} phiếu. Xem lại rồi ghi");
        faults.add("on", fault);
    }
    let read = form.read(confirmed_on, today);
    let (on, how) = match read {
        Ok(read) if is_current => read,
        read => {
            let faults = if is_current { read.err().unwrap_or_default() } else { faults };
            let status =
                if is_current { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
            return list::refused(&mut tx, &viewer, (unit, &scope), (year, form), (faults, status))
                .await;
        }
    };
    let done = act(&viewer, ActKind::Send, &format!("{}, {}", how.label(), day::short(on)));
    steps::send_all(&mut tx, unit.id, (year, &workplace, today), (on, how), &done).await?;
    let to = if workplace.is_empty() { "mọi nơi công tác" } else { &workplace };
    let summary = format!(
        "Ghi gửi {count} phiếu nhận xét năm {year} của {} đến {to}: {}, ngày {}",
        unit.name_in_text(),
        how.label(),
        day::short(on)
    );
    let entry = Entry::new("evaluation.send", unit.id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(Redirect::to(&there(count)).into_response())
}
