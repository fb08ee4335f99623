//! One's own tokens: made, shown once, listed, revoked.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::confirm;
use crate::access::form::{NewToken, TokenForm};
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::store;
use crate::access::store::tokens::Listed;
use crate::access::tokens::{self, ApiToken, MOST, Reach, Standing};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{TokenId, UnitId};
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path, Query};
use crate::{audit, organisation};

/// Tokens that the page lists.
const LISTED: i64 = 100;

pub fn routes() -> Routes {
    Routes::new()
        .get("/account/tokens", Need::SignedIn, list)
        .post("/account/tokens", Need::SignedIn, add)
        .get("/account/tokens/{id}/revoke", Need::SignedIn, ask)
        .post("/account/tokens/{id}/revoke", Need::SignedIn, revoke)
}

#[derive(Template)]
#[template(path = "access/tokens.html")]
struct ListPage {
    frame: Frame,
    tokens: Vec<(Standing, Listed)>,
    /// Codes and names of the units that one can be limited to; none where the account sees
    /// no counts.
    units: Vec<(String, String)>,
    form: TokenForm,
    faults: Faults,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "access/token_made.html")]
struct MadePage {
    frame: Frame,
    token: ApiToken,
    unit_name: Option<String>,
    /// None where the form was sent again: it is shown once.
    text: Option<String>,
}

#[derive(Template)]
#[template(path = "access/token_revoke.html")]
struct RevokePage {
    frame: Frame,
    token: ApiToken,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    done: String,
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let form = TokenForm::empty(clock::today());
    let page = page(&mut tx, &viewer, form, Faults::default()).await?;
    Ok(Html(ListPage { revoked: query.done == "revoked", ..page }.render()?))
}

async fn page(tx: &mut Tx, viewer: &Viewer, form: TokenForm, faults: Faults) -> Result<ListPage> {
    let today = clock::today();
    let listed = store::tokens::latest(tx, viewer.account_id, today, LISTED).await?;
    Ok(ListPage {
        frame: Frame::bare(viewer, Place::Nowhere),
        tokens: listed.into_iter().map(|it| (it.token.standing(today), it)).collect(),
        units: units(tx, viewer).await?,
        form,
        faults,
        revoked: false,
    })
}

/// The units where the account begins, each with those right below it: codes and names.
async fn units(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<(String, String)>> {
    let today = clock::today();
    let mut units: Vec<(String, String)> = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for grant in &viewer.grants {
        let Some(id) = grant.unit_id else { continue };
        if !grant.role.allows(Right::SeeCounts, false, grant.names) {
            continue;
        }
        let unit = organisation::store::get(tx, id, today).await?;
        let above = unit.name_in_text();
        units.push((unit.code, unit.name));
        for below in organisation::store::children(tx, id, today).await? {
            units.push((below.code, format!("{}, {above}", below.name)));
        }
    }
    Ok(units)
}

/// The unit that a form names: `Some(None)` where it names none.
async fn read_unit(
    tx: &mut Tx,
    viewer: &Viewer,
    form: &TokenForm,
    faults: &mut Faults,
) -> Result<Option<Option<Unit>>> {
    let code = form.unit.trim();
    if code.is_empty() {
        return Ok(Some(None));
    }
    match guard::enter_by_code(tx, viewer, code, Right::SeeCounts).await {
        Ok((unit, _)) => Ok(Some(Some(unit))),
        Err(Error::NotFound | Error::Forbidden) => {
            faults.add("unit", "Chọn một đơn vị trong danh sách");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<TokenForm>,
) -> Result<Response> {
    let id: TokenId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    // Two forms at once must not pass the limit side by side.
    store::hold(&mut tx, viewer.account_id).await?;
    if let Some(made) = store::tokens::find(&mut tx, id).await? {
        return again(&mut tx, &viewer, made).await;
    }
    let today = clock::today();
    let (new, mut faults) = form.read(today);
    let unit = read_unit(&mut tx, &viewer, &form, &mut faults).await?;
    if store::tokens::count(&mut tx, viewer.account_id, today).await? >= MOST {
        faults.add("name", format!("Đã có {MOST} mã đang dùng: thu hồi bớt rồi tạo mã mới"));
    }
    if units(&mut tx, &viewer).await?.is_empty() {
        faults.add("reach", "Tài khoản này không xem số liệu của đơn vị nào");
    }
    faults.append(unconfirmed);
    let (Some(new), Some(unit), true) = (new, unit, faults.is_empty()) else {
        let page = page(&mut tx, &viewer, form, faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let (drawn, prefix) = tokens::draw()?;
    let unit_id = unit.as_ref().map(|it| it.id);
    let token = ApiToken { id, prefix, ..token(&viewer, new, unit_id) };
    match store::tokens::add(&mut tx, &token, &drawn.hash).await {
        // An id that somebody else's form bears.
        Err(error) if is_duplicate(&error) => return Err(Error::NotFound),
        done => done?,
    }
    let unit_name = unit.map(|it| it.name);
    let act = Act::new("account.token_add", viewer.account_id.0, said(&token, unit_name.as_ref()));
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    made(&viewer, token, unit_name, Some(drawn.text))
}

fn token(viewer: &Viewer, new: NewToken, unit_id: Option<UnitId>) -> ApiToken {
    ApiToken {
        id: TokenId::new(),
        account_id: viewer.account_id,
        prefix: String::new(),
        name: new.name,
        reach: new.reach,
        unit_id,
        created_at: clock::now(),
        last_on: new.last_on,
        used_at: None,
        revoked_at: None,
    }
}

/// What the trail says of a new token.
fn said(token: &ApiToken, unit_name: Option<&String>) -> String {
    format!(
        "Tạo mã truy cập {} “{}”: {}, {}, dùng đến hết {}",
        token.prefix,
        token.name,
        token.reach.label().to_lowercase(),
        unit_name.map_or("mọi đơn vị của tài khoản", String::as_str),
        day::short(token.last_on)
    )
}

/// The form was sent twice: what it made the first time, without the token.
async fn again(tx: &mut Tx, viewer: &Viewer, token: ApiToken) -> Result<Response> {
    if token.account_id != viewer.account_id {
        return Err(Error::NotFound);
    }
    let unit_name = match token.unit_id {
        Some(id) => Some(organisation::store::get(tx, id, clock::today()).await?.name),
        None => None,
    };
    made(viewer, token, unit_name, None)
}

fn made(
    viewer: &Viewer,
    token: ApiToken,
    unit_name: Option<String>,
    text: Option<String>,
) -> Result<Response> {
    let frame = Frame::bare(viewer, Place::Nowhere);
    let page = MadePage { frame, token, unit_name, text }.render()?;
    let unkept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((unkept, Html(page)).into_response())
}

/// A token of the account's own; 404 otherwise.
async fn own(tx: &mut Tx, viewer: &Viewer, id: TokenId) -> Result<ApiToken> {
    let token = store::tokens::find(tx, id).await?;
    token.filter(|it| it.account_id == viewer.account_id).ok_or(Error::NotFound)
}

async fn ask(State(app): State<App>, viewer: Viewer, Path(id): Path<TokenId>) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let token = own(&mut tx, &viewer, id).await?;
    if token.revoked_at.is_some() {
        return Ok(Redirect::to("/account/tokens").into_response());
    }
    let frame = Frame::bare(&viewer, Place::Nowhere);
    Ok(Html(RevokePage { frame, token }.render()?).into_response())
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<TokenId>,
) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, viewer.account_id).await?;
    let token = own(&mut tx, &viewer, id).await?;
    // Sent twice: it is revoked already.
    if token.revoked_at.is_none() {
        store::tokens::revoke(&mut tx, id, clock::now()).await?;
        let summary = format!("Thu hồi mã truy cập {} “{}”", token.prefix, token.name);
        let act = Act::new("account.token_revoke", viewer.account_id.0, summary);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/tokens?done=revoked"))
}
