//! The first steps of a registry, told by what it holds already.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::home::store;
use crate::{clock, organisation};

#[derive(Template)]
#[template(path = "home/start.html")]
struct StartPage {
    frame: Frame,
    steps: [Step; 5],
}

/// One of the first steps, and the page where it is done.
struct Step {
    title: &'static str,
    hint: &'static str,
    /// What the button says that leads there.
    act: &'static str,
    href: String,
    done: bool,
}

impl StartPage {
    fn done(&self) -> usize {
        self.steps.iter().filter(|it| it.done).count()
    }

    /// The first that is not done yet.
    fn next(&self) -> Option<&Step> {
        self.steps.iter().find(|it| !it.done)
    }
}

/// For whoever administers the whole registry.
pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    if !viewer.may_everywhere(Right::KeepUnits) {
        return Err(Error::NotFound);
    }
    let mut tx = app.db.read().await?;
    let done = store::beginnings(&mut tx).await?.steps();
    let own = own_home(&mut tx, &viewer).await?;
    let of_others = own.is_none();
    let own = own.unwrap_or_else(|| "/administration/slips".to_owned());
    let step = |at: usize, title, hint, act, href: &str| Step {
        title,
        hint,
        act,
        href: href.to_owned(),
        done: done[at],
    };
    let steps = [
        step(
            0,
            "Tài khoản quản trị",
            "Ai cần thêm mã trên điện thoại khi đăng nhập thì đặt ở đây.",
            "Bảo vệ tài khoản",
            "/administration/protection",
        ),
        step(
            1,
            "Phường, xã và các chi bộ",
            "Dán một bảng hoặc chọn một tệp; cũng mở được từng đơn vị.",
            "Mở đơn vị",
            "/administration/unit-list",
        ),
        step(
            2,
            "Tài khoản cho bí thư và cán bộ",
            "Mỗi người một tài khoản, rồi in phiếu có đường dẫn để từng người tự đặt mật khẩu.",
            "Tạo tài khoản, in phiếu",
            "/administration/slips",
        ),
        step(
            3,
            "Danh sách đảng viên",
            if of_others {
                "Bí thư hoặc cán bộ đảng ủy làm: đăng nhập theo phiếu, rồi nhập tệp Excel đang có."
            } else {
                "Nhập tệp Excel hoặc CSV đang có, không cần sửa trước."
            },
            if of_others { "Xem ai chưa nhận phiếu" } else { "Nhập danh sách" },
            &own,
        ),
        step(
            4,
            "Cuộc họp đầu tiên",
            if of_others {
                "Bí thư ghi ngày họp; đến ngày thì điểm danh."
            } else {
                "Ghi ngày họp; đến ngày thì điểm danh."
            },
            if of_others { "Xem ai chưa nhận phiếu" } else { "Tạo cuộc họp" },
            &own,
        ),
    ];
    let frame = Frame::bare(&viewer, Place::Home);
    Ok(Html(StartPage { frame, steps }.render()?))
}

/// The tasks of the unit whose members the viewer keeps beside administering.
async fn own_home(tx: &mut Tx, viewer: &Viewer) -> Result<Option<String>> {
    let keeps = viewer.grants.iter().find(|it| it.role.allows(Right::KeepMembers, false, it.names));
    let Some(unit_id) = keeps.and_then(|it| it.unit_id) else { return Ok(None) };
    let unit = organisation::store::get(tx, unit_id, clock::today()).await?;
    Ok(Some(format!("/units/{}/tasks", unit.code)))
}
