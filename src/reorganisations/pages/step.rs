//! Adding a step: its kind, then its form.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::split::Table;
use super::{Entered, draft};
use crate::access::frame::Frame;
use crate::access::guard::Scope;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::{ReorganisationId, UnitId};
use crate::organisation::model::UnitKind;
use crate::reorganisations::desk::{Desk, Group};
use crate::reorganisations::form::step::{KINDS, StepForm};
use crate::reorganisations::model::{Reorganisation, Step};
use crate::reorganisations::store;
use crate::web::{Form, Path, Query};

/// More cells than these are offered ward by ward.
const MOST_CELLS: usize = 400;
/// Likewise where each is a box to tick.
const MOST_BOXES: usize = 60;

#[derive(Template)]
#[template(path = "reorganisations/step.html")]
struct StepPage {
    frame: Frame,
    it: Reorganisation,
    /// A word of [`KINDS`]; empty while it is to be chosen.
    kind: String,
    title: &'static str,
    explained: &'static str,
    kinds: &'static [(&'static str, &'static str, &'static str)],
    form: StepForm,
    faults: Faults,
    clashes: Vec<Clash>,
    /// The units above cells, and the cells.
    uppers: Vec<Group>,
    cells: Vec<Group>,
    /// Whether the cells are those of the ward that the form names, since there are many.
    is_narrow: bool,
    table: Option<Table>,
    may_by_hand: bool,
    by_hand: bool,
}

impl StepPage {
    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn units(&self) -> Vec<&Group> {
        self.uppers.iter().chain(&self.cells).collect()
    }

    fn unit_kinds() -> Vec<(&'static str, &'static str)> {
        UnitKind::ALL.iter().map(|it| (it.as_str(), it.label())).collect()
    }

    fn upper_kinds() -> Vec<(&'static str, &'static str)> {
        let mut kinds = vec![("", "Giữ nguyên cấp")];
        kinds.extend(StepPage::unit_kinds().into_iter().filter(|it| it.0 != "cell"));
        kinds
    }

    fn officials() -> Vec<(&'static str, &'static str)> {
        vec![("keep", "Giữ nguyên mã"), ("set", "Đổi thành mã dưới đây"), ("clear", "Bỏ mã")]
    }

    fn ends() -> Vec<(&'static str, &'static str)> {
        vec![("yes", "Vẫn còn, với phần ở lại"), ("no", "Kết thúc")]
    }

    fn heirs(&self) -> Vec<(String, String)> {
        let mut heirs = vec![
            (String::new(), "Theo lệ".to_owned()),
            ("all".to_owned(), "Mọi đơn vị nhận".to_owned()),
        ];
        let groups = self.table.iter().flat_map(|it| &it.targets);
        heirs.extend(groups.flat_map(|it| it.options.clone()));
        heirs
    }

    fn rests(&self) -> Vec<(String, String)> {
        let mut rests = vec![(String::new(), "Ở lại đơn vị cũ".to_owned())];
        let groups = self.table.iter().flat_map(|it| &it.targets);
        rests.extend(groups.flat_map(|it| it.options.clone()));
        rests
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    entered: Entered,
    desk: &Desk,
    form: StepForm,
) -> Result<StepPage> {
    let frame = entered.frame(tx, viewer).await?;
    let scope: Option<&Scope> = entered.names();
    let by_hand = !form.get("hand").is_empty();
    let kind = form.get("kind");
    let known = KINDS.iter().find(|it| it.0 == kind);
    let source = form.get("source");
    let table = match kind.as_str() {
        "split" => {
            let by_hand = scope.filter(|_| by_hand);
            Table::of(tx, viewer, desk, &source, (scope.is_some(), by_hand)).await?
        }
        _ => None,
    };
    let most = if kind == "merge" { MOST_BOXES } else { MOST_CELLS };
    let is_narrow = desk.count_cells() > most;
    let ward = desk.forest.find(&form.get("in")).map(|it| it.id);
    let cells = desk.cells(|_, it| !is_narrow || it.parent == ward);
    let may_by_hand = scope.is_some();
    Ok(StepPage {
        frame,
        title: known.map_or("Thêm bước", |it| it.1),
        explained: known.map_or("Chọn việc cần làm.", |it| it.2),
        kind: known.map_or_else(String::new, |it| it.0.to_owned()),
        kinds: KINDS,
        form,
        faults: Faults::default(),
        clashes: Vec::new(),
        uppers: desk.uppers(|_, _| true),
        cells,
        is_narrow,
        table,
        may_by_hand,
        by_hand,
        it: entered.it,
    })
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Query(mut form): Query<StepForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if !entered.it.is_draft() {
        return Ok(Redirect::to(&entered.it.href()).into_response());
    }
    if !form.get("hand").is_empty() && entered.names().is_none() {
        return Err(Error::Forbidden);
    }
    let desk = Desk::load(&mut tx, entered.it.clone()).await?;
    form.set("version", entered.it.version.to_string());
    form.set("new_id", UnitId::new().to_string());
    let mut page = page(&mut tx, &viewer, entered, &desk, form).await?;
    let source = page.form.get("source");
    if page.table.is_none() && !source.is_empty() {
        page.faults.add("source", format!("Không có đơn vị nào mang mã {source} vào ngày này"));
        return page.answer(StatusCode::UNPROCESSABLE_ENTITY);
    }
    page.answer(StatusCode::OK)
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Form(mut form): Form<StepForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let entered = Entered::hold(&mut tx, &viewer, id).await?;
    if (form.names_people() || !form.get("hand").is_empty()) && entered.names().is_none() {
        return Err(Error::Forbidden);
    }
    let there = Redirect::to(&entered.it.href()).into_response();
    let desk = Desk::load(&mut tx, entered.it.clone()).await?;
    let read = form.read();
    if read.as_ref().is_ok_and(|step| desk.steps.contains(step)) {
        // Sent twice.
        return Ok(there);
    }
    if !entered.it.is_draft() {
        return Err(Error::Conflict("Lần sắp xếp này không còn là bản thảo. Tải lại trang."));
    }
    let (version, it) = (entered.it.version, entered.it.clone());
    if form.version() != version {
        let clashes = clash(&desk, read.as_ref().ok());
        form.set("version", version.to_string());
        let page = page(&mut tx, &viewer, entered, &desk, form).await?;
        let faults = read.err().unwrap_or_default();
        return StepPage { faults, clashes, ..page }.answer(StatusCode::CONFLICT);
    }
    let read = read.and_then(|step| {
        let mut faults = Faults::default();
        for fault in desk.faults_of(&step) {
            faults.add(form.main_field(), fault);
        }
        if faults.is_empty() { Ok(step) } else { Err(faults) }
    });
    let step = match read {
        Ok(step) => step,
        Err(faults) => {
            let page = page(&mut tx, &viewer, entered, &desk, form).await?;
            return StepPage { faults, ..page }.answer(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let summary = format!("Thêm bước: {}", desk.said_of(&step));
    let mut steps = desk.steps;
    steps.push(step);
    store::set_steps(&mut tx, id, version, &steps).await.map_err(raced)?;
    draft::note(&mut tx, &viewer, &it, "reorganisation.step", summary).await?;
    tx.commit().await?;
    Ok(there)
}

/// The steps as they stand by now, beside the one that was typed.
fn clash(desk: &Desk, step: Option<&Step>) -> Vec<Clash> {
    let stored = match desk.said() {
        said if said.is_empty() => "Chưa có bước nào".to_owned(),
        said => said.join("; "),
    };
    let typed = step.map_or_else(|| "Một bước chưa điền đủ".to_owned(), |it| desk.said_of(it));
    vec![Clash { label: "Các bước", stored, typed }]
}
