//! Meetings of the cells with the members who live there, and the calling of the roll.

pub mod absences;
pub mod export;
pub mod form;
pub mod model;
pub mod pages;
pub mod roll_call;
pub mod sheet;
pub mod store;
pub mod write;
