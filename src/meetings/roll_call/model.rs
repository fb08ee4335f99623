//! People on a roll, and how the marks of several people who call it are brought together.

use std::collections::BTreeMap;

use crate::ids::MemberId;
use crate::meetings::model::{AttendanceStatus, Meeting};
use crate::meetings::roll_call::version::{MarkChange, Standing};
use crate::vietnamese::fold;
use crate::vietnamese::name::initial_of;

/// A person on the roll of a meeting.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OnRoll {
    pub member_id: MemberId,
    /// The place on the roll; those exempt have none.
    pub number: Option<i64>,
    pub status: AttendanceStatus,
    pub reason: String,
    pub full_name: String,
    pub given: String,
}

impl OnRoll {
    /// The capital letter that the person stands under.
    pub fn initial(&self) -> char {
        initial_of(&self.given)
    }

    /// The full name in three: what stands before the given name, it, and what behind.
    pub fn name_parts(&self) -> (&str, &str, &str) {
        let name = self.full_name.as_str();
        let Some(at) = name.rfind(&self.given) else { return ("", name, "") };
        (&name[..at], &name[at..at + self.given.len()], &name[at + self.given.len()..])
    }

    /// Whether the words are found in the name, or are the number.
    pub fn matches(&self, query: &str) -> bool {
        let query = fold::fold(query);
        self.number.is_some_and(|it| it.to_string() == query) || {
            let name = fold::fold(&self.full_name);
            query.split(' ').all(|word| name.contains(word))
        }
    }

    pub fn is_absent(&self) -> bool {
        matches!(self.status, AttendanceStatus::Excused | AttendanceStatus::Unexcused)
    }

    pub fn standing(&self) -> Standing {
        Standing { status: self.status, reason: self.reason.clone() }
    }

    /// The change to this mark. A reason outlives a change between the two kinds of
    /// absence only, unless there is a new one.
    pub fn changing(&self, status: AttendanceStatus, reason: &str) -> Option<MarkChange> {
        let reason = match status {
            AttendanceStatus::Excused | AttendanceStatus::Unexcused if reason.is_empty() => {
                self.reason.clone()
            }
            AttendanceStatus::Excused | AttendanceStatus::Unexcused => reason.to_owned(),
            _ => String::new(),
        };
        self.becoming(Standing { status, reason })
    }

    /// The change to this standing, if it is one.
    pub fn becoming(&self, after: Standing) -> Option<MarkChange> {
        let before = self.standing();
        let number = self.number.filter(|_| before != after)?;
        Some(MarkChange { number, before, after })
    }

    /// As history names the person: two of a cell may bear the same name.
    pub fn numbered_name(&self) -> String {
        match self.number {
            Some(number) => format!("{number}. {}", self.full_name),
            None => self.full_name.clone(),
        }
    }
}

/// How many people bear each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub present: i64,
    pub excused: i64,
    pub unexcused: i64,
    pub unmarked: i64,
}

impl Tally {
    pub fn of(statuses: impl IntoIterator<Item = AttendanceStatus>) -> Tally {
        let mut tally = Tally::default();
        for status in statuses {
            match status {
                AttendanceStatus::Exempt => {}
                AttendanceStatus::Unmarked => tally.unmarked += 1,
                AttendanceStatus::Present => tally.present += 1,
                AttendanceStatus::Excused => tally.excused += 1,
                AttendanceStatus::Unexcused => tally.unexcused += 1,
            }
        }
        tally
    }

    pub fn expected(self) -> i64 {
        self.present + self.excused + self.unexcused + self.unmarked
    }

    /// What the bar under the roll says; the page's script says the same.
    pub fn in_words(self) -> String {
        let left = match self.unmarked {
            0 => "Đã đánh dấu hết.".to_owned(),
            left => format!("Còn {left} người chưa đánh dấu."),
        };
        format!(
            "{left} Có mặt {} · Có phép {} · Không phép {}",
            self.present, self.excused, self.unexcused
        )
    }
}

/// What becomes of a value that two people may have changed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// As it is stored.
    Kept,
    /// To be written.
    Changed,
    /// Somebody else has changed it meanwhile, to something else.
    Disputed,
}

impl Merged {
    /// `was` is what the page showed when it was opened.
    pub fn of<T: PartialEq>(was: &T, stored: &T, typed: &T) -> Merged {
        if typed == was || typed == stored {
            Merged::Kept
        } else if stored == was {
            Merged::Changed
        } else {
            Merged::Disputed
        }
    }
}

/// A person and the mark that was posted.
pub type Marked<'a> = (&'a OnRoll, AttendanceStatus);

/// A person of whom two people wrote different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    pub name: String,
    pub stored: String,
    pub typed: String,
}

impl From<Marked<'_>> for Dispute {
    fn from((person, typed): Marked) -> Dispute {
        Dispute {
            name: person.numbered_name(),
            stored: person.status.short().to_owned(),
            typed: typed.short().to_owned(),
        }
    }
}

/// The marks of a roll as a form posted them.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// When the roll on the page was taken: taken anew, its numbers are other people's.
    pub frozen_at: Option<i64>,
    /// The marks that the page showed, one for each number in order.
    pub was: Vec<AttendanceStatus>,
    /// The marks posted, by number; people whom a filter hid are not among them.
    pub marks: BTreeMap<i64, AttendanceStatus>,
    /// Whether everybody still unmarked is to be marked present.
    pub rest_present: bool,
}

impl Posted {
    /// Reads the fields `roll`, `was`, `m1`, `m2` … and `action`; `None` if no form of ours sent
    /// them.
    pub fn read(fields: &[(String, String)]) -> Option<Posted> {
        let mut posted = Posted::default();
        for (name, value) in fields {
            match (name.as_str(), name.strip_prefix('m').and_then(|it| it.parse().ok())) {
                ("roll", _) => posted.frozen_at = value.parse().ok(),
                ("was", _) => {
                    let was = value.chars().map(AttendanceStatus::of_letter);
                    posted.was = was.collect::<Option<_>>()?;
                }
                ("action", _) => posted.rest_present = value == "present-rest",
                (_, Some(number)) => {
                    let mut letters = value.chars();
                    let status = AttendanceStatus::of_letter(letters.next()?)?;
                    posted.marks.insert(number, status);
                }
                _ => {}
            }
        }
        Some(posted)
    }

    /// Whether the page showed the roll that the meeting has, of so many people.
    pub fn is_of(&self, meeting: &Meeting, expected: i64) -> bool {
        let frozen_at = meeting.frozen_at.map(|it| it.0);
        i64::try_from(self.was.len()) == Ok(expected) && self.frozen_at == frozen_at
    }

    /// The marks that were chosen on the page, apart from those it merely showed: of the
    /// others the stored mark holds, whoever set it meanwhile.
    pub fn chosen(&self) -> BTreeMap<i64, AttendanceStatus> {
        let numbered = (1..).zip(&self.was);
        let chosen = numbered.filter_map(|(number, was)| {
            self.marks.get(&number).filter(|mark| *mark != was).map(|mark| (number, *mark))
        });
        chosen.collect()
    }

    /// Brings the posted marks and the stored ones together: who changes to what, in the
    /// order of the roll, or else whom somebody else has marked differently, and what was
    /// posted of them.
    pub fn merge<'a>(&self, roll: &'a [OnRoll]) -> Result<Vec<Marked<'a>>, Vec<Marked<'a>>> {
        let mut changes = Vec::new();
        let mut disputes = Vec::new();
        let expected = roll.iter().filter_map(|row| Some((row, row.number?)));
        for ((row, number), was) in expected.zip(&self.was) {
            let typed = *self.marks.get(&number).unwrap_or(was);
            match Merged::of(was, &row.status, &typed) {
                Merged::Changed => changes.push((row, typed)),
                Merged::Disputed => disputes.push((row, typed)),
                Merged::Kept if self.rest_present && row.status == AttendanceStatus::Unmarked => {
                    changes.push((row, AttendanceStatus::Present));
                }
                Merged::Kept => {}
            }
        }
        if disputes.is_empty() { Ok(changes) } else { Err(disputes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A roll whose people bear these marks, as letters.
    fn roll(letters: &str) -> Vec<OnRoll> {
        let row = |(number, letter)| OnRoll {
            member_id: MemberId::new(),
            number: Some(number),
            status: AttendanceStatus::of_letter(letter).unwrap(),
            reason: String::new(),
            full_name: "Nguyễn Thị Ánh".to_owned(),
            given: "Ánh".to_owned(),
        };
        (1..).zip(letters.chars()).map(row).collect()
    }

    fn posted(was: &str, marks: &[(&str, &str)], action: &str) -> Posted {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields = [("was", was), ("action", action)];
        Posted::read(&fields.iter().chain(marks).map(owned).collect::<Vec<_>>()).unwrap()
    }

    /// What a merge leaves on the roll, as letters; the numbers disputed otherwise.
    fn merged(stored: &str, posted: &Posted) -> Result<String, Vec<String>> {
        let mut rows = roll(stored);
        let changes: Vec<_> = match posted.merge(&rows) {
            Ok(changes) => changes.iter().map(|(row, to)| (row.number, *to)).collect(),
            Err(disputes) => {
                return Err(disputes.iter().map(|(row, _)| row.numbered_name()).collect());
            }
        };
        for (number, to) in changes {
            rows.iter_mut().filter(|it| it.number == number).for_each(|it| it.status = to);
        }
        Ok(rows.iter().map(|it| it.status.letter()).collect())
    }

    #[test]
    fn only_what_was_changed_on_the_page_is_written() {
        let form = posted("p--", &[("m1", "p"), ("m2", "e")], "save");
        assert_eq!(merged("p--", &form), Ok("pe-".to_owned()));
        // Meanwhile the first was corrected by somebody else, and the third marked.
        assert_eq!(merged("u-e", &form), Ok("uee".to_owned()));
    }

    #[test]
    fn two_who_mark_one_person_alike_agree_and_otherwise_must_choose() {
        let form = posted("--", &[("m1", "p"), ("m2", "u")], "save");
        assert_eq!(merged("p-", &form), Ok("pu".to_owned()));
        assert_eq!(merged("e-", &form), Err(vec!["1. Nguyễn Thị Ánh".to_owned()]));
    }

    #[test]
    fn the_rest_is_present_and_nobody_else() {
        let form = posted("---e", &[("m2", "u")], "present-rest");
        assert_eq!(merged("---e", &form), Ok("pupe".to_owned()));
        // Somebody else has excused the third meanwhile.
        assert_eq!(merged("--ee", &form), Ok("puee".to_owned()));
    }

    #[test]
    fn what_no_form_of_ours_sends_is_refused() {
        for (name, value) in [("was", "px"), ("m1", "x"), ("m1", "")] {
            assert!(Posted::read(&[(name.to_owned(), value.to_owned())]).is_none());
        }
    }

    #[test]
    fn people_are_found_by_name_without_marks_or_by_number() {
        let rows = roll("----------------------");
        let found = |query: &str| rows.iter().filter(|it| it.matches(query)).count();
        assert_eq!((found("anh thi"), found("Ánh"), found("hoa")), (22, 22, 0));
        assert_eq!((found("2"), found(" 22 ")), (1, 1));
    }

    #[test]
    fn the_given_name_is_told_apart() {
        let mut row = roll("-").remove(0);
        assert_eq!(row.name_parts(), ("Nguyễn Thị ", "Ánh", ""));
        row.full_name = "Ánh Nguyễn".to_owned();
        assert_eq!(row.name_parts(), ("", "Ánh", " Nguyễn"));
    }
}
