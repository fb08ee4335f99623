//! Accounts: opening and closing them, and the links with which passwords are set.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::protection::is_weak;
use crate::access::confirm;
use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::{Account, Grant, Right, Role};
use crate::access::routes::{Need, Routes};
use crate::access::session::{IDLE, LONGEST, Token};
use crate::access::store::{self, NamedGrant, SignIn, deputies};
use crate::access::viewer::Viewer;
use crate::administration::form::AccountForm;
use crate::app::App;
use crate::audit;
use crate::audit::model::{Act, Entry};
use crate::clock;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{AccountId, GrantId};
use crate::web::{Form, Path, Query};

/// How long a link to set a password holds, in seconds.
pub const LINK_HOLDS: i64 = 24 * 3600;

pub fn routes() -> Routes {
    let need = Need::SignedIn;
    Routes::new()
        .get("/administration/accounts", need, list)
        .get("/administration/accounts/new", need, new)
        .post("/administration/accounts", need, add)
        .get("/administration/accounts/{id}", need, show)
        .post("/administration/accounts/{id}/link", need, link)
        .post("/administration/accounts/{id}/disable", need, disable)
        .post("/administration/accounts/{id}/enable", need, enable)
}

#[derive(Template)]
#[template(path = "administration/accounts.html")]
struct ListPage {
    frame: Frame,
    accounts: Vec<(Account, Vec<NamedGrant>)>,
    /// For who administers the whole registry: whether a far-seeing role needs a password
    /// alone.
    weak: Option<bool>,
}

#[derive(Template)]
#[template(path = "administration/account.html")]
pub struct ShowPage {
    pub frame: Frame,
    pub account: Account,
    pub grants: Vec<NamedGrant>,
    pub is_self: bool,
    /// Whether it has a second factor, and where it is signed in.
    pub has_factor: bool,
    pub sessions: Vec<SignIn>,
    pub roles: Vec<Role>,
    pub form: AccountForm,
    pub faults: Faults,
    pub history: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "administration/account_new.html")]
struct NewPage {
    frame: Frame,
    roles: Vec<Role>,
    form: AccountForm,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "administration/link.html")]
struct LinkPage {
    frame: Frame,
    account: Account,
    path: String,
}

/// Whether the viewer administers this account: every role it has lies where the
/// viewer's own right reaches, so that nobody rises through the password of another.
pub async fn administers(tx: &mut Tx, viewer: &Viewer, grants: &[Grant]) -> Result<bool> {
    if viewer.may_everywhere(Right::KeepAccounts) {
        return Ok(true);
    }
    for grant in grants {
        let Some(unit_id) = grant.unit_id else { return Ok(false) };
        match guard::enter(tx, viewer, unit_id, Right::KeepAccounts).await {
            Ok(_) => {}
            Err(Error::NotFound | Error::Forbidden) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(!grants.is_empty())
}

/// An account that the viewer administers, and its grants; 404 otherwise.
pub async fn enter(tx: &mut Tx, viewer: &Viewer, id: AccountId) -> Result<(Account, Vec<Grant>)> {
    let account = store::get(tx, id).await?;
    let grants = store::given_to(tx, id, clock::today()).await?;
    if administers(tx, viewer, &grants).await? {
        Ok((account, grants))
    } else {
        Err(Error::NotFound)
    }
}

/// Nobody but an administrator, of whatever unit, gets behind this.
pub fn need_administrator(viewer: &Viewer) -> Result<()> {
    if viewer.is(Role::Administrator) { Ok(()) } else { Err(Error::NotFound) }
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    need_administrator(&viewer)?;
    let mut tx = app.db.read().await?;
    let accounts = administered(&mut tx, &viewer).await?;
    let rules = store::factors::rules(&mut tx).await?;
    let frame = Frame::bare(&viewer, Place::Accounts);
    let weak = viewer.may_everywhere(Right::KeepAccounts).then_some(is_weak(&rules));
    Ok(Html(ListPage { frame, accounts, weak }.render()?))
}

/// The accounts that the viewer administers, by login, and their grants.
pub async fn administered(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<(Account, Vec<NamedGrant>)>> {
    let today = clock::today();
    let grants = store::named_grants(tx, today).await?;
    let everywhere = viewer.may_everywhere(Right::KeepAccounts);
    let mut within = HashSet::new();
    // As many look-ups as the administrator has units: one or two.
    for own in viewer.grants.iter().filter(|it| it.role == Role::Administrator) {
        if let Some(unit_id) = own.unit_id {
            within.extend(store::grants_below(tx, unit_id, today).await?);
        }
    }
    let mut of_account: HashMap<AccountId, Vec<NamedGrant>> = HashMap::new();
    for it in grants {
        of_account.entry(it.grant.account_id).or_default().push(it);
    }
    let accounts = store::list(tx).await?.into_iter().map(|account| {
        let grants = of_account.remove(&account.id).unwrap_or_default();
        (account, grants)
    });
    let accounts = accounts.filter(|(_, grants)| {
        let inside = grants.iter().all(|it| within.contains(&it.grant.id));
        everywhere || (inside && !grants.is_empty())
    });
    Ok(accounts.collect())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NewQuery {
    unit: String,
}

async fn new(viewer: Viewer, Query(query): Query<NewQuery>) -> Result<Html<String>> {
    need_administrator(&viewer)?;
    let id = AccountId::new().to_string();
    let form = AccountForm { id, unit: query.unit, ..AccountForm::default() };
    let frame = Frame::bare(&viewer, Place::Accounts);
    let page = NewPage { frame, roles: Role::ALL.to_vec(), form, faults: Faults::default() };
    Ok(Html(page.render()?))
}

/// The grant that a form describes, in a unit where the viewer may give it.
pub async fn read_grant(
    tx: &mut Tx,
    viewer: &Viewer,
    form: &AccountForm,
    account_id: AccountId,
    faults: &mut Faults,
) -> Result<Option<Grant>> {
    let Some(role) = form.read_role(faults) else { return Ok(None) };
    let code = form.unit.trim();
    let unit_id = if code.is_empty() {
        if role != Role::Administrator || !viewer.may_everywhere(Right::KeepAccounts) {
            faults.add("unit", "Nhập mã đơn vị");
            return Ok(None);
        }
        None
    } else {
        match guard::enter_by_code(tx, viewer, code, Right::KeepAccounts).await {
            Ok((unit, _)) if role.fits(unit.kind) => Some(unit.id),
            Ok((unit, _)) => {
                faults.add("unit", format!("{} không hợp: {}", unit.name, role.place()));
                return Ok(None);
            }
            Err(Error::NotFound | Error::Forbidden) => {
                faults.add("unit", "Không có đơn vị mang mã này; xem mã ở mục Đơn vị");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    };
    if role == Role::WardOfficer && deputies::is_deputy(tx, account_id, clock::today()).await? {
        // As who confirms sheets cannot become a deputy: a sheet bears two signatures, of two
        // people.
        faults.add("role", "Người này đang làm hộ bí thư một chi bộ; thu việc làm hộ trước đã");
        return Ok(None);
    }
    let names = role == Role::OrganisationOfficer && form.names == "yes";
    Ok(Some(Grant { id: GrantId::new(), account_id, role, unit_id, names }))
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<AccountForm>,
) -> Result<Response> {
    need_administrator(&viewer)?;
    let id: AccountId =
        form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    let done = Redirect::to(&format!("/administration/accounts/{id}"));
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    let mut faults = Faults::default();
    let account = form.read_account(&mut faults);
    let grant = read_grant(&mut tx, &viewer, &form, id, &mut faults).await?;
    let taken = match &account {
        Some((login, _)) => store::find_by_login(&mut tx, login).await?,
        None => None,
    };
    match taken {
        // The form was sent twice.
        Some(there) if there.id == id && grant.is_some() => {
            enter(&mut tx, &viewer, id).await?;
            return Ok(done.into_response());
        }
        Some(_) => faults.add("login", "Tên đăng nhập này đã có người dùng; chọn tên khác"),
        None => {}
    }
    faults.append(unconfirmed);
    let (Some((login, name)), Some(grant), true) = (account, grant, faults.is_empty()) else {
        let frame = Frame::bare(&viewer, Place::Accounts);
        let page = NewPage { frame, roles: Role::ALL.to_vec(), form, faults };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let now = clock::now();
    match store::add(&mut tx, id, &login, &name, None, now).await {
        Err(error) if is_duplicate(&error) => {
            drop(tx);
            let mut tx = app.db.read().await?;
            // The same form, sent several times at once: another sending has written it.
            return match store::find_by_login(&mut tx, &login).await? {
                Some(there) if there.id == id => Ok(done.into_response()),
                _ => Err(Error::BadRequest("Tên đăng nhập này vừa có người dùng. Chọn tên khác.")),
            };
        }
        added => added?,
    }
    store::add_grant(&mut tx, &grant, now).await?;
    let summary = format!("Tạo tài khoản {login} với vai trò {}", grant.role.label());
    let act = Act { unit_id: grant.unit_id, ..Act::new("account.add", id.0, summary) };
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let form = AccountForm { id: GrantId::new().to_string(), ..AccountForm::default() };
    Ok(Html(show_page(&mut tx, &viewer, id, form, Faults::default()).await?.render()?))
}

pub async fn show_page(
    tx: &mut Tx,
    viewer: &Viewer,
    id: AccountId,
    form: AccountForm,
    faults: Faults,
) -> Result<ShowPage> {
    let (account, _) = enter(tx, viewer, id).await?;
    let grants = store::named_grants(tx, clock::today()).await?;
    let grants = grants.into_iter().filter(|it| it.grant.account_id == id).collect();
    let history = audit::store::list_of(tx, id.0, 50).await?;
    let (frame, is_self) = (Frame::bare(viewer, Place::Accounts), viewer.account_id == id);
    let roles = Role::ALL.to_vec();
    let has_factor = store::factors::in_force(tx, id).await?.is_some();
    let now = clock::now();
    let (since, used) = (now.plus_seconds(-LONGEST), now.plus_seconds(-IDLE));
    let sessions = store::sign_ins(tx, id, since, used).await?;
    Ok(ShowPage {
        frame,
        account,
        grants,
        is_self,
        has_factor,
        sessions,
        roles,
        form,
        faults,
        history,
    })
}

/// Makes a link with which the account's owner sets a password. It is shown once.
async fn link(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    let what = ("Cấp đường dẫn đặt mật khẩu", &*format!("/administration/accounts/{id}/link"));
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    let mut tx = app.db.write().await?;
    let (account, _) = enter(&mut tx, &viewer, id).await?;
    let (token, now) = (Token::new()?, clock::now());
    store::void_links(&mut tx, Some(id), now).await?;
    store::add_link(&mut tx, &token.hash, Some(id), now, now.plus_seconds(LINK_HOLDS)).await?;
    let done = format!("Cấp đường dẫn đặt mật khẩu cho {}", account.login);
    audit::store::append(&mut tx, &viewer.actor(), Act::new("account.link", id.0, done)).await?;
    tx.commit().await?;
    let frame = Frame::bare(&viewer, Place::Accounts);
    let path = format!("/links/{}", token.text);
    Ok(Html(LinkPage { frame, account, path }.render()?).into_response())
}

async fn disable(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    if id == viewer.account_id {
        return Err(Error::BadRequest("Không tự khóa được mình; nhờ một người quản trị khác."));
    }
    let what = ("Khóa tài khoản", &*format!("/administration/accounts/{id}/disable"));
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    set_disabled(&app, &viewer, id, true).await
}

async fn enable(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<AccountId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    let what = ("Mở lại tài khoản", &*format!("/administration/accounts/{id}/enable"));
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    set_disabled(&app, &viewer, id, false).await
}

async fn set_disabled(app: &App, viewer: &Viewer, id: AccountId, to: bool) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, id).await?;
    let (account, _) = enter(&mut tx, viewer, id).await?;
    if account.disabled_at.is_some() != to {
        store::set_disabled(&mut tx, id, to.then(clock::now)).await?;
        let (action, verb) =
            if to { ("account.disable", "Khóa") } else { ("account.enable", "Mở lại") };
        let act = Act::new(action, id.0, format!("{verb} tài khoản {}", account.login));
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/administration/accounts/{id}")).into_response())
}
