//! How a browser is to show the pages: how large the letters, how strong the contrast, one
//! task a screen or all. A cookie remembers it, of the browser and not of anybody, signed in or
//! not; it holds these words and nothing else.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::form::our_page;
use crate::access::routes::{Need, Routes};
use crate::access::session;
use crate::app::App;
use crate::assets;
use crate::error::Result;
use crate::settings::Settings;
use crate::web::Form;

/// A year, in seconds: whoever sees badly does so tomorrow as well.
const KEPT: i64 = 365 * 24 * 3600;

/// How large the letters are; the style sheet of each moves its breaks with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    #[default]
    Usual,
    Large,
    Largest,
}

impl Size {
    const ALL: [Size; 3] = [Size::Usual, Size::Large, Size::Largest];

    /// As the form, the cookie and the style sheet say it.
    pub fn word(self) -> &'static str {
        match self {
            Size::Usual => "usual",
            Size::Large => "large",
            Size::Largest => "largest",
        }
    }

    fn read(word: &str) -> Option<Size> {
        Size::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The one that the button leads to.
    #[must_use]
    pub fn next(self) -> Size {
        match self {
            Size::Usual => Size::Large,
            Size::Large => Size::Largest,
            Size::Largest => Size::Usual,
        }
    }

    /// What the button says that leads here.
    pub fn act(self) -> &'static str {
        match self {
            Size::Usual => "Chữ thường",
            Size::Large => "Chữ to",
            Size::Largest => "Chữ to nữa",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub size: Size,
    /// Black on white, white on black.
    pub high: bool,
    /// One task a screen, for whoever keeps a cell.
    pub simple: bool,
}

/// What a button of the form changes; the rest stays empty, and as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LookForm {
    size: String,
    contrast: String,
    mode: String,
}

impl Look {
    pub fn of(headers: &HeaderMap, settings: &Settings) -> Look {
        session::cookie(headers, settings.look_cookie()).map(Look::read).unwrap_or_default()
    }

    /// A word that nobody knows, of another release or another hand, is passed over.
    fn read(cookie: &str) -> Look {
        let mut look = Look::default();
        for word in cookie.split('.') {
            match word {
                "high" => look.high = true,
                "simple" => look.simple = true,
                word => look.size = Size::read(word).unwrap_or(look.size),
            }
        }
        look
    }

    /// The words that are set: those of the cookie, parted by dots.
    fn words(self) -> Vec<&'static str> {
        let size = Some(self.size.word()).filter(|_| self.size != Size::Usual);
        let words = [size, self.high.then_some("high"), self.simple.then_some("simple")];
        words.into_iter().flatten().collect()
    }

    /// The classes of the page.
    pub fn classes(self) -> String {
        self.words().join(" ")
    }

    pub fn is_usual(self) -> bool {
        self == Look::default()
    }

    /// The address of the style sheet.
    pub fn css(self) -> &'static str {
        match self.size {
            Size::Usual => assets::css(),
            Size::Large => assets::css_large(),
            Size::Largest => assets::css_largest(),
        }
    }

    /// The address of what of it the calling of a roll needs.
    pub fn roll_css(self) -> &'static str {
        match self.size {
            Size::Usual => assets::roll_css(),
            Size::Large => assets::roll_css_large(),
            Size::Largest => assets::roll_css_largest(),
        }
    }

    fn changed(mut self, form: &LookForm) -> Look {
        self.size = Size::read(&form.size).unwrap_or(self.size);
        match form.contrast.as_str() {
            "high" => self.high = true,
            "usual" => self.high = false,
            _ => {}
        }
        match form.mode.as_str() {
            "simple" => self.simple = true,
            "full" => self.simple = false,
            _ => {}
        }
        self
    }
}

impl FromRequestParts<App> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Look, Infallible> {
        Ok(Look::of(&parts.headers, &app.settings))
    }
}

pub fn routes() -> Routes {
    Routes::new().post("/look", Need::Anyone, change)
}

/// Remembers the choice and comes back to the page that it was made on.
async fn change(
    State(app): State<App>,
    look: Look,
    headers: HeaderMap,
    Form(form): Form<LookForm>,
) -> Result<Response> {
    let (settings, words) = (&app.settings, look.changed(&form).words().join("."));
    let cookie = session::header_value(settings, settings.look_cookie(), &words, KEPT)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(page_before(&headers))).into_response())
}

/// The page of ours that the browser says it comes from, or the first.
fn page_before(headers: &HeaderMap) -> &str {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let rest = text(header::REFERER).split_once("://").map_or("", |it| it.1);
    our_page(rest.strip_prefix(text(header::HOST)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cookie_says_is_read_again() {
        for (size, high, simple) in
            [(Size::Usual, false, false), (Size::Large, true, false), (Size::Largest, true, true)]
        {
            let look = Look { size, high, simple };
            assert_eq!(Look::read(&look.words().join(".")), look);
        }
        assert_eq!(Look::read("<script>.high.huge"), Look { high: true, ..Look::default() });
    }

    #[test]
    fn a_button_changes_what_it_says_and_nothing_else() {
        let look = Look { size: Size::Large, high: true, simple: false };
        let form = LookForm { mode: "simple".to_owned(), ..LookForm::default() };
        assert_eq!(look.changed(&form), Look { simple: true, ..look });
        let form = LookForm { contrast: "usual".to_owned(), ..LookForm::default() };
        assert_eq!(look.changed(&form), Look { high: false, ..look });
    }

    #[test]
    fn one_comes_back_to_a_page_of_ours_only() {
        let before = |referer: &str| {
            let pairs = [(header::HOST, "so.vn:1"), (header::REFERER, referer)];
            let pairs = pairs.into_iter().map(|(name, it)| (name, it.parse().unwrap()));
            page_before(&pairs.collect::<HeaderMap>()).to_owned()
        };
        assert_eq!(before("http://so.vn:1/units/a1?on=2024-12-31"), "/units/a1?on=2024-12-31");
        for elsewhere in ["http://so.vn:12/x", "https://evil.example/x", "http://so.vn:1//evil", ""]
        {
            assert_eq!(before(elsewhere), "/", "{elsewhere}");
        }
    }
}
