//! The table of grants: roles in units. A grant is in force from its day on, if it has one,
//! until it is revoked.

use chrono::NaiveDate;

use crate::access::deputies::Deputy;
use crate::access::model::{Grant, Role};
use crate::access::store::{deputies, remove_sessions_of, void_links};
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{AccountId, GrantId, ReorganisationId, UnitId};
use crate::vietnamese::day;

/// That a grant is in force on the day bound second. What is lent holds only while the lender,
/// in an account that is open, has the same role in the same unit.
macro_rules! in_force {
    () => {
        "role_grant.revoked_at IS NULL
         AND (role_grant.from_on IS NULL OR role_grant.from_on <= $2)
         AND (role_grant.to_on IS NULL OR role_grant.to_on > $2)
         AND (role_grant.for_account_id IS NULL
              OR EXISTS (SELECT 1 FROM role_grant AS own
                         JOIN account AS owner ON owner.id = own.account_id
                         WHERE own.account_id = role_grant.for_account_id
                           AND own.role = role_grant.role
                           AND own.unit_id = role_grant.unit_id
                           AND own.for_account_id IS NULL AND own.revoked_at IS NULL
                           AND (own.from_on IS NULL OR own.from_on <= $2)
                           AND owner.disabled_at IS NULL))"
    };
}
pub(crate) use in_force;

/// The grants in force on `today`, lent ones among them.
pub async fn grants_of(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
) -> sqlx::Result<Vec<Grant>> {
    Ok(deputies::held(tx, account_id, today).await?.0)
}

/// The grants in force, and those whose day has not come: who may change an account is
/// measured by all of them.
pub async fn given_to(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
) -> sqlx::Result<Vec<Grant>> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant
               WHERE account_id = $1 AND revoked_at IS NULL AND (to_on IS NULL OR to_on > $2)
               ORDER BY id";
    on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(today).fetch_all(db))
}

/// A grant, and what its unit is called.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NamedGrant {
    #[sqlx(flatten)]
    pub grant: Grant,
    /// None for the whole registry.
    pub unit_name: Option<String>,
    /// The first day of a grant that is to begin later.
    pub from_on: Option<NaiveDate>,
    /// Who has lent it, and the first day on which it holds no more.
    pub for_name: Option<String>,
    pub to_on: Option<NaiveDate>,
}

impl NamedGrant {
    /// The first day of one that is to begin, as pages write it.
    pub fn begins(&self) -> Option<String> {
        self.from_on.map(day::short)
    }

    /// `Làm hộ Trần Thị B đến hết 30/11/2024`, of one that is lent.
    pub fn lent(&self) -> Option<String> {
        let deputy = Deputy {
            grant_id: self.grant.id,
            unit_id: self.grant.unit_id?,
            for_name: self.for_name.clone()?,
            to_on: self.to_on?,
        };
        Some(deputy.said())
    }
}

/// The grants of all accounts, in force or to come, with the units' names on `on`; those of
/// units that do not stand that day with their last name.
pub async fn named_grants(tx: &mut Tx, on: NaiveDate) -> sqlx::Result<Vec<NamedGrant>> {
    let sql = "SELECT role_grant.id, role_grant.account_id, role_grant.role, role_grant.unit_id,
                      role_grant.names,
                      COALESCE(unit_period.name,
                               (SELECT last.name FROM unit_period AS last
                                WHERE last.unit_id = role_grant.unit_id
                                ORDER BY last.from_on DESC LIMIT 1)) AS unit_name,
                      CASE WHEN role_grant.from_on > $1 THEN role_grant.from_on END AS from_on,
                      lender.display_name AS for_name, role_grant.to_on
               FROM role_grant
               LEFT JOIN account AS lender ON lender.id = role_grant.for_account_id
               LEFT JOIN unit_period ON unit_period.unit_id = role_grant.unit_id
                                     AND unit_period.from_on <= $1
                                     AND (unit_period.to_on IS NULL OR unit_period.to_on > $1)
               WHERE role_grant.revoked_at IS NULL
                 AND (role_grant.to_on IS NULL OR role_grant.to_on > $1)
               ORDER BY role_grant.id";
    on!(tx, db => sqlx::query_as(sql).bind(on).fetch_all(db))
}

/// The grants, in force or to come, in `unit_id` and in the units below it on `on`.
pub async fn grants_below(
    tx: &mut Tx,
    unit_id: UnitId,
    on: NaiveDate,
) -> sqlx::Result<Vec<GrantId>> {
    let sql = "SELECT role_grant.id
               FROM unit_ancestor JOIN role_grant ON role_grant.unit_id = unit_ancestor.unit_id
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                 AND role_grant.revoked_at IS NULL";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(on).fetch_all(db))
}

/// A grant, in force or revoked.
pub async fn get_grant(tx: &mut Tx, id: GrantId) -> sqlx::Result<Grant> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

/// Grants a role; its sign-ins end, so that the new right begins with a new one.
pub async fn add_grant(tx: &mut Tx, grant: &Grant, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO role_grant (id, account_id, role, unit_id, names, granted_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(grant.id)
            .bind(grant.account_id)
            .bind(grant.role)
            .bind(grant.unit_id)
            .bind(grant.names)
            .bind(at)
    )?;
    remove_sessions_of(tx, grant.account_id).await?;
    // A link made for the lesser account must not open the greater one.
    void_links(tx, Some(grant.account_id), at).await
}

pub async fn revoke_grant(tx: &mut Tx, grant: &Grant, at: Moment) -> sqlx::Result<()> {
    let sql = "UPDATE role_grant SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(grant.id).bind(at))?)?;
    remove_sessions_of(tx, grant.account_id).await?;
    Ok(())
}

/// The grant of this role in this unit to this account, in force or to come, and not lent.
pub async fn find_grant(
    tx: &mut Tx,
    account_id: AccountId,
    role: Role,
    unit_id: Option<UnitId>,
) -> sqlx::Result<Option<Grant>> {
    let sql = "SELECT id, account_id, role, unit_id, names FROM role_grant
               WHERE account_id = $1 AND role = $2 AND revoked_at IS NULL
                 AND for_account_id IS NULL
               ORDER BY id";
    let grants: Vec<Grant> =
        on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(role).fetch_all(db))?;
    Ok(grants.into_iter().find(|it| it.unit_id == unit_id))
}

/// A grant in a unit, in force or to come, and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantOfUnit {
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub role: Role,
    pub unit_id: UnitId,
    pub names: bool,
    pub from_on: Option<NaiveDate>,
}

/// Every grant that is for a unit and not lent, of accounts that are not disabled: a successor
/// passes no deputies on.
pub async fn grants_in_units(tx: &mut Tx) -> sqlx::Result<Vec<GrantOfUnit>> {
    let sql = "SELECT role_grant.account_id, account.login, account.display_name,
                      role_grant.role, role_grant.unit_id, role_grant.names,
                      role_grant.from_on
               FROM role_grant JOIN account ON account.id = role_grant.account_id
               WHERE role_grant.unit_id IS NOT NULL AND role_grant.revoked_at IS NULL
                 AND role_grant.for_account_id IS NULL
                 AND account.disabled_at IS NULL
               ORDER BY account.login, role_grant.id";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// A role that a unit's successor gives to whoever has it in the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub account_id: AccountId,
    pub role: Role,
    pub unit_id: UnitId,
    pub names: bool,
    pub from_on: NaiveDate,
}

/// Grants what a reorganisation passes on; sign-ins and links end as in [`add_grant`].
pub async fn pass_on(
    tx: &mut Tx,
    id: ReorganisationId,
    passed: &[Passed],
    at: Moment,
) -> sqlx::Result<()> {
    for it in passed {
        let sql = "INSERT INTO role_grant (id, account_id, role, unit_id, names, granted_at,
                                           from_on, reorganisation_id)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        change!(
            tx,
            sqlx::query(sql)
                .bind(GrantId::new())
                .bind(it.account_id)
                .bind(it.role)
                .bind(it.unit_id)
                .bind(it.names)
                .bind(at)
                .bind(it.from_on)
                .bind(id)
        )?;
    }
    end_sessions(tx, id).await?;
    let sql = "UPDATE one_time_link SET used_at = $2
               WHERE used_at IS NULL
                 AND account_id IN (SELECT account_id FROM role_grant
                                    WHERE reorganisation_id = $1)";
    change!(tx, sqlx::query(sql).bind(id).bind(at))?;
    Ok(())
}

/// Takes back what [`pass_on`] granted.
pub async fn take_back(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<()> {
    end_sessions(tx, id).await?;
    let sql = "DELETE FROM role_grant WHERE reorganisation_id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

async fn end_sessions(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<()> {
    let sql = "DELETE FROM session
               WHERE account_id IN (SELECT account_id FROM role_grant
                                    WHERE reorganisation_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
