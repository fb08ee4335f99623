//! What a unit settles for itself and for the units below it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::{Clash, Faults};
use crate::organisation::model::Unit;
use crate::organisation::settings::store::{self, Settled};
use crate::organisation::settings::{NO, Setting, Written, YES};
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

pub fn routes() -> Routes {
    let need = Need::Right(Right::KeepSettings);
    Routes::new().get("/units/{code}/settings", need, show).post(
        "/units/{code}/settings",
        need,
        change,
    )
}

/// The values as typed, by the names of their settings, and `version`.
type Typed = HashMap<String, String>;

#[derive(Template)]
#[template(path = "administration/settings.html")]
struct SettingsPage {
    frame: Frame,
    unit: Unit,
    lines: Vec<Line>,
    /// The answers to what is yes or no.
    choices: Vec<(&'static str, &'static str)>,
    version: i64,
    faults: Faults,
    clashes: Vec<Clash>,
    done: bool,
}

/// A setting on the page.
struct Line {
    setting: Setting,
    /// As it stands in the field.
    typed: String,
    /// What holds while the field is empty, and by whom.
    otherwise: String,
}

impl Line {
    fn is_text(&self) -> bool {
        self.setting.written() != Written::YesOrNo
    }

    fn is_number(&self) -> bool {
        matches!(self.setting.written(), Written::Days | Written::Years)
    }

    fn mode(&self) -> &'static str {
        if self.is_number() { "numeric" } else { "text" }
    }

    fn class(&self) -> &'static str {
        if self.is_number() { "short" } else { "" }
    }

    fn hint(&self) -> String {
        format!("{}. {}", self.setting.hint(), self.otherwise)
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct ShowQuery {
    done: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepSettings).await?;
    let settled = store::list(&mut tx, unit.id, clock::today()).await?;
    let page = page(&mut tx, &viewer, &scope, unit, &settled, None).await?;
    Ok(Html(SettingsPage { done: query.done == "1", ..page }.render()?))
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    unit: Unit,
    settled: &[Settled],
    typed: Option<&Typed>,
) -> Result<SettingsPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Nowhere).await?;
    let lines = Setting::ALL.iter().map(|setting| {
        let typed = typed.and_then(|it| it.get(setting.as_str()).cloned());
        Line {
            setting: *setting,
            typed: typed.unwrap_or_else(|| own(settled, *setting).to_owned()),
            otherwise: otherwise(settled, *setting),
        }
    });
    let lines = lines.collect();
    let choices = vec![("", "Không đặt riêng"), (YES, "Có"), (NO, "Không")];
    let version = version(settled);
    let (faults, clashes) = (Faults::default(), Vec::new());
    Ok(SettingsPage { frame, unit, lines, choices, version, faults, clashes, done: false })
}

/// The value of the unit itself; empty where it has settled none.
fn own(settled: &[Settled], setting: Setting) -> &str {
    let mut own = settled.iter().filter(|it| it.depth == 0 && it.name == setting);
    own.next().map_or("", |it| it.value.as_str())
}

fn otherwise(settled: &[Settled], setting: Setting) -> String {
    let mut above = settled.iter().filter(|it| it.depth > 0 && it.name == setting);
    match above.find(|it| !it.value.is_empty()) {
        Some(it) => {
            format!("Để trống thì theo {}: {}", it.unit_name, setting.shown(&it.value))
        }
        None => "Cấp trên chưa đặt".to_owned(),
    }
}

/// Grows with every change of a setting of the unit.
fn version(settled: &[Settled]) -> i64 {
    settled.iter().filter(|it| it.depth == 0).map(|it| it.version).sum()
}

async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<Typed>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepSettings).await?;
    organisation::store::hold(&mut tx, unit.id).await?;
    let settled = store::list(&mut tx, unit.id, clock::today()).await?;
    let mut faults = Faults::default();
    let mut wanted = Vec::new();
    for setting in Setting::ALL {
        let Some(typed) = form.get(setting.as_str()) else { continue };
        let value = faults.read(setting.as_str(), setting.read_value(typed));
        wanted.extend(value.map(|it| (*setting, it)));
    }
    if !faults.is_empty() {
        let page = page(&mut tx, &viewer, &scope, unit, &settled, Some(&form)).await?;
        let page = SettingsPage { faults, ..page };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    wanted.retain(|(setting, value)| own(&settled, *setting) != value);
    let done = Redirect::to(&format!("/units/{code}/settings?done=1")).into_response();
    if wanted.is_empty() {
        return Ok(done);
    }
    if form.get("version").is_none_or(|it| *it != version(&settled).to_string()) {
        let clashes = wanted.iter().map(|(setting, value)| Clash {
            label: setting.label(),
            stored: setting.shown(own(&settled, *setting)),
            typed: setting.shown(value),
        });
        let clashes = clashes.collect();
        let page = page(&mut tx, &viewer, &scope, unit, &settled, Some(&form)).await?;
        let page = SettingsPage { clashes, ..page };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let mut act = Act::new("unit.settle", unit.id.0, format!("Đặt thông số của {}", unit.name));
    // As many statements as there are settings: a handful.
    for (setting, value) in &wanted {
        write(&mut tx, &unit, &settled, *setting, value).await?;
        let before = setting.shown(own(&settled, *setting));
        act = act.changing(setting.label(), &before, &setting.shown(value));
    }
    audit::store::append(&mut tx, &viewer.actor(), act.in_unit(unit.id)).await?;
    tx.commit().await?;
    Ok(done)
}

async fn write(
    tx: &mut Tx,
    unit: &Unit,
    settled: &[Settled],
    setting: Setting,
    value: &str,
) -> sqlx::Result<()> {
    let there = settled.iter().find(|it| it.depth == 0 && it.name == setting);
    match there {
        Some(it) => store::change(tx, unit.id, setting, value, it.version).await,
        None => store::add(tx, unit.id, setting, value).await,
    }
}
