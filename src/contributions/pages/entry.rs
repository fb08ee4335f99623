//! One entry of the book, and its reversal.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::{Act, Entry};
use crate::contributions::form::gift::ReversalForm;
use crate::contributions::model::Contribution;
use crate::contributions::store::{self, book};
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::ContributionId;
use crate::organisation::model::Unit;
use crate::vietnamese::words;
use crate::web::{Form, Path, Query};
use crate::{audit, clock, organisation};

/// The latest entries of a history that a page shows.
const HISTORY: i64 = 50;

#[derive(Template)]
#[template(path = "contributions/entry.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    may_keep: bool,
    entry: Contribution,
    history: Vec<Entry>,
    /// What was just done, or why it could not be.
    notice: Notice,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Notice {
    Nothing,
    Written,
    Reversed,
    MayNotBeReversed,
}

impl ShowPage {
    /// What the history says of the act that the notice speaks of.
    fn just_written(&self) -> Option<&Entry> {
        match self.notice {
            Notice::Written => self.history.last(),
            _ => self.history.first(),
        }
    }

    /// An amount of money in words, without its sign.
    fn in_words(&self) -> String {
        match self.entry.amount_vnd {
            0 => String::new(),
            amount => words::dong_in_words(amount.abs()),
        }
    }
}

#[derive(Template)]
#[template(path = "contributions/reverse.html")]
struct ReversePage {
    frame: Frame,
    entry: Contribution,
    form: ReversalForm,
    faults: Faults,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    done: String,
}

/// Lets the viewer in to the entry; there is none for whom there is no way in.
async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: ContributionId,
    right: Right,
) -> Result<(Contribution, Scope)> {
    let unit_id = book::find_unit_id(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, unit_id, right).await?;
    Ok((book::get(tx, &scope, id).await?, scope))
}

async fn show_page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    entry: Contribution,
    notice: Notice,
) -> Result<ShowPage> {
    let unit = organisation::store::get(tx, entry.unit_id, clock::today()).await?;
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Contributions).await?;
    // A reversal has no history of its own: it is part of what it cancels.
    let subject = entry.reverses_id.unwrap_or(entry.id);
    let history = audit::store::list_of(tx, subject.0, HISTORY).await?;
    let may_keep = scope.may(Right::KeepContributions);
    Ok(ShowPage { frame, unit, may_keep, entry, history, notice })
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ContributionId>,
    Query(query): Query<ShowQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (entry, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let notice = match query.done.as_str() {
        "1" => Notice::Written,
        "reversed" if entry.is_void() => Notice::Reversed,
        _ => Notice::Nothing,
    };
    let page = show_page(&mut tx, &viewer, &scope, entry, notice).await?;
    Ok(Html(page.render()?))
}

pub async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ContributionId>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (entry, scope) = enter(&mut tx, &viewer, id, Right::KeepContributions).await?;
    if !entry.may_be_reversed() {
        return refused(&mut tx, &viewer, &scope, entry).await;
    }
    let page = reverse_page(&mut tx, &viewer, &scope, entry, ReversalForm::new()).await?;
    Ok(Html(page.render()?).into_response())
}

/// The entry, and why nothing was done to it.
async fn refused(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    entry: Contribution,
) -> Result<Response> {
    let page = show_page(tx, viewer, scope, entry, Notice::MayNotBeReversed).await?;
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}

async fn reverse_page(
    tx: &mut Tx,
    viewer: &Viewer,
    scope: &Scope,
    entry: Contribution,
    form: ReversalForm,
) -> Result<ReversePage> {
    let unit = organisation::store::get(tx, entry.unit_id, clock::today()).await?;
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Contributions).await?;
    Ok(ReversePage { frame, entry, form, faults: Faults::default() })
}

pub async fn reverse(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ContributionId>,
    Form(form): Form<ReversalForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (entry, scope) = enter(&mut tx, &viewer, id, Right::KeepContributions).await?;
    let reversal_id: ContributionId =
        form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    let there = Redirect::to(&format!("/contributions/{id}?done=reversed")).into_response();
    if entry.reversal_id == Some(reversal_id) {
        return Ok(there);
    }
    if !entry.may_be_reversed() {
        return refused(&mut tx, &viewer, &scope, entry).await;
    }
    let reason = match form.read() {
        Ok(reason) => reason,
        Err(faults) => {
            let page = reverse_page(&mut tx, &viewer, &scope, entry, form).await?;
            let page = ReversePage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let new = entry.reversal(reversal_id, &reason);
    match store::add(&mut tx, &new, clock::now()).await {
        // Two at once: the other one has reversed it; the page says so.
        Err(error) if is_duplicate(&error) => return Ok(there),
        done => done?,
    }
    let summary = format!("Hủy khoản {}: {reason}", entry.named());
    let act = Act::new("contribution.reverse", id.0, summary).in_unit(entry.unit_id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(there)
}
