//! Planned reorganisations whose day has come: their people move.

use std::time::Duration;

use chrono::NaiveDate;

use crate::audit::model::Actor;
use crate::clock::{self, Moment};
use crate::db::{Db, Tx};
use crate::ids::ReorganisationId;
use crate::organisation::store::Turned;
use crate::reorganisations::apply::{act_of, settle};
use crate::reorganisations::flow::destination;
use crate::reorganisations::store;
use crate::{audit, members};

/// How often the calendar is looked at: the day begins while somebody may be at work.
const EVERY: Duration = Duration::from_mins(1);

/// Moves the people of those whose day has come, for as long as the program serves; those
/// whose day came while it did not are moved at its start.
pub async fn keep_settling(db: Db) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = settle_due(&db, clock::today(), clock::now()).await {
            tracing::error!(%error, "a reorganisation whose day has come did not move its people");
        }
    }
}

/// Moves the people of every reorganisation whose day has come by `today`, each in a
/// transaction of its own; how many reorganisations.
pub async fn settle_due(db: &Db, today: NaiveDate, at: Moment) -> sqlx::Result<usize> {
    let mut reading = db.read().await?;
    let due = store::due(&mut reading, today).await?;
    drop(reading);
    let mut settled = 0;
    for id in due {
        let mut tx = db.write().await?;
        if settle_one(&mut tx, id, at).await? {
            settled += 1;
        }
        tx.commit().await?;
    }
    Ok(settled)
}

async fn settle_one(tx: &mut Tx, id: ReorganisationId, at: Moment) -> sqlx::Result<bool> {
    store::hold(tx, id).await?;
    let it = store::get(tx, id).await?;
    if it.settled_at.is_some() || it.undone_at.is_some() {
        // Another server has, or it was undone in the meantime.
        return Ok(false);
    }
    let flows = store::flows(tx, id).await?;
    let turned = store::turned(tx, id).await?;
    let ended: Vec<_> =
        turned.iter().filter(|(_, it)| *it == Turned::Ended).map(|(id, _)| *id).collect();
    let mut cells: Vec<_> = flows.iter().map(|it| it.from).chain(ended.iter().copied()).collect();
    cells.sort_unstable();
    cells.dedup();
    let residents = members::store::residents_from(tx, &cells, it.effective_on).await?;
    let residents = residents.into_iter().map(|resident| {
        let (member, cell) = (resident.member_id, resident.cell_id);
        let to = destination(member, cell, &resident.household_cluster, &flows);
        (resident, to)
    });
    let residents: Vec<_> = residents.collect();
    let left = residents.iter().filter(|(_, to)| ended.contains(to)).count();
    if left > 0 {
        // Somebody came into a cell that was empty when its end was decided.
        tracing::error!(reorganisation = %id, left, "people are left in a cell that has ended");
    }
    settle(tx, &it, residents, at).await?;
    let summary = format!("Đến ngày sắp xếp theo {}: đảng viên chuyển chi bộ", it.legal_reference);
    let act = act_of(&it, "reorganisation.settle", summary);
    audit::store::append(tx, &Actor::calendar(), act).await?;
    Ok(true)
}
