//! `units.csv`, `workplaces.csv` and `works.csv`: what the other files refer to.

use chrono::Days;

use crate::clock::Moment;
use crate::contributions::model::{NewWorkItem, WorkKind};
use crate::db::Tx;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};
use crate::exchange::seed::{Known, KnownUnit, KnownWork, Refused};
use crate::ids::{UnitId, WorkItemId, WorkplaceId};
use crate::members::model::Workplace;
use crate::organisation::model::{NewUnit, UnitKind};
use crate::vietnamese::fold::fold;
use crate::{contributions, members, organisation};

pub const UNITS: Layout = Layout {
    file: "units.csv",
    needed: &["code", "kind", "name", "from_on"],
    optional: &["parent_code", "official_code", "to_on"],
};

/// The same columns in a table that was pasted, which has no name.
pub const TABLE: Layout = Layout { file: "Bảng", needed: UNITS.needed, optional: UNITS.optional };

pub const WORKPLACES: Layout =
    Layout { file: "workplaces.csv", needed: &["code", "name"], optional: &["weight"] };

pub const WORKS: Layout = Layout {
    file: "works.csv",
    needed: &["code", "unit_code", "kind", "name"],
    optional: &["goal", "measure", "started_on", "completed_on", "note"],
};

/// Units are written together: the ancestry of each depends on the others.
pub async fn load(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &mut Known,
    at: Moment,
) -> Result<(), Refused> {
    let mut units = Vec::new();
    while let Some(row) = sheet.read_row()? {
        let unit = read_unit(row, known)?;
        let it = KnownUnit {
            id: unit.id,
            kind: unit.kind,
            parent_id: unit.parent_id,
            from_on: unit.from_on,
            to_on: unit.to_on,
        };
        known.units.insert(unit.code.clone(), it);
        units.push(unit);
    }
    organisation::store::add(tx, &units, at).await?;
    Ok(())
}

fn read_unit(row: Row<'_>, known: &Known) -> Result<NewUnit, Fault> {
    let code = row.code("code")?;
    if known.units.contains_key(code) {
        return Err(row.fault("code", "mã chưa có trong sổ và trong tệp"));
    }
    let kinds = "province, city, ward, commune, township hoặc cell";
    let from_on = row.need_day("from_on")?;
    let kind = row.need_word("kind", read_kind, kinds)?;
    let mut parent_id = None;
    if !row.get("parent_code").is_empty() {
        let parent = known.unit_on(row, "parent_code", "from_on", from_on)?;
        if !parent.kind.may_hold(kind) {
            return Err(row.fault("parent_code", "đơn vị có thể đứng ngay trên loại này"));
        }
        parent_id = Some(parent.id);
    }
    let last = row.day("to_on")?;
    if last.is_some_and(|last| last < from_on) {
        return Err(row.fault("to_on", "ngày không trước from_on"));
    }
    Ok(NewUnit {
        id: UnitId::new(),
        code: code.to_owned(),
        name: row.need("name", "tên đơn vị")?,
        kind,
        official_code: Some(row.text("official_code")?).filter(|it| !it.is_empty()),
        parent_id,
        from_on,
        // The file names the last day, the registry the first day after it.
        to_on: last.map(|last| last + Days::new(1)),
    })
}

/// As files write it, or as people do: `cell`, `Chi bộ`.
fn read_kind(word: &str) -> Option<UnitKind> {
    let says = |it: &UnitKind| fold(it.label()) == fold(word);
    UnitKind::read(word).or_else(|| UnitKind::ALL.into_iter().find(says))
}

pub async fn load_workplaces(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &mut Known,
) -> Result<(), Refused> {
    while let Some(row) = sheet.read_row()? {
        let code = row.code("code")?;
        let workplace =
            Workplace { id: WorkplaceId::new(), name: row.need("name", "tên nơi công tác")? };
        if known.workplaces.insert(code.to_owned(), workplace.id).is_some() {
            return Err(row.fault("code", "mã chưa có trong sổ và trong tệp").into());
        }
        if !known.workplace_names.insert(workplace.name.clone()) {
            return Err(row.fault("name", "tên chưa có trong sổ và trong tệp").into());
        }
        members::store::add_workplace(tx, &workplace, Some(code)).await?;
    }
    Ok(())
}

pub async fn load_works(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &mut Known,
    at: Moment,
) -> Result<(), Refused> {
    while let Some(row) = sheet.read_row()? {
        let code = row.code("code")?;
        let work = read_work(row, code, known)?;
        let it = KnownWork { id: work.id, unit_id: work.unit_id };
        if known.works.insert(code.to_owned(), it).is_some() {
            return Err(row.fault("code", "mã chưa có trong sổ và trong tệp").into());
        }
        contributions::store::add_work(tx, &work, at).await?;
    }
    Ok(())
}

fn read_work(row: Row<'_>, code: &str, known: &Known) -> Result<NewWorkItem, Fault> {
    let goal = row.whole("goal")?;
    let measure = row.text("measure")?;
    if goal.is_some() && measure.is_empty() {
        return Err(row.fault("measure", "đơn vị tính của goal"));
    }
    let (started_on, completed_on) = (row.day("started_on")?, row.day("completed_on")?);
    if completed_on.is_some() && completed_on < started_on {
        return Err(row.fault("completed_on", "ngày không trước started_on"));
    }
    Ok(NewWorkItem {
        id: WorkItemId::new(),
        unit_id: known.unit(row, "unit_code")?.id,
        code: Some(code.to_owned()),
        kind: row.need_word("kind", WorkKind::read, "work, fund hoặc activity")?,
        name: row.need("name", "tên công trình, quỹ, phong trào")?,
        goal,
        measure,
        started_on,
        completed_on,
        note: row.text("note")?,
    })
}
