//! Vietnamese names, days, numbers, telephones and old letterings: how they are read,
//! compared and shown.

pub mod day;
pub mod fold;
pub mod lettering;
pub mod masked;
pub mod name;
pub mod number;
pub mod phone;
pub mod words;
