//! Writing a reorganisation down: all of it, in one transaction.

use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::ids::{ReorganisationId, ResidenceId, UnitId};
use crate::members::store::{Move, Resident};
use crate::organisation::store::{Succession, Turn, Turned, TurnedInto};
use crate::reorganisations::forest::{Node, Shape};
use crate::reorganisations::model::{Fault, Reorganisation, Status};
use crate::reorganisations::preview::{Check, Examined, examine};
use crate::reorganisations::store;
use crate::vietnamese::day;
use crate::{access, audit, members, organisation};

/// Why nothing was applied.
#[derive(Debug)]
pub enum Refused {
    /// The steps, or units they name, are not what they must be.
    Faults(Vec<Fault>),
    /// The machine has found what must be put right first.
    Checks(Vec<Check>),
    /// Somebody else has changed the draft since it was shown.
    Stale,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused::Database(error)
    }
}

/// Applies the draft that was shown at `version`. Units, their ancestry, roles and
/// successions are written at once, for a day to come too; the people move now if the day
/// has come, and by [`crate::reorganisations::due`] when it comes: whoever moves in or out
/// until then is counted where they are.
///
/// Applied already: nothing is done again. A database error leaves the transaction to be
/// dropped.
pub async fn apply(
    tx: &mut Tx,
    actor: &Actor,
    id: ReorganisationId,
    version: i64,
    at: Moment,
) -> Result<(), Refused> {
    store::hold(tx, id).await?;
    let it = store::get(tx, id).await?;
    match it.status {
        Status::Applied => return Ok(()),
        Status::Draft if it.version == version => {}
        Status::Draft | Status::Undone => return Err(Refused::Stale),
    }
    hold_roots(tx, &it).await?;
    let examined = examine(tx, &it).await?.map_err(Refused::Faults)?;
    if !examined.preview.may_apply() {
        let wrong = examined.preview.checks.into_iter().filter(|it| !it.ok && it.blocks);
        return Err(Refused::Checks(wrong.collect()));
    }
    write_units(tx, &it, &examined, at).await?;
    store::mark_applied(tx, &it, &examined.outcome.flows, &actor.name, at).await?;
    store::summaries::keep(tx, it.id, &examined.preview.summary).await?;
    if it.effective_on <= at.day() {
        settle(tx, &it, examined.residents.clone(), at).await?;
    }
    note(tx, actor, &it, &examined).await?;
    Ok(())
}

/// Two reorganisations at once, or one and what it builds upon: the second waits.
async fn hold_roots(tx: &mut Tx, it: &Reorganisation) -> sqlx::Result<()> {
    for root in organisation::store::roots(tx, it.effective_on).await? {
        organisation::store::hold(tx, root.id).await?;
    }
    Ok(())
}

async fn write_units(
    tx: &mut Tx,
    it: &Reorganisation,
    examined: &Examined,
    at: Moment,
) -> sqlx::Result<()> {
    let outcome = &examined.outcome;
    let changed = outcome.changed();
    let turns: Vec<Turn> = changed.iter().map(|node| turn(node)).collect();
    organisation::store::turn(tx, &turns, it.effective_on, at).await?;
    let mut units: Vec<(UnitId, Option<Turned>, i64)> =
        changed.iter().map(|node| (node.id, Some(turned(node)), node.version + 1)).collect();
    let named = outcome.named().into_iter().filter_map(|id| outcome.forest.get(id));
    units.extend(named.map(|node| (node.id, None, node.version)));
    store::add_units(tx, it.id, &units).await?;
    let successions: Vec<Succession> = outcome
        .heirs
        .iter()
        .map(|heir| Succession {
            predecessor_id: heir.predecessor,
            successor_id: heir.successor,
            main: heir.main,
        })
        .collect();
    organisation::store::succeed(tx, it.id, it.effective_on, &successions).await?;
    let passed: Vec<_> = examined.preview.grants.iter().map(|it| it.passed.clone()).collect();
    access::store::pass_on(tx, it.id, &passed, at).await
}

fn turn(node: &Node) -> Turn {
    Turn {
        unit_id: node.id,
        code: node.code.clone(),
        version: (!node.is_new()).then_some(node.version),
        period: node.now.as_ref().map(|shape| TurnedInto {
            name: shape.name.clone(),
            kind: shape.kind,
            official_code: shape.official_code.clone(),
            parent_id: shape.parent,
        }),
    }
}

fn turned(node: &Node) -> Turned {
    match (&node.before, &node.now) {
        (None, _) => Turned::Opened,
        (Some(_), Some(_)) => Turned::Changed,
        (Some(_), None) => Turned::Ended,
    }
}

/// Moves the people, each to the cell that was worked out.
pub(super) async fn settle(
    tx: &mut Tx,
    it: &Reorganisation,
    residents: Vec<(Resident, UnitId)>,
    at: Moment,
) -> sqlx::Result<usize> {
    let moving = residents.into_iter().filter(|(resident, to)| resident.cell_id != *to);
    let moves: Vec<Move> = moving
        .map(|(resident, to)| {
            // One that begins on the day or later was never of the old cell.
            let new_id = (resident.started_on < it.effective_on).then(ResidenceId::new);
            Move { resident, new_id, to }
        })
        .collect();
    members::store::move_residents(tx, it.id, it.effective_on, &moves, at).await?;
    store::mark_settled(tx, it.id, at).await?;
    Ok(moves.len())
}

/// An entry for every unit, and one for the whole.
async fn note(
    tx: &mut Tx,
    actor: &Actor,
    it: &Reorganisation,
    examined: &Examined,
) -> sqlx::Result<()> {
    let forest = &examined.outcome.forest;
    let parent = |shape: Option<&Shape>| {
        let above = shape.and_then(|it| it.parent).and_then(|id| forest.get(id));
        above.map_or_else(String::new, |it| it.name().to_owned())
    };
    let on = day::short(it.effective_on);
    for node in examined.outcome.changed() {
        let (action, verb) = match turned(node) {
            Turned::Opened => ("unit.open", "Mở"),
            Turned::Changed => ("unit.change", "Thay đổi"),
            Turned::Ended => ("unit.end", "Kết thúc"),
        };
        let (before, now) = (node.before.as_ref(), node.now.as_ref());
        let kind = |it: Option<&Shape>| it.map_or("", |it| it.kind.label());
        let said =
            |it: Option<&Shape>, part: fn(&Shape) -> String| it.map(part).unwrap_or_default();
        let name: fn(&Shape) -> String = |it| it.name.clone();
        let code: fn(&Shape) -> String = |it| it.official_code.clone().unwrap_or_default();
        let summary =
            format!("{verb} {} ({}) từ {on} theo {}", node.name(), node.code, it.legal_reference);
        let act = Act::new(action, node.id.0, summary)
            .in_unit(node.id)
            .changing("Tên", &said(before, name), &said(now, name))
            .changing("Cấp", kind(before), kind(now))
            .changing("Mã hành chính", &said(before, code), &said(now, code))
            .changing("Đơn vị cấp trên", &parent(before), &parent(now));
        audit::store::append(tx, actor, act).await?;
    }
    let preview = &examined.preview;
    let summary = format!(
        "Sắp xếp đơn vị từ {on} theo {}: mở {}, kết thúc {}, {} vai trò đi theo",
        it.legal_reference,
        preview.begin().len(),
        preview.end().len(),
        preview.grants.len()
    );
    audit::store::append(tx, actor, act_of(it, "reorganisation.apply", summary)).await
}

pub(super) fn act_of(it: &Reorganisation, action: &'static str, summary: String) -> Act {
    Act { unit_id: it.unit_id, ..Act::new(action, it.id.0, summary) }
}
