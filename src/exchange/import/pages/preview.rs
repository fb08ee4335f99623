//! Looking through a list, and writing it down.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Desk;
use crate::access::confirm;
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::{Error, Result};
use crate::exchange::import::apply::{self, Writing};
use crate::exchange::import::columns::Column;
use crate::exchange::import::failed;
use crate::exchange::import::fate::{Fate, Judged, Tally};
use crate::exchange::import::model::{Import, ImportRow, ImportStatus};
use crate::exchange::import::store;
use crate::faults::Faults;
use crate::ids::ImportId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::vietnamese::lettering::{Lettering, decode};
use crate::web::{Form, Path, Query};

/// Rows on a page of the list.
const PAGE: usize = 50;
/// Names shown as they stand in the file and as they are read.
const SAMPLES: usize = 5;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    fate: String,
    page: String,
    again: String,
}

#[derive(Template)]
#[template(path = "imports/preview.html")]
struct PreviewPage {
    frame: Frame,
    unit: Unit,
    import: Import,
    tally: Tally,
    columns: Vec<ColumnField>,
    options: Vec<(&'static str, &'static str)>,
    samples: Vec<(String, String)>,
    started_on: String,
    /// Which rows are listed: a word of [`FATES`].
    fate: &'static str,
    rows: Vec<Judged>,
    /// The page of them, of how many.
    page: usize,
    pages: usize,
    faults: Faults,
    notice: Option<&'static str>,
}

/// A column of the file, and what it is taken for.
struct ColumnField {
    name: String,
    head: String,
    sample: String,
    column: Column,
}

/// The kinds of rows, by the words of the address.
const FATES: &[(&str, &str)] = &[
    ("new", "Người mới"),
    ("changed", "Có thay đổi"),
    ("failed", "Chưa nhập được"),
    ("same", "Đã có trong sổ"),
    ("aside", "Không phải người"),
];

impl PreviewPage {
    /// Word, label and number of each kind of rows.
    fn fates(&self) -> Vec<(&'static str, &'static str, usize)> {
        let Tally { new, changed, same, failed, aside, .. } = self.tally;
        let counts = [new, changed, failed, same, aside];
        FATES.iter().zip(counts).map(|((word, label), count)| (*word, *label, count)).collect()
    }

    fn letterings() -> Vec<(&'static str, &'static str)> {
        Lettering::choices()
    }

    fn may_leave_out(&self) -> bool {
        matches!(self.fate, "new" | "changed")
    }
}

fn word_of(fate: &Fate) -> &'static str {
    match fate {
        Fate::New(_) => "new",
        Fate::Changed(_) => "changed",
        Fate::Failed(_) => "failed",
        Fate::Same(_) => "same",
        Fate::Aside => "aside",
    }
}

#[derive(Template)]
#[template(path = "imports/result.html")]
struct ResultPage {
    frame: Frame,
    unit: Unit,
    import: Import,
    tally: Tally,
    again: bool,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let desk = Desk::enter(&mut tx, &viewer, id).await?;
    let (rows, judged) = desk.judge(&mut tx, &viewer).await?;
    if !desk.import.is_draft() {
        let Desk { import, cell, frame, .. } = desk;
        let tally = Tally::of(&judged);
        let again = query.again == "1";
        let page = ResultPage { frame, unit: cell, import, tally, again };
        return Ok(Html(page.render()?).into_response());
    }
    let page = page(desk, &rows, judged, &query);
    Ok(Html(page.render()?).into_response())
}

fn page(desk: Desk, rows: &[ImportRow], judged: Vec<Judged>, query: &ShowQuery) -> PreviewPage {
    let Desk { import, cell, frame, .. } = desk;
    let tally = Tally::of(&judged);
    let asked = FATES.iter().map(|(word, _)| *word).find(|it| *it == query.fate);
    // What can be mended is shown first.
    let fate = asked.unwrap_or(match tally {
        Tally { failed: 1.., .. } => "failed",
        Tally { new: 1.., .. } => "new",
        Tally { changed: 1.., .. } => "changed",
        _ => "same",
    });
    let listed: Vec<Judged> = judged.into_iter().filter(|it| word_of(&it.fate) == fate).collect();
    let pages = listed.len().div_ceil(PAGE).max(1);
    let page = query.page.parse().unwrap_or(1).clamp(1, pages);
    let listed = listed.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    PreviewPage {
        columns: fields(&import, rows),
        samples: samples(&import, rows),
        options: Column::choices(),
        started_on: day::short(import.started_on),
        frame,
        unit: cell,
        import,
        tally,
        fate,
        rows: listed,
        page,
        pages,
        faults: Faults::default(),
        notice: None,
    }
}

fn fields(import: &Import, rows: &[ImportRow]) -> Vec<ColumnField> {
    let first: Vec<Vec<String>> = rows.iter().take(20).map(ImportRow::cells).collect();
    let heads = import.heads();
    let field = |(at, column): (usize, Column)| {
        let sample = first.iter().filter_map(|row| row.get(at)).find(|it| !it.trim().is_empty());
        let sample = sample.map(|it| decode(it, import.lettering)).unwrap_or_default();
        let head = heads.get(at).map_or("", |it| it.trim()).to_owned();
        ColumnField { name: format!("c{at}"), head, sample, column }
    };
    import.columns().into_iter().enumerate().map(field).collect()
}

/// Names as they stand in the file, and as they are read; those with marks tell most.
fn samples(import: &Import, rows: &[ImportRow]) -> Vec<(String, String)> {
    let at = import.columns().iter().position(|it| *it == Column::Name);
    let names = rows.iter().filter_map(|row| row.cells().get(at?).cloned());
    let mut names: Vec<String> = names.filter(|it| !it.trim().is_empty()).take(200).collect();
    names.sort_by_key(|it| it.is_ascii());
    let pair = |it: String| (it.replace('\u{AD}', "\u{2010}"), decode(&it, import.lettering));
    names.into_iter().take(SAMPLES).map(pair).collect()
}

/// The fields as posted: what each column is, how it is written, which rows stay out.
fn changed(import: &Import, fields: &[(String, String)], faults: &mut Faults) -> Import {
    let value = |name: &str| {
        fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    };
    let columns = import.columns();
    let columns = columns.iter().enumerate().map(|(at, column)| {
        let typed = value(&format!("c{at}")).and_then(Column::read);
        typed.unwrap_or(*column).as_str()
    });
    let columns = columns.collect::<Vec<_>>().join(" ");
    let lettering = value("lettering").and_then(Lettering::read).unwrap_or(import.lettering);
    let mut started_on = import.started_on;
    if let Some(typed) = value("started_on") {
        match day::read(typed) {
            Ok(on) if on <= clock::today() => started_on = on,
            Ok(_) => faults.add("started_on", "Sửa ngày quản lý: ngày này chưa đến"),
            Err(why) => faults.add("started_on", why),
        }
    }
    Import { lettering, columns, started_on, ..import.clone() }
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let desk = Desk::enter(&mut tx, &viewer, id).await?;
    // Lists for one cell are written one after the other, each held against what the one
    // before wrote.
    organisation::store::hold(&mut tx, desk.cell.id).await?;
    let import = store::get(&mut tx, id).await?;
    let there = Redirect::to(&format!("/imports/{id}")).into_response();
    if !import.is_draft() {
        // The form came twice, or a colleague was quicker: the page says what was done.
        return Ok(there);
    }
    let value = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut faults = Faults::default();
    let import = changed(&import, &fields, &mut faults);
    if faults.is_empty() && import.columns().iter().all(|it| *it != Column::Name) {
        faults.add("c0", "Chọn cột nào là Họ và tên");
    }
    let mut desk = Desk { import, ..desk };
    let query = ShowQuery { fate: value("fate"), page: value("page"), ..ShowQuery::default() };
    if !faults.is_empty() {
        let (rows, judged) = desk.judge(&mut tx, &viewer).await?;
        let typed = value("started_on");
        let page = PreviewPage { faults, started_on: typed, ..page(desk, &rows, judged, &query) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    store::change(&mut tx, &desk.import).await?;
    leave_out(&mut tx, id, &fields).await?;
    let (rows, judged) = desk.judge(&mut tx, &viewer).await?;
    if value("action") != "apply" {
        tx.commit().await?;
        let there = format!("/imports/{id}?fate={}&page={}", query.fate, query.page);
        return Ok(Redirect::to(&there).into_response());
    }
    let tally = Tally::of(&judged);
    if value("writable") != tally.writable().to_string() {
        // Somebody wrote something in the meantime, or the columns were changed with it.
        tx.commit().await?;
        let page = PreviewPage {
            notice: Some("Số dòng sẽ ghi đã khác lúc xem. Xem lại rồi bấm ghi lần nữa."),
            ..page(desk, &rows, judged, &query)
        };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    if tally.to_write() == 0 {
        return Err(Error::BadRequest("Không có dòng nào để ghi. Quay lại và xem lại danh sách."));
    }
    let (actor, at) = (viewer.actor(), clock::now());
    desk.import.status = ImportStatus::Applied;
    let writing = Writing {
        actor: &actor,
        import: &desk.import,
        cell: &desk.cell,
        today: clock::today(),
        at,
    };
    apply::apply(&mut tx, &writing, rows, judged).await?;
    tx.commit().await?;
    Ok(there)
}

/// Leaves those of the shown rows out that were ticked.
async fn leave_out(
    tx: &mut crate::db::Tx,
    id: ImportId,
    fields: &[(String, String)],
) -> Result<()> {
    let lines = |name: &str| -> Vec<i64> {
        let own = fields.iter().filter(|(field, _)| field == name);
        own.filter_map(|(_, value)| value.parse().ok()).collect()
    };
    let out = lines("out");
    // The rows of one page.
    for line in lines("shown").into_iter().take(PAGE) {
        store::leave_out(tx, id, line, out.contains(&line)).await?;
    }
    Ok(())
}

pub async fn failed_sheet(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    failed_rows(app, viewer, id, (kind, "xlsx"), failed::sheet).await
}

pub async fn failed_csv(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response> {
    failed_rows(app, viewer, id, ("text/csv; charset=utf-8", "csv"), failed::csv).await
}

async fn failed_rows(
    app: App,
    viewer: Viewer,
    id: ImportId,
    (kind, suffix): (&'static str, &str),
    write: impl Fn(&[Vec<String>]) -> Result<Vec<u8>>,
) -> Result<Response> {
    if let Some(first) = confirm::before(&viewer, &format!("/imports/{id}"))? {
        return Ok(first.into_response());
    }
    let mut tx = app.db.read().await?;
    let desk = Desk::enter(&mut tx, &viewer, id).await?;
    let (rows, judged) = desk.judge(&mut tx, &viewer).await?;
    let file = write(&failed::table(&desk.import, &rows, &judged))?;
    let name = format!("chua-nhap-{}.{suffix}", desk.cell.code);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!(r#"attachment; filename="{name}""#)),
    ];
    Ok((headers, file).into_response())
}
