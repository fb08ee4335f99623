//! The year of a unit, table by table.

use chrono::NaiveDate;

use crate::evaluation::small::{CriterionCount, Told};
use crate::organisation::model::Unit;
use crate::reports::confirmed::Confirmation;
use crate::reports::document::{Section, rough, shown};
use crate::small::{Shown, few};
use crate::statistics::bridge::Bridge;
use crate::statistics::half::{HalfFigures, HalfYear};
use crate::statistics::model::{AsOf, ByKind, ByWork, Overview};
use crate::statistics::people::{Pyramid, Workplaces};
use crate::statistics::small::{Line, View};
use crate::statistics::store::works::WithGoal;
use crate::table_file::{Cell, Column};
use crate::vietnamese::{day, number};

/// All that a report is made of, as its reader may see it.
pub struct Year {
    pub overview: Overview,
    pub view: View,
    pub names: bool,
    pub bridge: Bridge,
    pub ages: Pyramid,
    pub workplaces: Workplaces,
    pub by_kind: Vec<ByKind>,
    pub by_work: Vec<ByWork>,
    pub goals: Vec<WithGoal>,
    /// As they stand on the day of the report: most are signed when the year is over.
    pub sheets: Told,
    /// Whether those who attended nothing were counted.
    pub tells_absent: bool,
    pub criteria: Vec<CriterionCount>,
    pub today: NaiveDate,
    /// What the unit has confirmed for the last day of the report.
    pub confirmed: Option<Confirmation>,
}

/// Workplaces that a report names.
pub const MOST_WORKPLACES: usize = 20;

impl Year {
    fn as_of(&self) -> AsOf {
        self.overview.as_of
    }

    /// Whether the figures are confirmed, and still what they were.
    fn mark(&self) -> String {
        let Some(it) = &self.confirmed else {
            return format!("Số liệu đến hết ngày {} chưa chốt.", day::short(self.as_of().on));
        };
        let members = self.overview.total.members;
        let same = (it.normal, it.exempt) == (members.normal, members.exempt);
        let but = if same {
            ""
        } else {
            "; từ đó sổ đã ghi thêm, số đảng viên nay khác lúc chốt"
        };
        format!(
            "Số liệu đến hết ngày {} đã chốt: {}, {}{but}.",
            it.day(),
            it.account_name,
            it.confirmed_at.shown()
        )
    }

    /// The tables, in the order of the paper.
    pub fn sections(&self) -> Vec<Section> {
        vec![
            self.heads(),
            self.changes(),
            self.ages(),
            self.workplaces(),
            self.halves(),
            self.opinions(),
            self.gifts(),
            self.works(),
            self.goals(),
            self.sheets(),
            self.criteria(),
            self.children(),
        ]
    }

    fn heads(&self) -> Section {
        const COLUMNS: &[Column] = &[("Số liệu", 44), ("Số", 16)];
        let total = &self.view.total;
        let mut section =
            Section::new("Tổng hợp", format!("Tổng hợp {}", self.as_of().name()), COLUMNS)
                .noting(self.mark());
        let gifts = total.figures.contributions;
        for (label, cell) in [
            ("Tính đến hết ngày", Cell::Day(self.as_of().on)),
            ("Đảng viên", shown(total.normal)),
            ("Được miễn sinh hoạt", shown(total.exempt)),
            ("Chưa có giấy giới thiệu", shown(total.without_letter)),
            ("Cuộc họp", Cell::Number(total.figures.meetings.held)),
            ("Lượt đóng góp", Cell::Number(gifts.count)),
            ("Đóng góp bằng tiền (đồng)", Cell::Number(gifts.amount_vnd)),
            ("Ý kiến đã nêu", Cell::Number(total.figures.opinions.all())),
        ] {
            section.push(vec![Cell::text(label), cell]);
        }
        section
    }

    fn changes(&self) -> Section {
        const COLUMNS: &[Column] = &[("Biến động", 44), ("Số đảng viên", 16)];
        let it = &self.bridge;
        let (from, on) = (day::short(it.from), day::short(it.on));
        let mut section =
            Section::new("Biến động", format!("Biến động từ {from} đến {on}"), COLUMNS);
        section.push(vec![Cell::text(format!("Ngày {from}")), shown(it.start)]);
        for row in &it.rows {
            let count = match row.count {
                Shown::Exact(count) if !row.flow.is_in() => Cell::Number(-count),
                count => shown(count),
            };
            section.push(vec![Cell::text(row.flow.label()), count]);
        }
        section.push(vec![Cell::text(format!("Ngày {on}")), shown(it.end)]);
        section.has_total = true;
        section.noting(if self.names {
            ""
        } else {
            "Con số dưới 5 người, và con số để lộ nó, không nêu."
        })
    }

    fn ages(&self) -> Section {
        const COLUMNS: &[Column] = &[("Tuổi", 20), ("Nam", 12), ("Nữ", 12), ("Chưa ghi", 12)];
        let mut section = Section::new("Tuổi và giới", "Đảng viên theo tuổi và giới", COLUMNS);
        for it in self.ages.rows.iter().chain([&self.ages.total]) {
            section.push(vec![
                Cell::text(it.label),
                rough(it.men),
                rough(it.women),
                rough(it.unsaid),
            ]);
        }
        section.has_total = true;
        section.noting(self.rounded())
    }

    /// What is said of counts that are rounded.
    fn rounded(&self) -> &'static str {
        if self.names { "" } else { "Con số làm tròn đến 5." }
    }

    fn workplaces(&self) -> Section {
        const COLUMNS: &[Column] = &[("Nơi công tác", 44), ("Đảng viên", 12)];
        let mut section = Section::new("Nơi công tác", "Đảng viên theo nơi công tác", COLUMNS);
        let it = &self.workplaces;
        for row in &it.rows {
            section.push(vec![Cell::text(&*row.name), rough(row.count)]);
        }
        if let Some((places, people)) = it.others {
            let label = format!("{} nơi khác", number::grouped(places));
            section.push(vec![Cell::Text(label), rough(people)]);
        }
        if !it.unknown.is_nobody() {
            section.push(vec![Cell::text("Chưa ghi nơi công tác"), rough(it.unknown)]);
        }
        section.noting(self.rounded())
    }

    fn halves(&self) -> Section {
        const COLUMNS: &[Column] = &[
            ("Kỳ", 24),
            ("Chi bộ", 10),
            ("Chi bộ đã họp", 10),
            ("Cuộc họp", 10),
            ("Lượt phải dự", 12),
            ("Có mặt", 12),
            ("Tỷ lệ", 10),
        ];
        let mut section = Section::new("Họp", "Họp từng 6 tháng, và cả năm", COLUMNS)
            .noting("Mỗi 6 tháng một chi bộ họp ít nhất một lần.");
        let as_of = self.as_of();
        let last = as_of.half();
        let first = HalfYear::of(NaiveDate::from_ymd_opt(as_of.year, 1, 1).unwrap_or(as_of.on));
        let halves = if first == last { vec![last] } else { vec![first, last] };
        let attendance = self.view.total.attendance;
        // A half of few would tell them beside the year.
        let told = attendance
            && (self.names || !halves.iter().any(|it| few(self.overview.half(*it).expected)));
        for half in halves {
            let it = self.overview.half(half);
            let mut row =
                vec![Cell::text(half.name()), Cell::Number(it.cells), Cell::Number(it.met)];
            row.extend(attended(it, told));
            section.push(row);
        }
        let it = self.overview.total.meetings;
        let mut row = vec![Cell::text(as_of.name()), Cell::Empty, Cell::Number(it.cells)];
        let whole = HalfFigures {
            held: it.held,
            expected: it.expected,
            present: it.present,
            ..HalfFigures::default()
        };
        row.extend(attended(whole, attendance));
        section.push(row);
        section.has_total = true;
        section
    }

    fn opinions(&self) -> Section {
        const COLUMNS: &[Column] = &[("Ý kiến, hiến kế", 44), ("Số", 12)];
        let it = self.overview.total.opinions;
        let mut section = Section::new("Ý kiến", "Ý kiến, hiến kế", COLUMNS);
        for (label, count) in [
            ("Đã ghi, chưa chuyển", it.recorded),
            ("Đã chuyển, chờ trả lời", it.forwarded),
            ("Đã trả lời", it.answered),
            ("Cộng", it.all()),
        ] {
            section.push(vec![Cell::text(label), Cell::Number(count)]);
        }
        section.has_total = true;
        section
    }

    fn gifts(&self) -> Section {
        const COLUMNS: &[Column] = &[("Loại đóng góp", 30), ("Lượt", 10), ("Tổng", 30)];
        let mut section = Section::new("Đóng góp", "Đóng góp theo loại", COLUMNS);
        for it in &self.by_kind {
            let row =
                vec![Cell::text(it.kind.label()), Cell::Number(it.count), Cell::text(it.sum())];
            section.push(row);
        }
        section
    }

    fn works(&self) -> Section {
        const COLUMNS: &[Column] =
            &[("Công trình, quỹ", 44), ("Lượt", 10), ("Bằng tiền (đồng)", 18)];
        let mut section = Section::new("Công trình, quỹ", "Đóng góp theo công trình, quỹ", COLUMNS);
        for it in &self.by_work {
            let name = it.name.as_deref().unwrap_or("Không gắn công trình, quỹ");
            section.push(vec![
                Cell::text(name),
                Cell::Number(it.count),
                Cell::Number(it.amount_vnd),
            ]);
        }
        section
    }

    fn goals(&self) -> Section {
        const COLUMNS: &[Column] = &[
            ("Công trình, quỹ có mục tiêu", 40),
            ("Đơn vị", 30),
            ("Đã có", 20),
            ("Mục tiêu", 20),
            ("Đạt", 10),
        ];
        let mut section = Section::new("Mục tiêu", "Công trình, quỹ và mục tiêu", COLUMNS);
        for it in &self.goals {
            let progress = it.progress();
            section.push(vec![
                Cell::text(&*it.name),
                Cell::text(&*it.unit_name),
                Cell::text(progress.given()),
                Cell::text(progress.goal().unwrap_or_default()),
                Cell::text(progress.share().unwrap_or_default()),
            ]);
        }
        section
    }

    fn sheets(&self) -> Section {
        const COLUMNS: &[Column] = &[("Phiếu nhận xét", 44), ("Số", 12)];
        const LABELS: [&str; 7] = [
            "Phải viết",
            "Đã viết xong",
            "Chi bộ đã ký",
            "Đảng ủy đã xác nhận",
            "Đã gửi nơi công tác",
            "Bị trả lại, chưa viết lại",
            "Không dự cuộc họp nào trong năm",
        ];
        let title = format!("Nhận xét năm {}", self.as_of().year);
        let mut section = Section::new("Nhận xét", title, COLUMNS).noting(format!(
            "Mỗi phiếu đếm ở mọi bước đã qua, tính đến {}.",
            day::short(self.today)
        ));
        let told = if self.tells_absent { LABELS.len() } else { LABELS.len() - 1 };
        for (label, count) in LABELS.into_iter().zip(self.sheets).take(told) {
            section.push(vec![Cell::text(label), shown(count)]);
        }
        section
    }

    fn criteria(&self) -> Section {
        const COLUMNS: &[Column] = &[("TT", 6), ("Tiêu chí", 50), ("Mức", 30), ("Số phiếu", 12)];
        let mut section = Section::new("Tiêu chí", "Theo tiêu chí", COLUMNS).noting(format!(
            "Chỉ tính phiếu đảng ủy đã xác nhận đến {}. Không cộng thành xếp loại chung.",
            day::short(self.today)
        ));
        for criterion in &self.criteria {
            for (at, option) in criterion.options.iter().enumerate() {
                // The wording of a criterion is long: once is enough.
                let heading = if at == 0 { &*criterion.heading } else { "" };
                section.push(vec![
                    Cell::Number(criterion.number),
                    Cell::text(heading),
                    Cell::text(&*option.label),
                    shown(option.count),
                ]);
            }
        }
        section
    }

    fn children(&self) -> Section {
        const COLUMNS: &[Column] = &[
            ("Đơn vị", 34),
            ("Đảng viên", 12),
            ("Được miễn", 12),
            ("Cuộc họp", 10),
            ("Có mặt", 12),
            ("Lượt đóng góp", 12),
            ("Bằng tiền (đồng)", 18),
        ];
        let mut section = Section::new("Đơn vị bên dưới", "Theo đơn vị bên dưới", COLUMNS);
        if self.view.lines.is_empty() {
            return section;
        }
        for line in &self.view.lines {
            let name = line.unit.as_ref().map_or_else(|| "Trực tiếp".to_owned(), Unit::short_name);
            section.push(child(name, line));
        }
        section.push(child("Cộng".to_owned(), &self.view.total));
        section.has_total = true;
        section
    }
}

/// Meetings held, people expected and present, and their share.
fn attended(it: HalfFigures, told: bool) -> [Cell; 4] {
    if !told {
        let hidden = || Cell::text("ẩn");
        return [Cell::Number(it.held), hidden(), hidden(), hidden()];
    }
    let rate = Cell::text(it.rate().unwrap_or_else(|| "chưa tính".to_owned()));
    [Cell::Number(it.held), Cell::Number(it.expected), Cell::Number(it.present), rate]
}

fn child(name: String, line: &Line) -> Vec<Cell> {
    let meetings = line.figures.meetings;
    let rate = meetings.rate().unwrap_or_else(|| "chưa tính".to_owned());
    let gifts = line.figures.contributions;
    vec![
        Cell::Text(name),
        shown(line.normal),
        shown(line.exempt),
        Cell::Number(meetings.held),
        Cell::text(if line.attendance { rate.as_str() } else { "ẩn" }),
        Cell::Number(gifts.count),
        Cell::Number(gifts.amount_vnd),
    ]
}
