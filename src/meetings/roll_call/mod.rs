//! The calling of the roll: who was there, marked by one person or by several at once.

pub mod exceptions;
pub mod model;
pub mod one;
pub mod pages;
mod paper;
mod save;
mod saved;
mod undo;
pub mod version;
