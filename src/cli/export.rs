//! `haichieu export`

use clap::Subcommand;

use crate::cli::Outcome;

#[derive(Subcommand)]
pub enum Export {
    /// Tệp CSV đánh giá của một năm
    Evaluations {},
}

impl Export {
    #[expect(clippy::unused_async, reason = "to come")]
    pub async fn run(self, _database: &str) -> Outcome {
        Err("chưa làm".into())
    }
}
