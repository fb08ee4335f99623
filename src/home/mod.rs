//! The first page: what is to be done in this half-year.

pub mod model;
pub mod pages;
pub mod store;
