//! One sheet: written by the cell beside its evidence, read by the ward.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{act, days, enter};
use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::contributions::model::ContributionKind;
use crate::criteria::model::Whole;
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::form::{SheetForm, YearQuery};
use crate::evaluation::model::{
    ActKind, Consultation, Kind, Progress, Sheet, State as SheetState, Step,
};
use crate::evaluation::store::evidence::Attended;
use crate::evaluation::store::requests::Request;
use crate::evaluation::store::{self, consultations, evidence, requests, steps, writing};
use crate::faults::{Clash, Faults};
use crate::ids::SheetId;
use crate::members::store::{GivenRow, OpinionRow};
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, criteria, members};

/// More of a kind than one year of a member holds.
const MOST: i64 = 500;

#[derive(Template)]
#[template(path = "evaluation/sheet.html")]
struct SheetPage {
    frame: Frame,
    unit: Unit,
    sheet: Sheet,
    whole: Whole,
    form: SheetForm,
    consultations: Vec<Consultation>,
    books: Books,
    requests: Vec<Request>,
    steps: Vec<Step>,
    place: i64,
    progress: Progress,
    faults: Faults,
    clashes: Vec<Clash>,
    /// Typed into a sheet that is closed by now: kept to be copied.
    kept: Option<String>,
    /// The person whose sheet was saved before this one was opened.
    saved: Option<(SheetId, String)>,
    may_keep: bool,
    may_confirm: bool,
    may_send: bool,
}

/// What the books say of the member's year.
struct Books {
    attended: Vec<Attended>,
    given: Vec<GivenRow>,
    opinions: Vec<OpinionRow>,
    last: Option<(i64, String)>,
    last_choices: Vec<(i64, String)>,
}

impl Books {
    /// `20/09: góp 300.000 đ, điện thắp sáng`
    fn gift(it: &GivenRow) -> String {
        let kind = ContributionKind::read(&it.kind).unwrap_or(ContributionKind::Goods);
        let what = kind.shown(it.amount_vnd, it.quantity_hundredths, &it.measure);
        let note = it.work_name.as_deref().unwrap_or(&it.note);
        let note = if note.is_empty() { String::new() } else { format!(", {note}") };
        format!("{}: {what}{note}", day::short(it.given_on))
    }

    fn opinion(it: &OpinionRow) -> String {
        format!("{}: ý kiến về {}", day::short(it.raised_on), it.topic)
    }
}

impl SheetPage {
    fn consultation_choices(&self) -> Vec<(String, String)> {
        let none = (String::new(), "Chưa họp về đồng chí này".to_owned());
        let held = self.consultations.iter().map(|it| (it.id.to_string(), it.label()));
        [none].into_iter().chain(held).collect()
    }

    /// Whether the cell writes on it here and now.
    fn is_form(&self) -> bool {
        self.may_keep && self.sheet.state.is_open()
    }

    fn is_annual(&self) -> bool {
        self.sheet.kind == Kind::Annual
    }

    /// Why the sheet came back, where it did.
    fn returned(&self) -> Option<&Step> {
        let back =
            |it: &&Step| matches!(it.kind, ActKind::Return | ActKind::Correct | ActKind::Void);
        self.steps.first().filter(back)
    }

    /// Whether the cell may sign this one here and now.
    fn may_sign(&self) -> bool {
        self.may_keep && self.sheet.state == SheetState::Written && self.sheet.missing().is_none()
    }

    fn is_signed(&self) -> bool {
        self.sheet.state == SheetState::Signed
    }

    fn may_drop(&self) -> bool {
        self.may_confirm && self.sheet.state.is_open()
    }

    fn may_be_corrected(&self) -> bool {
        self.sheet.state.is_confirmed() || self.sheet.state == SheetState::Void
    }

    fn may_be_sent(&self) -> bool {
        self.may_send && self.sheet.state == SheetState::Confirmed
    }

    fn list(&self) -> String {
        format!("/units/{}/evaluations/sheets?year={}", self.unit.code, self.sheet.year)
    }

    fn answer(&self, status: StatusCode) -> Result<Response> {
        Ok((status, Html(self.render()?)).into_response())
    }
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (sheet, unit, scope): (Sheet, Unit, &Scope),
    whole: Whole,
    form: SheetForm,
) -> Result<SheetPage> {
    Ok(SheetPage {
        frame: Frame::of_unit(tx, viewer, scope, &unit, Place::Evaluation).await?,
        consultations: consultations::list(tx, unit.id, sheet.year).await?,
        books: books(tx, scope, &sheet).await?,
        requests: requests::of_sheet(tx, scope, sheet.id).await?,
        steps: store::history(tx, scope, sheet.id).await?,
        place: store::place(tx, &sheet).await?,
        progress: store::progress(tx, unit.id, sheet.year).await?,
        faults: Faults::default(),
        clashes: Vec::new(),
        kept: None,
        saved: None,
        may_keep: scope.may(Right::KeepEvaluations),
        may_confirm: scope.may(Right::ConfirmEvaluations),
        may_send: scope.may(Right::KeepMembers),
        unit,
        sheet,
        whole,
        form,
    })
}

async fn books(tx: &mut Tx, scope: &Scope, sheet: &Sheet) -> Result<Books> {
    let (from, to) = days(sheet.year, clock::today());
    let to = sheet.left_on.map_or(to, |left_on| left_on.min(to));
    let is_in = |on: chrono::NaiveDate| on >= from && on < to;
    let mut given = members::store::contributions_of(tx, scope, sheet.member_id, MOST).await?;
    given.retain(|it| is_in(it.given_on));
    let mut opinions = members::store::opinions_of(tx, scope, sheet.member_id, MOST).await?;
    opinions.retain(|it| is_in(it.raised_on));
    Ok(Books {
        attended: evidence::attendance(tx, scope, sheet, (from, to)).await?,
        given,
        opinions,
        last: evidence::last_text(tx, scope, sheet).await?,
        last_choices: evidence::last_choices(tx, scope, sheet).await?,
    })
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (sheet, unit, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let whole = criteria::store::get(&mut tx, sheet.set_id).await?;
    let form = SheetForm::of(&sheet, &store::choices(&mut tx, &scope, id).await?);
    let saved = match query.saved.parse::<SheetId>() {
        // Of another sheet of the same cell only: an address is no way around the guard.
        Ok(other) if store::unit_of(&mut tx, other).await.is_ok_and(|it| it == unit.id) => {
            Some((other, store::get(&mut tx, &scope, other).await?.full_name))
        }
        _ => None,
    };
    viewer.looks.at(sheet.member_id);
    let page = page(&mut tx, &viewer, (sheet, unit, &scope), whole, form).await?;
    SheetPage { saved, ..page }.answer(StatusCode::OK)
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SheetId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut form = SheetForm::of_fields(fields);
    let mut tx = app.db.write().await?;
    steps::hold(&mut tx, id).await?;
    let (sheet, unit, scope) = enter(&mut tx, &viewer, id, Right::KeepEvaluations).await?;
    let whole = criteria::store::get(&mut tx, sheet.set_id).await?;
    let before = store::choices(&mut tx, &scope, id).await?;
    let held = consultations::list(&mut tx, unit.id, sheet.year).await?;
    let stored = SheetForm::of(&sheet, &before);
    let is_current = form.version.trim() == stored.version;
    let read = form.read(&whole, &held);
    if !sheet.state.is_open() {
        // Another tab has signed it meanwhile: what was typed here must not be lost.
        let kept = Some(form.other_text.trim().to_owned());
        let page = page(&mut tx, &viewer, (sheet, unit, &scope), whole, stored).await?;
        return SheetPage { kept, ..page }.answer(StatusCode::CONFLICT);
    }
    let clashes = if is_current { Vec::new() } else { form.clashes(&stored, &whole) };
    let draft = match read {
        Ok(draft) if is_current => draft,
        // Sent twice: what is stored is what was typed.
        Ok(_) if clashes.is_empty() => return after(&mut tx, &sheet, &unit, &form).await,
        read => {
            form.version = stored.version;
            let status = if clashes.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::CONFLICT
            };
            let page = page(&mut tx, &viewer, (sheet, unit, &scope), whole, form).await?;
            let faults = read.err().unwrap_or_default();
            return SheetPage { faults, clashes, ..page }.answer(status);
        }
    };
    let done = act(&viewer, ActKind::Write, "");
    writing::save(&mut tx, &sheet, &before, &draft, &done).await?;
    let changed = store::get(&mut tx, &scope, id).await?;
    let mut entry = Entry::new(
        "evaluation.write",
        id.0,
        format!("Ghi {} của {}", sheet.title(), sheet.full_name),
    )
    .in_unit(unit.id)
    .changing("Tình trạng", sheet.state.label(), changed.state.label());
    for it in SheetForm::of(&changed, &draft.choices).clashes(&stored, &whole) {
        // The free text is personal: history says that it changed, the sheet says to what.
        if it.label == "Nhận xét khác" {
            entry = entry.changing(it.label, "bản trước", "bản mới");
        } else {
            entry = entry.changing(it.label, &it.stored, &it.typed);
        }
    }
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    let there = after(&mut tx, &changed, &unit, &form).await?;
    tx.commit().await?;
    Ok(there)
}

/// Where one goes on after saving: to the next person, to the list when there is none left,
/// or stays.
async fn after(tx: &mut Tx, sheet: &Sheet, unit: &Unit, form: &SheetForm) -> Result<Response> {
    let id = sheet.id;
    let there = match form.action.as_str() {
        "next" if sheet.kind == Kind::Annual => match store::next(tx, sheet).await? {
            Some(next) => format!("/evaluations/{next}?saved={id}"),
            None => {
                format!("/units/{}/evaluations?year={}&done=all&saved={id}", unit.code, sheet.year)
            }
        },
        _ => format!("/evaluations/{id}?saved={id}"),
    };
    Ok(Redirect::to(&there).into_response())
}
