//! The pages: a file is asked for, waited for, fetched.

use askama::Template;
use axum::extract::State as FromState;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::confirm;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::limits;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::exports::model::{Export, MOST_AT_ONCE, State, What, read_purpose};
use crate::exports::source::{self, Prepared};
use crate::exports::{deliver, store};
use crate::faults::Faults;
use crate::ids::ExportId;
use crate::organisation::model::Unit;
use crate::table_file::{Format, MOST_ROWS};
use crate::web::{Form, Path, Query};
use crate::{audit, organisation};

/// Files that the page lists.
const LATEST: i64 = 10;

pub fn routes() -> Routes {
    let counts = Need::Right(Right::SeeCounts);
    let names = Need::Right(Right::ExportNames);
    Routes::new()
        .get("/units/{code}/exports", counts, ask)
        .post("/units/{code}/exports", counts, export)
        .get("/exports/{id}", names, show)
        .get("/exports/{id}/file", names, file)
}

/// What is asked for, as it stands in the address: `what`, and the filter of its page.
type Fields = Vec<(String, String)>;

fn field(fields: &Fields, name: &str) -> String {
    let found = fields.iter().find(|(it, _)| it == name);
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// The file asked for; the counts where nothing was named.
fn what_of(fields: &Fields) -> What {
    What::read(&field(fields, "what")).unwrap_or(What::Statistics)
}

/// The filter without what is ours.
fn query_of(fields: &Fields) -> String {
    let rest: Vec<_> = fields.iter().filter(|(name, _)| name != "what" && name != "page").collect();
    serde_urlencoded::to_string(rest).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "exports/ask.html")]
struct AskPage {
    frame: Frame,
    unit: Unit,
    what: What,
    /// The filter, as a query string.
    query: String,
    /// The year in it, where the file is of a year.
    year: String,
    /// None where the filter could not be read.
    prepared: Option<Prepared>,
    /// What the viewer may have here.
    whats: Vec<What>,
    form: ExportForm,
    latest: Vec<Export>,
    now: clock::Moment,
    faults: Faults,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExportForm {
    /// The id of the record that it makes.
    id: String,
    what: String,
    query: String,
    purpose: String,
    /// A word of [`Format`].
    format: String,
    /// The password once more, where it is needed.
    confirm: String,
}

impl AskPage {
    fn formats(&self) -> Vec<(&'static str, &'static str)> {
        let fits = self.prepared.as_ref().is_some_and(|it| it.expected <= MOST_ROWS);
        let all = [
            ("xlsx", "Excel (.xlsx)"),
            ("excel-csv", "CSV cho Excel: ngăn bằng dấu chấm phẩy"),
            ("csv", "CSV chuẩn: RFC 4180, ngày dạng 2024-11-15, cho phần mềm khác"),
        ];
        let csv = !self.what.is_workbook();
        all.into_iter().filter(|it| if it.0 == "xlsx" { fits } else { csv }).collect()
    }

    fn is_it(&self, what: What) -> bool {
        self.what == what
    }

    fn is_evaluations(&self) -> bool {
        self.what == What::Evaluations
    }

    fn is_of_a_year(&self) -> bool {
        matches!(self.what, What::Evaluations | What::Attendance | What::Report)
    }

    fn has_names(&self) -> bool {
        self.what.has_names()
    }

    /// Whether the file is made by a job, and waited for.
    fn is_long(&self) -> bool {
        self.prepared.as_ref().is_some_and(|it| it.expected > MOST_AT_ONCE)
    }

    fn columns(&self) -> String {
        self.prepared.as_ref().map(Prepared::heads).unwrap_or_default()
    }

    fn moment(moment: Option<clock::Moment>) -> String {
        moment.map(clock::Moment::shown).unwrap_or_default()
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    (what, query): (What, String),
    form: ExportForm,
) -> Result<AskPage> {
    let (prepared, faults) = match source::prepare(tx, (&unit, scope), what, &query).await? {
        Ok(prepared) => (Some(prepared), Faults::default()),
        Err(faults) => (None, faults),
    };
    let fields: Fields = serde_urlencoded::from_str(&query).unwrap_or_default();
    let latest = if scope.may(Right::ExportNames) {
        store::latest(tx, unit.id, LATEST).await?
    } else {
        Vec::new()
    };
    Ok(AskPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Nowhere).await?,
        whats: What::ALL.iter().copied().filter(|it| scope.may(it.right())).collect(),
        year: field(&fields, "year"),
        unit,
        what,
        query,
        prepared,
        form,
        latest,
        now: clock::now(),
        faults,
    })
}

async fn ask(
    FromState(app): FromState<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(fields): Query<Fields>,
) -> Result<Response> {
    let what = what_of(&fields);
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, what.right()).await?;
    let form = ExportForm { id: ExportId::new().to_string(), ..ExportForm::default() };
    let of = (what, query_of(&fields));
    let page = page(&mut tx, &viewer, (unit, &scope), of, form).await?;
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

async fn export(
    FromState(app): FromState<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ExportForm>,
) -> Result<Response> {
    let what = What::read(&form.what).unwrap_or(What::Statistics);
    let mut unconfirmed = Faults::default();
    if what.has_names() {
        confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    }
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, what.right()).await?;
    let id: ExportId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let of = (what, form.query.clone());
    let prepared = source::prepare(&mut tx, (&unit, &scope), what, &form.query).await?;
    let mut faults = prepared.as_ref().err().cloned().unwrap_or_default();
    let purpose = faults.read("purpose", read_purpose(&form.purpose));
    let format = faults.need("format", Format::read(&form.format), "Chọn dạng tệp");
    let expected = prepared.as_ref().map_or(0, |it| it.expected);
    if format == Some(Format::Sheet) && expected > MOST_ROWS {
        faults.add("format", "Dài hơn 20.000 dòng, quá một tệp Excel: lọc bớt, hoặc chọn CSV");
    }
    if what.is_workbook() && format.is_some_and(|it| it != Format::Sheet) {
        faults.add("format", "Báo cáo gồm nhiều bảng: chỉ có dạng Excel");
    }
    faults.append(unconfirmed);
    let (Ok(prepared), Some(purpose), Some(format)) = (prepared, purpose, format) else {
        return refused(&mut tx, &viewer, (unit, &scope), of, (form, faults)).await;
    };
    if !faults.is_empty() {
        return refused(&mut tx, &viewer, (unit, &scope), of, (form, faults)).await;
    }
    let job = expected > MOST_AT_ONCE;
    let record = prepared.record((id, unit.id), (format, purpose), &viewer, job);
    // The records tell of files with names; who sees none is led to where a file is asked for.
    let record_page = format!("/exports/{id}");
    let ask_page = format!("/units/{code}/exports?what={}&{}", what.as_str(), form.query);
    let there = if scope.may(Right::ExportNames) { record_page } else { ask_page };
    let there = Redirect::to(&there).into_response();
    if let Some(stored) = store::find(&mut tx, id).await? {
        let mine = (stored.unit_id, stored.what) == (unit.id, what);
        return if mine { Ok(there) } else { Err(Error::NotFound) };
    }
    let most = app.settings.limits.exports_per_hour;
    limits::hourly(&mut tx, deliver::COUNTED, viewer.account_id, most).await?;
    match store::add(&mut tx, &record).await {
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    // The trace is kept before the first byte leaves.
    let asked = deliver::asked(&record, &unit.name_in_text());
    audit::store::append(&mut tx, &viewer.actor(), asked).await?;
    tx.commit().await?;
    let record = (record, viewer.actor());
    if job {
        deliver::start_job(app.db, scope, prepared, record);
        return Ok(there);
    }
    deliver::stream(app.db, scope, prepared, record).await
}

async fn refused(
    tx: &mut Tx,
    viewer: &Viewer,
    entered: (Unit, &Scope),
    of: (What, String),
    (form, faults): (ExportForm, Faults),
) -> Result<Response> {
    let page = AskPage { faults, ..page(tx, viewer, entered, of, form).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

#[derive(Template)]
#[template(path = "exports/show.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    export: Export,
    state: State,
    /// Whether its file can be fetched.
    is_kept: bool,
}

impl ShowPage {
    fn is_running(&self) -> bool {
        self.state == State::Running
    }

    fn is_done(&self) -> bool {
        self.state == State::Done
    }

    fn until(&self) -> String {
        AskPage::moment(self.export.expires_at)
    }
}

async fn enter(tx: &mut Tx, viewer: &Viewer, id: ExportId) -> Result<(Export, Unit, Scope)> {
    let export = store::find(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, export.unit_id, Right::ExportNames).await?;
    let unit = organisation::store::get(tx, export.unit_id, clock::today()).await?;
    Ok((export, unit, scope))
}

async fn show(
    FromState(app): FromState<App>,
    viewer: Viewer,
    Path(id): Path<ExportId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (export, unit, scope) = enter(&mut tx, &viewer, id).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Nowhere).await?;
    let now = clock::now();
    let (state, is_kept) = (export.state(now), export.is_kept(now));
    Ok(Html(ShowPage { frame, unit, export, state, is_kept }.render()?))
}

async fn file(
    FromState(app): FromState<App>,
    viewer: Viewer,
    Path(id): Path<ExportId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (export, unit, _) = enter(&mut tx, &viewer, id).await?;
    drop(tx);
    if export.what.has_names()
        && let Some(first) = confirm::before(&viewer, &format!("/exports/{id}"))?
    {
        return Ok(first.into_response());
    }
    if !export.is_kept(clock::now()) {
        return Err(Error::BadRequest("Tệp này đã hết hạn, hoặc chưa làm xong. Xuất lại."));
    }
    let fetched = format!("Tải tệp {}", export.file);
    let act = Act::new("export.fetch", id.0, fetched).in_unit(unit.id);
    let mut tx = app.db.write().await?;
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    let format = Format::read(&export.format).unwrap_or(Format::Sheet);
    Ok((deliver::attached(&export.file, format), deliver::kept(app.db, id)).into_response())
}
