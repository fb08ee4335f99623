//! Files in and out, and the demonstration's synthetic registry.

pub mod demo;
pub mod import;
pub mod seed;
