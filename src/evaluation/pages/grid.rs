//! One criterion for many people: chosen by hand for each or for all the others, never where
//! something is chosen already, and undone as a whole.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{act, days, year_of};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::criteria::model::{Criterion, Whole};
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::evaluation::form::YearQuery;
use crate::evaluation::model::ActKind;
use crate::evaluation::store::writing::{self, InGrid, Marking};
use crate::evaluation::store::{counts, steps};
use crate::faults::Faults;
use crate::ids::{MarkingId, OptionId, SheetId};
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, criteria};

/// The form as typed.
#[derive(Clone, Debug, Default)]
struct GridForm {
    /// The id of the marking that it makes.
    id: String,
    year: String,
    criterion: String,
    option: String,
    /// `ticked`: for those ticked; `others`: for all the others that are open.
    whom: String,
    ticked: HashSet<String>,
}

impl GridForm {
    fn of_fields(fields: Vec<(String, String)>) -> GridForm {
        let mut form = GridForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "id" => form.id = value,
                "year" => form.year = value,
                "criterion" => form.criterion = value,
                "option" => form.option = value,
                "whom" => form.whom = value,
                "sheet" => drop(form.ticked.insert(value)),
                _ => {}
            }
        }
        form
    }

    fn is_ticked(&self, id: &SheetId) -> bool {
        self.ticked.contains(&id.to_string())
    }

    /// For each line of the grid a `1` where the option is to be marked. A line that is
    /// closed, or says something already, is never marked.
    fn ticks(&self, lines: &[InGrid]) -> String {
        let others = self.whom == "others";
        let tick = |it: &InGrid| {
            it.state.is_open() && it.option_id.is_none() && (self.is_ticked(&it.id) != others)
        };
        lines.iter().map(|it| if tick(it) { '1' } else { '0' }).collect()
    }
}

#[derive(Template)]
#[template(path = "evaluation/grid.html")]
struct GridPage {
    frame: Frame,
    unit: Unit,
    year: i64,
    whole: Whole,
    criterion: Criterion,
    lines: Vec<InGrid>,
    markings: Vec<Marking>,
    form: GridForm,
    faults: Faults,
    done: String,
}

impl GridPage {
    /// Those who say nothing of the criterion yet, and may be marked.
    fn unmarked(&self) -> impl Iterator<Item = &InGrid> {
        self.lines.iter().filter(|it| it.state.is_open() && it.option_id.is_none())
    }

    fn left(&self) -> usize {
        self.unmarked().count()
    }

    /// How many have each option.
    fn tally(&self) -> Vec<(&str, usize)> {
        let count = |id: OptionId| self.lines.iter().filter(|it| it.option_id == Some(id)).count();
        self.criterion.options.iter().map(|it| (it.label.as_str(), count(it.id))).collect()
    }

    fn whoms() -> Vec<(&'static str, &'static str)> {
        vec![
            ("ticked", "Những người đánh dấu dưới đây"),
            ("others", "Mọi người chưa có mức, trừ những người đánh dấu dưới đây"),
        ]
    }

    fn options(&self) -> Vec<(String, String)> {
        self.criterion.options.iter().map(|it| (it.id.to_string(), it.label.clone())).collect()
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, &Scope),
    year: i64,
    (number, form): (i64, GridForm),
) -> Result<GridPage> {
    let set = counts::set_of(tx, unit.id, year).await?;
    let set = set.ok_or(Error::BadRequest("Năm này chưa mở phiếu nào ở chi bộ."))?;
    let whole = criteria::store::get(tx, set).await?;
    let found = whole.criteria.iter().find(|it| it.number == number);
    let criterion = found.or(whole.criteria.first()).cloned().ok_or(Error::NotFound)?;
    let days = days(year, clock::today());
    Ok(GridPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        lines: writing::grid(tx, scope, (unit.id, year), criterion.id, days).await?,
        markings: writing::markings(tx, unit.id, year).await?,
        form: GridForm { id: MarkingId::new().to_string(), ..form },
        faults: Faults::default(),
        done: String::new(),
        unit,
        year,
        whole,
        criterion,
    })
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let asked = query.year(clock::today()).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, clock::today()).await?;
    let number = query.criterion.trim().parse().unwrap_or(1);
    let form = (number, GridForm::default());
    let page = page(&mut tx, &viewer, (unit, &scope), year, form).await?;
    Ok(Html(GridPage { done: query.done, ..page }.render()?))
}

pub async fn mark(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = GridForm::of_fields(fields);
    let mut tx = app.db.write().await?;
    let right = Right::KeepEvaluations;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let id: MarkingId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let year: i64 = form.year.trim().parse().map_err(|_| Error::BadRequest("Thiếu năm."))?;
    let number: i64 = form.criterion.trim().parse().unwrap_or(1);
    let there = format!("/units/{code}/evaluations/grid?year={year}&criterion={number}&done=");
    steps::hold_year(&mut tx, unit.id, year).await?;
    if let Some(marking) = writing::find_marking(&mut tx, id).await? {
        let mine = marking.unit_id == unit.id;
        let done = Redirect::to(&format!("{there}{}", marking.marked)).into_response();
        return if mine { Ok(done) } else { Err(Error::NotFound) };
    }
    let now = page(&mut tx, &viewer, (unit, &scope), year, (number, form.clone())).await?;
    let mut faults = Faults::default();
    let chosen = form.option.parse().ok().and_then(|id| now.criterion.option(id).cloned());
    let option = faults.need("option", chosen, "Chọn mức sẽ ghi");
    if !["ticked", "others"].contains(&form.whom.as_str()) {
        faults.add("whom", "Chọn ghi cho ai");
    }
    let ticks = form.ticks(&now.lines);
    let marked = ticks.matches('1').count();
    if faults.is_empty() && marked == 0 {
        faults.add("whom", "Không có ai để ghi: đánh dấu ít nhất một người chưa có mức");
    }
    let Some(option) = option.filter(|_| faults.is_empty()) else {
        let page = GridPage { form, faults, ..now };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let done = act(&viewer, ActKind::Mark, &option.label);
    let marking = Marking {
        id,
        unit_id: now.unit.id,
        year,
        option_id: option.id,
        marked: i64::try_from(marked).unwrap_or(i64::MAX),
        account_name: viewer.signed_name(),
        marked_at: done.at,
        undone_at: None,
        criterion_id: now.criterion.id,
        criterion_number: now.criterion.number,
        label: option.label.clone(),
    };
    writing::add_marking(&mut tx, &marking).await?;
    writing::mark(&mut tx, &marking, &ticks, &done).await?;
    let summary = format!(
        "Ghi tiêu chí {} năm {year}, mức \"{}\", cho {marked} người",
        now.criterion.number, option.label
    );
    let entry = Entry::new("evaluation.mark", id.0, summary).in_unit(now.unit.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{there}{marked}")).into_response())
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MarkingId>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let marking = writing::find_marking(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let right = Right::KeepEvaluations;
    guard::enter(&mut tx, &viewer, marking.unit_id, right).await?;
    steps::hold_year(&mut tx, marking.unit_id, marking.year).await?;
    // Somebody may have undone it while we waited.
    let marking = writing::find_marking(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let unit = crate::organisation::store::get(&mut tx, marking.unit_id, clock::today()).await?;
    let there = format!(
        "/units/{}/evaluations/grid?year={}&criterion={}&done=undo",
        unit.code, marking.year, marking.criterion_number
    );
    let there = Redirect::to(&there).into_response();
    if marking.undone_at.is_some() {
        return Ok(there);
    }
    let done = act(&viewer, ActKind::Undo, &marking.label);
    let undone = writing::undo_marking(&mut tx, &marking, &done).await.map_err(raced)?;
    let summary = format!(
        "Hoàn tác lần ghi tiêu chí {} năm {}, mức \"{}\": bỏ ở {undone} phiếu trên {}",
        marking.criterion_number, marking.year, marking.label, marking.marked
    );
    let entry = Entry::new("evaluation.unmark", id.0, summary).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there)
}
