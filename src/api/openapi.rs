//! The document of what programs can read, made from the code that answers them.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::problem::Problem;
use crate::api::{exports, units};
use crate::error::{Error, Result};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hai Chiều",
        description = "Đọc số liệu và tệp của sổ theo dõi đảng viên giữ mối liên hệ nơi cư trú. Chỉ \
                       đọc: yêu cầu khác GET được trả lời 405. Mã truy cập tạo ở trang \
                       `/account/tokens`, mở đúng những gì tài khoản của nó xem được lúc hỏi, không \
                       hơn. Ngày viết `2024-12-31`, theo giờ Việt Nam."
    ),
    paths(document, units::list, units::show, units::counts, exports::export),
    components(schemas(Problem)),
    modifiers(&Token)
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("hc_…")
            .description(Some("Mã truy cập của một tài khoản: `Authorization: Bearer hc_…`."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Tài liệu này
///
/// Không cần mã truy cập.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "openapi",
    tag = "openapi",
    responses((status = 200, description = "Tài liệu OpenAPI 3.1.", body = Object))
)]
pub async fn document() -> Result<Response> {
    let json = Document::openapi().to_json().map_err(|it| Error::Internal(it.into()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}
