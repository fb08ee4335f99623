//! In place of a list of a country, which nobody reads to its end: the units right below it,
//! each with its own list.

use askama::Template;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::viewer::Viewer;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::organisation::model::{Unit, name_key};
use crate::organisation::store;

/// The list that is asked for.
#[derive(Clone, Copy)]
pub struct List<'a> {
    /// `Giấy giới thiệu`
    pub title: &'static str,
    pub place: Place,
    /// Whether it can be narrowed to what is the unit's own, and of none below it.
    pub has_own: bool,
    /// `/units/{code}/…`, and its conditions.
    pub uri: &'a Uri,
}

#[derive(Template)]
#[template(path = "access/below.html")]
struct BelowPage {
    frame: Frame,
    unit: Unit,
    title: &'static str,
    /// The list of what is the unit's own.
    own: Option<String>,
    links: Vec<Link>,
}

struct Link {
    name: String,
    href: String,
    /// The last day of a unit that was below this one and is no more.
    left_on: Option<NaiveDate>,
}

/// The page of those units where more than `most` stand below the one entered; nothing of others.
/// A list narrowed to one of them is that one's own; one narrowed to the unit itself, or to a unit
/// that is not below it any more, is not long, and stays what it is.
pub async fn instead(
    tx: &mut Tx,
    viewer: &Viewer,
    (unit, scope): (&Unit, &Scope),
    most: i64,
    list: List<'_>,
) -> Result<Option<Response>> {
    let today = clock::today();
    if !store::has_more_below(tx, unit.id, today, most).await? {
        return Ok(None);
    }
    let fields: Vec<(String, String)> =
        serde_urlencoded::from_str(list.uri.query().unwrap_or_default()).unwrap_or_default();
    let of = |name: &str| fields.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
    let under = store::narrowed_to(tx, unit.id, of("under"), today).await?;
    let mut units: Vec<Unit> = Vec::new();
    for period in store::children_until(tx, unit.id, today).await? {
        units.retain(|it| it.id != period.id);
        units.push(period);
    }
    let has_left = |it: &Unit| it.to_on.is_some_and(|to_on| to_on <= today);
    if let Some(asked) = under {
        if units.iter().any(|it| it.id == asked.id && !has_left(it)) {
            let href = href(list.uri, &fields, &asked.code);
            return Ok(Some(Redirect::to(&href).into_response()));
        }
        if asked.id != unit.id || list.has_own {
            return Ok(None);
        }
    }
    units.sort_by_cached_key(|it| (has_left(it), name_key(&it.name)));
    // What one has left here is in the books of this unit: its own are elsewhere, or closed.
    units.retain(|it| list.has_own || !has_left(it));
    let narrowed = |code: &str| {
        let href = href(list.uri, &fields, &unit.code);
        let mark = if href.contains('?') { "&" } else { "?" };
        format!("{href}{mark}under={code}")
    };
    let links = units.iter().map(|it| Link {
        href: if has_left(it) { narrowed(&it.code) } else { href(list.uri, &fields, &it.code) },
        left_on: it.to_on.filter(|_| has_left(it)).and_then(|it| it.pred_opt()),
        name: it.name.clone(),
    });
    let page = BelowPage {
        frame: Frame::of_unit(tx, viewer, scope, unit, list.place).await?,
        unit: unit.clone(),
        title: list.title,
        own: list.has_own.then(|| narrowed(&unit.code)),
        links: links.collect(),
    };
    Ok(Some(Html(page.render()?).into_response()))
}

/// The same list of another unit.
fn href(uri: &Uri, fields: &[(String, String)], code: &str) -> String {
    let rest = uri.path().trim_start_matches("/units/").split_once('/').map_or("", |it| it.1);
    let kept = fields.iter().filter(|it| it.0 != "under" && it.0 != "page" && !it.1.is_empty());
    let query = serde_urlencoded::to_string(kept.collect::<Vec<_>>()).unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/units/{code}/{rest}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_another_unit_has_the_same_conditions() {
        let uri: Uri =
            "/units/vn/evaluations/sheets?year=2025&under=x&state=&page=3".parse().unwrap();
        let fields: Vec<_> = serde_urlencoded::from_str(uri.query().unwrap()).unwrap();
        assert_eq!(href(&uri, &fields, "tinh-1"), "/units/tinh-1/evaluations/sheets?year=2025");
        let uri: Uri = "/units/vn/letters".parse().unwrap();
        assert_eq!(href(&uri, &[], "tinh-1"), "/units/tinh-1/letters");
    }
}
