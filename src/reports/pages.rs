//! The pages of the reports.

use crate::access::model::Right;
use crate::access::routes::{Need, Routes};

mod compare;
mod confirm;
mod confirmed;
mod yearly;

pub fn routes() -> Routes {
    let counts = Need::Right(Right::SeeCounts);
    let figures = Need::Right(Right::ConfirmFigures);
    Routes::new()
        .get("/units/{code}/compare", counts, compare::show)
        .get("/units/{code}/report", counts, yearly::show)
        .get("/units/{code}/confirmed", counts, confirmed::show)
        .post("/units/{code}/confirmed", figures, confirm::confirm)
        .get("/units/{code}/confirmed/new", figures, confirm::new)
}
