//! The counts as a file and as JSON.

use serde_json::{Value, json};

use crate::access::guard::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::small::Shown;
use crate::statistics::model::{AsOf, Figures, Overview};
use crate::statistics::pages::view;
use crate::statistics::small::{Line, View};
use crate::statistics::store;
use crate::table_file::{Cell, Column, Rows, Table};
use crate::vietnamese::day;

const COLUMNS: &[Column] = &[
    ("Mã", 22),
    ("Đơn vị", 30),
    ("Loại", 12),
    ("Tính đến ngày", 13),
    ("Năm", 8),
    ("Đảng viên", 10),
    ("Được miễn sinh hoạt", 12),
    ("Cuộc họp", 10),
    ("Họp định kỳ", 10),
    ("Chi bộ đã họp", 10),
    ("Lượt phải dự", 10),
    ("Có mặt", 10),
    ("Vắng có lý do", 10),
    ("Vắng không lý do", 10),
    ("Chưa đánh dấu", 10),
    ("Lượt đóng góp", 10),
    ("Đóng góp bằng tiền (đồng)", 16),
];

/// `so-lieu-nguyen-du-2024-12-31`
pub fn table(unit: &Unit, as_of: AsOf) -> Table {
    Table {
        file: format!("so-lieu-{}-{}", unit.code, day::iso(as_of.on)),
        name: "Số liệu".to_owned(),
        title: format!("{}: số liệu tính đến {}", unit.party_name(), day::short(as_of.on)),
        columns: COLUMNS.to_vec(),
    }
}

/// Reads the counts into `rows`, as the scope may see them.
pub async fn fill(db: Db, scope: Scope, as_of: AsOf, rows: Rows) -> Result<()> {
    let mut tx = db.read_for_file().await?;
    let overview = store::overview(&mut tx, scope.unit_id(), as_of).await?;
    let view = view(&mut tx, &scope, &overview).await?;
    drop(tx);
    push(lines(&[view], as_of), rows).await
}

/// The tables of pages: of each a line for every child, then the whole unit.
pub fn lines(views: &[View], as_of: AsOf) -> Vec<Vec<Cell>> {
    let lines = views.iter().flat_map(|it| it.lines.iter().chain([&it.total]));
    lines.map(|it| cells(it, as_of)).collect()
}

/// Writes lines that are there already.
pub async fn push(lines: Vec<Vec<Cell>>, mut rows: Rows) -> Result<()> {
    for line in lines {
        rows.push(line).await?;
    }
    rows.finish().await
}

fn cells(line: &Line, as_of: AsOf) -> Vec<Cell> {
    let (code, name, kind) = match &line.unit {
        Some(unit) => (unit.code.clone(), unit.name.clone(), unit.kind.label()),
        None => (String::new(), "Trực tiếp".to_owned(), ""),
    };
    let meetings = line.figures.meetings;
    let told = |count: i64| if line.attendance { Cell::Number(count) } else { Cell::text("ẩn") };
    let count = |shown: Shown| match shown {
        Shown::Exact(count) => Cell::Number(count),
        few => Cell::text(few.to_string()),
    };
    vec![
        Cell::text(code),
        Cell::text(name),
        Cell::text(kind),
        Cell::Day(as_of.on),
        Cell::text(as_of.year.to_string()),
        count(line.normal),
        count(line.exempt),
        Cell::Number(meetings.held),
        Cell::Number(meetings.periodic),
        Cell::Number(meetings.cells),
        told(meetings.expected),
        told(meetings.present),
        told(meetings.excused),
        told(meetings.unexcused),
        told(meetings.unmarked()),
        Cell::Number(line.figures.contributions.count),
        Cell::Number(line.figures.contributions.amount_vnd),
    ]
}

/// The counts of a unit, and of each child likewise.
pub fn json(overview: &Overview) -> Value {
    let mut whole = of(&overview.unit, overview.as_of, &overview.total);
    let children = overview.children.iter().map(|it| of(&it.unit, overview.as_of, &it.figures));
    whole["children"] = children.collect();
    if let Some(direct) = overview.direct {
        whole["direct"] = json!(direct);
    }
    whole
}

fn of(unit: &Unit, as_of: AsOf, figures: &Figures) -> Value {
    let mut whole = json!(figures);
    whole["unit"] = json!({ "code": unit.code, "name": unit.name, "kind": unit.kind });
    whole["on"] = json!(as_of.on);
    whole["year"] = json!(as_of.year);
    whole
}
