//! One's own calendars: made, shown once, listed, revoked; and what a telephone reads.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::feeds::{self, Feed, MOST};
use crate::access::frame::{Frame, Place};
use crate::access::limits::Readings;
use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::session::Token;
use crate::access::store::{self, feeds::Listed};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{confirm, guard, throttle};
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::FeedId;
use crate::organisation::model::Unit;
use crate::reminders::{due, ics};
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

pub fn routes() -> Routes {
    Routes::new()
        .get("/account/calendars", Need::SignedIn, list)
        .post("/account/calendars", Need::SignedIn, add)
        .post("/account/calendars/{id}/revoke", Need::SignedIn, revoke)
        .get("/calendar/{token}", Need::Anyone, read)
}

#[derive(Template)]
#[template(path = "reminders/calendars.html")]
struct ListPage {
    frame: Frame,
    feeds: Vec<Listed>,
    /// Codes and names of the units that the account has a role in.
    units: Vec<(String, String)>,
    form: FeedForm,
    faults: Faults,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "reminders/calendar_made.html")]
struct MadePage {
    frame: Frame,
    unit_name: String,
    /// None where the form was sent again: it is shown once.
    address: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct FeedForm {
    /// The id of the row that it makes.
    id: String,
    /// The code of the unit.
    unit: String,
    /// The password once more, where it is needed.
    confirm: String,
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
    let form = FeedForm { id: FeedId::new().to_string(), ..FeedForm::default() };
    let page = page(&mut tx, &viewer, form, Faults::default()).await?;
    Ok(Html(ListPage { revoked: query.done == "revoked", ..page }.render()?))
}

async fn page(tx: &mut Tx, viewer: &Viewer, form: FeedForm, faults: Faults) -> Result<ListPage> {
    Ok(ListPage {
        frame: Frame::bare(viewer, Place::Nowhere),
        feeds: store::feeds::list(tx, viewer.account_id, clock::today()).await?,
        units: units(tx, viewer).await?,
        form,
        faults,
        revoked: false,
    })
}

async fn units(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<(String, String)>> {
    let mut units = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for grant in &viewer.grants {
        let Some(id) = grant.unit_id else { continue };
        if grant.role.allows(Right::SeeCounts, false, grant.names) {
            let unit = organisation::store::get(tx, id, clock::today()).await?;
            units.push((unit.code, unit.name));
        }
    }
    Ok(units)
}

async fn read_unit(
    tx: &mut Tx,
    viewer: &Viewer,
    form: &FeedForm,
    faults: &mut Faults,
) -> Result<Option<Unit>> {
    match guard::enter_by_code(tx, viewer, form.unit.trim(), Right::SeeCounts).await {
        Ok((unit, _)) => Ok(Some(unit)),
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
    headers: HeaderMap,
    Form(form): Form<FeedForm>,
) -> Result<Response> {
    let id: FeedId = form.id.parse().map_err(|_| Error::BadRequest("Biểu mẫu thiếu mã dòng."))?;
    let mut unconfirmed = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut unconfirmed).await?;
    let mut tx = app.db.write().await?;
    // Two forms at once must not pass the limit side by side.
    store::hold(&mut tx, viewer.account_id).await?;
    if let Some(made) = store::feeds::find(&mut tx, id).await? {
        if made.account_id != viewer.account_id {
            return Err(Error::NotFound);
        }
        let unit = organisation::store::get(&mut tx, made.unit_id, clock::today()).await?;
        return made_page(&viewer, unit.name_in_text(), None);
    }
    let mut faults = Faults::default();
    let unit = read_unit(&mut tx, &viewer, &form, &mut faults).await?;
    let listed = store::feeds::list(&mut tx, viewer.account_id, clock::today()).await?;
    if i64::try_from(listed.len()).is_ok_and(|it| it >= MOST) {
        faults.add("unit", format!("Đã có {MOST} lịch đang dùng: thu hồi bớt rồi tạo lịch mới"));
    }
    faults.append(unconfirmed);
    let (Some(unit), true) = (unit, faults.is_empty()) else {
        let page = page(&mut tx, &viewer, form, faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let (token, account_id, now) = (Token::new()?, viewer.account_id, clock::now());
    let feed =
        Feed { id, account_id, unit_id: unit.id, created_at: now, used_at: None, revoked_at: None };
    match store::feeds::add(&mut tx, &feed, &token.hash).await {
        // An id that somebody else's form bears.
        Err(error) if is_duplicate(&error) => return Err(Error::NotFound),
        done => done?,
    }
    let done = format!("Tạo lịch nhắc việc của {}", unit.name);
    let act = Act::new("account.calendar_add", viewer.account_id.0, done);
    audit::store::append(&mut tx, &viewer.actor(), act.in_unit(unit.id)).await?;
    tx.commit().await?;
    let origin = app.origin(&headers);
    made_page(&viewer, unit.name_in_text(), Some(format!("{origin}/calendar/{}.ics", token.text)))
}

fn made_page(viewer: &Viewer, unit_name: String, address: Option<String>) -> Result<Response> {
    let frame = Frame::bare(viewer, Place::Nowhere);
    Ok(Html(MadePage { frame, unit_name, address }.render()?).into_response())
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<FeedId>,
) -> Result<Redirect> {
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, viewer.account_id).await?;
    let feed = store::feeds::find(&mut tx, id).await?;
    let feed = feed.filter(|it| it.account_id == viewer.account_id).ok_or(Error::NotFound)?;
    // Sent twice: it is revoked already.
    if feed.revoked_at.is_none() {
        store::feeds::revoke(&mut tx, id, clock::now()).await?;
        let done = "Thu hồi một lịch nhắc việc".to_owned();
        let act = Act::new("account.calendar_revoke", viewer.account_id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act.in_unit(feed.unit_id)).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account/calendars?done=revoked"))
}

/// What a telephone reads. Whoever guesses waits, as with the tokens of programs.
async fn read(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Extension(readings): Extension<Readings>,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response> {
    let address = address.to_string();
    let token = file.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let Some((viewer, feed)) = feeds::open(&app, token, &address).await? else {
        let counted = throttle::count_token(&app.db, &address).await?;
        return Err(
            counted.map_or_else(|wait| Error::TooMany(wait.unsigned_abs()), |()| Error::NotFound)
        );
    };
    readings.admit(feed.account_id)?;
    let mut tx = app.db.read().await?;
    let scope = guard::enter(&mut tx, &viewer, feed.unit_id, Right::SeeCounts).await?;
    let now = clock::now();
    let unit = organisation::store::get(&mut tx, feed.unit_id, now.day()).await?;
    let items = due::of_unit(&mut tx, (&unit, &scope), now.day()).await?;
    let origin = app.origin(&headers);
    let calendar = ics::calendar(&unit.name, &items, &origin, now);
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"hai-chieu.ics\""),
    ];
    Ok((headers, calendar).into_response())
}
