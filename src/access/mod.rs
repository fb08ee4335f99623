//! Who may come in, and what each may see and do.

pub mod model;
pub mod store;

pub mod guard;
pub mod password;
pub mod session;
pub mod throttle;
pub mod viewer;

pub mod address;
pub mod form;
pub mod frame;
pub mod origin;
pub mod pages;
pub mod routes;
