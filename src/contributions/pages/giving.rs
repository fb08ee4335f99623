//! Writing a contribution down: the form, the answers to check, the entry.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::giver::{self, Found};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::contributions::form::gift::GiftForm;
use crate::contributions::model::{
    Contribution, ContributionKind, NewContribution, Resident, WorkItem,
};
use crate::contributions::store::{self, book, givers, works};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{ContributionId, WorkItemId};
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "contributions/form.html")]
struct FormPage {
    frame: Frame,
    unit: Unit,
    kinds: Vec<(&'static str, &'static str)>,
    works: Vec<(String, String)>,
    /// Those to choose among, where the name typed means several.
    choices: Vec<(String, String)>,
    form: GiftForm,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "contributions/check.html")]
struct CheckPage {
    frame: Frame,
    unit: Unit,
    form: GiftForm,
    new: NewContribution,
    giver: Found,
    work: Option<WorkItem>,
    /// Entries that say the same already.
    alike: Vec<Contribution>,
    faults: Faults,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    work: String,
    member: String,
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<NewQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let right = Right::KeepContributions;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    let today = clock::today();
    let work = find_work(&mut tx, &unit, &query.work).await?;
    let member = match query.member.trim() {
        "" => None,
        id => {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            Some(givers::find(&mut tx, &scope, id, today).await?.ok_or(Error::NotFound)?)
        }
    };
    let form = GiftForm::new(today, work.as_ref(), member.as_ref());
    let asked = Asked { unit, scope, work };
    let page = form_page(&mut tx, &viewer, asked, form, Vec::new()).await?;
    Ok(Html(page.render()?))
}

/// Where and for what something is given.
struct Asked {
    unit: Unit,
    scope: Scope,
    work: Option<WorkItem>,
}

/// The work that a form names, which must be the unit's own.
async fn find_work(tx: &mut Tx, unit: &Unit, typed: &str) -> Result<Option<WorkItem>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let id: WorkItemId = typed.parse().map_err(|_| Error::NotFound)?;
    let work = store::get_work(tx, id).await?;
    if work.unit_id == unit.id { Ok(Some(work)) } else { Err(Error::NotFound) }
}

async fn form_page(
    tx: &mut Tx,
    viewer: &Viewer,
    asked: Asked,
    form: GiftForm,
    choices: Vec<Resident>,
) -> Result<FormPage> {
    let Asked { unit, scope, work } = asked;
    let mut open = works::open(tx, unit.id, clock::today()).await?;
    // Somebody may write down late what was given before the work was completed.
    if let Some(work) = work
        && open.iter().all(|it| it.id != work.id)
    {
        open.insert(0, work);
    }
    let nothing = (String::new(), "Không gắn công trình nào".to_owned());
    let works = open.into_iter().map(|it| (it.id.to_string(), it.name));
    Ok(FormPage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Contributions).await?,
        unit,
        kinds: ContributionKind::choices(),
        works: works.chain([nothing]).collect(),
        choices: choices.into_iter().map(|it| (it.id.to_string(), it.label())).collect(),
        form,
        faults: Faults::default(),
    })
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(mut form): Form<GiftForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let right = Right::KeepContributions;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, right).await?;
    // Of two at once the second is to know what the first wrote.
    organisation::store::hold(&mut tx, unit.id).await?;
    let id: ContributionId =
        form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/contributions/{id}?done=1")).into_response();
    if let Some(unit_id) = book::find_unit_id(&mut tx, id).await? {
        return if unit_id == unit.id { Ok(there) } else { Err(Error::NotFound) };
    }
    let work = find_work(&mut tx, &unit, &form.work).await?;
    let mut faults = Faults::default();
    let mut found = giver::find(&mut tx, &scope, &mut form, clock::today(), &mut faults).await?;
    let work_id = work.as_ref().map(|it| it.id);
    let read = form.read((id, unit.id), found.giver.take(), work_id, clock::today(), faults);
    let asked = Asked { unit, scope, work };
    let new = match read {
        Ok(new) if form.action != "edit" => new,
        read => {
            let editing = form.action == "edit";
            form.confirmed.clear();
            let page = form_page(&mut tx, &viewer, asked, form, found.choices).await?;
            if editing {
                return Ok(Html(page.render()?).into_response());
            }
            let page = FormPage { faults: read.err().unwrap_or_default(), ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let alike = book::like(&mut tx, &asked.scope, &new).await?;
    let unconfirmed = !alike.is_empty() && form.confirmed.is_empty();
    if form.action != "save" || unconfirmed {
        let mut faults = Faults::default();
        if form.action == "save" {
            faults.add("confirmed", "Đánh dấu nếu đây là khoản khác, hoặc bấm Sửa lại");
        }
        let status =
            if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let Asked { unit, scope, work } = asked;
        let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Contributions).await?;
        let page = CheckPage { frame, unit, form, new, giver: found, work, alike, faults };
        return Ok((status, Html(page.render()?)).into_response());
    }
    match store::add(&mut tx, &new, clock::now()).await {
        // The same form, sent twice at once: the other one has written it.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    let target = asked.work.map(|it| format!(" cho {}", it.name)).unwrap_or_default();
    let summary = format!("Ghi đóng góp {} của {}{target}", new.what(), found.name);
    let act = Act::new("contribution.add", id.0, summary).in_unit(asked.unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
