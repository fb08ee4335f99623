//! The units of a token, and their counts.

use axum::Json;
use axum::extract::State;

use crate::access::figures;
use crate::access::guard;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::api::model::{Counts, Parent, UnitOnDay, UnitRef, Units};
use crate::api::params::{self, AsOfParams, Fields, OnParams};
use crate::api::problem::{Common, OfUnit, Refusal};
use crate::app::App;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::statistics;
use crate::statistics::pages::view;
use crate::web::{Path, Query};

/// Các đơn vị mà mã truy cập bắt đầu từ đó
///
/// Từ mỗi đơn vị đi xuống được mọi đơn vị bên dưới. Mã bị giới hạn ở một đơn vị thì chỉ có đơn vị ấy.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    operation_id = "listUnits",
    responses((status = 200, description = "Tên là tên hôm nay.", body = Units), Common),
    security(("token" = []))
)]
pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Query(fields): Query<Fields>,
) -> Result<Json<Units>, Refusal> {
    params::none(fields)?;
    let mut ids: Vec<UnitId> = match viewer.limits.and_then(|it| it.unit_id) {
        Some(only) => vec![only],
        None => viewer.grants.iter().filter_map(|it| it.unit_id).collect(),
    };
    ids.sort_unstable();
    ids.dedup();
    let mut tx = app.db.read().await?;
    let mut units = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for id in ids {
        match guard::enter(&mut tx, &viewer, id, Right::SeeCounts).await {
            Ok(_) => {
                let unit = organisation::store::get(&mut tx, id, clock::today()).await?;
                units.push(UnitRef::of(&unit));
            }
            Err(Error::NotFound | Error::Forbidden) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(Units { units }))
}

/// Một đơn vị trong một ngày
#[utoipa::path(
    get,
    path = "/api/v1/units/{code}",
    operation_id = "showUnit",
    params(("code" = String, Path, description = "Mã của đơn vị.", pattern = r"^[a-z0-9-]{1,60}$", example = "nguyen-du"), OnParams),
    responses(
        (status = 200, description = "Tên, loại, cấp trên trong ngày hỏi tới.", body = UnitOnDay),
        Common,
        OfUnit
    ),
    security(("token" = []))
)]
pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(fields): Query<Fields>,
) -> Result<Json<UnitOnDay>, Refusal> {
    let on = OnParams::read(fields)?.on.unwrap_or_else(clock::today);
    let mut tx = app.db.read().await?;
    let (unit, _) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let unit = organisation::store::get(&mut tx, unit.id, on).await?;
    let parent = parent(&mut tx, &viewer, &unit, on).await?;
    let children = organisation::store::children(&mut tx, unit.id, on).await?;
    Ok(Json(UnitOnDay::new(unit, on, parent, &children)))
}

/// The unit above, as pages name it also to those whom it does not let in.
async fn parent(
    tx: &mut Tx,
    viewer: &Viewer,
    unit: &Unit,
    on: chrono::NaiveDate,
) -> Result<Option<Parent>> {
    let Some(id) = unit.parent_id else { return Ok(None) };
    let parent = organisation::store::get(tx, id, on).await?;
    let is_open = match guard::enter(tx, viewer, id, Right::SeeCounts).await {
        Ok(_) => true,
        Err(Error::NotFound | Error::Forbidden) => false,
        Err(error) => return Err(error),
    };
    let code = is_open.then_some(parent.code);
    Ok(Some(Parent { code, name: parent.name, kind: parent.kind }))
}

/// Số liệu của một đơn vị và các đơn vị ngay bên dưới
///
/// Đúng những số của trang đơn vị. Mã chỉ xem số liệu, và tài khoản không được xem họ tên, không
/// thấy những số nhỏ có thể chỉ ra một người: `value` là `null`, `hidden` nói vì sao.
#[utoipa::path(
    get,
    path = "/api/v1/units/{code}/counts",
    operation_id = "countUnit",
    params(("code" = String, Path, description = "Mã của đơn vị.", pattern = r"^[a-z0-9-]{1,60}$", example = "nguyen-du"), AsOfParams),
    responses(
        (status = 200, description = "Cả đơn vị, và từng đơn vị ngay bên dưới.", body = Counts),
        Common,
        OfUnit
    ),
    security(("token" = []))
)]
pub async fn counts(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    Query(fields): Query<Fields>,
) -> Result<Json<Counts>, Refusal> {
    let as_of = AsOfParams::read(fields, clock::today())?;
    let mut tx = figures::read(&app, &viewer).await?;
    let (unit, scope) = guard::enter_by_code(&mut tx, &viewer, &code, Right::SeeCounts).await?;
    let overview = statistics::store::overview(&mut tx, unit.id, as_of).await?;
    let view = view(&mut tx, &scope, &overview).await?;
    Ok(Json(Counts::new(&overview, &view)))
}
