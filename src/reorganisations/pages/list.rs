//! Every reorganisation that the viewer may know of.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::NaiveDate;

use super::own_frame;
use crate::access::frame::Frame;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::{Error, Result};
use crate::reorganisations::model::Status;
use crate::reorganisations::store::{self, LISTED, Listed};

#[derive(Template)]
#[template(path = "reorganisations/list.html")]
struct ListPage {
    frame: Frame,
    listed: Vec<Listed>,
    today: NaiveDate,
    may_keep_units: bool,
}

impl ListPage {
    /// Heading, state and rows; what is open comes first.
    fn groups(
        &self,
    ) -> Vec<(&'static str, &'static str, &'static str, &'static str, Vec<&Listed>)> {
        let of = |keep: fn(&Listed, NaiveDate) -> bool| -> Vec<&Listed> {
            self.listed.iter().filter(|it| keep(it, self.today)).collect()
        };
        let groups = vec![
            ("Bản thảo", "part", "part", "Chưa áp dụng", of(|it, _| it.it.is_draft())),
            (
                "Đã đặt lịch",
                "none",
                "none",
                "Chưa đến ngày",
                of(|it, today| it.it.is_planned(today)),
            ),
            (
                "Đã áp dụng",
                "done",
                "check",
                "Đã áp dụng",
                of(|it, today| it.it.status == Status::Applied && !it.it.is_planned(today)),
            ),
            (
                "Đã hoàn tác",
                "bad",
                "cross",
                "Đã hoàn tác",
                of(|it, _| it.it.status == Status::Undone),
            ),
        ];
        groups.into_iter().filter(|it| !it.4.is_empty()).collect()
    }

    fn is_full(&self) -> bool {
        i64::try_from(self.listed.len()).is_ok_and(|it| it >= LISTED)
    }
}

pub async fn list(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let today = clock::today();
    let mut listed = Vec::new();
    let mine = viewer.grants.iter();
    let mine = mine.filter(|it| it.role.allows(Right::Reorganise, false, it.names));
    let mut units: Vec<_> = mine.map(|it| it.unit_id).collect();
    if units.is_empty() {
        return Err(Error::NotFound);
    }
    if units.contains(&None) {
        units = vec![None];
    }
    // As many look-ups as the account has roles: one or two.
    for unit_id in units {
        listed.extend(store::listed(&mut tx, unit_id, today).await?);
    }
    let mut seen = HashSet::new();
    listed.retain(|it| seen.insert(it.it.id));
    let frame = own_frame(&mut tx, &viewer).await?;
    let may_keep_units =
        viewer.grants.iter().any(|it| it.role.allows(Right::KeepUnits, false, false));
    Ok(Html(ListPage { frame, listed, today, may_keep_units }.render()?))
}
