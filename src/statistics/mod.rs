//! Counts at every level, as of any day, and what is late.

pub mod bridge;
pub mod chase;
pub mod counted;
pub mod half;
mod memo;
pub mod model;
pub mod people;
pub mod recent;
pub mod sheets;
pub mod store;
pub mod summary;
pub mod tables;

pub mod chart;
pub mod export;
pub mod small;
pub mod sort;

pub mod form;
pub mod pages;
