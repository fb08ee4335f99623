//! `haichieu check`

use std::io;

use clap::Args;

use crate::audit::chain::{Head, Key};
use crate::cli::{Outcome, Refusal};
use crate::db::Db;
use crate::recount::{self, Report};
use crate::settings;
use crate::vietnamese::number;

#[derive(Args)]
pub struct Check {
    /// In đầu chuỗi nhật ký để ghi ra giấy: số mục và 24 chữ số
    #[arg(long)]
    head: bool,
    /// Đầu chuỗi đã ghi trên giấy, ví dụ "1234 a1b2-c3d4-e5f6-0718-293a-4b5c": nhật ký bị cắt
    /// hay viết lại từ đó thì báo
    #[arg(long, value_name = "ĐẦU_CHUỖI")]
    expect_head: Option<Head>,
}

impl Check {
    /// Looks through everything and names every fault. An unsealed tail is said, and no
    /// fault: the sealer of a registry that is being served is at most a second behind.
    pub async fn run(self, database: &str) -> Outcome {
        let db = Db::open_existing(database).await?;
        let key = key(database)?;
        let report = recount::look(&db, &key, self.expect_head.as_ref()).await?;
        let is_file = matches!(db, Db::Sqlite { .. });
        db.close().await;
        if self.head
            && report.chain.broken.is_none()
            && let Some(head) = &report.chain.head
        {
            println!("{head}");
        }
        tell(&report, is_file)
    }
}

/// The key of the registry, which is not made anew here: a chain sealed with a lost key
/// could only be said to be broken.
pub fn key(database: &str) -> Result<Key, Refusal> {
    let file = settings::key_file(database);
    Key::read(&file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            format!("không có tệp khóa nhật ký {}; lấy lại từ nơi cất riêng", file.display()).into()
        }
        _ => Refusal::from(error),
    })
}

/// Says what was found.
pub fn tell(report: &Report, is_file: bool) -> Outcome {
    if report.chain.broken.is_none() {
        println!("Chuỗi nhật ký nguyên vẹn: {} mục.", number::grouped(report.chain.sealed));
    }
    if report.chain.unsealed > 0 {
        println!("{} mục chưa niêm phong.", number::grouped(report.chain.unsealed));
    }
    if report.faults.is_empty() {
        println!(
            "{}",
            if is_file {
                "Tệp lành, mọi dòng trỏ đúng chỗ, cấu trúc đủ."
            } else {
                "PostgreSQL tự giữ các ràng buộc; trang dữ liệu kiểm tra bằng pg_amcheck."
            }
        );
        println!("Số đếm, trạng thái và cấp trên ghi sẵn khớp với từng dòng.");
        return Ok(());
    }
    let lines: Vec<String> = report.faults.iter().map(|it| format!("\n  - {it}")).collect();
    let count = number::grouped(i64::try_from(lines.len()).unwrap_or(i64::MAX));
    Err(format!("kiểm tra thấy {count} chỗ sai:{}", lines.concat()).into())
}
