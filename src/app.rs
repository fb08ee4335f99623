//! What every handler is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, header};

use crate::audit::watch::Watch;
use crate::db::Db;
use crate::db::replica::Replica;
use crate::settings::Settings;
use crate::vault::Vault;

#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub settings: Arc<Settings>,
    pub watch: Watch,
    /// Seals the second factors.
    pub vault: Vault,
    /// A second server, where figures are read.
    pub replica: Option<Replica>,
    pub stopping: Stopping,
}

impl App {
    /// Where others reach the site, for what is printed: as it was told, or as the browser of
    /// whoever prints reaches it.
    pub fn origin(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.settings.public_url {
            return url.clone();
        }
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let scheme = if self.settings.secure { "https" } else { "http" };
        format!("{scheme}://{host}")
    }
}

/// Whether the program has been told to stop: it still answers, and asks the proxy before it
/// to send nobody any more.
#[derive(Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
