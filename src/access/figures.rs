//! Where figures are read: on a second server that may lag a little behind, and says so; never
//! for whoever has just written what it does not have yet.
//!
//! Who may see what is settled before, from the first server: a right taken away ends with the
//! next request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::access::session;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::settings::Settings;

/// What a request knows of the figures that it shows. Copies of the viewer share it.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// When this browser last wrote; 0 where that is long ago.
    since: i64,
    /// Up to when everything is in what was read; 0 where it is all that there is.
    fresh_to: Arc<AtomicI64>,
}

impl Figures {
    pub fn of(headers: &HeaderMap, settings: &Settings) -> Figures {
        let wrote = session::cookie(headers, settings.wrote_cookie());
        let since = wrote.and_then(|it| it.parse().ok()).unwrap_or_default();
        Figures { since, fresh_to: Arc::default() }
    }

    /// The moment up to which the figures of the page hold everything; none where they were
    /// read on the first server.
    pub fn fresh_to(&self) -> Option<Moment> {
        let moment = self.fresh_to.load(Ordering::Relaxed);
        (moment != 0).then_some(Moment(moment))
    }
}

/// Begins to read figures for this viewer, on the second server where there is one that keeps
/// up. A request that is tried again, because the second server broke off, reads on the first.
pub async fn read(app: &App, viewer: &Viewer) -> sqlx::Result<Tx> {
    let figures = &viewer.figures;
    let is_first = figures.fresh_to.swap(0, Ordering::Relaxed) == 0;
    if let Some(replica) = app.replica.as_ref().filter(|_| is_first)
        && let Some((tx, fresh_to)) = replica.read(Moment(figures.since)).await
    {
        figures.fresh_to.store(fresh_to.0, Ordering::Relaxed);
        return Ok(tx);
    }
    app.db.read().await
}

const FRESH_TO: HeaderName = HeaderName::from_static("figures-fresh-to");

/// Tells the browser that it has written, for as long as a second server may not know of it;
/// and programs up to when their figures hold everything.
pub async fn tell(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(replica) = &app.replica else { return next.run(request).await };
    let is_post = request.method() == Method::POST;
    let mut response = next.run(request).await;
    let viewer = response.extensions().get::<Viewer>();
    if let Some(moment) = viewer.and_then(|it| it.figures.fresh_to())
        && let Ok(value) = HeaderValue::from_str(&moment.iso())
    {
        response.headers_mut().insert(FRESH_TO, value);
    }
    let status = response.status();
    if is_post && (status.is_success() || status.is_redirection()) {
        let settings = &app.settings;
        let (name, moment) = (settings.wrote_cookie(), clock::now().0.to_string());
        if let Ok(cookie) = session::header_value(settings, name, &moment, replica.longest()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
