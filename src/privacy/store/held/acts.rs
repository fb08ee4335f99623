//! What the person did: came to meetings, gave, spoke.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::contributions::model::ContributionKind;
use crate::db::{Tx, on};
use crate::ids::MemberId;
use crate::meetings::model::{AttendanceStatus, MeetingKind};
use crate::members::store as people;
use crate::opinions::model::OpinionStatus;
use crate::privacy::held::{Datum, Section};
use crate::privacy::store::held::MOST;

pub async fn rolls(tx: &mut Tx, scope: &Scope, id: MemberId) -> sqlx::Result<Section> {
    let rows = people::rolls_of(tx, scope, id, MOST).await?.into_iter().map(|it| {
        vec![
            it.held_on.into(),
            MeetingKind::read(&it.kind).map(MeetingKind::label).into(),
            it.topic.into(),
            AttendanceStatus::read(&it.status).map(AttendanceStatus::label).into(),
            it.reason.into(),
        ]
    });
    Ok(Section {
        key: "meetings",
        title: "Các cuộc họp có tên trong bản điểm danh",
        columns: &[
            ("held_on", "Ngày"),
            ("kind", "Loại"),
            ("topic", "Nội dung"),
            ("attendance", "Điểm danh"),
            ("reason", "Lý do vắng"),
        ],
        rows: rows.collect(),
    })
}

pub async fn absences(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT meeting.held_on, planned_absence.reason, planned_absence.noted_at
               FROM planned_absence JOIN meeting ON meeting.id = planned_absence.meeting_id
               WHERE planned_absence.member_id = $1
               ORDER BY meeting.held_on DESC";
    let found: Vec<(NaiveDate, String, Moment)> =
        on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(on, reason, at)| vec![on.into(), reason.into(), at.into()]);
    Ok(Section {
        key: "absences",
        title: "Xin vắng họp",
        columns: &[("held_on", "Cuộc họp ngày"), ("reason", "Lý do"), ("noted_at", "Ghi lúc")],
        rows: rows.collect(),
    })
}

type Gift = (NaiveDate, ContributionKind, Option<String>, i64, i64, String, String, bool, String);

pub async fn contributions(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT contribution.given_on, contribution.kind, work_item.name,
                      contribution.amount_vnd, contribution.quantity_hundredths,
                      contribution.measure, contribution.note,
                      contribution.reverses_id IS NOT NULL, contribution.reason
               FROM contribution
               LEFT JOIN work_item ON work_item.id = contribution.work_item_id
               WHERE contribution.member_id = $1
               ORDER BY contribution.given_on DESC, contribution.id DESC";
    let found: Vec<Gift> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|it| {
        let (given_on, kind, work, amount, quantity, measure, note, reverses, reason) = it;
        vec![
            given_on.into(),
            kind.label().into(),
            work.into(),
            Some(amount).filter(|it| *it != 0).into(),
            if quantity == 0 { Datum::Unknown } else { Datum::Quantity(quantity) },
            measure.into(),
            note.into(),
            if reverses { "Xóa một mục đã ghi" } else { "" }.into(),
            reason.into(),
        ]
    });
    Ok(Section {
        key: "contributions",
        title: "Đóng góp",
        columns: &[
            ("given_on", "Ngày"),
            ("kind", "Loại"),
            ("work", "Công trình, quỹ"),
            ("amount_vnd", "Số tiền (đồng)"),
            ("quantity_hundredths", "Số lượng"),
            ("measure", "Đơn vị"),
            ("note", "Ghi chú"),
            ("reversal", "Xóa mục"),
            ("reason", "Lý do xóa"),
        ],
        rows: rows.collect(),
    })
}

type Said = (
    NaiveDate,
    String,
    String,
    OpinionStatus,
    Option<String>,
    Option<NaiveDate>,
    Option<String>,
    Option<NaiveDate>,
);

pub async fn opinions(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT raised_on, topic, text, status, forwarded_to, forwarded_on, answer,
                      answered_on
               FROM opinion WHERE member_id = $1 ORDER BY raised_on DESC, id DESC";
    let found: Vec<Said> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(raised_on, topic, text, status, to, sent_on, said, on)| {
        vec![
            raised_on.into(),
            topic.into(),
            text.into(),
            status.label().into(),
            to.into(),
            sent_on.into(),
            said.into(),
            on.into(),
        ]
    });
    Ok(Section {
        key: "opinions",
        title: "Ý kiến có nêu tên",
        columns: &[
            ("raised_on", "Ngày"),
            ("topic", "Việc"),
            ("text", "Nội dung"),
            ("status", "Tình trạng"),
            ("forwarded_to", "Chuyển đến"),
            ("forwarded_on", "Ngày chuyển"),
            ("answer", "Trả lời"),
            ("answered_on", "Ngày trả lời"),
        ],
        rows: rows.collect(),
    })
}
