//! The second page of signing in: the code, after the password.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::factor::{self, Shown};
use crate::access::form::our_page;
use crate::access::look::Look;
use crate::access::model::Account;
use crate::access::pages::end_before;
use crate::access::routes::{Need, Routes};
use crate::access::session::{self, HALF, Token};
use crate::access::store::factors::{self, Half};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{store, throttle};
use crate::app::App;
use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::web::{Form, Query};

pub fn routes() -> Routes {
    Routes::new().get("/sign-in/code", Need::Anyone, ask).post("/sign-in/code", Need::Anyone, take)
}

#[derive(Template)]
#[template(path = "access/second_step.html")]
struct CodePage {
    look: Look,
    login: String,
    next: String,
    faults: Faults,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
    next: String,
}

/// The password was right: no sign-in yet, but the right to give the code for a while.
pub async fn begin(
    app: &App,
    mut tx: Tx,
    (account, address): (&Account, String),
    token: Token,
    next: &str,
) -> Result<Response> {
    factors::add_half(&mut tx, &token.hash, account.id, clock::now()).await?;
    let actor = Actor { account_id: Some(account.id), name: account.display_name.clone(), address };
    let done = "Gõ đúng mật khẩu; chờ mã của bảo vệ hai bước".to_owned();
    audit::store::append(&mut tx, &actor, Act::new("account.half", account.id.0, done)).await?;
    tx.commit().await?;
    let cookie = session::set_half_cookie(&app.settings, &token.text)?;
    let query = serde_urlencoded::to_string([("next", next)]);
    let query = query.map_err(|it| Error::Internal(it.into()))?;
    let there = Redirect::to(&format!("/sign-in/code?{query}"));
    Ok(([(header::SET_COOKIE, cookie)], there).into_response())
}

/// The half sign-in that came with the request, while it holds.
async fn half(app: &App, tx: &mut Tx, headers: &HeaderMap) -> Result<Option<Half>> {
    let Some(hash) = session::half(headers, &app.settings) else { return Ok(None) };
    let found = factors::find_half(tx, &hash).await?;
    let holds = |it: &Half| (-60..HALF).contains(&clock::now().seconds_since(it.created_at));
    Ok(found.filter(holds))
}

async fn ask(
    State(app): State<App>,
    look: Look,
    headers: HeaderMap,
    Query(form): Query<CodeForm>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let Some(half) = half(&app, &mut tx, &headers).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let next = our_page(&form.next).to_owned();
    let page = CodePage { look, login: half.login, next, faults: Faults::default() };
    Ok(Html(page.render()?).into_response())
}

async fn take(
    State(app): State<App>,
    look: Look,
    address: ClientAddress,
    before: Option<Viewer>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response> {
    let next = our_page(&form.next).to_owned();
    let mut tx = app.db.read().await?;
    let Some(found) = half(&app, &mut tx, &headers).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    drop(tx);
    throttle::admit_code(&app.db, found.account_id).await?;
    let (id, now) = (found.account_id, clock::now());
    let mut tx = app.db.write().await?;
    let shown = factor::check(&mut tx, &app.vault, id, &form.code, now).await?;
    // Once more, behind the lock of the account: it may have been closed, or given up.
    let holds = half(&app, &mut tx, &headers).await?.is_some();
    let address = address.0.to_string();
    let name = found.display_name.clone();
    let actor = Actor { account_id: Some(id), name, address: address.clone() };
    let Some(shown) = shown.filter(|_| holds) else {
        let act = Act::new("account.code_failed", id.0, "Mã của bước hai không đúng".to_owned());
        audit::store::append(&mut tx, &actor, act).await?;
        tx.commit().await?;
        let mut faults = Faults::default();
        faults.add("code", "Mã không đúng, đã dùng rồi, hoặc đã qua: chờ mã mới rồi gõ lại");
        let page = CodePage { look, login: found.login, next, faults };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    throttle::code_succeeded(&mut tx, id).await?;
    factors::remove_halves(&mut tx, id).await?;
    let token = Token::new()?;
    end_before(&mut tx, before.as_ref()).await?;
    store::add_session(&mut tx, &token.hash, id, &address, now).await?;
    let done = match shown {
        Shown::Telephone => "Đăng nhập".to_owned(),
        Shown::Paper(left) => format!("Đăng nhập bằng mã dự phòng, còn {left} mã"),
    };
    audit::store::append(&mut tx, &actor, Act::new("account.sign_in", id.0, done)).await?;
    tx.commit().await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session::set_cookie(&app.settings, &token.text)?),
        (header::SET_COOKIE, session::set_half_cookie(&app.settings, "")?),
    ]);
    Ok((cookies, Redirect::to(&next)).into_response())
}
