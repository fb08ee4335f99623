//! What a page showed of people: kept as the page passes the guard, noted once it answered.
//! So a page added tomorrow is noted as well.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act;
use crate::ids::{MemberId, UnitId};

/// On the answer of a page whose right says that it may name people.
#[derive(Clone, Copy)]
pub struct NamesPeople;

/// What one request was shown.
#[derive(Clone, Debug, Default)]
pub struct Looks(Arc<Mutex<Seen>>);

/// Of what the page was, and how many people it named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// The first unit that was entered: the one the page is about.
    unit_id: Option<UnitId>,
    member_id: Option<MemberId>,
    people: Option<usize>,
    told: bool,
}

impl Looks {
    pub(super) fn enter(&self, unit_id: UnitId) {
        self.change(|it| it.unit_id = it.unit_id.or(Some(unit_id)));
    }

    /// The page is about this person.
    pub fn at(&self, member_id: MemberId) {
        self.change(|it| it.member_id = Some(member_id));
    }

    /// The page names so many people.
    pub fn people(&self, count: usize) {
        self.change(|it| it.people = Some(count));
    }

    /// The handler wrote it down itself.
    pub fn told(&self) {
        self.change(|it| it.told = true);
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The page that was shown before is shown again.
    pub(super) fn again(&self, seen: Seen) {
        self.change(|it| *it = seen);
    }

    pub(super) fn seen(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// The entry: it names nobody, but for the id of the person or of the thing.
    fn act(self, page: &str, path: &str) -> Option<Act> {
        let unit_id = self.unit_id.filter(|_| !self.told)?;
        let mut parts = path.split('/').skip(1);
        let (thing, id) = (parts.next(), parts.next().and_then(|it| it.parse::<Uuid>().ok()));
        let member = self.member_id.map(|it| it.0).or(id.filter(|_| thing == Some("members")));
        // An empty list shows nobody, nor does an empty form of something new.
        if self.people == Some(0) || (member.is_none() && page.ends_with("/new")) {
            return None;
        }
        let action = if member.is_some() { "view.member" } else { "view.page" };
        let mut summary = format!("Mở {}", called(page));
        if let Some(people) = self.people {
            summary = format!("{summary}: {people} người");
        }
        Some(Act::new(action, member.or(id), summary).in_unit(unit_id))
    }
}

/// What a page is called, by the pattern of its address.
fn called(page: &str) -> &'static str {
    const PARTS: [(&str, &str); 25] = [
        ("/members/{id}/edit", "biểu mẫu sửa lý lịch"),
        ("/members/{id}/data-requests", "biểu mẫu yêu cầu về dữ liệu"),
        ("/members/{id}/data", "trang dữ liệu về đảng viên"),
        ("/members/{id}/viewers", "trang ai đã xem đảng viên"),
        ("/data-requests/{id}", "yêu cầu về dữ liệu"),
        ("/data-requests", "danh sách yêu cầu về dữ liệu"),
        ("/retention", "danh sách hồ sơ cũ"),
        ("/access-log", "nhật ký xem và xuất"),
        ("/members/{id}/", "biểu mẫu về đảng viên"),
        ("/members/{id}", "trang đảng viên"),
        ("/members", "danh sách đảng viên"),
        ("/units/{code}/letters", "danh sách giấy giới thiệu"),
        ("/letters", "giấy giới thiệu"),
        ("/roll-call", "bản điểm danh"),
        ("/absences", "danh sách xin vắng"),
        ("/minutes", "biên bản"),
        ("/opinions", "sổ ý kiến"),
        ("/contributions", "sổ đóng góp"),
        ("/works", "công trình, quỹ"),
        ("/evaluations/{id}", "phiếu nhận xét"),
        ("/evaluations", "danh sách phiếu nhận xét"),
        ("/meetings", "cuộc họp"),
        ("/changes", "danh sách người tăng, giảm"),
        ("/import", "danh sách đang nhập"),
        ("/exports", "trang xuất tệp"),
    ];
    let found = PARTS.iter().find(|(part, _)| page.contains(part));
    found.map_or("trang có họ tên", |(_, called)| called)
}

/// Notes who looked at a page that names people.
pub async fn note(
    State(app): State<App>,
    viewer: Option<Viewer>,
    request: Request,
    next: Next,
) -> Response {
    let page = request.extensions().get::<MatchedPath>().cloned();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let Some((viewer, page)) = viewer.zip(page) else { return response };
    let seen = viewer.looks.seen();
    let names = response.extensions().get::<NamesPeople>().is_some() || seen.people.is_some();
    if names
        && response.status() == StatusCode::OK
        && let Some(act) = seen.act(page.as_str(), &path)
    {
        app.watch.note(viewer.actor(), act).await;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(page: &str, path: &str, seen: Seen) -> Option<(&'static str, Option<Uuid>, String)> {
        let seen = Seen { unit_id: Some(UnitId::new()), ..seen };
        seen.act(page, path).map(|it| (it.action, it.subject_id, it.summary))
    }

    #[test]
    fn a_look_tells_the_page_and_names_nobody() {
        let id = Uuid::now_v7();
        let page = act("/members/{id}", &format!("/members/{id}"), Seen::default());
        assert_eq!(page, Some(("view.member", Some(id), "Mở trang đảng viên".to_owned())));
        let list = Seen { people: Some(37), ..Seen::default() };
        let list = act("/units/{code}/members", "/units/a1/members", list);
        let said = "Mở danh sách đảng viên: 37 người".to_owned();
        assert_eq!(list, Some(("view.page", None, said)));
        let empty = Seen { people: Some(0), ..Seen::default() };
        assert_eq!(act("/units/{code}/members", "/units/a1/members", empty), None);
        let new = act("/units/{code}/meetings/new", "/units/a1/meetings/new", Seen::default());
        assert_eq!(new, None);
    }
}
