//! Undoing a reorganisation: the very rows that were there before, while nothing depends on
//! it.

use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::ids::ReorganisationId;
use crate::organisation::store::Turned;
use crate::reorganisations::apply::act_of;
use crate::reorganisations::model::Status;
use crate::reorganisations::store;
use crate::vietnamese::day;
use crate::{access, audit, members, organisation};

/// Why nothing was undone.
#[derive(Debug)]
pub enum Blockers {
    /// What depends on it by now, in Vietnamese.
    Dependents(Vec<String>),
    /// It is a draft, or somebody else has changed it since it was shown.
    Stale,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Blockers {
    /// A reference that this module knows nothing of is a dependent like the others.
    fn from(error: sqlx::Error) -> Blockers {
        let refers = error
            .as_database_error()
            .is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation);
        if refers {
            let text = "đơn vị mới mở đã có sổ sách khác ghi theo";
            return Blockers::Dependents(vec![text.to_owned()]);
        }
        Blockers::Database(error)
    }
}

/// Undoes what was applied and shown at `version`. Undone already: nothing is done again.
///
/// After any refusal the transaction is to be dropped.
pub async fn undo(
    tx: &mut Tx,
    actor: &Actor,
    id: ReorganisationId,
    version: i64,
    at: Moment,
) -> Result<(), Blockers> {
    store::hold(tx, id).await?;
    let it = store::get(tx, id).await?;
    match it.status {
        Status::Undone => return Ok(()),
        Status::Applied if it.version == version => {}
        Status::Applied | Status::Draft => return Err(Blockers::Stale),
    }
    let dependents = store::dependents(tx, &it).await?;
    if !dependents.is_empty() {
        return Err(Blockers::Dependents(dependents));
    }
    let turned = store::turned(tx, id).await?;
    let on = day::short(it.effective_on);
    for (unit_id, what) in &turned {
        let unit = organisation::store::get(tx, *unit_id, it.effective_on).await?;
        let said = match what {
            Turned::Opened => "Rút đơn vị",
            Turned::Changed => "Trả lại như cũ",
            Turned::Ended => "Mở lại",
        };
        let summary = format!(
            "{said} {} ({}): hoàn tác sắp xếp từ {on} theo {}",
            unit.name, unit.code, it.legal_reference
        );
        let act = Act::new("unit.restore", unit_id.0, summary).in_unit(*unit_id);
        audit::store::append(tx, actor, act).await?;
    }
    members::store::move_back(tx, id).await?;
    access::store::take_back(tx, id).await?;
    organisation::store::forget_succession(tx, id).await?;
    organisation::store::turn_back(tx, &turned, it.effective_on).await?;
    store::mark_undone(tx, &it, &actor.name, at).await?;
    let summary = format!("Hoàn tác sắp xếp đơn vị từ {on} theo {}", it.legal_reference);
    audit::store::append(tx, actor, act_of(&it, "reorganisation.undo", summary)).await?;
    Ok(())
}
