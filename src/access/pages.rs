//! The door: signing in and out, one-time links, and one's own account.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::deputies::Deputy;
use crate::access::form::{PasswordForm, SignInForm};
use crate::access::frame::{Frame, Place};
use crate::access::look::{self, Look};
use crate::access::model::Role;
use crate::access::routes::{Need, Routes};
use crate::access::session::{self, Token};
use crate::access::throttle::{self, Counted};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{password, store};
use crate::app::App;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::{self, Tx};
use crate::error::Result;
use crate::faults::Faults;
use crate::ids::AccountId;
use crate::web::{Form, Query};
use crate::{audit, organisation};

mod confirm;
mod factor;
mod links;
mod second_step;
mod sessions;
mod tokens;

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Need::Anyone, door)
        .post("/sign-in", Need::Anyone, sign_in)
        .post("/sign-out", Need::Anyone, sign_out)
        .get("/account", Need::SignedIn, account)
        .post("/account", Need::SignedIn, change_password)
        .merge(look::routes())
        .merge(links::routes())
        .merge(second_step::routes())
        .merge(confirm::routes())
        .merge(factor::routes())
        .merge(sessions::routes())
        .merge(tokens::routes())
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage {
    look: Look,
    form: SignInForm,
    faults: Faults,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "access/account.html")]
struct AccountPage {
    frame: Frame,
    viewer: Viewer,
    roles: Vec<RoleLine>,
    faults: Faults,
    changed: bool,
}

/// A role of the account.
struct RoleLine {
    role: Role,
    unit: String,
    /// `Làm hộ …`, of one that is lent.
    lent: Option<String>,
    /// The code of the cell whose secretary the account is: it may name a deputy there.
    cell: Option<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DoorQuery {
    next: String,
    done: String,
}

async fn door(look: Look, Query(query): Query<DoorQuery>) -> Result<Html<String>> {
    let notice = match query.done.as_str() {
        "out" => Some("Đã đăng xuất."),
        "password" => Some("Đã đặt mật khẩu. Đăng nhập bằng mật khẩu mới."),
        "link" => Some(
            "Đường dẫn đó đã dùng rồi, hết hạn, hoặc đã có đường dẫn mới. Nếu vừa đặt mật khẩu thì \
             đăng nhập bằng mật khẩu ấy; nếu không, xin người quản trị đường dẫn khác.",
        ),
        _ => (!query.next.is_empty()).then_some("Đăng nhập để mở trang đó."),
    };
    let form = SignInForm { next: query.next, ..SignInForm::default() };
    Ok(Html(SignInPage { look, form, faults: Faults::default(), notice }.render()?))
}

async fn sign_in(
    State(app): State<App>,
    look: Look,
    address: ClientAddress,
    before: Option<Viewer>,
    Form(form): Form<SignInForm>,
) -> Result<Response> {
    let address = address.0.to_string();
    let counted = Counted::of(&form.login, &address);
    let login = form.login.trim().to_lowercase();
    throttle::let_by(&app, &counted).await?;
    let mut tx = app.db.read().await?;
    let account = store::find_by_login(&mut tx, &login).await?;
    drop(tx);
    // Hashing comes before the write transaction: on SQLite everybody would wait for it.
    let account = account.filter(|it| it.disabled_at.is_none());
    let hash = account.as_ref().and_then(|it| it.password_hash.clone());
    let right = password::verify(form.password.clone(), hash.clone()).await?;
    let renewed = match hash.filter(|_| right) {
        Some(hash) => password::renewed(form.password.clone(), &hash).await?,
        None => None,
    };

    let mut tx = app.db.write().await?;
    let mut account = account.filter(|_| right);
    if let Some(it) = &account {
        // Closed, or given another password, while this one was looked at.
        store::hold(&mut tx, it.id).await?;
        let now = store::get(&mut tx, it.id).await?;
        let same = now.disabled_at.is_none() && now.password_hash == it.password_hash;
        account = account.filter(|_| same);
    }
    let Some(account) = account else {
        let act = Act::new("account.sign_in_failed", None, "Đăng nhập không thành công".to_owned());
        audit::store::append(&mut tx, &Actor::stranger(&address), act).await?;
        tx.commit().await?;
        let mut faults = Faults::default();
        faults.add("login", "Tên đăng nhập hoặc mật khẩu không đúng");
        let page = SignInPage { look, form, faults, notice: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    throttle::succeeded(&mut tx, &counted).await?;
    if let Some(hash) = renewed {
        store::renew_hash(&mut tx, account.id, &hash).await?;
    }
    let token = Token::new()?;
    if store::factors::in_force(&mut tx, account.id).await?.is_some() {
        return second_step::begin(&app, tx, (&account, address), token, form.target()).await;
    }
    end_before(&mut tx, before.as_ref()).await?;
    store::add_session(&mut tx, &token.hash, account.id, &address, clock::now()).await?;
    let actor = Actor { account_id: Some(account.id), name: account.display_name.clone(), address };
    let act = Act::new("account.sign_in", account.id.0, "Đăng nhập".to_owned());
    audit::store::append(&mut tx, &actor, act).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&app.settings, &token.text)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(form.target())).into_response())
}

/// Ends the sign-in that this browser had: on a phone that others use as well it would live
/// on without anybody's cookie (ASVS 7.2.4).
async fn end_before(tx: &mut Tx, before: Option<&Viewer>) -> sqlx::Result<()> {
    match before {
        Some(viewer) => store::remove_session(tx, viewer.token_hash()).await,
        None => Ok(()),
    }
}

async fn sign_out(State(app): State<App>, viewer: Option<Viewer>) -> Result<Response> {
    if let Some(viewer) = viewer {
        let mut tx = app.db.write().await?;
        store::remove_session(&mut tx, viewer.token_hash()).await?;
        let act = Act::new("account.sign_out", viewer.account_id.0, "Đăng xuất".to_owned());
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, session::clear_cookie(&app.settings)?);
    // Not "cookies": that would empty the whole registrable domain.
    headers.insert("clear-site-data", HeaderValue::from_static(r#""cache", "storage""#));
    Ok((headers, Redirect::to("/sign-in?done=out")).into_response())
}

/// What is wrong with a new password, typed twice; `units` are those of its owner.
fn check_new_password(form: &PasswordForm, units: &[String], faults: &mut Faults) {
    let mut own = vec![form.login.as_str(), form.display_name.as_str()];
    own.extend(units.iter().map(String::as_str));
    faults.read("password", password::check(&form.password, &own));
    if form.password != form.again {
        faults.add("again", "Hai lần gõ không giống nhau");
    }
}

/// What the units are called in which the account has a role.
async fn units_of(tx: &mut Tx, id: AccountId) -> Result<Vec<String>> {
    let mut units = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for grant in store::given_to(tx, id, clock::today()).await? {
        if let Some(unit_id) = grant.unit_id {
            units.push(organisation::store::get(tx, unit_id, clock::today()).await?.name);
        }
    }
    Ok(units)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct AccountQuery {
    done: String,
}

async fn account(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<AccountQuery>,
) -> Result<Html<String>> {
    let changed = query.done == "password";
    Ok(Html(account_page(&app, viewer, Faults::default(), changed).await?.render()?))
}

async fn account_page(
    app: &App,
    viewer: Viewer,
    faults: Faults,
    changed: bool,
) -> Result<AccountPage> {
    let mut tx = app.db.read().await?;
    let mut roles = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for grant in &viewer.grants {
        let (unit, code) = match grant.unit_id {
            Some(id) => {
                let unit = organisation::store::get(&mut tx, id, clock::today()).await?;
                (unit.name, Some(unit.code))
            }
            None => ("Cả sổ".to_owned(), None),
        };
        let lent = viewer.deputies.iter().find(|it| it.grant_id == grant.id).map(Deputy::said);
        let may_lend = grant.role == Role::CellSecretary && lent.is_none();
        roles.push(RoleLine { role: grant.role, unit, lent, cell: code.filter(|_| may_lend) });
    }
    let frame = Frame::bare(&viewer, Place::Nowhere);
    Ok(AccountPage { frame, viewer, roles, faults, changed })
}

async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    Form(mut form): Form<PasswordForm>,
) -> Result<Response> {
    let counted = Counted::of(&viewer.login, &viewer.address);
    throttle::let_by(&app, &counted).await?;
    let mut tx = app.db.read().await?;
    let account = store::get(&mut tx, viewer.account_id).await?;
    let units = units_of(&mut tx, account.id).await?;
    drop(tx);
    form.login.clone_from(&account.login);
    form.display_name.clone_from(&account.display_name);
    let mut faults = Faults::default();
    if password::verify(form.old.clone(), account.password_hash.clone()).await? {
        let mut tx = app.db.write().await?;
        throttle::succeeded(&mut tx, &counted).await?;
        tx.commit().await?;
    } else {
        faults.add("old", "Mật khẩu đang dùng không đúng");
    }
    check_new_password(&form, &units, &mut faults);
    if !faults.is_empty() {
        let page = account_page(&app, viewer, faults, false).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    let hash = password::hash(form.password).await?;
    let token = Token::new()?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, account.id).await?;
    let now = store::get(&mut tx, account.id).await?;
    // Closed, or given another password, while this one was looked at.
    let same = now.disabled_at.is_none() && now.password_hash == account.password_hash;
    db::one_row(u64::from(same))?;
    store::set_password(&mut tx, account.id, &hash, clock::now()).await?;
    store::add_session(&mut tx, &token.hash, account.id, &viewer.address, clock::now()).await?;
    let act = Act::new("account.password", account.id.0, "Đổi mật khẩu".to_owned());
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&app.settings, &token.text)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/account?done=password")).into_response())
}
