//! What is given, and for what.

use chrono::{Datelike, NaiveDate};

use crate::clock::Moment;
use crate::ids::{ContributionId, MemberId, UnitId, WorkItemId};
use crate::vietnamese::{day, fold, number, words};
use crate::words::words;

words! {
    WorkKind {
        Work = "work", "Công trình";
        Fund = "fund", "Quỹ";
        Activity = "activity", "Phong trào";
    }
}

words! {
    /// What a contribution consists of.
    ContributionKind {
        Money = "money", "Tiền";
        Goods = "goods", "Hiện vật";
        Labour = "labour", "Ngày công";
        Land = "land", "Hiến đất";
        Idea = "idea", "Hiến kế";
        Expertise = "expertise", "Chuyên môn";
    }
}

impl ContributionKind {
    /// What its quantity is counted in, unless the entry says otherwise.
    pub fn measure(self) -> &'static str {
        match self {
            ContributionKind::Money => "đồng",
            ContributionKind::Goods => "món",
            ContributionKind::Labour => "ngày",
            ContributionKind::Land => "m²",
            ContributionKind::Idea => "ý kiến",
            ContributionKind::Expertise => "lượt",
        }
    }

    /// Whether an entry says in words what was given: a count alone would not.
    pub fn needs_note(self) -> bool {
        matches!(
            self,
            ContributionKind::Goods | ContributionKind::Idea | ContributionKind::Expertise
        )
    }

    /// An amount or a quantity of this kind as pages show it: `500.000 đ`,
    /// `1,5 ngày công`, `12 bộ đèn`.
    pub fn shown(self, amount_vnd: i64, quantity_hundredths: i64, measure: &str) -> String {
        let quantity = || number::quantity(quantity_hundredths);
        match self {
            ContributionKind::Money => number::dong(amount_vnd),
            ContributionKind::Labour if measure == "ngày" => format!("{} ngày công", quantity()),
            ContributionKind::Land if measure == "m²" => format!("{} m² đất", quantity()),
            _ => format!("{} {measure}", quantity()),
        }
    }
}

/// What a goal in money is counted in.
pub const DONG: &str = "đồng";

#[derive(Clone, Debug)]
pub struct NewWorkItem {
    pub id: WorkItemId,
    pub unit_id: UnitId,
    /// Its name in files.
    pub code: Option<String>,
    pub kind: WorkKind,
    pub name: String,
    /// How much is wanted, counted in `measure`.
    pub goal: Option<i64>,
    pub measure: String,
    pub started_on: Option<NaiveDate>,
    pub completed_on: Option<NaiveDate>,
    pub note: String,
}

impl NewWorkItem {
    /// The work as it will stand at `version`.
    pub fn stored(&self, version: i64) -> WorkItem {
        WorkItem {
            id: self.id,
            unit_id: self.unit_id,
            kind: self.kind,
            name: self.name.clone(),
            goal: self.goal,
            measure: self.measure.clone(),
            started_on: self.started_on,
            completed_on: self.completed_on,
            note: self.note.clone(),
            version,
        }
    }
}

/// A work or fund as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WorkItem {
    pub id: WorkItemId,
    pub unit_id: UnitId,
    pub kind: WorkKind,
    pub name: String,
    pub goal: Option<i64>,
    pub measure: String,
    pub started_on: Option<NaiveDate>,
    pub completed_on: Option<NaiveDate>,
    pub note: String,
    pub version: i64,
}

impl WorkItem {
    pub fn is_open(&self, today: NaiveDate) -> bool {
        self.completed_on.is_none_or(|day| day > today)
    }

    /// When it began and ended, for the line below its name: `từ 01/09/2024, xong
    /// 20/01/2025`; empty where neither is known.
    pub fn time(&self, today: NaiveDate) -> String {
        let from = self.started_on.map(|it| format!("từ {}", day::short(it)));
        let word = if self.is_open(today) { "dự kiến xong" } else { "xong" };
        let to = self.completed_on.map(|it| format!("{word} {}", day::short(it)));
        from.into_iter().chain(to).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    Member(MemberId),
    /// A group of members (tổ đảng), by its name.
    Group(String),
}

/// An entry of the contributions' book.
#[derive(Clone, Debug)]
pub struct NewContribution {
    pub id: ContributionId,
    /// The unit in whose book it stands.
    pub unit_id: UnitId,
    pub work_item_id: Option<WorkItemId>,
    pub giver: Giver,
    pub given_on: NaiveDate,
    pub kind: ContributionKind,
    /// In đồng; zero unless the kind is money. Negative in a reversal.
    pub amount_vnd: i64,
    /// In hundredths of `measure`; zero for money. Negative in a reversal.
    pub quantity_hundredths: i64,
    pub measure: String,
    pub note: String,
    /// The entry that this one cancels, and why.
    pub reverses: Option<(ContributionId, String)>,
}

impl NewContribution {
    /// What is given, as pages show it.
    pub fn what(&self) -> String {
        self.kind.shown(self.amount_vnd, self.quantity_hundredths, &self.measure)
    }

    /// An amount of money in words, to be read against the figures; empty for the
    /// other kinds.
    pub fn in_words(&self) -> String {
        match self.kind {
            ContributionKind::Money => words::dong_in_words(self.amount_vnd),
            _ => String::new(),
        }
    }
}

/// An entry as it is stored, with the names that belong to it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contribution {
    pub id: ContributionId,
    pub unit_id: UnitId,
    pub unit_name: String,
    pub work_item_id: Option<WorkItemId>,
    pub work_name: Option<String>,
    pub member_id: Option<MemberId>,
    /// The name of the member or of the group.
    pub giver: String,
    pub given_on: NaiveDate,
    pub kind: ContributionKind,
    pub amount_vnd: i64,
    pub quantity_hundredths: i64,
    pub measure: String,
    pub note: String,
    /// The entry that this one cancels.
    pub reverses_id: Option<ContributionId>,
    /// Why this one cancels that one.
    pub reason: String,
    /// The entry that cancels this one, and when it was written down.
    pub reversal_id: Option<ContributionId>,
    pub reversed_at: Option<Moment>,
    pub created_at: Moment,
}

impl Contribution {
    pub fn what(&self) -> String {
        self.kind.shown(self.amount_vnd, self.quantity_hundredths, &self.measure)
    }

    /// `500.000 đ của Võ Quốc Huy`: how sentences name the entry.
    pub fn named(&self) -> String {
        format!("{} của {}", self.what(), self.giver)
    }

    /// Whether a line of the book crosses it out.
    pub fn is_void(&self) -> bool {
        self.reversal_id.is_some()
    }

    pub fn may_be_reversed(&self) -> bool {
        self.reversal_id.is_none() && self.reverses_id.is_none()
    }

    /// What its line in the book says beside the amount.
    pub fn remark(&self) -> String {
        if self.reverses_id.is_some() {
            return format!("Hủy khoản cùng ngày: {}. {}", self.reason, self.cancelled());
        }
        match self.note.as_str() {
            note if !self.is_void() => note.to_owned(),
            "" => self.cancelled(),
            note => format!("{note}. {}", self.cancelled()),
        }
    }

    /// `Đã hủy ngày 05/01/2025`, of a line that cancels or was cancelled; else empty.
    pub fn cancelled(&self) -> String {
        let at = if self.reverses_id.is_some() { Some(self.created_at) } else { self.reversed_at };
        at.map(|it| format!("Đã hủy ngày {}", day::short(it.day()))).unwrap_or_default()
    }

    /// The entry of the opposite sign. It bears the day of what it cancels, so that the
    /// sums of a year hold neither; when it was written down stands in `created_at`.
    pub fn reversal(&self, id: ContributionId, reason: &str) -> NewContribution {
        NewContribution {
            id,
            unit_id: self.unit_id,
            work_item_id: self.work_item_id,
            giver: match self.member_id {
                Some(member_id) => Giver::Member(member_id),
                None => Giver::Group(self.giver.clone()),
            },
            given_on: self.given_on,
            kind: self.kind,
            amount_vnd: -self.amount_vnd,
            quantity_hundredths: -self.quantity_hundredths,
            measure: self.measure.clone(),
            note: String::new(),
            reverses: Some((self.id, reason.to_owned())),
        }
    }
}

/// A member who may have given: somebody who lived in the unit on the day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Resident {
    pub id: MemberId,
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub workplace: Option<String>,
}

impl Resident {
    /// Birth year and workplace, which tell namesakes apart; either may be unknown.
    pub fn details(&self) -> String {
        let born = self.born_on.map(|day| day.year().to_string());
        born.into_iter().chain(self.workplace.clone()).collect::<Vec<_>>().join(", ")
    }

    /// `Đặng Đức Hòa, 1990, Sở Tài chính`
    pub fn label(&self) -> String {
        match self.details() {
            details if details.is_empty() => self.full_name.clone(),
            details => format!("{}, {details}", self.full_name),
        }
    }
}

/// Of those whose names hold what was typed, the ones that are meant: those whose names
/// come nearest to it.
pub fn meant(mut found: Vec<Resident>, typed: &str) -> Vec<Resident> {
    let nearest = found.iter().map(|it| distance(&it.full_name, typed)).min();
    found.retain(|it| Some(distance(&it.full_name, typed)) == nearest);
    found
}

/// How far a name that holds what was typed is from it: the whole name comes first, then
/// its words (`hòa` is not Hoàng), then parts of words. Marks count for those who type
/// them.
fn distance(name: &str, typed: &str) -> u8 {
    let marked = |text: &str| fold::plain_tone(text).to_lowercase();
    let spaced = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let has_words = |name: &str, typed: &str| {
        typed.split(' ').all(|word| name.split(' ').any(|own| own == word))
    };
    let (with_marks, without) =
        ((marked(name), marked(&spaced)), (fold::fold(name), fold::fold(typed)));
    let has_marks = fold::has_marks(typed);
    if has_marks && with_marks.0 == with_marks.1 {
        0
    } else if without.0 == without.1 {
        1
    } else if has_marks && has_words(&with_marks.0, &with_marks.1) {
        2
    } else if has_words(&without.0, &without.1) {
        3
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident(name: &str) -> Resident {
        Resident {
            id: MemberId::new(),
            full_name: name.to_owned(),
            born_on: NaiveDate::from_ymd_opt(1990, 1, 1),
            workplace: None,
        }
    }

    fn names(found: &[&str], typed: &str) -> Vec<String> {
        let found = found.iter().map(|name| resident(name)).collect();
        meant(found, typed).into_iter().map(|it| it.full_name).collect()
    }

    #[test]
    fn a_whole_name_is_not_confused_with_longer_ones() {
        assert_eq!(names(&["Lê Thị Hoa", "Lê Thị Hoài"], "lê thị  hoa"), ["Lê Thị Hoa"]);
        assert_eq!(names(&["Lê Thị Hoà", "Lê Thị Hoa"], "Lê Thị Hòa"), ["Lê Thị Hoà"]);
        assert_eq!(names(&["Mai Ngọc Hoà", "Lê Hoàng", "Bùi Thị Hoa"], "hòa"), ["Mai Ngọc Hoà"]);
    }

    #[test]
    fn without_marks_all_namesakes_are_meant() {
        let two = ["Lê Thị Hoa", "Lê Thị Hoà"];
        assert_eq!(names(&two, "le thi hoa"), two);
        assert_eq!(names(&two, "hoa"), two);
    }

    #[test]
    fn each_kind_is_shown_in_its_own_words() {
        assert_eq!(ContributionKind::Money.shown(500_000, 0, "đồng"), "500.000\u{a0}đ");
        assert_eq!(ContributionKind::Labour.shown(0, 150, "ngày"), "1,5 ngày công");
        assert_eq!(ContributionKind::Goods.shown(0, -1200, "bộ đèn"), "\u{2212}12 bộ đèn");
    }

    #[test]
    fn namesakes_are_told_apart_by_year_and_workplace() {
        let mut one = resident("Đặng Đức Hòa");
        assert_eq!(one.label(), "Đặng Đức Hòa, 1990");
        one.workplace = Some("Sở Tài chính".to_owned());
        assert_eq!(one.label(), "Đặng Đức Hòa, 1990, Sở Tài chính");
    }

    #[test]
    fn a_reversal_bears_the_day_of_what_it_cancels() {
        let entry = Contribution {
            id: ContributionId::new(),
            unit_id: UnitId::new(),
            unit_name: "Chi bộ tổ dân phố 2".to_owned(),
            work_item_id: None,
            work_name: None,
            member_id: None,
            giver: "Tổ đảng ngõ 5".to_owned(),
            given_on: NaiveDate::from_ymd_opt(2024, 11, 9).unwrap(),
            kind: ContributionKind::Money,
            amount_vnd: 200_000,
            quantity_hundredths: 0,
            measure: DONG.to_owned(),
            note: String::new(),
            reverses_id: None,
            reason: String::new(),
            reversal_id: None,
            reversed_at: None,
            created_at: Moment(0),
        };
        let reversal = entry.reversal(ContributionId::new(), "ghi nhầm");
        assert_eq!((reversal.given_on, reversal.amount_vnd), (entry.given_on, -200_000));
        assert_eq!(reversal.giver, Giver::Group("Tổ đảng ngõ 5".to_owned()));
    }
}
