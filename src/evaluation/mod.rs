//! The year's comment on every member: sheets, two signatures, and the file of the year.

pub mod model;
pub mod store;

pub mod form;
pub mod pages;
pub mod small;
pub mod year_file;
