//! Becoming exempt from activities, and taking part again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{self, Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{MemberId, ResidenceId};
use crate::members::form::{CategoryChange, exempt_reasons};
use crate::members::model::{EndReason, ExemptReason, NewResidence};
use crate::members::pages::confirm::{ConfirmPage, Step};
use crate::members::pages::refused;
use crate::members::pages::standing::Standing;
use crate::members::store;
use crate::vietnamese::{day, number};
use crate::web::{Form, Path};

#[derive(Template)]
#[template(path = "members/category.html")]
struct CategoryPage {
    frame: Frame,
    standing: Standing,
    form: CategoryChange,
    faults: Faults,
    clashes: Vec<Clash>,
}

impl CategoryPage {
    fn reasons() -> Vec<(&'static str, &'static str)> {
        exempt_reasons()
    }

    /// How many take part in the cell once this is written.
    fn normal_after(&self) -> i64 {
        let change = if self.is_exempt() { 1 } else { -1 };
        self.standing.head.normal + change
    }

    fn is_exempt(&self) -> bool {
        self.standing.residence.exempt_reason.is_some()
    }

    /// Tells what will be otherwise.
    fn confirm(self, on: NaiveDate, exempt: Option<ExemptReason>) -> Result<Response> {
        let cell = self.standing.cell.name_in_text();
        let (before, after) =
            (number::grouped(self.standing.head.normal), number::grouped(self.normal_after()));
        let mut said = vec![
            format!("{} từ {}.", self.title(), day::short(on)),
            format!(
                "Từ ngày ấy số phải dự họp của {cell} từ {before} thành {after} đồng chí, tính theo sổ đến {}.",
                day::short(clock::today())
            ),
        ];
        if let Some(reason) = exempt {
            said.push(format!("Lý do: {}.", reason.label()));
            said.push("Không có phiếu nhận xét hằng năm khi được miễn.".to_owned());
        }
        let titled = (self.title(), "category");
        ConfirmPage::answer((self.frame, self.standing), titled, said, &self.form)
    }

    fn title(&self) -> String {
        let to = if self.is_exempt() {
            "trở lại diện bình thường"
        } else {
            "được miễn sinh hoạt"
        };
        format!("{} {to}", self.standing.member.full_name)
    }
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    if !standing.residence.is_open() {
        return Ok(Redirect::to(&standing.href()).into_response());
    }
    let form = CategoryChange {
        step: String::new(),
        id: ResidenceId::new().to_string(),
        residence_id: standing.residence.id.to_string(),
        version: standing.residence.version.to_string(),
        on: day::short(clock::today()),
        exempt_reason: String::new(),
    };
    let page =
        CategoryPage { frame, standing, form, faults: Faults::default(), clashes: Vec::new() };
    Ok(Html(page.render()?).into_response())
}

pub async fn switch(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(mut form): Form<CategoryChange>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, id).await?;
    let done = Redirect::to(&standing.href());
    let new_id: ResidenceId =
        form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã."))?;
    if standing.has(new_id) {
        return Ok(done.into_response());
    }
    let mut faults = Faults::default();
    if !standing.residence.is_open() || !standing.is_as_seen(&form.residence_id, &form.version) {
        let clashes = standing.clashes(&format!("Đổi diện từ ngày {}", form.on));
        form.residence_id = standing.residence.id.to_string();
        form.version = standing.residence.version.to_string();
        let page = CategoryPage { frame, standing, form, faults, clashes };
        return refused(StatusCode::CONFLICT, &page);
    }
    let read = form.read(&standing.residence, clock::today(), &mut faults);
    let Some((on, exempt)) = read else {
        let page = CategoryPage { frame, standing, form, faults, clashes: Vec::new() };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match Step::read(&form.step) {
        Step::Save => {}
        step => {
            let page = CategoryPage { frame, standing, form, faults, clashes: Vec::new() };
            return if step == Step::Edit {
                refused(StatusCode::OK, &page)
            } else {
                page.confirm(on, exempt)
            };
        }
    }
    match write(&mut tx, &viewer, &standing, new_id, on, exempt).await {
        Err(error) if db::is_duplicate(&error) => return Ok(done.into_response()),
        other => other.map_err(raced)?,
    }
    tx.commit().await?;
    Ok(done.into_response())
}

async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    standing: &Standing,
    id: ResidenceId,
    on: NaiveDate,
    exempt: Option<ExemptReason>,
) -> sqlx::Result<()> {
    let old = &standing.residence;
    let next = NewResidence {
        id,
        member_id: old.member_id,
        cell_id: old.cell_id,
        letter_id: old.letter_id,
        address: old.address.clone(),
        household_cluster: old.household_cluster.clone(),
        kind: old.kind,
        exempt,
        started_on: on,
        ended: None,
    };
    store::end_residence(tx, old.id, old.version, on, EndReason::Category).await?;
    store::add_residence(tx, &next, clock::now()).await?;
    let summary = format!("Đổi diện của {}", standing.member.full_name);
    let reason = |it: Option<ExemptReason>| it.map(ExemptReason::label).unwrap_or_default();
    let act = Act::new("member.category", old.member_id.0, summary)
        .in_unit(standing.cell.id)
        .changing("Từ ngày", &day::short(old.started_on), &day::short(on))
        .changing("Diện", old.category.label(), next.category().label())
        .changing("Lý do", reason(old.exempt_reason), reason(exempt));
    audit::store::append(tx, &viewer.actor(), act).await
}
