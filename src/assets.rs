//! The files that pages need beside themselves, compiled in. Their addresses carry a
//! hash of all of them, so that browsers may keep them for good.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use askama::filters::HtmlSafe;
use base64::Engine as _;
use sha2::{Digest, Sha256};

use crate::packing::{Coding, Effort};

use text::{bare_script, bare_style, with_breaks_at};

mod text;

pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    /// As it is served: a script or a style sheet without what people read in it.
    pub bytes: Vec<u8>,
    /// The same as small as it gets, from the first time that somebody asks for it so.
    brotli: OnceLock<Vec<u8>>,
    gzip: OnceLock<Vec<u8>>,
    address: String,
}

impl Asset {
    pub fn packed(&self, coding: Coding) -> &[u8] {
        let once = match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
            Coding::Plain => return &self.bytes,
        };
        once.get_or_init(|| coding.pack(&self.bytes, Effort::Whole))
    }

    /// Whether it is packed in itself.
    pub fn is_picture(&self) -> bool {
        self.content_type == "image/png"
    }
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
/// The style sheets for letters as many times as large, of which they are made: breaks move with
/// the letters, as they do when the browser itself is set so. Queries know nothing of the size
/// that a page sets.
const LARGE: [(&str, f64, &str); 4] = [
    ("site-large.css", 1.4, "site.css"),
    ("site-largest.css", 2.0, "site.css"),
    ("roll-large.css", 1.4, "roll.css"),
    ("roll-largest.css", 2.0, "roll.css"),
];

/// Each file: its name, its type, and what it is put together from. A page has one script and
/// one style sheet; that of the calling of a roll, which a hall's line carries, holds what it
/// needs, in the order of the whole.
macro_rules! files {
    ($($name:literal: $content_type:expr, [$($part:literal),+]);+ $(;)?) => {
        const FILES: &[(&str, &str, &[&[u8]])] = &[$((
            $name,
            $content_type,
            &[$(include_bytes!(concat!("../templates/static/", $part)).as_slice()),+],
        )),+];
    };
}

files! {
    "site.css": STYLE, [
        "css/page.css", "css/more.css", "css/figures.css", "css/forms.css", "css/rows.css",
        "css/sheets.css", "css/papers.css", "css/print.css", "css/counts.css"
    ];
    "roll.css": STYLE, ["css/page.css", "css/rows.css", "css/print.css"];
    "app.js": SCRIPT, ["app.js", "forms.js"];
    "roll.js": SCRIPT, ["app.js", "roll.js"];
    "icons.svg": "image/svg+xml", ["icons.svg"];
    "icon-192.png": "image/png", ["icon-192.png"];
    "icon-512.png": "image/png", ["icon-512.png"];
    "icon-maskable.png": "image/png", ["icon-maskable.png"];
}

/// What a roll that is kept on a telephone is drawn with.
const OF_A_ROLL: [&str; 5] =
    ["roll.css", "roll-large.css", "roll-largest.css", "roll.js", "icons.svg"];

const ICONS: &str = include_str!("../templates/static/icons.svg");
const WORKER: &str = include_str!("../templates/static/sw.js");

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (.., parts) in FILES {
        parts.iter().for_each(|part| hash.update(part));
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
});

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut made = Vec::with_capacity(FILES.len() + LARGE.len());
    for &(name, content_type, parts) in FILES {
        let bytes = parts.concat();
        let read = || String::from_utf8_lossy(&bytes);
        let bytes = match content_type {
            // What one part of a script names, those behind it know, and nobody else.
            SCRIPT => format!("(()=>{{'use strict';{}}})();\n", bare_script(&read())).into_bytes(),
            STYLE => bare_style(&read()).into_bytes(),
            _ => bytes,
        };
        made.push(asset(name, content_type, bytes));
    }
    for (name, times, of) in LARGE {
        let css = made.iter().find(|it| it.name == of).map(|it| String::from_utf8_lossy(&it.bytes));
        let css = with_breaks_at(&css.unwrap_or_default(), times);
        made.push(asset(name, STYLE, css.into_bytes()));
    }
    made
});

fn asset(name: &'static str, content_type: &'static str, bytes: Vec<u8>) -> Asset {
    let address = format!("/static/{}/{name}", *HASH);
    let (brotli, gzip) = (OnceLock::new(), OnceLock::new());
    Asset { name, content_type, bytes, brotli, gzip, address }
}

static SERVICE_WORKER: LazyLock<String> = LazyLock::new(|| {
    let files = OF_A_ROLL.map(address).join("', '");
    bare_script(WORKER).replace("{hash}", hash()).replace("{files}", &files)
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

/// The address of that for large letters.
pub fn css_large() -> &'static str {
    address("site-large.css")
}

/// The address of that for the largest.
pub fn css_largest() -> &'static str {
    address("site-largest.css")
}

/// The address of what of it the calling of a roll needs.
pub fn roll_css() -> &'static str {
    address("roll.css")
}

/// The address of that for large letters.
pub fn roll_css_large() -> &'static str {
    address("roll-large.css")
}

/// The address of that for the largest.
pub fn roll_css_largest() -> &'static str {
    address("roll-largest.css")
}

/// The address of the script of all pages but the calling of a roll.
pub fn js() -> &'static str {
    address("app.js")
}

/// The address of the script of the calling of a roll.
pub fn roll_js() -> &'static str {
    address("roll.js")
}

/// The address of the icons; an icon is `{icons}#{name}`.
pub fn icons() -> &'static str {
    address("icons.svg")
}

/// What an icon is drawn with. A page that holds it asks for no file of icons.
pub struct Drawing(&'static str);

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// It is a piece of a file of ours.
impl HtmlSafe for Drawing {}

/// The icon of this name; of another name, nothing.
pub fn drawing(name: &str) -> Drawing {
    let symbol = ICONS.split("<symbol ").find_map(|it| it.strip_prefix(&format!("id=\"{name}\"")));
    let inside = symbol.and_then(|it| it.split_once('>')).map(|(_, it)| it);
    Drawing(inside.and_then(|it| it.split_once("</symbol>")).map_or("", |(it, _)| it))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_drawn_in_a_page_as_in_its_file() {
        let file = String::from_utf8_lossy(&find("icons.svg").unwrap().bytes);
        for name in ["home", "people", "meeting", "gift", "sheet", "chart", "tree", "help"] {
            let drawing = drawing(name).to_string();
            assert!(drawing.starts_with('<') && !drawing.contains("symbol"), "{name}: {drawing}");
            assert!(
                file.contains(&format!(r#"id="{name}" viewBox="0 0 24 24">{drawing}</symbol>"#))
            );
        }
        assert_eq!(drawing("nothing").to_string(), "");
    }

    #[test]
    fn a_page_costs_no_more_than_6_kb_of_script() {
        for name in ["app.js", "roll.js"] {
            let size = find(name).unwrap().packed(Coding::Gzip).len();
            assert!(size <= 6 * 1024, "{name}: {size}");
        }
    }

    #[test]
    fn the_worker_knows_what_a_roll_is_drawn_with() {
        let worker = service_worker();
        assert!(worker.contains(&format!("'files-{}'", hash())), "{worker}");
        for name in OF_A_ROLL {
            assert!(worker.contains(&format!("'/static/{}/{name}'", hash())), "{worker}");
        }
        let size = Coding::Gzip.pack(worker.as_bytes(), Effort::Short).len();
        assert!(size <= 1024, "{size}");
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

    #[test]
    fn a_roll_has_a_part_of_the_style_of_all_pages() {
        let rules = |name: &str| {
            let css = String::from_utf8_lossy(&find(name).unwrap().bytes).into_owned();
            css.split_inclusive('}').map(str::to_owned).collect::<Vec<_>>()
        };
        for size in ["", "-large", "-largest"] {
            let whole = rules(&format!("site{size}.css"));
            let part = rules(&format!("roll{size}.css"));
            // The same rules in the same order, and far fewer of them.
            let mut rest = whole.iter();
            assert!(part.iter().all(|rule| rest.any(|it| it == rule)), "roll{size}.css");
            assert!(part.len() * 3 < whole.len() * 2 && part.iter().any(|it| it.contains(".rows")));
        }
    }
}
