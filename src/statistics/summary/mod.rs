//! Summaries: what the pages of a large unit count, kept unit by unit in a form that is read in
//! one pass, for any day.
//!
//! The refresher writes them behind the audit trail: it sums up anew the units that something
//! was written of. Whoever counts does the same for those that it has not come to, in the same
//! snapshot, and so counts what is so: nothing waits for a summary, and none is written with
//! the rows that it follows from.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::clock;
use crate::contributions::model::WorkKind;
use crate::db::Tx;
use crate::evaluation::store::counts::{Chosen, Known};
use crate::ids::{CriterionId, OptionId, UnitId, WorkplaceId};
use crate::organisation;
use crate::statistics::half::OfChild;
use crate::statistics::model::{AsOf, ByKind, ByWork, Figures, People, Sheets, Whole};
use crate::statistics::store::people::AtWork;
use crate::statistics::summary::facts::Packed;
use crate::statistics::summary::numbers::Numbers;
use crate::statistics::summary::store::asked::{self, Units};
use crate::statistics::summary::store::numbered::{Named, Purpose};
use crate::statistics::summary::store::{Place, Placed, source};
use crate::statistics::summary::tally::{Given, Tally};
use crate::vietnamese::fold::fold;

pub mod facts;
mod numbers;
pub mod refresh;
pub mod store;
mod tally;

/// What is counted of a large unit in one pass.
pub struct Summary {
    /// By child.
    pub figures: HashMap<UnitId, Figures>,
    /// Cells that met in the year.
    pub cells: i64,
    pub halves: Vec<OfChild>,
    pub by_kind: Vec<ByKind>,
    pub whole: Whole,
}

/// Whether a unit is counted from summaries, now or as soon as they have come far enough.
pub async fn is_large(tx: &mut Tx, id: UnitId) -> sqlx::Result<bool> {
    let Some(state) = store::state(tx).await? else { return Ok(false) };
    let below = organisation::store::count_below(tx, id, clock::today()).await?;
    Ok(below > state.large_unit)
}

/// Whether every unit has a summary.
pub async fn are_there(tx: &mut Tx) -> sqlx::Result<bool> {
    Ok(store::state(tx).await?.is_some_and(|it| it.filled_to.is_none()))
}

/// What the summaries tell of a unit; nothing of a small one, and nothing where they have not
/// come far enough.
pub async fn of(tx: &mut Tx, id: UnitId, as_of: AsOf) -> sqlx::Result<Option<Summary>> {
    let Some(state) = store::state(tx).await?.filter(|it| it.filled_to.is_none()) else {
        return Ok(None);
    };
    let today = clock::today();
    if organisation::store::count_below(tx, id, today).await? <= state.large_unit
        || asked::is_far_behind(tx, state.position).await?
    {
        return Ok(None);
    }
    let behind = asked::units(tx, Units::Behind(state.position)).await?;
    if behind.len() > asked::MOST_UNITS {
        return Ok(None);
    }
    let kept_on = organisation::store::ended_by(tx, id, today).await?.unwrap_or(today);
    let mut numbers = Numbers::read(tx).await?;
    let fresh = source::sum_up(tx, &behind, &mut numbers).await?;
    let mut tally = Tally::new(as_of, kept_on, as_of.on.min(today));
    let year = i64::from(as_of.year);
    count_kept(tx, (id, year), &fresh, &mut tally).await?;
    let places = asked::places(tx, state.position, id).await?;
    for places in places.chunk_by(|a, b| a.unit_id == b.unit_id) {
        if let Some(packed) = fresh.get(&places[0].unit_id) {
            tally.add(places, packed.read(year)?);
        }
    }
    let options = store::options(tx).await?;
    let counted = tally.counted();
    let places = at_work(&counted.places, std::mem::take(&mut numbers.names));
    let people = People { ages: counted.ages, places };
    let known = Known { stages: counted.stages, chosen: chosen(counted.chosen, &options) };
    let sheets = Sheets { known, late: counted.late };
    let (by_kind, by_work) = given(&counted.gifts, &numbers.purposes());
    Ok(Some(Summary {
        figures: counted.figures,
        cells: counted.cells,
        halves: counted.halves,
        by_kind,
        whole: Whole { people, sheets, by_work, unanswered: counted.unanswered },
    }))
}

/// Counts those whose summary says what is so.
async fn count_kept(
    tx: &mut Tx,
    (id, year): (UnitId, i64),
    fresh: &BTreeMap<UnitId, Packed>,
    tally: &mut Tally,
) -> sqlx::Result<()> {
    // The places of one unit come one behind the other.
    let mut held: Option<(Vec<Place>, Packed)> = None;
    store::each_below(tx, id, year, |row: Placed| {
        let (place, packed) = row.with(year);
        if fresh.contains_key(&place.unit_id) {
            return Ok(());
        }
        match &mut held {
            Some((places, _)) if places[0].unit_id == place.unit_id => places.push(place),
            _ => {
                if let Some((places, packed)) = held.replace((vec![place], packed)) {
                    tally.add(&places, packed.read(year)?);
                }
            }
        }
        Ok(())
    })
    .await?;
    if let Some((places, packed)) = held {
        tally.add(&places, packed.read(year)?);
    }
    Ok(())
}

fn chosen(
    counts: HashMap<(UnitId, [u8; 16]), i64>,
    options: &HashMap<OptionId, CriterionId>,
) -> Vec<Chosen> {
    let mut rows: Vec<Chosen> = counts
        .into_iter()
        .filter_map(|((child_id, option), count)| {
            let option_id = OptionId(Uuid::from_bytes(option));
            let criterion_id = *options.get(&option_id)?;
            Some(Chosen { child_id, criterion_id, option_id, count })
        })
        .collect();
    rows.sort_by_key(|it| (it.child_id, it.criterion_id, it.option_id));
    rows
}

/// What was given, by kind and by work: as the rows themselves are counted.
fn given(
    gifts: &HashMap<u32, Given>,
    purposes: &HashMap<u32, Purpose>,
) -> (Vec<ByKind>, Vec<ByWork>) {
    let known = || gifts.iter().filter_map(|(number, it)| Some((purposes.get(number)?, *it)));
    let by_kind = ByKind::of_all(known().map(|(purpose, it)| ByKind {
        kind: purpose.kind,
        measure: purpose.measure.clone(),
        count: it.count,
        amount_vnd: it.amount_vnd,
        quantity_hundredths: it.quantity_hundredths,
    }));
    let mut works: BTreeMap<_, ByWork> = BTreeMap::new();
    for (Purpose { work_kind, work_name, .. }, it) in known() {
        let folded = work_name.as_deref().map(fold);
        let key = (folded.is_none(), folded, work_kind.map(WorkKind::as_str), work_name);
        let work = works.entry(key).or_insert_with(|| ByWork {
            kind: *work_kind,
            name: work_name.clone(),
            count: 0,
            amount_vnd: 0,
        });
        work.count += it.count;
        work.amount_vnd += it.amount_vnd;
    }
    (by_kind, works.into_values().collect())
}

/// Those of most members first, and last those without any.
fn at_work(counts: &[i64], mut names: HashMap<usize, Named>) -> Vec<AtWork> {
    let mut known: Vec<(i64, Named)> = (1..counts.len())
        .filter(|number| counts[*number] > 0)
        .filter_map(|number| Some((counts[number], names.remove(&number)?)))
        .collect();
    known.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.folded.cmp(&other.folded)));
    let place = |id: Option<WorkplaceId>, name, count| AtWork { id, name, count };
    let unknown = counts.first().copied().filter(|it| *it > 0).map(|it| place(None, None, it));
    let known = known.into_iter().map(|(count, it)| place(Some(it.id), Some(it.name), count));
    known.chain(unknown).collect()
}

/// The units whose summary is not what follows from their rows: all of them are summed up.
pub async fn wrong(tx: &mut Tx) -> sqlx::Result<Vec<UnitId>> {
    let Some(state) = store::state(tx).await?.filter(|it| it.filled_to.is_none()) else {
        return Ok(Vec::new());
    };
    let mut numbers = Numbers::read(tx).await?;
    // Whoever counts sums these up for himself.
    let behind = asked::units(tx, Units::Behind(state.position)).await?;
    let (mut wrong, mut after) = (Vec::new(), UnitId(Uuid::nil()));
    loop {
        let units = asked::units(tx, Units::After(after)).await?;
        let summed_up = source::sum_up(tx, &units, &mut numbers).await?;
        let Some(last) = summed_up.last_key_value().map(|(id, _)| *id) else { return Ok(wrong) };
        let kept = store::between(tx, after, last).await?;
        let differs = |(id, packed): &(&UnitId, &Packed)| kept.get(id) != Some(packed);
        let found = summed_up.iter().filter(differs).map(|(id, _)| *id);
        wrong.extend(found.filter(|id| !behind.contains(id)));
        after = last;
    }
}
