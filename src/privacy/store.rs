//! The tables of requests and restrictions, and what is read of all others.

pub mod held;
pub mod looks;
pub mod requests;
pub mod restrictions;
pub mod retention;
