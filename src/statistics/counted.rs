//! What the page of a unit counts, whoever looks at it, all at one moment.

use chrono::{Datelike, NaiveDate};

use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::ids::UnitId;
use crate::organisation;
use crate::statistics::bridge::Counts;
use crate::statistics::model::{AsOf, ByWork, Overview, People, Sheets, Whole};
use crate::statistics::store;
use crate::statistics::store::works::WithGoal;

/// All but what is late, which names people.
pub struct Counted {
    /// When it was counted.
    pub at: Moment,
    /// Without its `whole`.
    pub overview: Overview,
    /// The first day of the changes.
    pub from: NaiveDate,
    /// What came and went from that day to the day of the count.
    pub flows: Counts,
    pub people: People,
    pub by_work: Vec<ByWork>,
    pub goals: Vec<WithGoal>,
    /// Where they were counted with the rest.
    pub sheets: Option<Sheets>,
    /// Likewise the opinions of all years that wait for an answer.
    pub unanswered: Option<i64>,
    /// The latest year with any meeting or contribution, where this one has none.
    pub last_year: Option<AsOf>,
}

impl Counted {
    /// How many there were on the first day.
    pub fn start(&self) -> i64 {
        self.overview.total.members.normal - self.flows.net()
    }
}

/// Counts it of the unit `id`.
pub async fn count(tx: &mut Tx, id: UnitId, as_of: AsOf, from: NaiveDate) -> sqlx::Result<Counted> {
    let at = clock::now();
    let mut overview = store::overview(tx, id, as_of).await?;
    let total = overview.total;
    let mut last_year = None;
    if total.meetings.held == 0 && total.contributions.count == 0 {
        let (first, last) = as_of.days();
        let day = store::last_day_before(tx, id, first.min(last)).await?;
        last_year = day.map(|day| AsOf { year: day.year(), ..as_of });
    }
    let flows = store::bridge::counts(tx, id, from, as_of.on).await?;
    let flows = Counts::of_units(&flows).remove(&id).unwrap_or_default();
    let goals = store::works::goals(tx, id, as_of).await?;
    let (people, by_work, sheets, unanswered) = if let Some(whole) = overview.whole.take() {
        let Whole { people, sheets, by_work, unanswered } = whole;
        (people, by_work, Some(sheets), Some(unanswered))
    } else {
        let today = clock::today();
        let kept_on = organisation::store::ended_by(tx, id, today).await?.unwrap_or(today);
        let people = store::people::of(tx, id, as_of.on, kept_on).await?;
        (people, store::by_work(tx, id, as_of).await?, None, None)
    };
    Ok(Counted { at, overview, from, flows, people, by_work, goals, sheets, unanswered, last_year })
}
