//! The units of a list of what is late, and how it is put together.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Group, Item, Keeper, Kind, Letter, Place, Sheets, Unrolled, group};
use crate::access::model::Role;
use crate::ids::UnitId;
use crate::organisation::model::{UnitKind, name_key};
use crate::small::Shown;
use crate::vietnamese::{day, number};

/// Units, and who keeps them.
pub struct Town {
    on: NaiveDate,
    places: HashMap<UnitId, Placed>,
    /// Display names of accounts, by the unit and the role that they hold.
    keepers: HashMap<(UnitId, Role), Vec<String>>,
    /// The unit that the list is of.
    top: UnitId,
    /// Whether whoever looks sees names.
    pub names: bool,
}

/// A unit in the list.
struct Placed {
    place: Place,
    /// The name of the unit above it, where the list is of more than one.
    above: String,
    /// Where it stands: by the unit above, then by name.
    at: usize,
}

impl Town {
    pub fn new(
        (top, names): (UnitId, bool),
        on: NaiveDate,
        places: &[Place],
        keepers: Vec<Keeper>,
    ) -> Town {
        let known: HashMap<UnitId, (String, String)> =
            places.iter().map(|it| (it.id, (it.name.clone(), name_key(&it.name)))).collect();
        let above = |it: &Place| {
            let above = it.parent_id.filter(|above| *above != top && it.id != top);
            above.and_then(|above| known.get(&above)).map_or(("", ""), |(name, key)| (name, key))
        };
        let key = |it: &Place| known.get(&it.id).map_or("", |(_, key)| key);
        let mut order: Vec<(&str, &str, &Place)> =
            places.iter().map(|it| (above(it).1, key(it), it)).collect();
        order.sort_by_key(|(above, own, it)| (*above, *own, it.id));
        let ordered = order.into_iter().enumerate().map(|(at, (.., it))| {
            (it.id, Placed { place: it.clone(), above: above(it).0.to_owned(), at })
        });
        let places = ordered.collect();
        let mut by_role: HashMap<_, Vec<String>> = HashMap::new();
        for it in keepers {
            by_role.entry((it.unit_id, it.role)).or_default().push(it.display_name);
        }
        Town { on, places, keepers: by_role, top, names }
    }

    fn who(&self, unit_id: Option<UnitId>, role: Role) -> Vec<String> {
        unit_id.and_then(|it| self.keepers.get(&(it, role))).cloned().unwrap_or_default()
    }

    fn place(&self, id: UnitId) -> Option<&Place> {
        self.places.get(&id).map(|it| &it.place)
    }

    /// The ward that a letter waits for: the one it names, or that of the person's cell.
    pub fn ward_of(&self, named: Option<UnitId>, home: Option<UnitId>) -> Option<UnitId> {
        named.or_else(|| self.place(home?)?.parent_id)
    }

    /// The unit under which a ward's letter stands: a cell lists it as its own.
    fn listed(&self, ward_id: Option<UnitId>) -> UnitId {
        ward_id.filter(|it| self.places.contains_key(it)).unwrap_or(self.top)
    }

    fn item(
        &self,
        (kind, unit_id): (Kind, UnitId),
        what: String,
        href: String,
        who: Vec<String>,
    ) -> Option<Item> {
        let Placed { place, above, at } = self.places.get(&unit_id)?;
        Some(Item {
            kind,
            place: *at,
            unit: place.name.clone(),
            above: above.clone(),
            code: place.code.clone(),
            what,
            href: if self.names { href } else { String::new() },
            who,
        })
    }

    fn code(&self, unit_id: UnitId) -> &str {
        self.place(unit_id).map_or("", |it| it.code.as_str())
    }

    pub fn meetings(&self, cells: &[UnitId]) -> Group {
        let items = cells.iter().filter_map(|id| {
            let href = format!("/units/{}/meetings", self.code(*id));
            let who = self.who(Some(*id), Role::CellSecretary);
            self.item((Kind::Meeting, *id), "Chưa có họp định kỳ".to_owned(), href, who)
        });
        group((Kind::Meeting, self.names), exact(cells.len()), items.collect())
    }

    pub fn rolls(&self, rolls: &[Unrolled]) -> Group {
        let items = rolls.iter().filter_map(|it| {
            let left = match it.marked {
                0 => "chưa điểm danh".to_owned(),
                _ if self.names => {
                    format!("còn {} người chưa đánh dấu", number::grouped(it.unmarked))
                }
                _ => "điểm danh chưa xong".to_owned(),
            };
            let what = format!("{} {}: {left}", it.kind.label(), day::short(it.held_on));
            // A ward or city keeps the rolls of its own meetings.
            let role = match self.place(it.unit_id).map(|it| it.kind) {
                Some(UnitKind::Cell) => Role::CellSecretary,
                _ => Role::WardOfficer,
            };
            let who = self.who(Some(it.unit_id), role);
            self.item((Kind::Roll, it.unit_id), what, format!("/meetings/{}", it.id), who)
        });
        group((Kind::Roll, self.names), exact(rolls.len()), items.collect())
    }

    /// Letters one by one for those who see names; else how many of each ward.
    pub fn letters(&self, kind: Kind, letters: &[&Letter]) -> Group {
        let waits = match kind {
            Kind::Unreceived => "chưa tiếp nhận",
            _ => "chưa phân về chi bộ",
        };
        if self.names {
            let items = letters.iter().filter_map(|it| {
                let late = if it.is_late && it.is_received { ", quá hạn" } else { "" };
                let what = format!("Giấy của {}: {}{late}, {waits}", it.title, it.since);
                let ward = self.listed(it.ward_id);
                let who = self.who(it.ward_id, Role::WardOfficer);
                self.item((kind, ward), what, format!("/letters/{}", it.id), who)
            });
            return group((kind, true), exact(letters.len()), items.collect());
        }
        let mut wards: Vec<(UnitId, i64)> = Vec::new();
        for it in letters {
            let ward = self.listed(it.ward_id);
            match wards.iter_mut().find(|(id, _)| *id == ward) {
                Some((_, count)) => *count += 1,
                None => wards.push((ward, 1)),
            }
        }
        let counts: Vec<i64> = wards.iter().map(|(_, count)| *count).collect();
        let (shown, total) = crate::small::column(&counts, false);
        let items = wards.iter().zip(shown).filter_map(|((ward, _), shown)| {
            let who = self.who(Some(*ward), Role::WardOfficer);
            self.item((kind, *ward), format!("Số giấy {waits}: {shown}"), String::new(), who)
        });
        group((kind, false), total, items.collect())
    }

    pub fn sheets(&self, kind: Kind, sheets: &[Sheets]) -> Group {
        let waiting = |it: &Sheets| match kind {
            Kind::Unconfirmed => it.unconfirmed,
            _ => it.unsigned,
        };
        let late: Vec<&Sheets> = sheets.iter().filter(|it| waiting(it) > 0).collect();
        let items = late.iter().filter_map(|it| {
            let (count, year) = (number::grouped(waiting(it)), it.year);
            let waits = if kind == Kind::Unconfirmed {
                "chờ đảng ủy xác nhận"
            } else {
                "chi bộ chưa ký"
            };
            let what = if self.names {
                format!("{count} phiếu năm {year} {waits}")
            } else {
                format!("Còn phiếu năm {year} {waits}")
            };
            let cell = self.place(it.unit_id)?;
            let who = match kind {
                Kind::Unconfirmed => self.who(cell.parent_id, Role::WardOfficer),
                _ => self.who(Some(it.unit_id), Role::CellSecretary),
            };
            let state = if kind == Kind::Unconfirmed { "signed" } else { "unsigned" };
            let days = format!("year={year}&on={}", day::iso(self.on));
            let href = format!("/units/{}/evaluations/sheets?{days}&state={state}", cell.code);
            self.item((kind, it.unit_id), what, href, who)
        });
        let count = if self.names {
            Shown::Exact(late.iter().map(|it| waiting(it)).sum())
        } else {
            exact(late.len())
        };
        group((kind, self.names), count, items.collect())
    }
}

fn exact(count: usize) -> Shown {
    Shown::Exact(i64::try_from(count).unwrap_or(i64::MAX))
}
