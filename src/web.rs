//! The extractors of the pages: axum's own, refusing with our error page.
#![expect(clippy::disallowed_types, reason = "this is where they are wrapped")]

use std::collections::HashMap;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, RawForm, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::settings::Settings;

pub mod list;

/// Where others reach the site: as it was told, or as whoever asks reaches it.
pub fn origin(settings: &Settings, headers: &HeaderMap) -> String {
    if let Some(url) = &settings.public_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let scheme = if settings.secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// A part of the path. One that cannot be read leads nowhere: 404.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Error> {
        if holds_nul(parts.uri.path().as_bytes()) {
            return Err(Error::NotFound);
        }
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(path)| Path(path)).map_err(|_| Error::NotFound)
    }
}

/// The query string: strings as typed, each with a default.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Error> {
        if holds_nul(parts.uri.query().unwrap_or_default().as_bytes()) {
            return Err(UNREADABLE_QUERY);
        }
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(query)| Query(query)).map_err(|_| UNREADABLE_QUERY)
    }
}

/// The fields of a posted form: strings as typed, each with a default.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Form<T>, Error> {
        let form = RawForm::from_request(request, state).await;
        let RawForm(bytes) = form.map_err(|refusal| refused(&refusal.into_response()))?;
        if holds_nul(&bytes) {
            return Err(UNREADABLE_FORM);
        }
        serde_urlencoded::from_bytes(&bytes).map(Form).map_err(|_| UNREADABLE_FORM)
    }
}

/// Our words for axum's refusal to read the body of a form.
pub fn refused(refusal: &Response) -> Error {
    match refusal.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => UNREADABLE_FORM,
    }
}

/// A posted form that carries a file, as `multipart/form-data`; empty where something
/// else was posted, so that whoever may not do this is told so first.
#[derive(Default)]
pub struct Upload {
    pub fields: HashMap<String, String>,
    /// Empty where no file was chosen.
    pub file_name: String,
    pub bytes: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Upload, Error> {
        let Ok(mut form) = Multipart::from_request(request, state).await else {
            return Ok(Upload::default());
        };
        let refused = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            _ => UNREADABLE_FORM,
        };
        let mut upload = Upload::default();
        while let Some(field) = form.next_field().await.map_err(refused)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(refused)?;
            match file_name {
                Some(file_name) => {
                    upload.file_name = file_name.replace(char::is_control, " ");
                    upload.bytes = bytes.to_vec();
                }
                None if holds_nul(&bytes) => return Err(UNREADABLE_FORM),
                None => {
                    let text = String::from_utf8(bytes.to_vec()).map_err(|_| UNREADABLE_FORM)?;
                    upload.fields.insert(name, text);
                }
            }
        }
        Ok(upload)
    }
}

const UNREADABLE_QUERY: Error = Error::BadRequest("Đường dẫn có phần sau dấu hỏi không đọc được.");
const UNREADABLE_FORM: Error =
    Error::BadRequest("Biểu mẫu gửi lên không đọc được. Quay lại trang trước và gửi lại.");

/// No keyboard types a NUL, and `PostgreSQL` cannot keep one in a text.
fn holds_nul(encoded: &[u8]) -> bool {
    encoded.contains(&0) || encoded.windows(3).any(|it| it == b"%00")
}
