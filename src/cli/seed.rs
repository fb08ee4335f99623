//! `haichieu seed`

use std::path::PathBuf;

use clap::Args;

use crate::audit::model::Actor;
use crate::cli::{Outcome, finish};
use crate::db::Db;
use crate::exchange::seed::{Folder, load};
use crate::vietnamese::number::grouped;

#[derive(Args)]
pub struct Seed {
    /// Thư mục có units.csv, workplaces.csv, works.csv, members.csv, meetings.csv,
    /// attendance.csv, contributions.csv, reorganisations.csv; thiếu tệp nào cũng được
    #[arg(value_name = "THƯ_MỤC")]
    folder: PathBuf,
}

impl Seed {
    pub async fn run(self, database: &str) -> Outcome {
        let db = Db::open_to_fill(database).await?;
        let mut tx = db.write_whole().await?;
        let loaded = load(&mut tx, &Folder::At(&self.folder), &Actor::command_line()).await?;
        tx.commit().await?;
        db.close().await;
        println!("Đã nạp {}:", self.folder.display());
        for (file, rows) in loaded.files {
            println!("{:>10} dòng  {file}", grouped(rows));
        }
        finish(Db::open(database).await?, database).await
    }
}
