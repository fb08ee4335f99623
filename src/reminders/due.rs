//! What a unit has before it, gathered from the books of others.

use chrono::{Days, NaiveDate};

use crate::access::guard::Scope;
use crate::access::model::{Right, Role};
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation;
use crate::meetings;
use crate::meetings::model::HalfYear;
use crate::members;
use crate::members::letters::Deadlines;
use crate::organisation::model::Unit;
use crate::reminders::model::{Item, Kind};
use crate::statistics;
use crate::vietnamese::number::grouped;

/// Meetings are told from so many days ago to so many ahead.
const BEHIND: u64 = 60;
const AHEAD: u64 = 366;
/// More than a unit writes down in that time.
const MOST: i64 = 200;

/// All of it, in the order of its days. Those who see no names are told of meetings that are
/// missing, and of nothing that would count the few.
pub async fn of_unit(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    today: NaiveDate,
) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    items.extend(rule(tx, unit, today).await?);
    if scope.may(Right::SeeNames) {
        items.extend(meetings(tx, unit, today).await?);
        items.extend(letters(tx, unit, today).await?);
        items.extend(sheets(tx, unit, today).await?);
    }
    items.sort_by(|one, other| (one.on, &one.key).cmp(&(other.on, &other.key)));
    Ok(items)
}

/// That the half-year has no periodic meeting yet: due on its last day.
async fn rule(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> Result<Option<Item>> {
    let half = HalfYear::of(today);
    let (from, to) = half.days();
    let chase = statistics::store::chase::without_meeting(tx, unit.id, today, (from, to));
    let cells = i64::try_from(chase.await?.len()).unwrap_or(i64::MAX);
    if cells == 0 {
        return Ok(None);
    }
    let (code, name) = (&unit.code, half.name());
    let (title, href) = if unit.is_cell() {
        (format!("Chưa có họp định kỳ trong {name}"), format!("/units/{code}/tasks"))
    } else {
        let title = format!("{} chi bộ chưa có họp định kỳ trong {name}", grouped(cells));
        (title, format!("/units/{code}/chase?kind=meeting"))
    };
    let key = format!("half-{}-{}-{}", half.year, half.half, unit.id);
    let on = to.pred_opt().unwrap_or(to);
    Ok(Some(Item { kind: Kind::Rule, key, on, starts_at: None, title, count: cells, href }))
}

/// The unit's own meetings: of those of its cells, their secretaries are told.
async fn meetings(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> Result<Vec<Item>> {
    let days = (today - Days::new(BEHIND), today + Days::new(AHEAD));
    let own = meetings::store::book::Filter {
        child_id: Some(unit.id),
        ..meetings::store::book::Filter::of_days(days)
    };
    let listed = meetings::store::book::list(tx, unit.id, own, (MOST, 0)).await?;
    let items = listed.into_iter().map(|it| Item {
        kind: Kind::Meeting,
        key: format!("meeting-{}", it.meeting.id),
        on: it.meeting.held_on,
        title: format!("{}, {}", it.meeting.kind.label(), it.unit_name),
        count: 1,
        href: format!("/meetings/{}", it.meeting.id),
        starts_at: it.meeting.starts_at,
    });
    Ok(items.collect())
}

/// Those that wait for the ward, and those that are late, for all who see them.
async fn letters(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> Result<Vec<Item>> {
    let (is_ward, id, code) = (Role::WardOfficer.fits(unit.kind), unit.id, &unit.code);
    let deadlines = members::pages::letters::deadlines(tx, id, today).await?;
    if !is_ward && deadlines == Deadlines::default() {
        return Ok(Vec::new());
    }
    let counts = members::store::letters::open(tx, unit, today, deadlines).await?;
    let queues = [
        ("waiting", counts.waiting, "chờ tiếp nhận", is_ward),
        ("received", counts.received, "đã tiếp nhận, chưa phân về chi bộ", is_ward),
        ("overdue", counts.overdue, "quá hạn", true),
    ];
    let told = queues.into_iter().filter(|(_, count, _, is_told)| *is_told && *count > 0);
    let items = told.map(|(state, count, what, _)| Item {
        kind: Kind::Letters,
        key: format!("letters-{state}-{id}"),
        on: today,
        starts_at: None,
        title: format!("{} giấy giới thiệu {what}", grouped(count)),
        count,
        href: format!("/units/{code}/letters?state={state}"),
    });
    Ok(items.collect())
}

/// The sheets of the latest year: given back to the cell, to be signed by the cell, or to be
/// sent back by the ward, where a day was settled for it.
async fn sheets(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> Result<Vec<Item>> {
    let Some(year) = evaluation::store::counts::last_year(tx, unit.id).await? else {
        return Ok(Vec::new());
    };
    let opened = evaluation::store::opening::in_force(tx, unit.id, year, today).await?;
    let (sign_by, return_by) = opened.map_or((None, None), |it| (it.sign_by, it.return_by));
    let href = format!("/units/{}/evaluations?year={year}", unit.code);
    let item = |kind, word: &str, on, title, count| {
        let key = format!("{word}-{year}-{}", unit.id);
        Item { kind, key, on, starts_at: None, title, count, href: href.clone() }
    };
    let mut items = Vec::new();
    if unit.is_cell() {
        let progress = evaluation::store::progress(tx, unit.id, year).await?;
        if progress.returned > 0 {
            let title = format!("{} phiếu nhận xét bị trả lại", grouped(progress.returned));
            items.push(item(Kind::Returned, "returned", today, title, progress.returned));
        }
        let left = progress.all() - progress.is_signed();
        if let Some(on) = sign_by.filter(|_| left > 0) {
            let title = format!("Hạn ký phiếu nhận xét năm {year}: còn {} phiếu", grouped(left));
            items.push(item(Kind::Sheets, "sign", on, title, left));
        }
    } else {
        let left = evaluation::store::counts::waiting(tx, unit.id, year).await?;
        if let Some(on) = return_by.filter(|_| left > 0) {
            let all = grouped(left);
            let title = format!("Hạn gửi phiếu nhận xét năm {year}: {all} phiếu chờ xác nhận");
            items.push(item(Kind::Sheets, "send", on, title, left));
        }
    }
    Ok(items)
}
