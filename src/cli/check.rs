//! `haichieu check`

use clap::Args;

use crate::audit::chain::{self, Key};
use crate::cli::Outcome;
use crate::db::Db;
use crate::settings;
use crate::vietnamese::number;

#[derive(Args)]
pub struct Check {}

impl Check {
    /// Walks the audit chain. An unsealed tail is said, and no fault: the sealer of a
    /// registry that is being served is at most a second behind.
    pub async fn run(self, database: &str) -> Outcome {
        let db = Db::open_existing(database).await?;
        let key = Key::load(&settings::key_file(database))?;
        let verdict = chain::verify(&db, &key).await?;
        db.close().await;
        if let Some(why) = verdict.broken {
            let sealed = number::grouped(verdict.sealed);
            return Err(format!("chuỗi nhật ký đứt sau mục {sealed}: {why}").into());
        }
        println!("Chuỗi nhật ký nguyên vẹn: {} mục.", number::grouped(verdict.sealed));
        if verdict.unsealed > 0 {
            println!("{} mục chưa niêm phong.", number::grouped(verdict.unsealed));
        }
        Ok(())
    }
}
