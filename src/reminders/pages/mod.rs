//! The pages on which one has oneself reminded.

use crate::access::routes::Routes;

mod calendar;

pub fn routes() -> Routes {
    calendar::routes()
}
