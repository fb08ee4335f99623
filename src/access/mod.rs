//! Who may come in, and what each may see and do.

pub mod model;
pub mod store;

pub mod confirm;
pub mod deputies;
pub mod factor;
pub mod feeds;
pub mod guard;
pub mod limits;
pub mod looks;
pub mod password;
pub mod session;
pub mod throttle;
pub mod tokens;
pub mod viewer;

pub mod address;
pub mod below;
pub mod figures;
pub mod form;
pub mod frame;
pub mod look;
pub mod origin;
pub mod pages;
pub mod routes;
pub mod shelf;
pub mod sign_ins;
