//! The site, driven over HTTP the way a browser drives it.
//!
//! Each test has a server and a database of its own: SQLite by default, or a schema of
//! the PostgreSQL database that `TEST_DATABASE_URL` names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod administration;
mod advisories;
mod api;
mod audit;
mod backups;
mod below;
mod bridge;
mod bulk;
mod calendars;
mod canary;
mod chase;
mod committee;
mod compare;
mod confirm;
mod confirmed;
mod contributions;
mod copies;
mod cut_off;
mod demo;
mod deputies;
mod door;
mod evaluation;
mod exchange;
mod exports;
mod factor;
mod figures;
mod files;
mod generate;
mod home;
mod imports;
mod letters;
mod limits;
mod lists;
mod look;
mod mail;
mod mail_tls;
mod meetings;
mod members;
mod merges;
mod offline;
mod opinions;
mod privacy;
mod races;
mod real_case;
mod recount;
mod reorganisation_pages;
mod reorganisations;
mod reorganised_at_random;
mod replica;
mod report;
mod retention;
mod retries;
mod roll_call;
mod schema;
mod scope;
mod search;
mod sessions;
mod settings;
mod sheets;
mod shelf;
mod start;
mod statistics;
mod summaries;
mod support;
mod tls;
mod upgrades;
