//! Granting and revoking roles.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::confirm;
use crate::access::model::{Grant, Role};
use crate::access::routes::{Need, Routes};
use crate::access::store;
use crate::access::viewer::Viewer;
use crate::administration::form::AccountForm;
use crate::administration::pages::accounts;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{AccountId, GrantId};
use crate::web::{Form, Path};

pub fn routes() -> Routes {
    Routes::new().post("/administration/accounts/{id}/grants", Need::SignedIn, add).post(
        "/administration/grants/{id}/revoke",
        Need::SignedIn,
        revoke,
    )
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
    Form(form): Form<AccountForm>,
) -> Result<Response> {
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (account, _) = accounts::enter(&mut tx, &viewer, id).await?;
    let mut faults = Faults::default();
    let grant = accounts::read_grant(&mut tx, &viewer, &form, id, &mut faults).await?;
    faults.append(unconfirmed);
    let Some(grant) = grant.filter(|_| faults.is_empty()) else {
        let page = accounts::show_page(&mut tx, &viewer, id, form, faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let there = Redirect::to(&format!("/administration/accounts/{id}")).into_response();
    let has = store::find_grant(&mut tx, id, grant.role, grant.unit_id).await?;
    if has.is_some_and(|it| it.names == grant.names) {
        return Ok(there);
    }
    if let Some(other) = &has {
        store::revoke_grant(&mut tx, other, clock::now()).await?;
    }
    store::add_grant(&mut tx, &grant, clock::now()).await?;
    let act = granted(&grant, has.as_ref(), &account.login);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

/// What was done: a new role, or another sight of names for one that was there.
pub fn granted(grant: &Grant, before: Option<&Grant>, login: &str) -> Act {
    let role = grant.role.label();
    let done = match before {
        Some(_) => format!("Đổi quyền xem họ tên của {login} trong vai trò {role}"),
        None => format!("Trao vai trò {role} cho {login}"),
    };
    let said = |names: bool| if names { "có" } else { "không" };
    let names_before = before.is_some_and(|it| it.names);
    Act { unit_id: grant.unit_id, ..Act::new("account.grant", grant.account_id.0, done) }.changing(
        "Xem họ tên",
        said(names_before),
        said(grant.names),
    )
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GrantId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    let what = ("Thu vai trò", &*format!("/administration/grants/{id}/revoke"));
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    let mut tx = app.db.write().await?;
    let grant = store::get_grant(&mut tx, id).await?;
    store::hold(&mut tx, grant.account_id).await?;
    let account = store::get(&mut tx, grant.account_id).await?;
    let mut grants = store::given_to(&mut tx, account.id, clock::today()).await?;
    let is_revoked = !grants.iter().any(|it| it.id == id);
    if is_revoked {
        grants.push(grant);
    }
    if !accounts::administers(&mut tx, &viewer, &grants).await? {
        return Err(Error::NotFound);
    }
    if account.id == viewer.account_id && grant.role == Role::Administrator {
        let why = "Không tự bỏ được vai trò quản trị; nhờ một người quản trị khác.";
        return Err(Error::BadRequest(why));
    }
    grants.retain(|it| it.id != id);
    // An account without any role is out of sight of all but the registry's administrators.
    let there = if accounts::administers(&mut tx, &viewer, &grants).await? {
        Redirect::to(&format!("/administration/accounts/{}", account.id))
    } else {
        Redirect::to("/administration/accounts")
    };
    if is_revoked {
        // A second click: it is done.
        return Ok(there.into_response());
    }
    store::revoke_grant(&mut tx, &grant, clock::now()).await?;
    let done = format!("Thu vai trò {} của {}", grant.role.label(), account.login);
    let act = Act { unit_id: grant.unit_id, ..Act::new("account.revoke", account.id.0, done) };
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there.into_response())
}
