//! Five years of meetings, and who came.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use crate::db::Tx;
use crate::exchange::demo::calendar::{YEARS, evening, ymd};
use crate::exchange::demo::cells::{Cell, Stay};
use crate::exchange::demo::files::{self, ABSENCES, TOPICS};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::reader::Fault;
use crate::ids::MeetingId;
use crate::meetings::model::{AttendanceStatus, HalfYear, Mark, MeetingKind, NewMeeting};
use crate::meetings::store;

/// How many cells miss a half-year, so that warnings can be seen.
const NEGLIGENT: usize = 7;

/// The one excuse of `absences.csv` that not everybody has.
const MATERNITY: &str = "Nghỉ thai sản";

pub struct Agenda {
    topics: Vec<(MeetingKind, u32, i64, String)>,
    excuses: Weighted<String>,
}

impl Agenda {
    pub fn read() -> Result<Agenda, Fault> {
        let topics = files::rows(TOPICS, |row| {
            let kind = row.need_word("kind", MeetingKind::read, "loại họp")?;
            let half = row.need_word("half", |text| text.parse().ok(), "1 hoặc 2")?;
            Ok((kind, half, files::number(row, "weight")?, row.get("topic").to_owned()))
        })?;
        let excuses = files::rows(ABSENCES, |row| {
            Ok((files::number(row, "weight")?, row.get("reason").to_owned()))
        })?;
        Ok(Agenda { topics, excuses: Weighted::new(excuses) })
    }

    fn topic(&self, random: &mut Random, kind: MeetingKind, half: u32) -> String {
        let fitting = self.topics.iter().filter(|it| (it.0, it.1) == (kind, half));
        Weighted::new(fitting.map(|it| (it.2, it.3.clone()))).draw(random).clone()
    }

    fn excuse(&self, random: &mut Random, stay: &Stay) -> String {
        loop {
            let excuse = self.excuses.draw(random);
            if excuse != MATERNITY || stay.may_bear {
                return excuse.clone();
            }
        }
    }

    /// Holds the meetings of every cell.
    pub async fn hold(&self, tx: &mut Tx, random: &mut Random, cells: &[Cell]) -> sqlx::Result<()> {
        let missed = missed(random, cells);
        for (index, cell) in cells.iter().enumerate() {
            let hour = *random.pick(&["19:30", "19:30", "20:00"]);
            // Some cells are livelier than others, by so many people in a thousand.
            let mood = if cell.is_told_of() { -20 } else { random.between(-25, 35) };
            for year in YEARS {
                for half in [1, 2] {
                    if missed.get(&index) != Some(&HalfYear { year, half }) {
                        let held_on = periodic_day(random, year, half);
                        let kind = MeetingKind::Periodic;
                        self.meet(tx, random, cell, kind, held_on, hour, mood).await?;
                    }
                }
                if random.chance(160) {
                    let kind = *random.pick(&[
                        MeetingKind::Thematic,
                        MeetingKind::Thematic,
                        MeetingKind::Extraordinary,
                    ]);
                    let half = random.pick(&[(3, 4), (8, 10)]);
                    let held_on = random.day(ymd(year, half.0, 2), ymd(year, half.1, 28));
                    self.meet(tx, random, cell, kind, held_on, hour, mood).await?;
                }
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "what a meeting is")]
    async fn meet(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        cell: &Cell,
        kind: MeetingKind,
        held_on: NaiveDate,
        hour: &str,
        mood: i64,
    ) -> sqlx::Result<()> {
        let half = HalfYear::of(held_on).half;
        let meeting = NewMeeting {
            id: MeetingId::new(),
            unit_id: cell.id,
            kind,
            held_on,
            starts_at: Some(hour.to_owned()),
            place: format!("Nhà văn hóa {}", cell.place),
            topic: self.topic(random, kind, half),
        };
        let at = evening(held_on);
        store::add(tx, &meeting, at).await?;
        store::freeze(tx, meeting.id, at).await?;
        let marks = self.absences(random, cell, held_on, mood);
        store::mark(tx, meeting.id, &marks).await?;
        store::mark_rest_present(tx, meeting.id).await?;
        store::recount(tx, meeting.id, at).await.map(drop)
    }

    /// The marks of those who did not come: most of them with a reason.
    fn absences(
        &self,
        random: &mut Random,
        cell: &Cell,
        held_on: NaiveDate,
        mood: i64,
    ) -> Vec<Mark> {
        // From 22 % in 2020 to 8 % in 2024.
        let usual = 220 - 35 * i64::from(held_on.year() - YEARS.start()) + mood;
        let expected = |stay: &&Stay| stay.holds_on(held_on) && !stay.exempt;
        let mut marks = Vec::new();
        for stay in cell.stays.iter().filter(expected) {
            if !random.chance((usual * stay.absence / 100).clamp(5, 900)) {
                continue;
            }
            let (status, reason) = if random.chance(860) {
                (AttendanceStatus::Excused, self.excuse(random, stay))
            } else {
                (AttendanceStatus::Unexcused, String::new())
            };
            marks.push(Mark { member_id: stay.member_id, status, reason });
        }
        marks
    }
}

/// The half-years in which cells of the article's no doing did not meet.
fn missed(random: &mut Random, cells: &[Cell]) -> HashMap<usize, HalfYear> {
    let mut missed = HashMap::new();
    while missed.len() < NEGLIGENT.min(cells.len() / 2) {
        let cell = random.place(cells.len());
        if cells[cell].is_told_of() {
            continue;
        }
        let half = if random.chance(500) {
            HalfYear { year: *YEARS.end(), half: 2 }
        } else {
            HalfYear { year: *random.pick(&[2021, 2022, 2023]), half: *random.pick(&[1, 2]) }
        };
        missed.entry(cell).or_insert(half);
    }
    missed
}

fn periodic_day(random: &mut Random, year: i32, half: u32) -> NaiveDate {
    match half {
        1 => random.day(ymd(year, 5, 12), ymd(year, 6, 28)),
        _ => random.day(ymd(year, 11, 4), ymd(year, 12, 22)),
    }
}
