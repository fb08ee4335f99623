//! The person whom a letter introduces, and the reception block of the letter on paper.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::enter_letter;
use crate::access::frame::{Frame, Place};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{LetterId, UnitId};
use crate::members::model::{Letter, Member};
use crate::members::pages::show::numbers_shown;
use crate::members::store;
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::organisation::settings::{self, Setting};
use crate::vietnamese::day;
use crate::web::Path;
use crate::{audit, clock, organisation};

#[derive(Template)]
#[template(path = "letters/show.html")]
struct ShowPage {
    frame: Frame,
    unit: Unit,
    member: Member,
    letter: Letter,
    /// Whether the person's own page opens: where a cell keeps the member.
    has_page: bool,
    /// Whether the telephone is shown whole.
    asked_for: bool,
}

impl ShowPage {
    /// What a letter itself would say of the person: nothing of a former cell's books.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let (member, letter) = (&self.member, &self.letter);
        let short = |it: Option<chrono::NaiveDate>| it.map(day::short).unwrap_or_default();
        let [telephone, _] = member.numbers(self.asked_for);
        let facts = vec![
            ("Ngày sinh", member.born().map(|it| it.to_string()).unwrap_or_default()),
            ("Nơi công tác", member.workplace.clone().unwrap_or_default()),
            ("Chức vụ", member.position.clone()),
            ("Chi bộ nơi công tác", member.workplace_cell.clone()),
            telephone,
            ("Nơi cấp giấy", letter.issued_by.clone()),
            ("Người ký", letter.signer.clone()),
            ("Ngày cấp", short(letter.issued_on)),
            ("Ngày tiếp nhận", short(letter.received_on)),
            ("Người tiếp nhận", letter.received_by.clone()),
        ];
        facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<LetterId>,
) -> Result<Html<String>> {
    page(&app, &viewer, id, false).await
}

/// The page with the telephone whole: on this one answer, and written down before it.
pub async fn numbers(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<LetterId>,
) -> Result<Html<String>> {
    let mut tx = app.db.write().await?;
    let letter = store::get_letter(&mut tx, id).await?;
    let (unit, _) = enter_letter(&mut tx, &viewer, &letter, Right::SeeNames).await?;
    let act = numbers_shown(letter.member_id, unit.id);
    audit::store::append(&mut tx, &viewer.actor(), act).await?;
    tx.commit().await?;
    page(&app, &viewer, id, true).await
}

async fn page(app: &App, viewer: &Viewer, id: LetterId, asked_for: bool) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let letter = store::get_letter(&mut tx, id).await?;
    let (unit, scope) = enter_letter(&mut tx, viewer, &letter, Right::SeeNames).await?;
    let member = store::get(&mut tx, letter.member_id).await?;
    let has_page = unit.is_cell();
    let frame = Frame::of_unit(&mut tx, viewer, &scope, &unit, Place::Members).await?;
    viewer.looks.at(letter.member_id);
    Ok(Html(ShowPage { frame, unit, member, letter, has_page, asked_for }.render()?))
}

#[derive(Template)]
#[template(path = "letters/reception.html")]
struct ReceptionPage {
    head: Letterhead,
    letter: Letter,
    member: Member,
    /// Of the cell it was assigned to, inside a sentence.
    cell: Option<String>,
    legal_basis: Option<String>,
    signature: (&'static str, &'static str),
}

/// The block that the residence fills in on form 1 (section 4.1 of the domain).
pub async fn reception(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<LetterId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let letter = store::get_letter(&mut tx, id).await?;
    let (unit, _) = enter_letter(&mut tx, &viewer, &letter, Right::SeeNames).await?;
    viewer.looks.at(letter.member_id);
    let ward = match ward_for(&mut tx, &letter, &unit).await? {
        Some(id) => organisation::store::get(&mut tx, id, clock::today()).await?,
        None => unit,
    };
    let on = letter.received_on.unwrap_or_else(clock::today);
    let cell = match letter.cell_id {
        Some(id) => {
            let on = letter.assigned_on.unwrap_or_else(clock::today);
            Some(organisation::store::get(&mut tx, id, on).await?.name)
        }
        None => None,
    };
    let page = ReceptionPage {
        head: Letterhead::of(&mut tx, &ward, on).await?,
        member: store::get(&mut tx, letter.member_id).await?,
        cell: cell.map(|it| it.strip_prefix("Chi bộ ").unwrap_or(&it).to_owned()),
        legal_basis: settings::store::find(&mut tx, ward.id, Setting::LegalBasis, on).await?,
        signature: Letterhead::signature(&ward),
        letter,
    };
    Ok(Html(page.render()?))
}

/// The ward that receives the letter: the one that took the place of the one it names, if
/// it was entered as such.
async fn ward_for(tx: &mut Tx, letter: &Letter, unit: &Unit) -> sqlx::Result<Option<UnitId>> {
    match letter.ward_id {
        Some(id) => Ok(Some(if unit.is_cell() { id } else { unit.id })),
        None => organisation::store::ward_of(tx, unit.id, clock::today()).await,
    }
}
