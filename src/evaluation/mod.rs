//! The year's evaluation of every member, as a file.

pub mod pages;
