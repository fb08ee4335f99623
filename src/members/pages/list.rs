//! The members of a unit.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::members::model::Category;
use crate::members::store::{self, Filter, ListRow, RANKED};
use crate::organisation::model::Unit;
use crate::table_file::MOST_ROWS;
use crate::vietnamese::{day, fold};
use crate::web::{Path, Query};

const ROWS: i64 = 50;

/// The filter as it stands in the address.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    on: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    category: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    letter: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    page: String,
}

#[derive(Template)]
#[template(path = "members/list.html")]
struct ListPage {
    frame: Frame,
    unit: Unit,
    on: NaiveDate,
    query: ListQuery,
    faults: Faults,
    rows: Vec<ListRow>,
    /// How many people come before the first row.
    before: i64,
    count: i64,
    page: i64,
    pages: i64,
    may_keep: bool,
    may_export: bool,
}

impl ListQuery {
    fn category(&self) -> Option<Category> {
        match self.category.as_str() {
            "all" => None,
            typed => Some(Category::read(typed).unwrap_or(Category::Normal)),
        }
    }

    fn has_letter(&self) -> Option<bool> {
        match self.letter.as_str() {
            "have" => Some(true),
            "missing" => Some(false),
            _ => None,
        }
    }

    /// Whom it asks for; a day that cannot be read is today, and a fault.
    pub fn filter(&self) -> (Filter, Faults) {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, day::read).flatten();
        let today = clock::today();
        let filter = Filter {
            on: on.unwrap_or(today),
            today,
            query: self.q.clone(),
            category: self.category(),
            has_letter: self.has_letter(),
        };
        (filter, faults)
    }

    /// Whom it asks for, in words: `tìm “Hoa”, diện bình thường`.
    pub fn said(&self, unit: &Unit, on: NaiveDate) -> String {
        let chips = self.chips(unit, on).into_iter().map(|(name, _)| name);
        chips.collect::<Vec<_>>().join(", ")
    }

    /// The address of its first page.
    pub fn list_href(&self, unit: &Unit) -> String {
        self.with(unit, "page", "")
    }

    /// The address of this list with another part of its query.
    fn with(&self, unit: &Unit, part: &str, value: &str) -> String {
        let mut query = ListQuery { page: String::new(), ..self.clone() };
        match part {
            "on" => value.clone_into(&mut query.on),
            "q" => value.clone_into(&mut query.q),
            "category" => value.clone_into(&mut query.category),
            "letter" => value.clone_into(&mut query.letter),
            _ => value.clone_into(&mut query.page),
        }
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/units/{}/members{mark}{query}", unit.code)
    }

    /// The conditions in force, each with the address of the list without it.
    fn chips(&self, unit: &Unit, on: NaiveDate) -> Vec<(String, String)> {
        let mut chips = Vec::new();
        if !self.q.trim().is_empty() {
            chips.push((format!("tìm “{}”", self.q.trim()), self.with(unit, "q", "")));
        }
        if let Some(category) = self.category() {
            let name = format!("diện {}", category.label().to_lowercase());
            chips.push((name, self.with(unit, "category", "all")));
        }
        if let Some(has) = self.has_letter() {
            let name = if has { "đã có giấy" } else { "chưa có giấy" };
            chips.push((name.to_owned(), self.with(unit, "letter", "")));
        }
        if day::read(&self.on).is_ok() {
            chips.push((format!("ngày {}", day::short(on)), self.with(unit, "on", "")));
        }
        chips
    }
}

impl ListPage {
    fn chips(&self) -> Vec<(String, String)> {
        self.query.chips(&self.unit, self.on)
    }

    /// Each row with its place in the whole list.
    fn numbered(&self) -> impl Iterator<Item = (i64, &ListRow)> {
        (self.before + 1..).zip(&self.rows)
    }

    fn last(&self) -> i64 {
        self.before + i64::try_from(self.rows.len()).unwrap_or(0)
    }

    fn year(&self) -> i32 {
        self.on.year()
    }

    fn page_href(&self, page: i64) -> String {
        let number = if page == 1 { String::new() } else { page.to_string() };
        self.query.with(&self.unit, "page", &number)
    }

    /// The address of this very list on paper, or of the page that makes a file of it.
    fn paper_href(&self) -> String {
        self.other_href("/members/print?", "")
    }

    fn export_href(&self) -> String {
        self.other_href("/exports?", "what=members&")
    }

    fn other_href(&self, page: &str, before: &str) -> String {
        let mut query = ListQuery { page: String::new(), ..self.query.clone() };
        if !self.faults.is_empty() {
            query.on = String::new();
        }
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        let href = format!("/units/{}{page}{before}{query}", self.unit.code);
        href.trim_end_matches(['?', '&']).to_owned()
    }

    fn fits_a_sheet(&self) -> bool {
        self.count <= MOST_ROWS
    }

    fn everybody_href(&self) -> String {
        ListQuery::default().with(&self.unit, "category", "all")
    }

    /// Whether some condition beyond the usual one is in force.
    fn is_filtered(&self) -> bool {
        let chips = self.chips().len();
        chips > usize::from(self.query.category() == Some(Category::Normal))
    }

    fn letters() -> [(&'static str, &'static str); 3] {
        [("any", "Tất cả"), ("have", "Đã có"), ("missing", "Chưa có")]
    }

    fn categories() -> [(&'static str, &'static str); 3] {
        [("normal", "Bình thường"), ("exempt", "Được miễn"), ("all", "Tất cả")]
    }

    fn category_word(&self) -> &'static str {
        self.query.category().map_or("all", Category::as_str)
    }

    fn letter_word(&self) -> &'static str {
        match self.query.has_letter() {
            None => "any",
            Some(true) => "have",
            Some(false) => "missing",
        }
    }
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let (filter, faults) = query.filter();
    let on = filter.on;
    let count = store::count_listed(&mut tx, &scope, &filter).await?;
    let pages = ((count + ROWS - 1) / ROWS).max(1);
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let before = (page - 1) * ROWS;
    let rows = rows(&mut tx, &scope, &filter, before).await?;
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Members).await?;
    let (may_keep, may_export) = (scope.may(Right::KeepMembers), scope.may(Right::ExportNames));
    let page = ListPage {
        frame,
        unit,
        on,
        query,
        faults,
        rows,
        before,
        count,
        page,
        pages,
        may_keep,
        may_export,
    };
    Ok(Html(page.render()?))
}

/// One page of rows. A search with marks puts those first whose marks are the same.
async fn rows(tx: &mut Tx, scope: &Scope, filter: &Filter, before: i64) -> Result<Vec<ListRow>> {
    if !fold::has_marks(&filter.query) {
        return Ok(store::list(tx, scope, filter, ROWS, before).await?);
    }
    let ranked = i64::try_from(RANKED).unwrap_or(ROWS);
    let batch = before - before % ranked;
    let mut rows = store::list(tx, scope, filter, ranked, batch).await?;
    filter.rank(&mut rows, |it| &it.full_name);
    let skipped = usize::try_from(before - batch).unwrap_or(0);
    let shown = usize::try_from(ROWS).unwrap_or(0);
    Ok(rows.into_iter().skip(skipped).take(shown).collect())
}
