//! A unit answers for its figures of a day: what will be frozen, and the freezing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{Datelike, NaiveDate};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::ConfirmationId;
use crate::organisation::model::Unit;
use crate::reports::confirmed::{Confirmation, Frozen, seal};
use crate::reports::form::{ConfirmForm, DayForm};
use crate::reports::pages::confirmed::{ChildNote, child_notes};
use crate::reports::store;
use crate::small::told;
use crate::statistics::model::{AsOf, Overview};
use crate::statistics::pages::view;
use crate::statistics::small::View;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation, statistics};

#[derive(Template)]
#[template(path = "reports/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    unit: Unit,
    form: ConfirmForm,
    faults: Faults,
    clashes: Vec<Clash>,
    last: Option<NaiveDate>,
    /// None where no day could be read.
    preview: Option<Preview>,
}

/// What would be frozen.
struct Preview {
    as_of: AsOf,
    view: View,
    /// How often the day was confirmed already.
    before: i64,
    figures: String,
    normal: i64,
    exempt: i64,
    children: Vec<ChildNote>,
}

impl Preview {
    fn seal(&self) -> String {
        seal(self.before, &self.figures)
    }

    /// As the form carries it, to be compared with what is found when it comes back.
    fn shown(&self) -> String {
        let total = &self.view.total;
        let (normal, exempt) = (total.normal, total.exempt);
        format!("{normal} đảng viên, {exempt} được miễn; đã chốt {} lần", self.before)
    }
}

/// The unit as it was on `on`, unless it was not.
fn check(unit: &Unit, on: NaiveDate) -> Result<(), String> {
    if unit.from_on > on {
        return Err(format!("Đơn vị có từ {}: chọn ngày sau đó", day::short(unit.from_on)));
    }
    match unit.to_on {
        Some(to_on) if to_on <= on => {
            let last = to_on.pred_opt().unwrap_or(to_on);
            Err(format!("Đơn vị chỉ có đến hết {}: chọn ngày trước đó", day::short(last)))
        }
        _ => Ok(()),
    }
}

async fn preview(
    tx: &mut Tx,
    (overview, scope): (&Overview, &Scope),
    before: i64,
) -> Result<Preview> {
    let frozen = Frozen::of(overview);
    let figures = serde_json::to_string(&frozen).map_err(|it| Error::Internal(it.into()))?;
    let (as_of, names) = (overview.as_of, scope.may(Right::SeeNames));
    Ok(Preview {
        as_of,
        view: view(tx, scope, overview).await?,
        before,
        children: child_notes(tx, &frozen, (overview.unit.id, as_of.on), names).await?,
        figures,
        normal: frozen.total.normal,
        exempt: frozen.total.exempt,
    })
}

/// The page for this form; the day in it is looked at when it can be read.
async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    mut form: ConfirmForm,
) -> Result<ConfirmPage> {
    let today = clock::today();
    let last = store::last_day(tx, unit.id).await?;
    let mut preview_of_day = None;
    if let Some(on) = form.day(today) {
        let as_of = AsOf { on, year: on.year() };
        let overview = statistics::store::overview(tx, unit.id, as_of).await?;
        let before = store::of_day(tx, unit.id, on).await?.map_or(0, |it| it.number);
        let preview = preview(tx, (&overview, scope), before).await?;
        (form.seal, form.shown) = (preview.seal(), preview.shown());
        preview_of_day = Some(preview);
    }
    Ok(ConfirmPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Counts).await?,
        unit,
        form,
        faults: Faults::default(),
        clashes: Vec::new(),
        last,
        preview: preview_of_day,
    })
}

/// What is wrong with the form, or the day and the note of it.
async fn read(
    tx: &mut Tx,
    unit: &Unit,
    form: &ConfirmForm,
) -> Result<Result<(NaiveDate, String), Faults>> {
    let today = clock::today();
    let last = store::last_day(tx, unit.id).await?;
    let known = match form.day(today) {
        Some(on) => store::of_day(tx, unit.id, on).await?.is_some(),
        None => false,
    };
    let (on, note) = match form.read(today, last, known) {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let that_day = organisation::store::get(tx, unit.id, on).await?;
    let mut faults = Faults::default();
    faults.read("on", check(&that_day, on));
    Ok(if faults.is_empty() { Ok((on, note)) } else { Err(faults) })
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<DayForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) =
        guard::enter_by_code(&mut tx, &viewer, &code, Right::ConfirmFigures).await?;
    let asked = query.on.trim();
    let today = || day::short(clock::today());
    let on = if asked.is_empty() { today() } else { day::read(asked).map_or(query.on, day::short) };
    let id = ConfirmationId::new().to_string();
    let form = ConfirmForm { id, on, ..ConfirmForm::default() };
    let read = read(&mut tx, &unit, &form).await?;
    let page = page(&mut tx, &viewer, (unit, &scope), form).await?;
    answer(&ConfirmPage { faults: read.err().unwrap_or_default(), ..page })
}

fn answer(page: &ConfirmPage) -> Result<Response> {
    let status = match (page.faults.is_empty(), page.clashes.is_empty()) {
        (true, true) => StatusCode::OK,
        (true, false) => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<ConfirmForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) =
        guard::enter_by_code(&mut tx, &viewer, &code, Right::ConfirmFigures).await?;
    let id: ConfirmationId =
        form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    // Of two who confirm at once the second waits here, and then finds it done.
    organisation::store::hold(&mut tx, unit.id).await?;
    if let Some(stored) = store::find(&mut tx, id).await? {
        let mine = stored.unit_id == unit.id;
        return if mine { Ok(there(&code, stored.as_of_on)) } else { Err(Error::NotFound) };
    }
    let (on, note) = match read(&mut tx, &unit, &form).await? {
        Ok(read) => read,
        Err(faults) => {
            let page = page(&mut tx, &viewer, (unit, &scope), form).await?;
            return answer(&ConfirmPage { faults, ..page });
        }
    };
    let page = page(&mut tx, &viewer, (unit, &scope), form.clone()).await?;
    let Some(preview) = &page.preview else {
        return Err(Error::BadRequest("Thiếu ngày chốt."));
    };
    if preview.seal() != form.seal.trim() {
        let stored = preview.shown();
        // The same totals, and yet something below them is another: the page shows it.
        let typed = if form.shown == stored { "số liệu chi tiết khác" } else { &form.shown };
        let clashes = Clash::between(&[("Số liệu đã xem", &stored, typed)]);
        return answer(&ConfirmPage { clashes, ..page });
    }
    let new = Confirmation {
        id,
        unit_id: page.unit.id,
        as_of_on: on,
        number: preview.before + 1,
        normal: preview.normal,
        exempt: preview.exempt,
        figures: preview.figures.clone(),
        note,
        account_name: viewer.signed_name(),
        confirmed_at: clock::now(),
    };
    store::add(&mut tx, &new).await.map_err(raced)?;
    let summary = format!(
        "Chốt số liệu của {} đến hết ngày {}: {} đảng viên, {} được miễn{}",
        page.unit.name_in_text(),
        new.day(),
        told(new.normal),
        told(new.exempt),
        if new.number > 1 { format!(" ({})", new.version()) } else { String::new() }
    );
    let act = Act::new("figures.confirm", id.0, summary).in_unit(page.unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act.changing("Ghi chú", "", &new.note)).await?;
    tx.commit().await?;
    Ok(there(&code, on))
}

fn there(code: &str, on: NaiveDate) -> Response {
    let on = day::iso(on);
    Redirect::to(&format!("/units/{code}/confirmed?on={on}&done=1")).into_response()
}
