//! How this program was told to run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The settings that pages depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the site is reached over TLS. Only a site that listens on loopback
    /// may do without: its cookie is then not bound to a secure connection.
    pub secure: bool,
    /// Whether a proxy on this machine gives TLS and says from where requests come.
    pub behind_proxy: bool,
    /// Where others reach the site, for what is printed: `https://so.example.vn`. None: as
    /// the browser of whoever prints reaches it.
    pub public_url: Option<String>,
    /// Failed sign-ins of one address before it has to wait.
    pub tries_per_address: i64,
}

impl Settings {
    pub fn listening_on(address: SocketAddr) -> Settings {
        let secure = !address.ip().is_loopback();
        Settings { secure, behind_proxy: false, public_url: None, tries_per_address: 20 }
    }

    /// Likewise, on loopback, for a proxy that gives TLS.
    pub fn behind_proxy() -> Settings {
        Settings { secure: true, behind_proxy: true, public_url: None, tries_per_address: 20 }
    }

    /// The name of the cookie that carries a sign-in.
    pub fn cookie(&self) -> &'static str {
        if self.secure { "__Host-sid" } else { "sid" }
    }
}

/// The file that holds the key of the audit chain: beside an `SQLite` file, in the
/// working folder for `PostgreSQL`.
pub fn key_file(database_url: &str) -> PathBuf {
    if database_url.starts_with("postgres") {
        return PathBuf::from("haichieu.key");
    }
    let file = database_url.strip_prefix("sqlite:").unwrap_or(database_url);
    let file = Path::new(file.strip_prefix("//").unwrap_or(file));
    let mut name = file.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}
