//! Units, what they settle, and accounts. Their tables belong to `organisation` and
//! `access`; member data is out of reach here.

pub mod form;
pub mod pages;
