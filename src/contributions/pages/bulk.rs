//! Writing down at once what a whole cell gave for one work.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::contributions::form::bulk::{BulkForm, BulkRow};
use crate::contributions::model::{ContributionKind, DONG, Giver, NewContribution, WorkItem};
use crate::contributions::store::{self, book, givers, works};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{BatchId, WorkItemId};
use crate::organisation::model::Unit;
use crate::vietnamese::{number, words};
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "contributions/bulk.html")]
struct BulkPage {
    frame: Frame,
    unit: Unit,
    works: Vec<(String, String)>,
    form: BulkForm,
    rows: Vec<BulkRow>,
    faults: Faults,
}

impl BulkPage {
    /// The lines that could not be read.
    fn faulty(&self) -> Vec<&BulkRow> {
        self.rows.iter().filter(|it| it.fault.is_some()).collect()
    }

    fn entered(&self) -> usize {
        self.rows.iter().filter(|it| !it.typed.is_empty()).count()
    }

    /// How many "everybody" would fill in.
    fn left(&self) -> usize {
        self.rows.iter().filter(|it| it.typed.is_empty() && it.giver.given_vnd == 0).count()
    }
}

#[derive(Template)]
#[template(path = "contributions/bulk_check.html")]
struct CheckPage {
    frame: Frame,
    unit: Unit,
    work: WorkItem,
    given_on: NaiveDate,
    form: BulkForm,
    rows: Vec<BulkRow>,
    faults: Faults,
}

impl CheckPage {
    fn count(&self) -> usize {
        self.rows.iter().filter(|it| it.to_write().is_some()).count()
    }

    fn sum(&self) -> i64 {
        self.rows.iter().filter_map(BulkRow::to_write).sum()
    }

    fn in_words(&self) -> String {
        words::dong_in_words(self.sum())
    }

    /// The lines that differ from what everybody gives.
    fn exceptions(&self) -> Vec<&BulkRow> {
        let each = number::read_dong(&self.form.each).ok();
        self.rows.iter().filter(|it| it.amount.is_some() && it.amount != each).collect()
    }

    fn alike(&self) -> Vec<&BulkRow> {
        self.rows.iter().filter(|it| it.is_alike).collect()
    }
}

#[derive(Template)]
#[template(path = "contributions/batch.html")]
struct BatchPage {
    frame: Frame,
    work: WorkItem,
    given_on: NaiveDate,
    count: i64,
    sum_vnd: i64,
    /// How many of its entries were cancelled since.
    cancelled: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    work: String,
}

/// Where it is written: what every step of the page needs.
struct Desk {
    unit: Unit,
    scope: Scope,
    frame: Frame,
    works: Vec<WorkItem>,
}

impl Desk {
    async fn enter(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<Desk> {
        let right = Right::KeepContributions;
        let (unit, scope) = guard::enter_by_code(tx, viewer, code, right).await?;
        let frame = Frame::of_unit(tx, viewer, &scope, &unit, Place::Contributions).await?;
        let works = works::open(tx, unit.id, clock::today()).await?;
        Ok(Desk { unit, scope, frame, works })
    }

    /// The work that was chosen: one of the unit's own, completed or not; no form of ours
    /// names any other.
    async fn work(&self, tx: &mut Tx, typed: &str) -> Result<Option<WorkItem>> {
        if typed.trim().is_empty() {
            return Ok(None);
        }
        let id: WorkItemId = typed.parse().map_err(|_| Error::NotFound)?;
        let work = store::get_work(tx, id).await?;
        if work.unit_id == self.unit.id { Ok(Some(work)) } else { Err(Error::NotFound) }
    }

    fn page(self, form: BulkForm, rows: Vec<BulkRow>, faults: Faults) -> BulkPage {
        let first = (String::new(), "Chọn công trình, quỹ".to_owned());
        let options = self.works.iter().map(|it| (it.id.to_string(), it.name.clone()));
        let works = [first].into_iter().chain(options).collect();
        BulkPage { frame: self.frame, unit: self.unit, works, form, rows, faults }
    }
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<NewQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let desk = Desk::enter(&mut tx, &viewer, &code).await?;
    if !desk.unit.is_cell() {
        return Ok(Redirect::to(&format!("/units/{code}/contributions/new")).into_response());
    }
    let today = clock::today();
    let work = desk.work(&mut tx, &query.work).await?;
    let work_id = work.map(|it| it.id);
    let form = BulkForm::new(work_id, today);
    let people = givers::residents(&mut tx, &desk.scope, today, work_id).await?;
    let rows = form.rows(people);
    Ok(Html(desk.page(form, rows, Faults::default()).render()?).into_response())
}

/// What was typed, as far as it could be read.
struct Typed {
    form: BulkForm,
    work: Option<WorkItem>,
    given_on: Option<NaiveDate>,
    rows: Vec<BulkRow>,
    faults: Faults,
}

impl Typed {
    async fn read(tx: &mut Tx, desk: &Desk, mut form: BulkForm) -> Result<Typed> {
        let today = clock::today();
        let work = desk.work(tx, &form.work).await?;
        let mut faults = Faults::default();
        faults.need("work", work.as_ref(), "Chọn công trình, quỹ được góp");
        let given_on = faults.read("given_on", form.read_given_on(today));
        let (day, work_id) = (given_on.unwrap_or(today), work.as_ref().map(|it| it.id));
        let people = givers::residents(tx, &desk.scope, day, work_id).await?;
        let others = form.of_others(&people);
        if others > 0 {
            let why = format!("{others} người đã nhập tiền không ở chi bộ ngày này");
            faults.add("given_on", why);
        }
        if form.action == "fill" && faults.read("each", number::read_dong(&form.each)).is_some() {
            form.fill(&people);
        }
        let rows = form.rows(people);
        if matches!(form.action.as_str(), "check" | "save")
            && rows.iter().all(|it| it.typed.is_empty())
        {
            faults.add("each", "Nhập số tiền của ít nhất một đồng chí");
        }
        Ok(Typed { form, work, given_on, rows, faults })
    }

    fn is_clear(&self) -> bool {
        self.faults.is_empty() && self.rows.iter().all(|it| it.fault.is_none())
    }

    /// The form again, to be filled in or mended.
    fn back(self, desk: Desk) -> Result<Response> {
        let goes_on = !matches!(self.form.action.as_str(), "check" | "save");
        let status = if goes_on && self.faults.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        let page = desk.page(self.form, self.rows, self.faults);
        Ok((status, Html(page.render()?)).into_response())
    }
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = BulkForm::of_fields(fields);
    let mut tx = app.db.write().await?;
    let desk = Desk::enter(&mut tx, &viewer, &code).await?;
    // Of two at once the second is to know what the first wrote.
    organisation::store::hold(&mut tx, desk.unit.id).await?;
    let batch: BatchId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/contribution-batches/{batch}")).into_response();
    if let Some(unit_id) = book::find_batch_unit(&mut tx, batch).await? {
        // The form came twice; a batch of somebody else's stays unknown.
        return if unit_id == desk.unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let typed = Typed::read(&mut tx, &desk, form).await?;
    if !matches!(typed.form.action.as_str(), "check" | "save") || !typed.is_clear() {
        return typed.back(desk);
    }
    let (Some(work), Some(given_on)) = (typed.work.clone(), typed.given_on) else {
        return typed.back(desk);
    };
    let Typed { form, mut rows, .. } = typed;
    let known = book::given_for(&mut tx, &desk.scope, work.id, given_on).await?;
    let known: HashSet<_> = known.into_iter().collect();
    for row in &mut rows {
        row.is_alike = row.amount.is_some_and(|it| known.contains(&(row.giver.resident.id, it)));
    }
    let fault = if form.action == "save" { left_open(&rows) } else { None };
    if form.action == "check" || fault.is_some() {
        let (mut faults, mut status) = (Faults::default(), StatusCode::OK);
        if let Some(fault) = fault {
            faults.add("alike", fault);
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        let Desk { unit, frame, .. } = desk;
        let page = CheckPage { frame, unit, work, given_on, form, rows, faults };
        return Ok((status, Html(page.render()?)).into_response());
    }
    match write(&mut tx, &viewer, &desk.unit, &work, (batch, given_on), &rows).await {
        // The same form, sent twice at once: the other one has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    tx.commit().await?;
    Ok(there)
}

/// Why these lines cannot be written yet.
fn left_open(rows: &[BulkRow]) -> Option<&'static str> {
    if rows.iter().any(|it| it.is_alike && it.answer.is_none()) {
        return Some("Chọn ghi hay bỏ với từng dòng có thể trùng");
    }
    let none = rows.iter().all(|it| it.to_write().is_none());
    none.then_some("Không còn dòng nào để ghi")
}

/// Writes an entry for each line, as if it had come alone: a few statements a person.
async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    unit: &Unit,
    work: &WorkItem,
    (batch, given_on): (BatchId, NaiveDate),
    rows: &[BulkRow],
) -> sqlx::Result<()> {
    let now = clock::now();
    let (mut count, mut sum) = (0_usize, 0);
    for row in rows {
        let Some(amount_vnd) = row.to_write() else { continue };
        let new = NewContribution {
            id: row.entry_id(batch.0),
            unit_id: unit.id,
            work_item_id: Some(work.id),
            giver: Giver::Member(row.giver.resident.id),
            given_on,
            kind: ContributionKind::Money,
            amount_vnd,
            quantity_hundredths: 0,
            measure: DONG.to_owned(),
            note: String::new(),
            reverses: None,
        };
        store::add_in_batch(tx, &new, Some(batch), now).await?;
        let name = &row.giver.resident.full_name;
        let summary = format!("Ghi đóng góp {} của {name} cho {}", new.what(), work.name);
        let act = Act::new("contribution.add", new.id.0, summary).in_unit(unit.id);
        audit::store::append(tx, &viewer.actor(), act).await?;
        count += 1;
        sum += amount_vnd;
    }
    let summary = format!("Ghi một lần {count} khoản cho {}: {}", work.name, number::dong(sum));
    let act = Act::new("work.give", work.id.0, summary).in_unit(unit.id);
    audit::store::append(tx, &viewer.actor(), act).await
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BatchId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let unit_id = book::find_batch_unit(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(&mut tx, &viewer, unit_id, Right::SeeNames).await?;
    let batch = book::batch(&mut tx, id).await?;
    let unit = organisation::store::get(&mut tx, unit_id, clock::today()).await?;
    let page = BatchPage {
        frame: Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?,
        work: store::get_work(&mut tx, batch.work_item_id).await?,
        given_on: batch.given_on,
        count: batch.entries,
        sum_vnd: batch.amount_vnd,
        cancelled: batch.cancelled,
    };
    Ok(Html(page.render()?))
}
