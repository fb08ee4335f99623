//! A request tried again as a whole, where the database gave it up: two transactions that
//! could not be put into an order (40001), a deadlock (40P01), a line that broke.
//!
//! Every form carries the id of what it makes, or the version of what it changes: tried again
//! after a commit whose answer never came, it finds its row, and is answered as the first
//! would have been.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::db::again::{TRIES, pause};
use crate::error::Error;
use crate::error::passing::Again;
use crate::web;

/// Tries a request up to [`TRIES`] times more. Files that come in are not kept for it: their
/// senders are told that nothing was written.
pub async fn try_again(request: Request, next: Next) -> Response {
    let is_form = request.method() == Method::POST && is_typed(request.headers());
    if !is_form && request.method() != Method::GET && request.method() != Method::HEAD {
        return next.run(request).await;
    }
    let keeps_trying = is_keyed(request.uri().path());
    let (parts, body) = request.into_parts();
    let body = if is_form {
        match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
            Ok(body) => body,
            Err(refusal) => return web::refused(&refusal.into_response()).into_response(),
        }
    } else {
        Bytes::new()
    };
    let (mut number, mut may_be_written) = (0, false);
    loop {
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let mut response = next.clone().run(request).await;
        let again = response.extensions_mut().remove::<Again>();
        may_be_written |= again == Some(Again::Unknown);
        let may = match again {
            None => false,
            Some(Again::Unwritten) => true,
            Some(Again::Unknown) => keeps_trying,
        };
        if !may || number == TRIES {
            return honest(response, may_be_written);
        }
        pause(number).await;
        number += 1;
    }
}

/// No later failure may say that nothing was written, where an earlier try may have been.
fn honest(response: Response, may_be_written: bool) -> Response {
    if may_be_written && response.status().is_server_error() {
        let why = "an earlier try may have been written";
        return Error::Passing(Again::Unknown, why.into()).into_response();
    }
    response
}

/// Whether a form has only fields in it, which are short.
fn is_typed(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"))
}

/// Whether what is posted there finds what it wrote. What an account does to its own sign-in
/// does not: a password once changed is no longer the old one, a code counts once.
fn is_keyed(path: &str) -> bool {
    let of_the_door = ["/account", "/sign-in", "/links/"];
    !of_the_door.iter().any(|it| path.starts_with(it))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::http::StatusCode;
    use axum::routing::post;
    use axum::{Router, middleware};
    use tower::ServiceExt as _;

    use super::*;

    /// Answers the first `failures` tries with an error; the status of the answer to a form
    /// posted at `path`, and how often it was tried.
    async fn tried(path: &str, failures: u32, error: fn(u32) -> Error) -> (Response, u32) {
        let count = Arc::new(AtomicU32::new(0));
        let handler = {
            let count = count.clone();
            async move |body: String| {
                assert_eq!(body, "id=1");
                let number = count.fetch_add(1, Ordering::SeqCst);
                if number < failures { Err(error(number)) } else { Ok("done") }
            }
        };
        let router =
            Router::new().route("/{*path}", post(handler)).layer(middleware::from_fn(try_again));
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("id=1"))
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        (response, count.load(Ordering::SeqCst))
    }

    fn lost(_: u32) -> Error {
        Error::Passing(Again::Unwritten, "40001".into())
    }

    fn cut(_: u32) -> Error {
        Error::Passing(Again::Unknown, "cut".into())
    }

    fn cut_then_lost(number: u32) -> Error {
        if number == 0 { cut(0) } else { lost(number) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_given_up_is_tried_six_times_more() {
        let (response, times) = tried("/units", 6, lost).await;
        assert_eq!((response.status(), times), (StatusCode::OK, 7));
        let (response, times) = tried("/units", 9, lost).await;
        assert_eq!((response.status(), times), (StatusCode::SERVICE_UNAVAILABLE, 7));
        let (response, times) = tried("/sign-in", 1, lost).await;
        assert_eq!((response.status(), times), (StatusCode::OK, 2));
        let (_, times) = tried("/units", 9, |_| Error::NotFound).await;
        assert_eq!(times, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_be_written_is_tried_again_only_by_its_key() {
        let (response, times) = tried("/units", 1, cut).await;
        assert_eq!((response.status(), times), (StatusCode::OK, 2));
        let (response, times) = tried("/account", 1, cut).await;
        assert_eq!((response.status(), times), (StatusCode::SERVICE_UNAVAILABLE, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_told_that_nothing_was_written_where_it_may_be() {
        let (response, _) = tried("/units", 9, cut_then_lost).await;
        let failure = response.extensions().get::<crate::error::Failure>().unwrap();
        assert_eq!(failure.title, "Chưa biết đã ghi hay chưa");
    }
}
