//! The sheets of a unit's year: by state, by workplace; and what goes back to workplaces.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{act, year_of};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::evaluation::form::{SendForm, YearQuery};
use crate::evaluation::model::{ActKind, Kind, Listed, SentHow, State as SheetState};
use crate::evaluation::store::{self, Filter, steps};
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::vietnamese::{day, number};
use crate::web::{Form, Path, Query};
use crate::{audit, clock};

/// Sheets of a page: a cell has all of its own on one, a ward as many as other lists.
const OF_CELL: i64 = 250;
const OF_MORE: i64 = 50;

#[derive(Template)]
#[template(path = "evaluation/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    year: i64,
    filter: Filter,
    sheets: Vec<Listed>,
    count: i64,
    page: i64,
    pages: i64,
    workplaces: Vec<(String, String)>,
    faults: Faults,
    send: SendForm,
    done: Option<String>,
    may_send: bool,
}

impl ListPage {
    fn states() -> Vec<(&'static str, &'static str)> {
        let all = [("", "Mọi tình trạng")].into_iter();
        all.chain(SheetState::choices().into_iter().filter(|it| it.0 != "replaced")).collect()
    }

    fn kinds() -> Vec<(&'static str, &'static str)> {
        Kind::choices()
    }

    fn hows() -> Vec<(&'static str, &'static str)> {
        [("", "Chọn cách gửi")].into_iter().chain(SentHow::choices()).collect()
    }

    fn state_word(&self) -> &'static str {
        self.filter.state.map_or("", SheetState::as_str)
    }

    /// The address of a page of the same list.
    fn href(&self, page: i64) -> String {
        let fields = [
            ("year", self.year.to_string()),
            ("kind", self.filter.kind.as_str().to_owned()),
            ("state", self.state_word().to_owned()),
            ("workplace", self.filter.workplace.clone()),
            ("page", page.to_string()),
        ];
        let query = serde_urlencoded::to_string(&fields).unwrap_or_default();
        format!("/units/{}/evaluations/sheets?{query}", self.unit.code)
    }

    /// Likewise on paper.
    fn paper(&self) -> String {
        self.href(1).replacen("/evaluations/sheets?", "/evaluations/print?", 1)
    }

    fn is_annual(&self) -> bool {
        self.filter.kind == Kind::Annual
    }

    /// Whether the confirmed sheets of the filter can be noted as sent here.
    fn offers_sending(&self) -> bool {
        let confirmed = self.filter.state == Some(SheetState::Confirmed);
        self.may_send && confirmed && self.is_annual() && self.count > 0
    }
}

/// The filter that an address names.
pub fn filter(query: &YearQuery, year: i64) -> Filter {
    Filter {
        year,
        kind: Kind::read(&query.kind).unwrap_or(Kind::Annual),
        state: SheetState::read(&query.state),
        workplace: query.workplace.trim().to_owned(),
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let today = clock::today();
    let asked = query.year(today);
    let faults = asked.as_ref().err().cloned().unwrap_or_default();
    let year = year_of(&mut tx, &unit, asked.unwrap_or_default(), today).await?;
    let send = SendForm::new(today);
    let page = page(&mut tx, &viewer, (unit, &scope), query, (year, send)).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(ListPage { faults, ..page }.render()?)).into_response())
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    query: YearQuery,
    (year, send): (i64, SendForm),
) -> Result<ListPage> {
    let filter = filter(&query, year);
    let count = store::count(tx, scope, &filter).await?;
    let size = if unit.is_cell() { OF_CELL } else { OF_MORE };
    let pages = (count + size - 1) / size;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let sheets = store::list(tx, scope, &filter, (size, (page - 1) * size)).await?;
    let names = store::workplaces(tx, scope, &filter).await?;
    let all = (String::new(), "Mọi nơi công tác".to_owned());
    let workplaces = [all].into_iter().chain(names.into_iter().map(|it| (it.clone(), it)));
    let noted = query.done.parse::<i64>().ok();
    Ok(ListPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        may_send: scope.may(Right::KeepMembers),
        workplaces: workplaces.collect(),
        done: noted.map(|it| format!("Đã ghi gửi {} phiếu", number::grouped(it))),
        unit,
        year,
        filter,
        sheets,
        count,
        page,
        pages,
        faults: Faults::default(),
        send,
    })
}

pub async fn send(
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
    let (on, how) = match form.read(None, today) {
        Ok(read) => read,
        Err(faults) => {
            let state = SheetState::Confirmed.as_str().to_owned();
            let query = YearQuery { state, workplace, ..YearQuery::default() };
            let page = page(&mut tx, &viewer, (unit, &scope), query, (year, form)).await?;
            let page = ListPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let done = act(&viewer, ActKind::Send, &format!("{}, {}", how.label(), day::short(on)));
    steps::add_act(&mut tx, &done).await?;
    let what = (year, workplace.as_str());
    let sent = steps::send_all(&mut tx, unit.id, what, (on, how), &done).await?;
    steps::record(&mut tx, &done).await?;
    if sent > 0 {
        let to = if workplace.is_empty() { "mọi nơi công tác" } else { &workplace };
        let summary = format!(
            "Ghi gửi {sent} phiếu nhận xét năm {year} của {} đến {to}: {}, ngày {}",
            unit.name_in_text(),
            how.label(),
            day::short(on)
        );
        let entry = Entry::new("evaluation.send", unit.id.0, summary).in_unit(unit.id);
        audit::store::append(&mut tx, &viewer.actor(), entry).await?;
        tx.commit().await?;
    }
    let query = [
        ("year", year.to_string()),
        ("state", "sent".to_owned()),
        ("workplace", workplace),
        ("done", sent.to_string()),
    ];
    let query = serde_urlencoded::to_string(&query).unwrap_or_default();
    let there = format!("/units/{code}/evaluations/sheets?{query}");
    Ok(Redirect::to(&there).into_response())
}
