//! What is processed about people, why, by whom and how long: open to anybody.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::look::Look;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::settings::Setting;
use crate::organisation::settings::store::{self, Settled};
use crate::privacy::clocks::Clocks;

/// Units without one above them: one in most registries.
const MOST_UNITS: usize = 5;

#[derive(Template)]
#[template(path = "privacy/notice.html")]
struct NoticePage {
    look: Look,
    bodies: Vec<Body>,
}

/// A unit, and what it settled.
struct Body {
    name: String,
    settled: Vec<Settled>,
    clocks: Clocks,
}

impl Body {
    fn settled(&self, setting: Setting) -> Option<&str> {
        let mut found = self.settled.iter().filter(|it| it.name == setting);
        found.find(|it| !it.value.is_empty()).map(|it| it.value.as_str())
    }

    fn contact(&self) -> Option<&str> {
        self.settled(Setting::DataContact)
    }

    fn legal_basis(&self) -> Option<&str> {
        self.settled(Setting::LegalBasis)
    }

    fn years(&self) -> Option<&str> {
        self.settled(Setting::DataKeepYears)
    }
}

/// Of the viewer's own units; a stranger is told of those at the top.
pub async fn show(
    State(app): State<App>,
    look: Look,
    viewer: Option<Viewer>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let today = clock::today();
    let grants = viewer.map(|it| it.grants).unwrap_or_default();
    let mut units: Vec<UnitId> = grants.iter().filter_map(|it| it.unit_id).collect();
    if units.is_empty() {
        let roots = organisation::store::roots(&mut tx, today).await?;
        units.extend(roots.into_iter().map(|it| it.id));
    }
    units.dedup();
    units.truncate(MOST_UNITS);
    let mut bodies = Vec::new();
    // A few look-ups for each: a handful at most.
    for id in units {
        let unit = organisation::store::get(&mut tx, id, today).await?;
        // The books of a unit that has ended are kept by others now.
        if unit.to_on.is_some_and(|it| it <= today) {
            continue;
        }
        bodies.push(Body {
            name: unit.name,
            settled: store::list(&mut tx, id, today).await?,
            clocks: Clocks::of(&mut tx, id, today).await?,
        });
    }
    Ok(Html(NoticePage { look, bodies }.render()?))
}
