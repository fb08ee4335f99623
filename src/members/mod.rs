//! The people of the registry: who they are, and in which cell they live.

pub mod model;
pub mod pages;
pub mod store;
