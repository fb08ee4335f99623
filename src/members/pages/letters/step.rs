//! Letters taken a step further, several at once: received, assigned, closed.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use super::deadlines;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{LetterId, ResidenceId, UnitId};
use crate::members::letters::{Queue, Row};
use crate::members::model::{EndReason, NewResidence, ResidenceKind};
use crate::members::pages::{add, chosen, options, refused};
use crate::members::store;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path};
use crate::words::words;
use crate::{audit, clock, organisation};

/// More letters than a ward has.
const MOST: i64 = 20_000;

words! {
    Step {
        Receive = "receive", "Ghi đã tiếp nhận";
        Assign = "assign", "Phân về chi bộ";
        Close = "close", "Đóng giấy";
    }
}

/// The step as typed.
#[derive(Clone, Debug)]
struct StepForm {
    step: Step,
    on: String,
    cell_id: String,
    reason: String,
    confirmed: bool,
    tickets: Vec<String>,
}

impl StepForm {
    fn of(fields: &[(String, String)]) -> Result<StepForm> {
        let field = |name: &str| {
            let mut named = fields.iter().filter(|(it, _)| it == name);
            named.next().map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let step = Step::read(&field("step"));
        Ok(StepForm {
            step: step.ok_or(Error::BadRequest("Biểu mẫu thiếu bước cần ghi."))?,
            on: field("on"),
            cell_id: field("cell_id"),
            reason: field("reason"),
            confirmed: !field("confirmed").is_empty(),
            tickets: fields
                .iter()
                .filter(|(it, _)| it == "letter")
                .map(|(_, it)| it.clone())
                .collect(),
        })
    }
}

/// A step as read.
struct Order {
    step: Step,
    on: NaiveDate,
    cell: Option<Unit>,
    reason: String,
}

#[derive(Template)]
#[template(path = "letters/step.html")]
struct StepPage {
    frame: Frame,
    unit: Unit,
    form: StepForm,
    cells: Vec<(String, String)>,
    /// Each letter that was ticked, and what the step will change for the person.
    picked: Vec<(Row, String)>,
    faults: Faults,
    clashes: Vec<Clash>,
}

pub async fn step(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMembers).await?;
    let form = StepForm::of(&fields)?;
    if unit.is_cell() {
        return Err(Error::BadRequest("Đảng ủy phường, xã tiếp nhận giấy và phân về chi bộ."));
    }
    // The same form sent twice at once: the second waits, and finds what the first wrote.
    organisation::store::hold(&mut tx, unit.id).await?;
    let today = clock::today();
    let kept = add::cells(&mut tx, &viewer, &unit).await?;
    let cell_id = match form.cell_id.as_str() {
        "" => None,
        typed => Some(chosen(typed, &kept)?),
    };
    let cell = kept.iter().find(|it| Some(it.id) == cell_id).cloned();
    let deadlines = deadlines(&mut tx, unit.id, today).await?;
    let all = (MOST, 0);
    let rows = store::letters::list(&mut tx, &scope, today, deadlines, Queue::All, all).await?;
    let (rows, stale) = picked(rows, &form.tickets)?;
    let mut faults = Faults::default();
    let order = read(&form, cell, (&rows, &stale), today, &mut faults);
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Members).await?;
    let cells = options("Chọn chi bộ", &kept);
    let said = |rows: &[Row], order: Option<&Order>| {
        let said = |row: &Row| (row.clone(), order.map(|it| it.said(row)).unwrap_or_default());
        rows.iter().map(said).collect::<Vec<_>>()
    };
    let done =
        Redirect::to(&format!("/units/{}/letters?state={}", unit.code, form.step.leads_from()));
    let Some(order) = order else {
        let picked = said(&rows, None);
        let clashes = Vec::new();
        let page = StepPage { frame, unit, form, cells, picked, faults, clashes };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let todo: Vec<Row> = rows.into_iter().filter(|it| !order.is_done(it)).collect();
    if todo.is_empty() {
        return Ok(done.into_response());
    }
    let clashes: Vec<Clash> =
        todo.iter().filter(|it| stale.contains(&it.id)).flat_map(clash).collect();
    let moves = todo.iter().any(|it| order.moves(it));
    if !clashes.is_empty() || (moves && !form.confirmed) {
        let status = if clashes.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
        let picked = said(&todo, Some(&order));
        let page = StepPage { frame, unit, form, cells, picked, faults, clashes };
        return Ok((status, Html(page.render()?)).into_response());
    }
    for row in &todo {
        write(&mut tx, &viewer, &unit, &order, row).await.map_err(raced)?;
    }
    tx.commit().await?;
    Ok(done.into_response())
}

/// The letters that were ticked, and those of them that changed since they were shown. One
/// that is not the unit's is unknown: 404.
fn picked(rows: Vec<Row>, tickets: &[String]) -> Result<(Vec<Row>, HashSet<LetterId>)> {
    let mut stale = HashSet::new();
    let mut wanted = HashSet::new();
    for ticket in tickets {
        let (id, version) = ticket.split_once('.').ok_or(Error::NotFound)?;
        let row = rows.iter().find(|it| it.id.to_string() == id).ok_or(Error::NotFound)?;
        if row.version.to_string() != version {
            stale.insert(row.id);
        }
        wanted.insert(row.id);
    }
    Ok((rows.into_iter().filter(|it| wanted.contains(&it.id)).collect(), stale))
}

fn clash(row: &Row) -> Vec<Clash> {
    let stored =
        format!("{}, {}: {}", row.full_name, row.title(), row.state.label().to_lowercase());
    Clash::between(&[("Giấy giới thiệu", &stored, &row.full_name)])
}

fn read(
    form: &StepForm,
    cell: Option<Unit>,
    (rows, stale): (&[Row], &HashSet<LetterId>),
    today: NaiveDate,
    faults: &mut Faults,
) -> Option<Order> {
    if rows.is_empty() {
        faults.add("letter", "Quay lại danh sách và đánh dấu ít nhất một giấy");
    }
    let on = faults.read("on", crate::members::form::past(&form.on, today));
    if form.step == Step::Assign && cell.is_none() {
        faults.add("cell_id", "Chọn chi bộ để phân về");
    }
    if form.step == Step::Close && form.reason.is_empty() {
        faults.add("reason", "Nhập lý do đóng giấy, ví dụ chuyển đi nơi khác");
    }
    if form.reason.chars().count() > 200 {
        faults.add("reason", "Viết gọn lại, nhiều nhất 200 ký tự");
    }
    let reason = form.reason.replace(char::is_control, " ");
    let order = Order { step: form.step, on: on?, cell, reason };
    // What changed meanwhile is shown as such, not as a fault of the form.
    for row in rows.iter().filter(|it| !order.is_done(it) && !stale.contains(&it.id)) {
        if let Some(fault) = order.fault(row) {
            faults.add("on", fault);
        }
    }
    faults.is_empty().then_some(order)
}

impl Step {
    /// The queue in which what is left waits for the step.
    fn leads_from(self) -> &'static str {
        match self {
            Step::Receive => Queue::Waiting.as_str(),
            Step::Assign => Queue::Received.as_str(),
            Step::Close => Queue::Assigned.as_str(),
        }
    }
}

impl Order {
    fn cell_id(&self) -> Option<UnitId> {
        self.cell.as_ref().map(|it| it.id)
    }

    fn cell_name(&self) -> String {
        self.cell.as_ref().map(Unit::name_in_text).unwrap_or_default()
    }

    /// Whether the letter stands already where the step leads.
    fn is_done(&self, row: &Row) -> bool {
        match self.step {
            Step::Receive => row.received_on == Some(self.on),
            Step::Assign => row.closed_on.is_none() && row.cell_id == self.cell_id(),
            Step::Close => row.closed_on.is_some(),
        }
    }

    /// Whether the step ends a residence in another cell.
    fn moves(&self, row: &Row) -> bool {
        self.step == Step::Assign
            && row.residence_cell_id.is_some()
            && row.residence_cell_id != self.cell_id()
    }

    /// Why the letter cannot take the step on this day.
    fn fault(&self, row: &Row) -> Option<String> {
        let name = &row.full_name;
        if row.closed_on.is_some() {
            return Some(format!("Giấy của {name} đã đóng"));
        }
        let came = [row.issued_on, row.received_on, row.assigned_on].into_iter().flatten().max();
        if let Some(came) = came.filter(|it| *it > self.on) {
            return Some(format!("Sửa ngày: giấy của {name} có việc ngày {}", day::short(came)));
        }
        if self.step != Step::Assign {
            return None;
        }
        if row.exempt && row.residence_id.is_none() {
            return Some(format!(
                "{name} được miễn sinh hoạt: tiếp nhận ở trang đồng chí, kèm lý do"
            ));
        }
        let since = row.residence_since.filter(|it| self.moves(row) && *it >= self.on);
        if let Some(since) = since {
            return Some(format!("Sửa ngày: {name} ở chi bộ hiện nay từ {}", day::short(since)));
        }
        let left = row.left_on.filter(|it| row.residence_id.is_none() && *it > self.on);
        left.map(|it| format!("Sửa ngày: {name} thôi ở chi bộ trước từ {}", day::short(it)))
    }

    /// What the step will change for the person.
    fn said(&self, row: &Row) -> String {
        let on = day::short(self.on);
        match self.step {
            Step::Receive => format!("Phường, xã tiếp nhận ngày {on}"),
            Step::Close => format!("Đóng giấy ngày {on}: {}", self.reason),
            Step::Assign if self.moves(row) => {
                let from = row.cell_name.as_deref().unwrap_or("chi bộ hiện nay");
                format!("Thôi ở {from} và sang {} từ {on}", self.cell_name())
            }
            Step::Assign if row.residence_id.is_some() => {
                format!("Vẫn ở {}, giấy phân ngày {on}", self.cell_name())
            }
            Step::Assign => format!("Bắt đầu sinh hoạt ở {} từ {on}", self.cell_name()),
        }
    }
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    unit: &Unit,
    order: &Order,
    row: &Row,
) -> sqlx::Result<()> {
    let mut letter = store::get_letter(tx, row.id).await?;
    let (action, before) = match order.step {
        Step::Receive => {
            letter.received_on = Some(order.on);
            letter.received_by = viewer.signed_name();
            ("member.letter_receive", "")
        }
        Step::Assign => {
            letter.cell_id = order.cell_id();
            letter.assigned_on = Some(order.on);
            letter.received_on = letter.received_on.or(Some(order.on));
            ("member.letter_assign", row.cell_name.as_deref().unwrap_or_default())
        }
        Step::Close => {
            letter.closed_on = Some(order.on);
            ("member.letter_close", "")
        }
    };
    store::change_letter(tx, &letter).await?;
    if order.step == Step::Assign {
        settle(tx, order, row).await?;
    }
    let label = order.step.label();
    let summary = format!("{label}: giấy giới thiệu của {}", row.full_name);
    let act = Act::new(action, row.member_id.0, summary)
        .in_unit(order.cell_id().or(row.residence_cell_id).unwrap_or(unit.id))
        .changing(label, before, &order.said(row));
    audit::store::append(tx, &viewer.actor(), act).await
}

/// Lets the person live where the letter now leads.
async fn settle(tx: &mut Tx, order: &Order, row: &Row) -> sqlx::Result<()> {
    let cell_id = order.cell_id().ok_or(sqlx::Error::RowNotFound)?;
    if let Some((id, version)) = row.residence_id.zip(row.residence_version) {
        if row.residence_cell_id == Some(cell_id) {
            return store::attach_letter(tx, id, row.id).await;
        }
        store::end_residence(tx, id, version, order.on, EndReason::Moved).await?;
    }
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id: row.member_id,
        cell_id,
        letter_id: Some(row.id),
        address: String::new(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: row.exempt_reason,
        started_on: order.on,
        ended: None,
    };
    store::add_residence(tx, &residence, clock::now()).await
}
