//! The closed questions of comment sheets: sets that hold from a day on.

pub mod model;
pub mod store;

pub mod form;
pub mod pages;
pub mod seed;
