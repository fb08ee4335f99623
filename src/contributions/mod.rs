//! Works and funds, and what members give to them.

pub mod model;
pub mod pages;
pub mod store;
