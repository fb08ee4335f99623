//! What was said at the meetings, and what came of it.

use chrono::{Days, NaiveDate};

use crate::db::Tx;
use crate::exchange::demo::calendar::{YEARS, end, evening, office_day, ymd};
use crate::exchange::demo::cells::Cell;
use crate::exchange::demo::files::{self, OPINIONS};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::reader::Fault;
use crate::ids::OpinionId;
use crate::meetings;
use crate::meetings::model::Meeting;
use crate::opinions::model::{NewOpinion, Step};
use crate::opinions::store;

/// More meetings than a cell has held in these years.
const MOST_MEETINGS: i64 = 100;

struct Matter {
    topic: String,
    text: String,
    body: String,
    answer: String,
}

pub struct Opinions(Weighted<Matter>);

impl Opinions {
    pub fn read() -> Result<Opinions, Fault> {
        let matters = files::rows(OPINIONS, |row| {
            let text = |column| row.get(column).to_owned();
            let (topic, answer) = (text("topic"), text("answer"));
            let matter = Matter { topic, text: text("text"), body: text("body"), answer };
            Ok((files::number(row, "weight")?, matter))
        })?;
        Ok(Opinions(Weighted::new(matters)))
    }

    /// At some meetings of each cell somebody says something.
    pub async fn raise(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &[Cell],
    ) -> sqlx::Result<()> {
        let days = (ymd(*YEARS.start(), 1, 1), ymd(*YEARS.end() + 1, 1, 1));
        let filter = meetings::store::book::Filter::of_days(days);
        for cell in cells {
            let mut held: Vec<Meeting> =
                meetings::store::book::list(tx, cell.id, filter, (MOST_MEETINGS, 0))
                    .await?
                    .into_iter()
                    .map(|it| it.meeting)
                    .collect();
            held.reverse();
            for (index, meeting) in held.iter().enumerate() {
                if random.chance(if cell.is_told_of() { 800 } else { 400 }) {
                    self.follow(tx, random, cell, meeting, &held[index + 1..]).await?;
                }
            }
        }
        Ok(())
    }

    /// An opinion from its meeting to the `later` one that hears the answer, as far as
    /// it has come by the last day.
    async fn follow(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        cell: &Cell,
        meeting: &Meeting,
        later: &[Meeting],
    ) -> sqlx::Result<()> {
        let matter = self.0.draw(random);
        let speaker = random.pick(&cell.stays);
        let is_named = speaker.holds_on(meeting.held_on) && random.chance(800);
        let new = NewOpinion {
            id: OpinionId::new(),
            unit_id: cell.id,
            meeting_id: Some(meeting.id),
            member_id: is_named.then_some(speaker.member_id),
            raised_on: meeting.held_on,
            topic: matter.topic.clone(),
            text: matter.text.clone(),
        };
        store::add(tx, &new, evening(meeting.held_on)).await?;
        let forwarded_on = after(random, meeting.held_on, 6, 20);
        let answered_on = after(random, forwarded_on, 20, 90);
        let is_answered = random.chance(850);
        if forwarded_on > end() {
            return Ok(());
        }
        let body =
            if cell.rural { matter.body.replace("phường", "xã") } else { matter.body.clone() };
        store::take(tx, new.id, Step::Forward, (forwarded_on, &body), 1).await?;
        if !is_answered || answered_on > end() {
            return Ok(());
        }
        store::take(tx, new.id, Step::Answer, (answered_on, &matter.answer), 2).await?;
        if let Some(next) = later.iter().find(|it| it.held_on >= answered_on) {
            store::mark_read(tx, new.id, next.id).await?;
        }
        Ok(())
    }
}

/// A day on which offices are open, so many days after another.
fn after(random: &mut Random, day: NaiveDate, least: i64, most: i64) -> NaiveDate {
    office_day(day + Days::new(random.between(least, most).unsigned_abs()))
}
