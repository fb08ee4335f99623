//! Correcting what is written down of a member.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::access::frame::Frame;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock;
use crate::db::{Tx, raced};
use crate::error::Result;
use crate::faults::{Clash, Faults};
use crate::ids::MemberId;
use crate::members::form::{Person, PersonForm, Place, PlaceForm};
use crate::members::model::Found;
use crate::members::pages::standing::Standing;
use crate::members::pages::{add, refused};
use crate::members::store;
use crate::vietnamese::masked::masked;
use crate::web::{Form, Path};

/// The person, and the place where the person now lives; each has its version.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    version: String,
    residence_id: String,
    residence_version: String,
    /// Whether the people shown as perhaps the same are said to be others.
    confirmed: String,
    /// Whether the stored telephone, or card, is to be forgotten.
    phone_gone: String,
    card_gone: String,
    /// An empty telephone or card leaves the stored one as it is: the form does not show it.
    #[serde(flatten)]
    person: PersonForm,
    #[serde(flatten)]
    place: PlaceForm,
}

#[derive(Template)]
#[template(path = "members/edit.html")]
struct EditPage {
    frame: Frame,
    standing: Standing,
    form: EditForm,
    faults: Faults,
    clashes: Vec<Clash>,
    /// Others who may be the same person now.
    twins: Vec<Found>,
}

impl EditPage {
    fn of((frame, standing): (Frame, Standing), form: EditForm) -> EditPage {
        let (faults, clashes, twins) = (Faults::default(), Vec::new(), Vec::new());
        EditPage { frame, standing, form, faults, clashes, twins }
    }

    /// What stands below the field of a number: the telephone's, or the card's.
    fn hint(&self, at: usize) -> String {
        let [(_, telephone), (_, card)] = self.standing.member.numbers(false);
        let stored = if at == 0 { telephone } else { card };
        if stored.is_empty() {
            return "Có thể để trống.".to_owned();
        }
        format!("Đang lưu {stored}. Để trống thì giữ nguyên; viết số mới thì thay.")
    }
}

impl EditForm {
    fn of(standing: &Standing) -> EditForm {
        EditForm {
            version: standing.member.version.to_string(),
            residence_id: standing.residence.id.to_string(),
            residence_version: standing.residence.version.to_string(),
            confirmed: String::new(),
            phone_gone: String::new(),
            card_gone: String::new(),
            person: PersonForm::of(&standing.member),
            place: PlaceForm::of(&standing.residence),
        }
    }

    /// The same, with numbers that nobody asked to see left out.
    fn without_numbers(mut self) -> EditForm {
        self.person.phone.clear();
        self.person.card_number.clear();
        self
    }

    /// What is meant: the stored numbers where none is typed.
    fn meant(&self, stored: &EditForm) -> EditForm {
        let keep = |typed: &mut String, gone: &str, stored: &str| {
            if typed.trim().is_empty() && gone.is_empty() {
                stored.clone_into(typed);
            }
        };
        let mut meant = self.clone();
        let person = &mut meant.person;
        keep(&mut person.phone, &self.phone_gone, &stored.person.phone);
        keep(&mut person.card_number, &self.card_gone, &stored.person.card_number);
        meant
    }

    fn differences(&self, stored: &EditForm) -> Vec<Clash> {
        let mut all = self.person.differences(&stored.person);
        all.extend(self.place.differences(&stored.place));
        all
    }

    fn is_as_seen(&self, standing: &Standing) -> bool {
        self.version.trim() == standing.member.version.to_string()
            && standing.is_as_seen(&self.residence_id, &self.residence_version)
    }

    /// Whether anything changed by which two records are taken for one person's.
    fn makes_alike(&self, stored: &EditForm) -> bool {
        let telling = ["full_name", "born", "card_number", "phone"];
        telling.iter().any(|it| self.person.shown(it) != stored.person.shown(it))
    }

    fn read(&self, faults: &mut Faults) -> Option<(Person, Place)> {
        let person = self.person.read(clock::today(), faults);
        let place = self.place.read(faults);
        person.zip(place).filter(|_| faults.is_empty())
    }
}

pub async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (frame, standing) = Standing::enter(&mut tx, &viewer, id).await?;
    let form = EditForm::of(&standing).without_numbers();
    let page = EditPage::of((frame, standing), form);
    Ok(Html(page.render()?))
}

pub async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MemberId>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let mut tx = app.db.write().await?;
    let (frame, standing) = Standing::hold(&mut tx, &viewer, id).await?;
    let stored = EditForm::of(&standing);
    let mut faults = Faults::default();
    let meant = form.meant(&stored);
    let Some((person, place)) = meant.read(&mut faults) else {
        let page = EditPage { faults, ..EditPage::of((frame, standing), form) };
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let done = Redirect::to(&standing.href());
    if !form.is_as_seen(&standing) {
        let mut clashes = meant.differences(&stored);
        if clashes.is_empty() {
            // The same form, sent twice.
            return Ok(done.into_response());
        }
        for it in clashes.iter_mut().filter(|it| ["Số thẻ", "Điện thoại"].contains(&it.label))
        {
            it.stored = masked(&it.stored);
        }
        let EditForm { person, place, phone_gone, card_gone, .. } = form;
        let form = EditForm { phone_gone, card_gone, person, place, ..stored };
        let page = EditPage { clashes, ..EditPage::of((frame, standing), form) };
        return refused(StatusCode::CONFLICT, &page);
    }
    if form.confirmed.is_empty() && meant.makes_alike(&stored) {
        let mut twins = add::twins(&mut tx, &viewer, &person).await?;
        twins.retain(|it| it.id != id);
        if !twins.is_empty() {
            let page = EditPage { twins, ..EditPage::of((frame, standing), form) };
            return refused(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    }
    write(&mut tx, &standing, person, &place).await.map_err(raced)?;
    let member = store::get(&mut tx, id).await?;
    let residence = store::get_residence(&mut tx, id).await?;
    let now =
        EditForm { person: PersonForm::of(&member), place: PlaceForm::of(&residence), ..form };
    let changes = now.differences(&stored);
    if changes.is_empty() {
        return Ok(done.into_response());
    }
    let summary = format!("Sửa lý lịch của {}", member.full_name);
    let mut act = Act::new("member.edit", id.0, summary).in_unit(standing.cell.id);
    for it in &changes {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    Ok(done.into_response())
}

async fn write(
    tx: &mut Tx,
    standing: &Standing,
    person: Person,
    place: &Place,
) -> sqlx::Result<()> {
    let workplace_id = store::workplace_of(tx, &person.workplace).await?;
    let member = person.into_member(standing.member.id, workplace_id);
    store::change(tx, &member, standing.member.version).await?;
    let residence = &standing.residence;
    let (address, cluster) = (&place.address, &place.household_cluster);
    store::change_place(tx, residence.id, residence.version, address, cluster, place.kind).await
}
