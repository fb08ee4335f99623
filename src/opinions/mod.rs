//! What people of a cell say of common matters, where it is sent, and what is answered.

pub mod form;
pub mod model;
pub mod pages;
pub mod store;
