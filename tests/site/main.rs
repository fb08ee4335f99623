//! The site, driven over HTTP the way a browser drives it.
//!
//! Each test has a server and a database of its own: SQLite by default, or a schema of
//! the PostgreSQL database that `TEST_DATABASE_URL` names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod administration;
mod audit;
mod bulk;
mod contributions;
mod demo;
mod door;
mod evaluation;
mod exchange;
mod exports;
mod home;
mod imports;
mod letters;
mod limits;
mod lists;
mod meetings;
mod members;
mod merges;
mod opinions;
mod races;
mod roll_call;
mod schema;
mod scope;
mod settings;
mod sheets;
mod statistics;
mod support;
