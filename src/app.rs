//! What every handler is given.

use std::sync::Arc;

use crate::audit::watch::Watch;
use crate::db::Db;
use crate::settings::Settings;

#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub settings: Arc<Settings>,
    pub watch: Watch,
}
