//! `haichieu demo`

use std::net::SocketAddr;

use clap::Args;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::cli::serve::{Beside, Stop, bind, origin, serve};
use crate::cli::{Outcome, Refusal, finish, print_columns};
use crate::db::Db;
use crate::exchange::demo::accounts::{self, DemoAccount, Keys};
use crate::exchange::demo::{build, reform};
use crate::settings::{Limits, Settings};
use crate::{access, clock, organisation};

/// Where the demonstration listens, unless told otherwise or something else does.
const USUAL: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2130);

#[derive(Args)]
pub struct Demo {
    /// Địa chỉ và cổng để nghe [mặc định: 127.0.0.1:2130, hoặc một cổng còn trống]
    #[arg(long, value_name = "ĐỊA_CHỈ:CỔNG")]
    listen: Option<SocketAddr>,
    /// Chỉ dựng sổ rồi thôi
    #[arg(long, hide = true)]
    no_serve: bool,
}

impl Demo {
    /// Builds the registry in `database`, or where there is none in a folder that
    /// goes when the program does.
    pub async fn run(self, database: Option<&str>) -> Outcome {
        let mut stop = Stop::listen()?;
        let keys = Keys::cut()?;
        let listener = match self.listen {
            Some(address) => bind(address).await?,
            None => usual_or_free().await?,
        };
        let folder = TempDir::with_prefix("haichieu-")?;
        let file = format!("sqlite://{}", folder.path().join("demo.db").display());
        let url = database.unwrap_or(&file);
        let db = Db::open(url).await?;
        let accounts = tokio::select! {
            accounts = fill(&db, keys) => accounts?,
            // Stopped early, the folder goes all the same.
            () = stop.told() => return Ok(()),
        };
        if self.no_serve {
            return finish(db, url).await;
        }
        tell(&origin(listener.local_addr()?), &accounts, database.is_none());
        let settings = Settings::listening_on(listener.local_addr()?);
        // Tried out at will, by tests as well: nobody is to be kept from it.
        let limits = Limits {
            requests_per_minute: 100_000,
            exports_per_hour: 10_000,
            imports_per_hour: 10_000,
            ..Limits::default()
        };
        let settings = Settings { limits, ..settings };
        serve((listener, settings, None), (db, url), Beside::default(), stop).await
    }
}

async fn usual_or_free() -> Result<TcpListener, Refusal> {
    match TcpListener::bind(USUAL).await {
        Ok(listener) => Ok(listener),
        Err(_) => bind(SocketAddr::new(USUAL.ip(), 0)).await,
    }
}

async fn fill(db: &Db, keys: Keys) -> Result<Vec<DemoAccount>, Refusal> {
    let mut tx = db.write().await?;
    if organisation::store::count(&mut tx).await? + access::store::count(&mut tx).await? > 0 {
        return Err(
            "cơ sở dữ liệu này đã có dữ liệu; bản dùng thử chỉ dựng trong một cơ sở dữ liệu \
                    trống, hoặc bỏ --database (và biến DATABASE_URL) để dựng trong một tệp tạm"
                .into(),
        );
    }
    let known = build(&mut tx, 1).await?;
    tx.commit().await?;
    let keys = keys.ready().await?;
    let mut tx = db.write().await?;
    let accounts = accounts::add(&mut tx, &known, keys).await?;
    reform(&mut tx, clock::now()).await?;
    tx.commit().await?;
    Ok(accounts)
}

fn tell(origin: &str, accounts: &[DemoAccount], passing: bool) {
    println!("Sổ dùng thử mở tại {origin}");
    println!("Dữ liệu giả: không có người thật nào trong sổ này.\n");
    let rows =
        accounts.iter().map(|it| [it.login, it.password.as_str(), it.role.label(), it.place]);
    let rows: Vec<_> =
        [["Tài khoản", "Mật khẩu", "Vai trò", "Đơn vị"]].into_iter().chain(rows).collect();
    print_columns(&rows);
    println!("\nVào bằng tochuc.hatinh để xem số liệu:");
    println!("  Tỉnh Hà Tĩnh hôm nay, sau hai lần sắp xếp đơn vị năm 2025:");
    println!("    {origin}/units/tinh-ha-tinh");
    println!("  Thành phố Hà Tĩnh tính đến ngày 31/12/2024:");
    println!("    {origin}/units/tp-ha-tinh?on=2024-12-31&year=2024");
    let fate =
        if passing { "mọi thứ trong sổ này mất theo" } else { "sổ này còn lại" };
    println!("\nDừng bằng Ctrl+C; khi dừng, {fate}.");
}
