//! The door: signing in and out, one-time links, and one's own account.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::form::{PasswordForm, SignInForm};
use crate::access::frame::{Frame, Place};
use crate::access::model::{Grant, Role, read_login};
use crate::access::routes::{Need, Routes};
use crate::access::session::{self, Token};
use crate::access::throttle::{self, Counted};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{password, store};
use crate::app::App;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::{self, Tx};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{AccountId, GrantId};
use crate::web::{Form, Path, Query};
use crate::{audit, organisation};

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Need::Anyone, door)
        .post("/sign-in", Need::Anyone, sign_in)
        .post("/sign-out", Need::Anyone, sign_out)
        .get("/links/{token}", Need::Anyone, link)
        .post("/links/{token}", Need::Anyone, use_link)
        .get("/account", Need::SignedIn, account)
        .post("/account", Need::SignedIn, change_password)
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage {
    form: SignInForm,
    faults: Faults,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "access/link.html")]
struct LinkPage {
    /// Whether the link makes the first administrator.
    first: bool,
    form: PasswordForm,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "access/account.html")]
struct AccountPage {
    frame: Frame,
    viewer: Viewer,
    roles: Vec<(Role, String)>,
    faults: Faults,
    changed: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DoorQuery {
    next: String,
    done: String,
}

async fn door(Query(query): Query<DoorQuery>) -> Result<Html<String>> {
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
    Ok(Html(SignInPage { form, faults: Faults::default(), notice }.render()?))
}

async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    Form(form): Form<SignInForm>,
) -> Result<Response> {
    let address = address.0.to_string();
    let counted = Counted::of(&form.login, &address);
    let login = form.login.trim().to_lowercase();
    admit(&app, &counted).await?;
    let mut tx = app.db.read().await?;
    let account = store::find_by_login(&mut tx, &login).await?;
    drop(tx);
    // Hashing comes before the write transaction: on SQLite everybody would wait for it.
    let account = account.filter(|it| it.disabled_at.is_none());
    let hash = account.as_ref().and_then(|it| it.password_hash.clone());
    let right = password::verify(form.password.clone(), hash).await?;

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
        let page = SignInPage { form, faults, notice: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    throttle::succeeded(&mut tx, &counted).await?;
    let token = Token::new()?;
    store::add_session(&mut tx, &token.hash, account.id, &address, clock::now()).await?;
    let actor = Actor { account_id: Some(account.id), name: account.display_name.clone(), address };
    let act = Act::new("account.sign_in", account.id.0, "Đăng nhập".to_owned());
    audit::store::append(&mut tx, &actor, act).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&app.settings, &token.text)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(form.target())).into_response())
}

/// Counts a try to give a password, or sends it away for a while.
async fn admit(app: &App, counted: &Counted) -> Result<()> {
    let admitted = throttle::admit(&app.db, counted, app.settings.tries_per_address).await?;
    admitted.map_err(|wait| Error::TooMany(wait.unsigned_abs()))
}

async fn sign_out(State(app): State<App>, viewer: Option<Viewer>) -> Result<Response> {
    if let Some(viewer) = viewer {
        let mut tx = app.db.write().await?;
        store::remove_session(&mut tx, &viewer.session).await?;
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

/// The account of a link in force: `None` stands for the first administrator.
async fn open_link(tx: &mut Tx, token: &str) -> Result<Option<AccountId>> {
    let link = store::find_link(tx, &session::hash(token)).await?.ok_or(Error::NotFound)?;
    let is_first = link.account_id.is_none();
    if link.expires_at < clock::now() || (is_first && store::count(tx).await? > 0) {
        return Err(Error::NotFound);
    }
    Ok(link.account_id)
}

async fn link(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let mut form = PasswordForm::default();
    let account = match open_link(&mut tx, &token).await {
        Err(Error::NotFound) => return lapsed(&mut tx, &token).await,
        opened => opened?,
    };
    if let Some(id) = account {
        form.login = store::get(&mut tx, id).await?.login;
    }
    let page = LinkPage { first: account.is_none(), form, faults: Faults::default() };
    Ok(Html(page.render()?).into_response())
}

async fn use_link(
    State(app): State<App>,
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
    check_new_password(&form, &mut faults);
    let (Some(login), true) = (login, faults.is_empty()) else {
        let page = LinkPage { first: account.is_none(), form, faults };
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
        store::set_password(&mut tx, account.id, &hash).await?;
        let done = "Đặt mật khẩu bằng đường dẫn một lần".to_owned();
        Act::new("account.password", account.id.0, done)
    } else {
        let id = AccountId::new();
        actor = Actor { account_id: Some(id), name: form.display_name.trim().to_owned(), ..actor };
        add_administrator(&mut tx, id, &login, form.display_name.trim(), &hash).await?;
        Act::new("account.add", id.0, format!("Tạo tài khoản quản trị đầu tiên: {login}"))
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

fn check_new_password(form: &PasswordForm, faults: &mut Faults) {
    faults.read("password", password::check(&form.password, &form.login, &form.display_name));
    if form.password != form.again {
        faults.add("again", "Hai lần gõ không giống nhau");
    }
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
        let unit = match grant.unit_id {
            Some(id) => organisation::store::get(&mut tx, id, clock::today()).await?.name,
            None => "Cả sổ".to_owned(),
        };
        roles.push((grant.role, unit));
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
    admit(&app, &counted).await?;
    let mut tx = app.db.read().await?;
    let account = store::get(&mut tx, viewer.account_id).await?;
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
    check_new_password(&form, &mut faults);
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
    store::set_password(&mut tx, account.id, &hash).await?;
    store::add_session(&mut tx, &token.hash, account.id, &viewer.address, clock::now()).await?;
    let act = Act::new("account.password", account.id.0, "Đổi mật khẩu".to_owned());
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&app.settings, &token.text)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/account?done=password")).into_response())
}
