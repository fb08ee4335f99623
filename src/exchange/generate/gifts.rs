//! The fund and the work of a cell, and what its people gave.

use crate::contributions::model::WorkKind;
use crate::exchange::demo::calendar::evening;
use crate::exchange::demo::gifts::{Gift, gifts_of};
use crate::exchange::demo::random::Weighted;
use crate::exchange::generate::people::Stay;
use crate::exchange::generate::rows::{Rows, row};
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::Cell;
use crate::exchange::seed::reader::Fault;
use crate::vietnamese::fold;

/// In how many years before the last one something was given.
const YEARS: i64 = 4;

pub struct Gifts {
    of_funds: Weighted<Gift>,
    of_works: Weighted<Gift>,
}

impl Gifts {
    pub fn read() -> Result<Gifts, Fault> {
        Ok(Gifts { of_funds: gifts_of(WorkKind::Fund)?, of_works: gifts_of(WorkKind::Work)? })
    }

    /// Every cell has a fund that is filled each autumn, every third builds something.
    pub fn give(&self, source: &mut Source, cell: &Cell, stays: &[Stay], rows: &mut Rows) {
        self.to(source, cell, stays, (WorkKind::Fund, "Quỹ khuyến học", "quy", YEARS), rows);
        if source.random.chance(333) {
            let back = source.random.between(0, YEARS);
            self.to(source, cell, stays, (WorkKind::Work, "Đường hoa", "duong", back), rows);
        }
    }

    fn to(
        &self,
        source: &mut Source,
        cell: &Cell,
        stays: &[Stay],
        (kind, what, word, years): (WorkKind, &str, &str, i64),
        rows: &mut Rows,
    ) {
        let (work_id, name) = (source.id(), format!("{what} {}", cell.place));
        let started_on = source.back(years, 1, 10).min(source.on);
        let code = format!("{word}-{}", cell.code);
        let folded = fold::fold(&name);
        rows.work_item.push(row![
            work_id,
            cell.id,
            code,
            kind.as_str(),
            name,
            folded,
            "đồng",
            started_on,
            "",
            evening(started_on)
        ]);
        let gifts = if kind == WorkKind::Fund { &self.of_funds } else { &self.of_works };
        for back in (0..=years).rev() {
            let (first, last) = (source.back(back, 8, 15), source.back(back, 11, 20));
            for stay in stays {
                if !source.random.chance(220) {
                    continue;
                }
                let given_on = source.random.day(first, last);
                if given_on > source.on || !stay.holds_on(given_on) {
                    continue;
                }
                let gift = gifts.draw(&mut source.random);
                let (amount, quantity) = gift.worth(&mut source.random);
                rows.contribution.push(row![
                    source.id(),
                    cell.id,
                    work_id,
                    stay.member_id,
                    given_on,
                    gift.kind.as_str(),
                    amount,
                    quantity,
                    gift.measure(),
                    gift.note.as_str(),
                    "",
                    evening(given_on),
                ]);
            }
        }
    }
}
