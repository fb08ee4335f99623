//! The pages.

mod book;
mod bulk;
mod entry;
mod giver;
mod giving;
mod pager;
mod thanks;
mod work_form;
mod works;

pub use self::book::BookQuery;

use crate::access::model::Right::{KeepContributions, SeeNames};
use crate::access::routes::{Need, Routes};

pub fn routes() -> Routes {
    let (see, keep) = (Need::Right(SeeNames), Need::Right(KeepContributions));
    Routes::new()
        .get("/units/{code}/works", see, works::list)
        .get("/units/{code}/works/new", keep, work_form::new)
        .post("/units/{code}/works", keep, work_form::add)
        .get("/works/{id}", see, works::show)
        .get("/works/{id}/edit", keep, work_form::edit)
        .post("/works/{id}/edit", keep, work_form::change)
        .get("/units/{code}/contributions", see, book::list)
        .get("/units/{code}/contributions/new", keep, giving::new)
        .post("/units/{code}/contributions", keep, giving::add)
        .get("/units/{code}/contributions/bulk", keep, bulk::new)
        .post("/units/{code}/contributions/bulk", keep, bulk::add)
        .get("/contribution-batches/{id}", see, bulk::show)
        .get("/works/{id}/thanks", see, thanks::show)
        .get("/contributions/{id}", see, entry::show)
        .get("/contributions/{id}/reverse", keep, entry::ask)
        .post("/contributions/{id}/reverse", keep, entry::reverse)
}
