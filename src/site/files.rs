//! The files of the pages over HTTP: packed once, kept by browsers for good, and not sent
//! again to whoever has them.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets;
use crate::error::Error;
use crate::web::Path;

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
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = takes_gzip(text(header::ACCEPT_ENCODING));
    let tag = format!(r#""{}{}""#, assets::hash(), if packed { "-gz" } else { "" });
    let always = [
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if has(text(header::IF_NONE_MATCH), &tag) {
        return Ok((StatusCode::NOT_MODIFIED, always).into_response());
    }
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    Ok(if packed {
        let packing = [(header::CONTENT_ENCODING, "gzip")];
        (always, kind, packing, asset.packed.as_slice()).into_response()
    } else {
        (always, kind, *asset.bytes).into_response()
    })
}

/// Whether `Accept-Encoding` names gzip, and does not refuse it.
fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|it| {
        let (name, weight) = it.split_once(';').unwrap_or((it, ""));
        let weight = weight.trim().trim_start_matches("q=").trim();
        name.trim().eq_ignore_ascii_case("gzip") && weight.parse() != Ok(0.0)
    })
}

/// Whether `If-None-Match` names this version.
fn has(tags: &str, tag: &str) -> bool {
    tags.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == tag || it == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for accepted in ["gzip", "br, gzip", "deflate, GZIP;q=0.5", "gzip; q=1"] {
            assert!(takes_gzip(accepted), "{accepted}");
        }
        for accepted in ["", "br", "gzip;q=0", "identity, gzip; q=0.0"] {
            assert!(!takes_gzip(accepted), "{accepted}");
        }
    }

    #[test]
    fn a_version_is_known_among_others() {
        assert!(has(r#""old", W/"new""#, r#""new""#));
        assert!(!has(r#""old""#, r#""new""#));
        assert!(!has("", r#""new""#));
    }
}
