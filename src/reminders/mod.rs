//! What is due, told where people look: in the calendar of a telephone, or by mail. Counts,
//! days and links; never a name.

pub mod due;
pub mod ics;
pub mod model;
pub mod pages;
