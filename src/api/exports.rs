//! Files for programs: by the same door as those of the pages.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;

use crate::access::guard;
use crate::access::limits;
use crate::access::tokens::Reach;
use crate::access::viewer::Viewer;
use crate::api::model::File;
use crate::api::params::{ExportParams, Fields};
use crate::api::problem::{Common, OfUnit, ParameterFault, Problem, Refusal};
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::exports::model::What;
use crate::exports::{deliver, source, store};
use crate::faults::Faults;
use crate::ids::ExportId;
use crate::table_file::{Format, MOST_ROWS};
use crate::vietnamese::day;
use crate::web::{Path, Query};

/// Một tệp của đơn vị
///
/// Cùng tệp, cùng quyền như trang xuất tệp; `docs/files.md` giải thích từng cột. Mỗi lần gọi là một
/// lần xuất: trước byte đầu tiên sổ ghi ai, mã truy cập nào, tệp gì, bao nhiêu dòng, để làm gì; sau
/// byte cuối cùng ghi số dòng và SHA-256. `members` là danh sách diện bình thường, như trang.
#[utoipa::path(
    get,
    path = "/api/v1/units/{code}/exports/{what}",
    operation_id = "exportFile",
    params(
        ("code" = String, Path, description = "Mã của đơn vị.", pattern = r"^[a-z0-9-]{1,60}$", example = "nguyen-du"),
        ("what" = inline(File), Path, description = "Tệp nào."),
        ExportParams
    ),
    responses(
        (
            status = 200,
            description = "Tệp, gửi dần.",
            content(
                (String = "text/csv; charset=utf-8"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            ),
            headers(("Content-Disposition" = String, description = "Tên tệp."))
        ),
        (
            status = 403,
            description = "Mã chỉ xem số liệu, hoặc tài khoản không được xuất tệp có họ tên.",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Common,
        OfUnit
    ),
    security(("token" = []))
)]
pub async fn export(
    State(app): State<App>,
    viewer: Viewer,
    method: Method,
    Path((code, what)): Path<(String, String)>,
    Query(fields): Query<Fields>,
) -> Result<Response, Refusal> {
    // A file that nobody takes must not be written down as one that left.
    if method != Method::GET {
        return Err(Error::WrongMethod.into());
    }
    let what = What::read(&what).ok_or(Error::NotFound)?;
    let params = ExportParams::read(fields)?;
    let query = query(what, &params)?;
    if what.is_workbook() && params.format != Format::Sheet {
        return Err(of_format("Báo cáo năm gồm nhiều bảng, chỉ có dạng xlsx"));
    }
    let mut tx = app.db.write().await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, what.right()).await?;
    if viewer.limits.is_none_or(|it| it.reach != Reach::Exports) {
        return Err(Error::Forbidden.into());
    }
    let prepared = source::prepare(&mut tx, (&unit, &scope), what, &query).await?;
    let prepared = prepared.map_err(|faults| refused(&faults))?;
    if params.format == Format::Sheet && prepared.expected > MOST_ROWS {
        return Err(of_format("Dài hơn 20.000 dòng, quá một tệp Excel: chọn csv"));
    }
    let id = ExportId::new();
    let said = (params.format, params.purpose);
    let record = prepared.record((id, unit.id), said, &viewer, false);
    let most = app.settings.limits.exports_per_hour;
    limits::hourly(&mut tx, deliver::COUNTED, viewer.account_id, most).await?;
    store::add(&mut tx, &record).await?;
    let asked = deliver::asked(&record, &unit.name_in_text());
    audit::store::append(&mut tx, &viewer.actor(), asked).await?;
    tx.commit().await?;
    Ok(deliver::stream(app.db, scope, prepared, (record, viewer.actor())).await?)
}

/// The filter as the address of the page has it; a day or year that the file does not depend on
/// would promise what it does not hold.
fn query(what: What, params: &ExportParams) -> Result<String, Refusal> {
    let mut faults = Vec::new();
    let mut unused = |name: &str| {
        let detail = format!("Tệp {} không theo tham số này", what.as_str());
        faults.push(ParameterFault { name: name.to_owned(), detail });
    };
    if params.on.is_some() && !matches!(what, What::Members | What::Statistics) {
        unused("on");
    }
    if params.year.is_some() && what == What::Members {
        unused("year");
    }
    if !faults.is_empty() {
        return Err(Refusal::Parameters(faults));
    }
    let on = params.on.map(|it| format!("on={}", day::iso(it)));
    let year = params.year.map(|it| format!("year={it}"));
    Ok([on, year].into_iter().flatten().collect::<Vec<_>>().join("&"))
}

fn of_format(detail: &str) -> Refusal {
    let (name, detail) = ("format".to_owned(), detail.to_owned());
    Refusal::Parameters(vec![ParameterFault { name, detail }])
}

fn refused(faults: &Faults) -> Refusal {
    let fault = |(name, detail): (&str, &str)| ParameterFault {
        name: name.to_owned(),
        detail: detail.to_owned(),
    };
    Refusal::Parameters(faults.iter().map(fault).collect())
}
