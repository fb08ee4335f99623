//! Bringing a list.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task;

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::limits;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::exchange::import::model::{Import, ImportStatus, sheet_of, texts};
use crate::exchange::import::store;
use crate::exchange::import::{columns, rows};
use crate::faults::Faults;
use crate::ids::{ImportId, UnitId};
use crate::list_file::{self, Cell};
use crate::organisation::model::Unit;
use crate::vietnamese::lettering::decode;
use crate::web::{Path, Upload};

/// Files that are read at once; each takes a core for a moment.
static READING: Semaphore = Semaphore::const_new(2);
/// Seconds after which somebody who came when both were busy may try again.
const BUSY: u64 = 5;
/// A list that was looked at and never written is kept for so many seconds.
const DRAFT_KEPT: i64 = 7 * 24 * 3600;
/// Earlier imports that the page lists.
const LATEST: i64 = 20;

#[derive(Template)]
#[template(path = "imports/upload.html")]
struct UploadPage {
    frame: Frame,
    unit: Unit,
    id: String,
    faults: Faults,
    earlier: Vec<Import>,
}

async fn page(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<UploadPage> {
    let (unit, scope) = guard::enter_by_code(tx, viewer, code, Right::KeepMembers).await?;
    let frame = Frame::of_unit(tx, viewer, &scope, &unit, Place::Members).await?;
    let earlier = store::list(tx, unit.id, LATEST).await?;
    let id = ImportId::new().to_string();
    Ok(UploadPage { frame, unit, id, faults: Faults::default(), earlier })
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let page = page(&mut tx, &viewer, &code).await?;
    if !page.unit.is_cell() {
        // People live in cells: each has its own list.
        return Ok(Redirect::to(&format!("/units/{code}/members")).into_response());
    }
    Ok(Html(page.render()?).into_response())
}

pub async fn take(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    upload: Upload,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let page = page(&mut tx, &viewer, &code).await?;
    drop(tx);
    let id: ImportId = upload
        .fields
        .get("id")
        .and_then(|it| it.parse().ok())
        .ok_or(Error::BadRequest("Thiếu mã biểu mẫu."))?;
    if !page.unit.is_cell() {
        return Err(Error::BadRequest("Danh sách được nhập vào từng chi bộ."));
    }
    let read = if upload.bytes.is_empty() {
        Err("Chọn tệp danh sách, .xlsx hoặc .csv".to_owned())
    } else {
        read(id, page.unit.id, &viewer, upload).await?
    };
    let (import, rows) = match read {
        Ok(read) => read,
        Err(why) => {
            let mut faults = Faults::default();
            faults.add("file", why);
            let page = UploadPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let mut tx = app.db.write().await?;
    let (unit, _) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let there = Redirect::to(&format!("/imports/{id}")).into_response();
    if let Some(unit_id) = store::find_unit_id(&mut tx, id).await? {
        // The form came twice; an import of somebody else's stays unknown.
        return if unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    if let Some(same) = store::find_same(&mut tx, unit.id, &import.file_hash).await? {
        return Ok(Redirect::to(&format!("/imports/{same}?again=1")).into_response());
    }
    let most = app.settings.limits.imports_per_hour;
    let counted = ("import", "Tài khoản này đã đưa lên đủ số danh sách của một giờ.");
    limits::hourly(&mut tx, counted, viewer.account_id, most).await?;
    match store::add(&mut tx, &import).await {
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    store::add_rows(&mut tx, id, &rows).await?;
    let forgotten = import.created_at.plus_seconds(-DRAFT_KEPT);
    store::purge_drafts(&mut tx, unit.id, forgotten).await?;
    let summary = format!("Đưa danh sách {} lên để xem, {} dòng", import.file_name, rows.len());
    let act = Act::new("import.add", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

/// The line of a row and its cells as JSON.
type Rows = Vec<(i64, String)>;

/// Reads the file on a thread of its own; in words, why it is no list.
async fn read(
    id: ImportId,
    unit_id: UnitId,
    viewer: &Viewer,
    upload: Upload,
) -> Result<Result<(Import, Rows), String>> {
    let Ok(turn) = READING.try_acquire() else { return Err(Error::TooMany(BUSY)) };
    let account_name = viewer.signed_name();
    let read = task::spawn_blocking(move || {
        // Kept until the thread has done, though nobody should wait for it any more.
        let _turn = turn;
        draft(id, unit_id, account_name, &upload)
    });
    read.await.map_err(|it| Error::Internal(it.into()))
}

/// A file as a draft: where its people begin, what its columns are, how it is written.
pub fn draft(
    id: ImportId,
    unit_id: UnitId,
    account_name: String,
    upload: &Upload,
) -> Result<(Import, Rows), String> {
    let file = list_file::read(&upload.bytes).map_err(|it| it.to_string())?;
    let no_list = "Không thấy cột Họ và tên trong 40 dòng đầu. Ghi tên các cột ở dòng trên cùng.";
    let (sheet, lettering) = sheet_of(&file).ok_or(no_list)?;
    let head = columns::find(&texts(sheet, lettering)).ok_or(no_list)?;
    let words: Vec<&str> = head.columns.iter().map(|it| it.as_str()).collect();
    let people = sheet.rows.len().saturating_sub(head.first);
    let rows = sheet.rows.iter().skip(head.first).filter_map(|row| {
        let cells: Vec<String> = row.cells.iter().map(Cell::text).collect();
        // Of whoever must stay unknown there is no record, not even here.
        let secret = cells.iter().any(|it| rows::is_secret(&decode(it, lettering)));
        let cells = serde_json::to_string(&cells).unwrap_or_default();
        (!secret).then_some((i64::from(row.line), cells))
    });
    let rows: Rows = rows.collect();
    let refused = i64::try_from(people - rows.len()).unwrap_or(i64::MAX);
    let heads: Vec<String> = head.heads.iter().map(|it| it.replace('\n', " ")).collect();
    let import = Import {
        id,
        unit_id,
        account_name,
        file_name: upload.file_name.chars().take(100).collect(),
        file_hash: Sha256::digest(&upload.bytes).to_vec(),
        status: ImportStatus::Draft,
        lettering,
        columns: words.join(" "),
        heads: heads.join("\n"),
        started_on: clock::today(),
        created_at: clock::now(),
        applied_at: None,
        undone_at: None,
        added: 0,
        changed: 0,
        kept: 0,
        refused,
        version: 1,
    };
    Ok((import, rows))
}
