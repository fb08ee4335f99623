//! "Ai xem được tôi?": which accounts may see the person today, and who looked or took files
//! in the last months.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use super::enter;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::ids::MemberId;
use crate::members::model::Member;
use crate::organisation::letterhead::Letterhead;
use crate::privacy::model::{Look, Reader};
use crate::privacy::store::{self, held};
use crate::web::{Path, Query};

/// How far back the page looks where nobody says otherwise, and at most.
const USUAL: u32 = 12;
const MOST: u32 = 120;
/// Lines of each table.
const ROWS: i64 = 300;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ViewersQuery {
    months: String,
}

#[derive(Template)]
#[template(path = "privacy/viewers.html")]
struct ViewersPage {
    head: Letterhead,
    member: Member,
    readers: Vec<Reader>,
    looks: Vec<Look>,
    /// Files and prints that may name the person.
    taken: Vec<Look>,
    months: u32,
    from: NaiveDate,
    today: NaiveDate,
}

impl ViewersPage {
    fn is_cut(rows: &[Look]) -> bool {
        i64::try_from(rows.len()).unwrap_or(ROWS) >= ROWS
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Query(query): Query<ViewersQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (member, cell, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let months = query.months.trim().parse().unwrap_or(USUAL).clamp(1, MOST);
    let today = clock::today();
    let from = today.checked_sub_months(Months::new(months)).unwrap_or(today);
    let mut readers = store::looks::readers(&mut tx, cell.id, today).await?;
    readers.retain(|it| it.role.allows(Right::SeeNames, it.depth > 0, it.names));
    let mut looks = Vec::new();
    // As many look-ups as the person had records: one in most lives.
    for record in held::records(&mut tx, id).await? {
        looks.extend(store::looks::of_member(&mut tx, &scope, record, from, ROWS).await?);
    }
    looks.sort_by_key(|it| std::cmp::Reverse(it.id));
    let page = ViewersPage {
        head: Letterhead::of(&mut tx, &cell, today).await?,
        taken: store::looks::taken(&mut tx, cell.id, from, today, ROWS).await?,
        member,
        readers,
        looks,
        months,
        from,
        today,
    };
    Ok(Html(page.render()?))
}
