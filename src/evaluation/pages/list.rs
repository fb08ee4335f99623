//! The sheets of a unit's year: by state, by workplace.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use super::year_of;
use crate::access::below::{self, List};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::form::{SendForm, YearQuery};
use crate::evaluation::model::{Kind, Listed, Reached, SentHow, State as SheetState};
use crate::evaluation::store::{self, Filter};
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::vietnamese::{day, number};
use crate::web::list::Address;
use crate::web::{Path, Query};
use crate::{clock, organisation};

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
    today: NaiveDate,
    /// The day as it was typed.
    on: String,
    under: String,
    address: Address,
    /// The conditions that the form does not show, each with the list without it.
    conditions: Vec<(String, String)>,
    workplaces: Vec<(String, String)>,
    faults: Faults,
    send: SendForm,
    done: Option<String>,
    may_send: bool,
}

impl ListPage {
    fn states() -> Vec<(&'static str, &'static str)> {
        let all = [("", "Mọi tình trạng")].into_iter();
        let single = SheetState::choices().into_iter().filter(|it| it.0 != "replaced");
        all.chain(single).chain(Reached::choices()).collect()
    }

    fn kinds() -> Vec<(&'static str, &'static str)> {
        Kind::choices()
    }

    fn hows() -> Vec<(&'static str, &'static str)> {
        [("", "Chọn cách gửi")].into_iter().chain(SentHow::choices()).collect()
    }

    fn is_state(&self, word: &str) -> bool {
        self.filter.state_word() == word
    }

    fn is_past(&self) -> bool {
        self.filter.on < self.today
    }

    /// Likewise on paper.
    fn paper(&self) -> String {
        format!("/units/{}/evaluations/print?{}", self.unit.code, self.address.query())
    }

    fn is_annual(&self) -> bool {
        self.filter.kind == Kind::Annual
    }

    /// Whether the confirmed sheets of the filter can be noted as sent here.
    fn offers_sending(&self) -> bool {
        let confirmed = self.filter.state == Some(SheetState::Confirmed);
        let whole = !self.is_past() && self.conditions.is_empty();
        self.may_send && whole && confirmed && self.is_annual() && self.count > 0
    }
}

/// The unit right below that an address names.
pub async fn child(tx: &mut Tx, unit: &Unit, query: &YearQuery) -> Result<Option<Unit>> {
    let today = clock::today();
    Ok(organisation::store::narrowed_to(tx, unit.id, &query.under, today).await?)
}

/// The filter that an address names, as of a day.
pub fn filter(query: &YearQuery, (year, on): (i64, NaiveDate), child: Option<&Unit>) -> Filter {
    Filter {
        year,
        on,
        kind: Kind::read(&query.kind).unwrap_or(Kind::Annual),
        state: SheetState::read(&query.state),
        reached: Reached::read(&query.state),
        workplace: query.workplace.trim().to_owned(),
        option_id: query.option.trim().parse().ok(),
        child_id: child.map(|it| it.id),
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let wanted =
        List { title: "Phiếu nhận xét", place: Place::Evaluation, has_own: false, uri: &uri };
    let (entered, most) = ((&unit, &scope), app.settings.listed_units);
    if let Some(page) = below::instead(&mut tx, &viewer, entered, most, wanted).await? {
        return Ok(page);
    }
    let today = clock::today();
    let asked = query.year(today);
    let on = query.on(today);
    let faults = asked.as_ref().err().or(on.as_ref().err()).cloned().unwrap_or_default();
    let year = year_of(&mut tx, &unit, asked.unwrap_or_default(), today).await?;
    let send = SendForm::new(today);
    let days = (year, on.unwrap_or(today));
    let page = page(&mut tx, &viewer, (unit, &scope), query, (days, send)).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(ListPage { faults, ..page }.render()?)).into_response())
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    query: YearQuery,
    ((year, on), send): ((i64, NaiveDate), SendForm),
) -> Result<ListPage> {
    let child = child(tx, &unit, &query).await?;
    let today = clock::today();
    let filter = filter(&query, (year, on), child.as_ref());
    let count = store::count(tx, scope, &filter).await?;
    let size = if unit.is_cell() { OF_CELL } else { OF_MORE };
    let pages = (count + size - 1) / size;
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages.max(1));
    let sheets = store::list(tx, scope, &filter, (size, (page - 1) * size)).await?;
    viewer.looks.people(sheets.len());
    let names = store::workplaces(tx, scope, &filter).await?;
    let all = (String::new(), "Mọi nơi công tác".to_owned());
    let workplaces = [all].into_iter().chain(names.into_iter().map(|it| (it.clone(), it)));
    let address = Address::new(
        format!("/units/{}/evaluations/sheets", unit.code),
        &[
            ("year", &year.to_string()),
            ("on", &query.on),
            ("kind", &query.kind),
            ("state", &query.state),
            ("workplace", &query.workplace),
            ("option", &query.option),
            ("under", &query.under),
        ],
    );
    let option = match filter.option_id {
        Some(id) => store::option_said(tx, id).await?,
        None => None,
    };
    let option = option.map(|(number, label)| ("option", format!("tiêu chí {number}: {label}")));
    let under = child.map(|it| ("under", it.name_in_text()));
    let past = (!query.on.trim().is_empty()).then(|| ("on", format!("đến {}", day::short(on))));
    let conditions = [past, under, option].into_iter().flatten();
    let conditions = conditions.map(|(field, words)| (words, address.without(field)));
    let noted = query.done.parse::<i64>().ok();
    Ok(ListPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        may_send: scope.may(Right::KeepMembers),
        workplaces: workplaces.collect(),
        done: noted.map(|it| match it {
            0 => "Không còn phiếu nào chờ gửi".to_owned(),
            count => format!("Đã ghi gửi {} phiếu", number::grouped(count)),
        }),
        conditions: conditions.collect(),
        address,
        on: match query.on(today) {
            Ok(on) if !query.on.trim().is_empty() => day::short(on),
            _ => query.on,
        },
        under: query.under,
        unit,
        year,
        filter,
        sheets,
        count,
        page,
        pages,
        today,
        faults: Faults::default(),
        send,
    })
}

/// The list of confirmed sheets with a form that could not be taken.
pub async fn refused(
    tx: &mut Tx,
    viewer: &Viewer,
    entered: (Unit, &Scope),
    (year, form): (i64, SendForm),
    (faults, status): (Faults, StatusCode),
) -> Result<Response> {
    let state = SheetState::Confirmed.as_str().to_owned();
    let workplace = form.workplace.trim().to_owned();
    let query = YearQuery { state, workplace, ..YearQuery::default() };
    let days = (year, clock::today());
    let page = page(tx, viewer, entered, query, (days, form)).await?;
    Ok((status, Html(ListPage { faults, ..page }.render()?)).into_response())
}

/// The list of those sent, and how many just were.
pub fn sent_href(code: &str, (year, workplace): (i64, &str), sent: i64) -> String {
    let query = [
        ("year", year.to_string()),
        ("state", SheetState::Sent.as_str().to_owned()),
        ("workplace", workplace.to_owned()),
        ("done", sent.to_string()),
    ];
    let query = serde_urlencoded::to_string(&query).unwrap_or_default();
    format!("/units/{code}/evaluations/sheets?{query}")
}
