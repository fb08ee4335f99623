//! Lists of members as the wards have them: looked through, written down, undone.

pub mod apply;
pub mod columns;
pub mod failed;
pub mod fate;
pub mod model;
pub mod pages;
pub mod rows;
pub mod store;
pub mod undo;
