//! The files of the pages over HTTP: packed once, kept by browsers for good, and not sent
//! again to whoever has them.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets;
use crate::error::Error;
use crate::packing::Coding;
use crate::web::Path;

/// What stands at an address of its own is asked for each time.
const NOT_KEPT: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-cache")];

/// On the answer that is a file of the pages: no document, so what a document may do need not
/// be said with it.
#[derive(Clone, Copy)]
pub struct OfPages;

/// A file under the hash of this program's files never changes. Under another one, which a
/// page of an earlier or a later release asks for while servers are exchanged one by one, it
/// is ours, to be asked for again.
pub async fn file(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let asset = assets::find(&name).ok_or(Error::NotFound)?;
    let kept =
        if hash == assets::hash() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let coding = if asset.is_picture() { Coding::Plain } else { Coding::of(&headers) };
    let tag = match coding.name() {
        Some(coding) => format!(r#""{}-{coding}""#, assets::hash()),
        None => format!(r#""{}""#, assets::hash()),
    };
    let always = [
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if has(known.unwrap_or_default(), &tag) {
        return Ok((StatusCode::NOT_MODIFIED, Extension(OfPages), always).into_response());
    }
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    let packing = coding.name().map(|it| [(header::CONTENT_ENCODING, it)]);
    Ok((Extension(OfPages), always, kind, packing, asset.packed(coding)).into_response())
}

/// The script that answers where there is no network. It stands at the root, whose pages it may
/// answer for, and is asked for anew each time, so that a new release is found.
pub async fn worker() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, NOT_KEPT, assets::service_worker()).into_response()
}

/// What the site is called where it is installed.
pub async fn manifest() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/manifest+json")];
    (kind, NOT_KEPT, assets::manifest()).into_response()
}

/// Whether `If-None-Match` names this version.
fn has(tags: &str, tag: &str) -> bool {
    tags.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == tag || it == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_among_others() {
        assert!(has(r#""old", W/"new""#, r#""new""#));
        assert!(!has(r#""old""#, r#""new""#));
        assert!(!has("", r#""new""#));
    }
}
