//! The pages under /administration.

use crate::access::routes::Routes;

mod accounts;
mod grants;
mod units;

pub fn routes() -> Routes {
    units::routes().merge(accounts::routes()).merge(grants::routes())
}
