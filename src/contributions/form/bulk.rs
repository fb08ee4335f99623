//! What a whole cell gave for one work, as typed: an amount beside each name.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::read_day;
use crate::contributions::model::Resident;
use crate::ids::{BatchId, ContributionId, MemberId, WorkItemId};
use crate::vietnamese::{day, number};

/// The form, with the fields of people by their ids.
#[derive(Clone, Debug, Default)]
pub struct BulkForm {
    /// The id of the batch that it will write.
    pub id: String,
    pub work: String,
    pub given_on: String,
    /// What everybody gives who has not given yet.
    pub each: String,
    pub action: String,
    amounts: HashMap<MemberId, String>,
    /// What is to become of an entry that looks like one in the book already.
    answers: HashMap<MemberId, String>,
}

impl BulkForm {
    /// An empty form, with the id of the batch it will write.
    pub fn new(work: Option<WorkItemId>, today: NaiveDate) -> BulkForm {
        BulkForm {
            id: BatchId::new().to_string(),
            work: work.map(|it| it.to_string()).unwrap_or_default(),
            given_on: day::short(today),
            ..BulkForm::default()
        }
    }

    /// Reads the fields; what no form of ours sends is left aside.
    pub fn of_fields(fields: Vec<(String, String)>) -> BulkForm {
        let mut form = BulkForm::default();
        for (name, value) in fields {
            let of_member = |prefix| name.strip_prefix(prefix).and_then(|id: &str| id.parse().ok());
            match name.as_str() {
                "id" => form.id = value,
                "work" => form.work = value,
                "given_on" => form.given_on = value,
                "each" => form.each = value,
                "action" => form.action = value,
                _ => {
                    if let Some(id) = of_member("a-") {
                        form.amounts.insert(id, value);
                    } else if let Some(id) = of_member("d-") {
                        form.answers.insert(id, value);
                    }
                }
            }
        }
        form.amounts.retain(|_, typed| !typed.trim().is_empty());
        form
    }

    /// The day, which has come.
    pub fn read_given_on(&self, today: NaiveDate) -> Result<NaiveDate, String> {
        match read_day(&self.given_on)? {
            on if on > today => Err("Sửa ngày góp: ngày này chưa tới".to_owned()),
            on => Ok(on),
        }
    }

    /// What was typed for people who are not among `givers`.
    pub fn of_others(&self, givers: &[BulkGiver]) -> usize {
        let known = givers.iter().filter(|it| self.amounts.contains_key(&it.resident.id));
        self.amounts.len() - known.count()
    }

    /// Fills in `each` beside those who have nothing typed and have given nothing yet.
    pub fn fill(&mut self, givers: &[BulkGiver]) {
        let each = self.each.trim().to_owned();
        for it in givers.iter().filter(|it| it.given_vnd == 0) {
            self.amounts.entry(it.resident.id).or_insert_with(|| each.clone());
        }
    }

    /// The rows of the page, in the order of `givers`.
    pub fn rows(&self, givers: Vec<BulkGiver>) -> Vec<BulkRow> {
        let row = |giver: BulkGiver| {
            let id = giver.resident.id;
            let typed = self.amounts.get(&id).cloned().unwrap_or_default();
            let read = (!typed.is_empty()).then(|| number::read_dong(&typed));
            let (amount, fault) = match read {
                None => (None, None),
                Some(Ok(amount)) => (Some(amount), None),
                Some(Err(fault)) => (None, Some(fault.to_string())),
            };
            let answer = self.answers.get(&id).map(String::as_str);
            let answer = match answer {
                Some("keep") => Some(true),
                Some("drop") => Some(false),
                _ => None,
            };
            BulkRow { giver, typed, amount, fault, is_alike: false, answer }
        };
        givers.into_iter().map(row).collect()
    }
}

/// A resident, and what was given for the work already.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BulkGiver {
    #[sqlx(flatten)]
    pub resident: Resident,
    /// In đồng, less what was cancelled.
    pub given_vnd: i64,
}

/// A line of the page.
#[derive(Clone, Debug)]
pub struct BulkRow {
    pub giver: BulkGiver,
    pub typed: String,
    /// In đồng; none where nothing was typed, or nothing that could be read.
    pub amount: Option<i64>,
    pub fault: Option<String>,
    /// Whether the book says the same already: person, work, amount and day.
    pub is_alike: bool,
    /// Whether it is written all the same; none while nobody has said.
    pub answer: Option<bool>,
}

impl BulkRow {
    /// The id of the entry that it becomes: one for each person of a batch, however often
    /// the form is sent.
    pub fn entry_id(&self, batch: Uuid) -> ContributionId {
        let (mut bytes, member) = (batch.into_bytes(), self.giver.resident.id.0.into_bytes());
        for (byte, own) in bytes[8..].iter_mut().zip(&member[8..]) {
            *byte ^= own;
        }
        // The variant of a UUID, which two equal ones took away.
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        ContributionId(Uuid::from_bytes(bytes))
    }

    /// The amount, unless the line is dropped for standing in the book already.
    pub fn to_write(&self) -> Option<i64> {
        self.amount.filter(|_| !self.is_alike || self.answer == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn giver(name: &str, given_vnd: i64) -> BulkGiver {
        let full_name = name.to_owned();
        let resident = Resident { id: MemberId::new(), full_name, born_on: None, workplace: None };
        BulkGiver { resident, given_vnd }
    }

    #[test]
    fn everybody_gives_who_has_neither_given_nor_been_entered() {
        let givers = [giver("An", 0), giver("Bình", 300_000), giver("Cảnh", 0)];
        let typed = format!("a-{}", givers[2].resident.id);
        let fields = [("each", "200k"), (&typed, "500k")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut form = BulkForm::of_fields(fields.to_vec());
        form.fill(&givers);
        let amounts: Vec<_> = form.rows(givers.to_vec()).iter().map(|it| it.amount).collect();
        assert_eq!(amounts, [Some(200_000), None, Some(500_000)]);
    }

    #[test]
    fn each_person_of_a_batch_has_an_entry_of_its_own() {
        let batch = ContributionId::new().0;
        let rows = BulkForm::default().rows(vec![giver("An", 0), giver("Bình", 0)]);
        let ids: Vec<_> = rows.iter().map(|it| it.entry_id(batch)).collect();
        assert_ne!(ids[0], ids[1]);
        assert_eq!(ids[0], rows[0].entry_id(batch));
        assert_eq!(ids[0].0.get_version_num(), 7);
    }
}
