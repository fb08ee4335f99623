//! Who did what, in a chain that shows tampering.

pub mod chain;
pub mod model;
pub mod store;
pub mod watch;
