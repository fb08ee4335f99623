//! The administrator's pages: units and accounts.

pub mod pages;
