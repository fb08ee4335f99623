//! What happened to a member, year by year, newest first.

use chrono::{Datelike, NaiveDate};

use crate::ids::UnitId;
use crate::members::model::{Category, Letter, Residence};
use crate::members::store::{GivenRow, OpinionRow, RollRow, SheetRow};
use crate::vietnamese::{day, number};

/// The lede counts attendance over this many periodic meetings.
const LATEST: usize = 6;

/// A point of the timeline: `text` follows what is said in bold, and ends in the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub on: NaiveDate,
    /// How its point is drawn: `""` a ring, `gift` a square, `off` dotted.
    pub class: &'static str,
    pub bold: String,
    pub text: String,
    pub link: Option<(String, String)>,
}

impl Event {
    pub fn iso(&self) -> String {
        day::iso(self.on)
    }

    pub fn day(&self) -> String {
        day::short(self.on)
    }
}

#[derive(Clone, Debug)]
pub struct Year {
    pub year: i32,
    pub events: Vec<Event>,
    /// Meetings of the year that called the member, and those attended.
    pub expected: usize,
    pub present: usize,
}

impl Year {
    /// `2024: dự 2 trên 3 cuộc họp`
    pub fn heading(&self) -> String {
        match self.expected {
            0 => self.year.to_string(),
            expected => format!("{}: dự {} trên {expected} cuộc họp", self.year, self.present),
        }
    }
}

/// What is written of one record: newest first, as the store tells it.
#[derive(Clone, Debug, Default)]
pub struct Life {
    pub residences: Vec<Residence>,
    pub letters: Vec<Letter>,
    pub rolls: Vec<RollRow>,
    pub given: Vec<GivenRow>,
    pub opinions: Vec<OpinionRow>,
    pub sheets: Vec<SheetRow>,
}

impl Life {
    /// The units that the record tells of.
    pub fn units(&self) -> impl Iterator<Item = UnitId> {
        let met = self.rolls.iter().map(|it| it.unit_id);
        let gave = self.given.iter().map(|it| it.unit_id);
        let spoke = self.opinions.iter().map(|it| it.unit_id);
        met.chain(gave).chain(spoke).chain(self.sheets.iter().map(|it| it.unit_id))
    }
}

/// Everything on one line of time. Meetings and works of the units in `seen` lead
/// to their pages.
pub fn years(lives: &[Life], seen: &[UnitId]) -> Vec<Year> {
    let mut events: Vec<Event> = lives.iter().flat_map(|it| events(it, seen)).collect();
    events.sort_by_key(|it| std::cmp::Reverse(it.on));
    let mut years: Vec<Year> = Vec::new();
    for event in events {
        match years.last_mut() {
            Some(last) if last.year == event.on.year() => last.events.push(event),
            _ => {
                let year = event.on.year();
                let (expected, present) = attended(lives, year);
                years.push(Year { year, events: vec![event], expected, present });
            }
        }
    }
    years
}

fn events(life: &Life, seen: &[UnitId]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    events.extend(life.rolls.iter().map(|it| roll(it, seen.contains(&it.unit_id))));
    events.extend(life.given.iter().map(|it| gift(it, seen.contains(&it.unit_id))));
    events.extend(life.opinions.iter().map(|it| opinion(it, seen.contains(&it.unit_id))));
    events.extend(life.sheets.iter().map(|it| sheet(it, seen.contains(&it.unit_id))));
    events.extend(life.letters.iter().flat_map(letter));
    // What ended a residence is told by the next.
    for (at, it) in life.residences.iter().enumerate() {
        let before = life.residences.get(at + 1);
        let after = at.checked_sub(1).and_then(|at| life.residences.get(at));
        events.push(arrival(it, before));
        events.extend(departure(it, after));
    }
    events
}

/// The meetings of a year that called the member, and those attended.
fn attended(lives: &[Life], year: i32) -> (usize, usize) {
    let rolls = lives.iter().flat_map(|it| &it.rolls);
    let called = rolls.filter(|it| it.held_on.year() == year && it.status != "exempt");
    called.fold((0, 0), |(expected, present), it| {
        (expected + 1, present + usize::from(it.status == "present"))
    })
}

/// `Dự 5 trên 6 cuộc họp định kỳ gần nhất.`, of somebody who was expected at any.
pub fn latest_meetings(lives: &[Life]) -> Option<String> {
    let rolls = lives.iter().flat_map(|it| &it.rolls);
    let expected = rolls.filter(|it| it.kind == "periodic" && it.status != "exempt");
    let mut latest: Vec<_> = expected.collect();
    latest.sort_by_key(|it| std::cmp::Reverse(it.held_on));
    latest.truncate(LATEST);
    let present = latest.iter().filter(|it| it.status == "present").count();
    let held = latest.len();
    (held > 0).then(|| format!("Dự {present} trên {held} cuộc họp định kỳ gần nhất."))
}

/// A sheet nobody has written on yet is dotted.
fn sheet(it: &SheetRow, is_seen: bool) -> Event {
    let state = match it.state.as_str() {
        "blank" => "Mở phiếu, chưa viết",
        "draft" => "Đang viết",
        "written" => "Chi bộ đã viết",
        "returned" => "Đảng ủy trả lại",
        "signed" => "Chi bộ đã ký",
        "confirmed" => "Đảng ủy đã xác nhận",
        "void" => "Không nhận xét",
        _ => "Đã gửi nơi công tác",
    };
    let class = if matches!(it.state.as_str(), "blank" | "void") { "off" } else { "" };
    let what = match it.kind.as_str() {
        "annual" => format!("phiếu nhận xét năm {}", it.year),
        _ => format!("phiếu nhận xét khi cần: {}", it.purpose),
    };
    let href = format!("/evaluations/{}", it.id);
    event(it.on, class, state, ": ".to_owned(), what, is_seen.then_some(href))
}

fn roll(it: &RollRow, is_seen: bool) -> Event {
    let mark = match it.status.as_str() {
        "present" => "Có mặt",
        "excused" => "Vắng có lý do",
        "unexcused" => "Vắng không lý do",
        "exempt" => "Được miễn",
        _ => "Chưa đánh dấu",
    };
    let half = if it.held_on.month() <= 6 { "đầu" } else { "cuối" };
    let mut meeting = match it.kind.as_str() {
        "periodic" => format!("họp định kỳ 6 tháng {half} năm"),
        "extraordinary" => "họp đột xuất".to_owned(),
        "thematic" => "họp chuyên đề".to_owned(),
        _ => "họp nhân dân".to_owned(),
    };
    if !it.topic.is_empty() {
        meeting = format!("{meeting}: {}", it.topic);
    }
    let reason = if it.reason.is_empty() { String::new() } else { format!(" ({})", it.reason) };
    let class = if it.status == "present" { "" } else { "off" };
    let href = format!("/meetings/{}", it.meeting_id);
    event(it.held_on, class, mark, format!("{reason} tại "), meeting, is_seen.then_some(href))
}

fn gift(it: &GivenRow, is_seen: bool) -> Event {
    let what = match it.kind.as_str() {
        "money" => number::dong(it.amount_vnd),
        _ => format!("{} {}", number::quantity(it.quantity_hundredths), it.measure),
    };
    // A measure may say what it is already, and a note what was given.
    let kind = match it.kind.as_str() {
        "goods" if it.note.is_empty() => " hiện vật",
        "labour" if it.measure == "ngày" => " công",
        "land" if it.measure == "m²" => " đất",
        "expertise" => " chuyên môn",
        _ => "",
    };
    let bold = format!("Góp {what}{kind}");
    let noted = |before: &str, after: &str| match it.note.as_str() {
        "" => String::new(),
        note => format!("{before}{note}{after}"),
    };
    match (&it.work_name, it.work_item_id) {
        (Some(name), Some(id)) => {
            let note = noted(" (", ")");
            let href = is_seen.then(|| format!("/works/{id}"));
            event(it.given_on, "gift", &bold, format!("{note} cho "), name.clone(), href)
        }
        _ => event(it.given_on, "gift", &bold, noted(", ", ""), String::new(), None),
    }
}

fn opinion(it: &OpinionRow, is_seen: bool) -> Event {
    let state = match it.status.as_str() {
        "forwarded" => "đã chuyển, chờ trả lời",
        "answered" => "đã trả lời",
        _ => "chưa chuyển",
    };
    let href = is_seen.then(|| format!("/opinions/{}", it.id));
    event(it.raised_on, "", "Ý kiến", format!(" ({state}): "), it.topic.clone(), href)
}

fn letter(it: &Letter) -> Vec<Event> {
    let bold = format!("Giấy giới thiệu số {}", it.number);
    let issuer = if it.issued_by.is_empty() { "nơi công tác" } else { &it.issued_by };
    let days = [
        (it.issued_on, format!(": {issuer} cấp")),
        (it.received_on, ": phường, xã tiếp nhận".to_owned()),
        (it.assigned_on, ": phân về chi bộ".to_owned()),
        (it.closed_on, ": đóng".to_owned()),
    ];
    let known = days.into_iter().filter_map(|(on, text)| Some((on?, text)));
    known.map(|(on, text)| event(on, "", &bold, text, String::new(), None)).collect()
}

/// How a residence began: the first one, or after the one before.
fn arrival(it: &Residence, before: Option<&Residence>) -> Event {
    let follows = before.filter(|before| before.ended_on == Some(it.started_on));
    let (bold, text) = match follows {
        Some(before) if before.cell_id == it.cell_id && before.category != it.category => {
            match it.category {
                Category::Normal => ("Trở lại diện bình thường", String::new()),
                Category::Exempt => {
                    let reason = it.exempt_reason.map_or("", |reason| reason.label());
                    ("Được miễn sinh hoạt nơi cư trú", format!(": {reason}"))
                }
            }
        }
        Some(before) if before.cell_id == it.cell_id => {
            ("Đổi chỗ ở", format!(" trong {}: {}", in_text(&it.cell_name), it.place()))
        }
        Some(before) => (
            "Chuyển nơi cư trú",
            format!(" từ {} về {}", in_text(&before.cell_name), in_text(&it.cell_name)),
        ),
        None => ("Về sinh hoạt nơi cư trú", format!(" tại {}", in_text(&it.cell_name))),
    };
    event(it.started_on, "", bold, text, String::new(), None)
}

/// How a residence ended, unless the next one tells.
fn departure(it: &Residence, after: Option<&Residence>) -> Option<Event> {
    let on = it.ended_on?;
    if after.is_some_and(|after| after.started_on == on) {
        return None;
    }
    let reason = it.end_reason.map_or("", |reason| reason.label());
    let text = format!(" tại {}: {}", in_text(&it.cell_name), in_text(reason));
    Some(event(on, "off", "Thôi sinh hoạt nơi cư trú", text, String::new(), None))
}

/// The event, whose words end in `target`: a link where there is an address for it.
fn event(
    on: NaiveDate,
    class: &'static str,
    bold: &str,
    text: String,
    target: String,
    href: Option<String>,
) -> Event {
    let bold = bold.to_owned();
    match href {
        Some(href) => Event { on, class, bold, text, link: Some((href, target)) },
        None => Event { on, class, bold, text: text + &target, link: None },
    }
}

/// A name or a label inside a sentence.
pub fn in_text(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().map(|first| first.to_lowercase().collect::<String>());
    first.unwrap_or_default() + rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{MeetingId, MemberId, ResidenceId};
    use crate::members::model::{EndReason, ResidenceKind};

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn residence(cell_id: UnitId, from: &str, to: Option<&str>) -> Residence {
        Residence {
            id: ResidenceId::new(),
            version: 1,
            member_id: MemberId::new(),
            cell_id,
            cell_name: "Chi bộ tổ dân phố 2".to_owned(),
            letter_id: None,
            address: "Số 14".to_owned(),
            household_cluster: String::new(),
            kind: ResidenceKind::Permanent,
            category: Category::Normal,
            exempt_reason: None,
            started_on: on(from),
            ended_on: to.map(on),
            end_reason: to.map(|_| EndReason::Moved),
        }
    }

    fn told(residences: &[Residence]) -> Vec<String> {
        let life = Life { residences: residences.to_vec(), ..Life::default() };
        let years = years(&[life], &[]);
        let events = years.into_iter().flat_map(|it| it.events);
        events.map(|it| format!("{} {}", it.day(), it.bold)).collect()
    }

    #[test]
    fn a_move_is_told_once_and_a_leave_by_itself() {
        let (here, there) = (UnitId::new(), UnitId::new());
        let moved = [
            residence(there, "2023-05-01", Some("2024-01-01")),
            residence(here, "2019-03-01", Some("2023-05-01")),
        ];
        let expected = [
            "01/01/2024 Thôi sinh hoạt nơi cư trú",
            "01/05/2023 Chuyển nơi cư trú",
            "01/03/2019 Về sinh hoạt nơi cư trú",
        ];
        assert_eq!(told(&moved), expected);
        let back = [residence(here, "2024-06-01", None), moved[0].clone()];
        assert_eq!(told(&back)[0], "01/06/2024 Về sinh hoạt nơi cư trú");
    }

    #[test]
    fn a_meeting_leads_to_its_page_only_where_that_may_be_opened() {
        let unit_id = UnitId::new();
        let row = RollRow {
            meeting_id: MeetingId::new(),
            unit_id,
            kind: "periodic".to_owned(),
            held_on: on("2024-11-15"),
            topic: String::new(),
            status: "excused".to_owned(),
            reason: "trực bệnh viện".to_owned(),
        };
        let life = [Life { rolls: vec![row], ..Life::default() }];
        let tell = |seen: &[UnitId]| years(&life, seen)[0].events[0].clone();
        let shut = tell(&[]);
        assert_eq!(shut.text, " (trực bệnh viện) tại họp định kỳ 6 tháng cuối năm");
        assert_eq!((shut.class, shut.link), ("off", None));
        let open = tell(&[unit_id]);
        assert_eq!(open.link.unwrap().1, "họp định kỳ 6 tháng cuối năm");
        assert_eq!(latest_meetings(&life).unwrap(), "Dự 0 trên 1 cuộc họp định kỳ gần nhất.");
        assert_eq!(years(&life, &[])[0].heading(), "2024: dự 0 trên 1 cuộc họp");
        assert_eq!(latest_meetings(&[]), None);
    }
}
