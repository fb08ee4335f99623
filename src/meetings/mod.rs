//! Meetings of the cells with the members who live there, and the calling of the roll.

pub mod model;
pub mod pages;
pub mod store;
