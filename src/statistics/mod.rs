//! Counts at every level, as of any day.

pub mod pages;
