//! The command line: what can be asked of the program, and how it answers a shell.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::audit::chain::{self, Key};
use crate::db::Db;
use crate::settings;

mod account;
mod backup;
mod check;
mod copy;
mod demo;
mod export;
mod generate;
mod import;
mod limits;
mod seed;
mod serve;
mod statistics;

/// Sổ theo dõi đảng viên đang công tác giữ mối liên hệ với chi bộ nơi cư trú.
#[derive(Parser)]
#[command(name = "haichieu", version, max_term_width = 100)]
#[command(after_help = "Mã thoát: 0 xong; 1 không làm được, lý do ở stderr; 2 gõ sai lệnh.")]
struct Cli {
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[arg(help = "Cơ sở dữ liệu: một tệp .db (SQLite) hoặc postgres://NGƯỜI:MẬT_KHẨU@MÁY/TÊN \
                  [mặc định: haichieu.db; với demo: một tệp tạm]")]
    database: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Mở sổ cho trình duyệt; sổ trống thì in đường dẫn tạo người quản trị đầu tiên
    Serve(serve::Serve),
    /// Mở một sổ dùng thử với dữ liệu giả của TP Hà Tĩnh cuối năm 2024
    Demo(demo::Demo),
    /// Dựng một sổ giả có bao nhiêu đảng viên cũng được, trong một cơ sở dữ liệu trống, để đo và thử
    Generate(generate::Generate),
    /// Nạp dữ liệu từ một thư mục tệp CSV (cách viết: seeds/README.md); tất cả hoặc không gì
    Seed(seed::Seed),
    /// Số liệu của một đơn vị và các đơn vị bên dưới, tính đến một ngày
    Statistics(statistics::Statistics),
    /// Kiểm tra cả sổ: nhật ký bị sửa, cắt hay chèn; tệp hỏng; số đếm không khớp
    Check(check::Check),
    /// Sao lưu vào một tệp, trong khi sổ vẫn mở
    Backup(backup::Backup),
    /// Khôi phục sổ từ một bản sao lưu
    Restore(backup::Restore),
    /// Chép cả sổ sang một cơ sở dữ liệu khác còn trống: SQLite sang PostgreSQL, hay ngược lại
    Copy(copy::Copy),
    /// Nhập danh sách
    #[command(subcommand)]
    Import(import::Import),
    /// Xuất tệp: nhận xét của năm, đảng viên, điểm danh, đóng góp, số liệu
    Export(export::Export),
    /// Tài khoản: thêm, đặt mật khẩu, liệt kê, khóa
    #[command(subcommand)]
    Account(account::Account),
    /// Trao một vai trò trong một đơn vị cho một tài khoản
    Grant(account::Grant),
    /// Thu lại một vai trò
    Revoke(account::Revoke),
}

/// The database of every command that was told none, but `demo`.
const DATABASE: &str = "haichieu.db";

/// Why a command failed, in one sentence that says what to do.
pub struct Refusal(String);

impl<E: std::fmt::Display> From<E> for Refusal {
    fn from(error: E) -> Refusal {
        Refusal(error.to_string())
    }
}

type Outcome = Result<(), Refusal>;

/// Runs the command that was typed. The only place that prints an error.
pub async fn run() -> ExitCode {
    let filter = EnvFilter::try_from_env("HAICHIEU_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Statements are not logged: what they bind is somebody's data. Nor what a reader of
    // workbooks finds odd in them.
    let quiet = ["sqlx=warn", "calamine=off"].into_iter().filter_map(|it| it.parse().ok());
    let filter = quiet.fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let told = cli.database.as_deref();
    let database = told.unwrap_or(DATABASE);
    let outcome = match cli.command {
        Command::Demo(demo) => demo.run(told).await,
        Command::Serve(serve) => serve.run(database).await,
        Command::Generate(generate) => generate.run(database).await,
        Command::Seed(seed) => seed.run(database).await,
        Command::Statistics(statistics) => statistics.run(database).await,
        Command::Check(check) => check.run(database).await,
        Command::Backup(backup) => backup.run(database).await,
        Command::Restore(restore) => restore.run(database).await,
        Command::Copy(copy) => copy.run(database).await,
        Command::Export(export) => export.run(database).await,
        Command::Import(import) => import.run(database).await,
        Command::Account(account) => account.run(database).await,
        Command::Grant(grant) => grant.run(database).await,
        Command::Revoke(revoke) => revoke.run(database).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Refusal(why)) => {
            eprintln!("haichieu: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Ends a command that wrote: its entries are sealed, and the database is closed.
async fn finish(db: Db, database: &str) -> Outcome {
    let key = Key::load(&settings::key_file(database))?;
    chain::seal_tail(&db, &key).await?;
    db.close().await;
    Ok(())
}

/// Prints rows as columns, each as wide as its longest text.
fn print_columns(rows: &[[&str; 4]]) {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
        println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
