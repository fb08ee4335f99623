//! The tasks of a ward, and of the bodies above it: what waits in all the cells below.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::store::counts;
use crate::home::model::{self, Progress};
use crate::home::store;
use crate::meetings::model::{HalfYear, Listed};
use crate::members::letters::{Counts, Deadlines};
use crate::opinions::model::Which;
use crate::organisation::model::Unit;
use crate::vietnamese::number;
use crate::{clock, meetings, members, opinions};

/// More meetings than a city's cells hold in half a year.
const MOST_MEETINGS: i64 = 20_000;
/// As many of a kind as a page of tasks names one by one.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "home/above.html")]
struct AbovePage {
    frame: Frame,
    unit: Unit,
    half: HalfYear,
    today: NaiveDate,
    days_left: i64,
    /// Whether the viewer opens the lists behind the counts.
    names: bool,
    without_meeting: Vec<model::Place>,
    /// Meetings whose roll waits, the oldest first.
    rolls: Vec<Listed>,
    letters: Counts,
    deadlines: Deadlines,
    without_letter: i64,
    unanswered: i64,
    /// The latest year of comments, and how many sheets wait for the ward.
    evaluation: Option<(i64, i64)>,
}

impl AbovePage {
    fn first_cells(&self) -> &[model::Place] {
        &self.without_meeting[..self.without_meeting.len().min(NAMED)]
    }

    fn first_rolls(&self) -> &[Listed] {
        &self.rolls[..self.rolls.len().min(NAMED)]
    }

    /// What waits on the way of letters: the word of the list, whether nothing does, and
    /// what is said of it.
    fn queues(&self) -> [(&'static str, bool, String); 2] {
        let say = |count: i64, some: &str, none: &str| {
            if count > 0 { format!("{} {some}", number::grouped(count)) } else { none.to_owned() }
        };
        let Counts { waiting, received, .. } = self.letters;
        let none_received = "Giấy đã tiếp nhận đều đã phân về chi bộ";
        [
            (
                "waiting",
                waiting == 0,
                say(waiting, "giấy chờ tiếp nhận", "Không có giấy chờ tiếp nhận"),
            ),
            (
                "received",
                received == 0,
                say(received, "giấy đã tiếp nhận, chưa phân về chi bộ", none_received),
            ),
        ]
    }

    /// `và 12 chi bộ nữa`
    fn more(all: usize) -> Option<usize> {
        all.checked_sub(NAMED).filter(|it| *it > 0)
    }
}

pub async fn tasks(mut tx: Tx, viewer: &Viewer, unit: Unit, scope: Scope) -> Result<Response> {
    let today = clock::today();
    let half = HalfYear::of(today);
    let (from, to) = half.days();
    let tx = &mut tx;
    let part = (MOST_MEETINGS, 0);
    let mut rolls = meetings::store::list(tx, unit.id, (from, to), part).await?;
    rolls.retain(|it| Progress::of(it, today).is_waiting());
    rolls.reverse();
    let deadlines = members::pages::letters::deadlines(tx, unit.id, today).await?;
    let year_one = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(today);
    let raised = opinions::store::Filter {
        from: year_one,
        to: today.succ_opt().unwrap_or(today),
        which: Which::All,
        q: String::new(),
    };
    let page = AbovePage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Home).await?,
        half,
        today,
        days_left: (to - today).num_days() - 1,
        names: scope.may(Right::SeeNames),
        without_meeting: store::without_meeting(tx, unit.id, today, (from, to)).await?,
        rolls,
        letters: members::store::letters::counts(tx, unit.id, today, deadlines).await?,
        deadlines,
        without_letter: store::people(tx, unit.id, today).await?.without_letter,
        unanswered: opinions::store::counts(tx, unit.id, &raised).await?.unanswered(),
        evaluation: match counts::last_year(tx, unit.id).await? {
            Some(year) => Some((year, counts::waiting(tx, unit.id, year).await?)),
            None => None,
        },
        unit,
    };
    Ok(Html(page.render()?).into_response())
}
