//! The accounts of a registry that was made to be measured, with one password.

use uuid::Uuid;

use crate::access::model::Role;
use crate::access::password;
use crate::error::Result;
use crate::exchange::demo::accounts::phrase;
use crate::exchange::demo::calendar::evening;
use crate::exchange::demo::random::Random;
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::{Above, Ward};

/// An account, as it is printed.
pub struct Account {
    pub login: &'static str,
    pub role: Role,
    /// The code of its unit; nothing for the whole registry.
    pub unit_code: String,
}

/// A login, who it is of, the role, and the unit and its code.
type Post<'a> = (&'static str, &'static str, Role, Option<(Uuid, &'a str)>);

/// A password that follows from the seed, and its hash, which does as well.
pub struct Key {
    pub password: String,
    pub hash: String,
}

impl Key {
    pub async fn of(seed: u64) -> Result<Key> {
        // Of its own numbers: those of the rows stay as they are.
        let mut random = Random::new(!seed);
        let drawn = [(); 3].map(|()| random.bits().to_be_bytes());
        let salt = [drawn[0], drawn[1]].concat();
        let password = phrase(drawn[2][..6].try_into().unwrap_or_default());
        let hash = password::hash_salted(password.clone(), salt).await?;
        Ok(Key { password, hash })
    }
}

/// One account for each level, down to the first cell.
pub fn add(
    source: &mut Source,
    hash: &str,
    units: &Above,
    ward: &Ward,
    rows: &mut Rows,
) -> Vec<Account> {
    let organisation = Role::OrganisationOfficer;
    let cell = ward.cells.first();
    let posts: [Post; 5] = [
        ("quantri", "Đặng Khánh Duy", Role::Administrator, None),
        ("tochuc", "Phan Quốc Toàn", organisation, Some(units.top)),
        ("tochuc.tinh", "Võ Thị Hạnh", organisation, units.first_province()),
        ("canbo.phuong", "Lê Thu Huyền", Role::WardOfficer, Some((ward.id, &ward.code))),
        (
            "bithu.chibo",
            "Trần Thị Thanh Hòa",
            Role::CellSecretary,
            cell.map(|it| (it.id, it.code.as_str())),
        ),
    ];
    let at = evening(units.from_on);
    let mut accounts = Vec::new();
    for (login, display_name, role, unit) in posts {
        if unit.is_none() && role != Role::Administrator {
            continue;
        }
        let id = source.id();
        rows.account.push(row![id, login, display_name, hash, at]);
        let names = role != Role::Administrator;
        rows.role_grant.push(row![source.id(), id, role.as_str(), unit.map(|it| it.0), names, at]);
        let unit_code = unit.map(|it| it.1.to_owned()).unwrap_or_default();
        accounts.push(Account { login, role, unit_code });
    }
    accounts
}
