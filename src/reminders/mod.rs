//! What is due, told where people look: in the calendar of a telephone, or by mail. Counts,
//! days and links; never a name.

pub mod daily;
pub mod due;
pub mod ics;
pub mod mailer;
pub mod model;
pub mod pages;
pub mod store;
