//! The files that pages need beside themselves, compiled in. Their addresses carry a
//! hash of all of them, so that browsers may keep them for good.

use std::io::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: LazyLock<&'static [u8]>,
    /// The same in gzip, packed as small as it gets when the first of them is asked for.
    pub packed: LazyLock<Vec<u8>>,
}

const CSS_FILE: &[u8] = include_bytes!("../templates/static/site.css");
const JS_FILE: &[u8] = include_bytes!("../templates/static/app.js");
const ICONS_FILE: &[u8] = include_bytes!("../templates/static/icons.svg");

/// The style sheet for letters as many times as large: its breaks move with them, as they do
/// when the browser itself is set so. Queries know nothing of the size that a page sets.
static CSS_LARGE: LazyLock<String> = LazyLock::new(|| with_breaks_at(1.4));
static CSS_LARGEST: LazyLock<String> = LazyLock::new(|| with_breaks_at(2.0));

static ASSETS: [Asset; 5] = [
    Asset {
        name: "site.css",
        content_type: "text/css; charset=utf-8",
        bytes: LazyLock::new(|| CSS_FILE),
        packed: LazyLock::new(|| pack(CSS_FILE)),
    },
    Asset {
        name: "site-large.css",
        content_type: "text/css; charset=utf-8",
        bytes: LazyLock::new(|| CSS_LARGE.as_bytes()),
        packed: LazyLock::new(|| pack(CSS_LARGE.as_bytes())),
    },
    Asset {
        name: "site-largest.css",
        content_type: "text/css; charset=utf-8",
        bytes: LazyLock::new(|| CSS_LARGEST.as_bytes()),
        packed: LazyLock::new(|| pack(CSS_LARGEST.as_bytes())),
    },
    Asset {
        name: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: LazyLock::new(|| JS_FILE),
        packed: LazyLock::new(|| pack(JS_FILE)),
    },
    Asset {
        name: "icons.svg",
        content_type: "image/svg+xml",
        bytes: LazyLock::new(|| ICONS_FILE),
        packed: LazyLock::new(|| pack(ICONS_FILE)),
    },
];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(*asset.bytes);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
});

static CSS: LazyLock<String> = LazyLock::new(|| address("site.css"));
static CSS_LARGE_AT: LazyLock<String> = LazyLock::new(|| address("site-large.css"));
static CSS_LARGEST_AT: LazyLock<String> = LazyLock::new(|| address("site-largest.css"));
static JS: LazyLock<String> = LazyLock::new(|| address("app.js"));
static ICONS: LazyLock<String> = LazyLock::new(|| address("icons.svg"));

fn address(name: &str) -> String {
    format!("/static/{}/{name}", *HASH)
}

/// The address of the style sheet.
pub fn css() -> &'static str {
    &CSS
}

/// The address of that for large letters.
pub fn css_large() -> &'static str {
    &CSS_LARGE_AT
}

/// The address of that for the largest.
pub fn css_largest() -> &'static str {
    &CSS_LARGEST_AT
}

/// The address of the script.
pub fn js() -> &'static str {
    &JS
}

/// The address of the icons; an icon is `{icons}#{name}`.
pub fn icons() -> &'static str {
    &ICONS
}

/// The hash of all of them.
pub fn hash() -> &'static str {
    &HASH
}

/// The file called `name`.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The style sheet with the widths and heights of its queries, in rem, so many times as large.
fn with_breaks_at(times: f64) -> String {
    let css = String::from_utf8_lossy(CSS_FILE);
    let mut changed = String::with_capacity(css.len());
    for (at, part) in css.split("@media").enumerate() {
        // What stands between the word and its brace is the query.
        let (query, rest) =
            if at == 0 { ("", part) } else { part.split_at(part.find('{').unwrap_or(0)) };
        if at > 0 {
            changed.push_str("@media");
        }
        for (at, piece) in query.split_inclusive(':').enumerate() {
            let length = piece.split_once("rem)").filter(|_| at > 0);
            match length.and_then(|(number, more)| Some((number.parse::<f64>().ok()?, more))) {
                Some((number, more)) => {
                    changed.push_str(&(number * times).to_string());
                    changed.push_str("rem)");
                    changed.push_str(more);
                }
                None => changed.push_str(piece),
            }
        }
        changed.push_str(rest);
    }
    changed
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let done = gzip.write_all(bytes).and_then(|()| gzip.finish());
    done.expect("a vector takes whatever is written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_move_with_the_letters_and_nothing_else_does() {
        let largest = with_breaks_at(2.0);
        assert!(largest.contains("@media (min-width:96rem){"), "48rem, twice");
        assert!(largest.contains("@media screen and (max-width:95.98rem){"), "47.99rem, twice");
        let css = String::from_utf8_lossy(CSS_FILE);
        let without_queries = |css: &str| {
            let parts = css.split("@media").enumerate();
            let parts =
                parts.map(|(at, it)| if at == 0 { it } else { &it[it.find('{').unwrap()..] });
            parts.collect::<String>()
        };
        assert_eq!(without_queries(&largest), without_queries(&css));
        assert_eq!(with_breaks_at(1.0), css);
    }
}
