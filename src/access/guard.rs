//! The check that every page passes: whether the viewer may do this in that unit.

use crate::access::deputies::Deputy;
use crate::access::model::{Grant, Right};
use crate::access::viewer::Viewer;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::organisation::tree::Ancestor;

/// The proof that the check was passed: stores that name people ask for it.
///
/// Only [`enter`] makes one for a viewer; [`Scope::command_line`] is for whoever sits at
/// the server itself, and for what the server counts before those who have entered ask.
#[derive(Clone, Debug)]
pub struct Scope {
    unit_id: UnitId,
    /// The rights that the viewer has in the unit.
    rights: Vec<Right>,
}

impl Scope {
    /// For the command line, which already holds the database in its hands.
    pub fn command_line(unit_id: UnitId) -> Scope {
        Scope { unit_id, rights: vec![Right::SeeCounts, Right::SeeNames, Right::ExportNames] }
    }

    /// The unit that was entered.
    pub fn unit_id(&self) -> UnitId {
        self.unit_id
    }

    /// Whether the viewer also has `right` here: pages show a button only then.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

/// Lets the viewer into a unit to use `right` there, today.
///
/// 404 where the viewer may not even know of the thing, 403 where only the right to
/// act on it is missing. Belongs into the transaction of what it guards.
pub async fn enter(tx: &mut Tx, viewer: &Viewer, unit_id: UnitId, right: Right) -> Result<Scope> {
    let above = organisation::store::above_now(tx, unit_id, clock::today()).await?;
    let rights = rights(viewer, &above);
    if rights.contains(&right) {
        viewer.looks.enter(unit_id);
        if let Some(deputy) = lent(viewer, right, &above) {
            viewer.acting.begin(&deputy.for_name);
        }
        return Ok(Scope { unit_id, rights });
    }
    Err(if rights.contains(&right.sight()) { Error::Forbidden } else { Error::NotFound })
}

/// Who has lent the viewer the right, where it is not also the viewer's own.
fn lent<'a>(viewer: &'a Viewer, right: Right, above: &[Ancestor]) -> Option<&'a Deputy> {
    let mut lent = None;
    for grant in viewer.grants.iter().filter(|it| allows(it, right, above)) {
        lent = Some(viewer.deputies.iter().find(|it| it.grant_id == grant.id)?);
    }
    lent
}

/// Whether the grant has `right` in a unit with these above it, itself included.
fn allows(grant: &Grant, right: Right, above: &[Ancestor]) -> bool {
    match grant.unit_id {
        None => grant.role.allows(right, false, grant.names),
        Some(unit_id) => above.iter().any(|it| {
            it.ancestor_id == unit_id && grant.role.allows(right, it.depth > 0, grant.names)
        }),
    }
}

fn rights(viewer: &Viewer, above: &[Ancestor]) -> Vec<Right> {
    const ALL: [Right; 16] = [
        Right::SeeCounts,
        Right::SeeNames,
        Right::KeepMembers,
        Right::KeepMeetings,
        Right::KeepContributions,
        Right::KeepEvaluations,
        Right::ConfirmEvaluations,
        Right::OpenEvaluations,
        Right::ConfirmFigures,
        Right::ExportNames,
        Right::KeepSettings,
        Right::KeepUnits,
        Right::KeepAccounts,
        Right::Reorganise,
        Right::ReadAccessLog,
        Right::Anonymise,
    ];
    let has = |right: &Right| viewer.grants.iter().any(|grant| allows(grant, *right, above));
    let reached = |right: &Right| viewer.limits.is_none_or(|it| it.reach(*right, above));
    ALL.into_iter().filter(has).filter(reached).collect()
}

/// Enters the unit whose code stands in the address, as it is today.
pub async fn enter_by_code(
    tx: &mut Tx,
    viewer: &Viewer,
    code: &str,
    right: Right,
) -> Result<(Unit, Scope)> {
    let unit = organisation::store::get_by_code(tx, code, clock::today()).await?;
    let scope = enter(tx, viewer, unit.id, right).await?;
    Ok((unit, scope))
}
