//! Meetings of the cells with the members who live there, and the calling of the roll.

pub mod form;
pub mod model;
pub mod pages;
pub mod roll_call;
pub mod store;
pub mod write;
