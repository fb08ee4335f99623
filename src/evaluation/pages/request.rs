//! A workplace asks for the comment (form 3-213, on paper or through the national portal).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use super::act;
use crate::access::frame::{Frame, Place};
use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit::model::Act as Entry;
use crate::criteria::model::Variant;
use crate::db::{Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::evaluation::model::{ActKind, Kind};
use crate::evaluation::store::opening::{self, NewOnDemand};
use crate::evaluation::store::requests::{self, Request};
use crate::faults::Faults;
use crate::ids::{MemberId, RequestId, SheetId};
use crate::members::model::{Category, Member, Residence};
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::web::{Form, Path};
use crate::{audit, clock, criteria, members, organisation};

/// Characters of a line.
const LONGEST: usize = 200;

/// The request as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// The id of the row that it creates.
    id: String,
    sheet_id: String,
    /// A word of [`Kind`].
    kind: String,
    year: String,
    purpose: String,
    issued_by: String,
    number: String,
    issued_on: String,
    received_on: String,
    portal_dossier: String,
}

impl RequestForm {
    fn new(member: &Member, kind: &str, today: NaiveDate) -> RequestForm {
        RequestForm {
            id: RequestId::new().to_string(),
            sheet_id: SheetId::new().to_string(),
            kind: kind.to_owned(),
            year: today.year().to_string(),
            issued_by: member.workplace.clone().unwrap_or_default(),
            received_on: day::short(today),
            ..RequestForm::default()
        }
    }

    /// Somebody exempt has no annual sheet: only on-demand comments can be asked for (R14).
    fn read(
        &self,
        (id, residence): (RequestId, &Residence),
        today: NaiveDate,
    ) -> Result<(Kind, Request), Faults> {
        let mut faults = Faults::default();
        let kind = faults.need("kind", Kind::read(&self.kind), "Chọn loại nhận xét");
        if kind == Some(Kind::Annual) && residence.category == Category::Exempt {
            let fault =
                "Đồng chí được miễn sinh hoạt nên không có phiếu hằng năm: chọn nhận xét khi cần";
            faults.add("kind", fault);
        }
        let year = self.year.trim().parse::<i64>().ok();
        let year = year.filter(|it| (2000..=i64::from(today.year())).contains(it));
        let year = faults.need("year", year, "Viết năm đủ bốn chữ số, không sau năm nay");
        let line = |field: &'static str, typed: &str, faults: &mut Faults| {
            let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
            if line.chars().count() > LONGEST {
                faults.add(field, format!("Viết gọn lại, nhiều nhất {LONGEST} ký tự"));
            }
            line
        };
        let mut purpose = line("purpose", &self.purpose, &mut faults);
        match kind {
            Some(Kind::OnDemand) if purpose.is_empty() => {
                faults
                    .add("purpose", "Nhập việc cần nhận xét, ví dụ: quy hoạch cán bộ, khen thưởng");
            }
            Some(Kind::Annual) => purpose.clear(),
            _ => {}
        }
        let issued_by = line("issued_by", &self.issued_by, &mut faults);
        if issued_by.is_empty() {
            faults.add("issued_by", "Nhập cấp ủy nơi công tác đã gửi yêu cầu");
        }
        let number = line("number", &self.number, &mut faults);
        let portal_dossier = line("portal_dossier", &self.portal_dossier, &mut faults);
        let issued_on = faults.read_optional("issued_on", &self.issued_on, day::read);
        let received_on = faults.read("received_on", day::read(&self.received_on));
        if received_on.is_some_and(|it| it > today) {
            faults.add("received_on", "Nhập ngày nhận, không sau hôm nay");
        }
        if let (Some(Some(issued)), Some(received)) = (issued_on, received_on)
            && issued > received
        {
            faults.add("issued_on", "Ngày ghi trên phiếu phải không sau ngày nhận");
        }
        let sheet_id: Option<SheetId> = self.sheet_id.parse().ok();
        match (kind, year, issued_on, received_on) {
            (Some(kind), Some(year), Some(issued_on), Some(received_on)) if faults.is_empty() => {
                let sheet_id = sheet_id.filter(|_| kind == Kind::OnDemand);
                let (member_id, unit_id) = (residence.member_id, residence.cell_id);
                let request = Request {
                    id,
                    member_id,
                    unit_id,
                    sheet_id,
                    year: if kind == Kind::OnDemand { i64::from(received_on.year()) } else { year },
                    issued_by,
                    number,
                    issued_on,
                    received_on,
                    portal_dossier,
                    purpose,
                };
                Ok((kind, request))
            }
            _ => Err(faults),
        }
    }
}

#[derive(Template)]
#[template(path = "evaluation/request.html")]
struct RequestPage {
    frame: Frame,
    unit: Unit,
    member: Member,
    /// Whether the member is exempt from activities, and so has no annual sheet.
    exempt: bool,
    form: RequestForm,
    faults: Faults,
}

impl RequestPage {
    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let on_demand = |it: &(&str, &str)| !self.exempt || it.0 == Kind::OnDemand.as_str();
        Kind::choices().into_iter().filter(on_demand).collect()
    }
}

/// The member, and the residence that the request is about: the one that is open.
async fn enter(
    tx: &mut Tx,
    viewer: &Viewer,
    id: MemberId,
) -> Result<(Member, Residence, Unit, Scope)> {
    let cell_id = members::store::cell_of(tx, id).await?.ok_or(Error::NotFound)?;
    let scope = guard::enter(tx, viewer, cell_id, Right::KeepMembers).await?;
    let residences = members::store::residences_of(tx, id).await?;
    let open = residences.into_iter().find(Residence::is_open);
    let residence = open.ok_or(Error::BadRequest(
        "Đồng chí này không còn sinh hoạt nơi cư trú ở đây: yêu cầu gửi đến nơi cư trú mới.",
    ))?;
    let member = members::store::get(tx, id).await?;
    let unit = organisation::store::get(tx, cell_id, clock::today()).await?;
    Ok((member, residence, unit, scope))
}

async fn page(
    tx: &mut Tx,
    viewer: &Viewer,
    (member, residence, unit, scope): (Member, &Residence, Unit, &Scope),
    form: RequestForm,
) -> Result<RequestPage> {
    let frame = Frame::of_unit(tx, viewer, scope, &unit, Place::Members).await?;
    let exempt = residence.category == Category::Exempt;
    Ok(RequestPage { frame, unit, member, exempt, form, faults: Faults::default() })
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (member, residence, unit, scope) = enter(&mut tx, &viewer, id).await?;
    let kind = if residence.category == Category::Exempt { Kind::OnDemand.as_str() } else { "" };
    let form = RequestForm::new(&member, kind, clock::today());
    let page = page(&mut tx, &viewer, (member, &residence, unit, &scope), form).await?;
    Ok(Html(page.render()?))
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(member_id): Path<MemberId>,
    Form(form): Form<RequestForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (member, residence, unit, scope) = enter(&mut tx, &viewer, member_id).await?;
    let id: RequestId = form.id.parse().map_err(|_| Error::BadRequest("Thiếu mã biểu mẫu."))?;
    if let Some(stored) = requests::find(&mut tx, id).await? {
        let mine = stored.member_id == member_id;
        return if mine { Ok(there(&stored)) } else { Err(Error::NotFound) };
    }
    let today = clock::today();
    let variant = match residence.category {
        Category::Normal => Variant::Normal,
        Category::Exempt => Variant::Exempt,
    };
    let set = criteria::store::in_force(&mut tx, variant, today).await?;
    let read = form.read((id, &residence), today).and_then(|(kind, request)| match &set {
        None if kind == Kind::OnDemand => {
            let mut faults = Faults::default();
            faults.add("kind", "Chưa có bộ tiêu chí nào có hiệu lực: quản trị ban hành trước");
            Err(faults)
        }
        _ => Ok((kind, request)),
    });
    let (kind, request) = match read {
        Ok(read) => read,
        Err(faults) => {
            let page = page(&mut tx, &viewer, (member, &residence, unit, &scope), form).await?;
            let page = RequestPage { faults, ..page };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    if let (Some(sheet_id), Some(set)) = (request.sheet_id, &set) {
        let new = NewOnDemand {
            id: sheet_id,
            member_id,
            unit_id: residence.cell_id,
            reference_on: today,
            year: request.year,
            purpose: request.purpose.clone(),
            set_id: set.set.id,
            asked: set.asked(),
        };
        let done = act(&viewer, ActKind::Open, &request.purpose);
        match opening::open_on_demand(&mut tx, &new, &done).await {
            Err(error) if is_duplicate(&error) => return Ok(there(&request)),
            done => done?,
        }
    }
    requests::add(&mut tx, &request, clock::now()).await?;
    let summary = format!(
        "Nhận yêu cầu {} về {} của {}",
        kind.label().to_lowercase(),
        member.full_name,
        request.issued_by
    );
    let issued = request.issued_on.map(day::short).unwrap_or_default();
    let entry = Entry::new("evaluation.request", member_id.0, summary)
        .in_unit(unit.id)
        .changing("Số", "", &request.number)
        .changing("Ngày ghi trên phiếu", "", &issued)
        .changing("Mã hồ sơ trên Cổng", "", &request.portal_dossier)
        .changing("Việc cần nhận xét", "", &request.purpose);
    audit::store::append(&mut tx, &viewer.actor(), entry).await?;
    tx.commit().await?;
    Ok(there(&request))
}

/// The sheet that the request made, or the member.
fn there(request: &Request) -> Response {
    let there = match request.sheet_id {
        Some(id) => format!("/evaluations/{id}"),
        None => format!("/members/{}", request.member_id),
    };
    Redirect::to(&there).into_response()
}
