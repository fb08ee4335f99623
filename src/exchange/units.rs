//! Units from a table, pasted or in a file: how a registry gets its tree at once.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::exchange::seed::{self, Refused};
use crate::faults::Faults;
use crate::ids::UnitId;
use crate::web::Upload;

/// A province with its cells is a table of some hundred kilobytes.
const LARGEST: usize = 2 * 1024 * 1024;

pub fn routes() -> Routes {
    let need = Need::SignedIn;
    Routes::new().get("/administration/unit-list", need, form).post_file(
        "/administration/unit-list",
        need,
        LARGEST,
        take,
    )
}

#[derive(Template)]
#[template(path = "administration/unit_list.html")]
struct ListPage {
    frame: Frame,
    id: String,
    list: String,
    faults: Faults,
}

/// Nobody but whoever keeps the units of the whole registry gets behind this.
fn need_everywhere(viewer: &Viewer) -> Result<()> {
    if viewer.may_everywhere(Right::KeepUnits) { Ok(()) } else { Err(Error::NotFound) }
}

async fn form(viewer: Viewer) -> Result<Html<String>> {
    need_everywhere(&viewer)?;
    let (id, list) = (UnitId::new().to_string(), String::new());
    let frame = Frame::bare(&viewer, Place::Units);
    Ok(Html(ListPage { frame, id, list, faults: Faults::default() }.render()?))
}

async fn take(State(app): State<App>, viewer: Viewer, upload: Upload) -> Result<Response> {
    need_everywhere(&viewer)?;
    let field = |name: &str| upload.fields.get(name).cloned().unwrap_or_default();
    let id: Uuid = field("id").parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    let (list, at) = match read(&upload.bytes, &upload.fields) {
        Ok(read) => read,
        Err((at, why)) => return refuse(&viewer, id, field("list"), at, why.to_owned()),
    };
    let done = Redirect::to("/").into_response();
    let mut tx = app.db.write().await?;
    if was_written(&mut tx, id).await? {
        return Ok(done);
    }
    match seed::load_units(&mut tx, &list, &viewer.actor(), id).await {
        Ok(_) => {}
        Err(Refused::Database(error)) if is_duplicate(&error) => {
            drop(tx);
            // The same form, sent several times at once: another sending has written it.
            if was_written(&mut app.db.read().await?, id).await? {
                return Ok(done);
            }
            let why = "Có mã vừa được đơn vị khác dùng; xem lại cột code".to_owned();
            return refuse(&viewer, id, list, at, why);
        }
        Err(Refused::Database(error)) => return Err(error.into()),
        Err(refused) => return refuse(&viewer, id, list, at, refused.to_string()),
    }
    tx.commit().await?;
    Ok(done)
}

/// The table, and the field that it came in: a file that was chosen, or what was pasted. Or
/// else the field that is wrong, and why.
fn read(
    bytes: &[u8],
    fields: &HashMap<String, String>,
) -> std::result::Result<(String, &'static str), (&'static str, &'static str)> {
    const NOT_UNICODE: &str = "Tệp không phải CSV chữ Unicode: lưu lại theo UTF-8";
    if !bytes.is_empty() {
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| ("file", NOT_UNICODE))?;
        return Ok((text, "file"));
    }
    let list = fields.get("list").map(String::as_str).unwrap_or_default();
    if list.trim().is_empty() {
        return Err(("list", "Dán bảng vào ô này, hoặc chọn một tệp"));
    }
    Ok((list.to_owned(), "list"))
}

/// Whether the form was written down already.
async fn was_written(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    Ok(!audit::store::list_of(tx, id, 1).await?.is_empty())
}

/// The form again, with the table in it to be mended, also where it came in a file.
fn refuse(
    viewer: &Viewer,
    id: Uuid,
    list: String,
    field: &'static str,
    why: String,
) -> Result<Response> {
    let mut faults = Faults::default();
    faults.add(field, why);
    let frame = Frame::bare(viewer, Place::Units);
    let page = ListPage { frame, id: id.to_string(), list, faults };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
