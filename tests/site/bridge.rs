//! Why the number of members changed: whatever happened in between, the rows always add up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use haichieu::access::guard::Scope;
use haichieu::clock;
use haichieu::db::Tx;
use haichieu::ids::{MemberId, MergeId, ResidenceId, UnitId};
use haichieu::members;
use haichieu::members::model::{EndReason, ExemptReason, NewResidence};
use haichieu::members::store::Merge;
use haichieu::organisation;
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::statistics::bridge::{Counts, Flow};
use haichieu::statistics::store::bridge;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::statistics::{home, person, reparent};
use crate::support::{Site, day};

/// The days on which something may happen, few enough to meet often.
const DAYS: [&str; 12] = [
    "2023-01-01",
    "2023-02-01",
    "2023-03-01",
    "2023-04-01",
    "2023-05-01",
    "2023-06-01",
    "2023-07-01",
    "2023-08-01",
    "2023-09-01",
    "2023-10-01",
    "2023-11-01",
    "2023-12-01",
];

/// A stay: after so many days elsewhere, for so many, in which cell, and how it ended.
#[derive(Clone, Copy, Debug)]
struct Stay {
    away: usize,
    length: usize,
    cell: usize,
    is_exempt: bool,
    reason: EndReason,
    /// Whether it was a merge of two records that ended it.
    is_merged: bool,
}

/// Two wards of two cells each, some of which change their ward; and people.
#[derive(Clone, Debug)]
struct History {
    moves: [Option<usize>; 4],
    people: Vec<Vec<Stay>>,
}

fn stay() -> impl Strategy<Value = Stay> {
    let reason = prop_oneof![
        Just(EndReason::Moved),
        Just(EndReason::Retired),
        Just(EndReason::Deceased),
        Just(EndReason::LeftParty),
        Just(EndReason::Other),
    ];
    (0..3usize, 1..6usize, 0..4usize, any::<bool>(), reason, 0..4u8).prop_map(
        |(away, length, cell, is_exempt, reason, merged)| Stay {
            away,
            length,
            cell,
            is_exempt,
            reason,
            is_merged: merged == 0,
        },
    )
}

fn history() -> impl Strategy<Value = History> {
    let moves = proptest::array::uniform4(proptest::option::of(2..11usize));
    (moves, vec(vec(stay(), 1..5), 4..14)).prop_map(|(moves, people)| History { moves, people })
}

/// A town that the history happened in.
struct Built {
    city: UnitId,
    wards: [UnitId; 2],
    cells: [UnitId; 4],
    /// Who lived where on which days, from and up to, in which cell, exempt or not.
    stays: Vec<(MemberId, usize, usize, usize, bool)>,
    moves: [Option<usize>; 4],
}

impl Built {
    /// The ward of a cell on a day.
    fn ward(&self, cell: usize, on: usize) -> UnitId {
        let moved = self.moves[cell].is_some_and(|at| at <= on);
        self.wards[(cell / 2 + usize::from(moved)) % 2]
    }

    /// Who is counted at a unit on a day, found without any help of the queries.
    fn state(&self, unit: UnitId, on: usize) -> BTreeSet<MemberId> {
        let holds = |(_, from, to, cell, is_exempt): &&(MemberId, usize, usize, usize, bool)| {
            let lives = *from <= on && on < *to && !is_exempt;
            let is_here = unit == self.city || unit == self.cells[*cell];
            lives && (is_here || unit == self.ward(*cell, on))
        };
        self.stays.iter().filter(holds).map(|it| it.0).collect()
    }

    async fn build(site: &Site, name: &str, history: &History) -> Built {
        let mut built = Built {
            city: UnitId::new(),
            wards: [UnitId::new(), UnitId::new()],
            cells: [0; 4].map(|_| UnitId::new()),
            stays: Vec::new(),
            moves: history.moves,
        };
        let unit = |id, code: String, kind, parent_id, to_on: Option<usize>| NewUnit {
            id,
            name: format!("Đơn vị {code}"),
            code,
            kind,
            official_code: None,
            parent_id,
            from_on: day("2015-01-01"),
            to_on: to_on.map(|at| day(DAYS[at])),
        };
        let city = built.city;
        let mut units = vec![unit(city, name.to_owned(), UnitKind::City, None, None)];
        for (at, id) in built.wards.into_iter().enumerate() {
            units.push(unit(id, format!("{name}-w{at}"), UnitKind::Ward, Some(city), None));
        }
        for (at, id) in built.cells.into_iter().enumerate() {
            let parent = Some(built.wards[at / 2]);
            units.push(unit(
                id,
                format!("{name}-c{at}"),
                UnitKind::Cell,
                parent,
                history.moves[at],
            ));
        }
        site.seed(async |tx| organisation::store::add(tx, &units, clock::now()).await.unwrap())
            .await;
        for (at, moved) in history.moves.iter().enumerate() {
            if let Some(on) = moved {
                let ward = built.wards[(at / 2 + 1) % 2];
                reparent(site, built.cells[at], DAYS[*on], ward, city).await;
            }
        }
        site.seed(async |tx| {
            let kept = person("Nguyễn Văn Gốc");
            members::store::add(tx, &kept, clock::now()).await.unwrap();
            for stays in &history.people {
                built.live(tx, stays, kept.id).await;
            }
        })
        .await;
        built
    }

    async fn live(&mut self, tx: &mut Tx, stays: &[Stay], kept_id: MemberId) {
        let member = person("Trần Văn An");
        members::store::add(tx, &member, clock::now()).await.unwrap();
        let mut at = 0;
        for (number, stay) in stays.iter().enumerate() {
            let from = at + if number == 0 { stay.away * 2 } else { stay.away };
            let to = from + stay.length;
            if from >= DAYS.len() {
                return;
            }
            let follows = stays.get(number + 1).filter(|_| to < DAYS.len());
            let reason = match follows {
                Some(next) if next.away == 0 && next.cell == stay.cell => EndReason::Category,
                Some(next) if next.away == 0 => EndReason::Moved,
                _ if stay.is_merged => EndReason::Other,
                _ => stay.reason,
            };
            let ended = (to < DAYS.len()).then(|| (day(DAYS[to]), reason));
            let residence = NewResidence {
                id: ResidenceId::new(),
                exempt: stay.is_exempt.then_some(ExemptReason::Rotated),
                ended,
                ..home(member.id, self.cells[stay.cell], DAYS[from], None)
            };
            members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
            let comes_back = follows.is_some_and(|next| next.away > 0);
            if stay.is_merged && ended.is_some() && follows.is_none_or(|next| next.away > 0) {
                merge(tx, kept_id, &residence, comes_back).await;
            }
            self.stays.push((member.id, from, to, stay.cell, stay.is_exempt));
            at = to;
        }
    }
}

async fn merge(tx: &mut Tx, kept_id: MemberId, ended: &NewResidence, is_undone: bool) {
    let merge = Merge {
        id: MergeId::new(),
        kept_id,
        merged_id: ended.member_id,
        account_name: String::new(),
        merged_at: clock::now(),
        form_before: String::new(),
        form_after: String::new(),
        residence_id: Some(ended.id),
        undone_at: None,
    };
    members::store::add_merge(tx, &merge).await.unwrap();
    if is_undone {
        members::store::undo_merge(tx, merge.id, clock::now()).await.unwrap();
    }
}

/// Of one unit between two days: the rows sum, each person stands in one of them, and the
/// list behind each holds as many.
async fn check(tx: &mut Tx, built: &Built, unit: UnitId, (from, on): (usize, usize)) -> Counts {
    let days: (NaiveDate, NaiveDate) = (day(DAYS[from]), day(DAYS[on]));
    let (before, after) = (built.state(unit, from), built.state(unit, on));
    let size = |it: &BTreeSet<MemberId>| i64::try_from(it.len()).unwrap();
    assert_eq!(bridge::headcount(tx, unit, days.0).await.unwrap(), size(&before));
    assert_eq!(bridge::headcount(tx, unit, days.1).await.unwrap(), size(&after));

    let rows = bridge::counts(tx, unit, days.0, days.1).await.unwrap();
    let counts = Counts::of_units(&rows).remove(&unit).unwrap_or_default();
    assert_eq!(size(&before) + counts.net(), size(&after), "{rows:?}");
    let sum = |is_in| -> i64 {
        Flow::ALL.iter().filter(|it| it.is_in() == is_in).map(|it| counts.get(*it)).sum()
    };
    let came: BTreeSet<MemberId> = after.difference(&before).copied().collect();
    let went: BTreeSet<MemberId> = before.difference(&after).copied().collect();
    assert_eq!((sum(true), sum(false)), (size(&came), size(&went)));

    let mut seen = BTreeSet::new();
    let scope = Scope::command_line(unit);
    for flow in Flow::ALL {
        let people = bridge::people(tx, &scope, days, *flow, days.1, (100, 0)).await.unwrap();
        assert_eq!(i64::try_from(people.len()).unwrap(), counts.get(*flow), "{flow:?}");
        for person in people {
            let those = if flow.is_in() { &came } else { &went };
            assert!(those.contains(&person.id) && seen.insert(person.id), "{flow:?}");
        }
    }
    assert_eq!(seen.len(), came.len() + went.len());
    counts
}

#[tokio::test]
async fn rows_sum_in_every_history() {
    let site = Site::start().await;
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for case in 0..24 {
        let history = history().new_tree(&mut runner).unwrap().current();
        let built = Built::build(&site, &format!("case-{case}"), &history).await;
        let mut tx = site.db.read().await.unwrap();
        for days in [(0, 11), (1, 6), (3, 4), (5, 10), (0, 5)] {
            let mut all: BTreeMap<UnitId, Counts> = BTreeMap::new();
            let units = built.wards.iter().chain(&built.cells).chain([&built.city]);
            for unit in units.copied() {
                all.insert(unit, check(&mut tx, &built, unit, days).await);
            }
            // The wards are those of the city throughout, so their changes are the city's.
            let wards: i64 = built.wards.iter().map(|it| all[it].net()).sum();
            assert_eq!(wards, all[&built.city].net(), "{history:?}");
            // Counted all at once, units are counted alike.
            let (from, on) = (day(DAYS[days.0]), day(DAYS[days.1]));
            for above in [built.city, built.wards[0]] {
                let rows = bridge::counts_below(&mut tx, above, from, on).await.unwrap();
                for (unit, counts) in Counts::of_units(&rows) {
                    assert_eq!(counts, all[&unit], "{history:?}");
                }
            }
            for flow in Flow::ALL {
                if all.values().any(|it| it.get(*flow) > 0) {
                    met.insert(flow.as_str());
                }
            }
        }
    }
    assert_eq!(met.len(), Flow::ALL.len(), "each reason came about: {met:?}");
}
