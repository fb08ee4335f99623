//! Restricting what is done with a person's data, and lifting it again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::enter;
use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::db::{Tx, is_duplicate, raced};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::{MemberId, RestrictionId};
use crate::members::model::Member;
use crate::organisation::model::Unit;
use crate::privacy::form::RestrictionForm;
use crate::privacy::model::Restriction;
use crate::privacy::store::restrictions as store;
use crate::web::{Form, Path};
use crate::{audit, clock, members};

#[derive(Template)]
#[template(path = "privacy/restriction.html")]
struct FormPage {
    frame: Frame,
    member: Member,
    /// The one in force, if any.
    current: Option<Restriction>,
    before: Vec<Restriction>,
    form: RestrictionForm,
    faults: Faults,
    /// Whether somebody else was quicker.
    stale: bool,
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (member, cell, scope): (Member, Unit, Scope),
    reason: String,
) -> Result<FormPage> {
    let all = store::list(tx, member.id).await?;
    let (current, before): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.to_on.is_none());
    let current = current.into_iter().next();
    let id = current.as_ref().map_or_else(RestrictionId::new, |it| it.id).to_string();
    Ok(FormPage {
        frame: Frame::of_unit(tx, viewer, &scope, &cell, Place::Members).await?,
        member,
        current,
        before,
        form: RestrictionForm { id, reason },
        faults: Faults::default(),
        stale: false,
    })
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let entered = enter(&mut tx, &viewer, id, Right::KeepMembers).await?;
    Ok(Html(page(&mut tx, &viewer, entered, String::new()).await?.render()?))
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(member_id): Path<MemberId>,
    Form(form): Form<RestrictionForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    enter(&mut tx, &viewer, member_id, Right::KeepMembers).await?;
    members::store::hold(&mut tx, member_id).await?;
    let entered = enter(&mut tx, &viewer, member_id, Right::KeepMembers).await?;
    let id: RestrictionId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/members/{member_id}")).into_response();
    let all = store::list(&mut tx, member_id).await?;
    let named = all.iter().find(|it| it.id == id);
    let current = all.iter().find(|it| it.to_on.is_none());
    let typed = form.reason.trim().replace("\r\n", "\n");
    if named
        .is_some_and(|it| it.reason == typed || (it.to_on.is_some() && it.lifted_reason == typed))
    {
        // The same form, sent twice.
        return Ok(there);
    }
    let reason = match form.read() {
        Ok(reason) => reason,
        Err(faults) => {
            let page = page(&mut tx, &viewer, entered, form.reason).await?;
            let page = FormPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let today = clock::today();
    let by = &*viewer.signed_name();
    let (action, summary) = match (named, current) {
        (None, None) => {
            match store::add(&mut tx, (id, member_id), today, (&reason, by), clock::now()).await {
                Err(error) if is_duplicate(&error) => return Ok(there),
                done => done?,
            }
            ("member.restrict", "Hạn chế xử lý dữ liệu")
        }
        (Some(named), Some(current)) if named.id == current.id => {
            store::lift(&mut tx, id, today, (&reason, by)).await.map_err(raced)?;
            ("member.unrestrict", "Thôi hạn chế xử lý dữ liệu")
        }
        // Somebody restricted or lifted in the meantime.
        _ => {
            let page = page(&mut tx, &viewer, entered, form.reason).await?;
            let page = FormPage { stale: true, ..page };
            return Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response());
        }
    };
    // The reason stays beside the restriction, not in the trail, which cannot be mended.
    let act = Act::new(action, member_id.0, summary.to_owned()).in_unit(entered.1.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
