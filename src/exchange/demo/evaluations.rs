//! Two years of comments: one that has gone its whole way, one under way.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::criteria;
use crate::criteria::model::{Variant, Whole};
use crate::db::Tx;
use crate::evaluation;
use crate::evaluation::model::{Act, ActKind, OpenedYear, SentHow, Sheet, State};
use crate::evaluation::store::consultations::NewConsultation;
use crate::evaluation::store::steps::Which;
use crate::evaluation::store::writing::{Draft, Marking};
use crate::evaluation::store::{Filter, consultations, opening, steps, writing};
use crate::exchange::demo::calendar::{evening, ymd};
use crate::exchange::demo::cells::{Cell, TDP_2};
use crate::exchange::demo::files::{self, COMMENTS};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::{ActId, ConsultationId, CriteriaSetId, EvaluationYearId, MarkingId, UnitId};

/// Who signs for a cell, and who confirms for the ward: nobody of this name exists.
const SECRETARY: &str = "Trần Thị Thanh Hòa";
const SECRETARIES: [&str; 4] =
    ["Hồ Sỹ Lâm", "Nguyễn Thị Mai Hương", "Đặng Văn Tịnh", "Bùi Thị Kim Oanh"];
const OFFICER: &str = "Lê Thu Huyền";
const FRONT: [&str; 4] = ["Mai Thị Liên", "Võ Văn Quế", "Hoàng Đình Thảo", "Phạm Thị Lài"];

/// More sheets than a cell has.
const MOST: i64 = 1_000;
/// How many of TDP 2 are signed in the year under way, as in the pictures.
const SIGNED: usize = 35;

pub struct Comments(Weighted<String>);

/// How far a cell has come in a year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Opened,
    Written,
    Signed,
    Confirmed,
}

fn act(kind: ActKind, name: &str, on: NaiveDate) -> Act {
    let (id, account_name) = (ActId::new(), name.to_owned());
    Act { id, kind, account_name, note: String::new(), at: evening(on) }
}

impl Comments {
    pub fn read() -> Result<Comments, Fault> {
        let texts = files::rows(COMMENTS, |row| {
            Ok((files::number(row, "weight")?, row.get("text").to_owned()))
        })?;
        Ok(Comments(Weighted::new(texts)))
    }

    /// Writes both years: the first in the ward that the article tells of, the second opened in
    /// the whole city.
    pub async fn write(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        known: &Known,
        cells: &[Cell],
    ) -> sqlx::Result<()> {
        criteria::seed::bring_in(tx, evening(ymd(2020, 1, 2))).await?;
        let (Some(ward), Some(city)) =
            (known.units.get("nguyen-du"), known.units.get("tp-ha-tinh"))
        else {
            return Ok(());
        };
        let Some(set) = criteria::store::in_force(tx, Variant::Normal, ymd(2023, 11, 15)).await?
        else {
            return Ok(());
        };
        let whole = (set.set.id, set.asked());
        open(tx, ward.id, (2023, ymd(2023, 11, 15)), whole).await?;
        open(tx, city.id, (2024, ymd(2024, 11, 15)), whole).await?;
        for (index, cell) in cells.iter().filter(|it| it.ward_id == ward.id).enumerate() {
            let all = usize::MAX;
            self.comment(tx, random, cell, (2023, index), &set, (all, Stage::Confirmed)).await?;
            let now = match index % 4 {
                _ if cell.code == TDP_2 => (SIGNED, Stage::Signed),
                0 => (all, Stage::Confirmed),
                1 => (all, Stage::Signed),
                2 => (12, Stage::Written),
                _ => continue,
            };
            self.comment(tx, random, cell, (2024, index), &set, now).await?;
        }
        let posted = act(ActKind::Send, OFFICER, ymd(2023, 12, 18));
        let how = (ymd(2023, 12, 18), SentHow::Post);
        steps::send_all(tx, ward.id, (2023, "", ymd(2023, 12, 18)), how, &posted).await
    }

    /// Takes the first sheets of a cell's year, by name, as far as `stage`.
    async fn comment(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        cell: &Cell,
        (year, index): (i32, usize),
        set: &Whole,
        (first, stage): (usize, Stage),
    ) -> sqlx::Result<()> {
        let of_year = (cell.id, i64::from(year));
        let secretary =
            if cell.code == TDP_2 { SECRETARY } else { SECRETARIES[index % SECRETARIES.len()] };
        if stage > Stage::Opened {
            consult(tx, of_year, (secretary, FRONT[index % FRONT.len()])).await?;
            self.choose(tx, random, of_year, set, (first, secretary)).await?;
        }
        if cell.code == TDP_2 {
            self.add_texts(tx, random, of_year, secretary).await?;
        }
        if stage >= Stage::Signed {
            let done = act(ActKind::Sign, secretary, ymd(year, 11, 28));
            steps::sign(tx, Which::Year(cell.id, i64::from(year)), &done).await?;
        }
        if stage == Stage::Confirmed {
            let done = act(ActKind::Confirm, OFFICER, ymd(year, 12, 5));
            steps::confirm(tx, Which::Year(cell.id, i64::from(year)), &done).await?;
        }
        Ok(())
    }

    /// Chooses for each of the first people, as a secretary would by hand.
    async fn choose(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        (unit_id, year): (UnitId, i64),
        set: &Whole,
        (first, secretary): (usize, &str),
    ) -> sqlx::Result<()> {
        let people = evaluation::store::progress(tx, unit_id, year).await?.all();
        let people = usize::try_from(people).unwrap_or(0);
        for criterion in &set.criteria {
            let mut ticks = vec![vec!['0'; people]; criterion.options.len()];
            let mut tick = |person: usize| {
                ticks[draw(random, criterion.number)][person] = '1';
            };
            (0..people.min(first)).for_each(&mut tick);
            for (option, ticks) in criterion.options.iter().zip(ticks) {
                let ticks: String = ticks.into_iter().collect();
                let marked = ticks.matches('1').count();
                if marked == 0 {
                    continue;
                }
                let written_on = ymd(i32::try_from(year).unwrap_or(2024), 11, 21);
                let done = act(ActKind::Mark, secretary, written_on);
                let marking = Marking {
                    id: MarkingId::new(),
                    unit_id,
                    year,
                    option_id: option.id,
                    marked: i64::try_from(marked).unwrap_or(0),
                    account_name: secretary.to_owned(),
                    marked_at: done.at,
                    undone_at: None,
                    criterion_id: criterion.id,
                    criterion_number: criterion.number,
                    label: option.label.clone(),
                };
                writing::add_marking(tx, &marking).await?;
                writing::mark(tx, &marking, &ticks, &done).await?;
            }
        }
        Ok(())
    }

    /// Says something of some of those who are written already.
    async fn add_texts(
        &self,
        tx: &mut Tx,
        random: &mut Random,
        (unit_id, year): (UnitId, i64),
        secretary: &str,
    ) -> sqlx::Result<()> {
        let scope = Scope::command_line(unit_id);
        // Whenever that was: the state they are left in.
        let filter = Filter::annual(year, Some(State::Written), ymd(2100, 1, 1));
        let written_on = ymd(i32::try_from(year).unwrap_or(2024), 11, 22);
        let sheets: Vec<Sheet> = evaluation::store::whole(tx, &scope, &filter, MOST).await?;
        for sheet in sheets {
            if random.chance(400) {
                let choices = evaluation::store::choices(tx, &scope, sheet.id).await?;
                let draft = Draft {
                    choices: choices.clone(),
                    other_text: self.0.draw(random).clone(),
                    consultation_id: sheet.consultation_id,
                };
                let done = act(ActKind::Write, secretary, written_on);
                writing::save(tx, &sheet, &choices, &draft, &done).await?;
            }
        }
        Ok(())
    }
}

/// Which option: most people are well thought of, few are proposed for anything.
fn draw(random: &mut Random, criterion: i64) -> usize {
    match random.between(1, 100) {
        1..=2 if criterion != 6 => 2,
        3..=38 => 1,
        1..=84 if criterion == 6 => 1,
        _ => 0,
    }
}

async fn open(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, reference_on): (i64, NaiveDate),
    set: (CriteriaSetId, i64),
) -> sqlx::Result<()> {
    let done = act(ActKind::Open, OFFICER, reference_on);
    let new = OpenedYear {
        id: EvaluationYearId::new(),
        unit_id,
        year,
        reference_on,
        sign_by: None,
        return_by: None,
        version: 1,
    };
    opening::add(tx, &new, &done).await?;
    opening::open(tx, unit_id, (year, reference_on), set, &done).await?;
    Ok(())
}

async fn consult(
    tx: &mut Tx,
    (unit_id, year): (UnitId, i64),
    (secretary, front): (&str, &str),
) -> sqlx::Result<()> {
    let held_on = ymd(i32::try_from(year).unwrap_or(2024), 11, 20);
    let new = NewConsultation {
        id: ConsultationId::new(),
        unit_id,
        year,
        held_on,
        cell_people: format!("{secretary}, bí thư"),
        front_people: format!("{front}, trưởng ban"),
    };
    consultations::add(tx, &new, evening(held_on)).await?;
    consultations::attach(tx, (unit_id, year), new.id, "").await?;
    Ok(())
}
