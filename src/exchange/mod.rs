//! Files in and out, the demonstration's synthetic registry, and made-up ones of any size.

pub mod demo;
pub mod generate;
pub mod import;
pub mod seed;
pub mod units;
