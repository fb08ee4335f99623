//! The pages, by what is done on them.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{MemberId, UnitId};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::{clock, organisation};

mod add;
mod category;
mod confirm;
mod edit;
mod export;
mod filter;
mod leave;
mod letter;
pub mod letters;
mod list;
mod merge;
mod show;
mod standing;
mod transfer;

pub use self::filter::ListQuery;

pub fn routes() -> Routes {
    let see = Need::Right(Right::SeeNames);
    let keep = Need::Right(Right::KeepMembers);
    let export = Need::Right(Right::ExportNames);
    Routes::new()
        .get_kept("/units/{code}/members", see, list::list)
        .get("/units/{code}/members/print", export, export::paper)
        .get("/units/{code}/members/new", keep, add::form)
        .post("/units/{code}/members", keep, add::add)
        .get("/members/{id}", see, show::show)
        .post("/members/{id}/numbers", see, show::numbers)
        .get("/members/{id}/edit", keep, edit::form)
        .post("/members/{id}/edit", keep, edit::change)
        .get("/members/{id}/move", keep, transfer::form)
        .post("/members/{id}/move", keep, transfer::transfer)
        .get("/members/{id}/leave", keep, leave::form)
        .post("/members/{id}/leave", keep, leave::leave)
        .get("/members/{id}/category", keep, category::form)
        .post("/members/{id}/category", keep, category::switch)
        .get("/members/{id}/merge", keep, merge::form)
        .post("/members/{id}/merge", keep, merge::merge)
        .get("/merges/{id}", keep, merge::undo::form)
        .post("/merges/{id}/undo", keep, merge::undo::undo)
        .get("/members/{id}/letters/new", keep, letter::new_form)
        .post("/members/{id}/letters", keep, letter::add)
        .get("/units/{code}/letters", see, letters::list)
        .get("/units/{code}/letters/new", keep, letters::receive::form)
        .post("/units/{code}/letters", keep, letters::receive::add)
        .post("/units/{code}/letters/steps", keep, letters::step::step)
        .get("/letters/{id}", see, letters::paper::show)
        .post("/letters/{id}/numbers", see, letters::paper::numbers)
        .get("/letters/{id}/reception", see, letters::paper::reception)
        .get("/letters/{id}/edit", keep, letter::edit_form)
        .post("/letters/{id}/edit", keep, letter::change)
}

/// Enters the cell that keeps the member. Somebody whom no cell keeps is unknown.
async fn enter_member(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MemberId,
    right: Right,
) -> Result<(Unit, Scope)> {
    let cell_id = store::cell_of(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, cell_id, right).await?;
    if right == Right::KeepMembers && store::merge_of(tx, id).await?.is_some() {
        return Err(Error::BadRequest(
            "Hồ sơ này đã gộp vào hồ sơ khác của cùng một người. Tìm đồng chí ấy trong danh sách \
             rồi sửa ở hồ sơ còn giữ.",
        ));
    }
    if right == Right::KeepMembers && store::is_anonymised(tx, id).await? {
        return Err(Error::BadRequest(
            "Hồ sơ này đã ẩn danh: chỉ còn để đếm, không sửa và không tiếp nhận lại được. Đồng \
             chí ấy trở về thì ghi hồ sơ mới.",
        ));
    }
    let cell = organisation::store::get(tx, cell_id, clock::today()).await?;
    Ok((cell, scope))
}

/// The cells whose members the viewer keeps: as many look-ups as the account has roles.
async fn cells_kept(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<Unit>> {
    let mut kept: Vec<Unit> = Vec::new();
    for grant in &viewer.grants {
        let allows = |below| grant.role.allows(Right::KeepMembers, below, grant.names);
        let Some(unit_id) = grant.unit_id.filter(|_| allows(false)) else { continue };
        let cells = organisation::store::cells(tx, unit_id, clock::today()).await?;
        let new = |cell: &Unit| !kept.iter().any(|it| it.id == cell.id);
        let reached = |cell: &Unit| cell.id == unit_id || allows(true);
        let cells: Vec<Unit> = cells.into_iter().filter(|it| new(it) && reached(it)).collect();
        kept.extend(cells);
    }
    Ok(kept)
}

/// Units as the options of a form, below one that stands for none chosen yet.
fn options(none: &str, units: &[Unit]) -> Vec<(String, String)> {
    let first = (String::new(), none.to_owned());
    let rest = units.iter().map(|it| (it.id.to_string(), it.name.clone()));
    [first].into_iter().chain(rest).collect()
}

/// The unit of `units` whose id was posted; no form of ours offers any other: 404.
fn chosen(typed: &str, units: &[Unit]) -> Result<UnitId> {
    let id: UnitId = typed.parse().map_err(|_| Error::NotFound)?;
    units.iter().find(|it| it.id == id).map(|it| it.id).ok_or(Error::NotFound)
}

/// A page that was not taken: the form as it was typed, and what is wrong with it.
fn refused(status: StatusCode, page: &impl Template) -> Result<Response> {
    Ok((status, Html(page.render()?)).into_response())
}
