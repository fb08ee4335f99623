//! The units of the party's organisation: their names and parents over time, and what
//! they settle.

pub mod letterhead;
pub mod model;
pub mod settings;
pub mod store;
pub mod tree;
