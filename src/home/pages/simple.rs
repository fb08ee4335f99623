//! The tasks of a cell in the simple mode: the next one, large, and a short list of others.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::access::frame::Frame;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::clock;
use crate::error::{Error, Result};
use crate::home::model::Next;
use crate::home::pages::half_year;
use crate::meetings::model::HalfYear;
use crate::organisation::model::Unit;
use crate::web::Path;

/// What the address of the short list says.
pub const OTHERS: &str = "others";

/// The one thing to do: what it is, a line about it, the button and where that leads.
pub struct Task {
    title: String,
    text: String,
    act: &'static str,
    href: String,
}

/// What waits in the cell, beside its meetings.
pub struct Waiting {
    /// The year of comments, and how many sheets are not written.
    pub sheets: Option<(i64, i64)>,
    pub unanswered: i64,
}

#[derive(Template)]
#[template(path = "home/simple.html")]
struct SimplePage {
    frame: Frame,
    unit: Unit,
    task: Task,
}

#[derive(Template)]
#[template(path = "home/others.html")]
struct OthersPage {
    frame: Frame,
    unit: Unit,
}

/// What comes first: a roll, a meeting to be called, sheets, opinions, then whatever is ahead.
fn first(unit: &Unit, next: &Next, waiting: &Waiting) -> Task {
    let to = |page: &str| format!("/units/{}{page}", unit.code);
    let task = |title: String, text: String, act, href| Task { title, text, act, href };
    match (next, waiting) {
        (Next::CallRoll(it), _) => task(
            format!("Điểm danh {}", it.meeting.name()),
            format!("Họp {}. Còn {} đồng chí chưa đánh dấu.", it.meeting.when(), it.unmarked),
            "Điểm danh từng người",
            format!("/meetings/{}/roll-call?view=one", it.meeting.id),
        ),
        (Next::CallMeeting, _) => task(
            "Ghi ngày họp định kỳ".to_owned(),
            "Kỳ này chưa có cuộc họp nào. Mỗi 6 tháng họp ít nhất một lần.".to_owned(),
            "Ghi ngày họp",
            to("/meetings/new"),
        ),
        (_, Waiting { sheets: Some((year, left)), .. }) if *left > 0 => task(
            format!("Viết phiếu nhận xét năm {year}"),
            format!("Còn {left} phiếu chưa viết."),
            "Viết phiếu",
            to(&format!("/evaluations?year={year}")),
        ),
        (_, Waiting { unanswered, .. }) if *unanswered > 0 => task(
            "Trả lời ý kiến".to_owned(),
            format!("Còn {unanswered} ý kiến chưa trả lời."),
            "Xem ý kiến",
            to("/opinions?status=unanswered"),
        ),
        (Next::Await(it), _) => task(
            "Chờ đến ngày họp".to_owned(),
            format!("Họp {}. Đến ngày thì điểm danh ở đây.", it.meeting.when()),
            "Xem cuộc họp",
            format!("/meetings/{}", it.meeting.id),
        ),
        (Next::Nothing, _) => task(
            "Không còn việc nào chờ".to_owned(),
            "Đã họp, đã điểm danh, không còn ý kiến nợ trả lời.".to_owned(),
            "Xem danh sách đảng viên",
            to("/members"),
        ),
    }
}

pub fn page(frame: Frame, unit: Unit, next: &Next, waiting: &Waiting) -> Result<Response> {
    let task = first(&unit, next, waiting);
    Ok(Html(SimplePage { frame, unit, task }.render()?).into_response())
}

pub fn others(frame: Frame, unit: Unit) -> Result<Response> {
    Ok(Html(OthersPage { frame, unit }.render()?).into_response())
}

/// Leads to the roll of the meeting that comes next, or to where one is called.
pub async fn roll_call(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
) -> Result<Response> {
    let mut tx = app.db.read().await?;
    let (unit, _) = guard::enter_by_code(&mut tx, &viewer, &code, Right::KeepMeetings).await?;
    if !unit.is_cell() {
        return Err(Error::NotFound);
    }
    let today = clock::today();
    let listed = half_year(&mut tx, unit.id, HalfYear::of(today)).await?;
    let there = match Next::of(&listed, today) {
        Next::CallRoll(it) => format!("/meetings/{}/roll-call?view=one", it.meeting.id),
        Next::Await(it) => format!("/meetings/{}", it.meeting.id),
        Next::CallMeeting => format!("/units/{code}/meetings/new"),
        Next::Nothing => format!("/units/{code}/meetings"),
    };
    Ok(Redirect::to(&there).into_response())
}
