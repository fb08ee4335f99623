//! Sheets, the states they pass through, and what may be done in each.

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::ids::{
    ActId, ConsultationId, CriteriaSetId, EvaluationYearId, MemberId, SheetId, UnitId,
};
use crate::vietnamese::day::{self, PartialDay, Precision};
use crate::words::words;

words! {
    /// Where a sheet stands: the cell writes and signs it, the ward confirms it or gives it
    /// back, the workplace receives it (R10, R15 of the domain).
    State {
        Blank = "blank", "Chưa viết";
        Draft = "draft", "Đang viết";
        Written = "written", "Đã viết xong";
        Signed = "signed", "Chi bộ đã ký";
        Returned = "returned", "Bị trả lại";
        Confirmed = "confirmed", "Đảng ủy đã xác nhận";
        Sent = "sent", "Đã gửi nơi công tác";
        Replaced = "replaced", "Đã có bản sửa";
        Void = "void", "Không nhận xét";
    }
}

impl State {
    /// Whether the cell may still write on it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Blank | State::Draft | State::Written | State::Returned)
    }

    /// Whether the cell has signed it, and the signature holds.
    pub fn is_signed(self) -> bool {
        matches!(self, State::Signed | State::Confirmed | State::Sent)
    }

    /// Whether both signatures hold.
    pub fn is_confirmed(self) -> bool {
        matches!(self, State::Confirmed | State::Sent)
    }

    /// The class and shape of the state on a page.
    pub fn looks(self) -> (&'static str, &'static str) {
        match self {
            State::Blank | State::Replaced | State::Void => ("none", "none"),
            State::Draft | State::Written | State::Signed => ("part", "part"),
            State::Returned => ("bad", "warning"),
            State::Confirmed | State::Sent => ("done", "check"),
        }
    }

    /// Of a sheet of so many criteria, so many of them answered.
    pub fn of(asked: i64, chosen: i64, other_text: &str) -> State {
        match chosen {
            _ if chosen == asked => State::Written,
            0 if other_text.is_empty() => State::Blank,
            _ => State::Draft,
        }
    }
}

words! {
    /// What a list of sheets asks for beside a single state: a stage of the way, and all beyond
    /// it, as counts tell them.
    Reached {
        Unwritten = "unwritten", "Chưa viết xong";
        Unsigned = "unsigned", "Chi bộ chưa ký";
        Written = "from_written", "Đã viết xong, kể cả đã ký";
        Signed = "from_signed", "Chi bộ đã ký, kể cả đã xác nhận";
        Confirmed = "from_confirmed", "Đảng ủy đã xác nhận, kể cả đã gửi";
    }
}

words! {
    /// A member has one annual comment a year at most, somebody exempt none; comments on
    /// demand there may be many (R14).
    Kind {
        Annual = "annual", "Nhận xét hằng năm";
        OnDemand = "on_demand", "Nhận xét khi cần";
    }
}

words! {
    /// How a sheet went back to the workplace.
    SentHow {
        Portal = "portal", "Trả lời trên Cổng Dịch vụ công";
        Hand = "hand", "Trao tận nơi công tác";
        Post = "post", "Gửi bưu điện, văn thư";
        Member = "member", "Đảng viên nhận chuyển";
        Other = "other", "Cách khác";
    }
}

words! {
    /// What was done to a sheet.
    ActKind {
        Open = "open", "Mở phiếu";
        Write = "write", "Viết";
        Mark = "mark", "Ghi một tiêu chí cho nhiều người";
        Undo = "undo", "Hoàn tác lần ghi nhiều người";
        Sign = "sign", "Chi bộ ký";
        Confirm = "confirm", "Đảng ủy xác nhận";
        Return = "return", "Trả lại";
        Correct = "correct", "Lập bản sửa";
        Send = "send", "Gửi nơi công tác";
        Void = "void", "Bỏ phiếu";
    }
}

/// A sheet, whole, with the names that belong to it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Sheet {
    pub id: SheetId,
    pub member_id: MemberId,
    /// The cell where the member lived on the reference day.
    pub unit_id: UnitId,
    pub kind: Kind,
    pub year: i64,
    /// 1 for the first; a correction is the next.
    pub revision: i64,
    pub replaces_id: Option<SheetId>,
    pub reference_on: NaiveDate,
    /// What an on-demand comment is for; empty for an annual one.
    pub purpose: String,
    pub set_id: CriteriaSetId,
    pub asked: i64,
    pub chosen: i64,
    pub state: State,
    /// The only free text: `Nhận xét khác`.
    pub other_text: String,
    pub consultation_id: Option<ConsultationId>,
    pub saved_by: String,
    pub saved_at: Option<Moment>,
    pub signed_on: Option<NaiveDate>,
    pub signed_by: String,
    pub confirmed_on: Option<NaiveDate>,
    pub confirmed_by: String,
    pub sent_on: Option<NaiveDate>,
    pub sent_how: Option<SentHow>,
    pub version: i64,
    pub full_name: String,
    /// Of a signed sheet, as it stood when it was signed; likewise what follows.
    pub born_on: Option<NaiveDate>,
    pub born_precision: Option<Precision>,
    pub address: String,
    pub workplace: String,
    /// What is printed for whoever checks the sheet; none before it is signed.
    pub code: Option<String>,
    pub consulted_on: Option<NaiveDate>,
    pub cell_people: Option<String>,
    pub front_people: Option<String>,
    /// When the member began to live elsewhere, behind the reference day: what happened from
    /// then on is for those who keep the member there.
    pub left_on: Option<NaiveDate>,
}

impl Sheet {
    pub fn born(&self) -> Option<PartialDay> {
        let precision = self.born_precision.unwrap_or(Precision::Day);
        self.born_on.map(|day| PartialDay { day, precision })
    }

    /// `Phiếu nhận xét năm 2024`, or for what the comment was asked.
    pub fn title(&self) -> String {
        match self.kind {
            Kind::Annual => format!("Phiếu nhận xét năm {}", self.year),
            Kind::OnDemand => format!("Phiếu nhận xét khi cần: {}", self.purpose),
        }
    }

    /// `3F9A-21C0-7B55`
    pub fn code_shown(&self) -> Option<String> {
        self.code.as_deref().map(code_shown)
    }

    /// What keeps the cell from signing it, if anything does.
    pub fn missing(&self) -> Option<String> {
        missing(self.asked, self.chosen, self.consultation_id.is_some())
    }
}

/// What keeps a cell from signing a sheet: an answer to every criterion, and a meeting with
/// the Front work committee before (Art. 4; R10 of the domain).
pub fn missing(asked: i64, chosen: i64, is_consulted: bool) -> Option<String> {
    match (asked - chosen, is_consulted) {
        (0, true) => None,
        (0, false) => Some("chưa ghi cuộc họp với ban công tác mặt trận".to_owned()),
        (left, true) => Some(format!("còn {left} tiêu chí chưa chọn mức")),
        (left, false) => Some(format!("còn {left} tiêu chí, chưa ghi cuộc họp với mặt trận")),
    }
}

/// A code as it is printed: in groups of four.
pub fn code_shown(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as typed by whoever checks a sheet; None for what cannot be one.
pub fn read_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|it| it.to_ascii_uppercase())
        .collect();
    (code.len() == 12 && code.chars().all(|it| it.is_ascii_hexdigit())).then_some(code)
}

/// A sheet on a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    pub id: SheetId,
    pub member_id: MemberId,
    pub full_name: String,
    pub kind: Kind,
    pub year: i64,
    pub revision: i64,
    pub purpose: String,
    pub state: State,
    pub asked: i64,
    pub chosen: i64,
    pub is_consulted: bool,
    /// The first day of the state.
    pub since: NaiveDate,
    pub sent_on: Option<NaiveDate>,
    pub workplace: Option<String>,
    pub unit_code: String,
    pub unit_name: String,
    pub version: i64,
}

impl Listed {
    /// `ký 20/12/2024`; nothing of a sheet that nobody has signed.
    pub fn dated(&self) -> String {
        match self.state {
            State::Sent => format!("gửi {}", day::short(self.sent_on.unwrap_or(self.since))),
            State::Confirmed => format!("xác nhận {}", day::short(self.since)),
            State::Signed => format!("ký {}", day::short(self.since)),
            _ => String::new(),
        }
    }

    pub fn missing(&self) -> Option<String> {
        missing(self.asked, self.chosen, self.is_consulted)
    }
}

/// How far the sheets of a unit's year have come, each counted where it stands now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Progress {
    pub blank: i64,
    pub draft: i64,
    pub written: i64,
    pub returned: i64,
    pub signed: i64,
    pub confirmed: i64,
    pub sent: i64,
}

impl Progress {
    /// All sheets to be written.
    pub fn all(&self) -> i64 {
        self.blank + self.draft + self.returned + self.is_written()
    }

    /// Those written to the end, signed or not; one given back is to be looked at anew.
    pub fn is_written(&self) -> i64 {
        self.written + self.is_signed()
    }

    pub fn is_signed(&self) -> i64 {
        self.signed + self.is_confirmed()
    }

    pub fn is_confirmed(&self) -> i64 {
        self.confirmed + self.sent
    }

    /// `16.9%`, for the bar of a page.
    pub fn share(&self) -> String {
        let thousandths = if self.all() == 0 { 0 } else { self.is_written() * 1000 / self.all() };
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    }
}

/// A year opened by a unit.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenedYear {
    pub id: EvaluationYearId,
    pub unit_id: UnitId,
    pub year: i64,
    pub reference_on: NaiveDate,
    /// Until when cells are to sign, and the ward to send back: nobody settles these but
    /// whoever opens the year (R17).
    pub sign_by: Option<NaiveDate>,
    pub return_by: Option<NaiveDate>,
    pub version: i64,
}

/// The meeting with the Front work committee.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Consultation {
    pub id: ConsultationId,
    pub unit_id: UnitId,
    pub year: i64,
    pub held_on: NaiveDate,
    pub cell_people: String,
    pub front_people: String,
    pub version: i64,
    /// How many sheets were discussed there, and how many of them are signed already.
    pub sheets: i64,
    pub signed: i64,
}

impl Consultation {
    /// `12/11/2024, với Mai Thị Liên`
    pub fn label(&self) -> String {
        format!("{}, với {}", day::short(self.held_on), self.front_people)
    }
}

/// A step in the life of a sheet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Step {
    pub kind: ActKind,
    pub state: State,
    pub account_name: String,
    pub note: String,
    pub done_at: Moment,
}

/// Who does something, once for all the sheets it is done to.
#[derive(Clone, Debug)]
pub struct Act {
    pub id: ActId,
    pub kind: ActKind,
    pub account_name: String,
    /// Why it went back or is corrected, how it was sent.
    pub note: String,
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_written_when_every_criterion_is_answered() {
        assert_eq!(State::of(6, 0, ""), State::Blank);
        assert_eq!(State::of(6, 0, "Giúp ngõ 3"), State::Draft);
        assert_eq!(State::of(6, 5, ""), State::Draft);
        assert_eq!(State::of(6, 6, ""), State::Written);
    }

    #[test]
    fn what_keeps_a_cell_from_signing_is_said() {
        assert_eq!(missing(6, 6, true), None);
        assert!(missing(6, 6, false).is_some_and(|it| it.contains("mặt trận")));
        assert!(missing(6, 4, true).is_some_and(|it| it.contains("2 tiêu chí")));
    }

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        assert_eq!(code_shown("3F9A21C07B55"), "3F9A-21C0-7B55");
        for typed in ["3F9A-21C0-7B55", " 3f9a 21c0 7b55 ", "3f9a21c07b55"] {
            assert_eq!(read_code(typed).as_deref(), Some("3F9A21C07B55"));
        }
        for typed in ["", "3F9A-21C0", "3F9A-21C0-7BXX", "3F9A-21C0-7B55-00"] {
            assert_eq!(read_code(typed), None);
        }
    }

    #[test]
    fn progress_counts_a_sheet_in_every_stage_it_has_passed() {
        let progress = Progress { blank: 3, written: 2, signed: 1, sent: 4, ..Progress::default() };
        assert_eq!((progress.all(), progress.is_written()), (10, 7));
        assert_eq!((progress.is_signed(), progress.is_confirmed()), (5, 4));
        assert_eq!(progress.share(), "70.0%");
    }
}
