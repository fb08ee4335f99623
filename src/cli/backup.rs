//! `haichieu backup` and `restore`

use std::path::PathBuf;

use clap::Args;

use crate::backups::make::make;
use crate::backups::recover::{Source, restore};
use crate::cli::{Outcome, check};
use crate::db::Db;

#[derive(Args)]
pub struct Backup {
    /// Tệp sẽ ghi, chưa có; cạnh nó là .key (khóa nhật ký) và .sha256
    #[arg(value_name = "TỆP")]
    file: PathBuf,
    /// Mã hóa cho khóa công khai này của age; chỉ người giữ khóa riêng mở được
    #[arg(long, env = "HAICHIEU_AGE", value_name = "KHÓA_CÔNG_KHAI")]
    age: Option<String>,
}

impl Backup {
    pub async fn run(self, database: &str) -> Outcome {
        let key = check::key(database)?;
        let db = Db::open_existing(database).await?;
        let made = make(&db, &key, &self.file, self.age.as_deref()).await;
        db.close().await;
        let made = made?;
        println!("Đã sao lưu {}", made.told());
        if self.age.is_some() {
            println!("Chép ba tệp ra ngoài máy này; khóa riêng cất nơi khác.");
        } else {
            println!("Chép ba tệp ra ngoài máy này; cất riêng tệp .key: ai có cả hai thì sửa được");
            println!("sổ mà nhật ký không biết.");
        }
        Ok(())
    }
}

#[derive(Args)]
pub struct Restore {
    /// Bản sao lưu; cạnh nó phải có .sha256 và .key
    #[arg(value_name = "TỆP")]
    file: PathBuf,
    /// Khóa nhật ký, khi không nằm cạnh bản sao lưu
    #[arg(long, value_name = "TỆP")]
    key: Option<PathBuf>,
    /// Khóa riêng của age, cho bản đã mã hóa
    #[arg(long, value_name = "TỆP")]
    identity: Option<PathBuf>,
    /// Cất sổ đang có ở đó sang một bên
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub async fn run(self, database: &str) -> Outcome {
        let source = Source { file: self.file, key: self.key, identity: self.identity };
        let restored = restore(&source, database, self.replace).await?;
        if let Some(aside) = &restored.aside {
            println!("Sổ cũ cất ở {}", aside.display());
        }
        println!(
            "Đã khôi phục trong {:.1} giây: nhật ký {} mục, đầu chuỗi {}",
            restored.seconds, restored.found.entries, restored.found.head
        );
        println!("Mọi người phải đăng nhập lại; đối chiếu đầu chuỗi với giấy đã cất.");
        Ok(())
    }
}
