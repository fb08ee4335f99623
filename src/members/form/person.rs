//! A person as typed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{line, past, tidy_day};
use crate::faults::{Clash, Faults};
use crate::ids::{MemberId, WorkplaceId};
use crate::members::model::{Member, NewMember, Sex};
use crate::vietnamese::day::{self, PartialDay, Precision};
use crate::vietnamese::name::FullName;
use crate::vietnamese::phone;

/// What is asked about the person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    pub full_name: String,
    /// The parts of the name, where the common rule splits it wrongly.
    pub family: String,
    pub middle: String,
    pub given: String,
    pub sex: String,
    pub born: String,
    pub admitted_on: String,
    pub official_on: String,
    pub card_number: String,
    pub phone: String,
    pub position: String,
    pub workplace: String,
    pub workplace_cell: String,
}

/// The person as read: a [`NewMember`] but for the workplace, which is a name yet.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: FullName,
    /// Unknown only of people whom a list brought.
    pub sex: Option<Sex>,
    pub born: Option<PartialDay>,
    pub admitted_on: Option<NaiveDate>,
    pub official_on: Option<NaiveDate>,
    pub card_number: Option<String>,
    pub phone: Option<String>,
    pub position: String,
    pub workplace: String,
    pub workplace_cell: String,
}

impl PersonForm {
    pub fn of(member: &Member) -> PersonForm {
        let day = |it: Option<NaiveDate>| it.map(day::short).unwrap_or_default();
        let split = FullName::read(&member.full_name);
        let by_rule = split.is_some_and(|it| {
            (&it.family, &it.middle, &it.given) == (&member.family, &member.middle, &member.given)
        });
        let part = |text: &String| if by_rule { String::new() } else { text.clone() };
        PersonForm {
            full_name: member.full_name.clone(),
            family: part(&member.family),
            middle: part(&member.middle),
            given: part(&member.given),
            sex: member.sex.map(Sex::as_str).unwrap_or_default().to_owned(),
            born: member.born().map(|it| it.to_string()).unwrap_or_default(),
            admitted_on: day(member.admitted_on),
            official_on: day(member.official_on),
            card_number: member.card_number.clone().unwrap_or_default(),
            phone: member.phone.as_deref().map(phone::show).unwrap_or_default(),
            position: member.position.clone(),
            workplace: member.workplace.clone().unwrap_or_default(),
            workplace_cell: member.workplace_cell.clone(),
        }
    }

    pub fn is_split(&self) -> bool {
        [&self.family, &self.middle, &self.given].iter().any(|part| !part.trim().is_empty())
    }

    pub fn read(&self, today: NaiveDate, faults: &mut Faults) -> Option<Person> {
        let name = self.read_name(faults);
        let sex = faults.need("sex", Sex::read(&self.sex), "Chọn giới tính: nam hoặc nữ");
        self.read_rest((name, sex.map(Some)), today, faults)
    }

    /// Likewise of somebody whom a list names: many lists do not tell the sex.
    pub fn read_listed(&self, today: NaiveDate, faults: &mut Faults) -> Option<Person> {
        let name = self.read_name(faults);
        let sex = faults.read_optional("sex", &self.sex, |typed| {
            Sex::read(typed).ok_or("Viết giới tính là Nam hoặc Nữ")
        });
        self.read_rest((name, sex), today, faults)
    }

    #[expect(
        clippy::option_option,
        reason = "a fault, unknown, or known: as read_optional says it"
    )]
    fn read_rest(
        &self,
        (name, sex): (Option<FullName>, Option<Option<Sex>>),
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Option<Person> {
        let read_past = |typed: &str| past(typed, today);
        let born = faults.read_optional("born", &self.born, PartialDay::read);
        let admitted_on = faults.read_optional("admitted_on", &self.admitted_on, read_past);
        let official_on = faults.read_optional("official_on", &self.official_on, read_past);
        if born.flatten().is_some_and(|it| it.day > today) {
            faults.add("born", "Sửa ngày sinh: ngày này chưa đến");
        }
        let (birth, admitted) = (born.flatten(), admitted_on.flatten());
        if birth.zip(admitted).is_some_and(|(born, admitted)| born.day >= admitted) {
            faults.add("admitted_on", "Sửa ngày vào Đảng: phải sau ngày sinh");
        }
        if admitted
            .zip(official_on.flatten())
            .is_some_and(|(admitted, official)| admitted >= official)
        {
            faults.add("official_on", "Sửa ngày chính thức: phải sau ngày vào Đảng");
        }
        let card_number = line(faults, "card_number", &self.card_number);
        let card_number = card_number.map(|it| it.replace(' ', ""));
        let phone = faults.read_optional("phone", &self.phone, phone::read);
        let position = line(faults, "position", &self.position);
        let workplace = line(faults, "workplace", &self.workplace);
        let workplace_cell = line(faults, "workplace_cell", &self.workplace_cell);
        Some(Person {
            name: name?,
            sex: sex?,
            born: born?,
            admitted_on: admitted_on?,
            official_on: official_on?,
            card_number: card_number.filter(|it| !it.is_empty()),
            phone: phone?,
            position: position?,
            workplace: workplace?,
            workplace_cell: workplace_cell?,
        })
    }

    fn read_name(&self, faults: &mut Faults) -> Option<FullName> {
        const WRITE_NAME: &str = "Viết họ và tên bằng chữ, ví dụ Trần Thị Hạnh";
        let name = faults.need("full_name", FullName::read(&self.full_name), WRITE_NAME)?;
        if !self.is_split() {
            return Some(name);
        }
        let parts = FullName::from_parts(&name.full, &self.family, &self.middle, &self.given);
        faults.need("given", parts, "Tách lại: họ, đệm và tên phải gồm đúng các chữ của họ và tên")
    }

    /// Each field as a page names it, written as the page would write it.
    fn lines(&self) -> [(&'static str, String); 13] {
        let born = PartialDay::read(&self.born).map(|it| it.to_string());
        let phone = phone::read(&self.phone).map(|it| phone::show(&it));
        [
            ("Họ và tên", self.full_name.clone()),
            ("Họ", self.family.clone()),
            ("Đệm", self.middle.clone()),
            ("Tên", self.given.clone()),
            ("Giới tính", Sex::read(&self.sex).map_or("", Sex::label).to_owned()),
            ("Sinh ngày", born.unwrap_or_else(|_| self.born.clone())),
            ("Vào Đảng", tidy_day(&self.admitted_on)),
            ("Chính thức", tidy_day(&self.official_on)),
            ("Số thẻ", self.card_number.replace(' ', "")),
            ("Điện thoại", phone.unwrap_or_else(|_| self.phone.clone())),
            ("Chức vụ", self.position.clone()),
            ("Nơi công tác", self.workplace.clone()),
            ("Chi bộ nơi công tác", self.workplace_cell.clone()),
        ]
    }

    /// What of two records of one person is chosen between: the fields' names and labels.
    pub const FIELDS: [(&str, &str); 10] = [
        ("full_name", "Họ và tên"),
        ("sex", "Giới tính"),
        ("born", "Sinh ngày"),
        ("phone", "Điện thoại"),
        ("workplace", "Nơi công tác"),
        ("position", "Chức vụ"),
        ("workplace_cell", "Chi bộ nơi công tác"),
        ("admitted_on", "Vào Đảng"),
        ("official_on", "Chính thức"),
        ("card_number", "Số thẻ"),
    ];

    /// One of [`PersonForm::FIELDS`] as a page shows it.
    pub fn shown(&self, field: &str) -> String {
        match field {
            "full_name" if self.is_split() => {
                let parts = [&self.family, &self.middle, &self.given].map(String::as_str);
                format!("{} ({})", self.full_name, parts.join(" | "))
            }
            "full_name" => self.full_name.clone(),
            "sex" => Sex::read(&self.sex).map_or("", Sex::label).to_owned(),
            "born" => self.born.clone(),
            "phone" => self.phone.clone(),
            "workplace" => self.workplace.clone(),
            "position" => self.position.clone(),
            "workplace_cell" => self.workplace_cell.clone(),
            "admitted_on" => self.admitted_on.clone(),
            "official_on" => self.official_on.clone(),
            _ => self.card_number.clone(),
        }
    }

    /// Takes one of [`PersonForm::FIELDS`] over from another form.
    pub fn take(&mut self, field: &str, from: &PersonForm) {
        match field {
            "full_name" => {
                self.full_name.clone_from(&from.full_name);
                self.family.clone_from(&from.family);
                self.middle.clone_from(&from.middle);
                self.given.clone_from(&from.given);
            }
            "sex" => self.sex.clone_from(&from.sex),
            "born" => self.born.clone_from(&from.born),
            "phone" => self.phone.clone_from(&from.phone),
            "workplace" => self.workplace.clone_from(&from.workplace),
            "position" => self.position.clone_from(&from.position),
            "workplace_cell" => self.workplace_cell.clone_from(&from.workplace_cell),
            "admitted_on" => self.admitted_on.clone_from(&from.admitted_on),
            "official_on" => self.official_on.clone_from(&from.official_on),
            _ => self.card_number.clone_from(&from.card_number),
        }
    }

    /// Where what is typed here differs from what is stored.
    pub fn differences(&self, stored: &PersonForm) -> Vec<Clash> {
        let (was, is) = (stored.lines(), self.lines());
        let pairs = was.iter().zip(&is);
        let fields: Vec<_> =
            pairs.map(|((label, was), (_, is))| (*label, was.as_str(), is.as_str())).collect();
        Clash::between(&fields)
    }
}

impl Person {
    pub fn into_member(self, id: MemberId, workplace_id: Option<WorkplaceId>) -> NewMember {
        NewMember {
            id,
            name: self.name,
            sex: self.sex,
            born: self.born,
            admitted_on: self.admitted_on,
            official_on: self.official_on,
            card_number: self.card_number,
            phone: self.phone,
            position: self.position,
            workplace_id,
            workplace_cell: self.workplace_cell,
        }
    }

    /// Whether somebody born on `day` may be this person: of either, the year may be unknown.
    pub fn may_be_born(&self, year: Option<i32>) -> bool {
        self.born.zip(year).is_none_or(|(born, year)| born.year() == year)
    }
}

/// What is known of a day of birth, for the label beside it.
pub fn birth_label(member: &Member) -> &'static str {
    match member.born_precision {
        Some(Precision::Year) => "Năm sinh",
        Some(Precision::Month) => "Sinh tháng",
        Some(Precision::Day) | None => "Sinh ngày",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 11, 15).unwrap()
    }

    fn form() -> PersonForm {
        PersonForm {
            full_name: "Trần Thị Hạnh".to_owned(),
            sex: "female".to_owned(),
            born: "12/6/1979".to_owned(),
            admitted_on: "3.2.2006".to_owned(),
            official_on: "03-02-2007".to_owned(),
            phone: "+84 912 345 678".to_owned(),
            ..PersonForm::default()
        }
    }

    fn faults_of(form: &PersonForm) -> Faults {
        let mut faults = Faults::default();
        assert!(form.read(today(), &mut faults).is_none() || !faults.is_empty());
        faults
    }

    #[test]
    fn a_person_is_read_as_people_write() {
        let mut faults = Faults::default();
        let person = form().read(today(), &mut faults).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(person.phone.as_deref(), Some("0912345678"));
        assert_eq!(person.card_number, None);
        assert!(person.may_be_born(Some(1979)) && person.may_be_born(None));
        assert!(!person.may_be_born(Some(1980)));
    }

    #[test]
    fn days_stand_in_the_order_of_a_life() {
        let of = |change: fn(&mut PersonForm)| {
            let mut form = form();
            change(&mut form);
            faults_of(&form)
        };
        let faults = of(|it| it.admitted_on = "12/06/1979".to_owned());
        assert!(faults.of("admitted_on").unwrap().contains("sau ngày sinh"));
        let faults = of(|it| it.official_on = "03/02/2006".to_owned());
        assert!(faults.of("official_on").unwrap().contains("sau ngày vào Đảng"));
        let faults = of(|it| it.official_on = "16/11/2024".to_owned());
        assert!(faults.of("official_on").unwrap().contains("15/11/2024"));
        let faults = of(|it| it.born = "2025".to_owned());
        assert!(faults.of("born").unwrap().contains("chưa đến"));
    }

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        let empty = PersonForm { phone: "12".to_owned(), ..PersonForm::default() };
        let faults = faults_of(&empty);
        let fields: Vec<_> = faults.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["full_name", "sex", "phone"]);
    }

    #[test]
    fn a_split_by_hand_must_keep_the_words() {
        let mut form = form();
        (form.family, form.given) = ("Trần".to_owned(), "Hạnh".to_owned());
        assert!(faults_of(&form).of("given").is_some());
        form.middle = "Thị".to_owned();
        assert!(form.read(today(), &mut Faults::default()).is_some());
    }
}
