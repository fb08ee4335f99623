//! The extractors of the pages: axum's own, refusing with our error page.
#![expect(clippy::disallowed_types, reason = "this is where they are wrapped")]

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};

use crate::error::Error;

/// A part of the path. One that cannot be read leads nowhere: 404.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Error))]
pub struct Path<T>(pub T);

/// The query string: strings as typed, each with a default.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Error))]
pub struct Query<T>(pub T);

/// The fields of a posted form: strings as typed, each with a default.
#[derive(FromRequest)]
#[from_request(via(axum::Form), rejection(Error))]
pub struct Form<T>(pub T);

impl From<PathRejection> for Error {
    fn from(_: PathRejection) -> Error {
        Error::NotFound
    }
}

impl From<QueryRejection> for Error {
    fn from(_: QueryRejection) -> Error {
        Error::BadRequest("Đường dẫn có phần sau dấu hỏi không đọc được.")
    }
}

impl From<FormRejection> for Error {
    fn from(_: FormRejection) -> Error {
        Error::BadRequest("Biểu mẫu gửi lên không đọc được. Quay lại trang trước và gửi lại.")
    }
}
