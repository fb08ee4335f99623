//! Whatever is decided, in whatever order: everybody has one cell that stands, what is below
//! adds up to what is above, and the past does not change.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use haichieu::ids::{MemberId, UnitId};
use haichieu::organisation::model::{Unit, UnitKind};
use haichieu::organisation::store::periods;
use haichieu::organisation::tree::{Ancestor, Period, ancestry};
use haichieu::reorganisations::flow::destination;
use haichieu::reorganisations::forest::Forest;
use haichieu::reorganisations::model::{NewUnitSpec, Part, Step, Target};
use haichieu::reorganisations::simulate::{Outcome, simulate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::members::live_who;
use crate::reorganisations::{apply, count, draft, dump, get, merge, part, preview, undo};
use crate::support::{Site, day};

/// One step as chance has it: what, and on which units.
#[derive(Clone, Copy, Debug)]
struct Throw {
    what: u8,
    a: usize,
    b: usize,
    c: usize,
    yes: bool,
}

/// A day of 2024 or 2025, and the steps thrown for it.
type Decision = (u64, Vec<Throw>);

fn throw() -> impl Strategy<Value = Throw> {
    let place = 0..1000_usize;
    (0..8_u8, place.clone(), place.clone(), place, any::<bool>())
        .prop_map(|(what, a, b, c, yes)| Throw { what, a, b, c, yes })
}

fn decisions() -> impl Strategy<Value = Vec<Decision>> {
    prop::collection::vec((0..24_u64, prop::collection::vec(throw(), 1..6)), 1..8)
}

/// The days are a month apart.
fn day_of(number: u64) -> NaiveDate {
    day("2024-01-01") + Days::new(number * 30)
}

/// The throw as a step on the units as they stand.
fn step(throw: Throw, forest: &Forest, members: &[MemberId], serial: usize) -> Step {
    let mut standing: Vec<_> = forest.nodes().filter(|it| it.now.is_some()).collect();
    standing.sort_by(|a, b| a.code.cmp(&b.code));
    let of = |cell: bool| -> Vec<String> {
        let fits = standing
            .iter()
            .filter(|it| it.now.as_ref().is_some_and(|now| (now.kind == UnitKind::Cell) == cell));
        fits.map(|it| it.code.clone()).collect()
    };
    let (cells, wards) = (of(true), of(false));
    let pick = |from: &[String], at: usize| from[at % from.len()].clone();
    let kind = if throw.yes { UnitKind::Cell } else { UnitKind::Ward };
    let like = |cell: bool, at| pick(if cell { &cells } else { &wards }, at);
    let new = |cell: bool, at: usize| NewUnitSpec {
        id: UnitId::new(),
        code: format!("moi-{serial}-{at}"),
        name: format!("Đơn vị {serial}"),
        kind: if cell { UnitKind::Cell } else { UnitKind::Ward },
        official_code: None,
        parent: Some(pick(&wards, at)),
    };
    let target = |cell, at: usize| {
        if at.is_multiple_of(3) { Target::New(new(cell, at)) } else { Target::Code(like(cell, at)) }
    };
    let either = like(throw.yes, throw.a);
    match throw.what {
        0 => Step::Open { unit: NewUnitSpec { kind, ..new(throw.yes, throw.a) } },
        1 => Step::Rename { code: either, name: format!("Tên {serial}") },
        2 => Step::Move { code: either, parent: Some(pick(&wards, throw.b)) },
        3 => merge(&[&either, &like(throw.yes, throw.b)], target(throw.yes, throw.c)),
        4 => Step::Split {
            source: pick(&cells, throw.a),
            parts: vec![
                Part {
                    clusters: vec![format!("Cụm {}", throw.b % 3)],
                    members: vec![members[throw.c % members.len()]],
                    ..part(target(true, throw.b))
                },
                Part { takes_rest: true, ..part(target(true, throw.c)) },
            ],
            goes_on: throw.yes,
        },
        5 => Step::Split {
            source: pick(&wards, throw.a),
            parts: vec![Part {
                takes_rest: !throw.yes,
                children: vec![pick(&cells, throw.b)],
                ..part(target(false, throw.c))
            }],
            goes_on: throw.yes,
        },
        6 => {
            Step::Dissolve { code: pick(&wards, throw.a), children_to: Some(pick(&wards, throw.b)) }
        }
        _ => Step::Rekind {
            code: pick(&wards, throw.a),
            kind: Some(if throw.yes { UnitKind::Commune } else { UnitKind::Ward }),
            official_code: Some(format!("{serial}")),
        },
    }
}

/// Those of the throws that can be taken one behind the other.
fn steps(throws: &[Throw], forest: &Forest, members: &[MemberId], serial: usize) -> Vec<Step> {
    let mut taken: Vec<Step> = Vec::new();
    let mut now = forest.clone();
    for (index, throw) in throws.iter().enumerate() {
        taken.push(step(*throw, &now, members, serial * 10 + index));
        match simulate(forest, None, &taken) {
            Ok(outcome) => now = outcome.forest,
            Err(_) => {
                taken.pop();
            }
        }
    }
    taken
}

/// A home in the model of the registry that this file keeps for itself.
#[derive(Clone, Debug)]
struct Home {
    member: MemberId,
    cell: UnitId,
    cluster: String,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

fn covers(from_on: NaiveDate, to_on: Option<NaiveDate>, on: NaiveDate) -> bool {
    from_on <= on && to_on.is_none_or(|to| to > on)
}

/// A small registry without a database.
struct Model {
    periods: Vec<Unit>,
    homes: Vec<Home>,
    members: Vec<MemberId>,
    /// Units that were touched, and when.
    touched: Vec<(UnitId, NaiveDate)>,
}

impl Model {
    fn new() -> Model {
        let mut model = Model {
            periods: Vec::new(),
            homes: Vec::new(),
            members: Vec::new(),
            touched: Vec::new(),
        };
        let city = model.open("thanh-pho", UnitKind::City, None);
        for ward in 0..3 {
            let above = model.open(&format!("phuong-{ward}"), UnitKind::Ward, Some(city));
            for cell in 0..3 {
                let cell = model.open(&format!("to-{ward}-{cell}"), UnitKind::Cell, Some(above));
                for person in 0..3 {
                    let member = MemberId::new();
                    model.members.push(member);
                    model.homes.push(Home {
                        member,
                        cell,
                        cluster: format!("Cụm {person}"),
                        from_on: day("2020-01-01") + Days::new(person * 700),
                        to_on: None,
                    });
                }
            }
        }
        model
    }

    fn open(&mut self, code: &str, kind: UnitKind, parent_id: Option<UnitId>) -> UnitId {
        let id = UnitId::new();
        self.periods.push(Unit {
            id,
            code: code.to_owned(),
            version: 1,
            name: code.to_owned(),
            kind,
            official_code: None,
            parent_id,
            from_on: day("2015-01-01"),
            to_on: None,
        });
        id
    }

    fn forest(&self, on: NaiveDate) -> Forest {
        let later: Vec<_> = self.touched.iter().copied().filter(|(_, at)| *at > on).collect();
        Forest::on(&self.periods, &later, on)
    }

    fn apply(&mut self, outcome: &Outcome, on: NaiveDate) {
        for node in outcome.changed() {
            self.touched.push((node.id, on));
            let open = |it: &&mut Unit| it.id == node.id && it.to_on.is_none();
            if let Some(period) = self.periods.iter_mut().find(open) {
                period.to_on = Some(on);
            }
            if let Some(now) = &node.now {
                self.periods.push(Unit {
                    id: node.id,
                    code: node.code.clone(),
                    version: node.version + 1,
                    name: now.name.clone(),
                    kind: now.kind,
                    official_code: now.official_code.clone(),
                    parent_id: now.parent,
                    from_on: on,
                    to_on: None,
                });
            }
        }
        self.touched.extend(outcome.named().into_iter().map(|it| (it, on)));
        self.periods.sort_by_key(|it| (it.id, it.from_on));
        let mut opened = Vec::new();
        for home in &mut self.homes {
            let to = destination(home.member, home.cell, &home.cluster, &outcome.flows);
            if to == home.cell || home.to_on.is_some_and(|end| end <= on) {
                continue;
            }
            if home.from_on < on {
                opened.push(Home { cell: to, from_on: on, ..home.clone() });
                home.to_on = Some(on);
            } else {
                home.cell = to;
            }
        }
        self.homes.extend(opened);
    }

    fn ancestry(&self) -> Vec<Ancestor> {
        all_ancestors(&self.periods)
    }

    /// The headcount of every unit on `on` that has anybody.
    fn counts(&self, rows: &[Ancestor], on: NaiveDate) -> BTreeMap<UnitId, usize> {
        let mut counts = BTreeMap::new();
        for home in self.homes.iter().filter(|it| covers(it.from_on, it.to_on, on)) {
            let above = rows.iter().filter(|it| it.unit_id == home.cell);
            for row in above.filter(|it| covers(it.from_on, it.to_on, on)) {
                *counts.entry(row.ancestor_id).or_default() += 1;
            }
        }
        counts
    }

    /// One cell for everybody, and sums that agree.
    fn check(&self, rows: &[Ancestor], on: NaiveDate) {
        let standing: Vec<_> =
            self.periods.iter().filter(|it| covers(it.from_on, it.to_on, on)).collect();
        for member in &self.members {
            let mut homes = self.homes.iter().filter(|it| it.member == *member);
            let since = homes.clone().map(|it| it.from_on).min();
            if since.is_none_or(|since| since > on) {
                continue;
            }
            let home = homes.by_ref().filter(|it| covers(it.from_on, it.to_on, on));
            let homes: Vec<_> = home.collect();
            assert_eq!(homes.len(), 1, "one home on {on}");
            let cell = standing.iter().find(|it| it.id == homes[0].cell);
            assert!(cell.is_some_and(|it| it.is_cell()), "its cell stands on {on}");
        }
        let counts = self.counts(rows, on);
        let of = |id: UnitId| counts.get(&id).copied().unwrap_or_default();
        for unit in standing.iter().filter(|it| !it.is_cell()) {
            let below = standing.iter().filter(|it| it.parent_id == Some(unit.id));
            let sum: usize = below.map(|it| of(it.id)).sum();
            assert_eq!(of(unit.id), sum, "{} on {on}", unit.code);
        }
    }
}

fn all_ancestors(periods: &[Unit]) -> Vec<Ancestor> {
    let periods: Vec<Period> = periods
        .iter()
        .map(|it| Period {
            unit_id: it.id,
            parent_id: it.parent_id,
            from_on: it.from_on,
            to_on: it.to_on,
        })
        .collect();
    ancestry(&periods, &[]).unwrap()
}

/// The days on which something may have changed, the eve of each, and one far ahead.
fn days() -> Vec<NaiveDate> {
    let turns = (0..24).map(day_of).flat_map(|it| [it.pred_opt().unwrap(), it]);
    turns.chain([day("2019-06-01"), day("2030-01-01")]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_decided_everybody_has_a_cell(decisions in decisions()) {
        let mut model = Model::new();
        for (serial, (number, throws)) in decisions.iter().enumerate() {
            let on = day_of(*number);
            let forest = model.forest(on);
            let steps = steps(throws, &forest, &model.members, serial);
            if steps.is_empty() {
                continue;
            }
            let outcome = simulate(&forest, None, &steps).unwrap();
            let past: Vec<_> = days().into_iter().filter(|it| *it < on).collect();
            let before = model.ancestry();
            let counts: Vec<_> = past.iter().map(|it| model.counts(&before, *it)).collect();
            model.apply(&outcome, on);
            let after = model.ancestry();
            let still: Vec<_> = past.iter().map(|it| model.counts(&after, *it)).collect();
            prop_assert_eq!(counts, still, "the past changed");
            for on in days() {
                model.check(&after, on);
            }
        }
    }
}

#[test]
fn chance_throws_steps_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeMap::new();
    for _ in 0..100 {
        let thrown = decisions().new_tree(&mut runner).unwrap().current();
        let model = Model::new();
        for (number, throws) in thrown {
            for step in steps(&throws, &model.forest(day_of(number)), &model.members, 1) {
                *seen.entry(step.kind()).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert!(seen.values().all(|times| *times >= 20), "{seen:?}");
}

/// The same, written down and read back: what is stored is what the model says, and an
/// undoing leaves no trace.
#[tokio::test]
async fn chance_is_stored_as_it_is_worked_out() {
    let site = Site::start().await;
    let town = &site.town;
    let mut members = Vec::new();
    for (index, cell) in
        [town.cell_a1, town.cell_a2, town.cell_b1].into_iter().cycle().take(9).enumerate()
    {
        let name = format!("Trần Văn Thứ {}", ["Một", "Hai", "Ba"][index % 3]);
        let member = live_who(&site, cell, &name, |_, home| {
            home.household_cluster = format!("Cụm {}", index / 3);
        });
        members.push(member.await);
    }
    let mut runner = TestRunner::deterministic();
    let (mut written, mut undone) = (0, 0);
    for serial in 0..40 {
        let (number, throws) = (0..24_u64, prop::collection::vec(throw(), 1..6))
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let on = day_of(number);
        let mut tx = site.db.read().await.unwrap();
        let stored = periods(&mut tx).await.unwrap();
        let later = haichieu::reorganisations::store::touched_after(&mut tx, on).await.unwrap();
        drop(tx);
        let forest = Forest::on(&stored, &later, on);
        let steps = steps(&throws, &forest, &members, serial);
        if steps.is_empty() {
            continue;
        }
        let before = dump(&site.db).await;
        let id = draft(&site, on, &steps).await;
        let seen = preview(&site, id).await;
        if !seen.may_apply() {
            assert!(apply(&site, id).await.is_err());
            assert_eq!(dump(&site.db).await, before);
            continue;
        }
        apply(&site, id).await.unwrap();
        written += 1;
        check_stored(&site, members.len()).await;
        for line in &seen.lines {
            let (normal, exempt) = count(&site, line.unit_id, on).await;
            let said = (line.people_after.normal, line.people_after.exempt);
            assert_eq!((normal, exempt), said, "{} on {on}", line.code);
        }
        if serial % 3 == 0 {
            undo(&site, id).await.unwrap();
            assert_eq!(dump(&site.db).await, before, "{steps:?}");
            undone += 1;
        }
        assert!(get(&site, id).await.applied_at.is_some());
    }
    assert!(written >= 10 && undone >= 3, "{written} written, {undone} undone");
}

/// The stored ancestry is that of the periods, and everybody is counted in the city and in
/// its cells on every day.
async fn check_stored(site: &Site, members: usize) {
    let mut tx = site.db.read().await.unwrap();
    let stored = periods(&mut tx).await.unwrap();
    let mut wanted: Vec<String> =
        all_ancestors(&stored).into_iter().map(|it| ancestor_row(&it)).collect();
    wanted.sort();
    let dumped = dump(&site.db).await;
    let rows = &dumped.iter().find(|(table, _)| *table == "ancestor").unwrap().1;
    assert_eq!(&wanted, rows);
    for on in ["2023-12-31", "2024-08-01", "2025-03-01", "2026-06-01"] {
        let on = day(on);
        let (mut all, mut in_cells) = (0, 0);
        for root in haichieu::organisation::store::roots(&mut tx, on).await.unwrap() {
            all += count(site, root.id, on).await.0;
            for cell in haichieu::organisation::store::cells(&mut tx, root.id, on).await.unwrap() {
                in_cells += count(site, cell.id, on).await.0;
            }
        }
        let members = i64::try_from(members).unwrap();
        assert_eq!((all, in_cells), (members, members), "on {on}");
    }
}

/// As the dump prints it.
fn ancestor_row(it: &Ancestor) -> String {
    let row = (it.ancestor_id.0, it.unit_id.0, it.child_id.0, it.depth, it.from_on, it.to_on);
    format!("{row:?}")
}
