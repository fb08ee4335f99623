//! Who a member is, where the member works and lives.

use chrono::{Datelike, NaiveDate};

use crate::ids::{LetterId, MemberId, ResidenceId, UnitId, WorkplaceId};
use crate::vietnamese::day::{self, PartialDay, Precision};
use crate::vietnamese::masked::masked;
use crate::vietnamese::name::FullName;
use crate::vietnamese::phone;
use crate::words::words;

words! {
    Sex {
        Male = "male", "Nam";
        Female = "female", "Nữ";
    }
}

words! {
    /// Whether a member is at home where the residence is.
    ResidenceKind {
        Permanent = "permanent", "Thường trú";
        Temporary = "temporary", "Tạm trú";
    }
}

words! {
    /// Whether a member takes part in the activities of the residence cell (guidance
    /// 33-HD/BTCTW, 1.1). Those exempt from introduction (1.2) have no record at all.
    Category {
        Normal = "normal", "Bình thường";
        Exempt = "exempt", "Được miễn sinh hoạt";
    }
}

words! {
    /// Why a member is exempt (guidance 33-HD/BTCTW, 1.1 a to e).
    ExemptReason {
        PostedFarAway = "a", "a) Bộ đội, công an đóng quân xa, ở doanh trại, ít về nhà";
        WorksOnTheMove = "b", "b) Thường xuyên làm việc xa nhà, lưu động";
        Rotated = "c", "c) Cán bộ luân chuyển, biệt phái, ở nhà công vụ, ít về nhà";
        StudiesFullTime = "d", "d) Cán bộ, công chức, viên chức đi học tập trung 12 tháng trong năm";
        StudiesAwayFromHome = "e", "đ) Học sinh, sinh viên học xa nhà, ít về nhà";
    }
}

words! {
    /// Why a residence ended.
    EndReason {
        Moved = "moved", "Chuyển nơi cư trú";
        Retired = "retired", "Nghỉ hưu, sinh hoạt chính thức tại chi bộ nơi cư trú";
        Category = "category", "Chuyển diện sinh hoạt";
        Deceased = "deceased", "Từ trần";
        LeftParty = "left_party", "Không còn là đảng viên";
        Other = "other", "Lý do khác";
    }
}

/// A member to be written down, with the id that the form carried.
#[derive(Clone, Debug)]
pub struct NewMember {
    pub id: MemberId,
    pub name: FullName,
    pub sex: Option<Sex>,
    pub born: Option<PartialDay>,
    /// The day of admission to the party.
    pub admitted_on: Option<NaiveDate>,
    /// The day of recognition as an official member; a probationary one has none.
    pub official_on: Option<NaiveDate>,
    pub card_number: Option<String>,
    /// Digits only, beginning with 0.
    pub phone: Option<String>,
    pub position: String,
    pub workplace_id: Option<WorkplaceId>,
    /// The cell at the workplace, in words.
    pub workplace_cell: String,
}

#[derive(Clone, Debug)]
pub struct NewResidence {
    pub id: ResidenceId,
    pub member_id: MemberId,
    pub cell_id: UnitId,
    pub letter_id: Option<LetterId>,
    pub address: String,
    /// The inter-household group (tổ liên gia).
    pub household_cluster: String,
    pub kind: ResidenceKind,
    /// The reason, for a member who is exempt; `None` stands for category normal.
    pub exempt: Option<ExemptReason>,
    pub started_on: NaiveDate,
    /// The first day it no longer held, and why.
    pub ended: Option<(NaiveDate, EndReason)>,
}

impl NewResidence {
    pub fn category(&self) -> Category {
        if self.exempt.is_some() { Category::Exempt } else { Category::Normal }
    }
}

/// An introduction letter (giấy giới thiệu, Mẫu 1).
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub id: LetterId,
    pub member_id: MemberId,
    /// `112-GGT/ĐU`
    pub number: String,
    /// The committee that issued it.
    pub issued_by: String,
    pub signer: String,
    pub issued_on: Option<NaiveDate>,
    /// The ward it is addressed to.
    pub ward_id: Option<UnitId>,
    pub received_on: Option<NaiveDate>,
    pub received_by: String,
    /// The cell it was assigned to.
    pub cell_id: Option<UnitId>,
    pub assigned_on: Option<NaiveDate>,
    /// Whether it introduces a member who is exempt.
    pub exempt: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Workplace {
    pub id: WorkplaceId,
    pub name: String,
}

/// A member as the registry knows the person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    pub id: MemberId,
    pub version: i64,
    pub full_name: String,
    pub family: String,
    pub middle: String,
    pub given: String,
    pub sex: Option<Sex>,
    pub born_on: Option<NaiveDate>,
    pub born_precision: Option<Precision>,
    pub admitted_on: Option<NaiveDate>,
    pub official_on: Option<NaiveDate>,
    pub card_number: Option<String>,
    pub phone: Option<String>,
    pub position: String,
    pub workplace: Option<String>,
    pub workplace_cell: String,
}

impl Member {
    pub fn born(&self) -> Option<PartialDay> {
        let (day, precision) = self.born_on.zip(self.born_precision)?;
        Some(PartialDay { day, precision })
    }

    /// Telephone and card, each empty where there is none: masked, unless somebody asked for
    /// them and that was written down.
    pub fn numbers(&self, asked_for: bool) -> [(&'static str, String); 2] {
        let (number, card) = (self.phone.as_deref(), self.card_number.as_deref());
        let (number, card) = (number.unwrap_or_default(), card.unwrap_or_default());
        let shown = if asked_for {
            [phone::show(number), card.to_owned()]
        } else {
            [phone::masked(number), masked(card)]
        };
        let [number, card] = shown;
        [("Điện thoại", number), ("Số thẻ", card)]
    }

    pub fn has_numbers(&self) -> bool {
        self.phone.is_some() || self.card_number.is_some()
    }
}

/// A member's time in a cell.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Residence {
    pub id: ResidenceId,
    pub version: i64,
    pub member_id: MemberId,
    pub cell_id: UnitId,
    /// What the cell was called when it began.
    pub cell_name: String,
    pub letter_id: Option<LetterId>,
    pub address: String,
    pub household_cluster: String,
    pub kind: ResidenceKind,
    pub category: Category,
    pub exempt_reason: Option<ExemptReason>,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    pub end_reason: Option<EndReason>,
}

impl Residence {
    pub fn is_open(&self) -> bool {
        self.ended_on.is_none()
    }

    pub fn started(&self) -> String {
        day::short(self.started_on)
    }

    /// Empty while it lasts.
    pub fn ended(&self) -> String {
        self.ended_on.map(day::short).unwrap_or_default()
    }

    /// `Số 14, ngõ 3 (thường trú)`
    pub fn place(&self) -> String {
        let kind = self.kind.label().to_lowercase();
        if self.address.is_empty() { kind } else { format!("{} ({kind})", self.address) }
    }
}

/// How far an introduction letter has come (R5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    Issued,
    Received,
    Assigned,
    Closed,
}

impl LetterState {
    pub fn label(self) -> &'static str {
        match self {
            LetterState::Issued => "đã cấp",
            LetterState::Received => "phường đã tiếp nhận",
            LetterState::Assigned => "đã phân về chi bộ",
            LetterState::Closed => "đã đóng",
        }
    }
}

/// An introduction letter as it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Letter {
    pub id: LetterId,
    pub version: i64,
    pub member_id: MemberId,
    pub number: String,
    pub issued_by: String,
    pub signer: String,
    pub issued_on: Option<NaiveDate>,
    /// The ward it is addressed to.
    pub ward_id: Option<UnitId>,
    pub received_on: Option<NaiveDate>,
    pub received_by: String,
    pub cell_id: Option<UnitId>,
    pub assigned_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

impl Letter {
    pub fn state(&self) -> LetterState {
        if self.closed_on.is_some() {
            LetterState::Closed
        } else if self.cell_id.is_some() {
            LetterState::Assigned
        } else if self.received_on.is_some() {
            LetterState::Received
        } else {
            LetterState::Issued
        }
    }

    /// `Số 112-GGT/ĐU ngày 18/02/2019`
    pub fn title(&self) -> String {
        match self.issued_on {
            Some(on) => format!("Số {} ngày {}", self.number, day::short(on)),
            None => format!("Số {}", self.number),
        }
    }
}

/// A member that a search found: enough to be told apart from another of that name.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Found {
    pub id: MemberId,
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub cell_name: String,
}

impl Found {
    pub fn birth_year(&self) -> Option<i32> {
        self.born_on.map(|day| day.year())
    }
}

/// A line of the list of members as files and paper have it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub born_precision: Option<Precision>,
    pub sex: Option<Sex>,
    pub position: String,
    pub workplace: Option<String>,
    pub workplace_cell: String,
    pub address: String,
    pub household_cluster: String,
    pub cell_name: String,
    /// The unit above the cell.
    pub parent_name: Option<String>,
    pub admitted_on: Option<NaiveDate>,
    pub official_on: Option<NaiveDate>,
    pub letter_number: Option<String>,
    pub letter_issued_on: Option<NaiveDate>,
    pub phone: Option<String>,
    pub category: Category,
    pub started_on: NaiveDate,
}

impl Listed {
    pub fn born(&self) -> Option<PartialDay> {
        let (day, precision) = self.born_on.zip(self.born_precision)?;
        Some(PartialDay { day, precision })
    }

    /// `Kế toán trưởng, Sở Tài chính`
    pub fn works_as(&self) -> String {
        joined(&self.position, self.workplace.as_deref())
    }

    /// `Chi bộ tổ dân phố 2, Phường Nguyễn Du`
    pub fn lives_in(&self) -> String {
        joined(&self.cell_name, self.parent_name.as_deref())
    }
}

fn joined(first: &str, second: Option<&str>) -> String {
    let parts = [Some(first), second].into_iter().flatten().filter(|it| !it.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: LetterId::new(),
            version: 1,
            member_id: MemberId::new(),
            number: "112-GGT/ĐU".to_owned(),
            issued_by: String::new(),
            signer: String::new(),
            issued_on: NaiveDate::from_ymd_opt(2019, 2, 18),
            ward_id: None,
            received_on: None,
            received_by: String::new(),
            cell_id: None,
            assigned_on: None,
            closed_on: None,
        }
    }

    #[test]
    fn a_letter_goes_from_the_workplace_to_the_ward_to_the_cell_to_the_shelf() {
        let mut letter = letter();
        assert_eq!(letter.title(), "Số 112-GGT/ĐU ngày 18/02/2019");
        assert_eq!(letter.state(), LetterState::Issued);
        letter.received_on = letter.issued_on;
        assert_eq!(letter.state(), LetterState::Received);
        letter.cell_id = Some(UnitId::new());
        assert_eq!(letter.state(), LetterState::Assigned);
        letter.closed_on = letter.issued_on;
        assert_eq!(letter.state(), LetterState::Closed);
    }
}
