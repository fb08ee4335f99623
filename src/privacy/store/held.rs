//! What the tables of all features hold about one person.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::audit;
use crate::clock::Moment;
use crate::db::{Tx, on};
use crate::ids::MemberId;
use crate::members;
use crate::members::model::{EndReason, ExemptReason, Sex};
use crate::members::store as people;
use crate::privacy::held::Section;
use crate::privacy::model::{RequestKind, RequestState};

mod acts;
mod sheets;

/// More of anything than a life in a cell brings.
const MOST: i64 = 2_000;

/// All sections about the person, whose records these are: the one kept first, then those
/// merged into it.
pub async fn sections(tx: &mut Tx, scope: &Scope, ids: &[MemberId]) -> sqlx::Result<Vec<Section>> {
    let mut all: Vec<Section> = Vec::new();
    // As many look-ups as the person had records: one in most lives.
    for id in ids {
        for section in of_record(tx, scope, *id).await? {
            match all.iter_mut().find(|it| it.key == section.key) {
                Some(there) => there.rows.extend(section.rows),
                None => all.push(section),
            }
        }
    }
    Ok(all)
}

async fn of_record(tx: &mut Tx, scope: &Scope, id: MemberId) -> sqlx::Result<Vec<Section>> {
    Ok(vec![
        person(tx, id).await?,
        residences(tx, id).await?,
        letters(tx, id).await?,
        acts::rolls(tx, scope, id).await?,
        acts::absences(tx, id).await?,
        acts::contributions(tx, id).await?,
        acts::opinions(tx, id).await?,
        sheets::sheets(tx, id).await?,
        sheets::choices(tx, id).await?,
        sheets::sheet_requests(tx, id).await?,
        requests(tx, id).await?,
        restrictions(tx, id).await?,
        imports(tx, id).await?,
        history(tx, id).await?,
    ])
}

async fn person(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let it = people::get(tx, id).await?;
    let row = vec![
        it.full_name.clone().into(),
        it.sex.map(Sex::label).into(),
        it.born().map(|it| it.to_string()).into(),
        it.admitted_on.into(),
        it.official_on.into(),
        it.card_number.into(),
        it.phone.into(),
        it.position.into(),
        it.workplace.into(),
        it.workplace_cell.into(),
    ];
    Ok(Section {
        key: "person",
        title: "Lý lịch tóm tắt",
        columns: &[
            ("full_name", "Họ và tên"),
            ("sex", "Giới tính"),
            ("born", "Ngày sinh"),
            ("admitted_on", "Vào Đảng"),
            ("official_on", "Chính thức"),
            ("card_number", "Số thẻ"),
            ("phone", "Điện thoại"),
            ("position", "Chức vụ"),
            ("workplace", "Nơi công tác"),
            ("workplace_cell", "Chi bộ nơi công tác"),
        ],
        rows: vec![row],
    })
}

async fn residences(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let rows = people::residences_of(tx, id).await?.into_iter().map(|it| {
        vec![
            it.cell_name.into(),
            it.address.into(),
            it.household_cluster.into(),
            it.kind.label().into(),
            it.category.label().into(),
            it.exempt_reason.map(ExemptReason::label).into(),
            it.started_on.into(),
            it.ended_on.into(),
            it.end_reason.map(EndReason::label).into(),
        ]
    });
    Ok(Section {
        key: "residences",
        title: "Nơi cư trú",
        columns: &[
            ("cell", "Chi bộ"),
            ("address", "Chỗ ở"),
            ("household_cluster", "Tổ liên gia"),
            ("kind", "Cư trú"),
            ("category", "Diện"),
            ("exempt_reason", "Lý do được miễn"),
            ("started_on", "Từ ngày"),
            ("ended_on", "Thôi từ ngày"),
            ("end_reason", "Lý do thôi"),
        ],
        rows: rows.collect(),
    })
}

async fn letters(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let rows = people::letters_of(tx, id).await?.into_iter().map(|it| {
        vec![
            it.number.clone().into(),
            it.issued_by.clone().into(),
            it.signer.clone().into(),
            it.issued_on.into(),
            it.received_on.into(),
            it.received_by.clone().into(),
            it.assigned_on.into(),
            it.state().label().into(),
        ]
    });
    Ok(Section {
        key: "letters",
        title: "Giấy giới thiệu",
        columns: &[
            ("number", "Số"),
            ("issued_by", "Nơi cấp"),
            ("signer", "Người ký"),
            ("issued_on", "Ngày cấp"),
            ("received_on", "Tiếp nhận"),
            ("received_by", "Người tiếp nhận"),
            ("assigned_on", "Phân về chi bộ"),
            ("state", "Tình trạng"),
        ],
        rows: rows.collect(),
    })
}

type OfData = (NaiveDate, RequestKind, String, RequestState, Option<NaiveDate>, String, String);

async fn requests(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT received_on, kind, text, state, closed_on, answer, outcome
               FROM data_request WHERE member_id = $1 ORDER BY received_on DESC, id DESC";
    let found: Vec<OfData> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(received, kind, text, state, closed, answer, outcome)| {
        vec![
            received.into(),
            kind.label().into(),
            text.into(),
            state.label().into(),
            closed.into(),
            answer.into(),
            outcome.into(),
        ]
    });
    Ok(Section {
        key: "data_requests",
        title: "Yêu cầu về dữ liệu",
        columns: &[
            ("received_on", "Nhận ngày"),
            ("kind", "Yêu cầu"),
            ("text", "Nội dung"),
            ("state", "Tình trạng"),
            ("closed_on", "Xong ngày"),
            ("answer", "Trả lời"),
            ("outcome", "Kết quả"),
        ],
        rows: rows.collect(),
    })
}

async fn restrictions(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT from_on, to_on, reason, lifted_reason
               FROM member_restriction WHERE member_id = $1 ORDER BY from_on DESC, id DESC";
    let found: Vec<(NaiveDate, Option<NaiveDate>, String, String)> =
        on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(from, to, reason, lifted)| {
        vec![from.into(), to.into(), reason.into(), lifted.into()]
    });
    Ok(Section {
        key: "restrictions",
        title: "Hạn chế xử lý",
        columns: &[
            ("from_on", "Từ ngày"),
            ("to_on", "Thôi từ ngày"),
            ("reason", "Lý do"),
            ("lifted_reason", "Lý do thôi"),
        ],
        rows: rows.collect(),
    })
}

async fn imports(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let sql = "SELECT list_import.created_at, list_import_row.line, list_import_row.cells
               FROM list_import_row
               JOIN list_import ON list_import.id = list_import_row.import_id
               WHERE list_import_row.member_id = $1
               ORDER BY list_import.created_at DESC, list_import_row.line";
    let found: Vec<(Moment, i64, String)> =
        on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let rows = found.into_iter().map(|(at, line, cells)| {
        // A JSON list of texts; what cannot be read is told as it is.
        let read = serde_json::from_str::<Vec<String>>(&cells);
        let cells = read.map_or(cells, |it| it.join(" | "));
        vec![at.into(), line.into(), cells.into()]
    });
    Ok(Section {
        key: "imports",
        title: "Dòng trong danh sách đã nhập từ tệp",
        columns: &[("at", "Nhập lúc"), ("line", "Dòng"), ("cells", "Các ô")],
        rows: rows.collect(),
    })
}

async fn history(tx: &mut Tx, id: MemberId) -> sqlx::Result<Section> {
    let entries = audit::store::list_of(tx, id.0, MOST).await?;
    let rows = entries.into_iter().map(|it| {
        let changes =
            it.fields().into_iter().map(|it| format!("{}: {} → {}", it.field, it.before, it.after));
        let changes = changes.collect::<Vec<_>>().join("; ");
        vec![it.at.into(), it.account_name.into(), it.summary.into(), changes.into()]
    });
    Ok(Section {
        key: "history",
        title: "Lịch sử ghi sổ",
        columns: &[("at", "Lúc"), ("by", "Người ghi"), ("what", "Việc"), ("changes", "Thay đổi")],
        rows: rows.collect(),
    })
}

/// The records of the person: the one kept, then those merged into it.
pub async fn records(tx: &mut Tx, id: MemberId) -> sqlx::Result<Vec<MemberId>> {
    let merges = members::store::merges_into(tx, id).await?;
    Ok([id].into_iter().chain(merges.into_iter().map(|it| it.merged_id)).collect())
}
