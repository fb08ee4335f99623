//! The counts as a file and as JSON.

use serde_json::{Value, json};

use crate::csv_file::{self, Dialect};
use crate::error::Result;
use crate::organisation::model::Unit;
use crate::small::Shown;
use crate::statistics::model::{AsOf, Figures, Overview};
use crate::statistics::small::{Line, View};
use crate::vietnamese::day;

const COLUMNS: [&str; 17] = [
    "Mã",
    "Đơn vị",
    "Loại",
    "Tính đến ngày",
    "Năm",
    "Đảng viên",
    "Được miễn sinh hoạt",
    "Cuộc họp",
    "Họp định kỳ",
    "Chi bộ đã họp",
    "Lượt phải dự",
    "Có mặt",
    "Vắng có lý do",
    "Vắng không lý do",
    "Chưa đánh dấu",
    "Lượt đóng góp",
    "Đóng góp bằng tiền (đồng)",
];

/// The tables of pages: of each a line for every child, then the whole unit.
pub fn csv(views: &[View], as_of: AsOf, dialect: Dialect) -> Result<Vec<u8>> {
    let mut lines = dialect.writer_behind(dialect.mark());
    lines.write_record(COLUMNS)?;
    for line in views.iter().flat_map(|it| it.lines.iter().chain([&it.total])) {
        lines.write_record(record(line, as_of))?;
    }
    Ok(lines.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn record(line: &Line, as_of: AsOf) -> [String; 17] {
    let (code, name, kind) = match &line.unit {
        Some(unit) => (unit.code.clone(), unit.name.clone(), unit.kind.label()),
        None => (String::new(), "Trực tiếp".to_owned(), ""),
    };
    let meetings = line.figures.meetings;
    let told = |count: i64| if line.attendance { count.to_string() } else { "ẩn".to_owned() };
    let count = |shown: Shown| match shown {
        Shown::Exact(count) => count.to_string(),
        few => few.to_string(),
    };
    [
        code,
        csv_file::text(&name).into_owned(),
        kind.to_owned(),
        day::short(as_of.on),
        as_of.year.to_string(),
        count(line.normal),
        count(line.exempt),
        meetings.held.to_string(),
        meetings.periodic.to_string(),
        meetings.cells.to_string(),
        told(meetings.expected),
        told(meetings.present),
        told(meetings.excused),
        told(meetings.unexcused),
        told(meetings.unmarked()),
        line.figures.contributions.count.to_string(),
        line.figures.contributions.amount_vnd.to_string(),
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
