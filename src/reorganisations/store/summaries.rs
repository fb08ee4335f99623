//! The table before and after, as it was when a reorganisation was applied.

use crate::db::{Tx, change, on};
use crate::ids::ReorganisationId;
use crate::reorganisations::summary::Summary;

pub async fn keep(tx: &mut Tx, id: ReorganisationId, summary: &Summary) -> sqlx::Result<()> {
    let detail = serde_json::to_string(summary).map_err(super::unread)?;
    let sql = "INSERT INTO reorganisation_summary (reorganisation_id, detail) VALUES ($1, $2)";
    change!(tx, sqlx::query(sql).bind(id).bind(detail))?;
    Ok(())
}

/// None for a draft.
pub async fn find(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Option<Summary>> {
    let sql = "SELECT detail FROM reorganisation_summary WHERE reorganisation_id = $1";
    let detail: Option<String> =
        on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))?;
    detail.map(|it| serde_json::from_str(&it).map_err(super::unread)).transpose()
}
