//! `haichieu seed`

use clap::Args;

use crate::cli::Outcome;

#[derive(Args)]
pub struct Seed {}

impl Seed {
    #[expect(clippy::unused_async, reason = "to come")]
    pub async fn run(self, _database: &str) -> Outcome {
        Err("chưa làm".into())
    }
}
