//! What is answered, as it stands in the document.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::organisation::model::{Unit, UnitKind};
use crate::small::Shown;
use crate::statistics::model::{self, Overview};
use crate::statistics::small::{Line, View};

/// Một đơn vị, gọn.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitRef {
    /// Mã trong địa chỉ, không bao giờ đổi.
    pub code: String,
    /// Tên trong ngày hỏi.
    pub name: String,
    pub kind: UnitKind,
}

impl UnitRef {
    pub fn of(unit: &Unit) -> UnitRef {
        UnitRef { code: unit.code.clone(), name: unit.name.clone(), kind: unit.kind }
    }
}

/// Các đơn vị mà mã truy cập bắt đầu từ đó.
#[derive(Debug, Serialize, ToSchema)]
pub struct Units {
    pub units: Vec<UnitRef>,
}

/// Đơn vị cấp trên.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parent {
    /// `null` nếu mã truy cập không mở được đơn vị này.
    pub code: Option<String>,
    pub name: String,
    pub kind: UnitKind,
}

/// Một đơn vị trong một ngày.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitOnDay {
    /// Ngày hỏi tới.
    pub on: NaiveDate,
    /// Mã trong địa chỉ, không bao giờ đổi.
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    /// Mã của cơ quan thống kê; có thể được dùng lại cho đơn vị khác, đừng lấy làm khóa.
    pub official_code: Option<String>,
    pub parent: Option<Parent>,
    /// Tên, loại, cấp trên này từ ngày này …
    pub from_on: NaiveDate,
    /// … đến trước ngày này; `null` là còn đến nay.
    pub to_on: Option<NaiveDate>,
    /// Trong ngày hỏi tới có đơn vị này không; không thì đây là lúc gần ngày ấy nhất.
    pub in_force: bool,
    /// Các đơn vị ngay bên dưới trong ngày hỏi tới, theo tên.
    pub children: Vec<UnitRef>,
}

impl UnitOnDay {
    pub fn new(unit: Unit, on: NaiveDate, parent: Option<Parent>, children: &[Unit]) -> UnitOnDay {
        UnitOnDay {
            on,
            in_force: unit.from_on <= on && unit.to_on.is_none_or(|to_on| to_on > on),
            code: unit.code,
            name: unit.name,
            kind: unit.kind,
            official_code: unit.official_code,
            parent,
            from_on: unit.from_on,
            to_on: unit.to_on,
            children: children.iter().map(UnitRef::of).collect(),
        }
    }
}

/// Vì sao một số không được nêu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// Có, nhưng dưới 5: nêu ra là chỉ vào từng người.
    Few,
    /// Nêu ra thì trừ đi biết được một số bị ẩn khác.
    Withheld,
}

/// Một số đếm người: có `value`, hoặc có lý do `hidden`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Count {
    /// `null` khi không được nêu; không bao giờ là số gần đúng.
    pub value: Option<i64>,
    /// `few`: có, nhưng dưới 5. `withheld`: nêu ra thì trừ đi biết được một số bị ẩn khác. `null`:
    /// được nêu.
    pub hidden: Option<Hidden>,
}

impl From<Shown> for Count {
    fn from(shown: Shown) -> Count {
        match shown {
            Shown::Exact(count) => Count { value: Some(count), hidden: None },
            Shown::Few => Count { value: None, hidden: Some(Hidden::Few) },
            Shown::Hidden => Count { value: None, hidden: Some(Hidden::Withheld) },
        }
    }
}

/// Đảng viên trong ngày `on`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    /// Diện bình thường.
    pub normal: Count,
    /// Được miễn sinh hoạt.
    pub exempt: Count,
}

/// Các cuộc họp của năm, đến hết ngày `on`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meetings {
    pub held: i64,
    /// Trong đó họp định kỳ.
    pub periodic: i64,
    /// Số chi bộ đã họp.
    pub cells: i64,
    /// Lượt phải dự.
    pub expected: Count,
    pub present: Count,
    /// Vắng có lý do.
    pub excused: Count,
    /// Vắng không lý do.
    pub unexcused: Count,
    /// Chưa đánh dấu.
    pub unmarked: Count,
}

/// Đóng góp của năm, đến hết ngày `on`, trừ khoản đã hủy.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contributions {
    /// Lượt góp.
    pub count: i64,
    /// Bằng tiền, đồng.
    pub amount_vnd: i64,
}

/// Các số của một đơn vị.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figures {
    pub members: Members,
    pub meetings: Meetings,
    pub contributions: Contributions,
}

impl Figures {
    fn of(line: &Line) -> Figures {
        let meetings = line.figures.meetings;
        let told =
            |count| Count::from(if line.attendance { Shown::Exact(count) } else { Shown::Hidden });
        Figures {
            members: Members { normal: line.normal.into(), exempt: line.exempt.into() },
            meetings: Meetings {
                held: meetings.held,
                periodic: meetings.periodic,
                cells: meetings.cells,
                expected: told(meetings.expected),
                present: told(meetings.present),
                excused: told(meetings.excused),
                unexcused: told(meetings.unexcused),
                unmarked: told(meetings.unmarked()),
            },
            contributions: Contributions {
                count: line.figures.contributions.count,
                amount_vnd: line.figures.contributions.amount_vnd,
            },
        }
    }
}

/// Ý kiến nêu trong năm, theo tình trạng trong ngày `on`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opinions {
    /// Đã ghi, chưa chuyển.
    pub recorded: i64,
    /// Đã chuyển, chờ trả lời.
    pub forwarded: i64,
    pub answered: i64,
}

impl From<model::Opinions> for Opinions {
    fn from(it: model::Opinions) -> Opinions {
        Opinions { recorded: it.recorded, forwarded: it.forwarded, answered: it.answered }
    }
}

/// Các số của một đơn vị ngay bên dưới.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChildCounts {
    pub unit: UnitRef,
    /// Ngày cuối cùng còn thuộc đơn vị này, nếu đã chuyển đi; `null` là còn thuộc.
    pub left_on: Option<NaiveDate>,
    pub figures: Figures,
}

/// Số liệu của một đơn vị và các đơn vị ngay bên dưới, như trang của đơn vị.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    pub unit: UnitRef,
    pub on: NaiveDate,
    pub year: i32,
    /// Cả đơn vị.
    pub total: Figures,
    /// Ý kiến của cả đơn vị.
    pub opinions: Opinions,
    /// Các đơn vị ngay bên dưới trong ngày `on`, và đơn vị đã chuyển đi mà năm ấy có số liệu, theo
    /// tên.
    pub children: Vec<ChildCounts>,
    /// Những gì ghi thẳng ở đơn vị này, không ở đơn vị nào bên dưới; `null` là không có gì.
    pub direct: Option<Figures>,
}

impl Counts {
    /// The overview as `view` lets it be told.
    pub fn new(overview: &Overview, view: &View) -> Counts {
        let child = |line: &Line| {
            line.unit.as_ref().map(|unit| ChildCounts {
                unit: UnitRef::of(unit),
                left_on: line.left_on,
                figures: Figures::of(line),
            })
        };
        Counts {
            unit: UnitRef::of(&overview.unit),
            on: overview.as_of.on,
            year: overview.as_of.year,
            total: Figures::of(&view.total),
            opinions: overview.total.opinions.into(),
            children: view.lines.iter().filter_map(child).collect(),
            direct: view.lines.iter().find(|it| it.unit.is_none()).map(Figures::of),
        }
    }
}

/// Tệp nào, như ở trang xuất tệp.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the words of exports::model::What, for the document")]
pub enum File {
    Evaluations,
    Members,
    Attendance,
    Contributions,
    Statistics,
    Report,
}

/// Dạng tệp.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the words of table_file::Format, for the document")]
pub enum FileFormat {
    Csv,
    ExcelCsv,
    Xlsx,
}
