//! Help in plain words, on a page and on two sheets of paper: open to anybody.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;

use crate::access::look::Look;
use crate::app::App;
use crate::error::Result;

#[derive(Template)]
#[template(path = "home/help.html")]
struct HelpPage {
    look: Look,
}

#[derive(Template)]
#[template(path = "home/help_paper.html")]
struct PaperPage {
    /// Where the site is reached.
    origin: String,
}

pub async fn show(look: Look) -> Result<Html<String>> {
    Ok(Html(HelpPage { look }.render()?))
}

pub async fn paper(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>> {
    Ok(Html(PaperPage { origin: app.origin(&headers) }.render()?))
}
