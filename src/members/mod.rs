//! The people of the registry: who they are, and in which cell they live.

pub mod age;
pub mod export;
pub mod form;
pub mod letters;
pub mod model;
pub mod pages;
pub mod store;
pub mod timeline;
