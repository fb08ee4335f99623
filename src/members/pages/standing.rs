//! Where a member stands, as the pages need it that change just that.

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Clash;
use crate::ids::{MemberId, ResidenceId};
use crate::members::model::{Member, Residence};
use crate::members::pages::enter_member;
use crate::members::store::{self, Headcount};
use crate::members::timeline::in_text;
use crate::organisation::model::Unit;
use crate::vietnamese::day;

pub struct Standing {
    pub member: Member,
    pub cell: Unit,
    /// The open residence, or else the last, and those before it.
    pub residence: Residence,
    pub before: Vec<Residence>,
    /// Of the cell, today.
    pub head: Headcount,
}

impl Standing {
    /// For a viewer who keeps the members of the cell; the frame is that of the cell.
    pub async fn enter(tx: &mut Tx, viewer: &Viewer, id: MemberId) -> Result<(Frame, Standing)> {
        let (cell, scope) = enter_member(tx, viewer, id, Right::KeepMembers).await?;
        let frame = Frame::of_unit(tx, viewer, &scope, &cell, Place::Members).await?;
        // Whoever has a cell has a residence.
        let mut residences = store::residences_of(tx, id).await?;
        let residence = residences.remove(0);
        let member = store::get(tx, id).await?;
        let head = store::headcount(tx, cell.id, clock::today()).await?;
        let standing = Standing { member, cell, residence, before: residences, head };
        Ok((frame, standing))
    }

    /// Likewise, to change something: nobody else does until the transaction has ended.
    pub async fn hold(tx: &mut Tx, viewer: &Viewer, id: MemberId) -> Result<(Frame, Standing)> {
        enter_member(tx, viewer, id, Right::KeepMembers).await?;
        store::hold(tx, id).await?;
        Standing::enter(tx, viewer, id).await
    }

    pub fn href(&self) -> String {
        format!("/members/{}", self.member.id)
    }

    /// What was seen of the record and of where the person lives.
    pub fn versions(&self) -> String {
        format!("{}.{}", self.member.version, self.residence.version)
    }

    /// Whether the member has this residence already: its form came twice.
    pub fn has(&self, id: ResidenceId) -> bool {
        self.residence.id == id || self.before.iter().any(|it| it.id == id)
    }

    /// Whether the residence is still the one, and as, the form has seen it.
    pub fn is_as_seen(&self, residence_id: &str, version: &str) -> bool {
        residence_id.trim() == self.residence.id.to_string()
            && version.trim() == self.residence.version.to_string()
    }

    /// What is stored now, beside what the form wants, where somebody was quicker.
    pub fn clashes(&self, typed: &str) -> Vec<Clash> {
        let it = &self.residence;
        let cell = in_text(&it.cell_name);
        let stored = match (it.ended_on, it.end_reason) {
            (Some(on), Some(reason)) => {
                format!("Thôi ở {cell} từ {}: {}", day::short(on), in_text(reason.label()))
            }
            _ => format!(
                "Ở {cell} từ {}, {}, diện {}",
                day::short(it.started_on),
                it.place(),
                it.category.label().to_lowercase()
            ),
        };
        Clash::between(&[("Nơi cư trú", &stored, typed)])
    }
}
