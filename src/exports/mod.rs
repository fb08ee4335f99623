//! Files that leave the registry: asked for with a purpose, written down before the first
//! byte, and closed with what left.

pub mod model;
pub mod store;

pub mod deliver;
pub mod pages;
pub mod source;
