//! What people may ask of a registry that names them: what is held about them and who looked
//! at it, their requests and the law's clocks, restriction, and forgetting.

pub mod clocks;
pub mod form;
pub mod held;
pub mod model;
pub mod pages;
pub mod store;
