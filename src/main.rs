use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    haichieu::cli::run().await
}
