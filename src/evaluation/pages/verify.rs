//! What anybody may ask of a printed sheet: whether it is confirmed, and nothing more.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::look::Look;
use crate::access::throttle;
use crate::access::viewer::ClientAddress;
use crate::app::App;
use crate::error::{Error, Result};
use crate::evaluation::model::{State as SheetState, code_shown, read_code};
use crate::evaluation::store::verify;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::vietnamese::name;
use crate::web::{Path, Query};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeQuery {
    code: String,
}

#[derive(Template)]
#[template(path = "evaluation/verify.html")]
struct VerifyPage {
    look: Look,
    /// As typed.
    typed: String,
    answer: Option<Answer>,
}

/// What is answered of a code.
enum Answer {
    /// Nothing that a sheet bears.
    Unknown,
    /// The cell has signed the sheet, the ward has not confirmed it.
    Unconfirmed,
    /// Another version has taken its place, or is about to.
    Replaced,
    Confirmed {
        year: i64,
        unit: String,
        initials: String,
    },
}

pub async fn form(look: Look, Query(query): Query<CodeQuery>) -> Result<Response> {
    if query.code.trim().is_empty() {
        let page = VerifyPage { look, typed: String::new(), answer: None };
        return Ok(Html(page.render()?).into_response());
    }
    if let Some(code) = read_code(&query.code) {
        return Ok(Redirect::to(&format!("/verify/{}", code_shown(&code))).into_response());
    }
    let page = VerifyPage { look, typed: query.code, answer: Some(Answer::Unknown) };
    Ok(Html(page.render()?).into_response())
}

pub async fn show(
    State(app): State<App>,
    look: Look,
    ClientAddress(address): ClientAddress,
    Path(typed): Path<String>,
) -> Result<Html<String>> {
    if let Err(wait) = throttle::admit_check(&app.db, &address.to_string()).await? {
        return Err(Error::TooMany(u64::try_from(wait).unwrap_or(1)));
    }
    let mut tx = app.db.read().await?;
    let found = match read_code(&typed) {
        Some(code) => verify::find(&mut tx, &code).await?,
        None => None,
    };
    let answer = match found {
        None => Answer::Unknown,
        Some(it) if it.state == SheetState::Replaced => Answer::Replaced,
        Some(it) if !it.state.is_confirmed() => Answer::Unconfirmed,
        Some(it) => {
            let path = organisation::store::path(&mut tx, it.unit_id, it.reference_on).await?;
            let names: Vec<String> = path.iter().rev().take(2).map(Unit::party_name).collect();
            let initials = name::initials(&it.full_name);
            Answer::Confirmed { year: it.year, unit: names.join(", "), initials }
        }
    };
    Ok(Html(VerifyPage { look, typed, answer: Some(answer) }.render()?))
}
