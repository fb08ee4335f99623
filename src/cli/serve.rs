//! `haichieu serve`

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::access::session::{self, Token};
use crate::access::store;
use crate::app::{App, Stopping};
use crate::audit::chain::{self, Key};
use crate::audit::watch::Watch;
use crate::backups::daily;
use crate::cli::Outcome;
use crate::cli::limits::LimitArgs;
use crate::clock;
use crate::db::replica::{self, Replica};
use crate::db::{Db, again};
use crate::error::passing;
use crate::reminders;
use crate::reminders::mailer::Mailer;
use crate::reorganisations::due;
use crate::server::tls;
use crate::settings::{self, Backups, Mail, Settings};
use crate::statistics::recent::{Recent, keep_counting};
use crate::statistics::summary::refresh;
use crate::vault::Vault;
use crate::{criteria, exports, server, site};

#[derive(Args)]
pub struct Serve {
    /// Địa chỉ và cổng để nghe; ngoài máy này thì phải có TLS
    #[arg(long, default_value = "127.0.0.1:2130", value_name = "ĐỊA_CHỈ:CỔNG")]
    listen: SocketAddr,
    /// Chứng thư TLS của máy chủ (PEM, cả chuỗi); sổ được mở qua https
    #[arg(long, env = "HAICHIEU_TLS_CERT", value_name = "TỆP", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Khóa riêng của chứng thư TLS (PEM)
    #[arg(long, env = "HAICHIEU_TLS_KEY", value_name = "TỆP", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Mở ra ngoài máy này mà không có TLS: mật khẩu đi qua mạng không được che
    #[arg(long, conflicts_with = "tls_cert")]
    plain_http: bool,
    /// Có proxy trên máy này lo TLS và ghi X-Forwarded-For; cookie chỉ đi qua https
    #[arg(long, env = "HAICHIEU_BEHIND_PROXY", conflicts_with_all = ["tls_cert", "plain_http"])]
    behind_proxy: bool,
    /// Địa chỉ của proxy ở máy khác, thay cho proxy trên máy này
    #[arg(long, env = "HAICHIEU_TRUSTED_PROXY", value_name = "ĐỊA_CHỈ", requires = "behind_proxy")]
    trusted_proxy: Option<IpAddr>,
    /// Địa chỉ để người ngoài mở sổ, in trên phiếu cùng mã kiểm tra, ví dụ <https://so.example.vn>
    #[arg(long, env = "HAICHIEU_PUBLIC_URL", value_name = "ĐỊA_CHỈ")]
    public_url: Option<String>,
    /// Một máy PostgreSQL chỉ đọc, chạy theo máy của --database: trang số liệu đọc ở đó
    #[arg(long, env = "HAICHIEU_READ_DATABASE", value_name = "URL", hide_env_values = true)]
    read_database: Option<String>,
    /// Máy ấy chậm quá số giây này thì số liệu đọc ở máy chính
    #[arg(long, env = "HAICHIEU_READ_LAG", value_name = "GIÂY", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3600))]
    read_lag: u32,
    /// Số giây còn nhận yêu cầu sau khi được bảo dừng, trong khi /ready đã báo 503 cho proxy
    #[arg(long, env = "HAICHIEU_DRAIN", value_name = "GIÂY", default_value_t = 0)]
    drain: u64,
    #[command(flatten)]
    limits: LimitArgs,
    /// Thư mục cho bản sao lưu mỗi ngày [mặc định: backups cạnh tệp SQLite; với PostgreSQL thì
    /// chỉ sao lưu khi có thư mục này]
    #[arg(long, env = "HAICHIEU_BACKUPS", value_name = "THƯ_MỤC")]
    backups: Option<PathBuf>,
    /// Máy chủ thư để gửi thư nhắc việc: <smtps://tên:mật-khẩu@máy>, hoặc <smtp://máy:25> trong
    /// mạng nội bộ
    #[arg(long, env = "HAICHIEU_SMTP_URL", value_name = "URL", hide_env_values = true)]
    #[arg(requires_all = ["mail_from", "public_url"])]
    smtp_url: Option<String>,
    /// Địa chỉ đứng tên thư nhắc việc, ví dụ: Hai Chiều <so@example.vn>
    #[arg(long, env = "HAICHIEU_MAIL_FROM", value_name = "ĐỊA_CHỈ", requires = "smtp_url")]
    mail_from: Option<String>,
    /// Chứng thư gốc (PEM) của máy chủ thư, thay cho những chứng thư gốc mà máy này tin: cho máy
    /// chủ thư nội bộ
    #[arg(long, env = "HAICHIEU_SMTP_CA", value_name = "TỆP", requires = "smtp_url")]
    smtp_ca: Option<PathBuf>,
    /// Không tự sao lưu
    #[arg(long, conflicts_with = "backups")]
    no_backups: bool,
}

impl Serve {
    pub async fn run(self, database: &str) -> Outcome {
        let outside = !self.listen.ip().is_loopback();
        if self.behind_proxy && outside && self.trusted_proxy.is_none() {
            let why = "--behind-proxy chỉ dùng khi nghe ở 127.0.0.1: proxy phải ở trên máy này, và \
                       không ai khác được gọi thẳng vào cổng này; proxy ở máy khác thì thêm \
                       --trusted-proxy ĐỊA_CHỈ";
            return Err(why.into());
        }
        if outside && self.tls_cert.is_none() && !self.behind_proxy {
            if !self.plain_http {
                let why = "nghe ngoài máy này mà không có TLS thì mật khẩu và họ tên đi qua mạng \
                           ai cũng đọc được: thêm --tls-cert và --tls-key, hay --behind-proxy; \
                           trong một mạng nội bộ riêng, chịu rủi ro ấy thì thêm --plain-http";
                return Err(why.into());
            }
            eprintln!(
                "haichieu: CẢNH BÁO: --plain-http, mật khẩu và họ tên đi qua mạng không được che"
            );
        }
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
            _ => None,
        };
        let replica = self.replica(database)?;
        if let Some(mail) = self.mail() {
            Mailer::of(&mail)?;
        }
        let stop = Stop::listen()?;
        let listener = bind(self.listen).await?;
        let db = match &self.backups {
            Some(folder) => {
                daily::open_folder(folder)?;
                Db::open_backing_up(database, folder).await?
            }
            None => Db::open(database).await?,
        };
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        println!("Sổ mở tại {scheme}://{address}");
        if let Some(token) = again(|| first_administrator(&db)).await? {
            println!(
                "Sổ còn trống. Mở đường dẫn này để tạo người quản trị đầu tiên (dùng một lần, trong 24 giờ):"
            );
            println!("{scheme}://{address}/links/{token}");
        }
        let (silent, drain) = (self.no_backups, self.drain);
        let settings = self.settings(address, database, tls.is_some());
        if settings.backups.is_none() && !silent {
            eprintln!("haichieu: không tự sao lưu; thêm --backups THƯ_MỤC để sao lưu mỗi ngày");
        }
        again(|| criteria::seed::bring(&db)).await?;
        let beside = Beside { replica, drain: Duration::from_secs(drain) };
        serve((listener, settings, tls), (db, database), beside, stop).await
    }

    fn replica(&self, database: &str) -> Result<Option<Replica>, crate::cli::Refusal> {
        let Some(url) = &self.read_database else { return Ok(None) };
        if settings::sqlite_file(database).is_some() {
            return Err("--read-database chỉ dùng khi --database là PostgreSQL".into());
        }
        Ok(Some(Replica::at(url, self.read_lag.into())?))
    }

    fn mail(&self) -> Option<Mail> {
        let (url, from) = self.smtp_url.clone().zip(self.mail_from.clone())?;
        Some(Mail { url, from, ca: self.smtp_ca.clone() })
    }

    fn settings(self, address: SocketAddr, database: &str, tls: bool) -> Settings {
        let settings = if self.behind_proxy {
            Settings::behind_proxy()
        } else {
            Settings::listening_on(address)
        };
        let mail = self.mail();
        let beside = settings::sqlite_file(database).map(|it| it.with_file_name("backups"));
        let folder = self.backups.or(beside).filter(|_| !self.no_backups);
        let key_file = settings::key_file(database);
        Settings {
            public_url: self.public_url.map(|it| it.trim_end_matches('/').to_owned()),
            secure: !self.plain_http && (tls || settings.secure),
            trusted_proxy: self.trusted_proxy,
            mail,
            backups: folder.map(|folder| Backups { folder, key_file }),
            limits: self.limits.read(),
            ..settings
        }
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
async fn first_administrator(db: &Db) -> sqlx::Result<Option<String>> {
    let mut tx = db.write().await?;
    if store::count(&mut tx).await? > 0 {
        return Ok(None);
    }
    let token = Token::new().map_err(|it| sqlx::Error::Encode(it.to_string().into()))?;
    let now = clock::now();
    store::void_links(&mut tx, None, now).await?;
    store::add_link(&mut tx, &token.hash, None, now, now.plus_seconds(24 * 3600)).await?;
    tx.commit().await?;
    Ok(Some(token.text))
}

/// What a server has beside its database.
#[derive(Default)]
pub struct Beside {
    /// Where figures are read.
    pub replica: Option<Replica>,
    /// How long requests are taken after the program was told to stop, so that a proxy sees
    /// it and sends the next ones elsewhere.
    pub drain: Duration,
}

/// Serves until the program is told to stop, then closes everything in order.
pub async fn serve(
    (listener, settings, tls): (TcpListener, Settings, Option<TlsAcceptor>),
    (db, database): (Db, &str),
    Beside { replica, drain }: Beside,
    mut stop: Stop,
) -> Outcome {
    let key = Key::load(&settings::key_file(database))?;
    // Also tells at once that the key is not this registry's.
    sealed_or_later(again(|| chain::seal_tail(&db, &key)).await)?;
    let backups = settings.backups.clone();
    let keeper = tokio::spawn(daily::keep_backing_up(db.clone(), key.clone(), backups));
    let sealer = tokio::spawn(chain::keep_sealing(db.clone(), key.clone()));
    let purger = tokio::spawn(session::keep_purging(db.clone()));
    let dropper = tokio::spawn(exports::deliver::keep_purging(db.clone()));
    let settler = tokio::spawn(due::keep_settling(db.clone()));
    let refresher = tokio::spawn(refresh::keep_refreshing(db.clone(), settings.large_unit));
    let settings = Arc::new(settings);
    let reminder = tokio::spawn(reminders::daily::keep_reminding(db.clone(), settings.clone()));
    let watch = Watch::start(db.clone());
    let vault = Vault::new(key.derive("second factors")?);
    let stopping = Stopping::default();
    let looker = replica.clone().map(|it| tokio::spawn(replica::keep_looking(it, db.clone())));
    let app = App {
        db: db.clone(),
        settings: settings.clone(),
        watch: watch.clone(),
        vault,
        replica: replica.clone(),
        stopping: stopping.clone(),
    };
    let recent = Recent::default();
    let counter = tokio::spawn(keep_counting(db.clone(), recent.clone()));
    let site = site::site(app, recent);
    let told = async {
        stop.told().await;
        stopping.begin();
        // Told once more, it waits for nobody.
        tokio::time::timeout(drain, stop.told()).await.ok();
    };
    server::serve(listener, tls, site, |peer| settings.is_proxy(peer), told).await?;
    if let Some(looker) = looker {
        looker.abort();
    }
    keeper.abort();
    purger.abort();
    dropper.abort();
    settler.abort();
    refresher.abort();
    counter.abort();
    reminder.abort();
    watch.settle().await;
    sealer.abort();
    // A database that does not answer any more must not keep the program: the next start
    // seals what is left.
    let sealing = again(|| chain::seal_tail(&db, &key));
    if let Ok(done) = tokio::time::timeout(FAREWELL, sealing).await {
        sealed_or_later(done)?;
    } else {
        tracing::warn!("the audit trail was not sealed; the next start will");
    }
    let closed = async {
        if let Some(replica) = &replica {
            replica.close().await;
        }
        db.close().await;
    };
    if tokio::time::timeout(FAREWELL, closed).await.is_err() {
        tracing::warn!("the database did not answer and was left");
    }
    Ok(())
}

/// Other servers that seal at the same moment are no reason to stay away, or to end badly.
fn sealed_or_later(sealed: sqlx::Result<usize>) -> sqlx::Result<()> {
    match sealed {
        Err(error) if passing::again(&error).is_some() => {
            tracing::warn!(%error, "the audit trail was not sealed; another server will");
            Ok(())
        }
        done => done.map(drop),
    }
}

/// How long the database may take over what is done at the end.
const FAREWELL: Duration = Duration::from_secs(10);

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
