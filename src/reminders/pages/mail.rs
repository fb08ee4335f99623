//! Where one is reminded by mail: given, confirmed by a link that is sent there, switched off.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::look::Look;
use crate::access::routes::{Need, Routes};
use crate::access::session::{self, Token};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{confirm, limits, throttle};
use crate::app::App;
use crate::audit::model::{Act, Actor};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::reminders::mailer::{Mailer, read_address};
use crate::reminders::store::{self, Reminder};
use crate::web::{Form, Path, Query};
use crate::{audit, clock};

/// A link to confirm an address holds so many seconds.
const LINK_HOLDS: i64 = 24 * 3600;
/// Links that one account has sent within an hour: nobody's letter box is filled by us.
const MOST: i64 = 5;
const MANY: &str = "Tài khoản này đã xin gửi quá nhiều thư xác nhận trong một giờ.";

pub fn routes() -> Routes {
    Routes::new()
        .get("/account/reminders", Need::SignedIn, show)
        .post("/account/reminders", Need::SignedIn, ask)
        .post("/account/reminders/off", Need::SignedIn, off)
        .get("/reminders/{token}", Need::Anyone, link)
        .post("/reminders/{token}", Need::Anyone, follow)
}

#[derive(Template)]
#[template(path = "reminders/mail.html")]
struct MailPage {
    frame: Frame,
    /// Whether this server sends mail at all.
    sends: bool,
    reminder: Option<Reminder>,
    form: AddressForm,
    faults: Faults,
    done: String,
}

#[derive(Template)]
#[template(path = "reminders/confirm.html")]
struct ConfirmPage {
    look: Look,
    /// Whether the link still opens anything.
    opens: bool,
    done: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct AddressForm {
    address: String,
    /// The password once more, where it is needed.
    confirm: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ShowQuery {
    done: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(query): Query<ShowQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let page = page(&app, &mut tx, &viewer, AddressForm::default(), Faults::default()).await?;
    Ok(Html(MailPage { done: query.done, ..page }.render()?))
}

async fn page(
    app: &App,
    tx: &mut Tx,
    viewer: &Viewer,
    form: AddressForm,
    faults: Faults,
) -> Result<MailPage> {
    let reminder = store::find(tx, viewer.account_id).await?;
    let address = reminder.as_ref().map(|it| it.address.clone()).unwrap_or_default();
    let form = if faults.is_empty() { AddressForm { address, ..form } } else { form };
    Ok(MailPage {
        frame: Frame::bare(viewer, Place::Nowhere),
        sends: app.settings.mail.is_some() && app.settings.public_url.is_some(),
        reminder,
        form,
        faults,
        done: String::new(),
    })
}

/// Takes the address and sends a link there. Whether the message arrives is shown by the link
/// alone: a server that refuses it is told to whoever runs the program, in the log.
async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<AddressForm>,
) -> Result<Response> {
    let (Some(mail), Some(origin)) = (&app.settings.mail, &app.settings.public_url) else {
        return Err(Error::BadRequest("Máy chủ này không gửi thư."));
    };
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut faults = Faults::default();
    let address = faults.read("address", read_address(&form.address));
    faults.append(unconfirmed);
    let mut tx = app.db.write().await?;
    let (Some(address), true) = (address, faults.is_empty()) else {
        let page = page(&app, &mut tx, &viewer, form, faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    limits::hourly(&mut tx, ("reminder", MANY), viewer.account_id, MOST).await?;
    let (token, id) = (Token::new()?, viewer.account_id);
    store::ask(&mut tx, (id, &address), &token.hash, clock::now()).await?;
    // The trail, which is never changed, does not learn the address.
    let act = Act::new("account.reminder_ask", id.0, "Xin nhắc việc qua thư".to_owned());
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    let text = format!(
        "Có người xin sổ Hai Chiều gửi thư nhắc việc tới địa chỉ này.\n\n\
         Đúng là mình xin thì mở đường dẫn dưới đây trong 24 giờ, rồi bấm nút Bật:\n\
         {origin}/reminders/{}\n\n\
         Không phải thì bỏ qua thư này: không có thư nào khác được gửi.\n",
        token.text
    );
    let mailer = Mailer::of(mail).map_err(|it| Error::Internal(it.into()))?;
    if let Err(error) = mailer.send(&address, "Hai Chiều: xác nhận địa chỉ thư", text).await
    {
        tracing::warn!(%error, account = %id, "a link to confirm an address was not sent");
        return Ok(Redirect::to("/account/reminders?done=unsent").into_response());
    }
    Ok(Redirect::to("/account/reminders?done=sent").into_response())
}

async fn off(State(app): State<App>, viewer: Viewer) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    if store::remove(&mut tx, viewer.account_id).await? {
        let done = "Tắt nhắc việc qua thư, xóa địa chỉ thư".to_owned();
        let act = Act::new("account.reminder_off", viewer.account_id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/reminders?done=off"))
}

/// What the link was sent for; whoever guesses waits.
async fn open(app: &App, tx: &mut Tx, token: &str, address: &str) -> Result<Option<Reminder>> {
    let since = clock::now().plus_seconds(-LINK_HOLDS);
    let found = store::find_asked(tx, &session::hash(token), since).await?;
    if found.is_none() {
        let counted = throttle::count_token(&app.db, address).await?;
        counted.map_err(|wait| Error::TooMany(wait.unsigned_abs()))?;
    }
    Ok(found)
}

/// The page asks before it switches anything on: programs that look through mail follow links.
async fn link(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    look: Look,
    Path(token): Path<String>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let found = open(&app, &mut tx, &token, &address.to_string()).await?;
    let opens = found.is_some();
    let done = found.is_some_and(|it| it.confirmed_at.is_some());
    let status = if opens { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok((status, Html(ConfirmPage { look, opens, done }.render()?)).into_response())
}

async fn follow(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    look: Look,
    Path(token): Path<String>,
) -> Result<Response> {
    let address = address.to_string();
    let mut tx = app.db.read().await?;
    let Some(reminder) = open(&app, &mut tx, &token, &address).await? else {
        let page = ConfirmPage { look, opens: false, done: false }.render()?;
        return Ok((StatusCode::NOT_FOUND, Html(page)).into_response());
    };
    drop(tx);
    let mut tx = app.db.write().await?;
    // Pressed twice, it is done, and written down once.
    if store::confirm(&mut tx, &session::hash(&token), clock::now()).await? {
        let done = "Bật nhắc việc qua thư: địa chỉ đã được xác nhận".to_owned();
        let act = Act::new("account.reminder_on", reminder.account_id.0, done);
        audit::store::append(&mut tx, &Actor::stranger(&address), act).await?;
        tx.commit().await?;
    }
    Ok(Html(ConfirmPage { look, opens: true, done: true }.render()?).into_response())
}
