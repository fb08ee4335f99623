//! Backups: one file for every kind of database, made while people work, looked through
//! before it counts; made daily, kept by a rule, and brought back.

pub mod daily;
pub mod encrypted;
pub mod make;
pub mod model;
pub mod pages;
pub mod recover;
pub mod store;
