//! `haichieu statistics`

use clap::Args;

use crate::cli::Outcome;

#[derive(Args)]
pub struct Statistics {}

impl Statistics {
    #[expect(clippy::unused_async, reason = "to come")]
    pub async fn run(self, _database: &str) -> Outcome {
        Err("chưa làm".into())
    }
}
