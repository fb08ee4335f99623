//! What a merge writes, and its undoing writes back.

use chrono::NaiveDate;

use crate::access::viewer::Viewer;
use crate::audit::model::Act;
use crate::db::Tx;
use crate::ids::{LetterId, MergeId, ResidenceId};
use crate::members::form::{Person, PersonForm};
use crate::members::model::{EndReason, NewResidence, Residence};
use crate::members::pages::standing::Standing;
use crate::members::store::{self, Merge};
use crate::{audit, clock};

/// The first day on which a residence that a merge ends holds no more: a residence lasts
/// a day at least.
pub fn last_day(residence: &Residence, today: NaiveDate) -> NaiveDate {
    residence.started_on.succ_opt().map_or(today, |it| it.max(today))
}

pub async fn write(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MergeId,
    (kept, merged): (&Standing, &Standing),
    (before, after): (PersonForm, PersonForm),
    person: Person,
) -> sqlx::Result<()> {
    let json = |form: &PersonForm| {
        serde_json::to_string(form).map_err(|it| sqlx::Error::Encode(it.into()))
    };
    let (kept_id, merged_id) = (kept.member.id, merged.member.id);
    let residence = Some(&merged.residence).filter(|it| it.is_open());
    let merge = Merge {
        id,
        kept_id,
        merged_id,
        account_name: viewer.signed_name(),
        merged_at: clock::now(),
        form_before: json(&before)?,
        form_after: json(&after)?,
        residence_id: residence.map(|it| it.id),
        undone_at: None,
    };
    store::add_merge(tx, &merge).await?;
    fill(tx, kept, person).await?;
    if let Some(it) = residence {
        let on = last_day(it, clock::today());
        store::end_residence(tx, it.id, it.version, on, EndReason::Other).await?;
    }
    if let Some(letter_id) = letter_taken(kept, merged) {
        store::attach_letter(tx, kept.residence.id, letter_id).await?;
    }
    let name = &merged.member.full_name;
    let summary = format!("Gộp một hồ sơ trùng của {name} vào hồ sơ này");
    let mut act = Act::new("member.merge", kept_id.0, summary).in_unit(kept.cell.id);
    for it in after.differences(&before) {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(tx, &viewer.actor(), act).await?;
    let summary = format!("Gộp hồ sơ này của {name} vào hồ sơ {}", kept.member.full_name);
    let act = Act::new("member.merge", merged_id.0, summary).in_unit(merged.cell.id);
    audit::store::append(tx, &viewer.actor(), act).await
}

/// The letter of the record given up, on which the kept one's home in the same cell rests
/// from now on: the person has brought it, whichever record says so.
pub fn letter_taken(kept: &Standing, merged: &Standing) -> Option<LetterId> {
    let (home, other) = (&kept.residence, &merged.residence);
    let wants = home.is_open() && home.letter_id.is_none() && home.cell_id == other.cell_id;
    other.letter_id.filter(|_| wants)
}

/// Writes the person over the kept record.
pub async fn fill(tx: &mut Tx, kept: &Standing, person: Person) -> sqlx::Result<()> {
    let workplace_id = store::workplace_of(tx, &person.workplace).await?;
    let member = person.into_member(kept.member.id, workplace_id);
    store::change(tx, &member, kept.member.version).await
}

/// The residence of a record that is taken out of a merge again.
pub fn anew(old: &Residence, today: NaiveDate) -> NewResidence {
    NewResidence {
        id: ResidenceId::new(),
        member_id: old.member_id,
        cell_id: old.cell_id,
        letter_id: old.letter_id,
        address: old.address.clone(),
        household_cluster: old.household_cluster.clone(),
        kind: old.kind,
        exempt: old.exempt_reason,
        started_on: old.ended_on.map_or(today, |it| it.max(today)),
        ended: None,
    }
}
