//! Opening and renaming units. The page of a unit tells what reorganisations made of it, and
//! stands with them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::administration::form::{RenameForm, UnitForm};
use crate::app::App;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::UnitId;
use crate::organisation::model::{NewUnit, Unit, UnitKind};
use crate::organisation::store;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, backups};

pub fn routes() -> Routes {
    let need = Need::Right(Right::KeepUnits);
    Routes::new()
        .get("/administration/units", Need::SignedIn, list)
        .get("/administration/units/new", Need::SignedIn, new)
        .post("/administration/units", Need::SignedIn, add)
        .get("/administration/units/{code}/edit", need, edit)
        .post("/administration/units/{code}/edit", need, change)
}

#[derive(Template)]
#[template(path = "administration/units.html")]
struct ListPage {
    frame: Frame,
    /// The units that the viewer's grants begin at.
    units: Vec<Unit>,
    may_add: bool,
    /// The last good backup is too old, or there is none.
    lacks_backup: bool,
}

#[derive(Template)]
#[template(path = "administration/unit_new.html")]
struct NewPage {
    frame: Frame,
    parent: Option<Unit>,
    kinds: Vec<(&'static str, &'static str)>,
    form: UnitForm,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "administration/unit_edit.html")]
struct EditPage {
    frame: Frame,
    unit: Unit,
    form: RenameForm,
    faults: Faults,
    clashes: Vec<Clash>,
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let today = clock::today();
    let may_add = viewer.may_everywhere(Right::KeepUnits);
    let mut units = Vec::new();
    if may_add {
        units = store::roots(&mut tx, today).await?;
    }
    // As many look-ups as the administrator has units: one or two.
    for grant in viewer.grants.iter().filter(|it| it.role.allows(Right::KeepUnits, false, false)) {
        if let (Some(id), false) = (grant.unit_id, may_add) {
            units.push(store::get(&mut tx, id, today).await?);
        }
    }
    if units.is_empty() && !may_add {
        return Err(Error::NotFound);
    }
    // Said only to those who can do something about it.
    let lacks_backup = may_add
        && app.settings.backups.is_some()
        && !backups::store::last_good(&mut tx).await?.is_some_and(|it| it.is_fresh(clock::now()));
    let frame = Frame::bare(&viewer, Place::Units);
    Ok(Html(ListPage { frame, units, may_add, lacks_backup }.render()?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NewQuery {
    parent: String,
}

/// The unit above, which the viewer may add to; none for a first unit, which takes the
/// whole registry.
async fn parent(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<Option<Unit>> {
    if code.is_empty() {
        let may = viewer.may_everywhere(Right::KeepUnits);
        return if may { Ok(None) } else { Err(Error::NotFound) };
    }
    let (unit, _) = guard::enter_by_code(tx, viewer, code, Right::KeepUnits).await?;
    Ok(Some(unit))
}

/// The kinds that a unit below `parent` may be of.
fn kinds(parent: Option<&Unit>) -> Vec<(&'static str, &'static str)> {
    let fits = |kind: &&UnitKind| parent.is_none_or(|it| it.kind.may_hold(**kind));
    UnitKind::ALL.iter().filter(fits).map(|kind| (kind.as_str(), kind.label())).collect()
}

async fn new(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<NewQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let parent = parent(&mut tx, &viewer, &query.parent).await?;
    let form = UnitForm {
        id: UnitId::new().to_string(),
        parent: query.parent,
        from_on: day::short(clock::today()),
        ..UnitForm::default()
    };
    let (frame, faults) = (Frame::bare(&viewer, Place::Units), Faults::default());
    Ok(Html(NewPage { frame, kinds: kinds(parent.as_ref()), parent, form, faults }.render()?))
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<UnitForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let parent = parent(&mut tx, &viewer, &form.parent).await?;
    let id: UnitId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    let read = form.read();
    let taken = match &read {
        Ok(new) => store::find_id(&mut tx, &new.code).await?,
        Err(_) => None,
    };
    let opened = store::find_code(&mut tx, id).await?;
    let mut faults = read.as_ref().err().cloned().unwrap_or_default();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let new = match (read, taken) {
        // Sent twice: found by its id where the other sending ended between the two look-ups.
        (Ok(new), there) if there == Some(id) || opened.as_ref() == Some(&new.code) => {
            return Ok(Redirect::to(&format!("/administration/units/{}", new.code)).into_response());
        }
        (Ok(_), Some(_)) => {
            faults.add("code", "Mã này đã có đơn vị dùng; chọn mã khác");
            None
        }
        (Ok(new), None) => Some(new),
        (Err(_), _) => None,
    };
    if let Some(code) = opened {
        status = StatusCode::CONFLICT;
        faults
            .add("code", format!("Biểu mẫu này đã mở đơn vị {code}; mở biểu mẫu mới cho mã khác"));
    }
    if let (Some(new), Some(parent)) = (&new, &parent) {
        if !parent.kind.may_hold(new.kind) {
            faults.add("kind", format!("{} không đứng ngay trên cấp này", parent.name));
        }
        if new.from_on < store::began_on(&mut tx, parent.id).await? {
            faults.add("from_on", "Chọn ngày không sớm hơn ngày bắt đầu của đơn vị cấp trên");
        }
    }
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        let frame = Frame::bare(&viewer, Place::Units);
        let page = NewPage { frame, kinds: kinds(parent.as_ref()), parent, form, faults };
        return Ok((status, Html(page.render()?)).into_response());
    };
    let unit = NewUnit {
        id,
        code: new.code,
        name: new.name,
        kind: new.kind,
        official_code: new.official_code,
        parent_id: parent.map(|it| it.id),
        from_on: new.from_on,
        to_on: None,
    };
    let there = Redirect::to(&format!("/administration/units/{}", unit.code)).into_response();
    match store::add(&mut tx, std::slice::from_ref(&unit), clock::now()).await {
        Err(error) if is_duplicate(&error) => {
            drop(tx);
            let mut tx = app.db.read().await?;
            // The same form, sent several times at once: another sending has written it.
            return match store::find_id(&mut tx, &unit.code).await? {
                Some(opened) if opened == id => Ok(there),
                _ => Err(Error::BadRequest("Mã này vừa có đơn vị dùng. Chọn mã khác.")),
            };
        }
        added => added?,
    }
    let act = Act::new("unit.add", id.0, format!("Mở đơn vị {} ({})", unit.name, unit.code));
    audit::store::append(&mut tx, &viewer.actor(), act.in_unit(id)).await?;
    tx.commit().await?;
    Ok(there)
}

async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, _) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepUnits).await?;
    let form = RenameForm {
        version: unit.version.to_string(),
        name: unit.name.clone(),
        official_code: unit.official_code.clone().unwrap_or_default(),
        from_on: day::short(clock::today()),
    };
    let frame = Frame::bare(&viewer, Place::Units);
    let page = EditPage { frame, unit, form, faults: Faults::default(), clashes: Vec::new() };
    Ok(Html(page.render()?))
}

async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(mut form): Form<RenameForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, _) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepUnits).await?;
    store::hold(&mut tx, unit.id).await?;
    let unit = store::get(&mut tx, unit.id, clock::today()).await?;
    let frame = Frame::bare(&viewer, Place::Units);
    let (name, official_code, from_on) = match form.read(unit.from_on) {
        Ok(read) => read,
        Err(faults) => {
            let page = EditPage { frame, unit, form, faults, clashes: Vec::new() };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let there = Redirect::to(&format!("/administration/units/{code}")).into_response();
    let stored_code = unit.official_code.clone().unwrap_or_default();
    let then = store::get(&mut tx, unit.id, from_on).await?;
    if (&then.name, &then.official_code) == (&name, &official_code) {
        // A second click, or nothing to change.
        return Ok(there);
    }
    if let Some(until) = unit.to_on.filter(|it| *it <= from_on) {
        let mut faults = Faults::default();
        let until = day::short(until);
        faults.add("from_on", format!("Từ {until} đã định một thay đổi; chọn ngày trước đó"));
        let page = EditPage { frame, unit, form, faults, clashes: Vec::new() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    if form.version != unit.version.to_string() {
        let clashes = Clash::between(&[
            ("Tên", &unit.name, &form.name),
            ("Mã hành chính", &stored_code, &form.official_code),
        ]);
        form.version = unit.version.to_string();
        let page = EditPage { frame, unit, form, faults: Faults::default(), clashes };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    store::rename(&mut tx, &unit, &name, official_code.as_deref(), from_on).await?;
    let done = format!("Đổi tên đơn vị {} từ ngày {}", unit.code, day::short(from_on));
    let act = Act::new("unit.rename", unit.id.0, done)
        .in_unit(unit.id)
        .changing("Tên", &unit.name, &name)
        .changing("Mã hành chính", &stored_code, official_code.as_deref().unwrap_or_default());
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
