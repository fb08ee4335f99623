//! The units of the party's organisation: their names and parents over time.

pub mod model;
pub mod store;
pub mod tree;
