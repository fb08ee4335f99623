//! Counts at every level, as of any day.

pub mod model;
pub mod store;

pub mod export;
pub mod small;

pub mod form;
pub mod pages;
