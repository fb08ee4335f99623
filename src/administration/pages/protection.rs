//! Which roles need a second factor; and what an administrator does where somebody has lost
//! one, or has left an account open somewhere.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::accounts::enter;
use crate::access::confirm;
use crate::access::frame::{Frame, Place};
use crate::access::model::{Right, Role};
use crate::access::routes::{Need, Routes};
use crate::access::store;
use crate::access::store::factors::{self, Rule};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::error::{Error, Result};
use crate::faults::{Clash, Faults};
use crate::ids::AccountId;
use crate::web::{Form, Path, Query};

pub fn routes() -> Routes {
    let need = Need::SignedIn;
    Routes::new()
        .get("/administration/protection", need, show)
        .post("/administration/protection", need, change)
        .post("/administration/accounts/{id}/factor/remove", need, remove_factor)
        .post("/administration/accounts/{id}/sessions/end", need, end_sessions)
}

#[derive(Template)]
#[template(path = "administration/protection.html")]
struct ProtectionPage {
    frame: Frame,
    /// Each role, and whether its box is ticked.
    lines: Vec<(Role, bool)>,
    version: i64,
    /// Whether some role that sees more than one cell needs none.
    weak: bool,
    faults: Faults,
    clashes: Vec<Clash>,
    done: bool,
}

/// The boxes as they were ticked: `yes` or nothing.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct ProtectionForm {
    cell_secretary: String,
    ward_officer: String,
    organisation_officer: String,
    administrator: String,
    version: String,
    confirm: String,
}

impl ProtectionForm {
    fn is_ticked(&self, role: Role) -> bool {
        let box_of = match role {
            Role::CellSecretary => &self.cell_secretary,
            Role::WardOfficer => &self.ward_officer,
            Role::OrganisationOfficer => &self.organisation_officer,
            Role::Administrator => &self.administrator,
        };
        box_of == "yes"
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DoneQuery {
    done: String,
}

/// The rules are the whole registry's: only who administers all of it gets behind this.
fn need_all(viewer: &Viewer) -> Result<()> {
    if viewer.may_everywhere(Right::KeepAccounts) { Ok(()) } else { Err(Error::NotFound) }
}

fn is_required(rules: &[Rule], role: Role) -> bool {
    rules.iter().any(|it| it.role == role && it.required)
}

/// Grows with every change.
fn version(rules: &[Rule]) -> i64 {
    rules.iter().map(|it| it.version).sum()
}

fn said(required: bool) -> &'static str {
    if required { "Bắt buộc" } else { "Không bắt buộc" }
}

/// Whether some role that sees more than one cell needs no second factor.
pub fn is_weak(rules: &[Rule]) -> bool {
    Role::FAR_SEEING.into_iter().any(|role| !is_required(rules, role))
}

fn page(viewer: &Viewer, rules: &[Rule], ticked: impl Fn(Role) -> bool) -> ProtectionPage {
    ProtectionPage {
        frame: Frame::bare(viewer, Place::Accounts),
        lines: Role::ALL.into_iter().map(|role| (role, ticked(role))).collect(),
        version: version(rules),
        weak: is_weak(rules),
        faults: Faults::default(),
        clashes: Vec::new(),
        done: false,
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<DoneQuery>,
) -> Result<Html<String>> {
    need_all(&viewer)?;
    let mut tx = app.db.read().await?;
    let rules = factors::rules(&mut tx).await?;
    let page = page(&viewer, &rules, |role| is_required(&rules, role));
    Ok(Html(ProtectionPage { done: query.done == "1", ..page }.render()?))
}

async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<ProtectionForm>,
) -> Result<Response> {
    need_all(&viewer)?;
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    let mut tx = app.db.write().await?;
    // Of two who settle it at once, the second waits and then finds what the first wrote.
    factors::hold_rules(&mut tx).await?;
    let rules = factors::rules(&mut tx).await?;
    let typed = page(&viewer, &rules, |role| form.is_ticked(role));
    if !faults.is_empty() {
        let page = ProtectionPage { faults, ..typed };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    let differing = |role: &Role| is_required(&rules, *role) != form.is_ticked(*role);
    let wanted: Vec<Role> = Role::ALL.into_iter().filter(differing).collect();
    let done = Redirect::to("/administration/protection?done=1").into_response();
    if wanted.is_empty() {
        return Ok(done);
    }
    if form.version != version(&rules).to_string() {
        let clashes = wanted.iter().map(|role| Clash {
            label: role.label(),
            stored: said(is_required(&rules, *role)).to_owned(),
            typed: said(form.is_ticked(*role)).to_owned(),
        });
        let page = ProtectionPage { clashes: clashes.collect(), ..typed };
        return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
    }
    let mut act = Act::new("registry.protect", None, "Đặt vai trò phải có bảo vệ hai bước".into());
    // As many statements as there are roles: four at most.
    for role in wanted {
        let required = form.is_ticked(role);
        factors::set_rule(&mut tx, role, required).await?;
        act = act.changing(role.label(), said(!required), said(required));
    }
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done)
}

/// For somebody who has lost the telephone and the paper, and came in person.
async fn remove_factor(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    if id == viewer.account_id {
        return Err(Error::BadRequest("Tắt bảo vệ hai bước của mình ở trang tài khoản của mình."));
    }
    let action = format!("/administration/accounts/{id}/factor/remove");
    let what = ("Gỡ bảo vệ hai bước", action.as_str());
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (account, _) = enter(&mut tx, &viewer, id).await?;
    if factors::find(&mut tx, id).await?.is_some() {
        factors::remove(&mut tx, id).await?;
        store::remove_sessions_of(&mut tx, id).await?;
        store::tokens::revoke_all(&mut tx, id, clock::now()).await?;
        let done = format!("Gỡ bảo vệ hai bước của {}", account.login);
        let act = Act::new("account.factor_remove", id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/administration/accounts/{id}")).into_response())
}

async fn end_sessions(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
) -> Result<Redirect> {
    if id == viewer.account_id {
        return Err(Error::BadRequest("Đăng xuất các máy của mình ở trang tài khoản của mình."));
    }
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (account, _) = enter(&mut tx, &viewer, id).await?;
    let ended = store::remove_sessions_of(&mut tx, id).await?;
    if ended > 0 {
        let done = format!("Đăng xuất {ended} nơi đang dùng tài khoản {}", account.login);
        let act = Act::new("account.session_end", id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/administration/accounts/{id}")))
}
