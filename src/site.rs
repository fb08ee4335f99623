//! The whole site: every feature's pages under one roof, and what all of them share.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde::Serialize;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::timeout::RequestBodyDeadlineLayer;

use crate::access::frame::{Frame, Place};
use crate::access::limits::Pace;
use crate::access::look::Look;
use crate::access::routes::{Need, Route, Routes};
use crate::access::shelf::Shelf;
use crate::access::sign_ins::SignIns;
use crate::access::viewer::Viewer;
use crate::access::{address, figures, limits, looks, origin, session, tokens};
use crate::app::App;
use crate::audit::model::Act;
use crate::error::{Error, Failure};
use crate::packing::{Coding, Effort};
use crate::settings::Settings;
use crate::statistics::recent::Recent;
use crate::{
    access, administration, api, backups, contributions, criteria, evaluation, exchange, exports,
    home, meetings, members, minutes, opinions, privacy, reminders, reorganisations, reports,
    statistics, web,
};

mod again;
mod files;

/// How long a handler may take, and a client to send its form.
const HANDLER: Duration = Duration::from_secs(30);
const FORM: Duration = Duration::from_secs(15);
/// Characters of an address that a note of a refusal holds.
const LONGEST_NOTE: usize = 150;
/// An answer of fewer bytes is one packet, packed or not.
const SMALLEST_PACKED: u64 = 1400;
/// A page of more bytes is packed while it is sent.
const LARGEST_PACKED: u64 = 1024 * 1024;
/// A roll of a thousand people is a form of 10 KB.
const LARGEST_FORM: usize = 1024 * 1024;

/// The router, ready to be served, with what was counted a moment ago.
pub fn site(app: App, recent: Recent) -> Router {
    let (router, _) = routes().into_parts();
    let pace = Pace::new(&app.settings.limits);
    let places = limits::places(&app.settings.limits);
    let sign_ins = SignIns::new(app.db.clone());
    router
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::NotFound)
        .layer(Extension(Shelf::default()))
        .layer(Extension(limits::Readings::default()))
        .layer(Extension(recent))
        .layer(middleware::from_fn_with_state(app.clone(), looks::note))
        .layer(middleware::from_fn_with_state(app.clone(), note_refusals))
        .layer(middleware::from_fn(again::try_again))
        .layer(middleware::from_fn_with_state(pace, limits::keep_pace))
        .layer(middleware::from_fn_with_state((app.clone(), sign_ins), session::identify))
        .layer(middleware::from_fn_with_state(app.clone(), figures::tell))
        .layer(middleware::from_fn(origin::check))
        .layer(middleware::from_fn(limit_time))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn_with_state(places, limits::keep_places))
        .layer(middleware::from_fn_with_state(app.settings.clone(), dress_failures))
        .layer(middleware::from_fn_with_state(app.clone(), address::trace))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(RequestBodyDeadlineLayer::new(FORM))
        .layer(middleware::from_fn_with_state(app.clone(), protect))
        .layer(middleware::from_fn(pack_pages))
        .layer(packing())
        .with_state(app)
}

/// Packs a page in brotli for a browser that takes it: a hall's line carries 1.3 KB less of a
/// roll of 207 than in gzip.
async fn pack_pages(request: Request, next: Next) -> Response {
    let coding = Coding::of(request.headers());
    let response = next.run(request).await;
    if coding != Coding::Brotli || !is_whole_page(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return Error::Internal("a page that was made could not be read".into()).into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(coding.pack(&body, Effort::Short)))
}

/// Whether it is a page that is there as a whole, worth packing and not packed yet.
fn is_whole_page(response: &Response) -> bool {
    let header = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
    let is_page = header(header::CONTENT_TYPE).is_some_and(|it| it.starts_with("text/html"));
    let size = response.body().size_hint().exact().unwrap_or(0);
    let is_worth_it = (SMALLEST_PACKED..=LARGEST_PACKED).contains(&size);
    is_page && is_worth_it && header(header::CONTENT_ENCODING).is_none()
}

/// Packs in gzip, while it is sent, what a browser would wait for otherwise: files of any size,
/// and pages for whom takes no brotli. What fits into one packet, and what is packed already,
/// goes as it is.
fn packing() -> CompressionLayer<impl Predicate> {
    let kinds = NotForContentType::new("image/")
        .and(NotForContentType::new("application/vnd.openxmlformats"))
        .and(NotForContentType::new("application/zip"));
    let layer = CompressionLayer::new().gzip(true).quality(CompressionLevel::Default);
    layer.compress_when(SizeAbove::new(SMALLEST_PACKED).and(kinds))
}

/// Says whether a proxy may send people here. Unlike `/health` it says no from the moment the
/// program is told to stop. It does not ask the database: one that fails fails all servers of
/// a registry, and people are better told so by our page than by the proxy's.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.stopping.has_begun() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    (StatusCode::OK, "ok")
}

/// Every page of the site and what it takes to open it.
pub fn table() -> Vec<Route> {
    routes().into_parts().1
}

fn routes() -> Routes {
    Routes::new()
        .get("/static/{hash}/{name}", Need::Anyone, files::file)
        .get("/sw.js", Need::Anyone, files::worker)
        .get("/manifest.webmanifest", Need::Anyone, files::manifest)
        .get("/health", Need::Anyone, async || "ok")
        .get("/ready", Need::Anyone, ready)
        .merge(access::pages::routes())
        .merge(backups::pages::routes())
        .merge(administration::pages::routes())
        .merge(home::pages::routes())
        .merge(statistics::pages::routes())
        .merge(members::pages::routes())
        .merge(meetings::pages::routes())
        .merge(contributions::pages::routes())
        .merge(opinions::pages::routes())
        .merge(minutes::routes())
        .merge(criteria::pages::routes())
        .merge(reorganisations::pages::routes())
        .merge(evaluation::pages::routes())
        .merge(reports::pages::routes())
        .merge(exports::pages::routes())
        .merge(exchange::import::pages::routes())
        .merge(exchange::units::routes())
        .merge(privacy::pages::routes())
        .merge(reminders::pages::routes())
        .merge(api::routes())
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    failure: Failure,
}

#[derive(Template)]
#[template(path = "error_door.html")]
struct ErrorDoor {
    look: Look,
    failure: Failure,
}

/// What the script of a page is told that gets no answer.
#[derive(Serialize)]
struct Told {
    title: &'static str,
    text: String,
    reference: String,
}

impl From<Failure> for Told {
    fn from(Failure { title, text, reference }: Failure) -> Told {
        Told { title, text, reference }
    }
}

/// Gives an error its page: inside the frame for those who have signed in. Programs, and the
/// scripts of pages, are told in JSON.
async fn dress_failures(
    State(settings): State<Arc<Settings>>,
    request: Request,
    next: Next,
) -> Response {
    let look = Look::of(request.headers(), &settings);
    let is_api = tokens::is_api(request.uri().path());
    let by_script = web::wants_json(request.headers());
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    if is_api {
        return api::problem::dress(response, failure);
    }
    let viewer = response.extensions_mut().remove::<Viewer>();
    let mut dressed = if by_script {
        (response.status(), Json(Told::from(failure))).into_response()
    } else {
        let page = match viewer {
            Some(viewer) => {
                let frame = Frame::bare(&viewer, Place::Nowhere);
                ErrorPage { frame, failure }.render()
            }
            None => ErrorDoor { look, failure }.render(),
        };
        let Ok(page) = page else { return response };
        (response.status(), Html(page)).into_response()
    };
    for name in [header::RETRY_AFTER, header::REFRESH] {
        if let Some(wait) = response.headers_mut().remove(&name) {
            dressed.headers_mut().insert(name, wait);
        }
    }
    dressed
}

fn panicked() -> Response {
    // The payload may hold somebody's data: it is neither logged nor shown.
    Error::Internal("a handler panicked".into()).into_response()
}

/// Gives up what takes too long; its transaction leaves no trace.
async fn limit_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(HANDLER, next.run(request)).await;
    answered.unwrap_or_else(|_| Error::TooSlow.into_response())
}

/// Notes who was refused what. The page says no name; the note holds the address of the
/// thing, which names nobody either.
async fn note_refusals(
    State(app): State<App>,
    viewer: Option<Viewer>,
    request: Request,
    next: Next,
) -> Response {
    // An address that leads to no page at all is a slip of the keyboard.
    let page = request.extensions().get::<MatchedPath>();
    let is_page = page.is_some();
    // A token may open something yet, or once more.
    let page = page.map(MatchedPath::as_str).filter(|it| it.contains("{token}"));
    let what = format!("{} {}", request.method(), page.unwrap_or(request.uri().path()));
    let response = next.run(request).await;
    let status = response.status();
    if let Some(viewer) = viewer.filter(|_| is_page)
        && matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
    {
        let what: String = what.chars().take(LONGEST_NOTE).collect();
        let summary = format!("Không cho xem hoặc làm ({}): {what}", status.as_u16());
        app.watch.note(viewer.actor(), Act::new("access.refused", None, summary)).await;
    }
    response
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      object-src 'none'";

/// Tells the browser what these pages may do, and to keep no copy of them. A file of theirs
/// does nothing by itself: on a slow line each of them is 400 bytes sooner there.
async fn protect(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_file = response.extensions().get::<files::OfPages>().is_some();
    let headers = response.headers_mut();
    if app.stopping.has_begun() {
        // Whoever keeps the line would send the next request into a program that is gone.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if !is_file {
        let powers = "camera=(), geolocation=(), microphone=()";
        set(header::CONTENT_SECURITY_POLICY, POLICY);
        set(header::REFERRER_POLICY, "same-origin");
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("permissions-policy"), powers);
        set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    }
    if app.settings.secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    /// The page behind a handler, as `site` would answer.
    async fn answer(handler: axum::routing::MethodRouter) -> (StatusCode, String) {
        let settings = Arc::new(Settings::behind_proxy());
        let router = Router::new()
            .route("/", handler)
            .layer(middleware::from_fn(limit_time))
            .layer(CatchPanicLayer::custom(|_| panicked()))
            .layer(middleware::from_fn_with_state(settings, dress_failures));
        let request = Request::builder().uri("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_given_up_in_words() {
        let (status, page) = answer(get(async || std::future::pending::<()>().await)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.contains("Máy chủ làm quá lâu") && page.contains("<html"), "{page}");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_like_others() {
        let (status, page) = answer(get(async || -> () { panic!("somebody's name") })).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.contains("500-") && !page.contains("somebody"), "{page}");
    }
}
