//! Sign-ins: the token in the cookie, and who it stands for.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::access::confirm::Renewed;
use crate::access::deputies::Acting;
use crate::access::figures::Figures;
use crate::access::look::Look;
use crate::access::looks::Looks;
use crate::access::sign_ins::SignIns;
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{store, throttle, tokens};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::db::{Db, again, in_time};
use crate::error::{Error, Result};
use crate::settings::Settings;

/// A sign-in ends after this many seconds without a request: a phone is put down in
/// the hall, and the next to take it up may be anybody.
pub const IDLE: i64 = 30 * 60;
/// And after this many in any case: a working day.
pub const LONGEST: i64 = 12 * 3600;
/// So many seconds after the password the code of the second factor is waited for.
pub const HALF: i64 = 10 * 60;
/// How far `seen_at` may lag behind, so that reading does not mean writing.
const SEEN_EVERY: i64 = 60;

/// How often what has lapsed is taken out of the tables.
const PURGE_EVERY: Duration = Duration::from_hours(1);
/// A link that has lapsed is known for so many seconds, to tell whoever follows it.
const LINK_KNOWN: i64 = 90 * 24 * 3600;

/// Takes lapsed sign-ins, links and counted failures out every hour for as long as the
/// program serves. That they ended is no act of anybody's: the trail says when they began.
pub async fn keep_purging(db: Db) {
    let mut ticks = tokio::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = in_time(purge(&db, clock::now())).await {
            tracing::warn!(%error, "what has lapsed was not taken out; trying again in an hour");
        }
    }
}

/// The number of rows taken out.
pub async fn purge(db: &Db, now: Moment) -> sqlx::Result<u64> {
    let mut tx = db.write().await?;
    let sessions = store::purge_sessions(&mut tx, now.plus_seconds(-LONGEST)).await?;
    let links = store::purge_links(&mut tx, now.plus_seconds(-LINK_KNOWN)).await?;
    let halves = store::factors::purge_halves(&mut tx, now.plus_seconds(-HALF)).await?;
    let failures = store::purge_failures(&mut tx, now.plus_seconds(-throttle::FORGET)).await?;
    tx.commit().await?;
    Ok(sessions + links + halves + failures)
}

/// A token that nobody can guess, and the hash that is kept of it.
pub struct Token {
    pub text: String,
    pub hash: Vec<u8>,
}

impl Token {
    /// 256 random bits.
    pub fn new() -> Result<Token> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|it| Error::Internal(it.into()))?;
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let hash = hash(&text);
        Ok(Token { text, hash })
    }
}

/// What is kept of a token.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Finds out who sends the request, and hands the viewer on with it; and back with the
/// answer, so that the page of an error knows whose it is.
///
/// Programs come with tokens and people with cookies: neither opens what is the other's.
pub async fn identify(
    State((app, sign_ins)): State<(App, SignIns)>,
    address: ClientAddress,
    mut request: Request,
    next: Next,
) -> Response {
    if tokens::is_api(request.uri().path()) {
        return tokens::identify(&app, address, request, next).await;
    }
    let token = cookie(request.headers(), app.settings.cookie()).map(hash);
    let Some(token_hash) = token else { return next.run(request).await };
    match again(|| viewer(&app, &sign_ins, &token_hash, address)).await {
        Ok(Some(mut viewer)) => {
            viewer.figures = Figures::of(request.headers(), &app.settings);
            viewer.look = Look::of(request.headers(), &app.settings);
            request.extensions_mut().insert(viewer.clone());
            let mut response = next.run(request).await;
            if let Some(cookie) = viewer.renewed.cookie()
                && !response.headers().contains_key(header::SET_COOKIE)
            {
                response.headers_mut().insert(header::SET_COOKIE, cookie.clone());
            }
            response.extensions_mut().insert(viewer);
            response
        }
        Ok(None) => next.run(request).await,
        Err(error) => Error::from(error).into_response(),
    }
}

async fn viewer(
    app: &App,
    sign_ins: &SignIns,
    token_hash: &[u8],
    address: ClientAddress,
) -> sqlx::Result<Option<Viewer>> {
    let now = clock::now();
    let Some(it) = sign_ins.of(token_hash).await? else {
        return Ok(None);
    };
    let found = it.session;
    let idle = now.seconds_since(found.seen_at);
    let age = now.seconds_since(found.created_at);
    if !(-SEEN_EVERY..IDLE).contains(&idle) || !(-SEEN_EVERY..LONGEST).contains(&age) {
        // A clock set back ends sign-ins early; what has ended must not be there when it is
        // set right.
        if let Err(error) = end(app, token_hash).await {
            tracing::warn!(%error, "a sign-in that has lapsed was not taken out");
        }
        return Ok(None);
    }
    if idle > SEEN_EVERY {
        // Who only reads must not have to wait until somebody can write.
        if let Err(error) = see(app, token_hash, now).await {
            tracing::warn!(%error, "the last use of a sign-in was not noted");
        }
    }
    Ok(Some(Viewer {
        account_id: found.account_id,
        login: found.login,
        display_name: found.display_name,
        grants: it.grants,
        deputies: it.deputies,
        acting: Acting::default(),
        address: address.0.to_string(),
        session: token_hash.to_vec(),
        session_id: Some(found.id),
        confirmed_at: found.confirmed_at,
        lacks_factor: it.lacks_factor,
        renewed: Renewed::default(),
        limits: None,
        revision: it.revision,
        looks: Looks::default(),
        figures: Figures::default(),
        look: Look::default(),
    }))
}

async fn see(app: &App, token_hash: &[u8], now: Moment) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    store::see_session(&mut tx, token_hash, now).await?;
    tx.commit().await
}

async fn end(app: &App, token_hash: &[u8]) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    store::remove_session(&mut tx, token_hash).await?;
    tx.commit().await
}

/// The hash of the half sign-in that came with a request.
pub fn half(headers: &HeaderMap, settings: &Settings) -> Option<Vec<u8>> {
    cookie(headers, settings.half_cookie()).map(hash)
}

/// The value of the cookie called `name` that came with a request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut pairs = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The header that gives the browser its token.
pub fn set_cookie(settings: &Settings, token: &str) -> Result<HeaderValue> {
    header_value(settings, settings.cookie(), token, LONGEST)
}

/// The header that takes it away again.
pub fn clear_cookie(settings: &Settings) -> Result<HeaderValue> {
    header_value(settings, settings.cookie(), "", 0)
}

/// The header that gives the browser the token of a half sign-in, or with an empty one takes
/// it away.
pub fn set_half_cookie(settings: &Settings, token: &str) -> Result<HeaderValue> {
    let seconds = if token.is_empty() { 0 } else { HALF };
    header_value(settings, settings.half_cookie(), token, seconds)
}

/// The header of a cookie that no script reads.
pub fn header_value(
    settings: &Settings,
    name: &str,
    token: &str,
    seconds: i64,
) -> Result<HeaderValue> {
    let secure = if settings.secure { "; Secure" } else { "" };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut value: HeaderValue =
        text.parse().map_err(|_| Error::Internal("a token that fits no header".into()))?;
    // So that no log prints it.
    value.set_sensitive(true);
    Ok(value)
}
