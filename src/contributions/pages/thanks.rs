//! The list of those thanked for a work, on paper.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::contributions::model::WorkItem;
use crate::contributions::store::{self, book};
use crate::error::Result;
use crate::ids::WorkItemId;
use crate::organisation;
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::organisation::settings::{self, Setting};
use crate::web::Path;

/// Somebody who gave, or a group, and all that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thanked {
    pub name: String,
    /// `500.000 đ; 2 ngày công`; empty where amounts are not told.
    pub gifts: String,
}

#[derive(Template)]
#[template(path = "contributions/thanks.html")]
struct ThanksPage {
    head: Letterhead,
    work: WorkItem,
    unit: Unit,
    members: Vec<Thanked>,
    groups: Vec<Thanked>,
    with_amounts: bool,
    signature: (&'static str, &'static str),
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<WorkItemId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let work = store::get_work(&mut tx, id).await?;
    let scope = guard::enter(&mut tx, &viewer, work.unit_id, Right::SeeNames).await?;
    let today = clock::today();
    let unit = organisation::store::get(&mut tx, work.unit_id, today).await?;
    let setting = Setting::ThanksWithAmounts;
    let with_amounts = settings::store::is_on(&mut tx, unit.id, setting, today).await?;
    let (members, groups) = gather(book::givers_of_work(&mut tx, &scope, id).await?, with_amounts);
    let page = ThanksPage {
        head: Letterhead::of(&mut tx, &unit, today).await?,
        signature: Letterhead::signature(&unit),
        work,
        unit,
        members,
        groups,
        with_amounts,
    };
    Ok(Html(page.render()?))
}

/// One line for each giver, in the order of the names; members before groups.
fn gather(rows: Vec<book::GiverSum>, with_amounts: bool) -> (Vec<Thanked>, Vec<Thanked>) {
    let (mut members, mut groups): (Vec<Thanked>, Vec<Thanked>) = (Vec::new(), Vec::new());
    let mut last = None;
    for row in rows {
        let lines = if row.member_id.is_some() { &mut members } else { &mut groups };
        let giver = (row.member_id, row.giver.clone());
        if last.as_ref() != Some(&giver) {
            lines.push(Thanked { name: row.giver.clone(), gifts: String::new() });
            last = Some(giver);
        }
        if let (true, Some(line)) = (with_amounts, lines.last_mut()) {
            let between = if line.gifts.is_empty() { "" } else { "; " };
            line.gifts = format!("{}{between}{}", line.gifts, row.what());
        }
    }
    (members, groups)
}
