//! The pages under /administration, and the settings of a unit.

use crate::access::routes::Routes;

mod accounts;
mod deputies;
mod grants;
mod protection;
mod settings;
mod slips;
mod units;

pub fn routes() -> Routes {
    units::routes()
        .merge(accounts::routes())
        .merge(grants::routes())
        .merge(deputies::routes())
        .merge(protection::routes())
        .merge(settings::routes())
        .merge(slips::routes())
}
