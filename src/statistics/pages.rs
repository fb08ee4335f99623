//! The pages.

use crate::access::routes::Routes;

pub fn routes() -> Routes {
    Routes::new()
}
