//! Requests that other sites send in a visitor's name are refused (ASVS 3.5.1).
//!
//! No token stands in the forms: the browser itself says where a request comes from.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::tokens;
use crate::error::Error;

/// Lets a request that may change something through only if our own page sent it.
pub async fn check(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // No cookie opens the addresses of programs: nothing is done there in a visitor's name.
    let is_api = tokens::is_api(request.uri().path());
    if reads || is_api || is_our_own(request.headers()) {
        return next.run(request).await;
    }
    Error::Elsewhere.into_response()
}

fn is_our_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // An old browser, or one on plain http: it says at least from which host.
    let host = text(header::HOST.as_str());
    let origin = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    matches!((host, origin), (Some(host), Some((_, origin))) if host == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(is_our_own(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_our_own(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_our_own(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_our_own(&headers(&[("host", "a.vn:1"), ("origin", "https://a.vn:1")])));
        assert!(!is_our_own(&headers(&[("host", "a.vn"), ("origin", "https://b.vn")])));
        assert!(!is_our_own(&headers(&[("host", "a.vn"), ("origin", "null")])));
        assert!(!is_our_own(&headers(&[("host", "a.vn")])));
    }
}
