//! Roles, rights, and the table that joins them.

use crate::clock::Moment;
use crate::ids::{AccountId, GrantId, UnitId};
use crate::organisation::model::UnitKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum Role {
    CellSecretary,
    WardOfficer,
    OrganisationOfficer,
    Administrator,
}

impl Role {
    pub const ALL: [Role; 4] =
        [Role::CellSecretary, Role::WardOfficer, Role::OrganisationOfficer, Role::Administrator];

    /// Those who see more than one cell, or say who sees it: a password alone is too little
    /// for them (ASVS 6.3.3).
    pub const FAR_SEEING: [Role; 3] =
        [Role::WardOfficer, Role::OrganisationOfficer, Role::Administrator];

    /// As forms, files and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::CellSecretary => "cell_secretary",
            Role::WardOfficer => "ward_officer",
            Role::OrganisationOfficer => "organisation_officer",
            Role::Administrator => "administrator",
        }
    }

    pub fn read(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text.replace('-', "_"))
    }

    pub fn label(self) -> &'static str {
        match self {
            Role::CellSecretary => "Bí thư chi bộ",
            Role::WardOfficer => "Cán bộ đảng ủy phường, xã",
            Role::OrganisationOfficer => "Cán bộ ban tổ chức",
            Role::Administrator => "Quản trị",
        }
    }

    /// What the role lets one see, said on the page where it is granted.
    pub fn explained(self) -> &'static str {
        match self {
            Role::CellSecretary => "Xem và ghi mọi việc của một chi bộ.",
            Role::WardOfficer => {
                "Xem họ tên trong cả phường, xã; tiếp nhận và phân công; không sửa cuộc họp của chi bộ."
            }
            Role::OrganisationOfficer => {
                "Xem số liệu mọi cấp bên dưới, sắp xếp đơn vị; chỉ xem họ tên nếu được cho phép riêng."
            }
            Role::Administrator => "Quản lý đơn vị và tài khoản; không xem đảng viên.",
        }
    }

    /// Whether the role can be granted in a unit of this kind.
    pub fn fits(self, kind: UnitKind) -> bool {
        match self {
            Role::CellSecretary => kind == UnitKind::Cell,
            Role::WardOfficer => {
                matches!(kind, UnitKind::Ward | UnitKind::Commune | UnitKind::Township)
            }
            Role::OrganisationOfficer | Role::Administrator => kind != UnitKind::Cell,
        }
    }

    /// Where the role can be granted, said to whoever chose another unit.
    pub fn place(self) -> &'static str {
        match self {
            Role::CellSecretary => "vai trò này chỉ trao ở một chi bộ",
            Role::WardOfficer => "vai trò này chỉ trao ở một phường, xã hoặc thị trấn",
            Role::OrganisationOfficer => "vai trò này trao ở đơn vị trên chi bộ",
            Role::Administrator => "vai trò này trao ở đơn vị trên chi bộ, hoặc cho cả sổ",
        }
    }

    /// Whether the role has `right` in a unit, at or `below` the one it was granted
    /// for; `names` is what the grant says of names.
    pub fn allows(self, right: Right, below: bool, names: bool) -> bool {
        use Right::{
            Anonymise, ConfirmEvaluations, ConfirmFigures, ExportNames, KeepAccounts,
            KeepContributions, KeepEvaluations, KeepMeetings, KeepMembers, KeepSettings, KeepUnits,
            OpenEvaluations, ReadAccessLog, Reorganise, SeeCounts, SeeNames,
        };
        match self {
            Role::CellSecretary => {
                let own = matches!(
                    right,
                    SeeNames
                        | KeepMembers
                        | KeepMeetings
                        | KeepContributions
                        | KeepEvaluations
                        | KeepSettings
                        | ConfirmFigures
                        | ExportNames
                );
                right == SeeCounts || (own && !below)
            }
            Role::WardOfficer => match right {
                SeeCounts | SeeNames | KeepMembers | ExportNames | ConfirmEvaluations
                | OpenEvaluations | ReadAccessLog | Anonymise => true,
                KeepMeetings | KeepContributions | KeepSettings | ConfirmFigures => !below,
                KeepEvaluations | KeepUnits | KeepAccounts | Reorganise => false,
            },
            Role::OrganisationOfficer => match right {
                SeeCounts | OpenEvaluations | Reorganise => true,
                KeepSettings | ConfirmFigures => !below,
                SeeNames | ExportNames | ReadAccessLog | Anonymise => names,
                _ => false,
            },
            Role::Administrator => {
                matches!(
                    right,
                    KeepUnits | KeepAccounts | KeepSettings | Reorganise | ReadAccessLog
                )
            }
        }
    }
}

/// What can be done in a unit. Each page asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Counts of the unit and of those below it.
    SeeCounts,
    /// The members, and everything that names them.
    SeeNames,
    KeepMembers,
    KeepMeetings,
    KeepContributions,
    /// Writing comment sheets and signing them for the cell.
    KeepEvaluations,
    /// The second signature: confirming sheets, or giving them back.
    ConfirmEvaluations,
    /// Opening the year's comments, and settling its days.
    OpenEvaluations,
    /// Answering for the figures of a day: each unit for its own.
    ConfirmFigures,
    /// Files that name members.
    ExportNames,
    /// What the unit settles for itself and for those below it.
    KeepSettings,
    KeepUnits,
    KeepAccounts,
    /// Drafting, applying and undoing what merges, splits or renames units at or below.
    Reorganise,
    /// Who looked at, or took away, what names the members; without their names for those
    /// who do not see them.
    ReadAccessLog,
    /// Freeing records whose time is over of what tells whose they are.
    Anonymise,
}

impl Right {
    /// Whether pages behind it may name members.
    pub fn names_people(self) -> bool {
        self.sight() == Right::SeeNames || self == Right::ExportNames
    }

    /// The right that lets one know the thing exists: without it the answer is 404,
    /// with it and without the right itself 403.
    #[must_use]
    pub fn sight(self) -> Right {
        match self {
            Right::KeepMembers
            | Right::KeepMeetings
            | Right::KeepContributions
            | Right::KeepEvaluations
            | Right::ConfirmEvaluations => Right::SeeNames,
            Right::ExportNames
            | Right::KeepSettings
            | Right::OpenEvaluations
            | Right::ConfirmFigures => Right::SeeCounts,
            other => other,
        }
    }
}

/// A role that an account has in a unit; in the whole registry where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Grant {
    pub id: GrantId,
    pub account_id: AccountId,
    pub role: Role,
    pub unit_id: Option<UnitId>,
    /// Whether an organisation officer sees names.
    pub names: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    pub id: AccountId,
    /// What is typed to sign in; lower case.
    pub login: String,
    pub display_name: String,
    pub password_hash: Option<String>,
    pub disabled_at: Option<Moment>,
    pub version: i64,
    pub created_at: Moment,
}

/// Reads a login as typed: what it is kept as, or what is wrong with it.
pub fn read_login(typed: &str) -> Result<String, String> {
    let login = typed.trim().to_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if (3..=40).contains(&login.len()) && login.chars().all(plain) {
        Ok(login)
    } else {
        Err("Tên đăng nhập từ 3 đến 40 ký tự: chữ không dấu, chữ số, dấu chấm, gạch nối".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_sees_no_member() {
        for right in [Right::SeeCounts, Right::SeeNames, Right::KeepMembers, Right::ExportNames] {
            assert!(!Role::Administrator.allows(right, false, true));
        }
    }

    #[test]
    fn a_ward_does_not_hold_the_meetings_of_its_cells() {
        assert!(Role::WardOfficer.allows(Right::KeepMeetings, false, false));
        assert!(!Role::WardOfficer.allows(Right::KeepMeetings, true, false));
    }

    #[test]
    fn an_organisation_officer_sees_names_only_where_the_grant_says_so() {
        assert!(!Role::OrganisationOfficer.allows(Right::SeeNames, true, false));
        assert!(Role::OrganisationOfficer.allows(Right::SeeNames, true, true));
        assert!(!Role::OrganisationOfficer.allows(Right::KeepMembers, true, true));
    }
}
