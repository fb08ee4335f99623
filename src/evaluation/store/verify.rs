//! What whoever holds a printed sheet may learn of it: nothing that names the member.

use crate::db::{Tx, on};
use crate::evaluation::model::State;
use crate::ids::{SheetId, UnitId};

/// The sheet behind a code that was printed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Found {
    pub id: SheetId,
    pub unit_id: UnitId,
    pub year: i64,
    pub state: State,
    pub full_name: String,
    pub reference_on: chrono::NaiveDate,
}

/// The sheet whose signature bears the code; None where no sheet does, or where it went back
/// since and is to be signed anew.
pub async fn find(tx: &mut Tx, code: &str) -> sqlx::Result<Option<Found>> {
    let sql = "SELECT sheet.id, sheet.unit_id, sheet.year, sheet.state, signature.full_name,
                      sheet.reference_on
               FROM evaluation_signature AS signature
               JOIN evaluation_sheet AS sheet ON sheet.id = signature.sheet_id
                                             AND sheet.signature_id = signature.act_id
               WHERE signature.code = $1";
    on!(tx, db => sqlx::query_as(sql).bind(code).fetch_optional(db))
}
