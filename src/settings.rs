//! How this program was told to run.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The settings that pages depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the site is reached over TLS. Only a site that listens on loopback
    /// may do without: its cookie is then not bound to a secure connection.
    pub secure: bool,
    /// Whether a proxy on this machine gives TLS and says from where requests come.
    pub behind_proxy: bool,
    /// A proxy on another machine, believed instead of one on this.
    pub trusted_proxy: Option<IpAddr>,
    /// Where others reach the site, for what is printed: `https://so.example.vn`. None: as
    /// the browser of whoever prints reaches it.
    pub public_url: Option<String>,
    /// Where backups are made by this program; none where it makes none.
    pub backups: Option<Backups>,
    /// Where mail goes out; none where nobody is reminded by it.
    pub mail: Option<Mail>,
    /// Failed sign-ins of one address before it has to wait.
    pub tries_per_address: i64,
    pub limits: Limits,
    /// With more units below it than this, a unit is counted from summaries; its page says when
    /// it was counted, and is counted anew beside the requests.
    pub large_unit: i64,
    /// With more units below it than this, a unit has no lists of all letters, sheets and gifts:
    /// the units right below it do.
    pub listed_units: i64,
    pub search: Search,
}

/// How a list of members is searched by name. Whoever tries it lowers these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// With more units below it than this, a unit is searched by whole words, which an index
    /// finds; with fewer, everybody is looked through.
    pub units: i64,
    /// How many rows of a word are walked at most.
    pub rows: i64,
}

impl Default for Search {
    /// So many units have ten to twenty thousand people: to look through them, or through so
    /// many rows, takes less than a tenth of a second.
    fn default() -> Search {
        Search { units: 300, rows: 10_000 }
    }
}

/// Counting so many cells from their rows takes about a second.
const LARGE_UNIT: i64 = 1000;
const LISTED_UNITS: i64 = 10_000;

/// How much one account, and all of them together, may ask of the server (trust 4.9). Whoever
/// tries how much the server bears raises them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one account within a minute, in one process.
    pub requests_per_minute: u32,
    /// Requests that one process answers at the same time.
    pub at_once: usize,
    /// Files that one account takes out within an hour.
    pub exports_per_hour: i64,
    /// Lists that one account brings in within an hour.
    pub imports_per_hour: i64,
    /// Failed sign-ins of everybody within a minute, before those who have failed already
    /// have to wait until it is over.
    pub failures_per_minute: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            requests_per_minute: 300,
            at_once: 256,
            exports_per_hour: 10,
            imports_per_hour: 5,
            failures_per_minute: 100,
        }
    }
}

/// Where backups lie, and the key that goes with them.
#[derive(Clone, Debug)]
pub struct Backups {
    pub folder: PathBuf,
    pub key_file: PathBuf,
}

/// A mail server, as it was told.
#[derive(Clone)]
pub struct Mail {
    /// `smtps://login:password@server`
    pub url: String,
    /// Who sends: `Hai Chiều <so@example.vn>`
    pub from: String,
    /// The roots that its certificate may go back to; none: those that the machine trusts.
    pub ca: Option<PathBuf>,
}

/// The address holds a password.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Settings {
    pub fn listening_on(address: SocketAddr) -> Settings {
        let secure = !address.ip().is_loopback();
        Settings {
            secure,
            behind_proxy: false,
            trusted_proxy: None,
            public_url: None,
            backups: None,
            mail: None,
            tries_per_address: 20,
            limits: Limits::default(),
            large_unit: LARGE_UNIT,
            listed_units: LISTED_UNITS,
            search: Search::default(),
        }
    }

    /// Likewise, on loopback, for a proxy that gives TLS.
    pub fn behind_proxy() -> Settings {
        Settings {
            secure: true,
            behind_proxy: true,
            trusted_proxy: None,
            public_url: None,
            backups: None,
            mail: None,
            tries_per_address: 20,
            limits: Limits::default(),
            large_unit: LARGE_UNIT,
            listed_units: LISTED_UNITS,
            search: Search::default(),
        }
    }

    /// Whether the one who speaks to us is the proxy: the one that is named, or where none is
    /// anybody on this machine.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        let named = self.trusted_proxy.map(|it| it.to_canonical() == peer.to_canonical());
        self.behind_proxy && named.unwrap_or(peer.is_loopback())
    }

    /// The name of the cookie that carries a sign-in.
    pub fn cookie(&self) -> &'static str {
        if self.secure { "__Host-sid" } else { "sid" }
    }

    /// The name of the cookie that says when a browser last wrote.
    pub fn wrote_cookie(&self) -> &'static str {
        if self.secure { "__Host-wrote" } else { "wrote" }
    }

    /// The name of the cookie that says how pages are to look.
    pub fn look_cookie(&self) -> &'static str {
        if self.secure { "__Host-look" } else { "look" }
    }

    /// The name of the cookie of those who have given the password, and not yet the code.
    pub fn half_cookie(&self) -> &'static str {
        if self.secure { "__Host-half" } else { "half" }
    }
}

/// The file that holds the key of the audit chain: beside an `SQLite` file, in the
/// working folder for `PostgreSQL`.
pub fn key_file(database_url: &str) -> PathBuf {
    let Some(file) = sqlite_file(database_url) else { return PathBuf::from("haichieu.key") };
    let mut name = file.into_os_string();
    name.push(".key");
    PathBuf::from(name)
}

/// The file of an `SQLite` database; none for `PostgreSQL`.
pub fn sqlite_file(database_url: &str) -> Option<PathBuf> {
    if database_url.starts_with("postgres") {
        return None;
    }
    let file = database_url.strip_prefix("sqlite:").unwrap_or(database_url);
    Some(Path::new(file.strip_prefix("//").unwrap_or(file)).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_is_named_is_believed_alone() {
        let [own, named, other] =
            ["127.0.0.1", "::ffff:10.1.2.3", "10.1.2.4"].map(|it| it.parse().unwrap());
        let here = Settings::behind_proxy();
        assert!(here.is_proxy(own) && !here.is_proxy(named));
        let there = Settings { trusted_proxy: "10.1.2.3".parse().ok(), ..here };
        assert!(there.is_proxy(named) && !there.is_proxy(other) && !there.is_proxy(own));
        let alone = Settings { behind_proxy: false, ..there };
        assert!(!alone.is_proxy(named), "nobody asked for a proxy");
    }
}
