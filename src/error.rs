//! What can go wrong while a request is answered, and what the visitor is told.
//!
//! A fault of a form is no error: the form comes back as it was typed. The page
//! around these texts is put on by `site`, which knows who is looking.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::error::passing::Again;

pub mod passing;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Error {
    /// There is no such page, no such row, or none that the visitor may know of.
    NotFound,
    /// The visitor may see the thing, but not do this to it.
    Forbidden,
    /// Another site sent the request in the visitor's name.
    Elsewhere,
    /// The sign-in has ended while a form was being filled in.
    SignedOut,
    /// A program came without a token that is in force; what is wrong with it.
    NoToken(&'static str),
    /// A program did something else than read.
    WrongMethod,
    /// The request makes no sense, and no form of ours sends it.
    BadRequest(&'static str),
    /// Somebody else has changed the thing since the page was opened.
    Conflict(&'static str),
    /// A form or file beyond the limit.
    TooLarge,
    /// Too many tries; the seconds to wait.
    TooMany(u64),
    /// As often as is allowed for now; of what, and the seconds to wait.
    Enough(&'static str, u64),
    /// As many requests are under way as the server answers at the same time.
    Crowded,
    /// The answer took too long and was given up.
    TooSlow,
    /// A page that takes long is being made, and will be there in a moment.
    Counting,
    /// The database is busy or out of reach: nothing was written.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// Likewise, and the same request may meet it no more: `site` tries it again.
    Passing(Again, Box<dyn std::error::Error + Send + Sync>),
    /// The disk of the database does not take what is written: nothing was.
    Disk(DiskFault, sqlx::Error),
    /// Ours to mend: logged in full, shown to the visitor as a reference number.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// Why a disk takes no writing. Reading mostly goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    Full,
    ReadOnly,
    Failing,
}

impl DiskFault {
    /// `SQLite`: read-only (8), I/O error (10), full (13), cannot open (14), each in the low
    /// byte. `PostgreSQL`: disk full (53100), I/O error (58030).
    fn of(code: &str) -> Option<DiskFault> {
        match code {
            "53100" => return Some(DiskFault::Full),
            "58030" => return Some(DiskFault::Failing),
            code if code.len() == 5 => return None,
            _ => {}
        }
        match code.parse::<i64>().ok()? & 0xff {
            8 => Some(DiskFault::ReadOnly),
            10 | 14 => Some(DiskFault::Failing),
            13 => Some(DiskFault::Full),
            _ => None,
        }
    }

    fn title_and_text(self) -> (&'static str, &'static str) {
        match self {
            DiskFault::Full => (
                "Ổ đĩa của máy chủ đã đầy",
                "Chưa ghi gì vào sổ; xem sổ vẫn được. Báo người trông máy chủ giải phóng chỗ trên \
                 ổ đĩa, rồi quay lại trang trước và gửi lại.",
            ),
            DiskFault::ReadOnly => (
                "Ổ đĩa của máy chủ đang khóa ghi",
                "Chưa ghi gì vào sổ; xem sổ vẫn được. Báo người trông máy chủ mở lại quyền ghi của \
                 ổ đĩa, rồi quay lại trang trước và gửi lại.",
            ),
            DiskFault::Failing => (
                "Ổ đĩa của máy chủ báo lỗi",
                "Chưa ghi gì vào sổ. Quay lại trang trước và gửi lại; nếu vẫn lỗi thì báo người trông \
                 máy chủ: ổ đĩa có thể sắp hỏng, cần sao lưu ngay.",
            ),
        }
    }
}

/// What the page of an error says. `site` finds it among the extensions of the
/// answer and prints it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub title: &'static str,
    pub text: String,
    /// What to read out on the telephone.
    pub reference: String,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if let Some(fault) = code.and_then(|code| DiskFault::of(&code)) {
            return Error::Disk(fault, error);
        }
        if let Some(again) = passing::again(&error) {
            return Error::Passing(again, error.into());
        }
        let busy = match &error {
            sqlx::Error::RowNotFound => return Error::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
            sqlx::Error::Database(cause) => cause.code().is_some_and(|code| is_passing(&code)),
            _ => false,
        };
        if busy { Error::Unavailable(error.into()) } else { Error::Internal(error.into()) }
    }
}

/// Whether a database's code says that the same request may well succeed later.
///
/// `SQLite`: busy (5), locked (6), each in the low byte. `PostgreSQL`: on a standby (25006),
/// connection (08), could not serialise (40), out of resources (53), a lock not to be had
/// (55), shut down (57).
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "25006", "40", "53", "55", "57"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Error {
        Error::Internal(error.into())
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Error {
        Error::Internal(error.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::Internal(error.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound => f.write_str("không có, hoặc không được xem"),
            Error::Forbidden => f.write_str("không có quyền làm việc này"),
            Error::Elsewhere => f.write_str("gửi từ trang khác"),
            Error::SignedOut => f.write_str("đã hết phiên đăng nhập"),
            Error::WrongMethod => f.write_str("chỉ đọc được"),
            Error::BadRequest(why)
            | Error::Conflict(why)
            | Error::NoToken(why)
            | Error::Enough(why, _) => f.write_str(why),
            Error::TooLarge => f.write_str("quá lớn"),
            Error::TooMany(_) => f.write_str("thử quá nhiều lần"),
            Error::Crowded => f.write_str("quá nhiều người cùng lúc"),
            Error::TooSlow => f.write_str("quá lâu"),
            Error::Counting => f.write_str("đang tính"),
            Error::Unavailable(cause) | Error::Passing(_, cause) | Error::Internal(cause) => {
                cause.fmt(f)
            }
            Error::Disk(_, cause) => cause.fmt(f),
        }
    }
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden | Error::Elsewhere => StatusCode::FORBIDDEN,
            Error::SignedOut | Error::NoToken(_) => StatusCode::UNAUTHORIZED,
            Error::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooMany(_) | Error::Enough(..) => StatusCode::TOO_MANY_REQUESTS,
            Error::TooSlow
            | Error::Counting
            | Error::Crowded
            | Error::Unavailable(_)
            | Error::Passing(..)
            | Error::Disk(..) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title_and_text(&self) -> (&'static str, String) {
        match self {
            Error::NotFound => (
                "Không có trang này",
                "Đường dẫn sai, hoặc trang thuộc đơn vị khác. Không có gì bị mất.".to_owned(),
            ),
            Error::Forbidden => (
                "Không có quyền làm việc này",
                "Được xem, nhưng không được sửa ở đây. Không có gì thay đổi.".to_owned(),
            ),
            Error::Elsewhere => (
                "Không nhận từ trang khác",
                "Biểu mẫu này được gửi từ một trang không thuộc sổ, nên không được nhận. Mở trang \
                 chính của sổ rồi làm lại."
                    .to_owned(),
            ),
            Error::SignedOut => (
                "Đã hết phiên đăng nhập",
                "Chưa ghi gì vào sổ. Mở trang này ở thẻ khác để đăng nhập, rồi quay lại đây, bấm \
                 nút quay lại của trình duyệt và gửi lại: những gì đã gõ vẫn còn."
                    .to_owned(),
            ),
            Error::NoToken(why) => ("Chưa được vào", (*why).to_owned()),
            Error::WrongMethod => {
                ("Chỉ đọc được", "Giao diện này chỉ trả lời yêu cầu GET.".to_owned())
            }
            Error::BadRequest(why) => ("Yêu cầu không đọc được", (*why).to_owned()),
            Error::Conflict(why) => ("Có người vừa làm trước", (*why).to_owned()),
            Error::TooLarge => (
                "Gửi quá nhiều một lúc",
                "Chưa ghi gì vào sổ. Chia làm nhiều lần, hoặc gửi tệp nhỏ hơn.".to_owned(),
            ),
            Error::TooSlow => (
                "Máy chủ làm quá lâu",
                "Đã dừng lại. Nếu vừa gửi biểu mẫu thì mở lại trang để xem đã ghi chưa, rồi hãy gửi \
                 lại; gửi lại cùng biểu mẫu không ghi hai lần."
                    .to_owned(),
            ),
            Error::Counting => (
                "Số liệu đang được tính",
                "Đơn vị này lớn nên lần đầu trong ngày phải tính lâu hơn. Trang tự mở lại khi tính \
                 xong; không phải bấm gì."
                    .to_owned(),
            ),
            Error::TooMany(seconds) => {
                ("Thử quá nhiều lần", format!("Chờ {} rồi thử lại.", waiting(*seconds)))
            }
            Error::Enough(why, seconds) => (
                "Đã đủ số lần cho phép",
                format!("{why} Chưa ghi gì vào sổ. Chờ {} rồi làm lại.", waiting(*seconds)),
            ),
            Error::Crowded => (
                "Nhiều người đang dùng cùng lúc",
                "Chưa ghi gì vào sổ. Chờ vài giây rồi gửi lại.".to_owned(),
            ),
            Error::Passing(Again::Unknown, _) => (
                "Chưa biết đã ghi hay chưa",
                "Đường truyền tới cơ sở dữ liệu đứt đúng lúc ghi. Mở lại trang để xem đã ghi chưa, \
                 rồi hãy gửi lại; gửi lại cùng biểu mẫu không ghi hai lần."
                    .to_owned(),
            ),
            Error::Unavailable(_) | Error::Passing(Again::Unwritten, _) => {
                ("Máy chủ đang bận", "Chưa ghi gì vào sổ. Chờ một phút rồi gửi lại.".to_owned())
            }
            Error::Disk(fault, _) => {
                let (title, text) = fault.title_and_text();
                (title, text.to_owned())
            }
            Error::Internal(_) => (
                "Có lỗi ở máy chủ",
                "Chưa ghi gì vào sổ. Báo người quản trị và đọc mã dưới đây.".to_owned(),
            ),
        }
    }
}

/// `45 giây` or `15 phút`: a minute begun counts whole.
fn waiting(seconds: u64) -> String {
    if seconds < 60 {
        format!("{seconds} giây")
    } else {
        format!("{} phút", seconds.div_ceil(60))
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        // Short enough to be read out, long enough to be found in the log.
        let number = Uuid::new_v4().simple().to_string()[..8].to_owned();
        let reference = format!("{}-{number}", status.as_u16());
        if let Error::Unavailable(cause) | Error::Internal(cause) = &self {
            tracing::error!(%reference, ?cause, "a request failed");
        }
        if let Error::Passing(again, cause) = &self {
            tracing::warn!(%reference, ?again, ?cause, "the database did not carry a request through");
        }
        if let Error::Disk(fault, cause) = &self {
            tracing::error!(%reference, ?fault, ?cause, "the disk takes no writing");
        }
        let (title, text) = self.title_and_text();
        let mut response = (status, text.clone()).into_response();
        if let Error::TooMany(seconds) | Error::Enough(_, seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Error::NoToken(_) = self {
            // RFC 6750: what it takes to come in.
            let challenge = HeaderValue::from_static(r#"Bearer realm="haichieu""#);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Error::WrongMethod = self {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
        }
        if let Error::Counting = self {
            // The browser asks again by itself.
            response.headers_mut().insert(header::REFRESH, HeaderValue::from(5));
        }
        if let Error::Crowded = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(5));
        }
        if let Error::Unavailable(_) | Error::Passing(..) | Error::Disk(..) | Error::TooSlow = self
        {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(60));
        }
        if let Error::Passing(again, _) = self {
            response.extensions_mut().insert(again);
        }
        response.extensions_mut().insert(Failure { title, text, reference });
        response
    }
}
