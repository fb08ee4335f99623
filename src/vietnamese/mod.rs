//! Vietnamese names, days, numbers and telephones: how they are read, compared and shown.

pub mod day;
pub mod fold;
pub mod name;
pub mod number;
pub mod phone;
pub mod words;
