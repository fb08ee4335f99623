//! What other programs read: the counts and files of the pages, by the same rights, in JSON.
//!
//! The doc comments of what is served are in Vietnamese: they are the text of the document
//! that `/api/v1/openapi.json` answers with.

use crate::access::routes::{Need, Routes};

pub mod problem;

mod exports;
mod model;
mod openapi;
mod params;
mod units;

pub fn routes() -> Routes {
    Routes::new()
        .read("/api/v1/openapi.json", Need::Anyone, openapi::document)
        .read("/api/v1/units", Need::Token, units::list)
        .read("/api/v1/units/{code}", Need::Token, units::show)
        .read("/api/v1/units/{code}/counts", Need::Token, units::counts)
        .read("/api/v1/units/{code}/exports/{what}", Need::Token, exports::export)
}
