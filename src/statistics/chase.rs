//! What is late, unit by unit, and with whom.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::access::model::Role;
use crate::ids::{LetterId, MeetingId, UnitId};
use crate::meetings::model::{HalfYear, MeetingKind};
use crate::organisation::model::UnitKind;
use crate::small::Shown;
use crate::vietnamese::{day, number};
use crate::words::words;

pub use self::town::Town;

mod town;

words! {
    /// What may be late.
    Kind {
        Meeting = "meeting", "Chưa có họp định kỳ";
        Roll = "roll", "Điểm danh chưa xong";
        Unassigned = "unassigned", "Giấy đã tiếp nhận, chưa phân về chi bộ";
        Unreceived = "unreceived", "Giấy quá hạn, chưa tiếp nhận";
        Unsigned = "unsigned", "Nhận xét chi bộ chưa ký";
        Unconfirmed = "unconfirmed", "Nhận xét chờ đảng ủy xác nhận";
    }
}

impl Kind {
    /// What somebody is to do about it.
    fn duty(self) -> &'static str {
        match self {
            Kind::Meeting => "họp",
            Kind::Roll => "điểm danh",
            Kind::Unassigned => "phân giấy",
            Kind::Unreceived => "tiếp nhận giấy",
            Kind::Unsigned => "ký phiếu",
            Kind::Unconfirmed => "xác nhận phiếu",
        }
    }

    /// What is counted of it.
    fn counted(self, names: bool) -> &'static str {
        match self {
            Kind::Roll => "cuộc họp",
            Kind::Unassigned | Kind::Unreceived => "giấy",
            Kind::Unsigned | Kind::Unconfirmed if names => "phiếu",
            // How many sheets wait would tell what the counts of sheets hide.
            Kind::Meeting | Kind::Unsigned | Kind::Unconfirmed => "chi bộ",
        }
    }

    /// Where the thing stands, and so when it is true.
    fn said(self, half: HalfYear, on: NaiveDate, today: NaiveDate) -> String {
        match self {
            Kind::Meeting => format!(
                "Trong {}, tính cả cuộc họp đã ghi ngày mà chưa tới. Mỗi 6 tháng họp ít nhất một lần.",
                half.name()
            ),
            Kind::Roll => {
                format!("Họp trong 12 tháng đến {}; dấu điểm danh như hiện nay.", day::short(on))
            }
            Kind::Unassigned | Kind::Unreceived => format!("Hiện nay, {}.", day::short(today)),
            Kind::Unsigned | Kind::Unconfirmed => {
                format!("Nhận xét hằng năm, tính đến hết ngày {}.", day::short(on))
            }
        }
    }
}

/// A unit at or below the one asked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Place {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    pub parent_id: Option<UnitId>,
}

/// Who holds the role that keeps a unit's books.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Keeper {
    pub unit_id: UnitId,
    pub role: Role,
    pub display_name: String,
}

/// A meeting of which people are unmarked.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Unrolled {
    pub id: MeetingId,
    pub unit_id: UnitId,
    pub kind: MeetingKind,
    pub held_on: NaiveDate,
    /// 0 while nobody was marked.
    pub marked: i64,
    pub unmarked: i64,
}

/// Annual sheets of a cell that wait.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Sheets {
    pub unit_id: UnitId,
    pub year: i64,
    pub unsigned: i64,
    pub unconfirmed: i64,
}

/// A letter that waits, without the name where that may not be seen.
#[derive(Clone, Debug)]
pub struct Letter {
    pub id: LetterId,
    pub ward_id: Option<UnitId>,
    pub title: String,
    pub since: String,
    pub is_received: bool,
    pub is_late: bool,
}

/// Something late.
#[derive(Clone, Debug)]
pub struct Item {
    pub kind: Kind,
    /// Where its unit stands in a list: by the unit above, then by name.
    place: usize,
    pub unit: String,
    /// The unit above it, where the list is of more than one.
    pub above: String,
    pub code: String,
    pub what: String,
    /// The thing itself; empty for those who may not open it.
    pub href: String,
    /// Display names of the accounts that answer for it.
    pub who: Vec<String>,
}

impl Item {
    /// The matter inside a sentence: `họp định kỳ 15/11/2024: chưa điểm danh`.
    pub fn what_in_text(&self) -> String {
        let mut rest = self.what.chars();
        let first = rest.next().map(|it| it.to_lowercase().collect::<String>());
        first.unwrap_or_default() + rest.as_str()
    }
}

/// What is late of one kind, by unit.
#[derive(Clone, Debug)]
pub struct Group {
    pub kind: Kind,
    /// Meetings, letters, sheets for those who see names; else meetings, letters and, of
    /// sheets, the cells.
    pub count: Shown,
    /// What that is a count of.
    of: &'static str,
    pub items: Vec<Item>,
}

/// More names than a line takes.
const MOST_NAMES: usize = 3;

impl Group {
    /// `37 phiếu`
    pub fn counted(&self) -> String {
        format!("{} {}", self.count, self.of)
    }

    /// Who answers for it: `Trần Văn An, Lê Thị Hoa`, or how many do.
    pub fn keepers(&self) -> String {
        let names: BTreeSet<&String> = self.items.iter().flat_map(|it| &it.who).collect();
        let alone: BTreeSet<&String> =
            self.items.iter().filter(|it| it.who.is_empty()).map(|it| &it.code).collect();
        let known = match names.len() {
            0 => None,
            1..=MOST_NAMES => {
                let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
                Some(format!("Phụ trách: {}", names.join(", ")))
            }
            count => Some(format!("{} người phụ trách", number::counted(count))),
        };
        let alone = match alone.len() {
            0 => None,
            count => Some(format!("{} đơn vị chưa có tài khoản phụ trách", number::counted(count))),
        };
        known.into_iter().chain(alone).collect::<Vec<_>>().join("; ")
    }
}

/// A unit with all that is late there.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    place: usize,
    pub unit: &'a str,
    pub above: &'a str,
    pub code: &'a str,
    pub late: Vec<&'a Item>,
}

impl Row<'_> {
    /// Who answers for it; where that is not the same for all, with what each is to do.
    pub fn keepers(&self) -> Vec<(String, String)> {
        let mut keepers: Vec<(String, Vec<&str>)> = Vec::new();
        for it in &self.late {
            let who = if it.who.is_empty() {
                "chưa có tài khoản".to_owned()
            } else {
                it.who.join(", ")
            };
            let at = keepers.iter().position(|known| known.0 == who).unwrap_or_else(|| {
                keepers.push((who, Vec::new()));
                keepers.len() - 1
            });
            let duties = &mut keepers[at].1;
            if !duties.contains(&it.kind.duty()) {
                duties.push(it.kind.duty());
            }
        }
        let alone = keepers.len() == 1;
        let said = |duties: Vec<&str>| if alone { String::new() } else { duties.join(", ") };
        keepers.into_iter().map(|(who, duties)| (who, said(duties))).collect()
    }
}

/// The whole list.
#[derive(Clone, Debug)]
pub struct Chase {
    pub on: NaiveDate,
    pub today: NaiveDate,
    pub half: HalfYear,
    pub names: bool,
    /// A group for each kind, empty ones among them.
    pub groups: Vec<Group>,
}

impl Chase {
    /// The groups in which anything is late, with at most `first` items of each.
    #[must_use]
    pub fn summary(&self, first: usize) -> Vec<Group> {
        let late = self.groups.iter().filter(|it| !it.items.is_empty()).cloned();
        late.map(|it| Group { items: it.items.into_iter().take(first).collect(), ..it }).collect()
    }

    /// Each unit once, with all that is late there, or with what is of one kind: by the unit
    /// above, then by name.
    pub fn rows(&self, kind: Option<Kind>) -> Vec<Row<'_>> {
        let asked = self.groups.iter().filter(|it| kind.is_none_or(|kind| it.kind == kind));
        let mut rows: Vec<Row> = Vec::new();
        let mut places: HashMap<usize, usize> = HashMap::new();
        for it in asked.flat_map(|it| &it.items) {
            let at = *places.entry(it.place).or_insert_with(|| {
                let (place, unit, above, code) = (it.place, &it.unit, &it.above, &it.code);
                rows.push(Row { place, unit, above, code, late: Vec::new() });
                rows.len() - 1
            });
            rows[at].late.push(it);
        }
        rows.sort_by_key(|it| it.place);
        rows
    }

    /// All of them, those where most is late first.
    pub fn worst_first(&self) -> Vec<Row<'_>> {
        let mut rows = self.rows(None);
        rows.sort_by_key(|it| std::cmp::Reverse(it.late.len()));
        rows
    }

    /// The group of a kind.
    pub fn group(&self, kind: Kind) -> Group {
        let found = self.groups.iter().find(|it| it.kind == kind).cloned();
        found.unwrap_or_else(|| group((kind, self.names), Shown::Exact(0), Vec::new()))
    }

    /// The day as addresses carry it.
    pub fn day(&self) -> String {
        day::iso(self.on)
    }

    /// Of when a group speaks.
    pub fn said(&self, kind: Kind) -> String {
        kind.said(self.half, self.on, self.today)
    }

    pub fn is_clear(&self) -> bool {
        self.groups.iter().all(|it| it.items.is_empty())
    }
}

/// By the unit above, then by unit; what is of one unit stays in its order.
fn group((kind, names): (Kind, bool), count: Shown, mut items: Vec<Item>) -> Group {
    items.sort_by_key(|it| it.place);
    Group { kind, count, of: kind.counted(names), items }
}
