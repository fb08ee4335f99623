//! The register of requests: written down, answered, done or refused, each by its day.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use super::enter;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::{Act, Entry};
use crate::db::{Tx, is_duplicate, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{DataRequestId, MemberId};
use crate::members::model::Member;
use crate::organisation::model::Unit;
use crate::privacy::clocks::Clocks;
use crate::privacy::form::{RequestForm, StepForm};
use crate::privacy::model::{DataRequest, RequestKind, Step};
use crate::privacy::store::requests as store;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock};

const ROWS: i64 = 50;
const HISTORY: i64 = 30;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    page: String,
}

#[derive(Template)]
#[template(path = "privacy/requests.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    requests: Vec<DataRequest>,
    today: NaiveDate,
    page: i64,
    pages: i64,
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let today = clock::today();
    let count = store::count(&mut tx, &scope, today).await?;
    let pages = ((count + ROWS - 1) / ROWS).max(1);
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let requests = store::list(&mut tx, &scope, today, (ROWS, (page - 1) * ROWS)).await?;
    viewer.looks.people(requests.len());
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Members).await?;
    let page = ListPage { frame, unit, requests, today, page, pages };
    Ok(Html(page.render()?))
}

#[derive(Template)]
#[template(path = "privacy/request_new.html")]
struct NewPage {
    frame: Frame,
    member: Member,
    /// Those that the person made before.
    before: Vec<DataRequest>,
    clocks: Clocks,
    today: NaiveDate,
    form: RequestForm,
    faults: Faults,
}

impl NewPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        (member, cell, scope): (Member, Unit, Scope),
        form: RequestForm,
    ) -> Result<NewPage> {
        let today = clock::today();
        Ok(NewPage {
            frame: Frame::of_unit(tx, viewer, &scope, &cell, Place::Members).await?,
            before: store::of_member(tx, &scope, member.id).await?,
            clocks: Clocks::of(tx, cell.id, today).await?,
            member,
            today,
            form,
            faults: Faults::default(),
        })
    }
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMembers).await?;
    let form = RequestForm::new(clock::today());
    Ok(Html(NewPage::of(&mut tx, &viewer, entered, form).await?.render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(member_id): Path<MemberId>,
    Form(form): Form<RequestForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = enter(&mut tx, &viewer, member_id, Right::KeepMembers).await?;
    let id: DataRequestId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/data-requests/{id}")).into_response();
    if let Some(stored) = store::find(&mut tx, id).await? {
        return if stored.member_id == member_id { Ok(there) } else { Err(Error::NotFound) };
    }
    let unit_id = entered.1.id;
    let today = clock::today();
    let clocks = Clocks::of(&mut tx, unit_id, today).await?;
    let ids = (id, unit_id, member_id);
    let new = match form.read(ids, &viewer.signed_name(), (clocks, today)) {
        Ok(new) => new,
        Err(faults) => {
            let page = NewPage::of(&mut tx, &viewer, entered, form).await?;
            let page = NewPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    match store::add(&mut tx, &new, clock::now()).await {
        // The same form, sent twice at once: the other one has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    // The text stays in the register, where it can be mended; the trail can not.
    let act = Act::new("data_request.add", id.0, "Ghi yêu cầu về dữ liệu cá nhân".to_owned())
        .in_unit(unit_id)
        .changing("Yêu cầu", "", new.kind.label())
        .changing("Trả lời trước hết ngày", "", &day::short(new.answer_by))
        .changing("Làm xong trước hết ngày", "", &day::short(new.done_by));
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

#[derive(Template)]
#[template(path = "privacy/request.html")]
struct ShowPage {
    frame: Frame,
    cell: Unit,
    request: DataRequest,
    today: NaiveDate,
    may_keep: bool,
    history: Vec<Entry>,
    form: StepForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl ShowPage {
    async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        (request, cell, scope): (DataRequest, Unit, Scope),
        form: StepForm,
    ) -> Result<ShowPage> {
        Ok(ShowPage {
            frame: Frame::of_unit(tx, viewer, &scope, &cell, Place::Members).await?,
            history: audit::store::list_of(tx, request.id.0, HISTORY).await?,
            may_keep: scope.may(Right::KeepMembers),
            today: clock::today(),
            cell,
            request,
            form,
            faults: Faults::default(),
            clashes: Vec::new(),
        })
    }

    fn steps(&self) -> Vec<(&'static str, &'static str)> {
        self.request.steps().into_iter().map(|it| (it.as_str(), it.label())).collect()
    }

    /// Where that is done which the request asks for.
    fn way(&self) -> Option<(String, &'static str)> {
        let member = format!("/members/{}", self.request.member_id);
        Some(match self.request.kind {
            RequestKind::Access => (format!("{member}/data"), "Lấy bản dữ liệu cho đồng chí"),
            RequestKind::Correction => (format!("{member}/edit"), "Sửa lý lịch"),
            RequestKind::Restriction | RequestKind::Objection => {
                (format!("{member}/restriction"), "Hạn chế xử lý")
            }
            RequestKind::Deletion => return None,
        })
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

async fn enter_request(
    tx: &mut Tx,
    viewer: &Viewer,
    id: DataRequestId,
    right: Right,
) -> Result<(DataRequest, Unit, Scope)> {
    let request = store::find(tx, id).await?.ok_or(Error::NotFound)?;
    let (_, cell, scope) = enter(tx, viewer, request.member_id, right).await?;
    Ok((request, cell, scope))
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DataRequestId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = enter_request(&mut tx, &viewer, id, Right::SeeNames).await?;
    let form = StepForm::new(&entered.0, clock::today());
    ShowPage::of(&mut tx, &viewer, entered, form).await?.answer(StatusCode::OK)
}

pub async fn step(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DataRequestId>,
    Form(mut form): Form<StepForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = enter_request(&mut tx, &viewer, id, Right::KeepMembers).await?;
    let request = &entered.0;
    let today = clock::today();
    let there = Redirect::to(&format!("/data-requests/{id}")).into_response();
    if form.version.trim() != request.version.to_string() {
        let what = form.what.trim().replace("\r\n", "\n");
        let stored = [&request.answer, &request.outcome, &request.extension_reason];
        if !what.is_empty() && stored.contains(&&what) {
            // The same form, sent twice.
            return Ok(there);
        }
        let clashes = form.clashes(request);
        form.version = request.version.to_string();
        let page = ShowPage::of(&mut tx, &viewer, entered, form).await?;
        return ShowPage { clashes, ..page }.answer(StatusCode::CONFLICT);
    }
    let (step, what, on) = match form.read(request, today) {
        Ok(read) => read,
        Err(faults) => {
            let page = ShowPage::of(&mut tx, &viewer, entered, form).await?;
            return ShowPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let clocks = Clocks::of(&mut tx, entered.1.id, today).await?;
    let done_by =
        if step == Step::Extend { clocks.extended(request.done_by) } else { request.done_by };
    store::take(&mut tx, request, (step, &what, on), done_by).await.map_err(raced)?;
    let summary = format!("Yêu cầu về dữ liệu: {}", step.label().to_lowercase());
    let act = Act::new("data_request.step", id.0, summary)
        .in_unit(entered.1.id)
        .changing("Ngày", "", &day::short(on))
        .changing("Làm xong trước hết ngày", &day::short(request.done_by), &day::short(done_by));
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
