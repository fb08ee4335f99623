//! The members of a unit.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::{Datelike, NaiveDate};

use super::filter::ListQuery;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::members::age::BANDS;
use crate::members::model::Category;
use crate::members::store::list::Known;
use crate::members::store::{self, Filter, ListRow, RANKED, Walked};
use crate::organisation;
use crate::organisation::model::Unit;
use crate::table_file::MOST_ROWS;
use crate::vietnamese::{day, fold, number};
use crate::web::{Path, Query};

const ROWS: i64 = 50;

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
    page: i64,
    extent: Extent,
    /// Whether words were looked for.
    has_words: bool,
    may_keep: bool,
    may_export: bool,
    /// The name of the workplace asked for.
    workplace: String,
    /// The unit right below that is asked for.
    child: Option<Unit>,
}

/// How far the list goes.
#[derive(Clone, Copy)]
enum Extent {
    Counted(i64),
    /// In a large unit nobody counts who else would be found.
    Walked {
        more: bool,
        cut: bool,
    },
}

impl ListPage {
    fn chips(&self) -> Vec<(String, String)> {
        self.query.chips((&self.unit, self.child.as_ref()), self.on, &self.workplace)
    }

    /// Whom the list names, in words: `diện bình thường, giới nam, tuổi 30-34`.
    fn said(&self) -> String {
        let day = format!("ngày {}", day::short(self.on));
        let chips = self.chips().into_iter().map(|(name, _)| name);
        chips.filter(|it| *it != day).collect::<Vec<_>>().join(", ")
    }

    /// Each row with its place in the whole list.
    fn numbered(&self) -> impl Iterator<Item = (String, &ListRow)> {
        (self.before + 1..).map(number::grouped).zip(&self.rows)
    }

    fn last(&self) -> i64 {
        self.before + i64::try_from(self.rows.len()).unwrap_or(0)
    }

    /// How many people there are on all pages; none where nobody knows.
    fn count(&self) -> Option<i64> {
        match self.extent {
            Extent::Counted(count) => Some(count),
            Extent::Walked { more, cut } => {
                let is_last = !more && !cut && (self.page == 1 || !self.rows.is_empty());
                is_last.then(|| self.last())
            }
        }
    }

    fn pages(&self) -> Option<i64> {
        self.count().map(pages)
    }

    /// `, trang 2 trên 3`, where there is more than one.
    fn page_in_title(&self) -> String {
        let is_alone = self.page == 1 && !self.has_next();
        if is_alone { String::new() } else { format!(", trang {}", self.place()) }
    }

    /// `2 trên 3`, or `2` where nobody knows of how many.
    fn place(&self) -> String {
        let last = self.pages().map(|it| format!(" trên {}", number::grouped(it)));
        format!("{}{}", number::grouped(self.page), last.unwrap_or_default())
    }

    fn has_next(&self) -> bool {
        match self.extent {
            Extent::Counted(count) => self.page < pages(count),
            Extent::Walked { more, .. } => more,
        }
    }

    /// `1.201 đồng chí`, or how much of them is shown.
    fn counted(&self) -> String {
        match self.count() {
            Some(count) => format!("{} đồng chí", number::grouped(count)),
            None if self.page == 1 => format!("{} đồng chí đầu tiên", self.rows.len()),
            None => format!("Trang {}", number::grouped(self.page)),
        }
    }

    /// What the search looks at: a workplace of a large unit has a page of its own.
    fn searched(&self) -> &'static str {
        match self.extent {
            Extent::Counted(_) => "Tên, điện thoại, nơi công tác",
            Extent::Walked { .. } => "Tên, điện thoại",
        }
    }

    /// Whether whole words were looked for.
    fn is_searched(&self) -> bool {
        matches!(self.extent, Extent::Walked { .. }) && self.has_words
    }

    fn is_cut(&self) -> bool {
        matches!(self.extent, Extent::Walked { cut: true, .. })
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

    /// Whether it may be taken away. A search of a large unit is not: what is taken away has
    /// everybody of the list.
    fn is_offered(&self) -> bool {
        self.may_export && !self.rows.is_empty() && !self.is_searched()
    }

    fn fits_a_sheet(&self) -> bool {
        self.count().is_some_and(|it| it <= MOST_ROWS)
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

    fn sexes() -> [(&'static str, &'static str); 4] {
        [("", "Tất cả"), ("male", "Nam"), ("female", "Nữ"), ("none", "Chưa ghi")]
    }

    fn ages() -> Vec<(&'static str, &'static str)> {
        let bands = BANDS.iter().map(|it| (it.word, it.label));
        [("", "Tất cả")].into_iter().chain(bands).chain([("none", "Chưa ghi")]).collect()
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
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let child = query.child(&mut tx, &unit).await?;
    let (filter, faults) = query.filter(child.as_ref());
    let on = filter.on;
    let asked = query.page.trim().parse().unwrap_or(1);
    let limits = app.settings.search;
    // To count everybody takes longer than to look some up. Units tell how many there are: cells
    // have from twenty to two hundred people.
    let most = if filter.has_words() { limits.units } else { app.settings.large_unit };
    let is_large = organisation::store::has_more_below(&mut tx, unit.id, on, most).await?;
    let (rows, page, extent) = if is_large {
        // No page lies behind the last row that is walked.
        let page = asked.clamp(1, limits.rows);
        let part = (ROWS, (page - 1) * ROWS);
        let found = store::walk(&mut tx, &scope, &filter, limits.rows, part).await?;
        let Walked { mut rows, more, cut } = found;
        filter.rank(&mut rows, |it| &it.full_name);
        (rows, page, Extent::Walked { more, cut })
    } else {
        // No page lies behind so many.
        let mut page = asked.clamp(1, limits.rows);
        let (mut found, mut count) = rows(&mut tx, &scope, &filter, (page - 1) * ROWS).await?;
        if found.is_empty() && page > 1 {
            page = pages(store::count_listed(&mut tx, &scope, &filter).await?);
            (found, count) = rows(&mut tx, &scope, &filter, (page - 1) * ROWS).await?;
        }
        (found, page, Extent::Counted(count))
    };
    viewer.looks.people(rows.len());
    let workplace = match filter.workplace {
        Some(Known::As(id)) => store::workplace_name(&mut tx, id).await?,
        _ => None,
    };
    let frame = Frame::of_unit(&mut tx, &viewer, &scope, &unit, Place::Members).await?;
    let (may_keep, may_export) = (scope.may(Right::KeepMembers), scope.may(Right::ExportNames));
    let page = ListPage {
        frame,
        unit,
        on,
        query,
        faults,
        rows,
        before: (page - 1) * ROWS,
        page,
        extent,
        has_words: filter.has_words(),
        may_keep,
        may_export,
        workplace: workplace.unwrap_or_default(),
        child,
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

fn pages(count: i64) -> i64 {
    ((count + ROWS - 1) / ROWS).max(1)
}

/// One page of rows, and how many there are. A search with marks puts those first whose marks are
/// the same.
async fn rows(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    before: i64,
) -> Result<(Vec<ListRow>, i64)> {
    if !fold::has_marks(&filter.query) {
        return Ok(store::list(tx, scope, filter, ROWS, before).await?);
    }
    let ranked = i64::try_from(RANKED).unwrap_or(ROWS);
    let batch = before - before % ranked;
    let (mut rows, count) = store::list(tx, scope, filter, ranked, batch).await?;
    filter.rank(&mut rows, |it| &it.full_name);
    let skipped = usize::try_from(before - batch).unwrap_or(0);
    let shown = usize::try_from(ROWS).unwrap_or(0);
    Ok((rows.into_iter().skip(skipped).take(shown).collect(), count))
}
