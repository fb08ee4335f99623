//! Works and funds, and what members give to them.

pub mod export;
pub mod form;
pub mod model;
pub mod pages;
pub mod store;
pub mod totals;
