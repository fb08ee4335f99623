//! What was given, and for what.

use chrono::NaiveDate;

use crate::contributions::model::{ContributionKind, Giver, NewContribution, WorkKind};
use crate::contributions::store;
use crate::db::Tx;
use crate::exchange::demo::calendar::{YEARS, end, evening, ymd};
use crate::exchange::demo::cells::{Cell, MINH_TIEN, Stay, TDP_2};
use crate::exchange::demo::files::{self, GIFTS, WORKS};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::{ContributionId, WorkItemId};

/// The hamlet's lighting, renewed by its members every year since 2012 …
const LIGHTING: &str = "dien-thap-sang-minh-tien-thach-ha";
/// … and the park that its seventh inter-household group has made.
const PARK: &str = "tieu-cong-vien-minh-tien-thach-ha";
const PARK_CLUSTER: i64 = 7;
const STUDY_FUND: &str = "quy-khuyen-hoc-tdp-2-nguyen-du";

struct Work {
    id: WorkItemId,
    code: String,
    cell_code: String,
    kind: WorkKind,
    started_on: NaiveDate,
    completed_on: Option<NaiveDate>,
}

/// What somebody may give.
pub struct Gift {
    pub kind: ContributionKind,
    pub note: String,
    low: i64,
    high: i64,
    step: i64,
    measure: String,
}

pub struct Gifts {
    works: Vec<Work>,
    of_funds: Weighted<Gift>,
    of_works: Weighted<Gift>,
    of_activities: Weighted<Gift>,
}

impl Gifts {
    pub fn read(known: &Known) -> Result<Gifts, Fault> {
        let works = files::rows(WORKS, |row| {
            let id = |code: &str| known.works.get(code).map(|it| it.id);
            Ok(Work {
                id: row.need_word("code", id, "công trình")?,
                code: row.get("code").to_owned(),
                cell_code: row.get("unit_code").to_owned(),
                kind: row.need_word("kind", WorkKind::read, "work, fund, activity")?,
                started_on: row.need_day("started_on")?,
                completed_on: row.day("completed_on")?,
            })
        })?;
        Ok(Gifts {
            works,
            of_funds: gifts_of(WorkKind::Fund)?,
            of_works: gifts_of(WorkKind::Work)?,
            of_activities: gifts_of(WorkKind::Activity)?,
        })
    }

    /// Every work and fund gets something.
    pub async fn give(&self, tx: &mut Tx, random: &mut Random, cells: &[Cell]) -> sqlx::Result<()> {
        for work in &self.works {
            let Some(cell) = cells.iter().find(|it| it.code == work.cell_code) else { continue };
            for (first, last) in work.seasons() {
                for stay in &cell.stays {
                    let given_on = random.day(first, last);
                    if stay.holds_on(given_on) && random.chance(work.share(cell, stay)) {
                        let gift = self.of(work.kind).draw(random);
                        let new = gift.from(random, cell, work, stay, given_on);
                        store::add(tx, &new, evening(given_on)).await?;
                    }
                }
            }
        }
        self.light_the_hamlet(tx, random, cells).await?;
        self.correct_a_slip(tx, cells).await
    }

    fn of(&self, kind: WorkKind) -> &Weighted<Gift> {
        match kind {
            WorkKind::Fund => &self.of_funds,
            WorkKind::Work => &self.of_works,
            WorkKind::Activity => &self.of_activities,
        }
    }

    fn work<'a>(&'a self, cells: &'a [Cell], code: &str) -> Option<(&'a Cell, &'a Work)> {
        let work = self.works.iter().find(|it| it.code == code)?;
        Some((cells.iter().find(|it| it.code == work.cell_code)?, work))
    }

    /// The members' group pays for the lamps together, once a year.
    async fn light_the_hamlet(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        cells: &[Cell],
    ) -> sqlx::Result<()> {
        let Some((cell, work)) = self.work(cells, LIGHTING) else { return Ok(()) };
        for year in 2012..=*YEARS.end() {
            let given_on = random.day(ymd(year, 10, 1), ymd(year, 12, 15));
            let giver = Giver::Group("Tổ đảng thôn Minh Tiến".to_owned());
            let mut new = entry(cell, work, giver, given_on);
            new.amount_vnd = random.between(8, 24) * 500_000;
            "Thay bóng, dây và cột điện thắp sáng".clone_into(&mut new.note);
            store::add(tx, &new, evening(given_on)).await?;
        }
        Ok(())
    }

    /// A sum with a zero too many is reversed and written down anew.
    async fn correct_a_slip(&self, tx: &mut Tx, cells: &[Cell]) -> sqlx::Result<()> {
        let Some((cell, work)) = self.work(cells, STUDY_FUND) else { return Ok(()) };
        let given_on = ymd(2024, 9, 5);
        let giver = cell.stays.iter().find(|it| it.holds_on(given_on));
        let Some(giver) = giver.map(|it| Giver::Member(it.member_id)) else { return Ok(()) };
        let mut wrong = entry(cell, work, giver, given_on);
        wrong.amount_vnd = 5_000_000;
        "Ủng hộ quỹ năm học mới".clone_into(&mut wrong.note);
        let reversal = NewContribution {
            id: ContributionId::new(),
            amount_vnd: -wrong.amount_vnd,
            reverses: Some((wrong.id, "Ghi thừa một chữ số 0".to_owned())),
            ..wrong.clone()
        };
        let right =
            NewContribution { id: ContributionId::new(), amount_vnd: 500_000, ..wrong.clone() };
        for new in [&wrong, &reversal, &right] {
            store::add(tx, new, evening(given_on)).await?;
        }
        Ok(())
    }
}

impl Work {
    /// The stretches of time in which people give: funds are filled every autumn.
    fn seasons(&self) -> Vec<(NaiveDate, NaiveDate)> {
        let first = self.started_on.max(ymd(*YEARS.start(), 1, 6));
        let last = self.completed_on.unwrap_or_else(end).min(end());
        if self.kind == WorkKind::Work && self.code != LIGHTING {
            return if first <= last { vec![(first, last)] } else { Vec::new() };
        }
        let autumns = YEARS.map(|year| (ymd(year, 8, 15), ymd(year, 11, 18)));
        autumns.filter(|(from, to)| first <= *from && *to <= last).collect()
    }

    /// How many of a thousand people like this one give in a season.
    fn share(&self, cell: &Cell, stay: &Stay) -> i64 {
        match (self.code.as_str(), self.kind) {
            (PARK, _) if stay.cluster == PARK_CLUSTER => 1000,
            (PARK, _) => 120,
            _ if cell.code == TDP_2 => 180,
            _ if cell.code == MINH_TIEN => 220,
            (_, WorkKind::Fund) => 55,
            _ => 130,
        }
    }
}

/// What is given to works of this kind.
pub fn gifts_of(kind: WorkKind) -> Result<Weighted<Gift>, Fault> {
    let rows = files::rows(GIFTS, |row| {
        let gift = Gift {
            kind: row.need_word("kind", ContributionKind::read, "loại đóng góp")?,
            note: row.get("note").to_owned(),
            low: files::number(row, "low")?,
            high: files::number(row, "high")?,
            step: files::number(row, "step")?,
            measure: row.get("measure").to_owned(),
        };
        Ok((row.get("work_kind") == kind.as_str(), files::number(row, "weight")?, gift))
    })?;
    let fitting = rows.into_iter().filter(|(fits, _, _)| *fits);
    Ok(Weighted::new(fitting.map(|(_, weight, gift)| (weight, gift))))
}

impl Gift {
    fn from(
        &self,
        random: &mut Random,
        cell: &Cell,
        work: &Work,
        stay: &Stay,
        given_on: NaiveDate,
    ) -> NewContribution {
        let mut new = entry(cell, work, Giver::Member(stay.member_id), given_on);
        (new.amount_vnd, new.quantity_hundredths) = self.worth(random);
        new.kind = self.kind;
        new.note.clone_from(&self.note);
        self.measure().clone_into(&mut new.measure);
        new
    }

    /// How many đồng, or hundredths of the measure.
    pub fn worth(&self, random: &mut Random) -> (i64, i64) {
        let steps = if self.step == 0 { 0 } else { (self.high - self.low) / self.step };
        let worth = self.low + self.step * random.between(0, steps);
        match self.kind {
            ContributionKind::Money => (worth, 0),
            // An idea, or a time somebody's skill was lent, counts as one.
            ContributionKind::Idea | ContributionKind::Expertise => (0, 100),
            _ => (0, worth),
        }
    }

    pub fn measure(&self) -> &str {
        if self.measure.is_empty() { self.kind.measure() } else { &self.measure }
    }
}

/// An entry in đồng, of no amount yet.
fn entry(cell: &Cell, work: &Work, giver: Giver, given_on: NaiveDate) -> NewContribution {
    let kind = ContributionKind::Money;
    NewContribution {
        id: ContributionId::new(),
        unit_id: cell.id,
        work_item_id: Some(work.id),
        giver,
        given_on,
        kind,
        amount_vnd: 0,
        quantity_hundredths: 0,
        measure: kind.measure().to_owned(),
        note: String::new(),
        reverses: None,
    }
}
