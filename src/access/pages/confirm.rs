//! The password once more, before a file or a paper that names people is fetched.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::confirm;
use crate::access::form::our_page;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::faults::Faults;
use crate::web::{Form, Query};

pub fn routes() -> Routes {
    Routes::new().get("/account/confirm", Need::SignedIn, ask).post(
        "/account/confirm",
        Need::SignedIn,
        take,
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfirmForm {
    next: String,
    confirm: String,
}

const WHAT: &str = "Xác nhận mật khẩu";

async fn ask(viewer: Viewer, Query(form): Query<ConfirmForm>) -> Result<Response> {
    let next = our_page(&form.next);
    let page = confirm::page(&viewer, (WHAT, "/account/confirm", next), Faults::default())?;
    Ok((StatusCode::OK, page).into_response())
}

async fn take(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<ConfirmForm>,
) -> Result<Response> {
    let next = our_page(&form.next);
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, &form.confirm, &mut faults).await?;
    if faults.is_empty() {
        return Ok(Redirect::to(next).into_response());
    }
    confirm::page(&viewer, (WHAT, "/account/confirm", next), faults)
}
