use chrono::NaiveDate;

use super::*;
use crate::ids::MemberId;
use crate::organisation::model::Unit;
use crate::reorganisations::flow::destination;
use crate::reorganisations::model::{NewUnitSpec, Part};

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const DAY: &str = "2025-01-01";

/// A town of two wards; ward A has two cells, ward B one.
struct Town(Vec<Unit>);

impl Town {
    fn new() -> Town {
        let mut town = Town(Vec::new());
        town.add("city", UnitKind::City, None);
        town.add("a", UnitKind::Ward, Some("city"));
        town.add("b", UnitKind::Ward, Some("city"));
        town.add("a1", UnitKind::Cell, Some("a"));
        town.add("a2", UnitKind::Cell, Some("a"));
        town.add("b1", UnitKind::Cell, Some("b"));
        town
    }

    fn add(&mut self, code: &str, kind: UnitKind, parent: Option<&str>) {
        self.0.push(Unit {
            id: UnitId::new(),
            code: code.to_owned(),
            version: 1,
            name: code.to_uppercase(),
            kind,
            official_code: None,
            parent_id: parent.map(|it| self.id(it)),
            from_on: on("2015-01-01"),
            to_on: None,
        });
    }

    fn id(&self, code: &str) -> UnitId {
        self.0.iter().find(|it| it.code == code).unwrap().id
    }

    fn forest(&self) -> Forest {
        Forest::on(&self.0, &[], on(DAY))
    }

    fn run(&self, steps: &[Step]) -> Outcome {
        simulate(&self.forest(), None, steps).unwrap()
    }

    /// The only fault: its step, and what it says.
    fn fault(&self, steps: &[Step]) -> (usize, String) {
        let mut faults = simulate(&self.forest(), None, steps).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let fault = faults.remove(0);
        (fault.step, fault.message)
    }
}

fn spec(code: &str, kind: UnitKind, parent: &str) -> NewUnitSpec {
    NewUnitSpec {
        id: UnitId::new(),
        code: code.to_owned(),
        name: code.to_uppercase(),
        kind,
        official_code: None,
        parent: Some(parent.to_owned()),
    }
}

fn merge(sources: &[&str], target: Target) -> Step {
    Step::Merge { sources: sources.iter().map(|it| (*it).to_owned()).collect(), target }
}

fn code(code: &str) -> Target {
    Target::Code(code.to_owned())
}

fn part(target: Target) -> Part {
    Part {
        target,
        children: Vec::new(),
        clusters: Vec::new(),
        members: Vec::new(),
        takes_rest: false,
        successor: false,
    }
}

fn parent(outcome: &Outcome, code: &str) -> Option<String> {
    let shape = outcome.forest.find(code)?.now.as_ref()?;
    Some(outcome.forest.get(shape.parent?)?.code.clone())
}

fn ended(outcome: &Outcome, code: &str) -> bool {
    outcome.forest.find(code).unwrap().now.is_none()
}

#[test]
fn a_step_sees_what_those_before_it_did() {
    let town = Town::new();
    let outcome = town.run(&[
        Step::Open { unit: spec("c", UnitKind::Ward, "city") },
        Step::Move { code: "a1".to_owned(), parent: Some("c".to_owned()) },
        Step::Rename { code: "c".to_owned(), name: "Phường  Mới".to_owned() },
    ]);
    assert_eq!(parent(&outcome, "a1").as_deref(), Some("c"));
    assert_eq!(outcome.forest.find("c").unwrap().name(), "Phường Mới");
    let codes: Vec<_> = outcome.changed().iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["a1", "c"]);
}

#[test]
fn merged_wards_give_their_cells_and_end() {
    let town = Town::new();
    let outcome = town.run(&[merge(&["a", "b"], Target::New(spec("ab", UnitKind::Ward, "city")))]);
    for cell in ["a1", "a2", "b1"] {
        assert_eq!(parent(&outcome, cell).as_deref(), Some("ab"));
    }
    assert!(ended(&outcome, "a") && ended(&outcome, "b"));
    assert!(outcome.flows.is_empty(), "nobody changes cell");
    assert_eq!(outcome.heirs.len(), 2);
    assert!(outcome.heirs.iter().all(|it| it.main && it.grants));
}

#[test]
fn a_target_among_the_sources_goes_on() {
    let town = Town::new();
    let outcome = town.run(&[merge(&["a1", "a2"], code("a1"))]);
    assert!(ended(&outcome, "a2") && !ended(&outcome, "a1"));
    let somebody = destination(MemberId::new(), town.id("a2"), "", &outcome.flows);
    assert_eq!(somebody, town.id("a1"));
}

#[test]
fn a_ward_is_split_cell_by_cell() {
    let town = Town::new();
    let to_b = Part { children: vec!["a2".to_owned()], ..part(code("b")) };
    let split = |parts, goes_on| Step::Split { source: "a".to_owned(), parts, goes_on };
    let outcome = town.run(&[split(vec![to_b.clone()], true)]);
    assert_eq!(parent(&outcome, "a2").as_deref(), Some("b"));
    assert_eq!(parent(&outcome, "a1").as_deref(), Some("a"));
    assert!(outcome.heirs.iter().all(|it| !it.main && !it.grants), "what waits stays with A");

    let (step, message) = town.fault(&[split(vec![to_b], false)]);
    assert_eq!((step, message.as_str()), (1, "Chưa chọn nơi đến của A1"));
}

#[test]
fn the_people_of_a_cell_go_by_name_then_by_cluster_then_with_the_rest() {
    let town = Town::new();
    let (named, other) = (MemberId::new(), MemberId::new());
    let new = spec("a3", UnitKind::Cell, "a");
    let a3 = new.id;
    let by_cluster = Part { clusters: vec!["Tổ 7".to_owned()], ..part(Target::New(new)) };
    let by_name = Part { members: vec![named], takes_rest: true, ..part(code("a2")) };
    let parts = vec![by_cluster, by_name];
    let split = Step::Split { source: "a1".to_owned(), parts, goes_on: false };
    let outcome = town.run(&[split]);
    let to = |member, cluster| destination(member, town.id("a1"), cluster, &outcome.flows);
    assert_eq!(to(named, "Tổ 7"), town.id("a2"));
    assert_eq!(to(other, " Tổ 7 "), a3);
    assert_eq!(to(other, "Tổ 8"), town.id("a2"));
    assert!(ended(&outcome, "a1"));
}

#[test]
fn a_cell_that_ends_needs_somebody_to_take_the_rest() {
    let town = Town::new();
    let parts = vec![Part { clusters: vec!["Tổ 7".to_owned()], ..part(code("a2")) }];
    let (_, message) =
        town.fault(&[Step::Split { source: "a1".to_owned(), parts, goes_on: false }]);
    assert!(message.contains("những người còn lại"), "{message}");
}

#[test]
fn a_place_passes_on_through_a_unit_that_lasts_no_day() {
    let town = Town::new();
    let outcome = town.run(&[
        merge(&["a1"], Target::New(spec("x", UnitKind::Cell, "a"))),
        merge(&["x", "a2"], code("b1")),
    ]);
    let heirs: Vec<_> = outcome.heirs.iter().map(|it| (it.predecessor, it.successor)).collect();
    assert_eq!(heirs.len(), 2, "{heirs:?}");
    assert!(heirs.contains(&(town.id("a1"), town.id("b1"))));
    assert!(outcome.changed().iter().all(|it| it.code != "x"), "it never stood");
    let to = destination(MemberId::new(), town.id("a1"), "", &outcome.flows);
    assert_eq!(to, town.id("b1"));
}

#[test]
fn what_cannot_be_is_said_with_its_step() {
    let town = Town::new();
    let rename = |code: &str| Step::Rename { code: code.to_owned(), name: "Tên".to_owned() };
    let below = |code: &str, parent: &str| Step::Move {
        code: code.to_owned(),
        parent: Some(parent.to_owned()),
    };
    let said = |steps: &[Step]| town.fault(steps);
    assert_eq!(
        said(&[rename("a"), rename("zz")]),
        (2, "Không có đơn vị nào mang mã zz".to_owned())
    );
    let (_, taken) = said(&[Step::Open { unit: spec("a1", UnitKind::Cell, "b") }]);
    assert!(taken.contains("đã có đơn vị dùng"), "{taken}");
    let (_, place) = said(&[below("a1", "city")]);
    assert!(place.contains("không đứng ngay dưới CITY"), "{place}");
    let faults = simulate(&town.forest(), None, &[below("city", "a")]).unwrap_err();
    assert!(faults[0].message.contains("không thể thuộc chính nó"), "{faults:?}");
    let (_, gone) = said(&[merge(&["a1"], code("a2")), rename("a1")]);
    assert!(gone.contains("không còn"), "{gone}");
    let (_, cells) = said(&[merge(&["a1"], code("b"))]);
    assert!(cells.contains("không cùng là chi bộ"), "{cells}");
    let dissolve = Step::Dissolve { code: "a".to_owned(), children_to: None };
    assert!(said(&[dissolve]).1.contains("còn 2 đơn vị bên dưới"));
    let rekind =
        Step::Rekind { code: "a".to_owned(), kind: Some(UnitKind::Province), official_code: None };
    assert!(!simulate(&town.forest(), None, &[rekind]).unwrap_err().is_empty());
    assert_eq!(said(&[]).1, "Chưa có bước nào");
}

#[test]
fn a_ward_becomes_another_kind_with_another_code() {
    let town = Town::new();
    let outcome = town.run(&[Step::Rekind {
        code: "a".to_owned(),
        kind: Some(UnitKind::Commune),
        official_code: Some("18100".to_owned()),
    }]);
    let shape = outcome.forest.find("a").unwrap().now.clone().unwrap();
    assert_eq!((shape.kind, shape.official_code.as_deref()), (UnitKind::Commune, Some("18100")));
    assert_eq!(parent(&outcome, "a1").as_deref(), Some("a"), "the cells stay where they are");
}

#[test]
fn a_period_that_begins_that_day_or_ends_later_is_not_amended() {
    let mut town = Town::new();
    let rename = [Step::Rename { code: "a".to_owned(), name: "Tên".to_owned() }];
    town.0[1].from_on = on(DAY);
    assert!(town.fault(&rename).1.contains("bắt đầu đúng ngày 01/01/2025"));
    town.0[1].from_on = on("2015-01-01");
    town.0[1].to_on = Some(on("2025-07-01"));
    assert!(town.fault(&rename).1.contains("đã định thay đổi từ ngày 01/07/2025"));
    let cell_there = [Step::Move { code: "b1".to_owned(), parent: Some("a".to_owned()) }];
    assert!(town.fault(&cell_there).1.contains("đã định thay đổi"));
}

#[test]
fn a_unit_that_something_later_touches_or_needs_is_left_alone() {
    let mut town = Town::new();
    let rename = [Step::Rename { code: "a".to_owned(), name: "Tên".to_owned() }];
    let later = [(town.id("a"), on("2025-07-01"))];
    let forest = Forest::on(&town.0, &later, on(DAY));
    let faults = simulate(&forest, None, &rename).unwrap_err();
    assert!(faults[0].message.contains("một lần sắp xếp từ ngày 01/07/2025"), "{faults:?}");
    town.add("b2", UnitKind::Cell, Some("b"));
    town.0.last_mut().unwrap().from_on = on("2025-03-01");
    let (_, message) = town.fault(&[merge(&["b"], code("a"))]);
    assert!(message.contains("từ ngày 01/03/2025"), "{message}");
}

#[test]
fn nothing_outside_the_scope_is_touched() {
    let town = Town::new();
    let (forest, within) = (town.forest(), Some(town.id("a")));
    let inside = [merge(&["a1"], code("a2"))];
    assert!(simulate(&forest, within, &inside).is_ok());
    for outside in [merge(&["a1"], code("b1")), merge(&["b1"], code("a1"))] {
        let faults = simulate(&forest, within, &[outside]).unwrap_err();
        assert!(faults[0].message.contains("Không có đơn vị nào mang mã"), "{faults:?}");
    }
}

#[test]
fn steps_are_kept_as_json_and_read_back() {
    let parts = vec![Part { members: vec![MemberId::new()], ..part(code("a2")) }];
    let steps = [
        merge(&["a", "b"], Target::New(spec("ab", UnitKind::Ward, "city"))),
        Step::Split { source: "a1".to_owned(), parts, goes_on: true },
    ];
    for step in steps {
        let text = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<Step>(&text).unwrap(), step, "{text}");
    }
    let short = r#"{"step":"rename","code":"a","name":"Phường A"}"#;
    assert!(matches!(serde_json::from_str(short).unwrap(), Step::Rename { .. }));
}
