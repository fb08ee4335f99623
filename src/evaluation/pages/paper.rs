//! Sheets on paper, in the layout of the form: one, a cell's, or everyone's of a workplace.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Html;
use chrono::NaiveDate;
use qrcode::{Color, EcLevel, QrCode};

use super::{enter, list, year_of};
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
use crate::ids::{CriteriaSetId, OptionId, SheetId, UnitId};
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Path, Query};
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

/// A QR code as a drawing: its side in modules, and the path of the dark ones.
struct Qr {
    side: usize,
    path: String,
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

/// The dark modules, with the quiet zone of four around them that readers need.
fn qr(text: &str) -> Option<Qr> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let modules = code.to_colors().into_iter().enumerate();
    let dark = modules.filter(|(_, color)| *color == Color::Dark);
    let squares = dark.map(|(at, _)| {
        let (x, y) = (at % width + QUIET, at / width + QUIET);
        format!("M{x} {y}h1v1h-1z")
    });
    Some(Qr { side: width + 2 * QUIET, path: squares.collect() })
}

/// Where others reach the site.
fn origin(app: &App, headers: &HeaderMap) -> String {
    if let Some(url) = &app.settings.public_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let scheme = if app.settings.secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// What the sheets of one document share, looked up once for each.
#[derive(Default)]
struct Shared {
    sets: HashMap<CriteriaSetId, Whole>,
    /// As many as cells and days of signing.
    heads: HashMap<(UnitId, NaiveDate), (Unit, Letterhead)>,
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
    let (unit, head) = match shared.heads.entry((sheet.unit_id, on)) {
        Entry::Occupied(found) => found.get().clone(),
        Entry::Vacant(free) => {
            // A cell is named as it was on the day of the sheet.
            let unit = organisation::store::get(tx, sheet.unit_id, sheet.reference_on).await?;
            let head = Letterhead::of(tx, &unit, on).await?;
            free.insert((unit, head)).clone()
        }
    };
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
        qr(&address).map(|qr| (address, qr))
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
    let origin = origin(&app, &headers);
    let entry = Act::new("evaluation.print", id.0, format!("In {title}")).in_unit(unit.id);
    let paper = paper(&mut tx, &mut Shared::default(), sheet, &chosen, &origin).await?;
    drop(tx);
    app.watch.note(viewer.actor(), entry).await;
    let page = PaperPage { title, back: format!("/evaluations/{id}"), papers: vec![paper] };
    Ok(Html(page.render()?))
}

pub async fn many(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(query): Query<YearQuery>,
) -> Result<Html<String>> {
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeNames).await?;
    let asked = query.year(clock::today()).ok().flatten();
    let year = year_of(&mut tx, &unit, asked, clock::today()).await?;
    let filter = list::filter(&query, year);
    let count = store::count(&mut tx, &scope, &filter).await?;
    if count > MOST {
        return Err(Error::BadRequest(
            "Một bản in có nhiều nhất 500 phiếu. Lọc theo chi bộ, nơi công tác hoặc tình trạng.",
        ));
    }
    let place =
        if filter.workplace.is_empty() { String::new() } else { format!(", {}", filter.workplace) };
    let title = format!("Phiếu nhận xét năm {year} của {}{place}", unit.name_in_text());
    let entry = Act::new("evaluation.print", unit.id.0, format!("In {count} phiếu: {title}"));
    audit::store::append(&mut tx, &viewer.actor(), entry.in_unit(unit.id)).await?;
    tx.commit().await?;

    let mut tx = app.db.read().await?;
    let sheets = store::whole(&mut tx, &scope, &filter, MOST).await?;
    let mut chosen: HashMap<SheetId, Vec<OptionId>> = HashMap::new();
    for (sheet, _, option) in store::choices_of_all(&mut tx, &scope, &filter).await? {
        chosen.entry(sheet).or_default().push(option);
    }
    let origin = origin(&app, &headers);
    let (mut shared, mut papers) = (Shared::default(), Vec::new());
    for sheet in sheets {
        let of_it = chosen.remove(&sheet.id).unwrap_or_default();
        papers.push(paper(&mut tx, &mut shared, sheet, &of_it, &origin).await?);
    }
    let back = format!("/units/{code}/evaluations/sheets?year={year}");
    Ok(Html(PaperPage { title, back, papers }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_a_quiet_zone() {
        let drawn = qr("https://so.example.vn/verify/3F9A-21C0-7B55").unwrap();
        assert_eq!(drawn.side, 33 + 8, "version 4: 33 modules, and four on each side");
        assert!(drawn.path.starts_with("M4 4h1v1h-1z"), "the finder's corner");
    }
}
