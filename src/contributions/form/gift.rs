//! The form of a contribution, and the one that cancels it.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{not_too_early, short};
use crate::contributions::model::{
    ContributionKind, DONG, Giver, NewContribution, Resident, WorkItem,
};
use crate::faults::Faults;
use crate::ids::{ContributionId, UnitId, WorkItemId};
use crate::vietnamese::{day, number};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GiftForm {
    pub id: String,
    /// `member` or `group`.
    pub who: String,
    /// The name of the member, as typed.
    pub giver: String,
    /// The member chosen among those who answer to `asked`: it counts only while the
    /// name typed is still that one.
    pub member: String,
    pub asked: String,
    pub group: String,
    pub work: String,
    pub kind: String,
    pub amount: String,
    pub quantity: String,
    pub measure: String,
    pub given_on: String,
    pub note: String,
    /// Set once somebody has been told of an entry that says the same.
    pub confirmed: String,
    /// `check`, `save`, or `edit` to go back to the form.
    pub action: String,
}

impl GiftForm {
    /// An empty form, with the id of the entry it will write.
    pub fn new(today: NaiveDate, work: Option<&WorkItem>, member: Option<&Resident>) -> GiftForm {
        let mut form = GiftForm {
            id: ContributionId::new().to_string(),
            who: "member".to_owned(),
            kind: ContributionKind::Money.as_str().to_owned(),
            given_on: day::short(today),
            work: work.map(|it| it.id.to_string()).unwrap_or_default(),
            ..GiftForm::default()
        };
        if let Some(member) = member {
            form.choose(member);
        }
        form
    }

    /// Notes which member is meant.
    pub fn choose(&mut self, member: &Resident) {
        self.member = member.id.to_string();
        if self.giver.trim().is_empty() {
            self.giver.clone_from(&member.full_name);
        }
        self.asked.clone_from(&self.giver);
    }

    pub fn is_of_group(&self) -> bool {
        self.who == "group"
    }

    /// The day on which to look for the giver: today where the one typed is no day.
    pub fn day_or(&self, today: NaiveDate) -> NaiveDate {
        read_given_on(&self.given_on, today).unwrap_or(today)
    }

    /// Reads all but the giver and the work, which are looked up; `faults` holds what is
    /// wrong with those.
    pub fn read(
        &self,
        (id, unit_id): (ContributionId, UnitId),
        giver: Option<Giver>,
        work_item_id: Option<WorkItemId>,
        today: NaiveDate,
        mut faults: Faults,
    ) -> Result<NewContribution, Faults> {
        let kind = faults.need("kind", ContributionKind::read(&self.kind), "Chọn loại đóng góp");
        let measured = kind.and_then(|kind| self.read_measured(kind, &mut faults));
        let given_on = faults.read("given_on", read_given_on(&self.given_on, today));
        let note = faults.read("note", short(&self.note, 500));
        let needs_note = kind.is_some_and(ContributionKind::needs_note);
        if needs_note && note.as_deref() == Some("") {
            faults.add("note", "Ghi rõ đã góp gì, ví dụ đấu nối 12 bộ đèn");
        }
        match (kind, giver, measured, given_on, note) {
            (Some(kind), Some(giver), Some(measured), Some(given_on), Some(note))
                if faults.is_empty() =>
            {
                Ok(NewContribution {
                    id,
                    unit_id,
                    work_item_id,
                    giver,
                    given_on,
                    kind,
                    amount_vnd: measured.amount_vnd,
                    quantity_hundredths: measured.quantity_hundredths,
                    measure: measured.measure,
                    note,
                    reverses: None,
                })
            }
            _ => Err(faults),
        }
    }

    fn read_measured(&self, kind: ContributionKind, faults: &mut Faults) -> Option<Measured> {
        let (amount, quantity) = (self.amount.trim(), self.quantity.trim());
        if kind == ContributionKind::Money {
            let amount_vnd = faults.read("amount", read_amount(amount));
            if !quantity.is_empty() {
                faults.add("quantity", "Bỏ trống số lượng khi góp tiền, hoặc chọn loại khác");
            }
            let measure = DONG.to_owned();
            return Some(Measured { amount_vnd: amount_vnd?, quantity_hundredths: 0, measure });
        }
        if !amount.is_empty() {
            faults.add("amount", "Bỏ trống số tiền, hoặc chọn loại Tiền");
        }
        let counts_itself = matches!(kind, ContributionKind::Idea | ContributionKind::Expertise);
        let quantity_hundredths = match quantity {
            "" if counts_itself => Some(100),
            typed => faults.read("quantity", number::read_quantity(typed)),
        };
        let measure = match faults.read("measure", short(&self.measure, 20))? {
            measure if measure.is_empty() => kind.measure().to_owned(),
            measure => measure,
        };
        Some(Measured { amount_vnd: 0, quantity_hundredths: quantity_hundredths?, measure })
    }
}

/// How much was given.
struct Measured {
    amount_vnd: i64,
    quantity_hundredths: i64,
    measure: String,
}

fn read_amount(typed: &str) -> Result<i64, String> {
    if typed.is_empty() {
        return Err("Nhập số tiền".to_owned());
    }
    number::read_dong(typed).map_err(|fault| fault.to_string())
}

fn read_given_on(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let given_on = day::read(typed).and_then(not_too_early);
    let given_on = given_on.map_err(|fault| format!("Sửa ngày góp: {}", lower_first(&fault)))?;
    if given_on > today {
        return Err(format!("Sửa ngày góp: {} chưa tới", day::short(given_on)));
    }
    Ok(given_on)
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(rest).collect()
}

/// The name of a group that gave together.
pub fn read_group(typed: &str) -> Result<String, String> {
    match short(typed, 100)? {
        name if name.is_empty() => Err("Nhập tên tổ đảng".to_owned()),
        name => Ok(name),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReversalForm {
    /// The id of the entry that will cancel.
    pub id: String,
    pub reason: String,
}

impl ReversalForm {
    pub fn new() -> ReversalForm {
        ReversalForm { id: ContributionId::new().to_string(), reason: String::new() }
    }

    pub fn read(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        let reason = faults.read("reason", short(&self.reason, 300));
        if reason.as_deref() == Some("") {
            faults.add("reason", "Ghi lý do hủy, ví dụ: ghi nhầm người");
        }
        reason.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MemberId;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 11, 15).unwrap()
    }

    fn read(form: &GiftForm) -> Result<NewContribution, Faults> {
        let giver = Some(Giver::Member(MemberId::new()));
        let ids = (ContributionId::new(), UnitId::new());
        form.read(ids, giver, None, today(), Faults::default())
    }

    fn fault(form: &GiftForm, field: &str) -> String {
        read(form).unwrap_err().of(field).unwrap_or_default().to_owned()
    }

    fn form(kind: ContributionKind) -> GiftForm {
        GiftForm { kind: kind.as_str().to_owned(), ..GiftForm::new(today(), None, None) }
    }

    #[test]
    fn money_wants_an_amount_and_nothing_counted() {
        let mut form = form(ContributionKind::Money);
        assert_eq!(fault(&form, "amount"), "Nhập số tiền");
        form.amount = "500k".to_owned();
        let new = read(&form).unwrap();
        assert_eq!((new.amount_vnd, new.quantity_hundredths, &*new.measure), (500_000, 0, DONG));
        form.quantity = "2".to_owned();
        assert!(fault(&form, "quantity").starts_with("Bỏ trống số lượng"));
    }

    #[test]
    fn labour_wants_a_quantity_and_no_money() {
        let mut form = form(ContributionKind::Labour);
        assert!(!fault(&form, "quantity").is_empty());
        form.quantity = "1,5".to_owned();
        let new = read(&form).unwrap();
        assert_eq!((new.amount_vnd, new.quantity_hundredths, &*new.measure), (0, 150, "ngày"));
        form.amount = "500k".to_owned();
        assert!(fault(&form, "amount").starts_with("Bỏ trống số tiền"));
    }

    #[test]
    fn an_idea_counts_one_and_says_what_it_is() {
        let mut form = form(ContributionKind::Idea);
        assert!(!fault(&form, "note").is_empty());
        form.note = "Lắp gương cầu ở ngã ba".to_owned();
        let new = read(&form).unwrap();
        assert_eq!((new.quantity_hundredths, &*new.measure), (100, "ý kiến"));
    }

    #[test]
    fn the_day_lies_neither_ahead_nor_before_the_party() {
        let mut form = form(ContributionKind::Money);
        form.amount = "500k".to_owned();
        form.given_on = "16/11/2024".to_owned();
        assert_eq!(fault(&form, "given_on"), "Sửa ngày góp: 16/11/2024 chưa tới");
        form.given_on = "31/12/1929".to_owned();
        assert!(fault(&form, "given_on").contains("1930"));
    }

    #[test]
    fn a_reversal_says_why() {
        assert!(ReversalForm { reason: "  ".to_owned(), ..ReversalForm::new() }.read().is_err());
        let form = ReversalForm { reason: " ghi nhầm ".to_owned(), ..ReversalForm::new() };
        assert_eq!(form.read().unwrap(), "ghi nhầm");
    }
}
