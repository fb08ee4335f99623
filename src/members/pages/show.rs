//! A member: where the person stands now, and what happened before.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::{Act, Entry};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{MemberId, UnitId};
use crate::members::form::birth_label;
use crate::members::model::{Letter, Member, Residence, Sex};
use crate::members::pages::enter_member;
use crate::members::store::{self, Merge};
use crate::members::timeline::{self, Life, Year};
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::Path;

/// More rolls and contributions than a life of meetings twice a year holds.
const MOST: i64 = 500;
/// The years of the timeline that stand open.
const OPEN_YEARS: usize = 3;

#[derive(Template)]
#[template(path = "members/show.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the viewer may, each right for itself")]
struct ShowPage {
    frame: Frame,
    member: Member,
    cell: Unit,
    residence: Residence,
    letters: Vec<Letter>,
    /// What the lede says of the latest periodic meetings.
    meetings: Option<String>,
    years: Vec<Year>,
    entries: Vec<Entry>,
    /// Other records of the same person.
    merges: Vec<Merge>,
    may_keep: bool,
    may_note_gifts: bool,
    restricted: bool,
    /// Whether telephone and card are shown whole: on the answer to whoever asked, once.
    asked_for: bool,
}

impl ShowPage {
    /// Each line of the person's record that says something.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let member = &self.member;
        let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
        let short = |it: Option<NaiveDate>| it.map(day::short).unwrap_or_default();
        let mut category = self.residence.category.label().to_owned();
        if let Some(reason) = self.residence.exempt_reason {
            category = format!("{category}: {}", reason.label());
        }
        let [telephone, card] = member.numbers(self.asked_for);
        let facts = vec![
            (birth_label(member), member.born().map(|it| it.to_string()).unwrap_or_default()),
            ("Giới tính", text(member.sex.map(Sex::label))),
            ("Chỗ ở", self.residence.place()),
            ("Tổ liên gia", self.residence.household_cluster.clone()),
            telephone,
            ("Nơi công tác", text(member.workplace.as_deref())),
            ("Chức vụ", member.position.clone()),
            ("Chi bộ nơi công tác", member.workplace_cell.clone()),
            ("Vào Đảng", short(member.admitted_on)),
            ("Chính thức", short(member.official_on)),
            card,
            ("Diện", category),
        ];
        facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    fn open_years(&self) -> &[Year] {
        &self.years[..self.years.len().min(OPEN_YEARS)]
    }

    fn older_years(&self) -> &[Year] {
        &self.years[self.years.len().min(OPEN_YEARS)..]
    }

    /// `Xem các năm 2019 đến 2022`
    fn older_label(&self) -> String {
        let older = self.older_years();
        match (older.last(), older.first()) {
            (Some(first), Some(last)) if first.year != last.year => {
                format!("Xem các năm {} đến {}", first.year, last.year)
            }
            (Some(only), _) => format!("Xem năm {}", only.year),
            _ => String::new(),
        }
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Response> {
    page(&app, &viewer, id, false).await
}

/// The page with telephone and card whole: on this one answer, and written down before it.
pub async fn numbers(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (cell, _) = enter_member(&mut tx, &viewer, id, Right::SeeNames).await?;
    audit::store::append(&mut tx, &viewer.actor(), numbers_shown(id, cell.id)).await?;
    tx.commit().await?;
    page(&app, &viewer, id, true).await
}

/// The entry for a telephone and a card shown whole.
pub(in crate::members) fn numbers_shown(id: MemberId, unit_id: UnitId) -> Act {
    Act::new("view.numbers", id.0, "Hiện số điện thoại, số thẻ".to_owned()).in_unit(unit_id)
}

async fn page(app: &App, viewer: &Viewer, id: MemberId, asked_for: bool) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (cell, scope) = enter_member(&mut tx, viewer, id, Right::SeeNames).await?;
    if let Some(merge) = store::merge_of(&mut tx, id).await?
        && enter_member(&mut tx, viewer, merge.kept_id, Right::SeeNames).await.is_ok()
    {
        return Ok(Redirect::to(&format!("/members/{}", merge.kept_id)).into_response());
    }
    let member = store::get(&mut tx, id).await?;
    let merges = store::merges_into(&mut tx, id).await?;
    let mut lives = vec![life(&mut tx, &scope, id).await?];
    let mut entries = audit::store::list_of(&mut tx, id.0, MOST).await?;
    // As many look-ups as the person had records: one in most lives.
    for merge in &merges {
        lives.push(life(&mut tx, &scope, merge.merged_id).await?);
        entries.extend(audit::store::list_of(&mut tx, merge.merged_id.0, MOST).await?);
    }
    entries.sort_by_key(|it| std::cmp::Reverse(it.at));
    let seen = seen(&mut tx, viewer, &lives).await?;
    let years = timeline::years(&lives, &seen);
    let meetings = timeline::latest_meetings(&lives);
    let letters = lives.iter().flat_map(|it| it.letters.clone()).collect();
    let residence = lives.swap_remove(0).residences.into_iter().next().ok_or(Error::NotFound)?;
    let frame = Frame::of_unit(&mut tx, viewer, &scope, &cell, Place::Members).await?;
    let may_keep = scope.may(Right::KeepMembers);
    let may_note_gifts = scope.may(Right::KeepContributions);
    let restricted = store::is_restricted(&mut tx, id).await?;
    drop(tx);
    let page = ShowPage {
        frame,
        member,
        cell,
        residence,
        letters,
        meetings,
        years,
        entries,
        merges,
        may_keep,
        may_note_gifts,
        restricted,
        asked_for,
    };
    Ok(Html(page.render()?).into_response())
}

/// What is written of one record.
async fn life(tx: &mut Tx, scope: &Scope, id: MemberId) -> Result<Life> {
    Ok(Life {
        residences: store::residences_of(tx, id).await?,
        letters: store::letters_of(tx, id).await?,
        rolls: store::rolls_of(tx, scope, id, MOST).await?,
        given: store::contributions_of(tx, scope, id, MOST).await?,
        opinions: store::opinions_of(tx, scope, id, MOST).await?,
        sheets: store::sheets_of(tx, scope, id, MOST).await?,
    })
}

/// Of the units where the member met, gave and spoke, those whose pages the viewer may open:
/// as many look-ups as units, one or two in most lives.
async fn seen(tx: &mut Tx, viewer: &Viewer, lives: &[Life]) -> Result<Vec<UnitId>> {
    let units: HashSet<UnitId> = lives.iter().flat_map(Life::units).collect();
    let mut seen = Vec::new();
    for unit_id in units {
        match guard::enter(tx, viewer, unit_id, Right::SeeNames).await {
            Ok(_) => seen.push(unit_id),
            Err(Error::NotFound | Error::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(seen)
}
