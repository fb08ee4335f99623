//! Making one of two records of the same person: the other one is found, both are looked
//! at side by side, and every field that differs is chosen.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use self::write::{last_day, letter_taken, write};
use crate::access::frame::Frame;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::{self, Tx, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{MemberId, MergeId};
use crate::members::form::PersonForm;
use crate::members::model::Found;
use crate::members::pages::standing::Standing;
use crate::members::pages::{add, enter_member, refused};
use crate::members::store;
use crate::vietnamese::day;
use crate::vietnamese::masked::masked;
use crate::web::{Form, Path, Query};

pub mod undo;
mod write;

const FOUND: i64 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FormQuery {
    with: String,
    q: String,
}

/// Which of the viewer's people the other record is.
#[derive(Template)]
#[template(path = "members/merge_find.html")]
struct FindPage {
    frame: Frame,
    standing: Standing,
    q: String,
    found: Vec<Found>,
}

/// A field in which the records differ.
struct Line {
    field: &'static str,
    label: &'static str,
    kept: String,
    merged: String,
    /// Whether the merged record's text is chosen.
    takes_merged: bool,
}

#[derive(Template)]
#[template(path = "members/merge.html")]
struct MergePage {
    frame: Frame,
    standing: Standing,
    other: Standing,
    id: String,
    lines: Vec<Line>,
    faults: Faults,
}

impl MergePage {
    /// What will be otherwise when it is done.
    fn said(&self) -> Vec<String> {
        let (kept, merged) = (&self.standing, &self.other);
        let mut said = vec![format!(
            "Còn một hồ sơ: {}. Các cuộc họp, đóng góp, ý kiến và giấy của cả hai hiện trên một \
             trang.",
            kept.member.full_name
        )];
        if merged.residence.is_open() {
            let on = last_day(&merged.residence, clock::today());
            said.push(format!(
                "Hồ sơ bỏ thôi tính vào số đảng viên của {} từ {}; số liệu trước ngày đó giữ \
                 nguyên.",
                merged.cell.name_in_text(),
                day::short(on)
            ));
        }
        if letter_taken(kept, merged).is_some() {
            said.push("Giấy giới thiệu của hồ sơ bỏ tính cho hồ sơ giữ lại.".to_owned());
        }
        said
    }

    fn can_swap(&self) -> bool {
        self.other.residence.is_open() || !self.standing.residence.is_open()
    }
}

type Typed = HashMap<String, String>;

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Query(query): Query<FormQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    if let Ok(with) = query.with.parse::<MemberId>() {
        if with == id {
            return Err(Error::NotFound);
        }
        let (_, other) = Standing::enter(&mut tx, &viewer, with).await?;
        let id = MergeId::new().to_string();
        let mut faults = Faults::default();
        check(&mut tx, &standing, &other, &mut faults).await?;
        let page = page(frame, standing, other, id, &Typed::new(), faults);
        return Ok(Html(page.render()?).into_response());
    }
    let mut found = likely(&mut tx, &viewer, &standing).await?;
    if !query.q.trim().is_empty() {
        found = search(&mut tx, &viewer, &query.q).await?;
    }
    // Whom no cell has yet has no record to be merged: the letter is assigned first.
    found.retain(|it| it.id != id && !it.cell_name.is_empty());
    let page = FindPage { frame, standing, q: query.q, found };
    Ok(Html(page.render()?).into_response())
}

/// Records like this one: by name and year of birth, card, or telephone.
async fn likely(tx: &mut Tx, viewer: &Viewer, standing: &Standing) -> Result<Vec<Found>> {
    let form = PersonForm::of(&standing.member);
    match form.read_listed(clock::today(), &mut Faults::default()) {
        Some(person) => add::twins(tx, viewer, &person).await,
        None => Ok(Vec::new()),
    }
}

/// People whom the viewer keeps: a look-up for each role of the account.
async fn search(tx: &mut Tx, viewer: &Viewer, q: &str) -> Result<Vec<Found>> {
    let today = clock::today();
    let mut found = Vec::new();
    for grant in &viewer.grants {
        let Some(unit_id) = grant.unit_id else { continue };
        if let Ok(scope) = guard::enter(tx, viewer, unit_id, Right::KeepMembers).await {
            found.extend(store::search(tx, &scope, unit_id, today, q, FOUND).await?);
        }
    }
    Ok(found)
}

pub async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let text = |name: &str| typed.get(name).map_or("", |it| it.trim());
    let mut tx = app.db.write().await?;
    // Before anything is told of the form: whether the viewer keeps the record at all.
    let done = Redirect::to(&format!("/members/{id}")).into_response();
    let merge_id: Option<MergeId> = text("id").parse().ok();
    if let Some(merge_id) = merge_id
        && store::find_merge(&mut tx, merge_id).await?.is_some_and(|it| it.kept_id == id)
    {
        enter_member(&mut tx, &viewer, id, Right::KeepMembers).await?;
        return Ok(done);
    }
    enter_member(&mut tx, &viewer, id, Right::KeepMembers).await?;
    let missing = Error::BadRequest("Biểu mẫu thiếu mã. Mở lại trang.");
    let (Some(merge_id), Ok(with)) = (merge_id, text("with").parse::<MemberId>()) else {
        return Err(missing);
    };
    if with == id {
        return Err(missing);
    }
    // In one order, whichever is kept: two merges of the same people wait for each other.
    for held in [id.min(with), id.max(with)] {
        store::hold(&mut tx, held).await?;
    }
    if store::find_merge(&mut tx, merge_id).await?.is_some() {
        return Ok(done);
    }
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    let (_, other) = Standing::enter(&mut tx, &viewer, with).await?;
    let mut faults = Faults::default();
    check(&mut tx, &standing, &other, &mut faults).await?;
    let is_as_seen =
        text("version") == standing.versions() && text("other_version") == other.versions();
    let stored = PersonForm::of(&standing.member);
    let mut chosen = stored.clone();
    let from = PersonForm::of(&other.member);
    for (field, _) in PersonForm::FIELDS {
        if text(field) == "merged" {
            chosen.take(field, &from);
        }
    }
    let person = chosen.read_listed(clock::today(), &mut faults);
    let Some(person) = person.filter(|_| is_as_seen && faults.is_empty()) else {
        let status = if is_as_seen {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            faults.add("lines", "Có người vừa sửa một trong hai hồ sơ. Xem lại rồi gộp");
            StatusCode::CONFLICT
        };
        let page = page(frame, standing, other, merge_id.to_string(), &typed, faults);
        return refused(status, &page);
    };
    let pair = (&standing, &other);
    match write(&mut tx, &viewer, merge_id, pair, (stored, chosen), person).await {
        Err(error) if db::is_duplicate(&error) => return Ok(done),
        written => written.map_err(raced)?,
    }
    tx.commit().await?;
    Ok(done)
}

/// Why these two cannot be made one, this way round.
async fn check(tx: &mut Tx, kept: &Standing, merged: &Standing, faults: &mut Faults) -> Result<()> {
    if merged.residence.is_open() && !kept.residence.is_open() {
        faults.add("swap", "Giữ hồ sơ đang sinh hoạt: bấm đổi hồ sơ giữ lại");
    }
    if !store::merges_into(tx, merged.member.id).await?.is_empty() {
        faults.add(
            "swap",
            "Hồ sơ định bỏ đã nhận một hồ sơ khác: đổi hồ sơ giữ lại, hoặc hoàn tác lần gộp trước",
        );
    }
    Ok(())
}

fn page(
    frame: Frame,
    standing: Standing,
    other: Standing,
    id: String,
    typed: &Typed,
    faults: Faults,
) -> MergePage {
    let (kept, merged) = (PersonForm::of(&standing.member), PersonForm::of(&other.member));
    let lines = PersonForm::FIELDS.into_iter().filter_map(|(field, label)| {
        let (kept, merged) = (kept.shown(field), merged.shown(field));
        let takes_merged = match typed.get(field) {
            Some(choice) => choice == "merged",
            // What only one of them knows is worth keeping.
            None => kept.is_empty(),
        };
        let is_number = ["phone", "card_number"].contains(&field);
        let shown = |it: &str| if is_number { masked(it) } else { it.to_owned() };
        (kept != merged).then(|| {
            let (kept, merged) = (shown(&kept), shown(&merged));
            Line { field, label, kept, merged, takes_merged }
        })
    });
    let lines = lines.collect();
    MergePage { frame, standing, other, id, lines, faults }
}
