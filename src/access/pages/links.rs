//! One-time links: a password is set with one, and the first administrator made.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{check_new_password, units_of};
use crate::access::form::PasswordForm;
use crate::access::look::Look;
use crate::access::model::{Grant, Role, read_login};
use crate::access::routes::{Need, Routes};
use crate::access::viewer::ClientAddress;
use crate::access::{password, session, store};
use crate::app::App;
use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{AccountId, GrantId};
use crate::web::{Form, Path};

pub fn routes() -> Routes {
    Routes::new().get("/links/{token}", Need::Anyone, link).post(
        "/links/{token}",
        Need::Anyone,
        use_link,
    )
}

#[derive(Template)]
#[template(path = "access/link.html")]
struct LinkPage {
    look: Look,
    /// Whether the link makes the first administrator.
    first: bool,
    form: PasswordForm,
    faults: Faults,
}

/// The account of a link in force: `None` stands for the first administrator.
async fn open_link(tx: &mut Tx, token: &str) -> Result<Option<AccountId>> {
    let link = store::find_link(tx, &session::hash(token)).await?.ok_or(Error::NotFound)?;
    let is_first = link.account_id.is_none();
    if link.expires_at < clock::now() || (is_first && store::count(tx).await? > 0) {
        return Err(Error::NotFound);
    }
    Ok(link.account_id)
}

async fn link(State(app): State<App>, look: Look, Path(token): Path<String>) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let mut form = PasswordForm { factors: "yes".to_owned(), ..PasswordForm::default() };
    let account = match open_link(&mut tx, &token).await {
        Err(Error::NotFound) => return lapsed(&mut tx, &token).await,
        opened => opened?,
    };
    if let Some(id) = account {
        form.login = store::get(&mut tx, id).await?.login;
    }
    let page = LinkPage { look, first: account.is_none(), form, faults: Faults::default() };
    Ok(Html(page.render()?).into_response())
}

async fn use_link(
    State(app): State<App>,
    look: Look,
    address: ClientAddress,
    Path(token): Path<String>,
    Form(mut form): Form<PasswordForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let account = match open_link(&mut tx, &token).await {
        Ok(Some(id)) => Some(store::get(&mut tx, id).await?),
        Ok(None) => None,
        Err(Error::NotFound) => return lapsed(&mut tx, &token).await,
        Err(error) => return Err(error),
    };
    let units = match &account {
        Some(account) => units_of(&mut tx, account.id).await?,
        None => Vec::new(),
    };
    drop(tx);
    let mut faults = Faults::default();
    let login = match &account {
        Some(account) => {
            form.display_name.clone_from(&account.display_name);
            form.login.clone_from(&account.login);
            Some(account.login.clone())
        }
        None => faults.read("login", read_login(&form.login)),
    };
    let name = Some(form.display_name.trim()).filter(|name| !name.is_empty());
    faults.need("display_name", name, "Nhập họ và tên");
    check_new_password(&form, &units, &mut faults);
    let (Some(login), true) = (login, faults.is_empty()) else {
        let page = LinkPage { look, first: account.is_none(), form, faults };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let hash = password::hash(form.password).await?;

    let mut tx = app.db.write().await?;
    // Once more, inside the transaction: a link that two follow at once opens once.
    match open_link(&mut tx, &token).await {
        Err(Error::NotFound) => return lapsed(&mut tx, &token).await,
        opened => opened?,
    };
    match store::use_link(&mut tx, &session::hash(&token), clock::now()).await {
        Err(sqlx::Error::RowNotFound) => return lapsed(&mut tx, &token).await,
        done => done?,
    }
    let mut actor = Actor::stranger(&address.0.to_string());
    let act = if let Some(account) = &account {
        actor.account_id = Some(account.id);
        actor.name.clone_from(&account.display_name);
        store::set_password(&mut tx, account.id, &hash, clock::now()).await?;
        let done = "Đặt mật khẩu bằng đường dẫn một lần".to_owned();
        Act::new("account.password", account.id.0, done)
    } else {
        let id = AccountId::new();
        actor = Actor { account_id: Some(id), name: form.display_name.trim().to_owned(), ..actor };
        add_administrator(&mut tx, id, &login, form.display_name.trim(), &hash).await?;
        let done = format!("Tạo tài khoản quản trị đầu tiên: {login}");
        let mut act = Act::new("account.add", id.0, done);
        if form.factors == "yes" {
            // As many statements as there are such roles: three.
            for role in Role::FAR_SEEING {
                store::factors::set_rule(&mut tx, role, true).await?;
                act = act.changing(role.label(), "", "Cần bảo vệ hai bước");
            }
        }
        act
    };
    audit::store::append(&mut tx, &actor, act).await?;
    tx.commit().await?;
    Ok(Redirect::to("/sign-in?done=password").into_response())
}

/// What a link answers that was used, replaced by a newer one, or is too old: a second
/// click comes to the door with the password that the first one set. One that never was
/// is unknown.
async fn lapsed(tx: &mut Tx, token: &str) -> Result<Response> {
    if store::has_link(tx, &session::hash(token)).await? {
        return Ok(Redirect::to("/sign-in?done=link").into_response());
    }
    Err(Error::NotFound)
}

async fn add_administrator(
    tx: &mut Tx,
    id: AccountId,
    login: &str,
    display_name: &str,
    hash: &str,
) -> Result<()> {
    let now = clock::now();
    store::add(tx, id, login, display_name, Some(hash), now).await?;
    let role = Role::Administrator;
    let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id: None, names: false };
    store::add_grant(tx, &grant, now).await?;
    Ok(())
}
