//! `haichieu copy`

use std::time::Instant;

use clap::Args;

use crate::cli::{Outcome, check};
use crate::db::Db;
use crate::db::copy::copy;
use crate::recount;
use crate::settings;
use crate::vietnamese::number;

#[derive(Args)]
pub struct Copy {
    #[arg(long, env = "HAICHIEU_COPY_TO", value_name = "URL", hide_env_values = true)]
    #[arg(help = "Cơ sở dữ liệu đích, còn trống: một tệp .db hoặc \
                  postgres://NGƯỜI:MẬT_KHẨU@MÁY/TÊN")]
    to: String,
}

impl Copy {
    /// Copies every row, reads them again at the other end, and looks the copy through. What
    /// is written here meanwhile is not in the copy: the service is stopped first.
    pub async fn run(self, database: &str) -> Outcome {
        let began = Instant::now();
        let key = check::key(database)?;
        let source = Db::open_existing(database).await?;
        let target = Db::open_to_fill(&self.to).await?;
        let (mut from, mut to) = (source.read_whole().await?, target.write_whole().await?);
        let copied = copy(&mut from, &mut to).await?;
        let key_file = settings::key_file(&self.to);
        key.keep(&key_file).map_err(|error| format!("{}: {error}", key_file.display()))?;
        to.commit().await?;
        drop(from);
        source.close().await;
        target.close().await;
        let target = Db::open(&self.to).await?;
        let report = recount::look(&target, &key, None).await?;
        let is_file = matches!(target, Db::Sqlite { .. });
        target.close().await;
        for it in &copied {
            let rows = number::grouped(i64::try_from(it.content.rows).unwrap_or(i64::MAX));
            println!("{rows:>10} dòng  {}  {}", &it.content.sha256[..16], it.table);
        }
        println!("Mỗi bảng ở đích khớp với nguồn từng dòng ({} bảng).", copied.len());
        println!("Khóa nhật ký: {}. Mọi người phải đăng nhập lại.", key_file.display());
        println!("{:.1} giây.", began.elapsed().as_secs_f64());
        check::tell(&report, is_file)
    }
}
