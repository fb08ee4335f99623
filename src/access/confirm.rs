//! The password asked for once more, before what nobody else must do at a screen left open:
//! grants, files that name people, tokens, the second factor (ASVS 7.5.1, 7.5.3).

use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::session::{self, Token};
use crate::access::throttle::{self, Counted};
use crate::access::viewer::Viewer;
use crate::access::{password, store};
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;

/// For so many seconds after the password was given it is not asked for again. Signing in and
/// doing what one came for takes less; a screen left open at a break is found closed.
pub const HOLDS: i64 = 15 * 60;
/// How far the clocks of two servers may differ, in seconds.
const SKEW: i64 = 60;

/// The field that carries the password.
pub const FIELD: &str = "confirm";

/// What the macro `confirm` of a form sends. Forms of several fields have a field of this name
/// of their own.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub confirm: String,
}

/// The token that took the place of the one which came with the request: every copy of the
/// viewer shares it, and `session` sends it with the answer, whatever that is.
#[derive(Clone, Debug, Default)]
pub struct Renewed(Arc<OnceLock<(Vec<u8>, HeaderValue)>>);

impl Renewed {
    /// The hash of the new token.
    pub fn hash(&self) -> Option<&[u8]> {
        self.0.get().map(|(hash, _)| hash.as_slice())
    }

    /// The header that gives it to the browser.
    pub fn cookie(&self) -> Option<&HeaderValue> {
        self.0.get().map(|(_, cookie)| cookie)
    }

    /// The first to come is kept: a request has one sign-in.
    pub fn set(&self, hash: Vec<u8>, cookie: HeaderValue) {
        self.0.set((hash, cookie)).ok();
    }
}

/// Whether the viewer has to give the password before such an act. A program that reads with
/// a token has none: what its token opens was settled when it was made.
pub fn needed(viewer: &Viewer) -> bool {
    let since = clock::now().seconds_since(viewer.confirmed_at);
    viewer.limits.is_none() && viewer.renewed.hash().is_none() && !(-SKEW..HOLDS).contains(&since)
}

/// Takes the password that was typed, where it is needed; notes in `faults`, at [`FIELD`],
/// that it is missing or wrong. Goes before the write transaction of the act: hashing takes
/// its time, and on `SQLite` everybody would wait.
///
/// Once it was right, another token stands for the sign-in, and nothing asks for it again,
/// even where the form comes back for another fault.
pub async fn check(app: &App, viewer: &Viewer, typed: &str, faults: &mut Faults) -> Result<()> {
    if !needed(viewer) {
        return Ok(());
    }
    if typed.is_empty() {
        faults.add(FIELD, "Gõ lại mật khẩu để làm việc này");
        return Ok(());
    }
    let counted = Counted::of(&viewer.login, &viewer.address);
    throttle::let_by(app, &counted).await?;
    let mut tx = app.db.read().await?;
    let account = store::get(&mut tx, viewer.account_id).await?;
    drop(tx);
    let hash = account.password_hash.clone();
    let right = password::verify(typed.to_owned(), hash).await?;
    let mut tx = app.db.write().await?;
    store::hold(&mut tx, account.id).await?;
    let now = store::get(&mut tx, account.id).await?;
    // Closed, or given another password, while this one was looked at.
    let same = now.disabled_at.is_none() && now.password_hash == account.password_hash;
    if !(right && same) {
        let summary = "Gõ lại mật khẩu không đúng".to_owned();
        let act = Act::new("account.confirm_failed", account.id.0, summary);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        tx.commit().await?;
        faults.add(FIELD, "Mật khẩu không đúng");
        return Ok(());
    }
    throttle::succeeded(&mut tx, &counted).await?;
    let fresh = renew(app, &mut tx, viewer).await?;
    let summary = "Gõ lại mật khẩu trước một việc cần xác nhận".to_owned();
    let act = Act::new("account.confirm", account.id.0, summary);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    fresh.hand_over(viewer);
    Ok(())
}

/// A token on its way to the browser: handed over once its transaction is committed.
pub struct Fresh(Option<(Vec<u8>, HeaderValue)>);

impl Fresh {
    pub fn hand_over(self, viewer: &Viewer) {
        if let Some((hash, cookie)) = self.0 {
            viewer.renewed.set(hash, cookie);
        }
    }

    /// The hash of the token that stands for the viewer's sign-in.
    pub fn hash<'a>(&'a self, viewer: &'a Viewer) -> &'a [u8] {
        self.0.as_ref().map_or_else(|| viewer.token_hash(), |(hash, _)| hash)
    }
}

/// Gives the viewer's sign-in another token, unless this request has done so already.
pub async fn renew(app: &App, tx: &mut Tx, viewer: &Viewer) -> Result<Fresh> {
    if viewer.renewed.hash().is_some() {
        return Ok(Fresh(None));
    }
    let token = Token::new()?;
    store::renew_session(tx, &viewer.session, &token.hash, clock::now()).await?;
    let cookie = session::set_cookie(&app.settings, &token.text)?;
    Ok(Fresh(Some((token.hash, cookie))))
}

#[derive(Template)]
#[template(path = "access/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    /// What is to be done, as a heading.
    what: String,
    /// Where the form goes, and where one goes after it.
    action: String,
    next: String,
    faults: Faults,
}

/// For a button that stands alone: the page to answer with where the password is needed and
/// did not come, or was wrong. Its form posts to `action`, the address of the button.
pub async fn gate(
    app: &App,
    viewer: &Viewer,
    (what, action): (&str, &str),
    typed: &Typed,
) -> Result<Option<Response>> {
    let mut faults = Faults::default();
    check(app, viewer, &typed.confirm, &mut faults).await?;
    if faults.is_empty() {
        return Ok(None);
    }
    if typed.confirm.is_empty() {
        // The button has no field for it: nothing was forgotten.
        faults = Faults::default();
    }
    page(viewer, (what, action, ""), faults).map(Some)
}

/// For a file or a paper at an address: where to go first, to come back to `next`.
pub fn before(viewer: &Viewer, next: &str) -> Result<Option<Redirect>> {
    if !needed(viewer) {
        return Ok(None);
    }
    let query = serde_urlencoded::to_string([("next", next)]);
    let query = query.map_err(|it| crate::error::Error::Internal(it.into()))?;
    Ok(Some(Redirect::to(&format!("/account/confirm?{query}"))))
}

/// The page that asks for the password.
pub fn page(
    viewer: &Viewer,
    (what, action, next): (&str, &str, &str),
    faults: Faults,
) -> Result<Response> {
    let frame = Frame::bare(viewer, Place::Nowhere);
    let (what, action, next) = (what.to_owned(), action.to_owned(), next.to_owned());
    let page = ConfirmPage { frame, what, action, next, faults };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
