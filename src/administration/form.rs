//! The forms of units and accounts.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::access::model::{Role, read_login};
use crate::faults::Faults;
use crate::ids::GrantId;
use crate::organisation::model::{UnitKind, check_code};
use crate::vietnamese::day;

/// A unit to be opened below another.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UnitForm {
    pub id: String,
    /// The code of the unit above; empty for a first unit of the registry.
    pub parent: String,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub official_code: String,
    pub from_on: String,
}

/// What a good [`UnitForm`] says.
#[derive(Debug, PartialEq, Eq)]
pub struct UnitRead {
    pub code: String,
    pub name: String,
    pub kind: UnitKind,
    pub official_code: Option<String>,
    pub from_on: NaiveDate,
}

impl UnitForm {
    pub fn read(&self) -> Result<UnitRead, Faults> {
        let mut faults = Faults::default();
        let name = read_name(&self.name, &mut faults);
        let code = self.code.trim();
        let code = faults.read("code", check_code(code).map(|()| code.to_owned()));
        let kind = faults.need("kind", UnitKind::read(&self.kind), "Chọn cấp của đơn vị");
        let from_on = faults.read("from_on", day::read(&self.from_on));
        match (name, code, kind, from_on) {
            (Some(name), Some(code), Some(kind), Some(from_on)) => {
                let official_code = optional(&self.official_code);
                Ok(UnitRead { code, name, kind, official_code, from_on })
            }
            _ => Err(faults),
        }
    }
}

/// A new name or official code for a unit, from a day on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RenameForm {
    pub version: String,
    pub name: String,
    pub official_code: String,
    pub from_on: String,
}

impl RenameForm {
    /// The name, the official code, and the day from which they hold. `since` is the
    /// first day of the unit's present period.
    pub fn read(&self, since: NaiveDate) -> Result<(String, Option<String>, NaiveDate), Faults> {
        let mut faults = Faults::default();
        let name = read_name(&self.name, &mut faults);
        let from_on = faults.read("from_on", day::read(&self.from_on)).filter(|from_on| {
            let late_enough = *from_on >= since;
            if !late_enough {
                let since = day::short(since);
                faults.add("from_on", format!("Chọn ngày từ {since}, khi tên hiện nay bắt đầu"));
            }
            late_enough
        });
        match (name, from_on) {
            (Some(name), Some(from_on)) => Ok((name, optional(&self.official_code), from_on)),
            _ => Err(faults),
        }
    }
}

fn read_name(typed: &str, faults: &mut Faults) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !name.is_empty() && name.chars().count() <= 150;
    faults.need("name", fits.then_some(name), "Nhập tên đơn vị, nhiều nhất 150 ký tự")
}

fn optional(typed: &str) -> Option<String> {
    Some(typed.trim()).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// An account and its first role.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub id: String,
    pub login: String,
    pub display_name: String,
    pub role: String,
    pub unit: String,
    pub names: String,
    /// The password once more, where it is needed.
    pub confirm: String,
}

impl AccountForm {
    /// Login and name.
    pub fn read_account(&self, faults: &mut Faults) -> Option<(String, String)> {
        let login = faults.read("login", read_login(&self.login));
        let name = self.display_name.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = !name.is_empty() && name.chars().count() <= 100;
        let name = faults.need("display_name", fits.then_some(name), "Nhập họ và tên");
        login.zip(name)
    }

    pub fn read_role(&self, faults: &mut Faults) -> Option<Role> {
        faults.need("role", Role::read(&self.role), "Chọn vai trò")
    }
}

/// Somebody who is to act for the secretary of a cell for a time.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeputyForm {
    /// The id of the grant that it makes.
    pub id: String,
    /// The account of the secretary, where an administrator sends the form.
    pub secretary: String,
    pub login: String,
    pub from_on: String,
    pub last_on: String,
    pub reason: String,
    /// The password once more, where it is needed.
    pub confirm: String,
}

/// A deputy acts for at most so many days: who is away longer gives the office up.
const LONGEST_DEPUTY: u64 = 366;
const LONGEST_REASON: usize = 200;

impl DeputyForm {
    pub fn empty(today: NaiveDate) -> DeputyForm {
        DeputyForm {
            id: GrantId::new().to_string(),
            from_on: day::short(today),
            ..DeputyForm::default()
        }
    }

    /// The first day, the day after the last, and why.
    pub fn read(
        &self,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Option<(NaiveDate, NaiveDate, String)> {
        let from_on = faults.read("from_on", day::read(&self.from_on)).filter(|from_on| {
            let ahead = *from_on >= today;
            if !ahead {
                faults.add("from_on", "Ngày này đã qua");
            }
            ahead
        });
        let last_on = faults.read("last_on", day::read(&self.last_on));
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = reason.chars().count() <= LONGEST_REASON;
        let reason =
            faults.need("reason", fits.then_some(reason), "Viết gọn lại, nhiều nhất 200 ký tự");
        let (from_on, last_on, reason) = (from_on?, last_on?, reason?);
        if last_on < from_on {
            faults.add("last_on", "Ngày cuối không trước ngày đầu");
            return None;
        }
        let longest = from_on + Days::new(LONGEST_DEPUTY);
        if last_on > longest {
            let longest = day::short(longest);
            faults.add("last_on", format!("Nhiều nhất {LONGEST_DEPUTY} ngày: đến {longest}"));
            return None;
        }
        Some((from_on, last_on.succ_opt()?, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_form_gathers_all_its_faults() {
        let form = UnitForm { code: "Á".to_owned(), ..UnitForm::default() };
        let faults = form.read().unwrap_err();
        for field in ["name", "code", "kind", "from_on"] {
            assert!(faults.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_deputy_is_named_ahead_and_for_a_year_at_most() {
        let today = NaiveDate::from_ymd_opt(2024, 11, 15).unwrap();
        let read = |from_on: &str, last_on: &str| {
            let (from_on, last_on) = (from_on.to_owned(), last_on.to_owned());
            let form = DeputyForm { from_on, last_on, ..DeputyForm::empty(today) };
            let mut faults = Faults::default();
            (form.read(today, &mut faults), faults)
        };
        let (days, _) = read("15/11/2024", "30/11/2024");
        let (from_on, to_on, _) = days.unwrap();
        assert_eq!(
            (day::short(from_on), day::short(to_on)),
            ("15/11/2024".into(), "01/12/2024".into())
        );
        assert!(read("15/11/2024", "16/11/2025").0.is_some());
        for (from_on, last_on, field) in [
            ("14/11/2024", "30/11/2024", "from_on"),
            ("20/11/2024", "19/11/2024", "last_on"),
            ("15/11/2024", "17/11/2025", "last_on"),
            ("15/11/2024", "", "last_on"),
        ] {
            let (days, faults) = read(from_on, last_on);
            assert!(days.is_none() && faults.of(field).is_some(), "{from_on} {last_on}");
        }
    }

    #[test]
    fn a_new_name_cannot_begin_before_the_present_one() {
        let form = RenameForm {
            name: "Phường  Thành Sen".to_owned(),
            from_on: "31/12/2014".to_owned(),
            ..RenameForm::default()
        };
        let since = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
        assert!(form.read(since).unwrap_err().of("from_on").is_some());
        let form = RenameForm { from_on: "01/01/2015".to_owned(), ..form };
        assert_eq!(form.read(since).unwrap().0, "Phường Thành Sen");
    }
}
