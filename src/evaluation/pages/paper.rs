//! Sheets on paper, in the layout of the form: one, a cell's, or everyone's of a workplace.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse, Response};

use super::{enter, list, year_of};
use crate::access::confirm;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::criteria::model::Whole;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::evaluation::form::YearQuery;
use crate::evaluation::model::{Sheet, State as SheetState};
use crate::evaluation::store;
use crate::ids::{CriteriaSetId, OptionId, SheetId};
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::organisation::store::Paths;
use crate::qr::{self, Qr};
use crate::vietnamese::day;
use crate::web::{self, Path, Query};
use crate::{audit, clock, criteria, organisation};

/// Sheets in one document: a cell has fewer.
const MOST: i64 = 500;

#[derive(Template)]
#[template(path = "evaluation/paper.html")]
struct PaperPage {
    title: String,
    back: String,
    papers: Vec<Paper>,
}

/// A sheet on paper.
struct Paper {
    sheet: Sheet,
    head: Letterhead,
    unit: Unit,
    lines: Vec<PaperLine>,
    /// The most options that a criterion has.
    columns: usize,
    /// Where the code can be checked, and that address as a drawing.
    check: Option<(String, Qr)>,
}

/// A criterion on paper.
struct PaperLine {
    number: i64,
    heading: String,
    options: Vec<(bool, String)>,
}

impl Paper {
    /// Where the cell is: `tổ dân phố 2`.
    fn area(&self) -> String {
        let name = self.unit.name_in_text();
        name.strip_prefix("chi bộ ").unwrap_or(&name).to_owned()
    }

    fn born(&self) -> String {
        self.sheet.born().map_or_else(|| "..........".to_owned(), |it| it.to_string())
    }

    fn consulted(&self) -> String {
        self.sheet.consulted_on.map_or_else(|| ".../.../......".to_owned(), day::short)
    }

    /// What is said of a sheet that bears no valid code.
    fn notice(&self) -> Option<&'static str> {
        match self.sheet.state {
            SheetState::Replaced => {
                Some("Đã có bản sửa thay phiếu này; phiếu này không còn giá trị.")
            }
            _ if self.check.is_none() => Some("Bản nháp, chi bộ chưa ký; chưa có mã kiểm tra."),
            _ => None,
        }
    }
}

/// What the sheets of one document share: the sets looked up once for each, of which a year
/// has one or two, and the names of all cells and of what is above them at once.
struct Shared {
    sets: HashMap<CriteriaSetId, Whole>,
    paths: Paths,
}

async fn paper(
    tx: &mut Tx,
    shared: &mut Shared,
    sheet: Sheet,
    chosen: &[OptionId],
    origin: &str,
) -> Result<Paper> {
    let on = sheet.signed_on.unwrap_or_else(clock::today);
    let whole = match shared.sets.entry(sheet.set_id) {
        Entry::Occupied(found) => found.into_mut(),
        Entry::Vacant(free) => free.insert(criteria::store::get(tx, sheet.set_id).await?),
    };
    // A cell is named as it was on the day of the sheet.
    let unit = shared.paths.get(sheet.unit_id, sheet.reference_on)?;
    let head = Letterhead::below(&shared.paths.path(unit.id, on), &unit, on);
    let lines = whole.criteria.iter().map(|it| PaperLine {
        number: it.number,
        heading: if it.is_known() {
            it.heading.clone()
        } else {
            "[Nguyên văn theo mẫu chính thức]".to_owned()
        },
        options: it.options.iter().map(|it| (chosen.contains(&it.id), it.label.clone())).collect(),
    });
    let columns = whole.criteria.iter().map(|it| it.options.len()).max().unwrap_or(1);
    let shown = sheet.code_shown().filter(|_| sheet.state.is_signed());
    let check = shown.and_then(|code| {
        let address = format!("{origin}/verify/{code}");
        qr::draw(&address).map(|qr| (address, qr))
    });
    Ok(Paper { head, unit, lines: lines.collect(), columns, check, sheet })
}

pub async fn one(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<SheetId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (sheet, unit, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let chosen: Vec<OptionId> =
        store::choices(&mut tx, &scope, id).await?.into_iter().map(|it| it.1).collect();
    let title = format!("{}: {}", sheet.title(), sheet.full_name);
    let origin = web::origin(&app.settings, &headers);
    let printed = format!("In {}", sheet.title());
    let entry = Act::new("export.print", sheet.member_id.0, printed).in_unit(unit.id);
    viewer.looks.told();
    let paths = organisation::store::paths_below(&mut tx, sheet.unit_id).await?;
    let mut shared = Shared { sets: HashMap::new(), paths };
    let paper = paper(&mut tx, &mut shared, sheet, &chosen, &origin).await?;
    drop(tx);
    app.watch.note(viewer.actor(), entry).await;
    let page = PaperPage { title, back: format!("/evaluations/{id}"), papers: vec![paper] };
    Ok(Html(page.render()?))
}

pub async fn many(
    State(app): State<App>,
    viewer: Viewer,
    (uri, headers): (Uri, HeaderMap),
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Response> {
    if let Some(first) = confirm::before(&viewer, &uri.to_string())? {
        return Ok(first.into_response());
    }
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let asked = query.year(clock::today()).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, clock::today()).await?;
    let on = query.on(clock::today()).unwrap_or_else(|_| clock::today());
    let child = list::child(&mut tx, &unit, &query).await?;
    let filter = list::filter(&query, (year, on), child.as_ref());
    let count = store::count(&mut tx, &scope, &filter).await?;
    if count > MOST {
        return Err(Error::BadRequest(
            "Một bản in có nhiều nhất 500 phiếu. Lọc theo chi bộ, nơi công tác hoặc tình trạng.",
        ));
    }
    let place =
        if filter.workplace.is_empty() { String::new() } else { format!(", {}", filter.workplace) };
    let title = format!("Phiếu nhận xét năm {year} của {}{place}", unit.name_in_text());
    let entry = Act::new("export.print", unit.id.0, format!("In {count} phiếu: {title}"));
    audit::store::append(&mut tx, &viewer.actor(), entry.in_unit(unit.id)).await?;
    viewer.looks.told();
    tx.commit().await?;

    let mut tx = app.db.read().await?;
    let sheets = store::whole(&mut tx, &scope, &filter, MOST).await?;
    let mut chosen: HashMap<SheetId, Vec<OptionId>> = HashMap::new();
    for (sheet, _, option) in store::choices_of_all(&mut tx, &scope, &filter).await? {
        chosen.entry(sheet).or_default().push(option);
    }
    let origin = web::origin(&app.settings, &headers);
    let paths = organisation::store::paths_below(&mut tx, scope.unit_id()).await?;
    let (mut shared, mut papers) = (Shared { sets: HashMap::new(), paths }, Vec::new());
    for sheet in sheets {
        let of_it = chosen.remove(&sheet.id).unwrap_or_default();
        papers.push(paper(&mut tx, &mut shared, sheet, &of_it, &origin).await?);
    }
    let back = format!("/units/{code}/evaluations/sheets?year={year}");
    Ok(Html(PaperPage { title, back, papers }.render()?).into_response())
}
