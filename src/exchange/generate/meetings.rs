//! The meetings of a cell, who came, and what was said there.

use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

use crate::exchange::demo::calendar::{evening, office_day, ymd};
use crate::exchange::demo::files::{self, ABSENCES, OPINIONS, TOPICS};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::generate::people::Stay;
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::Cell;
use crate::exchange::seed::reader::Fault;
use crate::meetings::model::{AttendanceStatus, MeetingKind};
use crate::vietnamese::fold;

/// In how many years before the last one there have been meetings.
const YEARS: i64 = 8;
/// In how many of them opinions were written down.
const OPINION_YEARS: i32 = 4;

struct Matter {
    topic: String,
    text: String,
    folded: String,
    body: String,
    answer: String,
}

pub struct Agenda {
    /// Of each kind and half of the year.
    topics: Vec<(MeetingKind, i64, Weighted<String>)>,
    excuses: Weighted<String>,
    matters: Weighted<Matter>,
}

struct Held {
    id: Uuid,
    on: NaiveDate,
}

impl Agenda {
    pub fn read() -> Result<Agenda, Fault> {
        let all = files::rows(TOPICS, |row| {
            let kind = row.need_word("kind", MeetingKind::read, "loại họp")?;
            let weight = files::number(row, "weight")?;
            Ok((kind, files::number(row, "half")?, weight, row.get("topic").to_owned()))
        })?;
        let mut topics = Vec::new();
        for kind in MeetingKind::ALL {
            for half in [1, 2] {
                let fitting = all.iter().filter(|it| (it.0, it.1) == (*kind, half));
                let fitting: Vec<_> = fitting.map(|it| (it.2, it.3.clone())).collect();
                if !fitting.is_empty() {
                    topics.push((*kind, half, Weighted::new(fitting)));
                }
            }
        }
        let excuses = files::rows(ABSENCES, |row| {
            Ok((files::number(row, "weight")?, row.get("reason").to_owned()))
        })?;
        let matters = files::rows(OPINIONS, |row| {
            let text = |column| row.get(column).to_owned();
            let (topic, answer) = (text("topic"), text("answer"));
            let folded = format!("{} {}", fold::fold(&topic), fold::fold(row.get("text")));
            let matter = Matter { topic, text: text("text"), folded, body: text("body"), answer };
            Ok((files::number(row, "weight")?, matter))
        })?;
        let (excuses, matters) = (Weighted::new(excuses), Weighted::new(matters));
        Ok(Agenda { topics, excuses, matters })
    }

    /// Holds the meetings of a cell in which these people have lived, by name.
    pub fn hold(&self, source: &mut Source, cell: &Cell, stays: &[Stay], rows: &mut Rows) {
        let days = days(source);
        let hour = *source.random.pick(&["19:30", "19:30", "20:00"]);
        // Some cells are livelier than others, by so many people in a thousand.
        let mood = source.random.between(-25, 35);
        let place = format!("Nhà văn hóa {}", cell.place);
        let mut held = Vec::new();
        for (on, kind) in days {
            let id = source.id();
            let [expected, present, excused, unexcused] =
                self.call(source, (id, on), stays, mood, rows);
            let half = if on.month() <= 6 { 1 } else { 2 };
            let topics = self.topics.iter().find(|it| (it.0, it.1) == (kind, half));
            let topic = topics.map(|it| it.2.draw(&mut source.random).as_str());
            let at = evening(on);
            rows.meeting.push(row![
                id,
                cell.id,
                kind.as_str(),
                on,
                hour,
                place.as_str(),
                topic.unwrap_or_default(),
                at,
                // A roll on which nobody stands was not called.
                (expected > 0).then_some(at),
                expected,
                present,
                excused,
                unexcused,
                at,
            ]);
            held.push(Held { id, on });
        }
        let since = ymd(source.year() - OPINION_YEARS, 1, 1);
        for (place, meeting) in held.iter().enumerate().filter(|(_, it)| it.on >= since) {
            if source.random.chance(400) {
                self.raise(source, cell, stays, (meeting, &held[place + 1..]), rows);
            }
        }
    }

    /// Who was expected, came, and stayed away with or without a reason.
    fn call(
        &self,
        source: &mut Source,
        (meeting_id, on): (Uuid, NaiveDate),
        stays: &[Stay],
        mood: i64,
        rows: &mut Rows,
    ) -> [i64; 4] {
        // Better from year to year: 22 % in the fifth before the last, 8 % in the last.
        let usual = 80 + 35 * i64::from(source.year() - on.year()).min(4) + mood;
        let random = &mut source.random;
        let mut counts = [0; 4];
        for stay in stays.iter().filter(|it| it.holds_on(on)) {
            if stay.is_exempt {
                let status = AttendanceStatus::Exempt.as_str();
                rows.attendance.push(row![meeting_id, stay.member_id, None::<i64>, status, ""]);
                continue;
            }
            let (place, status, reason) = self.standing(random, usual * stay.absence / 100);
            counts[0] += 1;
            counts[place] += 1;
            rows.attendance.push(row![
                meeting_id,
                stay.member_id,
                counts[0],
                status.as_str(),
                reason
            ]);
        }
        counts
    }

    fn standing(&self, random: &mut Random, permille: i64) -> (usize, AttendanceStatus, &str) {
        if !random.chance(permille.clamp(5, 900)) {
            return (1, AttendanceStatus::Present, "");
        }
        if random.chance(860) {
            return (2, AttendanceStatus::Excused, self.excuses.draw(random));
        }
        (3, AttendanceStatus::Unexcused, "")
    }

    /// An opinion from its meeting to the later one that hears the answer, as far as it has
    /// come by the last day.
    fn raise(
        &self,
        source: &mut Source,
        cell: &Cell,
        stays: &[Stay],
        (meeting, later): (&Held, &[Held]),
        rows: &mut Rows,
    ) {
        let (on, random) = (source.on, &mut source.random);
        let matter = self.matters.draw(random);
        let speaker = random.pick(stays);
        let is_named = speaker.holds_on(meeting.on) && random.chance(800);
        let forwarded_on = after(random, meeting.on, 6, 20);
        let answered_on = after(random, forwarded_on, 20, 90);
        let forwarded_on = Some(forwarded_on).filter(|it| *it <= on);
        let is_answered = random.chance(850) && answered_on <= on;
        let answered_on = forwarded_on.is_some().then_some(answered_on).filter(|_| is_answered);
        let read_at = answered_on.and_then(|day| later.iter().find(|it| it.on >= day));
        let (status, version) = match (forwarded_on, answered_on, read_at) {
            (None, _, _) => ("recorded", 1),
            (_, None, _) => ("forwarded", 2),
            (_, _, None) => ("answered", 3),
            _ => ("answered", 4),
        };
        rows.opinion.push(row![
            source.id(),
            cell.id,
            meeting.id,
            is_named.then_some(speaker.member_id),
            meeting.on,
            matter.topic.as_str(),
            matter.text.as_str(),
            matter.folded.as_str(),
            status,
            forwarded_on.map(|_| matter.body.as_str()),
            forwarded_on,
            answered_on,
            answered_on.map(|_| matter.answer.as_str()),
            read_at.map(|it| it.id),
            version,
            evening(meeting.on),
        ]);
    }
}

/// Two meetings in each year, now and then another; none after the last day.
fn days(source: &mut Source) -> Vec<(NaiveDate, MeetingKind)> {
    let mut days = Vec::new();
    for back in (0..=YEARS).rev() {
        let (spring, summer) = (source.back(back, 5, 12), source.back(back, 6, 28));
        let (autumn, winter) = (source.back(back, 11, 4), source.back(back, 12, 22));
        let (early, later) = (source.back(back, 3, 2), source.back(back, 10, 28));
        let random = &mut source.random;
        let kind = *random.pick(&[
            MeetingKind::Thematic,
            MeetingKind::Thematic,
            MeetingKind::Extraordinary,
        ]);
        if random.chance(330) {
            days.push((random.day(early, early + Days::new(50)), kind));
        }
        days.push((random.day(spring, summer), MeetingKind::Periodic));
        if random.chance(330) {
            days.push((random.day(later - Days::new(80), later), kind));
        }
        days.push((random.day(autumn, winter), MeetingKind::Periodic));
    }
    days.retain(|(day, _)| *day <= source.on);
    days
}

/// A day on which offices are open, so many days after another.
fn after(random: &mut Random, day: NaiveDate, least: i64, most: i64) -> NaiveDate {
    office_day(day + Days::new(random.between(least, most).unsigned_abs()))
}
