//! Lent grants: those of deputies, in the table of grants.

use chrono::NaiveDate;

use crate::access::deputies::{Deputy, Listed, NewDeputy, Secretary};
use crate::access::model::{Grant, Role};
use crate::access::store::grants::in_force;
use crate::access::store::{remove_sessions_of, void_links};
use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{AccountId, GrantId, UnitId};

/// A grant, and by whom and for how long it is lent.
#[derive(sqlx::FromRow)]
pub(super) struct Held {
    #[sqlx(flatten)]
    pub grant: Grant,
    pub for_name: Option<String>,
    pub to_on: Option<NaiveDate>,
}

impl Held {
    fn deputy(&self) -> Option<Deputy> {
        Some(Deputy {
            grant_id: self.grant.id,
            unit_id: self.grant.unit_id?,
            for_name: self.for_name.clone()?,
            to_on: self.to_on?,
        })
    }
}

/// The grants of an account in force on `today`, and which of them are lent to it.
pub async fn held(
    tx: &mut Tx,
    account_id: AccountId,
    today: NaiveDate,
) -> sqlx::Result<(Vec<Grant>, Vec<Deputy>)> {
    let sql = concat!(
        "SELECT role_grant.id, role_grant.account_id, role_grant.role, role_grant.unit_id,
                role_grant.names, role_grant.to_on, lender.display_name AS for_name
         FROM role_grant
         LEFT JOIN account AS lender ON lender.id = role_grant.for_account_id
         WHERE role_grant.account_id = $1 AND ",
        in_force!(),
        " ORDER BY role_grant.id"
    );
    let held: Vec<Held> =
        on!(tx, db => sqlx::query_as(sql).bind(account_id).bind(today).fetch_all(db))?;
    Ok(parted(held))
}

pub(super) fn parted(held: Vec<Held>) -> (Vec<Grant>, Vec<Deputy>) {
    let deputies = held.iter().filter_map(Held::deputy).collect();
    (held.into_iter().map(|it| it.grant).collect(), deputies)
}

macro_rules! listed {
    ($rest:expr) => {
        concat!(
            "SELECT role_grant.id, role_grant.account_id, account.display_name,
                    role_grant.for_account_id, lender.display_name AS for_name,
                    role_grant.from_on, role_grant.to_on, role_grant.reason,
                    role_grant.revoked_at IS NOT NULL AS is_revoked
             FROM role_grant
             JOIN account ON account.id = role_grant.account_id
             JOIN account AS lender ON lender.id = role_grant.for_account_id ",
            $rest
        )
    };
}

/// The deputies of a cell, of now and of before, the latest first.
pub async fn list(tx: &mut Tx, unit_id: UnitId, limit: i64) -> sqlx::Result<Vec<Listed>> {
    let sql = listed!("WHERE role_grant.unit_id = $1 ORDER BY role_grant.id DESC LIMIT $2");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(limit).fetch_all(db))
}

/// One of them.
pub async fn find(tx: &mut Tx, id: GrantId) -> sqlx::Result<Option<Listed>> {
    let sql = listed!("WHERE role_grant.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Whose the role of secretary is in the cell on `today`.
pub async fn secretaries(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
) -> sqlx::Result<Vec<Secretary>> {
    let sql = "SELECT DISTINCT account.id AS account_id, account.display_name
               FROM role_grant JOIN account ON account.id = role_grant.account_id
               WHERE role_grant.unit_id = $1 AND role_grant.role = $3
                 AND role_grant.for_account_id IS NULL AND role_grant.revoked_at IS NULL
                 AND (role_grant.from_on IS NULL OR role_grant.from_on <= $2)
                 AND account.disabled_at IS NULL
               ORDER BY account.display_name, account.id";
    let role = Role::CellSecretary;
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).bind(role).fetch_all(db))
}

/// Whether the account has a role of its own in the unit or below it on `today`: whoever is
/// unknown there cannot be named, and so not be found out.
pub async fn belongs_to(
    tx: &mut Tx,
    account_id: AccountId,
    unit_id: UnitId,
    today: NaiveDate,
) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*)
               FROM role_grant
               JOIN unit_ancestor ON unit_ancestor.unit_id = role_grant.unit_id
                                  AND unit_ancestor.ancestor_id = $3
                                  AND unit_ancestor.from_on <= $2
                                  AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               WHERE role_grant.account_id = $1 AND role_grant.for_account_id IS NULL
                 AND role_grant.revoked_at IS NULL
                 AND (role_grant.from_on IS NULL OR role_grant.from_on <= $2)";
    let roles: i64 = on!(tx, db => sqlx::query_scalar(sql)
        .bind(account_id)
        .bind(today)
        .bind(unit_id)
        .fetch_one(db))?;
    Ok(roles > 0)
}

/// Whether a role is lent to the account on `today`, or will be.
pub async fn is_deputy(tx: &mut Tx, account_id: AccountId, today: NaiveDate) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) FROM role_grant
               WHERE account_id = $1 AND for_account_id IS NOT NULL AND revoked_at IS NULL
                 AND to_on > $2";
    let lent: i64 =
        on!(tx, db => sqlx::query_scalar(sql).bind(account_id).bind(today).fetch_one(db))?;
    Ok(lent > 0)
}

/// Lends the role; sign-ins and links of the deputy end as with every grant.
pub async fn add(tx: &mut Tx, new: &NewDeputy, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO role_grant (id, account_id, role, unit_id, names, granted_at, from_on,
                                       for_account_id, to_on, reason)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.grant.id)
            .bind(new.grant.account_id)
            .bind(new.grant.role)
            .bind(new.grant.unit_id)
            .bind(new.grant.names)
            .bind(at)
            .bind(new.from_on)
            .bind(new.for_account_id)
            .bind(new.to_on)
            .bind(&new.reason)
    )?;
    remove_sessions_of(tx, new.grant.account_id).await?;
    void_links(tx, Some(new.grant.account_id), at).await
}
