//! The registry of party members who keep contact with the cell where they live.
//!
//! Modules in reading order: the ground, then each floor above it; a module imports
//! only from floors below its own (`tests/house.rs`).

pub mod clock;
pub mod ids;
pub mod packing;
pub mod vietnamese;
pub(crate) mod words;

pub mod error;
pub mod faults;

pub mod settings;

pub mod csv_file;
pub mod db;
pub mod list_file;
pub mod qr;
pub mod small;
pub mod vault;

pub mod assets;
pub mod table_file;
pub mod web;

pub mod audit;
pub mod organisation;

pub mod app;

pub mod access;

pub mod backups;

pub mod administration;
pub mod members;

pub mod contributions;
pub mod criteria;
pub mod meetings;
pub mod reorganisations;

pub mod opinions;

pub mod evaluation;
pub mod minutes;
pub mod statistics;

pub mod reports;

pub mod exchange;
pub mod exports;
pub mod home;
pub mod recount;
pub mod reminders;

pub mod privacy;

pub mod api;

pub mod server;
pub mod site;

pub mod cli;
