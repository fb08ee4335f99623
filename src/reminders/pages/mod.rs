//! The pages on which one has oneself reminded.

use crate::access::routes::Routes;

mod calendar;
mod mail;

pub fn routes() -> Routes {
    calendar::routes().merge(mail::routes())
}
