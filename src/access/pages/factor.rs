//! One's own second factor: switched on, its codes on paper, switched off.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::confirm::{self, Fresh};
use crate::access::factor;
use crate::access::frame::{Frame, Place};
use crate::access::routes::{Need, Routes};
use crate::access::store::factors::{self, Factor};
use crate::access::viewer::Viewer;
use crate::access::{store, throttle};
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::qr::{self, Qr};
use crate::web::{Form, Query};

pub fn routes() -> Routes {
    let need = Need::SignedIn;
    Routes::new()
        .get("/account/factor", need, show)
        .post("/account/factor/start", need, start)
        .post("/account/factor/on", need, switch_on)
        .post("/account/factor/codes", need, renew_codes)
        .get("/account/factor/off", need, ask_off)
        .post("/account/factor/off", need, switch_off)
}

#[derive(Template)]
#[template(path = "access/factor.html")]
struct FactorPage {
    frame: Frame,
    /// Whether a role of the account needs one, and nothing else is open until then.
    lacking: bool,
    on: bool,
    /// Codes on paper that are left.
    left: i64,
    /// What a telephone reads, and the same in letters, while the first code is waited for.
    drawn: Option<(Qr, String)>,
    done: &'static str,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "access/factor_codes.html")]
struct CodesPage {
    frame: Frame,
    login: String,
    codes: Vec<String>,
    first: bool,
}

#[derive(Template)]
#[template(path = "access/factor_off.html")]
struct OffPage {
    frame: Frame,
    faults: Faults,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DoneQuery {
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FactorForm {
    code: String,
    confirm: String,
}

async fn page(app: &App, tx: &mut Tx, viewer: &Viewer, faults: Faults) -> Result<FactorPage> {
    let found = factors::find(tx, viewer.account_id).await?;
    let on = found.as_ref().is_some_and(|it| it.confirmed_at.is_some());
    let drawn = found.filter(|_| !on).and_then(|it| draw(app, viewer, &it));
    let (frame, lacking) = (Frame::bare(viewer, Place::Nowhere), viewer.lacks_factor && !on);
    let left = factors::count_recovery(tx, viewer.account_id).await?;
    Ok(FactorPage { frame, lacking, on, left, drawn, done: "", faults })
}

fn draw(app: &App, viewer: &Viewer, waiting: &Factor) -> Option<(Qr, String)> {
    let secret = factor::secret(&app.vault, viewer.account_id, &waiting.secret)?;
    let drawn = qr::draw(&factor::address(&viewer.login, &secret))?;
    Some((drawn, factor::spelled(&secret)))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<DoneQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let page = page(&app, &mut tx, &viewer, Faults::default()).await?;
    let done = if query.done == "off" { "Đã tắt bảo vệ hai bước" } else { "" };
    Ok(Html(FactorPage { done, ..page }.render()?))
}

async fn refused(app: &App, viewer: &Viewer, faults: Faults) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let page = page(app, &mut tx, viewer, faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// Draws a secret; it asks for nothing until a code of it was given.
async fn start(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<FactorForm>,
) -> Result<Response> {
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    if !faults.is_empty() {
        return refused(&app, &viewer, faults).await;
    }
    let id = viewer.account_id;
    let sealed = app.vault.seal(&factor::draw()?, id.0.as_bytes())?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    // In force already: sent twice, or from another window.
    if factors::in_force(&mut tx, id).await?.is_none() {
        factors::start(&mut tx, id, &sealed, clock::now()).await?;
        let act = Act::new("account.factor_start", id.0, "Bắt đầu bật bảo vệ hai bước".to_owned());
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/factor").into_response())
}

async fn switch_on(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<FactorForm>,
) -> Result<Response> {
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    if !faults.is_empty() {
        return refused(&app, &viewer, faults).await;
    }
    let (id, now) = (viewer.account_id, clock::now());
    throttle::admit_code(&app.db, id).await?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let waiting = factors::find(&mut tx, id).await?.filter(|it| it.confirmed_at.is_none());
    let Some(waiting) = waiting else {
        return Ok(Redirect::to("/account/factor").into_response());
    };
    let secret = factor::secret(&app.vault, id, &waiting.secret);
    let Some(step) = secret.and_then(|it| factor::step_of(&it, &form.code, now)) else {
        drop(tx);
        faults.add("code", "Mã không đúng: xem giờ của điện thoại có đúng không, rồi gõ mã mới");
        return refused(&app, &viewer, faults).await;
    };
    throttle::code_succeeded(&mut tx, id).await?;
    factors::confirm(&mut tx, id, step, now).await?;
    let codes = set_codes(&mut tx, &viewer).await?;
    let fresh = end_others(&app, &mut tx, &viewer).await?;
    let done = "Bật bảo vệ hai bước; các máy khác và mã truy cập đều hết hiệu lực".to_owned();
    let act = Act::new("account.factor_on", id.0, done);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    fresh.hand_over(&viewer);
    codes_page(viewer, codes, true)
}

/// Ends every other sign-in and every token; another token stands for this sign-in.
async fn end_others(app: &App, tx: &mut Tx, viewer: &Viewer) -> Result<Fresh> {
    let fresh = confirm::renew(app, tx, viewer).await?;
    let kept = fresh.hash(viewer);
    factors::end_others(tx, viewer.account_id, kept, clock::now()).await?;
    Ok(fresh)
}

/// New codes on paper; as letters, to be shown once.
async fn set_codes(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<String>> {
    let (codes, hashes): (Vec<_>, Vec<_>) = factor::recovery_codes()?.into_iter().unzip();
    factors::set_recovery(tx, viewer.account_id, &hashes).await?;
    Ok(codes)
}

fn codes_page(viewer: Viewer, codes: Vec<String>, first: bool) -> Result<Response> {
    // What was lacking is there now.
    let viewer = Viewer { lacks_factor: false, ..viewer };
    let frame = Frame::bare(&viewer, Place::Nowhere);
    Ok(Html(CodesPage { frame, login: viewer.login, codes, first }.render()?).into_response())
}

async fn renew_codes(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<FactorForm>,
) -> Result<Response> {
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    if !faults.is_empty() {
        return refused(&app, &viewer, faults).await;
    }
    let id = viewer.account_id;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    if factors::in_force(&mut tx, id).await?.is_none() {
        return Ok(Redirect::to("/account/factor").into_response());
    }
    let codes = set_codes(&mut tx, &viewer).await?;
    let done = "Tạo mã dự phòng mới; mã cũ hết hiệu lực".to_owned();
    let act = Act::new("account.factor_codes", id.0, done);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    codes_page(viewer, codes, false)
}

async fn ask_off(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let mut tx = app.db.read().await?;
    if factors::in_force(&mut tx, viewer.account_id).await?.is_none() {
        return Ok(Redirect::to("/account/factor").into_response());
    }
    let frame = Frame::bare(&viewer, Place::Nowhere);
    Ok(Html(OffPage { frame, faults: Faults::default() }.render()?).into_response())
}

async fn switch_off(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<FactorForm>,
) -> Result<Response> {
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    let (id, now) = (viewer.account_id, clock::now());
    let mut tx = app.db.read().await?;
    if factors::in_force(&mut tx, id).await?.is_none() {
        return Ok(Redirect::to("/account/factor?done=off").into_response());
    }
    drop(tx);
    // A code is used by looking at it: not before everything else is right.
    if faults.is_empty() {
        throttle::admit_code(&app.db, id).await?;
        let mut tx = app.db.write().await?;
        if factor::check(&mut tx, &app.vault, id, &form.code, now).await?.is_some() {
            throttle::code_succeeded(&mut tx, id).await?;
            factors::remove(&mut tx, id).await?;
            let fresh = end_others(&app, &mut tx, &viewer).await?;
            let done = "Tắt bảo vệ hai bước; các máy khác và mã truy cập đều hết hiệu lực";
            let act = Act::new("account.factor_off", id.0, done.to_owned());
            audit::store::append(&mut tx, &viewer.actor(), act).await?;
            tx.commit().await?;
            fresh.hand_over(&viewer);
            return Ok(Redirect::to("/account/factor?done=off").into_response());
        }
        faults.add("code", "Mã không đúng, đã dùng rồi, hoặc đã qua: chờ mã mới rồi gõ lại");
    }
    let frame = Frame::bare(&viewer, Place::Nowhere);
    let page = OffPage { frame, faults };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
