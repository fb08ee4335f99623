//! The table of requests for a comment (form 3-213).

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::{MemberId, RequestId, SheetId, UnitId};

/// A request, as it is written and read.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Request {
    pub id: RequestId,
    pub member_id: MemberId,
    /// The cell that was asked.
    pub unit_id: UnitId,
    /// The sheet that it made; None where it asks for the year's.
    pub sheet_id: Option<SheetId>,
    pub year: i64,
    /// The committee that asks.
    pub issued_by: String,
    pub number: String,
    pub issued_on: Option<NaiveDate>,
    pub received_on: NaiveDate,
    /// The number of its dossier on the national portal; empty where it came on paper.
    pub portal_dossier: String,
    /// What an on-demand comment is for.
    pub purpose: String,
}

pub async fn add(tx: &mut Tx, new: &Request, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO evaluation_request (id, member_id, unit_id, sheet_id, year, issued_by,
                                               number, issued_on, received_on, portal_dossier,
                                               purpose, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.member_id)
            .bind(new.unit_id)
            .bind(new.sheet_id)
            .bind(new.year)
            .bind(&new.issued_by)
            .bind(&new.number)
            .bind(new.issued_on)
            .bind(new.received_on)
            .bind(&new.portal_dossier)
            .bind(&new.purpose)
            .bind(at)
    )?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: RequestId) -> sqlx::Result<Option<Request>> {
    let sql = "SELECT id, member_id, unit_id, sheet_id, year, issued_by, number, issued_on,
                      received_on, portal_dossier, purpose
               FROM evaluation_request WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// The requests that a sheet answers: those that made it, or that asked for the year's.
pub async fn of_sheet(tx: &mut Tx, _: &Scope, sheet_id: SheetId) -> sqlx::Result<Vec<Request>> {
    let sql = "SELECT request.id, request.member_id, request.unit_id, request.sheet_id,
                      request.year, request.issued_by, request.number, request.issued_on,
                      request.received_on, request.portal_dossier, request.purpose
               FROM evaluation_sheet AS sheet
               JOIN evaluation_request AS request
                    ON request.member_id = sheet.member_id AND request.year = sheet.year
                   AND ((sheet.kind = 'annual' AND request.sheet_id IS NULL)
                        OR request.sheet_id = sheet.id OR request.sheet_id = sheet.replaces_id)
               WHERE sheet.id = $1
               ORDER BY request.received_on DESC, request.id DESC
               LIMIT 20";
    on!(tx, db => sqlx::query_as(sql).bind(sheet_id).fetch_all(db))
}
