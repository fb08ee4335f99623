//! The page of a reorganisation: a draft with its steps, or what was done.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Entered, draft};
use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Entry;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ReorganisationId;
use crate::reorganisations::model::{Reorganisation, Status};
use crate::reorganisations::store;
use crate::reorganisations::summary::Summary;
use crate::web::{Path, Query};
use crate::{audit, clock, organisation};

/// As many entries of the trail as the page shows.
const ENTRIES: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DoneQuery {
    done: String,
}

#[derive(Template)]
#[template(path = "reorganisations/done.html")]
struct DonePage {
    frame: Frame,
    it: Reorganisation,
    unit_name: String,
    summary: Summary,
    names: bool,
    today: NaiveDate,
    history: Vec<Entry>,
    /// What has just been done.
    done: String,
}

impl DonePage {
    fn is_undone(&self) -> bool {
        self.it.status == Status::Undone
    }

    fn at(moment: Option<clock::Moment>) -> String {
        moment.map(clock::Moment::shown).unwrap_or_default()
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ReorganisationId>,
    Query(query): Query<DoneQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let entered = Entered::enter(&mut tx, &viewer, id).await?;
    if entered.it.is_draft() {
        return draft::page(&mut tx, &viewer, entered, None).await?.answer(StatusCode::OK);
    }
    let frame = entered.frame(&mut tx, &viewer).await?;
    let names = entered.names().is_some();
    let it = entered.it;
    let page = DonePage {
        frame,
        unit_name: unit_name(&mut tx, &it).await?,
        summary: store::summaries::find(&mut tx, id).await?.unwrap_or_default(),
        names,
        today: clock::today(),
        history: audit::store::list_of(&mut tx, id.0, ENTRIES).await?,
        done: query.done,
        it,
    };
    Ok(Html(page.render()?).into_response())
}

/// The unit above, as it is called today.
pub async fn unit_name(tx: &mut Tx, it: &Reorganisation) -> Result<String> {
    match it.unit_id {
        Some(id) => Ok(organisation::store::get(tx, id, clock::today()).await?.name),
        None => Ok("Cả sổ".to_owned()),
    }
}
