//! Who acts for the secretary of a cell: named for a time, by the secretary or by whoever
//! administers the ward.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::confirm;
use crate::access::deputies::{Listed, NewDeputy, Secretary, Standing};
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::{Account, Grant, Right, Role, read_login};
use crate::access::routes::{Need, Routes};
use crate::access::store::{self, deputies};
use crate::access::viewer::Viewer;
use crate::administration::form::DeputyForm;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::GrantId;
use crate::organisation::model::Unit;
use crate::web::{Form, Path, Query};

/// As many as the page lists.
const LISTED: i64 = 50;

pub fn routes() -> Routes {
    let need = Need::Right(Right::KeepSettings);
    Routes::new()
        .get("/units/{code}/deputies", need, list)
        .post("/units/{code}/deputies", need, add)
        .post("/deputies/{id}/revoke", need, revoke)
}

#[derive(Template)]
#[template(path = "administration/deputies.html")]
struct DeputiesPage {
    frame: Frame,
    unit: Unit,
    deputies: Vec<(Standing, Listed)>,
    secretaries: Vec<Secretary>,
    /// Whether the viewer is one of them, and so names a deputy of their own.
    is_secretary: bool,
    /// Whoever is a deputy names no other.
    may_name: bool,
    form: DeputyForm,
    faults: Faults,
    done: bool,
}

/// The cell that the address names, and the right to say who acts for its secretary.
async fn enter(tx: &mut Tx, viewer: &Viewer, code: &str) -> Result<(Unit, Scope)> {
    let entered = guard::enter_by_code(tx, viewer, code, Right::KeepSettings).await?;
    if entered.0.is_cell() { Ok(entered) } else { Err(Error::NotFound) }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    done: String,
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, &code).await?;
    let form = DeputyForm::empty(clock::today());
    let page = page(&mut tx, &viewer, entered, (form, Faults::default())).await?;
    Ok(Html(DeputiesPage { done: query.done == "1", ..page }.render()?))
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, Scope),
    (form, faults): (DeputyForm, Faults),
) -> Result<DeputiesPage> {
    let today = clock::today();
    let secretaries = deputies::secretaries(tx, unit.id, today).await?;
    let listed = deputies::list(tx, unit.id, LISTED).await?.into_iter().map(|mut it| {
        let stands = secretaries.iter().any(|own| own.account_id == it.for_account_id);
        if !scope.may(Right::SeeNames) {
            // Whatever was typed there may name somebody.
            it.reason.clear();
        }
        (it.standing(today, stands), it)
    });
    Ok(DeputiesPage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Nowhere).await?,
        deputies: listed.collect(),
        is_secretary: secretaries.iter().any(|it| it.account_id == viewer.account_id),
        may_name: viewer.acting.for_name().is_none(),
        secretaries,
        unit,
        form,
        faults,
        done: false,
    })
}

/// The account that is to act, where it may: another one of the same ward, which is neither a
/// secretary of the cell already nor one that confirms what the cell signs.
async fn read_deputy(
    tx: &mut Tx,
    unit: &Unit,
    secretaries: &[Secretary],
    form: &DeputyForm,
    faults: &mut Faults,
) -> Result<Option<Account>> {
    let Some(login) = faults.read("login", read_login(&form.login)) else { return Ok(None) };
    let ward = unit.parent_id.unwrap_or(unit.id);
    let found = store::find_by_login(tx, &login).await?.filter(|it| it.disabled_at.is_none());
    let Some(account) = found else {
        faults.add("login", UNKNOWN);
        return Ok(None);
    };
    // Whoever gives this account another role at this moment waits, or has been waited for.
    store::hold(tx, account.id).await?;
    if secretaries.iter().any(|it| it.account_id == account.id) {
        faults.add("login", "Người này đã là bí thư ở đây; chọn một người khác");
        return Ok(None);
    }
    if !deputies::belongs_to(tx, account.id, ward, clock::today()).await? {
        faults.add("login", UNKNOWN);
        return Ok(None);
    }
    let given = store::given_to(tx, account.id, clock::today()).await?;
    if given.iter().any(|it| it.role == Role::WardOfficer) {
        // A sheet bears two signatures, of two people.
        faults.add("login", "Cán bộ xác nhận phiếu của chi bộ thì không làm hộ bí thư được");
        return Ok(None);
    }
    Ok(Some(account))
}

/// Also said of accounts elsewhere: who they are is told to nobody.
const UNKNOWN: &str =
    "Không có tài khoản này trong phường, xã; hỏi người ấy tên đăng nhập, hoặc nhờ quản trị";

/// Who is acted for: the secretary who sends the form, or the one that it names.
fn read_secretary<'a>(
    viewer: &Viewer,
    secretaries: &'a [Secretary],
    form: &DeputyForm,
    faults: &mut Faults,
) -> Option<&'a Secretary> {
    let own = secretaries.iter().find(|it| it.account_id == viewer.account_id);
    let named = || secretaries.iter().find(|it| it.account_id.to_string() == form.secretary);
    faults.need("secretary", own.or_else(named), "Chọn bí thư được làm hộ")
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Form(form): Form<DeputyForm>,
) -> Result<Response> {
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    let (unit, scope) = enter(&mut tx, &viewer, &code).await?;
    if viewer.acting.for_name().is_some() {
        return Err(Error::Forbidden);
    }
    let id: GrantId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    store::hold(&mut tx, viewer.account_id).await?;
    let there = Redirect::to(&format!("/units/{code}/deputies?done=1")).into_response();
    let listed = deputies::list(&mut tx, unit.id, LISTED).await?;
    if listed.iter().any(|it| it.id == id) {
        // Sent twice: it is done.
        return Ok(there);
    }
    let today = clock::today();
    let secretaries = deputies::secretaries(&mut tx, unit.id, today).await?;
    let mut faults = Faults::default();
    let secretary = read_secretary(&viewer, &secretaries, &form, &mut faults).cloned();
    let account = read_deputy(&mut tx, &unit, &secretaries, &form, &mut faults).await?;
    let time = form.read(today, &mut faults);
    if let (Some(account), Some((from_on, to_on, _))) = (&account, &time)
        && let Some(other) = listed.iter().find(|it| {
            it.account_id == account.id
                && !it.is_revoked
                && it.from_on < *to_on
                && it.to_on > *from_on
        })
    {
        let said = format!("{} đã được cử từ {}", other.display_name, other.time());
        faults.add("login", said);
    }
    faults.append(unconfirmed);
    let (Some(secretary), Some(account), Some(time), true) =
        (secretary, account, time, faults.is_empty())
    else {
        let page = page(&mut tx, &viewer, (unit, scope), (form, faults)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let (from_on, to_on, reason) = time;
    let (role, unit_id) = (Role::CellSecretary, Some(unit.id));
    let grant = Grant { id, account_id: account.id, role, unit_id, names: false };
    let new = NewDeputy { grant, for_account_id: secretary.account_id, from_on, to_on, reason };
    match deputies::add(&mut tx, &new, clock::now()).await {
        // An id that somebody else's form bears.
        Err(error) if crate::db::is_duplicate(&error) => return Err(Error::NotFound),
        added => added?,
    }
    audit::store::append(&mut tx, &viewer.actor(), named(&new, &account, &secretary)).await?;
    tx.commit().await?;
    Ok(there)
}

/// What the trail says of a new deputy. The reason stays beside the grant.
fn named(new: &NewDeputy, account: &Account, secretary: &Secretary) -> Act {
    let time = Listed {
        id: new.grant.id,
        account_id: account.id,
        display_name: account.display_name.clone(),
        for_account_id: new.for_account_id,
        for_name: secretary.display_name.clone(),
        from_on: new.from_on,
        to_on: new.to_on,
        reason: String::new(),
        is_revoked: false,
    };
    let done =
        format!("Cử {} làm hộ {} từ {}", account.display_name, secretary.display_name, time.time());
    Act { unit_id: new.grant.unit_id, ..Act::new("account.deputy", account.id.0, done) }
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GrantId>,
    Form(typed): Form<confirm::Typed>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    entered(&mut tx, &viewer, id).await?;
    drop(tx);
    let what = ("Thu việc làm hộ", &*format!("/deputies/{id}/revoke"));
    if let Some(page) = confirm::gate(&app, &viewer, what, &typed).await? {
        return Ok(page);
    }
    let mut tx = app.db.write().await?;
    let (grant, deputy, unit) = entered(&mut tx, &viewer, id).await?;
    if viewer.acting.for_name().is_some() {
        return Err(Error::Forbidden);
    }
    store::hold(&mut tx, grant.account_id).await?;
    let there = Redirect::to(&format!("/units/{}/deputies?done=1", unit.code)).into_response();
    if deputy.is_revoked {
        return Ok(there);
    }
    store::revoke_grant(&mut tx, &grant, clock::now()).await?;
    let done = format!("Thu việc {} làm hộ {}", deputy.display_name, deputy.for_name);
    let act = Act::new("account.deputy_end", grant.account_id.0, done).in_unit(unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}

/// The deputy's grant, in a cell where the viewer may take it back; 404 otherwise.
async fn entered(tx: &mut Tx, viewer: &Viewer, id: GrantId) -> Result<(Grant, Listed, Unit)> {
    let deputy = deputies::find(tx, id).await?.ok_or(Error::NotFound)?;
    let grant = store::get_grant(tx, id).await?;
    let unit_id = grant.unit_id.ok_or(Error::NotFound)?;
    guard::enter(tx, viewer, unit_id, Right::KeepSettings).await?;
    let unit = crate::organisation::store::get(tx, unit_id, clock::today()).await?;
    Ok((grant, deputy, unit))
}
