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
    /// As it is served: a script without what people read in it.
    pub bytes: Vec<u8>,
    /// The same in gzip, as small as it gets.
    pub packed: Vec<u8>,
    address: String,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Each file: its name, its type, and what is in it.
macro_rules! files {
    ($($name:literal: $content_type:expr),+ $(,)?) => {
        const FILES: &[(&str, &str, &[u8])] = &[
            $(($name, $content_type, include_bytes!(concat!("../templates/static/", $name)))),+
        ];
    };
}

files! {
    "site.css": "text/css; charset=utf-8",
    "app.js": SCRIPT,
    "forms.js": SCRIPT,
    "roll.js": SCRIPT,
    "icons.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "icon-maskable.png": "image/png",
}

/// What a roll that is kept on a telephone is drawn with.
const OF_A_ROLL: [&str; 4] = ["site.css", "app.js", "roll.js", "icons.svg"];

const WORKER: &str = include_str!("../templates/static/sw.js");

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (.., bytes) in FILES {
        hash.update(bytes);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
});

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let made = FILES.iter().map(|&(name, content_type, bytes)| {
        let text = (content_type == SCRIPT).then(|| bare(&String::from_utf8_lossy(bytes)));
        let bytes = text.map_or_else(|| bytes.to_vec(), String::into_bytes);
        let (packed, address) = (pack(&bytes), format!("/static/{}/{name}", *HASH));
        Asset { name, content_type, bytes, packed, address }
    });
    made.collect()
});

static SERVICE_WORKER: LazyLock<String> = LazyLock::new(|| {
    let files = OF_A_ROLL.map(address).join("', '");
    bare(WORKER).replace("{hash}", hash()).replace("{files}", &files)
});

static MANIFEST: LazyLock<String> = LazyLock::new(|| {
    let icon = |name, sizes: &str, purpose: &str| {
        let source = address(name);
        serde_json::json!({
            "src": source, "sizes": sizes, "type": "image/png", "purpose": purpose
        })
    };
    let manifest = serde_json::json!({
        "id": "/",
        "name": "Hai Chiều: sổ đảng viên nơi cư trú",
        "short_name": "Hai Chiều",
        "lang": "vi",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf5ea",
        "theme_color": "#faf5ea",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable.png", "512x512", "maskable"),
        ],
    });
    manifest.to_string()
});

/// The address of the style sheet.
pub fn css() -> &'static str {
    address("site.css")
}

/// The address of the script of every page.
pub fn js() -> &'static str {
    address("app.js")
}

/// The address of the script of a few forms: money, drafts, copying.
pub fn forms_js() -> &'static str {
    address("forms.js")
}

/// The address of the script of the calling of a roll.
pub fn roll_js() -> &'static str {
    address("roll.js")
}

/// The address of the icons; an icon is `{icons}#{name}`.
pub fn icons() -> &'static str {
    address("icons.svg")
}

/// The address of the picture that stands for the site on a telephone.
pub fn icon() -> &'static str {
    address("icon-192.png")
}

/// The script that answers for the site where there is no network.
pub fn service_worker() -> &'static str {
    &SERVICE_WORKER
}

/// What the site is called and looks like where it is installed.
pub fn manifest() -> &'static str {
    &MANIFEST
}

/// The hash of all of them.
pub fn hash() -> &'static str {
    &HASH
}

/// The file called `name`.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

fn address(name: &str) -> &'static str {
    find(name).map_or("", |it| it.address.as_str())
}

/// A script without its comments, which stand on lines of their own, and without what its
/// lines are indented by.
fn bare(script: &str) -> String {
    let mut bare = String::new();
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            bare.push_str(line);
            bare.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    bare
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
    fn a_script_is_served_without_its_comments() {
        let script =
            "/* What\n   it is. */\n  go('/* here */');\n  // Why.\n\n  /** How. */\n  b();\n";
        assert_eq!(bare(script), "go('/* here */');\nb();\n");
    }

    #[test]
    fn a_page_with_its_script_costs_no_more_than_6_kb_of_script() {
        for beside in ["roll.js", "forms.js"] {
            let size: usize =
                ["app.js", beside].map(|it| find(it).unwrap().packed.len()).iter().sum();
            assert!(size <= 6 * 1024, "{beside}: {size}");
        }
    }

    #[test]
    fn the_worker_knows_what_a_roll_is_drawn_with() {
        let worker = service_worker();
        assert!(worker.contains(&format!("'files-{}'", hash())), "{worker}");
        for name in OF_A_ROLL {
            assert!(worker.contains(&format!("'/static/{}/{name}'", hash())), "{worker}");
        }
        assert!(pack(worker.as_bytes()).len() <= 1024, "{}", pack(worker.as_bytes()).len());
    }

    #[test]
    fn icons_are_as_large_as_they_say() {
        for (name, side) in
            [("icon-192.png", 192), ("icon-512.png", 512), ("icon-maskable.png", 512)]
        {
            let png = &find(name).unwrap().bytes;
            let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            assert_eq!((&png[..4], number(16), number(20)), (&b"\x89PNG"[..], side, side));
        }
    }
}
