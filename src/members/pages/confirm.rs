//! What a form is about to change, told before it is written.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use crate::access::frame::Frame;
use crate::error::{Error, Result};
use crate::members::pages::refused;
use crate::members::pages::standing::Standing;

/// Where somebody stands between a form and its being written: `step` of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The form was filled in: what it changes is to be told.
    Ask,
    /// It was told and found wrong: back to the form as it was filled in.
    Edit,
    Save,
}

impl Step {
    pub fn read(typed: &str) -> Step {
        match typed.trim() {
            "save" => Step::Save,
            "edit" => Step::Edit,
            _ => Step::Ask,
        }
    }
}

#[derive(Template)]
#[template(path = "members/confirm.html")]
pub struct ConfirmPage {
    frame: Frame,
    standing: Standing,
    title: String,
    /// The last part of the form's address.
    act: &'static str,
    said: Vec<String>,
    fields: Vec<(String, String)>,
}

impl ConfirmPage {
    /// The page that tells what `form` will change; it carries the form along.
    pub fn answer(
        (frame, standing): (Frame, Standing),
        (title, act): (String, &'static str),
        said: Vec<String>,
        form: &impl Serialize,
    ) -> Result<Response> {
        let typed = serde_json::to_value(form).map_err(|it| Error::Internal(it.into()))?;
        let Value::Object(typed) = typed else { return Err(Error::NotFound) };
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let fields = typed.into_iter().map(|(name, value)| (name, text(value))).collect();
        refused(StatusCode::OK, &ConfirmPage { frame, standing, title, act, said, fields })
    }
}
