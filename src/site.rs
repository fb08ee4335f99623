//! The whole site: every feature's pages under one roof, and what all of them share.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};

use crate::access::frame::{Frame, Place};
use crate::access::routes::{Need, Route, Routes};
use crate::access::viewer::Viewer;
use crate::access::{origin, session};
use crate::app::App;
use crate::error::{Error, Failure};
use crate::web::Path;
use crate::{
    access, administration, assets, contributions, evaluation, home, meetings, members, opinions,
    statistics,
};

/// How long a handler may take, and a client to send its form.
const HANDLER: Duration = Duration::from_secs(30);
const FORM: Duration = Duration::from_secs(15);
/// A roll of a thousand people is a form of 10 KB.
const LARGEST_FORM: usize = 1024 * 1024;

/// The router, ready to be served.
pub fn site(app: App) -> Router {
    let (router, _) = routes().into_parts();
    router
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::NotFound)
        .layer(middleware::from_fn_with_state(app.clone(), session::identify))
        .layer(middleware::from_fn(origin::check))
        .layer(middleware::from_fn(dress_failures))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(RequestBodyDeadlineLayer::new(FORM))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, HANDLER))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn_with_state(app.clone(), protect))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(app)
}

/// Every page of the site and what it takes to open it.
pub fn table() -> Vec<Route> {
    routes().into_parts().1
}

fn routes() -> Routes {
    Routes::new()
        .get("/static/{hash}/{name}", Need::Anyone, asset)
        .get("/health", Need::Anyone, async || "ok")
        .merge(access::pages::routes())
        .merge(administration::pages::routes())
        .merge(home::pages::routes())
        .merge(statistics::pages::routes())
        .merge(members::pages::routes())
        .merge(meetings::pages::routes())
        .merge(contributions::pages::routes())
        .merge(opinions::pages::routes())
        .merge(evaluation::pages::routes())
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, Error> {
    let asset = assets::find(&hash, &name).ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
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
    failure: Failure,
}

/// Gives an error its page: inside the frame for those who have signed in.
async fn dress_failures(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    let page = match response.extensions_mut().remove::<Viewer>() {
        Some(viewer) => {
            let frame = Frame::bare(&viewer, Place::Nowhere);
            ErrorPage { frame, failure }.render()
        }
        None => ErrorDoor { failure }.render(),
    };
    let Ok(page) = page else { return response };
    let mut dressed = (response.status(), Html(page)).into_response();
    if let Some(wait) = response.headers_mut().remove(header::RETRY_AFTER) {
        dressed.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    dressed
}

fn panicked() -> Response {
    // The payload may hold somebody's data: it is neither logged nor shown.
    tracing::error!("a handler panicked");
    let text = "Có lỗi ở máy chủ. Chưa ghi gì vào sổ.";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      object-src 'none'";

/// Tells the browser what these pages may do, and to keep no copy of them.
async fn protect(
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    if app.settings.secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
