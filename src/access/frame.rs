//! What stands around a page: the path of units, the places to go, and who is looking.

use crate::access::confirm;
use crate::access::deputies::Deputy;
use crate::access::guard::Scope;
use crate::access::look::Look;
use crate::access::model::{Right, Role};
use crate::access::viewer::Viewer;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::organisation;
use crate::organisation::model::Unit;

/// Where in the site a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Counts,
    Members,
    Meetings,
    Contributions,
    Evaluation,
    Units,
    Accounts,
    Criteria,
    /// None of the places: an error, one's own account.
    Nowhere,
}

/// A unit of the path.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub href: String,
    pub current: bool,
}

/// A link among the places.
#[derive(Clone, Debug)]
pub struct PlaceLink {
    pub label: &'static str,
    pub icon: &'static str,
    pub href: String,
    pub current: bool,
}

#[derive(Clone, Debug)]
pub struct Frame {
    pub path: Vec<Step>,
    pub places: Vec<PlaceLink>,
    pub viewer: String,
    /// Whose the page is: what a browser keeps for one account, it shows to no other.
    pub account_id: AccountId,
    pub role: &'static str,
    /// `Làm hộ Trần Thị B đến hết 30/11/2024`, where the page is opened with a lent right.
    pub acts_for: Option<String>,
    /// Whether a form asks for the password before it does what cannot be left to anybody.
    pub confirm: bool,
    /// How this browser is shown the pages.
    pub look: Look,
    /// Whether the rail shows only what the secretary of a cell needs: see [`Look::simple`].
    pub simple: bool,
    /// Whether the icons stand in the page itself, for one that comes over a hall's line.
    pub draws: bool,
    /// `10:32:05 ngày 15/11/2024`, where the figures were read on a second server.
    pub fresh_to: Option<String>,
}

impl Frame {
    /// The frame of a page about `unit`, which the viewer has entered.
    ///
    /// Units above those that the viewer may see are named, but lead nowhere.
    pub async fn of_unit(
        tx: &mut Tx,
        viewer: &Viewer,
        scope: &Scope,
        unit: &Unit,
        place: Place,
    ) -> Result<Frame> {
        let today = clock::today();
        let mut units = organisation::store::path(tx, unit.id, today).await?;
        if units.is_empty() {
            // It has ended, or is yet to begin: where it stood last.
            let last = unit.to_on.and_then(|it| it.pred_opt()).unwrap_or(unit.from_on);
            units = organisation::store::path(tx, unit.id, last).await?;
        }
        let granted = |it: &Unit| viewer.grants.iter().any(|grant| grant.unit_id == Some(it.id));
        let first_seen = units.iter().position(granted).unwrap_or(units.len());
        let steps = units.iter().enumerate().map(|(depth, it)| Step {
            name: it.name.clone(),
            href: if depth < first_seen { String::new() } else { format!("/units/{}", it.code) },
            current: it.id == unit.id,
        });
        let simple = viewer.look.simple && unit.is_cell() && scope.may(Right::KeepMeetings);
        let places = if simple { few(unit, place) } else { places(scope, unit, place) };
        let deputy = viewer.deputies.iter().find(|it| it.unit_id == unit.id);
        let acts_for = deputy.map(Deputy::said);
        let bare = Frame::bare(viewer, place);
        Ok(Frame { path: steps.collect(), places, acts_for, simple, ..bare })
    }

    /// The frame of a page that is about no unit.
    pub fn bare(viewer: &Viewer, place: Place) -> Frame {
        let mut places = vec![link("Việc", "home", "/".to_owned(), place == Place::Home)];
        if viewer.is(Role::Administrator) {
            places.push(link(
                "Đơn vị",
                "tree",
                "/administration/units".to_owned(),
                place == Place::Units,
            ));
            places.push(link(
                "Tài khoản",
                "people",
                "/administration/accounts".to_owned(),
                place == Place::Accounts,
            ));
            let current = place == Place::Criteria;
            places.push(link("Tiêu chí", "sheet", "/criteria".to_owned(), current));
        } else if viewer.is(Role::OrganisationOfficer) {
            places.push(units(place));
        }
        let simple = viewer.look.simple && viewer.keeps_cells_alone();
        if simple {
            places.push(help());
        }
        let all_lent = viewer.deputies.len() == viewer.grants.len();
        Frame {
            path: Vec::new(),
            places,
            viewer: viewer.display_name.clone(),
            account_id: viewer.account_id,
            acts_for: viewer.deputies.first().filter(|_| all_lent).map(Deputy::said),
            confirm: confirm::needed(viewer),
            look: viewer.look,
            simple,
            draws: false,
            fresh_to: viewer.figures.fresh_to().map(Moment::shown_exactly),
            role: viewer.grants.first().map_or("Chưa có vai trò", |grant| grant.role.label()),
        }
    }
}

fn places(scope: &Scope, unit: &Unit, place: Place) -> Vec<PlaceLink> {
    let to = |page: &str| format!("/units/{}{page}", unit.code);
    let mut places = Vec::new();
    if unit.is_cell() && scope.may(Right::KeepMeetings) {
        places.push(link("Việc", "home", to("/tasks"), place == Place::Home));
    } else if scope.may(Right::SeeCounts) {
        if !unit.is_cell() {
            places.push(link("Việc", "home", to("/tasks"), place == Place::Home));
        }
        places.push(link("Số liệu", "chart", to(""), place == Place::Counts));
    }
    if scope.may(Right::SeeNames) {
        places.push(link("Đảng viên", "people", to("/members"), place == Place::Members));
        places.push(link("Họp", "meeting", to("/meetings"), place == Place::Meetings));
        places.push(link("Đóng góp", "gift", to("/works"), place == Place::Contributions));
    }
    if scope.may(Right::SeeCounts) {
        let current = place == Place::Evaluation;
        places.push(link("Nhận xét", "sheet", to("/evaluations"), current));
    }
    if scope.may(Right::Reorganise) {
        places.push(units(place));
    }
    places
}

/// Those of the simple mode: the next task, the roll of the nearest meeting, help.
fn few(unit: &Unit, place: Place) -> Vec<PlaceLink> {
    let roll = format!("/units/{}/roll-call", unit.code);
    vec![
        link("Việc", "home", format!("/units/{}/tasks", unit.code), place == Place::Home),
        link("Điểm danh", "meeting", roll, place == Place::Meetings),
        help(),
    ]
}

fn help() -> PlaceLink {
    link("Trợ giúp", "help", "/help".to_owned(), false)
}

/// Where those who reorganise units find what they do.
fn units(place: Place) -> PlaceLink {
    link("Đơn vị", "tree", "/reorganisations".to_owned(), place == Place::Units)
}

fn link(label: &'static str, icon: &'static str, href: String, current: bool) -> PlaceLink {
    PlaceLink { label, icon, href, current }
}
