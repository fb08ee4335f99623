//! Taking a merge back: two records again, each with its own.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::write::{anew, fill};
use crate::access::frame::Frame;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{MemberId, MergeId};
use crate::members::form::PersonForm;
use crate::members::model::Member;
use crate::members::pages::standing::Standing;
use crate::members::store::{self, Merge};
use crate::web::Path;
use crate::{audit, clock};

#[derive(Template)]
#[template(path = "members/merge_undo.html")]
struct UndoPage {
    frame: Frame,
    standing: Standing,
    merged: Member,
    merge: Merge,
    plan: Plan,
}

/// What becomes of the fields that the merge filled in.
struct Plan {
    form: PersonForm,
    /// Labels of those that go back to what they were.
    restored: Vec<&'static str>,
    /// Labels of those that somebody changed since, which stay.
    left: Vec<&'static str>,
}

impl Plan {
    fn of(merge: &Merge, now: PersonForm) -> Result<Plan> {
        let read = |text: &str| {
            serde_json::from_str::<PersonForm>(text).map_err(|it| Error::Internal(it.into()))
        };
        let (before, after) = (read(&merge.form_before)?, read(&merge.form_after)?);
        let mut plan = Plan { form: now, restored: Vec::new(), left: Vec::new() };
        for (field, label) in PersonForm::FIELDS {
            if before.shown(field) == after.shown(field) {
                continue;
            }
            if plan.form.shown(field) == after.shown(field) {
                plan.form.take(field, &before);
                plan.restored.push(label);
            } else {
                plan.left.push(label);
            }
        }
        Ok(plan)
    }
}

/// A merge of two records whose cells the viewer keeps, and the kept one's standing.
async fn enter(tx: &mut Tx, viewer: &Viewer, id: MergeId) -> Result<(Frame, Standing, Merge)> {
    let merge = store::find_merge(tx, id).await?.ok_or(Error::NotFound)?;
    let cell_id = store::cell_of(tx, merge.merged_id).await?.ok_or(Error::NotFound)?;
    guard::enter(tx, viewer, cell_id, Right::KeepMembers).await?;
    let (frame, standing) = Standing::enter(tx, viewer, merge.kept_id).await?;
    Ok((frame, standing, merge))
}

fn page_of(id: MemberId) -> Response {
    Redirect::to(&format!("/members/{id}")).into_response()
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MergeId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (frame, standing, merge) = enter(&mut tx, &viewer, id).await?;
    if merge.undone_at.is_some() {
        return Ok(page_of(merge.merged_id));
    }
    let plan = Plan::of(&merge, PersonForm::of(&standing.member))?;
    let merged = store::get(&mut tx, merge.merged_id).await?;
    Ok(Html(UndoPage { frame, standing, merged, merge, plan }.render()?).into_response())
}

pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MergeId>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (_, _, merge) = enter(&mut tx, &viewer, id).await?;
    let (kept_id, merged_id) = (merge.kept_id, merge.merged_id);
    for held in [kept_id.min(merged_id), kept_id.max(merged_id)] {
        store::hold(&mut tx, held).await?;
    }
    let (_, standing, merge) = enter(&mut tx, &viewer, id).await?;
    if merge.undone_at.is_some() {
        return Ok(page_of(merged_id));
    }
    write(&mut tx, &viewer, &standing, &merge).await?;
    tx.commit().await?;
    Ok(page_of(merged_id))
}

async fn write(tx: &mut Tx, viewer: &Viewer, kept: &Standing, merge: &Merge) -> Result<()> {
    let today = clock::today();
    store::undo_merge(tx, merge.id, clock::now()).await.map_err(raced)?;
    let now = PersonForm::of(&kept.member);
    let plan = Plan::of(merge, now.clone())?;
    // What was restored stood there before; only a mixture with later changes may not fit.
    let mut faults = Faults::default();
    let person = plan.form.read_listed(today, &mut faults).filter(|_| faults.is_empty());
    let person = person.ok_or(Error::BadRequest(
        "Lý lịch đã sửa sau khi gộp không khớp với lý lịch cũ. Sửa lại các ngày trong lý lịch, \
         rồi hoàn tác.",
    ))?;
    if !plan.restored.is_empty() {
        fill(tx, kept, person).await.map_err(raced)?;
    }
    store::detach_letters(tx, merge.kept_id, merge.merged_id).await?;
    let ended = store::get_residence(tx, merge.merged_id).await?;
    if Some(ended.id) == merge.residence_id && !ended.is_open() {
        store::add_residence(tx, &anew(&ended, today), clock::now()).await?;
    }
    let merged = store::get(tx, merge.merged_id).await?;
    let summary = format!("Hoàn tác lần gộp hồ sơ của {}", merged.full_name);
    let mut act = Act::new("member.unmerge", merge.kept_id.0, summary.clone());
    for it in plan.form.differences(&now) {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(tx, &viewer.actor(), act.in_unit(kept.cell.id)).await?;
    let act = Act::new("member.unmerge", merged.id.0, summary).in_unit(ended.cell_id);
    audit::store::append(tx, &viewer.actor(), act).await?;
    Ok(())
}
