//! The members of a unit.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::ids::WorkplaceId;
use crate::members::age::{AgeBand, BANDS};
use crate::members::model::{Category, Sex};
use crate::members::store::list::Known;
use crate::members::store::{self, Filter, ListRow, RANKED};
use crate::organisation::model::Unit;
use crate::table_file::MOST_ROWS;
use crate::vietnamese::{day, fold};
use crate::web::{Path, Query};
use crate::{clock, organisation};

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
    sex: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    age: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    workplace: String,
    /// The code of a unit right below.
    #[serde(skip_serializing_if = "String::is_empty")]
    under: String,
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
    /// The name of the workplace asked for.
    workplace: String,
    /// The unit right below that is asked for.
    child: Option<Unit>,
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

    fn sex(&self) -> Option<Known<Sex>> {
        if self.sex == "none" { Some(Known::Not) } else { Sex::read(&self.sex).map(Known::As) }
    }

    fn age(&self) -> Option<Known<&'static AgeBand>> {
        if self.age == "none" { Some(Known::Not) } else { AgeBand::read(&self.age).map(Known::As) }
    }

    fn workplace(&self) -> Option<Known<WorkplaceId>> {
        match self.workplace.as_str() {
            "none" => Some(Known::Not),
            typed => typed.parse().ok().map(Known::As),
        }
    }

    /// The unit right below that it is narrowed to.
    pub async fn child(&self, tx: &mut Tx, unit: &Unit) -> Result<Option<Unit>> {
        Ok(organisation::store::narrowed_to(tx, unit.id, &self.under, clock::today()).await?)
    }

    /// Whom it asks for, under `child` where that is named; a day that cannot be read is
    /// today, and a fault.
    pub fn filter(&self, child: Option<&Unit>) -> (Filter, Faults) {
        let mut faults = Faults::default();
        let on = faults.read_optional("on", &self.on, day::read).flatten();
        let today = clock::today();
        let filter = Filter {
            on: on.unwrap_or(today),
            today,
            query: self.q.clone(),
            category: self.category(),
            has_letter: self.has_letter(),
            sex: self.sex(),
            age: self.age(),
            workplace: self.workplace(),
            child_id: child.map(|it| it.id),
        };
        (filter, faults)
    }

    /// Whom it asks for, in words: `tìm “Hoa”, diện bình thường`.
    pub fn said(&self, unit: &Unit, child: Option<&Unit>, on: NaiveDate) -> String {
        let chips = self.chips((unit, child), on, "").into_iter().map(|(name, _)| name);
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
            "sex" => value.clone_into(&mut query.sex),
            "age" => value.clone_into(&mut query.age),
            "workplace" => value.clone_into(&mut query.workplace),
            "under" => value.clone_into(&mut query.under),
            _ => value.clone_into(&mut query.page),
        }
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/units/{}/members{mark}{query}", unit.code)
    }

    /// The conditions in force, each with the address of the list without it.
    fn chips(
        &self,
        (unit, child): (&Unit, Option<&Unit>),
        on: NaiveDate,
        workplace_name: &str,
    ) -> Vec<(String, String)> {
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
        if let Some(sex) = self.sex() {
            let name = match sex {
                Known::As(sex) => format!("giới {}", sex.label().to_lowercase()),
                Known::Not => "chưa ghi giới".to_owned(),
            };
            chips.push((name, self.with(unit, "sex", "")));
        }
        if let Some(age) = self.age() {
            let name = match age {
                Known::As(band) => format!("tuổi {}", band.label.to_lowercase()),
                Known::Not => "chưa ghi năm sinh".to_owned(),
            };
            chips.push((name, self.with(unit, "age", "")));
        }
        if let Some(workplace) = self.workplace() {
            let name = match workplace {
                Known::As(_) if workplace_name.is_empty() => "một nơi công tác".to_owned(),
                Known::As(_) => format!("công tác tại {workplace_name}"),
                Known::Not => "chưa rõ nơi công tác".to_owned(),
            };
            chips.push((name, self.with(unit, "workplace", "")));
        }
        if let Some(child) = child {
            chips.push((child.name_in_text(), self.with(unit, "under", "")));
        }
        if day::read(&self.on).is_ok() {
            chips.push((format!("ngày {}", day::short(on)), self.with(unit, "on", "")));
        }
        chips
    }
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
    let count = store::count_listed(&mut tx, &scope, &filter).await?;
    let pages = ((count + ROWS - 1) / ROWS).max(1);
    let page = query.page.trim().parse().unwrap_or(1).clamp(1, pages);
    let before = (page - 1) * ROWS;
    let rows = rows(&mut tx, &scope, &filter, before).await?;
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
        before,
        count,
        page,
        pages,
        may_keep,
        may_export,
        workplace: workplace.unwrap_or_default(),
        child,
    };
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
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
