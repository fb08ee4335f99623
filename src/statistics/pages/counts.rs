//! All that the page of a unit tells.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::lists::Lists;
use crate::access::frame::Frame;
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::pages::overview::{self as evaluation, Detail, OfSheets, Sheets};
use crate::evaluation::small::{CriterionCount, Told};
use crate::organisation;
use crate::organisation::model::Unit;
use crate::small::{Shown, few, told};
use crate::statistics::bridge::Bridge;
use crate::statistics::chart::{self, HalfLine, LineChart, Part};
use crate::statistics::counted::Counted;
use crate::statistics::half::HalfFigures;
use crate::statistics::model::{self, AsOf, ByWork, OfKind, Overview};
use crate::statistics::people::{Pyramid, Workplaces};
use crate::statistics::recent::{Late, Recent};
use crate::statistics::small::{Line, Sight, View};
use crate::statistics::sort::Sort;
use crate::statistics::store::halves::HALVES;
use crate::statistics::store::works::WithGoal;
use crate::statistics::tables::Above;

/// Workplaces on the page; the others stand on a page of their own.
const PLACES: usize = 8;
/// So many people have more digits than large letters have room for.
const WIDE: i64 = 1_000_000;

pub struct Counts {
    pub as_of: AsOf,
    /// When the oldest of it was counted.
    pub at: Moment,
    /// Where the rows behind the figures stand.
    pub lists: Lists,
    pub late: Arc<Late>,
    /// The code of the unit.
    pub code: String,
    /// The first day of the changes, where the address names one.
    pub asked_from: Option<NaiveDate>,
    /// Whether the viewer sees names.
    pub names: bool,
    pub children_are: String,
    pub place: Option<Place>,
    /// The last day of a unit that has ended by now, or before the day of the count.
    pub ended_on: Option<NaiveDate>,
    pub view: View,
    pub sort: Sort,
    pub bridge: Bridge,
    pub pyramid: Pyramid,
    /// Whether the people behind a workplace may be listed.
    pub works_here: bool,
    pub workplaces: Workplaces,
    /// The latest half-year last.
    pub halves: Vec<HalfLine>,
    pub by_kind: Vec<OfKind>,
    pub by_work: Vec<ByWork>,
    pub goals: Vec<WithGoal>,
    pub sheets: Sheets,
    /// The latest year with any meeting or contribution, where this one has none.
    pub last_year: Option<AsOf>,
}

/// Where the unit belonged on the day of the count: `Một trong 15 phường, xã của …`.
pub struct Place {
    pub siblings: usize,
    pub kinds: String,
    pub name: String,
    /// Empty where the viewer may not see it.
    pub href: String,
}

impl Counts {
    /// The lines in another order.
    pub fn sorted(self, sort: Sort) -> Counts {
        let Counts { mut view, sheets, .. } = self;
        // What stands in the unit's own books stays below the units.
        let direct = view.lines.pop_if(|it| it.unit.is_none());
        sort.apply(&mut view.lines, |line| signed(&sheets, line));
        view.lines.extend(direct);
        Counts { view, sort, sheets, ..self }
    }

    /// The day, the year and, where it was asked for, the first day: as addresses carry them.
    pub fn query(&self) -> String {
        let from = self.asked_from.map(|it| format!("&from={}", crate::vietnamese::day::iso(it)));
        let from = from.unwrap_or_default();
        format!("{}{from}", self.as_of.query())
    }

    /// The bar of a count of people, where the count is told.
    pub fn people_bar(&self, count: Shown) -> Option<String> {
        let exact = |shown| match shown {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Hidden => None,
        };
        let longest = self.view.lines.iter().filter_map(|it| exact(it.normal)).max();
        exact(count).map(|it| chart::share(it, longest.unwrap_or(0)))
    }

    /// The code of a line's unit: lists are narrowed to it. What stands in the unit's own books
    /// is under the unit itself.
    pub fn under<'a>(&'a self, line: &'a Line) -> &'a str {
        line.unit.as_ref().map_or(self.code.as_str(), |it| it.code.as_str())
    }

    pub fn kind_bar(&self, count: i64) -> String {
        chart::share(count, self.by_kind.iter().map(|it| it.count).max().unwrap_or(0))
    }

    /// The sheets of a line that the cell signed, and all of them.
    pub fn signed(&self, line: &Line) -> (Shown, Shown) {
        signed(&self.sheets, line)
    }

    pub fn signed_bar(&self, line: &Line) -> Option<String> {
        match self.signed(line) {
            (Shown::Exact(signed), Shown::Exact(all)) if all > 0 => Some(chart::share(signed, all)),
            _ => None,
        }
    }

    pub fn has_sheets(&self) -> bool {
        self.sheets.total[0] != Shown::Exact(0)
    }

    /// What is confirmed has criteria to count.
    pub fn has_confirmed(&self) -> bool {
        self.sheets.total[3] != Shown::Exact(0)
    }

    pub fn stacked(criterion: &CriterionCount) -> Option<Vec<Part>> {
        chart::stacked(criterion)
    }

    /// What fills the part of an option.
    pub fn fill(at: usize) -> &'static str {
        chart::FILLS[at % chart::FILLS.len()]
    }

    /// The sheets of the year by how far they have come. To whoever sees names each once, with
    /// the word of the list that holds them; to others each at every step that it has passed,
    /// as the overview of sheets tells them.
    pub fn stages(&self) -> Vec<(&'static str, Shown, &'static str)> {
        let all: &Told = &self.sheets.total;
        let exact = |at: usize| match all[at] {
            Shown::Exact(count) if self.names => Some(count),
            _ => None,
        };
        let only = |at: usize, next: usize| Some(Shown::Exact(exact(at)? - exact(next)?));
        let unwritten = || Some(Shown::Exact(exact(0)? - exact(1)? - exact(5)?));
        vec![
            ("chưa viết xong", unwritten(), "unwritten"),
            ("đã viết, chưa ký", only(1, 2), "written"),
            ("chi bộ đã ký, chờ xác nhận", only(2, 3), "signed"),
            ("đảng ủy đã xác nhận, chưa gửi", only(3, 4), "confirmed"),
            ("đã gửi nơi công tác", Some(all[4]).filter(|_| self.names), "sent"),
            ("bị trả lại, chưa viết lại", Some(all[5]).filter(|_| self.names), "returned"),
            ("đã viết xong", Some(all[1]).filter(|_| !self.names), ""),
            ("chi bộ đã ký", Some(all[2]).filter(|_| !self.names), ""),
            ("đảng ủy đã xác nhận", Some(all[3]).filter(|_| !self.names), ""),
            ("đã gửi nơi công tác", Some(all[4]).filter(|_| !self.names), ""),
            ("bị trả lại, chưa viết lại", Some(all[5]).filter(|_| !self.names), ""),
        ]
        .into_iter()
        .filter_map(|(label, count, word)| Some((label, count?, word)))
        .collect()
    }

    /// The half-year of the day.
    pub fn half(&self) -> HalfFigures {
        self.view.total.half
    }

    /// The latest six half-years: so many numbers stand beside each other on a phone.
    pub fn line_chart(&self) -> Option<LineChart> {
        LineChart::new(&self.halves[self.halves.len().saturating_sub(6)..])
    }

    /// Works whose goal is met.
    pub fn reached(&self) -> usize {
        self.goals.iter().filter(|it| it.share() >= 1000).count()
    }

    /// Whether there are too many digits for large letters.
    pub fn is_wide(&self) -> bool {
        matches!(self.view.total.normal, Shown::Exact(count) if count >= WIDE)
    }

    /// Whether what is told of people may be told at all.
    pub fn tells_people(&self) -> bool {
        self.view.total.normal.is_exact()
    }
}

fn signed(sheets: &Sheets, line: &Line) -> (Shown, Shown) {
    let at =
        line.unit.as_ref().and_then(|unit| sheets.units.iter().position(|it| it.id == unit.id));
    at.map_or((Shown::Exact(0), Shown::Exact(0)), |at| (sheets.told[at][2], sheets.told[at][0]))
}

/// What `counted` tells this viewer. What is late and what the units above tell is as old as in
/// `recent`.
pub async fn counts(
    tx: &mut Tx,
    (viewer, scope, frame): (&Viewer, &Scope, &Frame),
    counted: &Counted,
    recent: &Recent,
) -> Result<Counts> {
    let Counted { overview, sheets, .. } = counted;
    let (unit, as_of) = (&overview.unit, overview.as_of);
    let today = clock::today();
    let names = scope.may(Right::SeeNames);
    let (view, bridge, over) = if names {
        let days = (counted.from, as_of.on);
        let bridge = Bridge::exact(days, counted.start(), &counted.flows);
        (View::new(overview, Sight::Names), bridge, Above::default())
    } else {
        let over = recent.tables.above(tx, viewer.revision, unit.id, as_of).await?;
        let view = View::new(overview, Sight::Counts(over.line.as_ref()));
        let told = told_bridge(tx, (viewer, recent), &view.total, counted).await?;
        (view, told, over)
    };
    let last_day = organisation::store::ended_by(tx, unit.id, today).await?;
    let year = i64::from(as_of.year);
    let (late_on, known) = (as_of.on.min(today), sheets.as_ref().map(|it| it.late.as_slice()));
    let late = recent.late(tx, viewer.revision, (unit, scope), late_on, known).await?;
    let of_unit = sheets.as_ref().map(|it| it.known.clone());
    Ok(Counts {
        as_of,
        at: if late.at < counted.at { late.at } else { counted.at },
        lists: Lists::new(&unit.code, as_of, today),
        late,
        code: unit.code.clone(),
        asked_from: None,
        names,
        children_are: overview.children_are(),
        place: place(tx, frame, unit, as_of).await?,
        ended_on: last_day
            .or_else(|| unit.to_on.filter(|to_on| *to_on <= as_of.on).and_then(|it| it.pred_opt())),
        bridge,
        pyramid: Pyramid::new(&counted.people.ages, names),
        // Where people work now is for the units of now to tell one by one.
        works_here: names && last_day.is_none(),
        workplaces: Workplaces::new(&counted.people.places, PLACES, names && last_day.is_none()),
        halves: halves(overview, names, view.total.attendance),
        view,
        sort: Sort::read(""),
        by_kind: OfKind::of_rows(&overview.by_kind),
        by_work: counted.by_work.clone(),
        goals: counted.goals.clone(),
        sheets: evaluation::counted(
            tx,
            Some(viewer),
            (unit, names),
            (year, as_of.on),
            Detail::Stages,
            OfSheets { of_unit, of_those_above: over.sheets() },
        )
        .await?,
        last_year: counted.last_year,
    })
}

/// To those who see no names its ends are told as the pages of their days tell them.
async fn told_bridge(
    tx: &mut Tx,
    (viewer, recent): (&Viewer, &Recent),
    total: &Line,
    counted: &Counted,
) -> Result<Bridge> {
    let Counted { from, flows, overview, .. } = counted;
    let (unit_id, on) = (overview.unit.id, overview.as_of.on);
    let before = AsOf { on: *from, year: from.year() };
    let over = recent.tables.above(tx, viewer.revision, unit_id, before).await?;
    let start = told(counted.start());
    let start = over.line.map_or(start, |it| start.as_above(it.normal));
    let days = (*from, on);
    let hidden = recent.tables.hidden_flows(tx, viewer.revision, unit_id, days).await?;
    Ok(Bridge::told(days, (start, total.normal), flows, &hidden))
}

/// The half-years as the viewer may see them. Where one of a year calls too few, neither of
/// the two is told: the year tells their sum.
fn halves(overview: &Overview, names: bool, attendance: bool) -> Vec<HalfLine> {
    let last = overview.as_of.last_day();
    let latest = overview.as_of.half().latest(HALVES);
    let calls_few = |year| {
        let of_year = latest.iter().filter(|it| it.year() == year);
        of_year.clone().any(|it| few(overview.half(*it).expected))
    };
    let lines = latest.iter().map(|half| HalfLine {
        half: *half,
        figures: overview.half(*half),
        attendance: names || (attendance && !calls_few(half.year())),
        is_open: half.last_day() > last,
    });
    lines.collect()
}

async fn place(tx: &mut Tx, frame: &Frame, unit: &Unit, as_of: AsOf) -> Result<Option<Place>> {
    let is_there = unit.from_on <= as_of.on && unit.to_on.is_none_or(|it| it > as_of.on);
    let Some(parent_id) = unit.parent_id.filter(|_| is_there) else { return Ok(None) };
    let parent = organisation::store::get(tx, parent_id, as_of.on).await?;
    let siblings = organisation::store::children(tx, parent_id, as_of.on).await?;
    let href = format!("/units/{}", parent.code);
    let is_seen = frame.path.iter().any(|step| step.href == href);
    Ok(Some(Place {
        siblings: siblings.len(),
        kinds: model::kinds(siblings.iter()),
        name: parent.name_in_text(),
        href: if is_seen { href } else { String::new() },
    }))
}
