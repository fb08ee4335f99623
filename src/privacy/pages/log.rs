//! Who looked at or took away what of a unit and of those below it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::frame::{Frame, Place};
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::Result;
use crate::faults::Faults;
use crate::organisation::model::Unit;
use crate::privacy::model::Look;
use crate::privacy::store::looks::{self, Filter};
use crate::vietnamese::day;
use crate::web::{Path, Query};

const ROWS: usize = 50;
/// How many days back the page looks where nobody says otherwise.
const USUAL: u64 = 30;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LogQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    member: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl LogQuery {
    fn filter(&self, today: NaiveDate) -> (Filter, Faults) {
        let mut faults = Faults::default();
        let to = faults.read_optional("to", &self.to, day::read).flatten().unwrap_or(today);
        let usual = to.checked_sub_days(Days::new(USUAL)).unwrap_or(to);
        let from = faults.read_optional("from", &self.from, day::read).flatten();
        let filter = Filter {
            from: from.unwrap_or(usual),
            to,
            account_id: self.account.parse().ok(),
            member_id: self.member.parse().ok(),
            before: self.before.parse().ok(),
        };
        (filter, faults)
    }

    fn href(&self, code: &str) -> String {
        let query = serde_urlencoded::to_string(self).unwrap_or_default();
        format!("/units/{code}/access-log?{query}")
    }
}

#[derive(Template)]
#[template(path = "privacy/log.html")]
struct LogPage {
    frame: Frame,
    unit: Unit,
    query: LogQuery,
    filter: Filter,
    faults: Faults,
    looks: Vec<Look>,
    /// Whether there is more behind the last line.
    has_more: bool,
    /// Whether the viewer is told of whom.
    names: bool,
}

impl LogPage {
    fn only_account(&self, look: &Look) -> String {
        let account = look.account_id.map(|it| it.to_string()).unwrap_or_default();
        let query = LogQuery { account, before: String::new(), ..self.query.clone() };
        query.href(&self.unit.code)
    }

    fn only_member(&self, look: &Look) -> String {
        let member = look.member_id.map(|it| it.to_string()).unwrap_or_default();
        let query = LogQuery { member, before: String::new(), ..self.query.clone() };
        query.href(&self.unit.code)
    }

    /// The filter's parts in force, each with the address of the page without it.
    fn chips(&self) -> Vec<(&'static str, String)> {
        let query = LogQuery { before: String::new(), ..self.query.clone() };
        let mut chips = Vec::new();
        if self.filter.account_id.is_some() {
            let query = LogQuery { account: String::new(), ..query.clone() };
            chips.push(("một người xem", query.href(&self.unit.code)));
        }
        if self.filter.member_id.is_some() {
            let query = LogQuery { member: String::new(), ..query };
            chips.push(("một đảng viên", query.href(&self.unit.code)));
        }
        chips
    }

    fn older(&self) -> Option<String> {
        let last = self.looks.last().filter(|_| self.has_more)?;
        Some(LogQuery { before: last.id.to_string(), ..self.query.clone() }.href(&self.unit.code))
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<LogQuery>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::ReadAccessLog).await?;
    let names = scope.may(Right::SeeNames);
    let today = clock::today();
    let (mut filter, faults) = query.filter(today);
    if !names {
        // An id in the address would tell how often whom.
        filter.member_id = None;
    }
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut looks = looks::list(&mut tx, &scope, &filter, today, limit).await?;
    let has_more = looks.len() > ROWS;
    looks.truncate(ROWS);
    if names {
        viewer.looks.people(looks.iter().filter(|it| it.member_id.is_some()).count());
    }
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Nowhere).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = LogPage { frame, unit, query, filter, faults, looks, has_more, names };
    Ok((status, Html(page.render()?)).into_response())
}
