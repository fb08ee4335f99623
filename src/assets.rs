//! The files that pages need beside themselves, compiled in. Their addresses carry a
//! hash of all of them, so that browsers may keep them for good.

use std::sync::LazyLock;

use base64::Engine as _;
use sha2::{Digest, Sha256};

pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

pub static ASSETS: [Asset; 3] = [
    Asset {
        name: "site.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../templates/static/site.css"),
    },
    Asset {
        name: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../templates/static/app.js"),
    },
    Asset {
        name: "icons.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../templates/static/icons.svg"),
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

/// The file called `name`, if `hash` is that of this program's files.
pub fn find(hash: &str, name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name && hash == *HASH)
}
