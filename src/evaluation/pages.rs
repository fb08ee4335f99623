//! The pages, by what is done on them.

use chrono::{Datelike, NaiveDate};

use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::model::Right::{
    ConfirmEvaluations, KeepEvaluations, KeepMembers, OpenEvaluations, SeeNames,
};
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::model::{Act, ActKind, Sheet};
use crate::evaluation::store;
use crate::evaluation::year_file::model::Year;
use crate::ids::{ActId, SheetId};
use crate::organisation;
use crate::organisation::model::Unit;

mod confirm;
mod consultation;
mod grid;
mod list;
mod opening;
pub mod overview;
mod paper;
mod request;
mod send;
mod sheet;
mod sign;
mod signature;
mod step;
mod verify;

pub fn routes() -> Routes {
    let see = Need::Right(SeeNames);
    let keep = Need::Right(KeepEvaluations);
    let confirm = Need::Right(ConfirmEvaluations);
    let open = Need::Right(OpenEvaluations);
    let members = Need::Right(KeepMembers);
    Routes::new()
        .get("/units/{code}/evaluations/open", open, opening::form)
        .post("/units/{code}/evaluations/open", open, opening::open)
        .get("/units/{code}/evaluations/sheets", see, list::list)
        .post("/units/{code}/evaluations/sent", members, send::send_all)
        .get("/units/{code}/evaluations/print", see, paper::many)
        .get("/units/{code}/evaluations/consultations", keep, consultation::new)
        .post("/units/{code}/evaluations/consultations", keep, consultation::add)
        .get("/consultations/{id}", keep, consultation::edit)
        .post("/consultations/{id}", keep, consultation::change)
        .get("/units/{code}/evaluations/grid", keep, grid::show)
        .post("/units/{code}/evaluations/grid", keep, grid::mark)
        .post("/markings/{id}/undo", keep, grid::undo)
        .get("/units/{code}/evaluations/sign", keep, sign::ask)
        .post("/units/{code}/evaluations/sign", keep, sign::sign_all)
        .get("/units/{code}/evaluations/confirm", confirm, confirm::ask)
        .post("/units/{code}/evaluations/confirm", confirm, confirm::confirm_all)
        .get("/evaluations/{id}", see, sheet::show)
        .post("/evaluations/{id}", keep, sheet::save)
        .post("/evaluations/{id}/sign", keep, signature::sign)
        .post("/evaluations/{id}/confirm", confirm, signature::confirm)
        .get("/evaluations/{id}/return", confirm, step::ask_return)
        .post("/evaluations/{id}/return", confirm, step::give_back)
        .get("/evaluations/{id}/correct", confirm, step::ask_correct)
        .post("/evaluations/{id}/correct", confirm, step::correct)
        .get("/evaluations/{id}/drop", confirm, step::ask_drop)
        .post("/evaluations/{id}/drop", confirm, step::drop_sheet)
        .get("/evaluations/{id}/send", members, send::ask)
        .post("/evaluations/{id}/send", members, send::send)
        .get("/evaluations/{id}/print", see, paper::one)
        .get("/members/{id}/evaluation-requests", members, request::form)
        .post("/members/{id}/evaluation-requests", members, request::add)
        .get("/verify", Need::Anyone, verify::form)
        .get("/verify/{code}", Need::Anyone, verify::show)
}

/// A sheet, the cell that writes it, and the proof that the viewer may do this there.
async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: SheetId,
    right: Right,
) -> Result<(Sheet, Unit, Scope)> {
    let unit_id = store::unit_of(tx, id).await?;
    let scope = guard::enter(tx, viewer, unit_id, right).await?;
    let sheet = store::get(tx, &scope, id).await?;
    let unit = organisation::store::get(tx, unit_id, clock::today()).await?;
    Ok((sheet, unit, scope))
}

/// An act that the viewer does now.
fn act(viewer: &Viewer, kind: ActKind, note: &str) -> Act {
    let (account_name, note) = (viewer.signed_name(), note.to_owned());
    Act { id: ActId::new(), kind, account_name, note, at: clock::now() }
}

/// The first day of a year, and the first day after `on` or after the year, whichever is
/// earlier.
fn days(year: i64, on: NaiveDate) -> (NaiveDate, NaiveDate) {
    Year::new(i32::try_from(year).unwrap_or(i32::MAX), on).days()
}

/// The year that a page is about: the one asked for, or else the latest with sheets, or this.
async fn year_of(tx: &mut Tx, unit: &Unit, asked: Option<i64>, today: NaiveDate) -> Result<i64> {
    if let Some(year) = asked {
        return Ok(year);
    }
    let last = store::counts::last_year(tx, unit.id).await?;
    Ok(last.unwrap_or_else(|| i64::from(today.year())))
}
