//! The comments of the year before the last: opened everywhere, in most cells signed and
//! confirmed.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::criteria;
use crate::criteria::model::Variant;
use crate::evaluation::model::ActKind;
use crate::exchange::demo::calendar::evening;
use crate::exchange::demo::random::Random;
use crate::exchange::generate::people::Stay;
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::Cell;

const SECRETARIES: [&str; 4] =
    ["Hồ Sỹ Lâm", "Nguyễn Thị Mai Hương", "Đặng Văn Tịnh", "Bùi Thị Kim Oanh"];
const OFFICER: &str = "Lê Thu Huyền";
const FRONT: [&str; 4] = ["Mai Thị Liên", "Võ Văn Quế", "Hoàng Đình Thảo", "Phạm Thị Lài"];

/// How many codes there are: twelve digits of sixteen.
const CODES: i64 = 1 << 48;

/// A year that is open, and what its sheets ask.
pub struct Year {
    number: i64,
    opened: (Uuid, NaiveDate),
    set_id: Uuid,
    /// Each criterion with its options.
    criteria: Vec<(Uuid, Vec<Uuid>)>,
    /// How many signatures there will be at most, and how many there are.
    codes: (i64, i64),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Opened,
    Written,
    Signed,
    Confirmed,
}

impl Year {
    /// Brings the criteria in, and opens the year at the unit over all.
    pub fn open(
        source: &mut Source,
        top: Uuid,
        members: i64,
        rows: &mut Rows,
    ) -> csv::Result<Year> {
        let reference_on = source.back(1, 11, 15);
        let mut year = Year {
            number: i64::from(source.year() - 1),
            opened: (source.id(), reference_on),
            set_id: Uuid::nil(),
            criteria: Vec::new(),
            codes: (members.max(1), 0),
        };
        for set in criteria::seed::sets()? {
            let (set_id, at) = (source.id(), evening(set.valid_from));
            let is_normal = set.variant == Variant::Normal;
            if is_normal {
                year.set_id = set_id;
            }
            rows.criteria_set.push(row![
                set_id,
                set.code,
                set.name,
                set.source,
                if is_normal { "normal" } else { "exempt" },
                set.valid_from,
                at,
                at
            ]);
            for (number, it) in (1_i64..).zip(set.criteria) {
                let (id, mut options) = (source.id(), Vec::new());
                let (about, confirmed) = (it.about_meetings, it.confirmed);
                rows.criterion.push(row![id, set_id, number, it.heading, confirmed, about]);
                for (number, it) in (1_i64..).zip(it.options) {
                    let option_id = source.id();
                    rows.criterion_option.push(row![option_id, id, number, it.label, it.confirmed]);
                    options.push(option_id);
                }
                if is_normal {
                    year.criteria.push((id, options));
                }
            }
        }
        let at = evening(reference_on);
        rows.evaluation_year.push(row![source.id(), top, year.number, reference_on, at]);
        add_act(rows, year.opened.0, ActKind::Open, OFFICER, reference_on);
        Ok(year)
    }

    /// Takes the sheets of a cell as far as the cell has come.
    pub fn comment(
        &mut self,
        source: &mut Source,
        cell: &Cell,
        stays: &[Stay],
        is_first: bool,
        rows: &mut Rows,
    ) {
        let (opened_by, reference_on) = self.opened;
        let stage = match source.random.between(0, 99) {
            _ if is_first => Stage::Confirmed,
            0..4 => Stage::Opened,
            4..10 => Stage::Written,
            10..20 => Stage::Signed,
            _ => Stage::Confirmed,
        };
        let secretary = *source.random.pick(&SECRETARIES);
        let mut steps = vec![(opened_by, "blank", reference_on)];
        let mut consultation_id = None;
        if stage > Stage::Opened {
            consultation_id = Some(self.consult(source, cell, secretary, rows));
        }
        for (at_least, kind, name, state, day) in [
            (Stage::Written, ActKind::Write, secretary, "written", source.back(1, 11, 21)),
            (Stage::Signed, ActKind::Sign, secretary, "signed", source.back(1, 11, 28)),
            (Stage::Confirmed, ActKind::Confirm, OFFICER, "confirmed", source.back(1, 12, 5)),
        ] {
            if stage >= at_least {
                let act_id = source.id();
                add_act(rows, act_id, kind, name, day);
                steps.push((act_id, state, day));
            }
        }
        let here = |it: &&Stay| it.holds_on(reference_on) && !it.is_exempt;
        for stay in stays.iter().filter(here) {
            self.add_sheet(source, (cell, stay), (secretary, consultation_id), &steps, rows);
        }
    }

    fn consult(&self, source: &mut Source, cell: &Cell, secretary: &str, rows: &mut Rows) -> Uuid {
        let (id, held_on) = (source.id(), source.back(1, 11, 20));
        let front = *source.random.pick(&FRONT);
        rows.front_consultation.push(row![
            id,
            cell.id,
            self.number,
            held_on,
            format!("{secretary}, bí thư"),
            format!("{front}, trưởng ban"),
            evening(held_on)
        ]);
        id
    }

    fn add_sheet(
        &mut self,
        source: &mut Source,
        (cell, stay): (&Cell, &Stay),
        (secretary, consultation_id): (&str, Option<Uuid>),
        steps: &[(Uuid, &'static str, NaiveDate)],
        rows: &mut Rows,
    ) {
        let sheet_id = source.id();
        let step = |state| steps.iter().find(|it| it.1 == state);
        let (written, signed, confirmed) = (step("written"), step("signed"), step("confirmed"));
        let asked = i64::try_from(self.criteria.len()).unwrap_or_default();
        let (act_id, state, _) = steps[steps.len() - 1];
        rows.evaluation_sheet.push(row![
            sheet_id,
            stay.member_id,
            cell.id,
            "annual",
            self.number,
            self.opened.1,
            "",
            self.set_id,
            asked,
            if written.is_some() { asked } else { 0 },
            state,
            consultation_id,
            if written.is_some() { secretary } else { "" },
            written.map(|it| evening(it.2)),
            signed.map(|it| it.0),
            signed.map(|it| it.2),
            if signed.is_some() { secretary } else { "" },
            confirmed.map(|it| it.2),
            if confirmed.is_some() { OFFICER } else { "" },
            act_id,
            i64::try_from(steps.len()).unwrap_or(1),
            evening(self.opened.1),
        ]);
        for (place, (act_id, state, from_on)) in steps.iter().enumerate() {
            let number = i64::try_from(place + 1).unwrap_or(1);
            let to_on = steps.get(place + 1).map(|it| it.2);
            let (year, kind) = (self.number, "annual");
            rows.evaluation_step.push(row![
                sheet_id, number, *act_id, cell.id, year, kind, *state, *from_on, to_on
            ]);
        }
        if let Some((act_id, _, _)) = signed {
            rows.evaluation_signature.push(row![
                sheet_id,
                *act_id,
                self.code(&mut source.random),
                stay.full_name.as_str(),
                stay.born.0,
                stay.born.1,
                stay.address.as_str(),
                stay.workplace.as_str()
            ]);
        }
        if written.is_some() {
            for (number, (criterion_id, options)) in self.criteria.iter().enumerate() {
                let chosen = options[choose(&mut source.random, number)];
                rows.evaluation_choice.push(row![sheet_id, *criterion_id, chosen]);
            }
        }
    }

    /// The code of the next signature: behind the one before, so that its index grows at one end.
    fn code(&mut self, random: &mut Random) -> String {
        // Of a cell some have moved since, so that there may be more than people.
        let room = CODES / (self.codes.0 * 2);
        self.codes.1 += 1;
        format!("{:012X}", self.codes.1 * room + random.between(0, room - 1))
    }
}

fn add_act(rows: &mut Rows, id: Uuid, kind: ActKind, name: &str, on: NaiveDate) {
    rows.evaluation_act.push(row![id, kind.as_str(), name, "", on, evening(on)]);
}

/// Which option: most people are well thought of, few are proposed for anything.
fn choose(random: &mut Random, criterion: usize) -> usize {
    match random.between(1, 100) {
        1..=2 if criterion != 5 => 2,
        3..=38 => 1,
        1..=84 if criterion == 5 => 1,
        _ => 0,
    }
}
