//! Which roles follow when units change.
//!
//! The rule (the preview shows what it comes to; whoever applies it may still revoke):
//!
//! * a unit that is renamed, moved or made another kind is the same unit: roles in it stay;
//! * merged: every role in a source is given in the target too, from the day on;
//! * split: every role in the source is given in each target that the step marks as a
//!   successor; where none is marked it stays in a source that goes on, or is given in the
//!   first target of one that ends. The cells of a ward that is split keep their
//!   secretaries: they are the same cells;
//! * dissolved: nothing follows.
//!
//! What follows is the same role with the same sight of names, only where the role fits the
//! kind of the target and the account does not have it there already. The old role stays, so
//! that the old book can be read.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::access::store::{GrantOfUnit, Passed};
use crate::reorganisations::forest::Forest;
use crate::reorganisations::model::Heir;

/// A role that follows from one unit to another.
#[derive(Clone, Debug)]
pub struct Following {
    pub grant: GrantOfUnit,
    pub passed: Passed,
}

/// The roles that follow, by who has them.
pub fn following(
    grants: &[GrantOfUnit],
    heirs: &[Heir],
    forest: &Forest,
    from_on: NaiveDate,
) -> Vec<Following> {
    let mut targets: HashMap<_, Vec<_>> = HashMap::new();
    for it in heirs.iter().filter(|it| it.grants) {
        targets.entry(it.predecessor).or_default().push(it.successor);
    }
    let mut found: Vec<Following> = Vec::new();
    for grant in grants {
        for target in targets.get(&grant.unit_id).map(Vec::as_slice).unwrap_or_default() {
            let kind = forest.get(*target).and_then(|it| it.now.as_ref()).map(|it| it.kind);
            if !kind.is_some_and(|kind| grant.role.fits(kind)) {
                continue;
            }
            let same = |account, role, unit, names: bool| {
                (account, role, unit) == (grant.account_id, grant.role, *target)
                    && (names || !grant.names)
            };
            let has = grants.iter().any(|it| {
                let in_time = it.from_on.is_none_or(|begins| begins <= from_on);
                in_time && same(it.account_id, it.role, it.unit_id, it.names)
            });
            let passed = |it: &Following| {
                same(it.passed.account_id, it.passed.role, it.passed.unit_id, it.passed.names)
            };
            if has || found.iter().any(passed) {
                continue;
            }
            let begins = grant.from_on.map_or(from_on, |it| it.max(from_on));
            found.push(Following {
                grant: grant.clone(),
                passed: Passed {
                    account_id: grant.account_id,
                    role: grant.role,
                    unit_id: *target,
                    names: grant.names,
                    from_on: begins,
                },
            });
        }
    }
    found
}
