//! Comment sheets of every state, drafts of their criteria, and confirmed figures.

use chrono::{Datelike, Days};
use haichieu::clock::{self, Moment};
use haichieu::criteria::model::Variant;
use haichieu::criteria::store::NewSet;
use haichieu::db::Tx;
use haichieu::evaluation::model::{Act, ActKind, OpenedYear};
use haichieu::evaluation::store::consultations::NewConsultation;
use haichieu::evaluation::store::steps::Which;
use haichieu::evaluation::store::writing::Marking;
use haichieu::ids::{
    ActId, ConfirmationId, ConsultationId, CriteriaSetId, EvaluationYearId, MarkingId, UnitId,
};
use haichieu::reports::confirmed::{Confirmation, Frozen};
use haichieu::statistics::model::AsOf;
use haichieu::{criteria, evaluation, reports, statistics};

use crate::support::Site;

/// How many sheets of a year a cell may have here, with those of its things.
const MOST: usize = 400;

/// A set like the one in force, that nobody has issued yet.
pub async fn draft_criteria(tx: &mut Tx, id: CriteriaSetId, number: usize, now: Moment) {
    let today = clock::today();
    let set = NewSet {
        id,
        code: None,
        name: format!("Bộ tiêu chí nháp {number}"),
        source: String::new(),
        variant: Variant::Normal,
        valid_from: today,
        issued_at: None,
        criteria: Vec::new(),
    };
    criteria::store::add(tx, &set, now).await.unwrap();
}

fn act(kind: ActKind, at: Moment) -> Act {
    Act { id: ActId::new(), kind, account_name: "Người ký".to_owned(), note: String::new(), at }
}

/// The year, written in the first cell, signed in the second, confirmed in all others.
pub async fn build(tx: &mut Tx, site: &Site, cells: &[(UnitId, UnitId)], now: Moment) {
    let (today, city) = (now.day(), site.town.city);
    let year = i64::from(today.year());
    let whole = criteria::store::in_force(tx, Variant::Normal, today).await.unwrap().unwrap();
    let opened = OpenedYear {
        id: EvaluationYearId::new(),
        unit_id: city,
        year,
        reference_on: today,
        sign_by: Some(today),
        return_by: Some(today),
        version: 1,
    };
    let done = act(ActKind::Open, now);
    evaluation::store::opening::add(tx, &opened, &done).await.unwrap();
    let set = (whole.set.id, whole.asked());
    evaluation::store::opening::open(tx, city, (year, today), set, &done).await.unwrap();
    for (number, (unit_id, _)) in cells.iter().enumerate() {
        for criterion in &whole.criteria {
            let marking = Marking {
                id: MarkingId::new(),
                unit_id: *unit_id,
                year,
                option_id: criterion.options[0].id,
                marked: 0,
                account_name: String::new(),
                marked_at: now,
                undone_at: None,
                criterion_id: criterion.id,
                criterion_number: criterion.number,
                label: criterion.options[0].label.clone(),
            };
            evaluation::store::writing::add_marking(tx, &marking).await.unwrap();
            let (all, done) = ("1".repeat(MOST), act(ActKind::Mark, now));
            evaluation::store::writing::mark(tx, &marking, &all, &done).await.unwrap();
        }
        let consultation = NewConsultation {
            id: ConsultationId::new(),
            unit_id: *unit_id,
            year,
            held_on: today,
            cell_people: "Bí thư".to_owned(),
            front_people: "Trưởng ban".to_owned(),
        };
        evaluation::store::consultations::add(tx, &consultation, now).await.unwrap();
        let of_year = (*unit_id, year);
        evaluation::store::consultations::attach(tx, of_year, consultation.id, "").await.unwrap();
        let which = Which::Year(*unit_id, year);
        if number > 0 {
            let done = act(ActKind::Sign, now);
            assert!(evaluation::store::steps::sign(tx, which, &done).await.unwrap() > 0);
        }
        if number > 1 {
            let done = act(ActKind::Confirm, now);
            assert!(evaluation::store::steps::confirm(tx, which, &done).await.unwrap() > 0);
        }
    }
}

pub async fn confirm_figures(tx: &mut Tx, units: &[UnitId], count: usize, now: Moment) {
    for unit_id in units {
        for days in 0..u64::try_from(count).unwrap() {
            let on = clock::today() - Days::new(days);
            let as_of = AsOf { on, year: on.year() };
            let overview = statistics::store::overview(tx, *unit_id, as_of).await.unwrap();
            let new = Confirmation {
                id: ConfirmationId::new(),
                unit_id: *unit_id,
                as_of_on: on,
                number: 1,
                normal: 0,
                exempt: 0,
                figures: serde_json::to_string(&Frozen::of(&overview)).unwrap(),
                note: String::new(),
                account_name: "Người chốt".to_owned(),
                confirmed_at: now,
            };
            reports::store::add(tx, &new).await.unwrap();
        }
    }
}
