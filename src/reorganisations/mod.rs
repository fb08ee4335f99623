//! Units opened, renamed, merged and split by one decision on one day: simulated, looked at,
//! applied in one transaction, and undone.

pub mod apply;
pub mod desk;
pub mod due;
pub mod flow;
pub mod forest;
pub mod grants;
pub mod model;
pub mod preview;
pub mod simulate;
pub mod store;
pub mod summary;
pub mod undo;

pub mod form;
pub mod pages;

pub use apply::{Refused, apply};
pub use preview::{Preview, preview};
pub use simulate::simulate;
pub use undo::{Blockers, undo};
