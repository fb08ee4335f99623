//! What a program is told that gets no answer: problem details (RFC 9457).

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::error::{Error, Failure};

const MEDIA_TYPE: &str = "application/problem+json";

/// Vì sao không có câu trả lời (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Luôn là `about:blank`: mã HTTP nói hết loại lỗi.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Tên lỗi.
    title: String,
    /// Mã HTTP.
    status: u16,
    /// Lỗi là gì, sửa thế nào.
    detail: String,
    /// Mã để báo người quản trị và tìm trong nhật ký máy chủ.
    reference: String,
    /// Tham số nào sai, ở lỗi 400.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<ParameterFault>,
}

/// Một tham số sai.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParameterFault {
    /// Tên tham số, như đã gửi.
    pub name: String,
    /// Sai thế nào.
    pub detail: String,
}

/// Why a handler of ours gives no answer.
#[derive(Debug)]
pub enum Refusal {
    Error(Error),
    Parameters(Vec<ParameterFault>),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Refusal {
        Refusal::Error(error.into())
    }
}

/// On its way to [`dress`].
#[derive(Clone)]
struct Faulty(Vec<ParameterFault>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Error(error) => error.into_response(),
            Refusal::Parameters(faults) => {
                let why = "Có tham số sai; xem từng tham số ở dưới.";
                let mut response = Error::BadRequest(why).into_response();
                response.extensions_mut().insert(Faulty(faults));
                response
            }
        }
    }
}

/// The answer to a program in the place of a page.
pub fn dress(mut response: Response, failure: Failure) -> Response {
    let status = response.status();
    let faulty = response.extensions_mut().remove::<Faulty>();
    let problem = Problem {
        kind: "about:blank",
        title: failure.title.to_owned(),
        status: status.as_u16(),
        detail: detail(status, failure.text),
        reference: failure.reference,
        parameters: faulty.map_or_else(Vec::new, |it| it.0),
    };
    let mut dressed = (status, Json(problem)).into_response();
    let headers = dressed.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE, header::ALLOW] {
        if let Some(value) = response.headers_mut().remove(&name) {
            headers.insert(name, value);
        }
    }
    dressed
}

/// Pages speak to people who click and write; programs do neither.
fn detail(status: StatusCode, text: String) -> String {
    let said = match status {
        StatusCode::NOT_FOUND => {
            "Không có địa chỉ hay đơn vị này, hoặc mã truy cập không mở được nó."
        }
        StatusCode::FORBIDDEN => {
            "Mã truy cập, hoặc tài khoản của nó, không được xuất tệp này ở đơn vị này."
        }
        StatusCode::SERVICE_UNAVAILABLE => "Máy chủ đang bận. Chờ một phút rồi hỏi lại.",
        StatusCode::INTERNAL_SERVER_ERROR => "Báo người quản trị và đọc mã `reference`.",
        _ => return text,
    };
    said.to_owned()
}

/// The refusals that every address of ours may answer with, for the document.
pub struct Common;

/// Those of addresses that name a unit, besides.
pub struct OfUnit;

impl IntoResponses for Common {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        BTreeMap::from([
            told("400", "Tham số lạ, hoặc không đọc được; `parameters` nói tham số nào.", None),
            told(
                "401",
                "Không có mã truy cập, mã sai, hết hạn, đã thu hồi, hoặc tài khoản đã khóa. Cookie \
                 đăng nhập không thay được mã.",
                Some("WWW-Authenticate"),
            ),
            told("429", "Quá nhiều lần gửi mã sai từ một địa chỉ.", Some("Retry-After")),
            told("500", "Lỗi ở máy chủ.", None),
            told("503", "Máy chủ đang bận; hỏi lại sau.", Some("Retry-After")),
        ])
    }
}

impl IntoResponses for OfUnit {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let unknown = "Không có đơn vị này, hoặc mã truy cập không mở được nó.";
        BTreeMap::from([told("404", unknown, None)])
    }
}

fn told(
    status: &str,
    description: &str,
    head: Option<&str>,
) -> (String, RefOr<utoipa::openapi::Response>) {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
    if let Some(name) = head {
        let text = ObjectBuilder::new().schema_type(Type::String);
        response = response.header(name, HeaderBuilder::new().schema(Some(text)).build());
    }
    (status.to_owned(), RefOr::T(response.build()))
}
