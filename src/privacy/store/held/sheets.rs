//! What was written about the person: comment sheets, and who asked for them.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::evaluation::model::{Kind as SheetKind, State as SheetState};
use crate::ids::MemberId;
use crate::privacy::held::{Datum, Section};

type Comment = (
    i64,
    SheetKind,
    i64,
    String,
    SheetState,
    String,
    Option<NaiveDate>,
    Option<NaiveDate>,
    Option<NaiveDate>,
);

pub async fn sheets(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT year, kind, revision, purpose, state, other_text, signed_on, confirmed_on,
                      sent_on
               FROM evaluation_sheet WHERE member_id = $1
               ORDER BY year DESC, created_at DESC, revision DESC";
    let found: Vec<Comment> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|it| {
        let (year, kind, revision, purpose, state, text, signed_on, confirmed_on, sent_on) = it;
        vec![
            Datum::Text(year.to_string()),
            kind.label().into(),
            revision.into(),
            purpose.into(),
            state.label().into(),
            text.into(),
            signed_on.into(),
            confirmed_on.into(),
            sent_on.into(),
        ]
    });
    Ok(Section {
        key: "sheets",
        title: "Phiếu nhận xét",
        columns: &[
            ("year", "Năm"),
            ("kind", "Loại"),
            ("revision", "Bản"),
            ("purpose", "Mục đích"),
            ("state", "Tình trạng"),
            ("other_text", "Nhận xét khác"),
            ("signed_on", "Chi bộ ký"),
            ("confirmed_on", "Đảng ủy xác nhận"),
            ("sent_on", "Gửi nơi công tác"),
        ],
        rows: rows.collect(),
    })
}

pub async fn choices(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT sheet.year, sheet.revision, criterion.number, criterion.heading,
                      criterion_option.label
               FROM evaluation_sheet AS sheet
               JOIN evaluation_choice ON evaluation_choice.sheet_id = sheet.id
               JOIN criterion ON criterion.id = evaluation_choice.criterion_id
               JOIN criterion_option ON criterion_option.id = evaluation_choice.option_id
               WHERE sheet.member_id = $1
               ORDER BY sheet.year DESC, sheet.created_at DESC, sheet.revision DESC,
                        criterion.number";
    let found: Vec<(i64, i64, i64, String, String)> =
        on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(year, revision, number, heading, label)| {
        let year = Datum::Text(year.to_string());
        vec![year, revision.into(), number.into(), heading.into(), label.into()]
    });
    Ok(Section {
        key: "sheet_choices",
        title: "Các mức đã chọn trong phiếu nhận xét",
        columns: &[
            ("year", "Năm"),
            ("revision", "Bản"),
            ("criterion", "Tiêu chí"),
            ("heading", "Nội dung"),
            ("option", "Mức"),
        ],
        rows: rows.collect(),
    })
}

type Asked = (i64, String, String, Option<NaiveDate>, NaiveDate, String, String);

pub async fn sheet_requests(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT year, issued_by, number, issued_on, received_on, purpose, portal_dossier
               FROM evaluation_request WHERE member_id = $1 ORDER BY received_on DESC, id DESC";
    let found: Vec<Asked> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(year, by, number, issued, received, purpose, dossier)| {
        vec![
            Datum::Text(year.to_string()),
            by.into(),
            number.into(),
            issued.into(),
            received.into(),
            purpose.into(),
            dossier.into(),
        ]
    });
    Ok(Section {
        key: "sheet_requests",
        title: "Nơi công tác xin nhận xét",
        columns: &[
            ("year", "Năm"),
            ("issued_by", "Nơi yêu cầu"),
            ("number", "Số"),
            ("issued_on", "Ngày"),
            ("received_on", "Nhận ngày"),
            ("purpose", "Mục đích"),
            ("portal_dossier", "Mã hồ sơ trên Cổng"),
        ],
        rows: rows.collect(),
    })
}
