//! How much one account, and all of them together, may ask of the server.

use clap::Args;

use crate::settings::Limits;

#[derive(Args)]
pub struct LimitArgs {
    /// Số trang một tài khoản mở được trong một phút
    #[arg(long, env = "HAICHIEU_REQUESTS_PER_MINUTE", value_name = "SỐ", default_value_t = 300)]
    requests_per_minute: u32,
    /// Số yêu cầu trả lời cùng lúc; quá số này thì báo bận
    #[arg(long, env = "HAICHIEU_REQUESTS_AT_ONCE", value_name = "SỐ", default_value_t = 256)]
    requests_at_once: usize,
    /// Số tệp một tài khoản xuất được trong một giờ
    #[arg(long, env = "HAICHIEU_EXPORTS_PER_HOUR", value_name = "SỐ", default_value_t = 10)]
    exports_per_hour: i64,
    /// Số danh sách một tài khoản đưa lên được trong một giờ
    #[arg(long, env = "HAICHIEU_IMPORTS_PER_HOUR", value_name = "SỐ", default_value_t = 5)]
    imports_per_hour: i64,
}

impl LimitArgs {
    pub fn read(&self) -> Limits {
        Limits {
            requests_per_minute: self.requests_per_minute,
            at_once: self.requests_at_once,
            exports_per_hour: self.exports_per_hour,
            imports_per_hour: self.imports_per_hour,
            ..Limits::default()
        }
    }
}
