//! The minutes of a meeting on paper: who was there, what was said, what was given.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::access::model::Right;
use crate::access::routes::{Need, Routes};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::contributions::model::{Contribution, ContributionKind};
use crate::contributions::store::book;
use crate::contributions::store::filter::Filter;
use crate::error::Result;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, Guest, Meeting};
use crate::meetings::pages::enter;
use crate::meetings::roll_call::model::OnRoll;
use crate::opinions::model::Opinion;
use crate::organisation::letterhead::Letterhead;
use crate::organisation::model::Unit;
use crate::vietnamese::words;
use crate::web::Path;
use crate::{meetings, opinions, organisation};

/// More gifts than one meeting announces.
const MOST_GIFTS: i64 = 2_000;

pub fn routes() -> Routes {
    Routes::new().get("/meetings/{id}/minutes", Need::Right(Right::SeeNames), show)
}

#[derive(Template)]
#[template(path = "minutes/show.html")]
struct ShowPage {
    head: Letterhead,
    meeting: Meeting,
    unit: Unit,
    excused: Vec<OnRoll>,
    unexcused: Vec<OnRoll>,
    guests: Vec<Guest>,
    raised: Vec<Opinion>,
    read: Vec<Opinion>,
    gifts: Vec<Announced>,
}

/// What was given on the day of the meeting for one purpose, of one kind. Who gave how
/// much is not read out.
struct Announced {
    purpose: String,
    kind: ContributionKind,
    measure: String,
    amount_vnd: i64,
    quantity_hundredths: i64,
    givers: usize,
}

impl Announced {
    fn what(&self) -> String {
        self.kind.shown(self.amount_vnd, self.quantity_hundredths, &self.measure)
    }

    /// As documents write it: `Một triệu năm trăm nghìn đồng`.
    fn in_words(&self) -> String {
        if self.kind != ContributionKind::Money {
            return String::new();
        }
        let words = words::dong_in_words(self.amount_vnd);
        let mut letters = words.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters).collect()
    }
}

/// By purpose, in the order of the book; what was cancelled is not read out.
fn announced(entries: Vec<Contribution>) -> Vec<Announced> {
    let mut gifts: Vec<Announced> = Vec::new();
    for entry in entries.into_iter().rev().filter(Contribution::may_be_reversed) {
        let purpose = entry.work_name.unwrap_or_else(|| "Không gắn công trình".to_owned());
        let same = |it: &&mut Announced| {
            (&it.purpose, it.kind, &it.measure) == (&purpose, entry.kind, &entry.measure)
        };
        if let Some(it) = gifts.iter_mut().find(same) {
            it.amount_vnd += entry.amount_vnd;
            it.quantity_hundredths += entry.quantity_hundredths;
            it.givers += 1;
            continue;
        }
        gifts.push(Announced {
            purpose,
            kind: entry.kind,
            measure: entry.measure,
            amount_vnd: entry.amount_vnd,
            quantity_hundredths: entry.quantity_hundredths,
            givers: 1,
        });
    }
    gifts
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MeetingId>,
) -> Result<Html<String>> {
    let mut tx = app.db.read().await?;
    let (meeting, _, scope) = enter(&mut tx, &viewer, id, Right::SeeNames).await?;
    let unit = organisation::store::get(&mut tx, meeting.unit_id, meeting.held_on).await?;
    let roll = meetings::store::roll(&mut tx, &scope, id).await?;
    viewer.looks.people(roll.len());
    let of = |status| roll.iter().filter(|it| it.status == status).cloned().collect();
    let day = (meeting.held_on, meeting.held_on.succ_opt().unwrap_or(meeting.held_on));
    let filter = Filter::of_days(day);
    let given = book::list(&mut tx, &scope, &filter, (MOST_GIFTS, 0)).await?;
    let page = ShowPage {
        head: Letterhead::of(&mut tx, &unit, meeting.held_on).await?,
        excused: of(AttendanceStatus::Excused),
        unexcused: of(AttendanceStatus::Unexcused),
        guests: meetings::store::guests(&mut tx, &scope, id).await?,
        raised: opinions::store::raised_at(&mut tx, &scope, id).await?,
        read: opinions::store::read_at(&mut tx, &scope, id).await?,
        gifts: announced(given),
        meeting,
        unit,
    };
    Ok(Html(page.render()?))
}
