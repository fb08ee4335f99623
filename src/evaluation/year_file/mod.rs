//! The year of every member as a file.

pub mod model;
pub mod store;

pub mod export;

pub mod form;
