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
    pub bytes: &'static [u8],
    /// The same in gzip, packed as small as it gets when the first of them is asked for.
    pub packed: LazyLock<Vec<u8>>,
}

const CSS_FILE: &[u8] = include_bytes!("../templates/static/site.css");
const JS_FILE: &[u8] = include_bytes!("../templates/static/app.js");
const ICONS_FILE: &[u8] = include_bytes!("../templates/static/icons.svg");

static ASSETS: [Asset; 3] = [
    Asset {
        name: "site.css",
        content_type: "text/css; charset=utf-8",
        bytes: CSS_FILE,
        packed: LazyLock::new(|| pack(CSS_FILE)),
    },
    Asset {
        name: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: JS_FILE,
        packed: LazyLock::new(|| pack(JS_FILE)),
    },
    Asset {
        name: "icons.svg",
        content_type: "image/svg+xml",
        bytes: ICONS_FILE,
        packed: LazyLock::new(|| pack(ICONS_FILE)),
    },
];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.bytes);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
});

static CSS: LazyLock<String> = LazyLock::new(|| address("site.css"));
static JS: LazyLock<String> = LazyLock::new(|| address("app.js"));
static ICONS: LazyLock<String> = LazyLock::new(|| address("icons.svg"));

fn address(name: &str) -> String {
    format!("/static/{}/{name}", *HASH)
}

/// The address of the style sheet.
pub fn css() -> &'static str {
    &CSS
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

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let done = gzip.write_all(bytes).and_then(|()| gzip.finish());
    done.expect("a vector takes whatever is written")
}
