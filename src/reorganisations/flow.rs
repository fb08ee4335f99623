//! Which cell's people go where.

use serde::{Deserialize, Serialize};

use crate::ids::{MemberId, UnitId};

/// Where those who are in a cell go. Named people go before their cluster, clusters before
/// the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    pub from: UnitId,
    #[serde(default)]
    pub members: Vec<(MemberId, UnitId)>,
    #[serde(default)]
    pub clusters: Vec<(String, UnitId)>,
    /// None: the others stay.
    pub rest: Option<UnitId>,
}

/// The cell of somebody who lives in `cell`, in this household cluster, when all flows, in
/// order, have run.
pub fn destination(member: MemberId, cell: UnitId, cluster: &str, flows: &[Flow]) -> UnitId {
    flows.iter().fold(cell, |cell, flow| {
        if flow.from != cell {
            return cell;
        }
        let by_hand = flow.members.iter().find(|(it, _)| *it == member);
        let by_cluster = || flow.clusters.iter().find(|(it, _)| it == cluster.trim());
        let to = by_hand.map(|it| it.1).or_else(|| by_cluster().map(|it| it.1));
        to.or(flow.rest).unwrap_or(cell)
    })
}
