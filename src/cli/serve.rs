//! `haichieu serve`

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::access::session::{self, Token};
use crate::access::store;
use crate::app::App;
use crate::audit::chain::{self, Key};
use crate::audit::watch::Watch;
use crate::cli::Outcome;
use crate::clock;
use crate::db::Db;
use crate::settings::{self, Settings};
use crate::{criteria, exports, server, site};

#[derive(Args)]
pub struct Serve {
    /// Địa chỉ và cổng để nghe; ngoài máy này thì phải có TLS ở phía trước
    #[arg(long, default_value = "127.0.0.1:2130", value_name = "ĐỊA_CHỈ:CỔNG")]
    listen: SocketAddr,
    /// Có proxy trên máy này lo TLS và ghi X-Forwarded-For; cookie chỉ đi qua https
    #[arg(long, env = "HAICHIEU_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Địa chỉ để người ngoài mở sổ, in trên phiếu cùng mã kiểm tra, ví dụ <https://so.example.vn>
    #[arg(long, env = "HAICHIEU_PUBLIC_URL", value_name = "ĐỊA_CHỈ")]
    public_url: Option<String>,
}

impl Serve {
    pub async fn run(self, database: &str) -> Outcome {
        if self.behind_proxy && !self.listen.ip().is_loopback() {
            let why = "--behind-proxy chỉ dùng khi nghe ở 127.0.0.1: proxy phải ở trên máy này, và \
                       không ai khác được gọi thẳng vào cổng này";
            return Err(why.into());
        }
        let stop = Stop::listen()?;
        let listener = bind(self.listen).await?;
        let db = Db::open(database).await?;
        let address = listener.local_addr()?;
        println!("Sổ mở tại {}", origin(address));
        if let Some(token) = first_administrator(&db).await? {
            println!(
                "Sổ còn trống. Mở đường dẫn này để tạo người quản trị đầu tiên (dùng một lần, trong 24 giờ):"
            );
            println!("{}/links/{token}", origin(address));
        }
        let settings = if self.behind_proxy {
            Settings::behind_proxy()
        } else {
            Settings::listening_on(address)
        };
        let public_url = self.public_url.map(|it| it.trim_end_matches('/').to_owned());
        let settings = Settings { public_url, ..settings };
        criteria::seed::bring(&db).await?;
        serve(listener, settings, db, database, stop).await
    }
}

pub async fn bind(address: SocketAddr) -> Result<TcpListener, crate::cli::Refusal> {
    TcpListener::bind(address).await.map_err(|error| {
        format!("không nghe được ở {address}: {error}; chọn cổng khác bằng --listen").into()
    })
}

/// Where a browser finds what listens at `address`.
pub fn origin(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// A link for the first administrator, where there is nobody yet.
async fn first_administrator(db: &Db) -> Result<Option<String>, crate::cli::Refusal> {
    let mut tx = db.write().await?;
    if store::count(&mut tx).await? > 0 {
        return Ok(None);
    }
    let token = Token::new()?;
    let now = clock::now();
    store::void_links(&mut tx, None, now).await?;
    store::add_link(&mut tx, &token.hash, None, now, now.plus_seconds(24 * 3600)).await?;
    tx.commit().await?;
    Ok(Some(token.text))
}

/// Serves until the program is told to stop, then closes everything in order.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    db: Db,
    database: &str,
    mut stop: Stop,
) -> Outcome {
    let key = Key::load(&settings::key_file(database))?;
    let sealer = tokio::spawn(chain::keep_sealing(db.clone(), key.clone()));
    let purger = tokio::spawn(session::keep_purging(db.clone()));
    let dropper = tokio::spawn(exports::deliver::keep_purging(db.clone()));
    let watch = Watch::start(db.clone());
    let app = App { db: db.clone(), settings: Arc::new(settings), watch: watch.clone() };
    server::serve(listener, site::site(app), stop.told()).await?;
    purger.abort();
    dropper.abort();
    watch.settle().await;
    sealer.abort();
    chain::seal_tail(&db, &key).await?;
    db.close().await;
    Ok(())
}

/// SIGTERM and SIGINT, listened to from the moment this is made: a signal that comes
/// while nobody asks is not lost.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub fn listen() -> io::Result<Stop> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Stop { terminate, interrupt })
    }

    /// Done when the program is told to stop.
    pub async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::info!("stopping");
    }
}
