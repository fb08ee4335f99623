//! A row of a list read as a person.

use chrono::NaiveDate;

use crate::exchange::import::columns::Column;
use crate::faults::Faults;
use crate::members::form::{
    CategoryForm, LetterForm, LetterText, Person, PersonForm, Place, PlaceForm,
};
use crate::members::model::{ExemptReason, ResidenceKind, Sex};
use crate::vietnamese::fold::fold;
use crate::vietnamese::lettering::name_case;
use crate::vietnamese::{day, phone};

/// How rows begin that close a list.
const ASIDES: &[&str] = &[
    "tong cong",
    "tong so",
    "cong:",
    "cong :",
    "nguoi lap",
    "bi thu",
    "t/m",
    "ghi chu",
    "danh sach",
];

/// What a row says, as far as it says anything: fields as they would be typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub person: PersonForm,
    pub place: PlaceForm,
    pub category: CategoryForm,
    pub letter: LetterForm,
    pub started_on: String,
    name_part: String,
    /// Position and workplace as one column has them.
    pub work_title: String,
    /// Whether its cells only count the columns.
    is_numbering: bool,
    notes: String,
}

/// Somebody to be written down or found.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub person: Person,
    pub place: Place,
    /// Why the person is exempt, or what is missing for that to be known: it is asked
    /// only of those who are new.
    pub exempt: Result<Option<ExemptReason>, String>,
    pub letter: Option<LetterText>,
    pub started_on: NaiveDate,
}

impl Typed {
    /// The texts of a row, already in Unicode, under these columns.
    pub fn of(cells: &[String], columns: &[Column]) -> Typed {
        let mut typed = Typed::default();
        for (cell, column) in cells.iter().zip(columns) {
            let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                typed.take(*column, text);
            }
        }
        let name = format!("{} {}", typed.person.full_name, typed.name_part);
        typed.person.full_name = name_case(name.trim());
        let filled = || cells.iter().map(|it| it.trim()).filter(|it| !it.is_empty());
        typed.is_numbering = filled().count() > 1
            && filled().all(|it| it.trim_matches(['(', ')']).parse::<u32>().is_ok());
        typed
    }

    fn take(&mut self, column: Column, text: String) {
        let Typed {
            person,
            place,
            category,
            letter,
            started_on,
            name_part,
            work_title,
            notes,
            is_numbering: _,
        } = self;
        match column {
            Column::Ignore => {}
            Column::Name => person.full_name = text,
            Column::NamePart => *name_part = text,
            Column::Born => person.born = text,
            Column::BornMale => (person.born, person.sex) = (text, word(Sex::Male)),
            Column::BornFemale => (person.born, person.sex) = (text, word(Sex::Female)),
            Column::Sex => person.sex = read_sex(&text),
            Column::Card => person.card_number = text,
            Column::AdmittedOn => person.admitted_on = text,
            Column::OfficialOn => person.official_on = text,
            Column::Phone => person.phone = whole_phone(&text),
            Column::WorkTitle => {
                (person.position, person.workplace) = split_title(&text);
                *work_title = text;
            }
            Column::Position => person.position = text,
            Column::Workplace => person.workplace = text,
            Column::WorkplaceCell => person.workplace_cell = text,
            Column::Address => place.address = text,
            Column::Cluster => place.household_cluster = text,
            Column::ResidenceKind => place.residence_kind = read_kind(&text),
            Column::Category => *category = read_category(&text),
            Column::Letter => (letter.issued_on, letter.number) = split_letter(&text),
            Column::LetterNumber => letter.number = text,
            Column::LetterIssuedOn => letter.issued_on = text,
            Column::StartedOn => *started_on = text,
            Column::Note => *notes = text,
        }
    }

    /// Whether this is no person: a total, a note, somebody who signs.
    pub fn is_aside(&self) -> bool {
        let name = fold(&self.person.full_name);
        let is_bare = self.person.born.is_empty()
            && self.person.admitted_on.is_empty()
            && self.person.workplace.is_empty()
            && self.place.address.is_empty();
        self.is_numbering
            || (name.is_empty() && is_bare)
            || (is_bare && ASIDES.iter().any(|it| name.starts_with(it)))
            || name == "cong"
    }

    /// Reads the row; every sentence of what is wrong where something is.
    ///
    /// Whoever is exempt from introduction for secrecy has no record (R16): a row that
    /// says so is refused.
    pub fn read(&self, started_on: NaiveDate, today: NaiveDate) -> Result<Incoming, Vec<String>> {
        if [&self.notes, &self.category.category].into_iter().any(|it| is_secret(it)) {
            return Err(vec![
                "Người được miễn giới thiệu (giữ bí mật) không được ghi vào sổ: bỏ dòng này"
                    .to_owned(),
            ]);
        }
        let mut faults = Faults::default();
        let person = self.person.read_listed(today, &mut faults);
        let mut place = self.place.clone();
        if place.residence_kind.is_empty() {
            ResidenceKind::Permanent.as_str().clone_into(&mut place.residence_kind);
        }
        let place = place.read(&mut faults);
        let mut category = self.category.clone();
        if category.category.is_empty() {
            "normal".clone_into(&mut category.category);
        }
        let mut of_category = Faults::default();
        let exempt = category.read(&mut of_category).ok_or_else(|| {
            "Diện: ghi lý do được miễn bằng chữ a, b, c, d hoặc đ, ví dụ miễn (b)".to_owned()
        });
        let letter = self.read_letter(today, &mut faults);
        let started_on = match self.started_on.as_str() {
            "" => Some(started_on),
            typed => faults.read("started_on", day::read(typed)),
        };
        if started_on.is_some_and(|it| it > today) {
            faults.add("started_on", "Sửa ngày quản lý: ngày này chưa đến");
        }
        match (person, place, started_on) {
            (Some(person), Some(place), Some(started_on)) if faults.is_empty() => {
                Ok(Incoming { person, place, exempt, letter, started_on })
            }
            _ => Err(faults.iter().map(|(field, fault)| named(field, fault)).collect()),
        }
    }

    /// None where the row speaks of no letter, or of one that cannot be read.
    fn read_letter(&self, today: NaiveDate, faults: &mut Faults) -> Option<LetterText> {
        if self.letter.is_blank() {
            return None;
        }
        let mut letter = self.letter.clone();
        if letter.number.is_empty() {
            "(chưa rõ số)".clone_into(&mut letter.number);
        }
        letter.read(today, faults)
    }
}

/// Whether a cell says that somebody is exempt from introduction, to stay unknown.
pub fn is_secret(cell: &str) -> bool {
    let folded = fold(cell);
    folded.contains("mien gioi thieu") || folded.contains("giu bi mat")
}

/// A fault with the column it is about.
fn named(field: &str, fault: &str) -> String {
    let column = match field {
        "full_name" => "Họ và tên",
        "born" => "Ngày sinh",
        "admitted_on" => "Ngày vào Đảng",
        "official_on" => "Ngày chính thức",
        "phone" => "Điện thoại",
        "issued_on" => "Ngày giới thiệu",
        _ => return fault.to_owned(),
    };
    format!("{column}: {fault}")
}

fn word(sex: Sex) -> String {
    sex.as_str().to_owned()
}

/// What is neither is left as it is, to be asked about.
fn read_sex(text: &str) -> String {
    match fold(text).as_str() {
        "nam" | "male" => word(Sex::Male),
        "nu" | "female" => word(Sex::Female),
        _ => text.to_owned(),
    }
}

fn read_kind(text: &str) -> String {
    let temporary = fold(text).contains("tam tru");
    let kind = if temporary { ResidenceKind::Temporary } else { ResidenceKind::Permanent };
    kind.as_str().to_owned()
}

/// `Miễn sinh hoạt (b)`: exempt for a coded reason; the code is asked for if it is not
/// there.
fn read_category(text: &str) -> CategoryForm {
    let folded = fold(text);
    if !folded.contains("mien") {
        return CategoryForm { category: "normal".to_owned(), exempt_reason: String::new() };
    }
    if is_secret(text) {
        return CategoryForm { category: text.to_owned(), exempt_reason: String::new() };
    }
    let lower = text.to_lowercase();
    let has_code =
        |code: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == code);
    let codes = [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"), ("đ", "e"), ("e", "e")];
    let code = codes.iter().find(|(code, _)| has_code(code)).map_or("", |(_, reason)| reason);
    CategoryForm { category: "exempt".to_owned(), exempt_reason: code.to_owned() }
}

/// A spreadsheet eats the leading zero of a number.
fn whole_phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_bare = digits.len() == 9
        && text.chars().all(|c| c.is_ascii_digit() || " .-".contains(c))
        && digits.starts_with(['3', '5', '7', '8', '9']);
    if is_bare && phone::read(&format!("0{digits}")).is_ok() {
        return format!("0{digits}");
    }
    text.to_owned()
}

/// `Giáo viên - Trường THPT Thành Sen`
fn split_title(text: &str) -> (String, String) {
    for between in [" - ", " – ", ", "] {
        if let Some((position, workplace)) = text.split_once(between) {
            return (position.trim().to_owned(), workplace.trim().to_owned());
        }
    }
    (String::new(), text.to_owned())
}

/// `12/03/2019 (112-GGT/ĐU)`: the day and the number, in either order.
fn split_letter(text: &str) -> (String, String) {
    let bare = |it: &str| it.trim_matches(|c: char| "()[],;".contains(c)).to_owned();
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    let is_day = |it: &&String| it.contains(['/', '.']) && day::read(it).is_ok();
    let on = words.iter().find(is_day).cloned().unwrap_or_default();
    let fillers = ["ngày", "số", "so", "ngay"];
    let rest = words.iter().filter(|it| **it != on && !fillers.contains(&&*it.to_lowercase()));
    (on.clone(), rest.cloned().collect::<Vec<_>>().join(" ").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_write_is_understood() {
        assert_eq!(whole_phone("912345678"), "0912345678");
        assert_eq!(whole_phone("0912345678"), "0912345678");
        let letter = |text| split_letter(text);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(letter("12/03/2019 (112-GGT/ĐU)"), pair("12/03/2019", "112-GGT/ĐU"));
        assert_eq!(letter("Số 112-GGT/ĐU ngày 12/03/2019"), pair("12/03/2019", "112-GGT/ĐU"));
        assert_eq!(split_title("Giáo viên - Trường A"), pair("Giáo viên", "Trường A"));
        assert_eq!(read_category("Miễn SH (đ)").exempt_reason, "e");
        assert_eq!(read_category("Bình thường").category, "normal");
    }

    #[test]
    fn secrecy_is_refused_and_totals_are_no_people() {
        let columns = [Column::Name, Column::Note];
        let typed = |cells: [&str; 2]| Typed::of(&cells.map(str::to_owned), &columns);
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let refused = typed(["Trần Văn An", "miễn giới thiệu"]).read(today, today).unwrap_err();
        assert!(refused[0].contains("không được ghi vào sổ"), "{refused:?}");
        assert!(typed(["Tổng cộng: 12", ""]).is_aside());
        assert!(!typed(["Tống Văn Cộng", ""]).is_aside());
        assert_eq!(typed(["NGUYỄN VĂN AN", ""]).person.full_name, "Nguyễn Văn An");
    }
}
